import { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { environmentId } from '../../../config/environment';
import type { Aws } from '../aws';
import { physicalIds } from '../deployed';
import { type Outcome, failed, ok } from '../../../report/findings';
import type { ClusterCheck, VerifyCheck } from './context';
import { list } from './objects';

/** Every service's binding has put healthy pods into its target group. */
export const bindings: ClusterCheck = {
  title: 'Target groups',
  run: async ({ environment: { config, values }, aws, cluster }) => {
    const namespace = environmentId(config.name);
    const found = await list(cluster, 'apis/elbv2.k8s.aws/v1beta1/targetgroupbindings', namespace);
    if (found.length < values.services.length) {
      return failed(
        `${found.length} bindings for ${values.services.length} services`,
        'see the Helm releases above; docs/runbook.md#unhealthy-targets',
      );
    }
    return Promise.all(found.map(({ metadata, spec }) => health(aws, metadata.name ?? '', spec.targetGroupARN)));
  },
};

/** The employee service's load balancer answers the one before it. */
export const employeeTargets: VerifyCheck = {
  title: 'Employee service',
  run: async ({ deployed, aws }) => {
    const arns = physicalIds(deployed, 'AWS::ElasticLoadBalancingV2::TargetGroup');
    if (arns.length === 0) return failed('there are no target groups', 'see the stacks above');
    const { TargetGroups = [] } = await aws.loadBalancing.send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: arns }),
    );
    return Promise.all(
      TargetGroups.filter(({ TargetType }) => TargetType === 'alb').map(({ Port, TargetGroupArn = '' }) =>
        health(aws, `port ${Port}`, TargetGroupArn),
      ),
    );
  },
};

async function health({ loadBalancing }: Aws, name: string, TargetGroupArn: string): Promise<Outcome> {
  const { TargetHealthDescriptions = [] } = await loadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  const fix = `aws elbv2 describe-target-health --target-group-arn ${TargetGroupArn}; docs/runbook.md#unhealthy-targets`;
  // A pod on its way out drains for a while and is no problem.
  const staying = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining');
  if (staying.length === 0) return failed(`${name}: no targets`, fix);
  const sick = staying.filter(({ TargetHealth }) => TargetHealth?.State !== 'healthy');
  return sick.length === 0
    ? ok(`${name}: ${staying.length} healthy`)
    : failed(
        `${name}: ${sick
          .map(
            ({ Target, TargetHealth }) =>
              `${Target?.Id} ${TargetHealth?.State} (${TargetHealth?.Reason ?? 'no reason'})`,
          )
          .join(', ')}`,
        fix,
      );
}
