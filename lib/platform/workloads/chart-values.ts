import * as cdk from 'aws-cdk-lib';
import type { Environment } from '../../config';
import { type PriorityClass, type Values, mergeValues } from '../../config/values';
import type { DataStack } from '../data/data-stack';
import type { EdgeStack } from '../edge/edge-stack';
import { LOAD_BALANCER_SUBNETS, type NetworkStack } from '../network/network-stack';

export interface PlatformValuesProps {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** VPC, log key and access logs. */
  readonly network: NetworkStack;

  /** Database, secrets, Kafka and cache. */
  readonly data: DataStack;

  /** Load balancers, API and frontend. */
  readonly edge: EdgeStack;
}

/**
 * Values of the chart that no values file has to say: what config says, and what only the cloud knows (registry, target groups,
 * addresses). They win over any values file.
 */
export function platformValues({ environment, network, data, edge }: PlatformValuesProps): Values {
  const { values } = environment;
  const { account, region, urlSuffix } = edge;
  const priorityClass = (wanted: PriorityClass['purpose']) =>
    values.priorityClasses.find(({ purpose }) => purpose === wanted)?.name;
  const { subnets } = network.vpc.selectSubnets(LOAD_BALANCER_SUBNETS);

  return mergeValues(values.facts, {
    global: { imageRegistry: `${account}.dkr.ecr.${region}.${urlSuffix}` },
    services: Object.fromEntries(
      values.services.map(({ key, port }) => [
        key,
        {
          targetGroup: {
            // Weak: a removed service leaves both stacks in one deployment. A weak reference does not notice a group
            // that is replaced under its name, so what forces a replacement stands beside it.
            arn: cdk.Stack.consumeReference(
              edge.loadBalancer.targetGroup(key).targetGroupArn,
              cdk.ReferenceStrength.WEAK,
            ),
            port,
            protocol: 'TCP',
            targetType: 'ip',
          },
        },
      ]),
    ),
    employeeService: { host: edge.loadBalancer.loadBalancer.loadBalancerDnsName },
    networkPolicy: { loadBalancerCidrs: subnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock) },
    kafka: {
      priorityClassName: priorityClass('messaging'),
      // Whatever the mode, so that changing it needs nothing but the chart. Weak, so that nothing refuses MSK's removal.
      ...(data.kafka && {
        msk: {
          bootstrapServers: cdk.Stack.consumeReference(data.kafka.bootstrapServers, cdk.ReferenceStrength.WEAK),
          securityProtocol: 'SSL',
        },
      }),
    },
    ...(data.cache && {
      redis: {
        // Weak: the cache goes with the last service that uses it, in the deployment that takes it from the service.
        host: cdk.Stack.consumeReference(data.cache.host, cdk.ReferenceStrength.WEAK),
        port: data.cache.port,
        cidrs: network.vpc.isolatedSubnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock),
      },
    }),
    // The workloads stack makes them, so that the release holds nothing outside of its namespaces.
    xray: { daemonSet: { createNamespace: false, priorityClassName: priorityClass('agents') } },
    serviceDefaults: { priorityClassName: priorityClass('services') },
  });
}
