import * as cdk from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config';
import { connectionsPerUser } from '../../config/concurrency';
import { environmentId } from '../../config/environment';
import type { ClusterStack } from '../cluster/cluster-stack';
import type { NetworkStack } from '../network/network-stack';
import type { WorkloadsStack } from '../workloads/workloads-stack';
import { AlarmTopic } from './alarm-topic';
import { type AlarmDefinition, Alarms } from './alarms';
import { Budget } from './budget';
import { EnvironmentDashboard } from './dashboard';
import { type MetricSources, environmentMetrics } from './metrics';
import { Traces } from './traces';

export interface ObservedStacks extends MetricSources {
  readonly environment: Environment;
  readonly network: NetworkStack;
  readonly cluster: ClusterStack;
  readonly workloads: WorkloadsStack;
}

/** Milliseconds after which a caller gives up. */
const SLOW_API = 3000;

/** Of the employee function's 10 s. */
const SLOW_EMPLOYEE = 8000;

/** Connections to the cache: pods hold a handful each, and a node takes 65,000. */
const CACHE_CONNECTIONS = 1000;

/** Seconds that the standby of the cache may be behind: what is younger is lost when it takes over. */
const CACHE_LAG = 10;

const GIB = 2 ** 30;

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

  alarms(edge, [
    {
      name: 'api-5xx',
      meaning: 'More than 5 % of API requests fail on our side.',
      runbook: 'api-5xx',
      metric: metrics.api.errors,
      threshold: 5,
      periods: 2,
    },
    {
      name: 'api-latency',
      meaning: `One API request in a hundred takes longer than ${SLOW_API / 1000} s.`,
      runbook: 'api-latency',
      metric: metrics.api.latency,
      threshold: SLOW_API,
      periods: 3,
    },
    ...metrics.unhealthyTargets.map(({ name: service, metric }): AlarmDefinition => ({
      name: `unhealthy-${service}`,
      meaning: `The load balancer finds a target of ${service} unhealthy for 5 minutes.`,
      runbook: 'unhealthy-targets',
      metric,
      threshold: 1,
      periods: 5,
    })),
    {
      name: 'employee-load-balancer-5xx',
      meaning: 'The load balancer of the employee service answers for the function, which it could not reach.',
      runbook: 'employee-function',
      metric: metrics.employee.loadBalancerErrors,
      threshold: 5,
      periods: 2,
    },
  ]);
  alarms(employee, [
    {
      name: 'employee-errors',
      meaning: 'More than 5 % of the invocations of the employee function fail.',
      runbook: 'employee-function',
      metric: metrics.employee.errors,
      threshold: 5,
      periods: 2,
    },
    {
      name: 'employee-throttles',
      meaning: 'The employee function is called more often at once than its reserved concurrency allows.',
      runbook: 'employee-function',
      metric: metrics.employee.throttles,
      threshold: 1,
      periods: 2,
    },
    {
      name: 'employee-duration',
      meaning: 'The employee function comes close to its time limit.',
      runbook: 'employee-function',
      metric: metrics.employee.duration,
      threshold: SLOW_EMPLOYEE,
      periods: 3,
    },
  ]);
  alarms(data, [
    {
      name: 'database-cpu',
      meaning: 'The database has been busy above 80 % of its CPU for 15 minutes.',
      runbook: 'database',
      metric: metrics.database.cpu,
      threshold: 80,
      periods: 3,
    },
    {
      name: 'database-storage',
      meaning: 'Less than a tenth of the initial storage is free, so autoscaling has come to its limit or lags behind.',
      runbook: 'database',
      metric: metrics.database.freeStorage,
      threshold: (config.database.allocatedStorage * GIB) / 10,
      below: true,
      periods: 2,
    },
    {
      name: 'database-connections',
      meaning: 'More connections are open than the employee function and its operators can account for.',
      runbook: 'database',
      metric: metrics.database.connections,
      threshold: connectionsPerUser(config),
      periods: 3,
    },
    ...(metrics.cache
      ? ([
          {
            name: 'cache-cpu',
            meaning: 'The one thread that runs the commands of the cache has been busy above 80 % for 15 minutes.',
            runbook: 'cache',
            metric: metrics.cache.cpu,
            threshold: 80,
            periods: 3,
          },
          {
            name: 'cache-memory',
            meaning: 'The keys of the cache fill 80 % of the memory; at 100 % it gives up keys or refuses writes.',
            runbook: 'cache',
            metric: metrics.cache.memory,
            threshold: 80,
            periods: 3,
          },
          {
            name: 'cache-evictions',
            meaning: 'The cache gives up keys for lack of memory: sessions end early.',
            runbook: 'cache',
            metric: metrics.cache.evictions,
            threshold: 1,
            periods: 2,
          },
          {
            name: 'cache-connections',
            meaning: 'More connections to the cache are open than the pods of the services can account for.',
            runbook: 'cache',
            metric: metrics.cache.connections,
            threshold: CACHE_CONNECTIONS,
            periods: 3,
          },
        ] satisfies AlarmDefinition[])
      : []),
    ...(metrics.cache && config.cache.nodes > 1
      ? ([
          {
            name: 'cache-lag',
            meaning: `The standby of the cache is more than ${CACHE_LAG} s behind.`,
            runbook: 'cache',
            metric: metrics.cache.lag,
            threshold: CACHE_LAG,
            periods: 3,
          },
        ] satisfies AlarmDefinition[])
      : []),
    ...(data.kafka
      ? ([
          {
            name: 'kafka-disk',
            meaning: 'A broker has filled 85 % of its disk, though storage autoscaling starts at 60 %.',
            runbook: 'kafka',
            metric: metrics.kafka.disk,
            threshold: 85,
            periods: 2,
          },
          {
            name: 'kafka-under-replicated',
            meaning: 'Partitions have fewer copies than they should: a broker is down or behind.',
            runbook: 'kafka',
            metric: metrics.kafka.underReplicated,
            threshold: 1,
            periods: 3,
          },
          {
            name: 'kafka-offline',
            meaning: 'Partitions have no leader: nothing can be written to or read from them.',
            runbook: 'kafka',
            metric: metrics.kafka.offline,
            threshold: 1,
            periods: 1,
          },
        ] satisfies AlarmDefinition[])
      : []),
  ]);
  alarms(cluster, [
    {
      name: 'pods-pending',
      meaning: 'A pod has found no node to run on for 15 minutes.',
      runbook: 'pods',
      metric: metrics.pendingPods,
      threshold: 1,
      periods: 3,
    },
    ...(containerInsights
      ? ([
          {
            name: 'pods-restarts',
            meaning: 'Containers have restarted three times or more in 15 minutes.',
            runbook: 'pods',
            metric: metrics.insights.restarts,
            threshold: 3,
            periods: 1,
          },
          {
            name: 'pods-crash-loop',
            meaning: 'A container keeps failing right after its start.',
            runbook: 'pods',
            metric: metrics.insights.crashLoops,
            threshold: 1,
            periods: 2,
          },
          {
            name: 'nodes-failed',
            meaning: 'A node reports a failing condition.',
            runbook: 'nodes',
            metric: metrics.insights.failedNodes,
            threshold: 1,
            periods: 2,
          },
          {
            name: 'nodes-cpu',
            meaning: 'The nodes use more than 85 % of their CPU on average.',
            runbook: 'nodes',
            metric: metrics.insights.nodeCpu,
            threshold: 85,
            periods: 3,
          },
          {
            name: 'nodes-memory',
            meaning: 'The nodes use more than 85 % of their memory on average.',
            runbook: 'nodes',
            metric: metrics.insights.nodeMemory,
            threshold: 85,
            periods: 3,
          },
          {
            name: 'nodes-disk',
            meaning: 'A node has filled 85 % of its disk; at 85 % it starts to remove images, then pods.',
            runbook: 'nodes',
            metric: metrics.insights.nodeDisk,
            threshold: 85,
            periods: 2,
          },
        ] satisfies AlarmDefinition[])
      : []),
  ]);

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
