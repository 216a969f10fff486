import type { ScheduleSettings } from '@wa-ml/config';
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';

export interface TrainingScheduleProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly pipelineName: string;
  readonly schedule: ScheduleSettings;
}

/** Any minute of the hour will do: whoever trains at the same time as everybody waits for capacity. */
const windowMinutes = 60;
const retries = { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 };

/**
 * Starts a model's pipeline by the clock (OPS-7, off-peak by SUS-2). A start that fails after its retries is kept in a
 * dead-letter queue, whose alarm tells.
 */
export class TrainingSchedule extends Construct {
  constructor(scope: Construct, id: string, props: TrainingScheduleProps) {
    super(scope, id);
    const { foundation, pipelineName, schedule } = props;
    const { partition, region, account } = Stack.of(this);
    const missed = new Queue(this, 'Missed', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: foundation.dataKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(missed).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'This is the dead-letter queue: of the schedule, which cdk-nag does not know to have one.',
    });
    const role = new DutyRole(this, 'Role', {
      duty: `starts the pipeline ${pipelineName} by the clock`,
      service: 'scheduler.amazonaws.com',
    })
      .allow({
        actions: ['sagemaker:StartPipelineExecution'],
        resources: [`arn:${partition}:sagemaker:${region}:${account}:pipeline/${pipelineName}`],
      })
      .allow({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] })
      .allow({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [foundation.dataKey.keyArn],
      });

    const start = new CfnSchedule(this, 'Schedule', {
      description: `Trains ${props.subject.model} again`,
      scheduleExpression: schedule.cron,
      scheduleExpressionTimezone: schedule.timeZone,
      kmsKeyArn: foundation.dataKey.keyArn,
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: windowMinutes },
      target: {
        // The plain API: only its input may hold the scheduled time.
        arn: `arn:${partition}:scheduler:::aws-sdk:sagemaker:startPipelineExecution`,
        roleArn: role.roleArn,
        input: JSON.stringify({
          PipelineName: pipelineName,
          // The same for every retry of one start, so that it never trains twice.
          ClientRequestToken: '<aws.scheduler.execution-id>',
          PipelineParameters: parameters(schedule),
        }),
        retryPolicy: retries,
        deadLetterConfig: { arn: missed.queueArn },
      },
    });
    start.node.addDependency(role);
    new CataloguedAlarm(this, 'NotStarted', {
      kind: 'training-not-started',
      subject: pipelineName,
      dimensions: { QueueName: missed.queueName },
      topic: foundation.alarmTopic,
    });
  }
}

function parameters({ trainingImage, inferenceImage, gitCommit, dataVersion }: ScheduleSettings) {
  const values: Record<string, string> = {
    TrainingImage: trainingImage,
    InferenceImage: inferenceImage,
    GitCommit: gitCommit,
    DataVersion: dataVersion,
  };
  return Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
}
