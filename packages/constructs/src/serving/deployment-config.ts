import {
  blueGreenLimits,
  effectiveRollout,
  InputError,
  provisioningSeconds,
  rolloutSteps,
  terminationWaitSeconds,
  type EffectiveRollout,
  type EndpointSettings,
} from '@wa-ml/config';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';

type Fleet = Pick<EndpointSettings, 'rollout' | 'min'>;
type Policy = Omit<CfnEndpoint.DeploymentConfigProperty, 'autoRollbackConfiguration'>;

const percent = (value: number) => ({ type: 'CAPACITY_PERCENT', value });

/**
 * How a new version takes over: blue/green (all at once, by a canary or in linear steps) or rolling, and back again
 * when one of the alarms fires.
 * @param alarmNames at most 10 (SageMaker's limit)
 */
export function deploymentConfig(
  endpoint: Fleet,
  alarmNames: readonly string[],
): CfnEndpoint.DeploymentConfigProperty {
  if (alarmNames.length === 0 || alarmNames.length > blueGreenLimits.rollbackAlarms) {
    throw new InputError({
      code: 'ROLLBACK_ALARMS',
      what: `A deployment would watch ${alarmNames.length} alarms.`,
      why: `Policy OPS-8 wants an automated rollback, and SageMaker watches at most ${blueGreenLimits.rollbackAlarms} alarms.`,
      next: 'Give it between 1 and 10 alarms.',
    });
  }
  return {
    autoRollbackConfiguration: { alarms: alarmNames.map((alarmName) => ({ alarmName })) },
    ...policyOf(effectiveRollout(endpoint)),
  };
}

function policyOf(rollout: EffectiveRollout): Policy {
  const waitSeconds = rollout.type === 'all-at-once' ? 0 : rollout.waitSeconds;
  const waits = waitSeconds * rolloutSteps(rollout);
  if (rollout.type === 'rolling') {
    return {
      rollingUpdatePolicy: {
        maximumBatchSize: percent(rollout.batchPercent),
        rollbackMaximumBatchSize: percent(100), // the way back is not taken in steps
        waitIntervalInSeconds: rollout.waitSeconds,
        // Every batch starts instances of its own.
        maximumExecutionTimeoutInSeconds: Math.min(
          waits + provisioningSeconds * rolloutSteps(rollout),
          blueGreenLimits.executionTimeoutSeconds.max,
        ),
      },
    };
  }
  return {
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: routing(rollout),
      terminationWaitInSeconds: terminationWaitSeconds,
      // It must exceed the sum of the waits, or SageMaker refuses the update.
      maximumExecutionTimeoutInSeconds: waits + terminationWaitSeconds + provisioningSeconds,
    },
  };
}

function routing(rollout: EffectiveRollout): CfnEndpoint.TrafficRoutingConfigProperty {
  if (rollout.type === 'canary') {
    return {
      type: 'CANARY',
      canarySize: percent(rollout.canaryPercent),
      waitIntervalInSeconds: rollout.waitSeconds,
    };
  }
  if (rollout.type === 'linear') {
    return {
      type: 'LINEAR',
      linearStepSize: percent(rollout.stepPercent),
      waitIntervalInSeconds: rollout.waitSeconds,
    };
  }
  return { type: 'ALL_AT_ONCE' };
}

/** The rollout in words, for the stack's outputs. */
export function describeRollout(endpoint: Fleet): string {
  const rollout = effectiveRollout(endpoint);
  if (rollout.type === 'canary')
    return `canary: ${rollout.canaryPercent} % for ${rollout.waitSeconds} s, then all`;
  if (rollout.type === 'linear')
    return `linear: ${rollout.stepPercent} % more every ${rollout.waitSeconds} s`;
  if (rollout.type === 'rolling')
    return `rolling: ${rollout.batchPercent} % of the instances at a time, ${rollout.waitSeconds} s each`;
  return `all at once, with rollback alarms${rollout.reason ? `: ${rollout.reason}` : ''}`;
}
