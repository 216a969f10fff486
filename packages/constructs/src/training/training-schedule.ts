import type { ScheduleSettings } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { ScheduledCalls } from '../foundation/scheduled-calls';

export interface TrainingScheduleProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly pipelineName: string;
  readonly schedule: ScheduleSettings;
}

/** Any minute of the hour will do: whoever trains at the same time as everybody waits for capacity. */
const windowMinutes = 60;

/**
 * Starts a model's pipeline by the clock (OPS-7, off-peak by SUS-2). A start that fails after its retries is kept in a
 * dead-letter queue, whose alarm tells.
 */
export class TrainingSchedule extends Construct {
  constructor(scope: Construct, id: string, props: TrainingScheduleProps) {
    super(scope, id);
    const { foundation, pipelineName, schedule } = props;
    const { partition, region, account } = Stack.of(this);
    const calls = new ScheduledCalls(this, 'Calls', {
      duty: `starts the pipeline ${pipelineName} by the clock`,
      alarm: 'training-not-started',
      subject: pipelineName,
      key: foundation.dataKey,
      topic: foundation.alarmTopic,
    });
    calls.role.allow({
      actions: ['sagemaker:StartPipelineExecution'],
      resources: [`arn:${partition}:sagemaker:${region}:${account}:pipeline/${pipelineName}`],
    });
    calls.call('Start', {
      description: `Trains ${props.subject.model} again`,
      cron: schedule.cron,
      timeZone: schedule.timeZone,
      windowMinutes,
      target: {
        // The plain API: only its input may hold the scheduled time.
        arn: `arn:${partition}:scheduler:::aws-sdk:sagemaker:startPipelineExecution`,
        input: JSON.stringify({
          PipelineName: pipelineName,
          // The same for every retry of one start, so that it never trains twice.
          ClientRequestToken: '<aws.scheduler.execution-id>',
          PipelineParameters: parameters(schedule),
        }),
      },
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
