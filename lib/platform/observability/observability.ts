import * as cdk from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config';
import { environmentId } from '../../config/environment';
import type { ClusterStack } from '../cluster/cluster-stack';
import type { NetworkStack } from '../network/network-stack';
import type { WorkloadsStack } from '../workloads/workloads-stack';
import { AlarmTopic } from './alarm-topic';
import { type AlarmDefinition, Alarms } from './alarms';
import { Budget } from './budget';
import {
  cacheAlarms,
  databaseAlarms,
  edgeAlarms,
  employeeAlarms,
  insightsAlarms,
  kafkaAlarms,
  podAlarms,
} from './environment-alarms';
import { EnvironmentDashboard } from './dashboard';
import { type MetricSources, environmentMetrics } from './metrics';
import { Traces } from './traces';

export interface ObservedStacks extends MetricSources {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** VPC, log key and access logs. */
  readonly network: NetworkStack;

  /** Cluster of the environment. */
  readonly cluster: ClusterStack;

  /** What runs in the cluster. */
  readonly workloads: WorkloadsStack;
}

/**
 * Watches an environment: a topic upstream of everything, alarms in the stack of what they watch, a dashboard and trace
 * groups in the last one.
 *
 * @returns the topic, for what else reports to it
 */
export function observe(stacks: ObservedStacks): AlarmTopic {
  const { environment, network, data, cluster, employee, edge, workloads } = stacks;
  const { config, values } = environment;
  const name = environmentId(config.name);
  const { containerInsights, monthlyBudget } = config.observability;

  const alarmTopic = new AlarmTopic(network, 'AlarmTopic', { config });
  const { topic } = alarmTopic;
  if (monthlyBudget) new Budget(network, 'Budget', { environment: name, monthlyBudget, topic });

  const metrics = environmentMetrics(stacks);
  const names: string[] = [];
  const alarms = (scope: Construct, definitions: readonly AlarmDefinition[]) => {
    names.push(...definitions.map((definition) => definition.name));
    new Alarms(scope, 'Alarms', { environment: name, topic, alarms: definitions });
  };

  alarms(edge, edgeAlarms(metrics));
  alarms(employee, employeeAlarms(metrics));
  alarms(data, [
    ...databaseAlarms(metrics, config),
    ...(metrics.cache ? cacheAlarms(metrics.cache, config) : []),
    ...(data.kafka ? kafkaAlarms(metrics) : []),
  ]);
  alarms(cluster, [...podAlarms(metrics), ...(containerInsights ? insightsAlarms(metrics) : [])]);

  new EnvironmentDashboard(workloads, 'Dashboard', {
    environment: name,
    // Weak: a graph without data is better than a stack that cannot change.
    metrics: environmentMetrics(stacks, (value) => cdk.Stack.consumeReference(value, cdk.ReferenceStrength.WEAK)),
    alarms: names,
    containerInsights,
    managedKafka: data.kafka !== undefined,
  });

  new Traces(workloads, 'Traces', {
    environment: name,
    functionName: employee.function.functionName,
    services: values.services,
  });
  return alarmTopic;
}
