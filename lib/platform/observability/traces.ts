import * as xray from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import type { Service } from '../../config/values';

export interface TracesProps {
  /** Such as `erp-dev`; also the Kubernetes namespace. */
  readonly environment: string;

  /** Name of the employee function, under which it traces. */
  readonly functionName: string;

  /** Services that trace. */
  readonly services: readonly Pick<Service, 'name'>[];
}

/**
 * Name under which X-Ray knows the service of a pod. An account has one X-Ray, whose only mark of an environment that a
 * filter and a sampling rule both read is the name; the chart gives it to the SDK as AWS_XRAY_TRACING_NAME.
 */
export function tracedName(service: string, environment: string): string {
  return `${service}.${environment}`;
}

/** Groups of traces of one environment, and its own share of what is sampled. */
export class Traces extends Construct {
  constructor(scope: Construct, id: string, { environment, functionName, services }: TracesProps) {
    super(scope, id);
    const inEnvironment = [functionName, ...services.map(({ name }) => tracedName(name, environment))]
      .map((name) => `service("${name}")`)
      .join(' OR ');
    for (const [groupId, groupName, filterExpression] of [
      ['All', environment, inEnvironment],
      ['Faults', `${environment}-faults`, `(${inEnvironment}) AND fault = true`],
    ] as const) {
      new xray.CfnGroup(this, groupId, {
        groupName,
        filterExpression,
        insightsConfiguration: { insightsEnabled: true, notificationsEnabled: false },
      });
    }
    // X-Ray's default rule samples one request a second for the whole account, so that a busy environment would leave a
    // quiet one next to nothing. The numbers are those of that rule.
    for (const [ruleId, ruleName, serviceName] of [
      ['Pods', environment, tracedName('*', environment)],
      ['Function', functionName, functionName],
    ] as const) {
      new xray.CfnSamplingRule(this, ruleId, {
        samplingRule: {
          ruleName,
          serviceName,
          reservoirSize: 1,
          fixedRate: 0.05,
          priority: 1000,
          host: '*',
          httpMethod: '*',
          urlPath: '*',
          serviceType: '*',
          resourceArn: '*',
          version: 1,
        },
      });
    }
  }
}
