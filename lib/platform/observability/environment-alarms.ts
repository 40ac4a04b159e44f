import type { EnvironmentConfig } from '../../config/environment';
import { connectionsPerUser } from '../../config/concurrency';
import type { AlarmDefinition } from './alarms';
import type { EnvironmentMetrics } from './metrics';

/** Milliseconds after which a caller gives up. */
const SLOW_API = 3000;

/** Of the employee function's 10 s. */
const SLOW_EMPLOYEE = 8000;

/** Connections to the cache: pods hold a handful each, and a node takes 65,000. */
const CACHE_CONNECTIONS = 1000;

/** Seconds that the standby of the cache may be behind: what is younger is lost when it takes over. */
const CACHE_LAG = 10;

const GIB = 2 ** 30;

/** The API and the load balancers behind it. */
export function edgeAlarms(metrics: EnvironmentMetrics): AlarmDefinition[] {
  return [
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
  ];
}

/** The function of the employee service. */
export function employeeAlarms(metrics: EnvironmentMetrics): AlarmDefinition[] {
  return [
    {
      name: 'employee-errors',
      meaning: 'More than 5 % of the invocations of the employee function fail.',
      runbook: 'employee-function',
      metric: metrics.employee.errors,
      threshold: 5,
      periods: 2,
    },
    {
      name: 'employee-answers-5xx',
      meaning:
        'More than 5 % of the answers of the employee service are 5xx: the function runs, and cannot do its work.',
      runbook: 'employee-answers',
      metric: metrics.employee.answers5xx,
      threshold: 5,
      periods: 2,
    },
    {
      name: 'employee-faults',
      meaning: 'The employee service has answered 5xx five times or more in 5 minutes, however few calls there were.',
      runbook: 'employee-answers',
      metric: metrics.employee.faults,
      threshold: 5,
      periods: 1,
    },
    {
      name: 'employee-unhealthy',
      meaning: 'The employee service has said for 3 minutes that it cannot do its work, called or not.',
      runbook: 'employee-answers',
      metric: metrics.employee.unhealthy,
      threshold: 1,
      periods: 3,
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
  ];
}

/** MySQL. */
export function databaseAlarms(metrics: EnvironmentMetrics, config: EnvironmentConfig): AlarmDefinition[] {
  return [
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
  ];
}

/** The cache, and its standby where it has one. */
export function cacheAlarms(
  metrics: NonNullable<EnvironmentMetrics['cache']>,
  config: EnvironmentConfig,
): AlarmDefinition[] {
  return [
    {
      name: 'cache-cpu',
      meaning: 'The one thread that runs the commands of the cache has been busy above 80 % for 15 minutes.',
      runbook: 'cache',
      metric: metrics.cpu,
      threshold: 80,
      periods: 3,
    },
    {
      name: 'cache-memory',
      meaning: 'The keys of the cache fill 80 % of the memory; at 100 % it gives up keys or refuses writes.',
      runbook: 'cache',
      metric: metrics.memory,
      threshold: 80,
      periods: 3,
    },
    {
      name: 'cache-evictions',
      meaning: 'The cache gives up keys for lack of memory: sessions end early.',
      runbook: 'cache',
      metric: metrics.evictions,
      threshold: 1,
      periods: 2,
    },
    {
      name: 'cache-connections',
      meaning: 'More connections to the cache are open than the pods of the services can account for.',
      runbook: 'cache',
      metric: metrics.connections,
      threshold: CACHE_CONNECTIONS,
      periods: 3,
    },
    ...(config.cache.nodes > 1
      ? ([
          {
            name: 'cache-lag',
            meaning: `The standby of the cache is more than ${CACHE_LAG} s behind.`,
            runbook: 'cache',
            metric: metrics.lag,
            threshold: CACHE_LAG,
            periods: 3,
          },
        ] satisfies AlarmDefinition[])
      : []),
  ];
}

/** Amazon MSK. */
export function kafkaAlarms(metrics: EnvironmentMetrics): AlarmDefinition[] {
  return [
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
  ];
}

/** Pods that find no node, in any cluster. */
export function podAlarms(metrics: EnvironmentMetrics): AlarmDefinition[] {
  return [
    {
      name: 'pods-pending',
      meaning: 'A pod has found no node to run on for 15 minutes.',
      runbook: 'pods',
      metric: metrics.pendingPods,
      threshold: 1,
      periods: 3,
    },
  ];
}

/** What Container Insights measures of pods and nodes. */
export function insightsAlarms(metrics: EnvironmentMetrics): AlarmDefinition[] {
  return [
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
  ];
}
