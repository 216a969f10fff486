import { resourcePrefix, securityEvents, securityNamespace } from '@wa-ml/config';
import { FilterPattern, MetricFilter, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { StackSubject } from './capability-stack';

export interface SecurityAlarmsProps {
  readonly subject: StackSubject;
  /** What the trail records. */
  readonly events: ILogGroup;
  readonly topic: ITopic;
}

/** Counts in the trail what should never happen, and tells the owner when it does (SEC-7). */
export class SecurityAlarms extends Construct {
  constructor(scope: Construct, id: string, props: SecurityAlarmsProps) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const subject = resourcePrefix(configuration, environment.name);
    // Environments may share an account, and each has a trail: their counts must not meet.
    const namespace = `${securityNamespace}/${subject}`;
    for (const event of securityEvents) {
      new MetricFilter(this, `${event.metric}Filter`, {
        logGroup: props.events,
        filterPattern: FilterPattern.literal(event.filter),
        metricNamespace: namespace,
        metricName: event.metric,
        metricValue: '1',
      });
      new CataloguedAlarm(this, event.metric, {
        kind: event.id,
        subject,
        namespace,
        dimensions: {},
        topic: props.topic,
      });
    }
  }
}
