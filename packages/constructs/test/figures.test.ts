import {
  blueGreenLimits,
  cost,
  defaultBudgetUsd,
  defaultEndpointBudgetUsd,
  invocationsPerMinuteTarget,
  operationalExcellence,
  reliability,
  rollbackSeconds,
  alarmsOf,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const { prod } = example.environments;
const synthesised = await synthesiseExample({
  configuration: { ...example, environments: { dev: example.environments['dev']!, prod: prod! } },
  measured: {
    diagnosis: [
      { maxRps: 100, instanceType: 'ml.m5.xlarge', imageDigest: `sha256:${'a'.repeat(64)}` },
    ],
  },
});
const properties = (type: string, stack = 'prod') =>
  resourcesOf(synthesised, type)
    .filter((one) => one.stack.includes(`-${stack}-`))
    .map(({ Properties }) => Properties);
const alarm = (kind: string) =>
  properties('AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName.endsWith(`-${kind}`))!;
const notifications = () =>
  properties('AWS::Budgets::Budget')[0]!.NotificationsWithSubscribers.map(
    ({ Notification }: any) => `${Notification.NotificationType} ${Notification.Threshold}`,
  );
const budgets = (stack: string) =>
  properties('AWS::Budgets::Budget', stack).map(({ Budget }) => Budget.BudgetLimit.Amount);
/** By age; what is tiered by its use goes there at once. */
const transitions = () =>
  properties('AWS::S3::Bucket').flatMap(({ LifecycleConfiguration }) =>
    LifecycleConfiguration.Rules.flatMap(({ Transitions = [] }: any) =>
      Transitions.filter(({ StorageClass }: any) => StorageClass !== 'INTELLIGENT_TIERING').map(
        ({ TransitionInDays }: any) => TransitionInDays,
      ),
    ),
  );
const expiries = () =>
  properties('AWS::S3::Bucket').flatMap(({ LifecycleConfiguration }) =>
    LifecycleConfiguration.Rules.flatMap(
      ({ ExpirationInDays, NoncurrentVersionExpiration }: any) =>
        ExpirationInDays ?? NoncurrentVersionExpiration?.NoncurrentDays ?? [],
    ),
  );
const deployment = () => properties('AWS::SageMaker::Endpoint')[0]!.DeploymentConfig;
const distinct = (values: readonly unknown[]) =>
  [...new Set(values)].sort((one, two) => Number(one) - Number(two));
/** vCPUs of ml.m5.xlarge: SageMaker counts 100 % for each. */
const virtualCpus = 4;

/** Each figure of the policies: what it is, as the documents write it, the constant, and what a template says. */
const figures: readonly (readonly [string, unknown, unknown, () => unknown])[] = [
  [
    'error rate above 1 %',
    0.01,
    operationalExcellence.errorRate.maxPercent / 100,
    () => alarm('endpoint-errors').Threshold,
  ],
  [
    'p99 above 500 ms, in microseconds',
    500_000,
    operationalExcellence.latencyP99.maxMicroseconds,
    () => alarm('endpoint-latency').Threshold,
  ],
  ['the 99th percentile', 'p99', 'p99', () => alarm('endpoint-latency').ExtendedStatistic],
  [
    'at least 2 instances',
    2,
    reliability.highAvailability.minInstances,
    () =>
      properties('AWS::SageMaker::EndpointConfig')[0]!.ProductionVariants[0].InitialInstanceCount,
  ],
  [
    'scaling keeps 2 instances',
    2,
    reliability.highAvailability.minInstances,
    () => properties('AWS::ApplicationAutoScaling::ScalableTarget')[0]!.MinCapacity,
  ],
  [
    'in at least 2 zones',
    2,
    reliability.highAvailability.minZones,
    () => properties('AWS::EC2::Subnet').length,
  ],
  [
    'at most 4 instances',
    4,
    reliability.scaling.maxInstances,
    () => properties('AWS::ApplicationAutoScaling::ScalableTarget')[0]!.MaxCapacity,
  ],
  [
    '70 % of the measured throughput, a minute',
    0.7 * 100 * 60,
    invocationsPerMinuteTarget(100),
    () =>
      properties('AWS::ApplicationAutoScaling::ScalingPolicy').find(
        ({ PolicyType }) => PolicyType === 'TargetTrackingScaling',
      )!.TargetTrackingScalingPolicyConfiguration.TargetValue,
  ],
  [
    'scale out above 80 % CPU',
    80 * virtualCpus,
    reliability.scaling.scaleOutPercent * virtualCpus,
    () => alarm('endpoint-cpu-high').Threshold,
  ],
  [
    'scale in below 50 % CPU',
    50 * virtualCpus,
    reliability.scaling.scaleInPercent * virtualCpus,
    () => alarm('endpoint-cpu-low').Threshold,
  ],
  [
    'alerts at 50, 80, 100 % and the forecast',
    ['ACTUAL 50', 'ACTUAL 80', 'ACTUAL 100', 'FORECASTED 100'],
    [
      ...cost.budgetAlerts.actualPercent.map((percent) => `ACTUAL ${percent}`),
      ...cost.budgetAlerts.forecastPercent.map((percent) => `FORECASTED ${percent}`),
    ],
    notifications,
  ],
  ['100 dollars for development', [100], [defaultBudgetUsd.development], () => budgets('dev')],
  [
    '4000 for production, 2000 for its endpoint',
    [4000, 2000],
    [defaultBudgetUsd.production, defaultEndpointBudgetUsd],
    () => budgets('prod'),
  ],
  [
    'infrequent access after 30 days, Glacier after 90',
    [30, 90],
    [cost.lifecycle.infrequentAccessDays, cost.lifecycle.glacierDays],
    () => distinct(transitions()),
  ],
  ['expiry after 365 days', [365], [cost.lifecycle.expiryDays], () => distinct(expiries())],
  [
    'a canary of whole instances, here one of two',
    50,
    50,
    () => deployment().BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value,
  ],
];

describe('a figure of the policies stands in one place, and in the template', () => {
  it.each(figures)('%s', (_, written, constant, template) => {
    expect(constant).toEqual(written);
    expect(template()).toEqual(written);
  });

  it('staging has 500 dollars', () => expect(defaultBudgetUsd.staging).toBe(500));

  it('a production endpoint’s budget lies between 2000 and 5000 dollars', () => {
    expect(defaultEndpointBudgetUsd).toBeGreaterThanOrEqual(2000);
    expect(defaultEndpointBudgetUsd).toBeLessThanOrEqual(5000);
  });

  it('rollback ends within 5 minutes, by the arithmetic of the alarms in the template', () => {
    const watched: string[] = deployment().AutoRollbackConfiguration.Alarms.map(
      ({ AlarmName }: any) => (typeof AlarmName === 'string' ? AlarmName : AlarmName.Ref),
    );
    const rollingBack = alarmsOf('realtime').filter(({ rollsBack }) => rollsBack);
    expect(watched).toHaveLength(rollingBack.length);
    expect(watched.length).toBeLessThanOrEqual(blueGreenLimits.rollbackAlarms);
    for (const kind of rollingBack) {
      const { Period, EvaluationPeriods, DatapointsToAlarm } = alarm(kind.id);
      expect([Period, EvaluationPeriods, DatapointsToAlarm]).toEqual([
        kind.periodSeconds,
        kind.datapoints,
        kind.datapoints,
      ]);
      expect(
        rollbackSeconds({ periodSeconds: Period, datapoints: EvaluationPeriods }),
      ).toBeLessThan(300);
    }
    expect(operationalExcellence.rollback.maxSeconds).toBe(300);
    // The old fleet is still there when the slowest alarm fires.
    const { TerminationWaitInSeconds } = deployment().BlueGreenUpdatePolicy;
    for (const kind of rollingBack)
      expect(TerminationWaitInSeconds).toBeGreaterThan(rollbackSeconds(kind));
  });
});
