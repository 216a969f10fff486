import type { Configuration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { refusedByTheApi } from './api-requests';
import {
  example,
  releaseIn,
  synthesiseExample,
  type Resource,
  type Template,
} from './generated-infra';

const { templates } = await synthesiseExample();
const dev = templates['acme-ml-dev-serving-diagnosis'] as Template & {
  readonly Parameters: Record<string, { Default: string }>;
  readonly Conditions: Record<string, unknown>;
};
const resources = (template: Template, type: string) =>
  Object.values(template.Resources).filter(({ Type }) => Type === type) as (Resource & {
    Condition?: string;
  })[];
const schedules = resources(dev, 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties);
const inputs = schedules.map(({ Target }) => JSON.parse(Target.Input) as Record<string, unknown>);

async function withEndpoint(
  endpoint: Configuration['models'][string]['endpoint'],
  environments: Configuration['environments'] = example.environments,
) {
  const { templates: all } = await synthesiseExample({
    configuration: {
      ...example,
      environments,
      models: { diagnosis: { flavour: 'pytorch-tabular', endpoint } },
    },
    environments: ['dev'],
    releases: () => releaseIn('dev'),
  });
  return all['acme-ml-dev-serving-diagnosis']!;
}

describe('an endpoint outside of production', () => {
  it('hangs on a condition together with its scaling and its alarms, and what else there is does not', () => {
    expect(dev.Conditions).toEqual({ Runs: { 'Fn::Equals': [{ Ref: 'EndpointRuns' }, 'yes'] } });
    expect(dev.Parameters['EndpointRuns']).toMatchObject({ Default: 'yes' });
    const held = [
      'AWS::SageMaker::Endpoint',
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
    ];
    for (const [id, resource] of Object.entries(dev.Resources)) {
      const { Type, Condition, Properties } = resource as Resource & { Condition?: string };
      const runs =
        held.includes(Type) ||
        (Type === 'AWS::CloudWatch::Alarm' &&
          !Properties['AlarmName'].endsWith('-schedule-missed'));
      expect(Condition, id).toBe(runs ? 'Runs' : undefined);
    }
  });

  it('leaves nothing behind that points at it when it is gone', () => {
    const gone = Object.entries(dev.Resources)
      .filter(([, resource]) => 'Condition' in resource)
      .map(([id]) => id);
    const staying = JSON.stringify([
      Object.values(dev.Resources).filter((resource) => !('Condition' in resource)),
      dev.Outputs,
    ]);
    expect(gone.length).toBeGreaterThan(8);
    for (const id of gone) {
      expect(staying).not.toContain(`{"Ref":"${id}"}`);
      expect(staying).not.toContain(`"Fn::GetAtt":["${id}"`);
    }
  });

  it('stops in the evening and starts in the morning, by the clock of the region', () => {
    expect(
      schedules.map((one) => [one['ScheduleExpression'], one['ScheduleExpressionTimezone']]).sort(),
    ).toEqual([
      ['cron(0 19 ? * MON-FRI *)', 'Europe/Dublin'],
      ['cron(0 7 ? * MON-FRI *)', 'Europe/Dublin'],
    ]);
  });

  it('is changed by UpdateStack with the deployed template and one parameter, all others as they are', () => {
    for (const { Target } of schedules)
      expect(JSON.stringify(Target.Arn)).toContain(
        ':scheduler:::aws-sdk:cloudformation:updateStack',
      );
    for (const input of inputs) {
      expect(input).toMatchObject({
        StackName: 'acme-ml-dev-serving-diagnosis',
        UsePreviousTemplate: true,
        Capabilities: ['CAPABILITY_IAM'],
      });
      expect(input).not.toHaveProperty('TemplateBody');
      expect(input).not.toHaveProperty('RoleARN');
      const parameters = input['Parameters'] as { ParameterKey: string }[];
      expect(parameters.map(({ ParameterKey }) => ParameterKey).sort()).toEqual(
        Object.keys(dev.Parameters).sort(),
      );
      expect(parameters.filter((one) => 'ParameterValue' in one)).toHaveLength(1);
      for (const one of parameters)
        if (one.ParameterKey !== 'EndpointRuns')
          expect(one).toMatchObject({ UsePreviousValue: true });
    }
    const byHour = Object.fromEntries(
      schedules.map((one, index) => [
        one['ScheduleExpression'],
        (inputs[index]!['Parameters'] as { ParameterValue?: string }[]).find(
          ({ ParameterValue }) => ParameterValue,
        )!.ParameterValue,
      ]),
    );
    expect(byHour).toEqual({ 'cron(0 19 ? * MON-FRI *)': 'no', 'cron(0 7 ? * MON-FRI *)': 'yes' });
  });

  it('by requests that the API’s own model takes', () => {
    const requests = inputs.map((request) => ({
      ...{ service: 'cloudformation', operation: 'UpdateStack', request },
    }));
    expect(refusedByTheApi(requests)).toEqual(['', '']);
    const [{ request, ...rest }] = requests as [(typeof requests)[0]];
    expect(refusedByTheApi([{ ...rest, request: { ...request, Parameters: {} } }])[0]).toContain(
      'Parameters',
    );
  });

  it('by a role that may update this one stack and nothing else of CloudFormation', () => {
    const policy = resources(dev, 'AWS::IAM::ManagedPolicy').find(({ Properties }) =>
      JSON.stringify(Properties).includes('UpdateStack'),
    )!;
    const statements = policy.Properties['PolicyDocument'].Statement as Record<string, any>[];
    const update = statements.find(({ Action }) => Action === 'cloudformation:UpdateStack')!;
    expect(JSON.stringify(update['Resource'])).toContain(':stack/acme-ml-dev-serving-diagnosis/*');
    expect(update['Condition']).toEqual({
      Null: { 'cloudformation:RoleArn': 'true', 'cloudformation:TemplateUrl': 'true' },
    });
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      'cloudformation:UpdateStack',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'sqs:SendMessage',
      'ssm:GetParameters',
    ]);
    const trust = resources(dev, 'AWS::IAM::Role').map(({ Properties }) =>
      JSON.stringify(Properties['AssumeRolePolicyDocument']),
    );
    expect(trust.filter((one) => one.includes('scheduler.amazonaws.com'))).toEqual([
      expect.stringContaining('"aws:SourceAccount":"111111111111"'),
    ]);
  });

  it('keeps a call that nobody took in an encrypted queue, and tells of it', () => {
    for (const { Target } of schedules) {
      expect(Target.DeadLetterConfig.Arn['Fn::GetAtt'][0]).toMatch(/DeadLetters/);
      expect(Target.RetryPolicy).toEqual({
        MaximumEventAgeInSeconds: 3600,
        MaximumRetryAttempts: 5,
      });
    }
    expect(resources(dev, 'AWS::SQS::Queue')[0]!.Properties['KmsMasterKeyId']).toBeDefined();
    const [alarm] = resources(dev, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      Properties['AlarmName'].endsWith('-schedule-missed'),
    );
    expect(JSON.stringify(alarm!.Properties['AlarmActions'])).toContain('AlarmTopic');
  });

  it('follows the working hours of its environment, or stays on', async () => {
    const hours = { start: '08:30', stop: '18:15', days: 'MON,WED', timeZone: 'Europe/Berlin' };
    const environment = (workingHours: typeof hours | false) => ({
      ...example.environments,
      dev: { ...example.environments['dev']!, workingHours },
    });
    const own = await withEndpoint({}, environment(hours));
    expect(
      resources(own, 'AWS::Scheduler::Schedule').map(({ Properties }) => [
        Properties['ScheduleExpression'],
        Properties['ScheduleExpressionTimezone'],
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['cron(15 18 ? * MON,WED *)', 'Europe/Berlin'],
        ['cron(30 8 ? * MON,WED *)', 'Europe/Berlin'],
      ]),
    );
    const on = await withEndpoint({}, environment(false));
    expect(resources(on, 'AWS::Scheduler::Schedule')).toEqual([]);
    expect(on).not.toHaveProperty('Conditions');
  });
});

describe('an endpoint that costs nothing while nobody calls', () => {
  it.each([
    [{ type: 'serverless' as const }, 0],
    [{ type: 'serverless' as const, provisionedConcurrency: 1 }, 2],
    [{ type: 'asynchronous' as const }, 0],
  ])('%j has %i schedules', async (endpoint, count) => {
    const template = await withEndpoint(endpoint);
    expect(resources(template, 'AWS::Scheduler::Schedule')).toHaveLength(count);
  });
});

describe('production', () => {
  it('has neither condition nor parameter nor schedule', () => {
    const prod = templates['acme-ml-prod-serving-diagnosis'] as typeof dev;
    expect(prod.Conditions).toBeUndefined();
    expect(Object.keys(prod.Parameters)).toEqual(['BootstrapVersion']);
    expect(resources(prod, 'AWS::Scheduler::Schedule')).toEqual([]);
  });
});
