import { cost } from '@wa-ml/config';
import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface SpendAnomaliesProps {
  /** At most 1024 characters; only a new kind of monitor replaces it. */
  readonly name: string;
  /** Value of the cost-allocation tag `project`, activated once in the billing console. */
  readonly project: string;
  /** US dollars a month; an anomaly of a tenth of it is worth a message. */
  readonly budgetUsd: number;
  /** Its policy lets costalerts.amazonaws.com publish. */
  readonly topic: ITopic;
}

/**
 * Cost Anomaly Detection of what a repository spends in an account (COST-2). A monitor of its own on the project's tag:
 * AWS makes the one dimensional monitor that an account may have by itself, and a second is refused at deployment.
 * Told at once: daily and weekly summaries can only be mailed.
 */
export class SpendAnomalies extends Construct {
  constructor(scope: Construct, id: string, props: SpendAnomaliesProps) {
    super(scope, id);
    const monitor = new CfnAnomalyMonitor(this, 'Monitor', {
      monitorName: props.name,
      monitorType: 'CUSTOM',
      monitorSpecification: JSON.stringify({ Tags: { Key: 'project', Values: [props.project] } }),
    });
    new CfnAnomalySubscription(this, 'Subscription', {
      subscriptionName: props.name,
      frequency: 'IMMEDIATE',
      monitorArnList: [monitor.attrMonitorArn],
      subscribers: [{ type: 'SNS', address: props.topic.topicArn }],
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          Values: [String(Math.ceil(props.budgetUsd * cost.anomaly.shareOfBudget))],
        },
      }),
    });
  }
}
