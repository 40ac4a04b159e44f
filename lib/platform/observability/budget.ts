import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface BudgetProps {
  /** Such as `erp-dev`. */
  readonly environment: string;

  /** USD per month. */
  readonly monthlyBudget: number;

  /** Hears of what is spent. */
  readonly topic: sns.ITopic;
}

/**
 * Monthly budget of the whole account. Not of the environment's tag: that shows nothing until somebody activates the tag
 * for cost allocation, and a budget that shows nothing looks like a good one.
 */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { environment, monthlyBudget, topic }: BudgetProps) {
    super(scope, id);
    const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold, thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    });
    new budgets.CfnBudget(this, 'Resource', {
      budget: {
        budgetName: `${environment}-monthly`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudget, unit: 'USD' },
      },
      notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
    });
  }
}
