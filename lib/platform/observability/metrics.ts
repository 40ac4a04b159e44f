import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Environment } from '../../config';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import type { DataStack } from '../data/data-stack';
import type { EdgeStack } from '../edge/edge-stack';
import type { EmployeeStack } from '../employee/employee-stack';

export interface MetricSources {
  /** The environment: config and values of its chart. */
  readonly environment: Environment;

  /** Database, secrets, Kafka and cache. */
  readonly data: DataStack;

  /** The employee service. */
  readonly employee: EmployeeStack;

  /** Load balancers, API and frontend. */
  readonly edge: EdgeStack;
}

/** How a name that only the deployment knows reaches the metric: as it is, or as a reference to another stack. */
export type Reference = (value: string) => string;

/** Percentages over fewer events than this in a period say nothing. */
const FEWEST_EVENTS = 10;

const metric =
  (namespace: string, dimensionsMap: Record<string, string>) =>
  (metricName: string, statistic: string, period = Duration.minutes(5)) =>
    new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period });
const percentage = (part: cloudwatch.IMetric, all: cloudwatch.IMetric, label: string) =>
  new cloudwatch.MathExpression({
    expression: `IF(all >= ${FEWEST_EVENTS}, 100 * part / all, 0)`,
    usingMetrics: { part, all },
    label,
    period: Duration.minutes(5),
  });
const greatest = (prefix: string, metrics: readonly cloudwatch.IMetric[], label: string) =>
  new cloudwatch.MathExpression({
    expression: `MAX(METRICS("${prefix}"))`,
    usingMetrics: Object.fromEntries(metrics.map((one, i) => [`${prefix}${i}`, one])),
    label,
    period: Duration.minutes(5),
  });

/** The metrics that alarms and dashboard share, all of one environment. */
export function environmentMetrics(sources: MetricSources, reference: Reference = (value) => value) {
  const { environment, data, edge } = sources;
  const { config, values } = environment;
  const cluster = `${environmentId(config.name)}-cluster`;

  const api = metric('AWS/ApiGateway', { ApiId: reference(edge.api.httpApi.apiId), Stage: '$default' });
  const requests = api('Count', cloudwatch.Stats.SUM);
  const errors = api('5xx', cloudwatch.Stats.SUM);

  const unhealthy = (targetGroup: elbv2.NetworkTargetGroup) =>
    metric('AWS/NetworkELB', {
      TargetGroup: reference(targetGroup.targetGroupFullName),
      LoadBalancer: reference(edge.loadBalancer.loadBalancer.loadBalancerFullName),
    })('UnHealthyHostCount', cloudwatch.Stats.MAXIMUM, Duration.minutes(1));

  const database = metric('AWS/RDS', { DBInstanceIdentifier: data.database.instanceIdentifier });
  const cacheId = data.cache && reference(data.cache.replicationGroup.ref);
  const controlPlane = metric('AWS/EKS', { ClusterName: cluster });
  const insights = metric('ContainerInsights', { ClusterName: cluster });

  return {
    api: {
      requests,
      errors: percentage(errors, requests, '5xx %'),
      latency: api('Latency', cloudwatch.Stats.p(99)),
    },
    unhealthyTargets: [
      ...values.services.map(({ key, name }) => ({
        name,
        metric: unhealthy(edge.loadBalancer.targetGroup(key)),
      })),
      { name: 'employee-service', metric: unhealthy(edge.loadBalancer.employeeTargetGroup) },
    ],
    employee: employeeMetrics(sources, reference),
    database: {
      cpu: database('CPUUtilization', cloudwatch.Stats.AVERAGE),
      freeStorage: database('FreeStorageSpace', cloudwatch.Stats.MINIMUM),
      connections: database('DatabaseConnections', cloudwatch.Stats.MAXIMUM),
    },
    /** Exist where a service uses the cache; the lag where it has a standby. */
    cache: cacheId === undefined ? undefined : cacheMetrics(cacheId, config.cache.nodes),
    pendingPods: controlPlane('scheduler_pending_pods_UNSCHEDULABLE', cloudwatch.Stats.MAXIMUM),
    /** Exist where `observability.containerInsights` is on. */
    insights: {
      failedNodes: insights('cluster_failed_node_count', cloudwatch.Stats.MAXIMUM),
      nodeCpu: insights('node_cpu_utilization', cloudwatch.Stats.AVERAGE),
      nodeMemory: insights('node_memory_utilization', cloudwatch.Stats.AVERAGE),
      nodeDisk: insights('node_filesystem_utilization', cloudwatch.Stats.MAXIMUM),
      // Each sample counts the restarts since the one before.
      restarts: insights('pod_number_of_container_restarts', cloudwatch.Stats.SUM, Duration.minutes(15)),
      crashLoops: insights('pod_container_status_waiting_reason_crash_loop_back_off', cloudwatch.Stats.MAXIMUM),
    },
    /** Exist where Kafka is Amazon MSK. */
    kafka: kafkaMetrics(config),
  };
}

function cacheMetrics(cacheId: string, nodes: number) {
  // They are named after the group, by number.
  const cacheNodes = Array.from({ length: nodes }, (_, i) =>
    metric('AWS/ElastiCache', { CacheClusterId: `${cacheId}-${String(i + 1).padStart(3, '0')}` }),
  );
  const cache = (prefix: string, metricName: string, statistic: string, label: string) =>
    greatest(
      prefix,
      cacheNodes.map((one) => one(metricName, statistic)),
      label,
    );
  return {
    cpu: cache('cpu', 'EngineCPUUtilization', cloudwatch.Stats.AVERAGE, 'busiest engine, CPU %'),
    memory: cache('memory', 'DatabaseMemoryUsagePercentage', cloudwatch.Stats.MAXIMUM, 'fullest node, memory %'),
    evictions: cache('evictions', 'Evictions', cloudwatch.Stats.SUM, 'evicted keys'),
    connections: cache('connections', 'CurrConnections', cloudwatch.Stats.MAXIMUM, 'connections'),
    lag: cache('lag', 'ReplicationLag', cloudwatch.Stats.MAXIMUM, 'replication lag, s'),
  };
}

function kafkaMetrics(config: EnvironmentConfig) {
  const kafka = metric('AWS/Kafka', { 'Cluster Name': environmentId(config.name) });
  const brokers = config.network.availabilityZones.map((_, i) =>
    metric('AWS/Kafka', { 'Cluster Name': environmentId(config.name), 'Broker ID': String(i + 1) }),
  );
  return {
    disk: greatest(
      'disk',
      brokers.map((broker) => broker('KafkaDataLogsDiskUsed', cloudwatch.Stats.MAXIMUM)),
      'fullest broker %',
    ),
    underReplicated: greatest(
      'under',
      brokers.map((broker) => broker('UnderReplicatedPartitions', cloudwatch.Stats.MAXIMUM)),
      'under-replicated partitions',
    ),
    offline: kafka('OfflinePartitionsCount', cloudwatch.Stats.MAXIMUM),
  };
}

export type EnvironmentMetrics = ReturnType<typeof environmentMetrics>;

/** Of the employee service: what its function, its load balancer and it itself say. */
function employeeMetrics({ environment: { config }, employee, edge }: MetricSources, reference: Reference) {
  const lambda = metric('AWS/Lambda', { FunctionName: employee.function.functionName });
  const invocations = lambda('Invocations', cloudwatch.Stats.SUM);
  const failures = lambda('Errors', cloudwatch.Stats.SUM);
  const loadBalancer = reference(edge.employeeLoadBalancer.loadBalancer.loadBalancerFullName);
  const employeeLoadBalancer = metric('AWS/ApplicationELB', { LoadBalancer: loadBalancer });
  const employeeTarget = metric('AWS/ApplicationELB', {
    TargetGroup: reference(employee.targetGroup.targetGroupFullName),
    LoadBalancer: loadBalancer,
  });
  // What the function says of itself: lambda/employee/observe/call-log.ts.
  const ofService = metric('ERP/Employee', { service: 'employee', environment: environmentId(config.name) });

  return {
    invocations,
    errors: percentage(failures, invocations, 'errors %'),
    throttles: lambda('Throttles', cloudwatch.Stats.SUM),
    duration: lambda('Duration', cloudwatch.Stats.p(99)),
    loadBalancerErrors: employeeLoadBalancer('HTTPCode_ELB_5XX_Count', cloudwatch.Stats.SUM),
    answers5xx: percentage(
      employeeLoadBalancer('HTTPCode_Target_5XX_Count', cloudwatch.Stats.SUM),
      employeeLoadBalancer('RequestCount', cloudwatch.Stats.SUM),
      'answers 5xx %',
    ),
    faults: ofService('Faults', cloudwatch.Stats.SUM),
    unhealthy: employeeTarget('UnHealthyHostCount', cloudwatch.Stats.MAXIMUM, Duration.minutes(1)),
  };
}
