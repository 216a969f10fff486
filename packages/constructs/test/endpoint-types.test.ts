import { alarmsOf, endpointTraits, type EndpointType, type Rollout } from '@wa-ml/config';
import { formatFindings, releaseOf, requireFitting } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { refusedByTheApi } from './api-requests';
import {
  containers,
  everyPair,
  everyRelease,
  nameOf,
  pairs,
  synthesiseEveryPair,
} from './every-pair';
import { releaseIn, synthesiseExample } from './generated-infra';

/** Staging has what development has, in two zones. */
const environments = process.env['WA_ML_DEEP'] ? ['dev', 'staging', 'prod'] : ['dev', 'prod'];
const synthesised = await synthesiseEveryPair(environments, true);

/** What the stack of a pair has of a type. */
function inStack(type: EndpointType, rollout: Rollout, resource: string, environment = 'prod') {
  const { Resources } =
    synthesised.templates[`acme-ml-${environment}-serving-${nameOf(type, rollout)}`]!;
  return Object.values(Resources)
    .filter(({ Type }) => Type === resource)
    .map(({ Properties }) => Properties);
}
const config = (type: EndpointType, rollout: Rollout = 'all-at-once') =>
  inStack(type, rollout, 'AWS::SageMaker::EndpointConfig')[0]!;
const policies = (type: EndpointType, rollout: Rollout = 'all-at-once') =>
  inStack(type, rollout, 'AWS::ApplicationAutoScaling::ScalingPolicy');
const targets = (type: EndpointType, rollout: Rollout = 'all-at-once') =>
  inStack(type, rollout, 'AWS::ApplicationAutoScaling::ScalableTarget');
const alarmNames = (type: EndpointType, rollout: Rollout = 'all-at-once'): string[] =>
  inStack(type, rollout, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);

describe('every pair of endpoint type and rollout', () => {
  it('passes CloudFormation’s rules, AwsSolutions and ours, in every environment', () => {
    expect(pairs).toHaveLength(21);
    const rest = synthesised.findings.filter(({ rule }) => rule !== 'WaMl-scaling-measured');
    expect(rest, formatFindings(rest)).toEqual([]);
    const serving = synthesised.stacks.filter((name) => name.includes('-serving-'));
    expect(serving).toHaveLength(environments.length * pairs.length);
  });

  it.each(pairs.map(({ type, rollout }) => [type, rollout] as const))(
    '%s with %s: an endpoint where the type has one, deployed as the rollout says',
    (type, rollout) => {
      for (const environment of ['dev', 'prod']) {
        const endpoints = inStack(type, rollout, 'AWS::SageMaker::Endpoint', environment);
        expect(endpoints).toHaveLength(endpointTraits[type].isEndpoint ? 1 : 0);
        expect(inStack(type, rollout, 'AWS::SageMaker::Model', environment)).toHaveLength(
          rollout === 'ab' || rollout === 'shadow' ? 2 : 1,
        );
      }
      if (!endpointTraits[type].isEndpoint) return;
      const { DeploymentConfig } = inStack(type, rollout, 'AWS::SageMaker::Endpoint')[0]!;
      if (type === 'serverless') return expect(DeploymentConfig).toBeUndefined();
      const count = DeploymentConfig.AutoRollbackConfiguration.Alarms.length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(10);
      const { BlueGreenUpdatePolicy: blueGreen, RollingUpdatePolicy: rolling } = inStack(
        ...([type, rollout, 'AWS::SageMaker::Endpoint', 'dev'] as const),
      )[0]!['DeploymentConfig'];
      if (rollout === 'rolling')
        return expect(rolling).toMatchObject({
          MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 },
          RollbackMaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 100 },
        });
      // A development fleet of one instance cannot be split.
      expect(blueGreen.TrafficRoutingConfiguration.Type).toBe('ALL_AT_ONCE');
    },
  );

  it('has every alarm of its type, and no other', () => {
    for (const { type, rollout } of pairs) {
      const wanted = alarmsOf(type)
        .map(({ id }) => id)
        .filter((id) => !id.startsWith('endpoint-gpu-') || type === 'multiModel');
      const found = alarmNames(type, rollout).map(
        (name) => wanted.filter((id) => name.endsWith(id)).sort((a, b) => b.length - a.length)[0],
      );
      const others = alarmNames(type, rollout).filter((_, index) => found[index] === undefined);
      expect(others.filter((name) => !name.endsWith('-schedule-missed'))).toEqual([]);
      expect([...new Set(found)].filter(Boolean).sort(), type).toEqual([...wanted].sort());
    }
  });
});

describe('a serverless endpoint', () => {
  it('has memory and concurrency, and nothing that SageMaker refuses with them', () => {
    const { ProductionVariants, KmsKeyId, DataCaptureConfig } = config('serverless');
    expect(ProductionVariants).toEqual([
      expect.objectContaining({
        ServerlessConfig: { MemorySizeInMB: 4096, MaxConcurrency: 20, ProvisionedConcurrency: 2 },
      }),
    ]);
    expect(ProductionVariants[0].InstanceType).toBeUndefined();
    expect([KmsKeyId, DataCaptureConfig]).toEqual([undefined, undefined]);
    const [model] = inStack('serverless', 'all-at-once', 'AWS::SageMaker::Model');
    expect(model).not.toHaveProperty('VpcConfig');
    expect(model).not.toHaveProperty('EnableNetworkIsolation');
  });

  it('scales what is kept warm by its use', () => {
    expect(targets('serverless')[0]).toMatchObject({
      ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency',
      MinCapacity: 2,
      MaxCapacity: 20,
    });
    expect(policies('serverless')[0]!['TargetTrackingScalingPolicyConfiguration']).toMatchObject({
      PredefinedMetricSpecification: {
        PredefinedMetricType: 'SageMakerVariantProvisionedConcurrencyUtilization',
      },
      TargetValue: 0.7,
    });
  });
});

describe('a serverless endpoint that is warm up to its most', () => {
  it('has nothing to scale', async () => {
    const { templates, exitCode } = await synthesiseExample({
      configuration: {
        ...everyPair,
        models: {
          diagnosis: {
            flavour: 'pytorch-tabular',
            endpoint: { type: 'serverless', provisionedConcurrency: 12 },
          },
        },
      },
      environments: ['prod'],
    });
    expect(exitCode).toBe(0);
    const types = Object.values(templates['acme-ml-prod-serving-diagnosis']!.Resources).map(
      ({ Type }) => Type,
    );
    expect(types).toContain('AWS::SageMaker::Endpoint');
    expect(types).not.toContain('AWS::ApplicationAutoScaling::ScalableTarget');
  });
});

describe('an asynchronous endpoint', () => {
  it('writes answers and failures under the key, and tells a topic of each', () => {
    const { OutputConfig } = config('asynchronous').AsyncInferenceConfig;
    expect(JSON.stringify(OutputConfig.S3OutputPath)).toContain('/asynchronous/answers/');
    expect(JSON.stringify(OutputConfig.S3FailurePath)).toContain('/asynchronous/failures/');
    expect(OutputConfig.KmsKeyId).toBeDefined();
    const topics = Object.values(OutputConfig.NotificationConfig);
    expect(topics).toHaveLength(2);
    expect(inStack('asynchronous', 'canary', 'AWS::SNS::Topic')).toHaveLength(2);
  });

  it('begins with an instance, goes down to none, and is woken by the first request', () => {
    expect(config('asynchronous').ProductionVariants[0].InitialInstanceCount).toBe(1);
    expect(targets('asynchronous')[0]).toMatchObject({ MinCapacity: 0, MaxCapacity: 4 });
    const [tracking, step] = policies('asynchronous');
    expect(tracking!['TargetTrackingScalingPolicyConfiguration']).toMatchObject({
      CustomizedMetricSpecification: {
        MetricName: 'ApproximateBacklogSizePerInstance',
        Dimensions: [{ Name: 'EndpointName' }],
      },
      TargetValue: 5,
    });
    expect(step!['StepScalingPolicyConfiguration'].StepAdjustments).toEqual([
      { MetricIntervalLowerBound: 0, ScalingAdjustment: 1 },
    ]);
    const waking = inStack('asynchronous', 'all-at-once', 'AWS::CloudWatch::Alarm').find(
      ({ MetricName }) => MetricName === 'HasBacklogWithoutCapacity',
    )!;
    expect(waking['Dimensions']).toHaveLength(1);
    expect(JSON.stringify(waking['AlarmActions'])).toContain('FirstInstance');
  });

  it('starts an instance for each release, since an empty fleet would try nothing', () => {
    const [endpoint] = inStack('asynchronous', 'canary', 'AWS::SageMaker::Endpoint');
    expect(endpoint!['ExcludeRetainedVariantProperties']).toEqual([
      { VariantPropertyType: 'DesiredInstanceCount' },
    ]);
  });
});

describe('an inference pipeline', () => {
  it('runs the containers of the package in their order, by digest and isolated', () => {
    const [model] = inStack('inferencePipeline', 'all-at-once', 'AWS::SageMaker::Model');
    expect(model!['Containers'].map((one: any) => one.ContainerHostname)).toEqual(containers);
    for (const { Image, ModelDataUrl } of model!['Containers']) {
      expect(Image).toMatch(/@sha256:[0-9a-f]{64}$/);
      expect(ModelDataUrl).toMatch(/^s3:/);
    }
    expect(model!['InferenceExecutionConfig']).toEqual({ Mode: 'Serial' });
    expect(model).not.toHaveProperty('PrimaryContainer');
    expect(model!['EnableNetworkIsolation']).toBe(true);
  });

  it('watches each container', () => {
    const watched = inStack('inferencePipeline', 'all-at-once', 'AWS::CloudWatch::Alarm').filter(
      ({ MetricName }) => MetricName === 'ContainerLatency',
    );
    const names = watched.map(({ Dimensions }) =>
      Dimensions.find(({ Name }: any) => Name === 'ContainerName'),
    );
    expect(names.map(({ Value }) => Value).sort()).toEqual([...containers].sort());
  });
});

describe('a multi-model endpoint', () => {
  it('takes its models from below a prefix of its own', () => {
    const [model] = inStack('multiModel', 'all-at-once', 'AWS::SageMaker::Model');
    const { Mode, ModelDataUrl, ModelPackageName, MultiModelConfig } = model!['PrimaryContainer'];
    expect([Mode, ModelPackageName]).toEqual(['MultiModel', undefined]);
    expect(JSON.stringify(ModelDataUrl)).toMatch(
      /releases\/multimodel-all-at-once\/models\/"\]\]\}$/,
    );
    expect(MultiModelConfig).toEqual({ ModelCacheSetting: 'Enabled' });
  });

  it('tells of more models than expected, and scales by its GPUs too', () => {
    const alarm = (metric: string) =>
      inStack('multiModel', 'all-at-once', 'AWS::CloudWatch::Alarm').find(
        ({ MetricName }) => MetricName === metric,
      );
    expect(alarm('LoadedModelCount')).toMatchObject({ Threshold: 50 });
    expect(alarm('ModelCacheHit')).toMatchObject({ Threshold: 0.5 });
    expect(alarm('GPUUtilization')).toMatchObject({ Threshold: 80 }); // one GPU in an ml.g5.xlarge
    expect(policies('multiModel')).toHaveLength(5);
  });
});

describe('batch transform', () => {
  const [machine] = inStack('batchTransform', 'all-at-once', 'AWS::StepFunctions::StateMachine');
  const written = JSON.stringify(machine!['DefinitionString']);

  it('has no endpoint: a schedule starts the job, waits for it and tries again', () => {
    const [schedule] = inStack('batchTransform', 'all-at-once', 'AWS::Scheduler::Schedule');
    expect(schedule).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Dublin',
      Target: { DeadLetterConfig: {}, RetryPolicy: { MaximumRetryAttempts: 5 } },
    });
    expect(written).toContain('sagemaker:createTransformJob.sync');
    expect(written).toContain('MaxAttempts');
  });

  it('asks for a job that the API’s own model takes', () => {
    const definition = JSON.parse(
      (machine!['DefinitionString']['Fn::Join'][1] as unknown[])
        .map((part) => (typeof part === 'string' ? part : 'text'))
        .join(''),
    ) as { States: { Transform: { Parameters: Record<string, unknown> } } };
    // What Step Functions fills in when it runs stands for a text.
    const request: unknown = JSON.parse(
      JSON.stringify(definition.States.Transform.Parameters).replace(
        /"(\w+)\.\$":"[^"]*"/g,
        '"$1":"text"',
      ),
    );
    const asked = { service: 'sagemaker', operation: 'CreateTransformJob', request };
    expect(refusedByTheApi([asked])).toEqual(['']);
    const { TransformOutput: _, ...without } = request as Record<string, unknown>;
    expect(refusedByTheApi([{ ...asked, request: without }])[0]).toContain('TransformOutput');
  });

  it('encrypts answers and volumes, and names each job anew within 63 characters', () => {
    expect(written.match(/KmsKeyId/g)).toHaveLength(2); // of the output and of the volumes
    const [, prefix] = /States\.Format\('([a-z-]+)-\{\}', States\.UUID\(\)\)/.exec(written)!;
    expect(`${prefix}-`.length + 36).toBeLessThanOrEqual(63);
    const statements = inStack('batchTransform', 'all-at-once', 'AWS::IAM::ManagedPolicy').flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    );
    const start = statements.find(({ Action }) => Action.includes('sagemaker:CreateTransformJob'));
    expect(JSON.stringify(start.Resource)).toContain(`transform-job/${prefix}-*`);
  });
});

describe('two models behind one endpoint', () => {
  it('share the traffic by the weights of the release file, each with alarms and scaling', () => {
    const { ProductionVariants } = config('realtime', 'ab');
    expect(
      ProductionVariants.map((one: any) => [one.VariantName, one.InitialVariantWeight]),
    ).toEqual([
      ['AllTraffic', 0.9],
      ['Challenger', 0.1],
    ]);
    const [endpoint] = inStack('realtime', 'ab', 'AWS::SageMaker::Endpoint');
    expect(endpoint!['DeploymentConfig'].AutoRollbackConfiguration.Alarms).toHaveLength(6);
    expect(targets('realtime', 'ab').map(({ ResourceId }) => ResourceId)).toEqual([
      'endpoint/acme-ml-realtime-ab-prod/variant/AllTraffic',
      'endpoint/acme-ml-realtime-ab-prod/variant/Challenger',
    ]);
    expect(new Set(alarmNames('realtime', 'ab')).size).toBe(alarmNames('realtime', 'ab').length);
    expect(new Set(policies('realtime', 'ab').map(({ PolicyName }) => PolicyName)).size).toBe(6);
  });

  it('let a new weight of the release file win over the one that is deployed', () => {
    for (const rollout of ['ab', 'shadow'] as const)
      expect(
        inStack('realtime', rollout, 'AWS::SageMaker::Endpoint')[0]![
          'ExcludeRetainedVariantProperties'
        ],
      ).toEqual([{ VariantPropertyType: 'DesiredWeight' }]);
  });

  it('shadow: one production and one shadow variant, whose errors take nothing back', () => {
    const { ProductionVariants, ShadowProductionVariants } = config('realtime', 'shadow');
    expect([ProductionVariants.length, ShadowProductionVariants.length]).toEqual([1, 1]);
    expect(ShadowProductionVariants[0].InitialVariantWeight).toBe(0.5);
    const [endpoint] = inStack('realtime', 'shadow', 'AWS::SageMaker::Endpoint');
    expect(endpoint!['DeploymentConfig'].AutoRollbackConfiguration.Alarms).toHaveLength(3);
    expect(alarmNames('realtime', 'shadow')).toContain(
      'acme-ml-realtime-shadow-prod-shadow-endpoint-errors',
    );
  });
});

describe('a release file', () => {
  const dev = synthesised.configuration.environments['dev']!;
  const read = (more: object) => releaseOf(releaseIn('dev', 'churn', more), dev, 'churn')!;
  const second = (more: object = {}) => ({ ...releaseIn('dev', 'churn')['churn'], ...more });
  const fits = (more: object, endpoint: object) => () =>
    requireFitting(
      read(more),
      { type: 'realtime', rollout: 'canary', ...endpoint },
      'releases/dev.json: churn',
    );

  it.each([
    ['no release as challenger', { challenger: 0.1 }, /churn\.challenger\.modelPackageArn/],
    ['a challenger without a weight', { challenger: second() }, /challenger\.weight.*|below 1/],
    ['all traffic for the challenger', { challenger: second({ weight: 1 }) }, /challenger\.weight/],
    ['no traffic for the shadow', { shadow: second({ weight: 0 }) }, /shadow\.weight/],
    [
      'a challenger of another account',
      { challenger: { ...releaseIn('prod', 'churn')['churn'], weight: 0.1 } },
      /333333333333/,
    ],
    ['a container by tag', { containers: [{ hostname: 'a', image: 'i' }] }, /churn\.containers/],
  ])('is refused with %s', (_, more, message) => {
    expect(() => read(more)).toThrow(message);
  });

  it.each([
    [{ challenger: second({ weight: 0.1 }) }, {}, /"rollout": "ab"/],
    [{ shadow: second({ weight: 1 }) }, { rollout: 'ab' }, /"rollout": "shadow"/],
    [{}, { type: 'inferencePipeline', containers }, /one container/],
    [
      { containers: [{ hostname: 'a', image: 'i', imageDigest: `sha256:${'a'.repeat(64)}` }] },
      { type: 'inferencePipeline', containers },
      /preprocess, model, postprocess in this order/,
    ],
    [
      {
        containers: ['a', 'b'].map((hostname) => ({
          ...{ hostname, image: 'i', imageDigest: `sha256:${'a'.repeat(64)}` },
        })),
      },
      {},
      /has 2 containers and the type realtime runs one/,
    ],
  ])('that contradicts wa-ml.json is refused: %#', (more, endpoint, message) => {
    expect(fits(more, endpoint)).toThrow(message);
  });

  it('without a challenger or a shadow deploys one variant, until the second comes', async () => {
    const { templates } = await synthesiseExample({
      configuration: everyPair,
      environments: ['prod'],
      releases: (environment) =>
        JSON.parse(
          JSON.stringify(everyRelease(environment), (key, value) =>
            key === 'challenger' || key === 'shadow' ? undefined : value,
          ),
        ) as object,
    });
    for (const rollout of ['ab', 'shadow'] as const) {
      const { Resources } = templates[`acme-ml-prod-serving-realtime-${rollout}`]!;
      const [one] = Object.values(Resources).filter(
        ({ Type }) => Type === 'AWS::SageMaker::EndpointConfig',
      );
      expect(one!.Properties['ProductionVariants']).toHaveLength(1);
      expect(one!.Properties['ProductionVariants'][0].InitialVariantWeight).toBe(1);
      expect(one!.Properties['ShadowProductionVariants']).toBeUndefined();
    }
  });
});
