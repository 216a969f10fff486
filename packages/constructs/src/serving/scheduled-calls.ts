import { Duration, Validations } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DutyRole } from '../foundation/duty-role';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';

export interface ScheduledCallsProps {
  /** What is called, in a few words; it names the role's duty. */
  readonly duty: string;
  /** Before the name of the alarm. */
  readonly subject: string;
  readonly key: IKey;
  readonly topic: ITopic;
  readonly timeZone: string;
}

/** Tries of a call that EventBridge Scheduler may repeat within the hour; ours. */
const retryPolicy = { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 };

/** Calls that EventBridge Scheduler makes: one role for them, and a queue and an alarm for those that nobody took (REL-6). */
export class ScheduledCalls extends Construct {
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
    new CataloguedAlarm(this, 'schedule-missed', {
      kind: 'schedule-missed',
      subject: props.subject,
      dimensions: { QueueName: this.deadLetters.queueName },
      topic: props.topic,
    });
  }

  /** Calls an API, or a target that takes the input as it is, by a cron expression. */
  call(
    id: string,
    schedule: string,
    target: { readonly arn: string; readonly input: string },
  ): void {
    const one = new CfnSchedule(this, id, {
      scheduleExpression: schedule,
      scheduleExpressionTimezone: this.props.timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      kmsKeyArn: this.props.key.keyArn,
      target: {
        ...target,
        roleArn: this.role.roleArn,
        retryPolicy,
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      },
    });
    one.node.addDependency(this.role); // with its policy
  }
}
