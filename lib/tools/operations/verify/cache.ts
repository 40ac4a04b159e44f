import { DescribeReplicationGroupsCommand, type ReplicationGroup } from '@aws-sdk/client-elasticache';
import { environmentId } from '../../../config/environment';
import { physicalIds } from '../deployed';
import { type Outcome, allOk, failed, ok } from '../../../report/findings';
import type { OperationContext } from '../context';
import type { ClusterCheck, VerifyCheck } from './context';
import { list } from './objects';

/** The environment's cache as AWS has it. */
async function replicationGroups({ deployed, aws }: OperationContext): Promise<ReplicationGroup[]> {
  const ids = physicalIds(deployed, 'AWS::ElastiCache::ReplicationGroup');
  const answers = await Promise.all(
    ids.map((ReplicationGroupId) => aws.cache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))),
  );
  return answers.flatMap(({ ReplicationGroups = [] }) => ReplicationGroups);
}

function hostOf({ NodeGroups = [] }: ReplicationGroup): string | undefined {
  return NodeGroups[0]?.PrimaryEndpoint?.Address;
}

/** The cache is there where a service uses one: available, with all its nodes, and ready to fail over. */
export const cache: VerifyCheck = {
  title: 'Cache',
  run: async (context) => {
    const { config, values } = context.environment;
    if (!values.services.some(({ usesRedis }) => usesRedis)) return ok('no service uses one');
    const groups = await replicationGroups(context);
    if (groups.length === 0) return failed('there is none', 'see the stacks above');
    return groups.map((group): Outcome => {
      const { ReplicationGroupId, Status, MemberClusters = [], AutomaticFailover } = group;
      const host = hostOf(group);
      const fix = `aws elasticache describe-replication-groups --replication-group-id ${ReplicationGroupId}; docs/runbook.md#cache`;
      if (Status !== 'available' || !host) return failed(`${ReplicationGroupId} is ${Status}`, fix);
      const { nodes } = config.cache;
      if (MemberClusters.length < nodes)
        return failed(`${ReplicationGroupId} has ${MemberClusters.length} of ${nodes} nodes`, fix);
      if (nodes > 1 && AutomaticFailover !== 'enabled')
        return failed(`${ReplicationGroupId}: automatic failover is ${AutomaticFailover}`, fix);
      return ok(`${host}: ${MemberClusters.length} available`);
    });
  },
};

/** Pods of the services that use the cache were told where it is now. */
export const cacheClients: ClusterCheck = {
  title: 'Way to the cache',
  run: async (context) => {
    const { environment, cluster } = context;
    const clients = environment.values.services.filter(({ usesRedis }) => usesRedis);
    if (clients.length === 0) return ok('no service uses one');
    const [group] = await replicationGroups(context);
    const host = group && hostOf(group);
    if (!host) return failed('the cache has no address', 'see the cache above');
    const deployments = await list(cluster, 'apis/apps/v1/deployments', environmentId(environment.config.name));
    const problems = clients.flatMap(({ name }): Outcome[] => {
      const pods = deployments.find(({ metadata }) => metadata?.name === name)?.spec?.template.spec;
      const told = pods?.containers
        .find((container) => container.name === name)
        ?.env?.find((variable) => variable.name === 'REDIS_HOST')?.value;
      return told === host
        ? []
        : [
            failed(
              `${name} has REDIS_HOST ${told ?? 'unset'}; the cache is at ${host}`,
              'write the release again: docs/runbook.md#release-missing',
            ),
          ];
    });
    return allOk(problems, clients.map(({ name }) => name).join(', '));
  },
};
