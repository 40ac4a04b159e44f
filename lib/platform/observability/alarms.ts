import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Sections of docs/runbook.md that an alarm may send its reader to. */
export const RUNBOOK_SECTIONS = [
  'api-5xx',
  'api-latency',
  'unhealthy-targets',
  'employee-function',
  'employee-answers',
  'database',
  'cache',
  'nodes',
  'pods',
  'kafka',
  'certificate',
  'cost',
  'firewall',
] as const;
export type RunbookSection = (typeof RUNBOOK_SECTIONS)[number];

export interface AlarmDefinition {
  /** Name of the alarm without the environment; also its construct id. */
  readonly name: string;

  /** What is wrong, in one sentence. */
  readonly meaning: string;

  /** Section of the runbook that says what to do. */
  readonly runbook: RunbookSection;

  /** What is watched. */
  readonly metric: cloudwatch.IMetric;

  /** From this value on it is wrong, or down to it with `below`. */
  readonly threshold: number;

  /**
   * Whether low values are the bad ones.
   *
   * @default false
   */
  readonly below?: boolean;

  /** Periods in a row that must be bad. */
  readonly periods: number;
}

export interface AlarmsProps {
  /** Such as `erp-dev`. */
  readonly environment: string;

  /** Hears of alarms. */
  readonly topic: sns.ITopic;

  /** The alarms, in the order of the dashboard. */
  readonly alarms: readonly AlarmDefinition[];
}

/** Alarms beside what they watch: they come and go with its stack. Each says where the runbook continues. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { environment, topic, alarms }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    for (const { name, meaning, runbook, metric, threshold, below, periods } of alarms) {
      const alarm = new cloudwatch.Alarm(this, name, {
        alarmName: alarmName(environment, name),
        alarmDescription: `${meaning} What to do: docs/runbook.md#${runbook}`,
        metric,
        threshold,
        comparisonOperator: below
          ? cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: periods,
        // Most of these metrics exist only while something happens.
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}

/** Full name of an alarm, such as `erp-dev-api-5xx`. */
export function alarmName(environment: string, name: string): string {
  return `${environment}-${name}`;
}
