import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { DutyRole } from './duty-role';

export interface ScheduledCallsProps {
  /** What is called, in a few words; it names the role's duty. */
  readonly duty: string;
  /** Id of the alarm on calls that were missed, in the table of @wa-ml/config. */
  readonly alarm: string;
  /** Before the name of the alarm. */
  readonly subject: string;
  /** For the calls and for the queue. */
  readonly key: IKey;
  readonly topic: ITopic;
}

/** One call by the clock. */
export interface ScheduledCall {
  /** `cron(...)` in the six fields of EventBridge Scheduler. */
  readonly cron: string;
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** For how long after its time it may wait, 1 to 1440 minutes. @default - it is made at its time */
  readonly windowMinutes?: number;
  readonly description?: string;
  /** An API of AWS, or a target that takes the input as it is. @default - a target without input */
  readonly target: { readonly arn: string; readonly input?: string };
}

/** Tries of a call that EventBridge Scheduler may repeat within the hour; ours. */
const retryPolicy = { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 };

/**
 * Calls that EventBridge Scheduler makes: one role for them, and a queue and an alarm for those that nobody took
 * (REL-6).
 */
export class ScheduledCalls extends Construct {
  /** What it may do besides keeping a missed call is for who makes the calls to allow. */
  readonly role: DutyRole;
  private readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ScheduledCallsProps,
  ) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This queue is itself where the calls go that EventBridge Scheduler could not make.',
    });
    this.role = new DutyRole(this, 'Role', {
      duty: props.duty,
      service: 'scheduler.amazonaws.com',
    });
    this.role
      .allow({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] })
      .allow({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [props.key.keyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': ['scheduler', 'sqs'].map(
              (service) => `${service}.${Stack.of(this).region}.amazonaws.com`,
            ),
          },
        },
      });
    new CataloguedAlarm(this, props.alarm, {
      kind: props.alarm,
      subject: props.subject,
      dimensions: { QueueName: this.deadLetters.queueName },
      topic: props.topic,
    });
  }

  /** Makes a call at every time of its cron expression. */
  call(id: string, { cron, timeZone, windowMinutes, description, target }: ScheduledCall): void {
    const schedule = new CfnSchedule(this, id, {
      ...(description ? { description } : {}),
      scheduleExpression: cron,
      ...(timeZone ? { scheduleExpressionTimezone: timeZone } : {}),
      flexibleTimeWindow:
        windowMinutes === undefined
          ? { mode: 'OFF' }
          : { mode: 'FLEXIBLE', maximumWindowInMinutes: windowMinutes },
      kmsKeyArn: this.props.key.keyArn,
      target: {
        ...target,
        roleArn: this.role.roleArn,
        retryPolicy,
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      },
    });
    schedule.node.addDependency(this.role); // with its policy
  }
}
