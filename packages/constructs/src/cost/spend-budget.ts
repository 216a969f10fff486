import { cost, InputError } from '@wa-ml/config';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface SpendBudgetProps {
  /** At most 100 characters, without `:` and `\` (AWS Budgets). Only a new name replaces a budget. */
  readonly budgetName: string;
  readonly monthlyUsd: number;
  /** It counts what carries all of these cost-allocation tags, each activated once in the billing console. */
  readonly tags: Readonly<Record<string, string>>;
  /** E-mail address. */
  readonly owner: string;
  readonly topic: ITopic;
}

/** A monthly budget with alerts at 50, 80 and 100 % of the actual spend and at 100 % of the forecast (COST-1). */
export class SpendBudget extends Construct {
  constructor(scope: Construct, id: string, props: SpendBudgetProps) {
    super(scope, id);
    if (props.budgetName.length > 100 || /[:\\]/.test(props.budgetName)) {
      throw new InputError({
        code: 'BUDGET_NAME',
        what: `"${props.budgetName}" is no name for a budget.`,
        why: 'AWS Budgets allows 100 characters and neither ":" nor "\\".',
        next: 'Choose shorter names in wa-ml.json.',
      });
    }
    const subscribers = [
      { subscriptionType: 'EMAIL', address: props.owner },
      { subscriptionType: 'SNS', address: props.topic.topicArn },
    ];
    const alert = (notificationType: string, threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: props.budgetName,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: props.monthlyUsd, unit: 'USD' },
        metrics: ['UnblendedCost'],
        filterExpression: tagged(props.tags),
      },
      notificationsWithSubscribers: [
        ...cost.budgetAlerts.actualPercent.map((percent) => alert('ACTUAL', percent)),
        ...cost.budgetAlerts.forecastPercent.map((percent) => alert('FORECASTED', percent)),
      ],
    });
  }
}

/** All of the tags. (The older `costFilters` would count what carries any one of them.) */
function tagged(tags: Readonly<Record<string, string>>): CfnBudget.ExpressionProperty {
  const each = Object.entries(tags).map(([key, value]) => ({
    tags: { key, values: [value], matchOptions: ['EQUALS'] },
  }));
  return each.length === 1 ? each[0]! : { and: each };
}
