import {
  alarms,
  blueGreenLimits,
  detectionSeconds,
  effectiveRollout,
  limits,
  operationalExcellence,
  rollbackSeconds,
  rollouts,
  terminationWaitSeconds,
} from '@wa-ml/config';
import { deploymentConfig } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { synthesiseEveryPair } from './every-pair';
import { resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const everyPair = await synthesiseEveryPair(['staging', 'prod']);
const rollingBack = alarms.filter((kind) => kind.rollsBack);

describe('the rollback', () => {
  it('is complete within five minutes of the first bad response, for every alarm that triggers it', () => {
    expect(rollingBack.map(({ id }) => id)).toEqual([
      'endpoint-errors',
      'endpoint-latency',
      'endpoint-rejections',
      'endpoint-failures',
    ]);
    for (const kind of rollingBack)
      expect(rollbackSeconds(kind), kind.id).toBeLessThan(
        operationalExcellence.rollback.maxSeconds,
      );
  });

  it('is as fast in the templates as in the table', () => {
    const deployed = resourcesOf(everyPair, 'AWS::CloudWatch::Alarm').map(
      ({ Properties }) => Properties,
    );
    for (const kind of rollingBack) {
      const own = deployed.filter(({ AlarmName }) => AlarmName.endsWith(kind.id));
      expect(own.length).toBeGreaterThanOrEqual(3);
      for (const { Period, EvaluationPeriods, DatapointsToAlarm } of own) {
        expect(
          rollbackSeconds({ periodSeconds: Period, datapoints: EvaluationPeriods }),
        ).toBeLessThan(300);
        expect(DatapointsToAlarm).toBe(EvaluationPeriods);
      }
    }
  });

  it('finds the old fleet still there: every alarm fires before a step ends and before the fleet goes', () => {
    const routings = new Set<string>();
    for (const { Properties, stack } of resourcesOf(everyPair, 'AWS::SageMaker::Endpoint')) {
      if (stack.includes('serverless')) continue; // it has no guardrails, and says so
      const { BlueGreenUpdatePolicy: policy, RollingUpdatePolicy: rolling } =
        Properties.DeploymentConfig;
      const routing = policy?.TrafficRoutingConfiguration;
      routings.add(rolling ? 'ROLLING' : routing.Type);
      const wait = (rolling ?? routing).WaitIntervalInSeconds;
      for (const kind of rollingBack) {
        if (policy) expect(detectionSeconds(kind)).toBeLessThan(policy.TerminationWaitInSeconds);
        if (wait !== undefined) expect(detectionSeconds(kind)).toBeLessThan(wait);
      }
    }
    expect([...routings].sort()).toEqual(['ALL_AT_ONCE', 'CANARY', 'LINEAR', 'ROLLING']);
    for (const { Properties } of resourcesOf(synthesised, 'AWS::SageMaker::Endpoint'))
      expect(Properties.DeploymentConfig.AutoRollbackConfiguration.Alarms).toHaveLength(3);
  });

  it.each(rollouts)(
    '%s: under five minutes, or refused where production’s policies bind',
    (rollout) => {
      for (const min of [1, 2, 4, 10]) {
        const { type } = effectiveRollout({ rollout, min });
        const slowest = Math.max(...rollingBack.map((kind) => rollbackSeconds(kind, type)));
        if (type === 'rolling') {
          // New instances of the old version have to start: the rule `rollback-in-time` refuses it in production.
          expect(slowest).toBeGreaterThan(operationalExcellence.rollback.maxSeconds);
        } else expect(slowest).toBeLessThan(operationalExcellence.rollback.maxSeconds);
      }
    },
  );

  it.each([
    ['linear', 2],
    ['linear', 3],
    ['linear', 100],
    ['rolling', 2],
    ['rolling', 100],
  ] as const)("%s stays within SageMaker's limits for a fleet of %i", (rollout, min) => {
    const { blueGreenUpdatePolicy, rollingUpdatePolicy } = deploymentConfig({ rollout, min }, [
      'alarm',
    ]) as any;
    const policy = blueGreenUpdatePolicy ?? rollingUpdatePolicy;
    const routing = blueGreenUpdatePolicy?.trafficRoutingConfiguration ?? rollingUpdatePolicy;
    const share = (routing.linearStepSize ?? routing.maximumBatchSize).value;
    const [least, most] = rollout === 'linear' ? [10, 50] : [5, 50];
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
    const waits =
      Math.ceil(100 / share) * routing.waitIntervalInSeconds +
      (policy.terminationWaitInSeconds ?? 0);
    expect(policy.maximumExecutionTimeoutInSeconds).toBeGreaterThan(waits);
    expect(policy.maximumExecutionTimeoutInSeconds).toBeLessThanOrEqual(
      blueGreenLimits.executionTimeoutSeconds.max,
    );
    expect(routing.waitIntervalInSeconds).toBeLessThanOrEqual(blueGreenLimits.waitSeconds.max);
  });

  it.each([1, 2, 3, 7, 50])("stays within SageMaker's limits for a fleet of %i", (min) => {
    const { blueGreenUpdatePolicy: policy } = deploymentConfig({ rollout: 'canary', min }, [
      'alarm',
    ]) as any;
    const routing = policy.trafficRoutingConfiguration;
    const wait = routing.waitIntervalInSeconds ?? 0;
    expect(policy.maximumExecutionTimeoutInSeconds).toBeGreaterThan(wait + terminationWaitSeconds);
    expect(policy.maximumExecutionTimeoutInSeconds).toBeLessThanOrEqual(
      blueGreenLimits.executionTimeoutSeconds.max,
    );
    expect(wait).toBeLessThanOrEqual(blueGreenLimits.waitSeconds.max);
    expect(routing.type).toBe(min < 2 ? 'ALL_AT_ONCE' : 'CANARY');
    if (min >= 2) {
      expect(routing.canarySize.value).toBeGreaterThanOrEqual(10);
      expect(routing.canarySize.value).toBeLessThanOrEqual(limits.canaryPercentMax);
      expect((routing.canarySize.value / 100) * min).toBeGreaterThanOrEqual(1); // at least one whole instance
    }
  });

  it('refuses a deployment that nothing watches, and more alarms than SageMaker takes', () => {
    expect(() => deploymentConfig({ rollout: 'canary', min: 2 }, [])).toThrow(/OPS-8/);
    expect(() => deploymentConfig({ rollout: 'canary', min: 2 }, Array(11).fill('alarm'))).toThrow(
      /at most 10/,
    );
  });

  it('uses the thresholds of the policies: 1 % errors and 500 ms, in the units of SageMaker', () => {
    const of = (kind: string) =>
      resourcesOf(synthesised, 'AWS::CloudWatch::Alarm').find(
        ({ Properties }) => Properties.AlarmName === `acme-ml-diagnosis-prod-${kind}`,
      )!.Properties;
    expect(of('endpoint-errors')).toMatchObject({
      Statistic: 'Average',
      Threshold: 0.01,
      Period: 60,
      TreatMissingData: 'notBreaching',
    });
    expect(of('endpoint-latency')).toMatchObject({
      ExtendedStatistic: 'p99',
      Threshold: 500_000,
      Period: 60,
      MetricName: 'ModelLatency',
    });
  });
});
