import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmName } from './alarms';
import type { EnvironmentMetrics } from './metrics';

export interface EnvironmentDashboardProps {
  /** Such as `erp-dev`; also the dashboard's name. */
  readonly environment: string;

  /** What the graphs show. */
  readonly metrics: EnvironmentMetrics;

  /** Names of the alarms in this region, without the environment. */
  readonly alarms: readonly string[];

  /** Whether there are metrics of pods and nodes. */
  readonly containerInsights: boolean;

  /** Whether Kafka is Amazon MSK, whose metrics are in CloudWatch. */
  readonly managedKafka: boolean;
}

/** One page for "is it well": all alarms on top, then the way of a request from the API to the database. */
export class EnvironmentDashboard extends Construct {
  constructor(scope: Construct, id: string, props: EnvironmentDashboardProps) {
    super(scope, id);
    const { environment, metrics, containerInsights, managedKafka } = props;
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6, leftYAxis: { min: 0 } });

    const { api, employee, database, cache, insights, kafka } = metrics;
    new cloudwatch.Dashboard(this, 'Resource', {
      dashboardName: environment,
      defaultInterval: cdk.Duration.hours(12),
      widgets: [
        [this.alarmStatus(props)],
        [
          graph('API: requests and 5xx', [api.requests], [api.errors]),
          graph('API: latency p99, ms', [api.latency]),
          graph(
            'Unhealthy targets',
            metrics.unhealthyTargets.map(({ name, metric }) => metric.with({ label: name })),
          ),
        ],
        [
          graph('Employee: invocations and errors', [employee.invocations], [employee.errors, employee.throttles]),
          graph('Employee: duration p99, ms, and answers 5xx %', [employee.duration], [employee.answers5xx]),
          graph('Database: CPU % and connections', [database.cpu], [database.connections]),
        ],
        [
          graph('Database: free storage, bytes', [database.freeStorage]),
          graph('Pods without a node', [metrics.pendingPods]),
          ...(containerInsights
            ? [graph('Nodes: CPU, memory, disk %', [insights.nodeCpu, insights.nodeMemory, insights.nodeDisk])]
            : []),
        ],
        [
          ...(containerInsights
            ? [graph('Pods: restarts and crash loops', [insights.restarts], [insights.crashLoops])]
            : []),
          ...(managedKafka
            ? [graph('Kafka: disk % and partitions', [kafka.disk], [kafka.underReplicated, kafka.offline])]
            : []),
        ],
        cache
          ? [
              graph('Cache: engine CPU % and memory %', [cache.cpu, cache.memory]),
              graph('Cache: connections and evicted keys', [cache.connections], [cache.evictions]),
            ]
          : [],
      ].filter((row) => row.length > 0),
    });
  }

  private alarmStatus({ environment, alarms }: EnvironmentDashboardProps): cloudwatch.AlarmStatusWidget {
    const stack = cdk.Stack.of(this);
    return new cloudwatch.AlarmStatusWidget({
      title: `Alarms of ${environment}`,
      width: 24,
      height: 4,
      // By name: the alarms stand in other stacks, and nothing here depends on them.
      alarms: alarms.map((name) =>
        cloudwatch.Alarm.fromAlarmArn(
          this,
          name,
          stack.formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: alarmName(environment, name),
            arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
          }),
        ),
      ),
    });
  }
}
