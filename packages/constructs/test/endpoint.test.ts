import { highAvailabilityInstances } from '@wa-ml/config';
import { releaseOf } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { releaseIn, resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const endpointOf = (environment: string) =>
  resourcesOf(synthesised, 'AWS::SageMaker::Endpoint').find(({ stack }) =>
    stack.includes(`-${environment}-`),
  )!.Properties;

describe('an endpoint', () => {
  it('is not there before something is released, while role, alarms and topic are', async () => {
    const none = await synthesiseExample({ releases: () => ({}) });
    for (const type of ['Endpoint', 'EndpointConfig', 'Model'])
      expect(resourcesOf(none, `AWS::SageMaker::${type}`)).toEqual([]);
    expect(resourcesOf(none, 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
    expect(resourcesOf(none, 'AWS::SNS::Topic')).toHaveLength(3);
    for (const environment of ['dev', 'staging', 'prod']) {
      const types = Object.values(
        none.templates[`acme-ml-${environment}-serving-diagnosis`]!.Resources,
      ).map(({ Type }) => Type);
      expect(types).toContain('AWS::IAM::Role');
      expect(types.filter((type) => type === 'AWS::CloudWatch::Alarm')).toHaveLength(3);
    }
  });

  it('runs the package that the release names, isolated and in the private subnets', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::SageMaker::Model')) {
      expect(Properties.PrimaryContainer.ModelPackageName).toMatch(
        /:model-package\/acme-ml-diagnosis-\w+\/3$/,
      );
      expect(Properties.EnableNetworkIsolation).toBe(true);
      expect(Properties.VpcConfig.Subnets.length).toBeGreaterThan(0);
      expect(Properties.ModelName).toBeUndefined(); // it is replaced with every release
    }
    for (const { Properties } of resourcesOf(synthesised, 'AWS::SageMaker::EndpointConfig')) {
      expect(Properties.EndpointConfigName).toBeUndefined();
    }
  });

  it('tells the server its settings and the names of its metrics', () => {
    for (const { stack, Properties } of resourcesOf(synthesised, 'AWS::SageMaker::Model')) {
      const environment = stack.split('-')[2]!;
      expect(Properties.PrimaryContainer.Environment).toMatchObject({
        ML_RUNTIME_OUT_OF_RANGE: 'warn',
        ML_RUNTIME_ENDPOINT: `acme-ml-diagnosis-${environment}`,
        ML_RUNTIME_VARIANT: 'AllTraffic',
        ML_RUNTIME_MODEL_VERSION: expect.stringMatching(/^acme-ml-diagnosis-\w+\/3$/),
      });
    }
  });

  it('has at least two instances in production, to begin with and to scale down to', () => {
    const config = resourcesOf(synthesised, 'AWS::SageMaker::EndpointConfig').find(({ stack }) =>
      stack.includes('-prod-'),
    )!;
    const target = resourcesOf(synthesised, 'AWS::ApplicationAutoScaling::ScalableTarget').find(
      ({ stack }) => stack.includes('-prod-'),
    )!;
    expect(config.Properties.ProductionVariants[0].InitialInstanceCount).toBe(
      highAvailabilityInstances,
    );
    expect(target.Properties).toMatchObject({
      MinCapacity: highAvailabilityInstances,
      MaxCapacity: 4,
    });
  });

  it('keeps what scaling has done when a release comes', () => {
    expect(endpointOf('prod').RetainAllVariantProperties).toBe(true);
  });

  it('canaries where there are two instances, and says why it cannot where there is one', () => {
    const routing = (environment: string) =>
      endpointOf(environment).DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration;
    expect(routing('prod')).toEqual({
      Type: 'CANARY',
      CanarySize: { Type: 'CAPACITY_PERCENT', Value: 50 },
      WaitIntervalInSeconds: 600,
    });
    expect(routing('dev')).toEqual({ Type: 'ALL_AT_ONCE' });
    expect(
      JSON.stringify(synthesised.templates['acme-ml-dev-serving-diagnosis']!.Outputs),
    ).toContain('a fleet of one instance cannot be split');
  });
});

describe('a release', () => {
  const dev = synthesised.configuration.environments['dev']!;

  it('is none where the file does not name the model', () => {
    expect(releaseOf({}, dev, 'diagnosis')).toBeUndefined();
  });

  it.each([
    ['no object', [], /JSON object/],
    [
      'no package version',
      releaseIn('dev', 'diagnosis', {
        modelPackageArn: 'arn:aws:sagemaker:eu-west-1:111111111111:model/x',
      }),
      /no ARN/,
    ],
    [
      "another environment's package",
      releaseIn('prod'),
      /333333333333\/eu-west-1.*111111111111\/eu-west-1.*promote diagnosis --to dev/,
    ],
    [
      'a tag for a digest',
      releaseIn('dev', 'diagnosis', { imageDigest: 'latest' }),
      /tag can move/,
    ],
  ])('is refused as %s', (_, releases, message) => {
    expect(() => releaseOf(releases, dev, 'diagnosis')).toThrow(message);
  });
});

describe('scaling', () => {
  const targetValue = async (measured?: unknown) => {
    const one = await synthesiseExample({
      environments: ['prod'],
      releases: () => releaseIn('prod', 'diagnosis'),
      ...(measured !== undefined && { measured: { diagnosis: measured } }),
    });
    const policies = resourcesOf(one, 'AWS::ApplicationAutoScaling::ScalingPolicy');
    const tracking = policies.find(
      ({ Properties }) => Properties.PolicyType === 'TargetTrackingScaling',
    )!.Properties;
    const outputs = JSON.stringify(one.templates['acme-ml-prod-serving-diagnosis']!.Outputs);
    return { value: tracking.TargetTrackingScalingPolicyConfiguration.TargetValue, outputs };
  };
  const imageDigest = `sha256:${'a'.repeat(64)}`;

  it('aims at 70 % of the measured maximum, in invocations per minute', async () => {
    const { value, outputs } = await targetValue([
      { maxRps: 70, instanceType: 'ml.c5.xlarge', imageDigest },
      { maxRps: 100, instanceType: 'ml.m5.xlarge', imageDigest },
    ]);
    expect(value).toBe(0.7 * 100 * 60);
    expect(outputs).toContain('measured: 100 requests/s');
  });

  it.each([
    ['was never measured', undefined],
    [
      'was measured on another instance type',
      [{ maxRps: 100, instanceType: 'ml.c5.xlarge', imageDigest }],
    ],
    [
      'was measured with another image',
      [{ maxRps: 100, instanceType: 'ml.m5.xlarge', imageDigest: `sha256:${'b'.repeat(64)}` }],
    ],
  ])('is cautious and says so when the model %s', async (_, measured) => {
    const { value, outputs } = await targetValue(measured);
    expect(value).toBe(420);
    expect(outputs).toContain('cautious default');
  });

  it.each([
    [{ maxRps: 100 }],
    [[{ maxRps: 0, instanceType: 'ml.m5.xlarge', imageDigest }]],
    [null],
  ])('refuses %j where a list of measurements should be', async (measured) => {
    await expect(targetValue(measured)).rejects.toThrow('releases/measured/diagnosis.json');
  });

  it('adds an instance above 80 % of all vCPUs and removes one below 50 %', () => {
    const alarm = (kind: string) =>
      resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').find(
        ({ Properties }) => Properties.AlarmName === `acme-ml-diagnosis-prod-${kind}`,
      )!.Properties;
    // ml.m5.xlarge has four vCPUs, and SageMaker counts 100 % for each.
    expect(alarm('endpoint-cpu-high')).toMatchObject({
      Threshold: 4 * 80,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    expect(alarm('endpoint-cpu-low')).toMatchObject({
      Threshold: 4 * 50,
      ComparisonOperator: 'LessThanThreshold',
    });
    const policies = synthesised.templates['acme-ml-prod-serving-diagnosis']!.Resources;
    const stepOf = (kind: string) => {
      const [{ Ref }] = alarm(kind).AlarmActions;
      expect(alarm(kind).AlarmActions).toHaveLength(1); // it tells nobody
      return policies[Ref]!.Properties['StepScalingPolicyConfiguration'].StepAdjustments;
    };
    // Each from its alarm's threshold on, the one upwards and the other downwards.
    expect(stepOf('endpoint-cpu-high')).toEqual([
      { MetricIntervalLowerBound: 0, ScalingAdjustment: 1 },
    ]);
    expect(stepOf('endpoint-cpu-low')).toEqual([
      { MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
    ]);
  });
});
