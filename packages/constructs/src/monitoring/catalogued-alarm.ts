import { alarmKind, InputError, type AlarmKind } from '@wa-ml/config';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface CataloguedAlarmProps {
  /** Id of the alarm in the table of @wa-ml/config. */
  readonly kind: string;
  /** Endpoint or pipeline that it watches; the alarm is called `<subject>-<kind>`. */
  readonly subject: string;
  /** The namespace of a metric of our own where the table's is shared. @default - the table's */
  readonly namespace?: string;
  /** Values of the metric's dimensions. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Told when the alarm fires and when it is over. @default - nobody, as for scaling signals */
  readonly topic?: ITopic;
  /** How many vCPUs, GPUs or models there are, where the kind's threshold is for one of them. */
  readonly count?: number;
}

/**
 * A CloudWatch alarm as the table of alarms describes it, with its runbook in the description.
 * The name is fixed so that roles and people can name it; CloudFormation replaces an alarm only when its name changes.
 */
export class CataloguedAlarm extends Construct {
  readonly kind: AlarmKind;
  readonly alarm: Alarm;
  readonly alarmName: string;

  constructor(scope: Construct, id: string, props: CataloguedAlarmProps) {
    super(scope, id);
    this.kind = alarmKind(props.kind);
    this.alarmName = `${props.subject}-${this.kind.id}`;
    this.alarm = new Alarm(this, 'Alarm', {
      alarmName: this.alarmName,
      alarmDescription: `${this.kind.title}: ${this.kind.meaning} Runbook: ${this.kind.runbook}`,
      metric: metricOf(this.kind, props),
      // Not a metric expression: the steps of a scaling policy are measured from the plain metric.
      threshold: this.kind.threshold * countOf(this.kind, props),
      comparisonOperator: operators[this.kind.comparison],
      evaluationPeriods: this.kind.datapoints,
      datapointsToAlarm: this.kind.datapoints,
      treatMissingData:
        this.kind.missingData === 'fine'
          ? TreatMissingData.NOT_BREACHING
          : TreatMissingData.BREACHING,
    });
    if (props.topic) {
      const tell = new SnsAction(props.topic);
      this.alarm.addAlarmAction(tell);
      this.alarm.addOkAction(tell);
    }
  }

  /** The alarm's ARN, from its fixed name: roles of the same stack can name it without waiting for it. */
  get alarmArn(): string {
    return Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: this.alarmName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

const operators = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  'at-least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

function metricOf(kind: AlarmKind, props: CataloguedAlarmProps): IMetric {
  if (kind.metric.kind !== 'metric') {
    throw new InputError({
      code: 'ALARM_WITHOUT_METRIC',
      what: `The alarm "${kind.id}" has no CloudWatch metric.`,
      why: 'AWS Budgets watches the spend itself, and findings come as events.',
      next: 'Use SpendBudget or SecurityFindings.',
    });
  }
  const { namespace, name, statistic, dimensions } = kind.metric;
  return new Metric({
    namespace: props.namespace ?? namespace,
    metricName: name,
    statistic,
    period: Duration.seconds(kind.periodSeconds),
    dimensionsMap: Object.fromEntries(
      dimensions.map((dimension) => [dimension, props.dimensions[dimension]!]),
    ),
  });
}

function countOf(kind: AlarmKind, { count }: CataloguedAlarmProps): number {
  if (kind.metric.kind !== 'metric' || kind.metric.per === undefined) return 1;
  if (count !== undefined) return count;
  throw new InputError({
    code: 'ALARM_WITHOUT_COUNT',
    what: `The alarm "${kind.id}" does not know the number of its ${kind.metric.per}s.`,
    why: `Its threshold is for one ${kind.metric.per}: SageMaker reports 80 % of four vCPUs as 320.`,
    next: 'Give `count`.',
  });
}
