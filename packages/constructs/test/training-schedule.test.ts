import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesiseExample } from './generated-infra';
import { everySetting } from './matrix/options';

const synthesised = await synthesiseExample({
  configuration: everySetting(['models.*.training.schedule']),
});
const [schedule, ...others] = resourcesOf(synthesised, 'AWS::Scheduler::Schedule').filter(
  ({ stack }) => stack.includes('-training-'),
);

describe('a schedule of trainings', () => {
  it('is only where the environment trains', () => {
    expect([schedule!.stack, others.length]).toEqual(['acme-ml-dev-training-diagnosis', 0]);
  });

  it('starts by the clock of its time zone, within an hour, and keeps what could not be started', () => {
    const { Properties } = schedule!;
    expect(Properties).toMatchObject({
      ScheduleExpression: 'cron(0 2 ? * SUN *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
      Target: { RetryPolicy: { MaximumRetryAttempts: 5 } },
    });
    const queue = Properties.Target.DeadLetterConfig.Arn['Fn::GetAtt'][0];
    const template = synthesised.templates[schedule!.stack]!;
    expect(template.Resources[queue]!.Properties['KmsMasterKeyId']).toBeDefined();
    const alarm = resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').find(
      ({ Properties: { AlarmName } }) => AlarmName === 'acme-ml-diagnosis-dev-training-not-started',
    )!;
    expect(alarm.Properties.Dimensions).toEqual([
      { Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } },
    ]);
  });

  it('gives the pipeline every parameter that has no default, and starts it once', () => {
    const input = JSON.parse(schedule!.Properties.Target.Input);
    const pipeline = resourcesOf(synthesised, 'AWS::SageMaker::Pipeline')[0]!.Properties;
    expect(input.PipelineName).toBe(pipeline.PipelineName);
    expect(input.ClientRequestToken).toBe('<aws.scheduler.execution-id>');
    const { Parameters } = JSON.parse(
      pipeline.PipelineDefinition.PipelineDefinitionBody['Fn::Join'][1]
        .map((part: unknown) => (typeof part === 'string' ? part : 'x'))
        .join(''),
    );
    const needed = Parameters.filter(({ DefaultValue }: any) => DefaultValue === undefined);
    expect(input.PipelineParameters.map(({ Name }: any) => Name).sort()).toEqual(
      needed.map(({ Name }: any) => Name).sort(),
    );
    expect(
      Object.fromEntries(input.PipelineParameters.map(({ Name, Value }: any) => [Name, Value]))[
        'DataVersion'
      ],
    ).toBe('<aws.scheduler.scheduled-time>');
  });
});
