import {
  blueGreenLimits,
  effectiveRollout,
  InputError,
  provisioningSeconds,
  terminationWaitSeconds,
  type EndpointSettings,
} from '@wa-ml/config';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';

/**
 * How a new version takes over: blue/green, by canary where the fleet has at least two instances, and back again
 * when one of the alarms fires.
 * @param alarmNames at most 10 (SageMaker's limit)
 */
export function deploymentConfig(
  endpoint: Pick<EndpointSettings, 'rollout' | 'min'>,
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
  const rollout = effectiveRollout(endpoint);
  const waitSeconds = rollout.type === 'canary' ? rollout.waitSeconds : 0;
  return {
    autoRollbackConfiguration: { alarms: alarmNames.map((alarmName) => ({ alarmName })) },
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration:
        rollout.type === 'canary'
          ? {
              type: 'CANARY',
              canarySize: { type: 'CAPACITY_PERCENT', value: rollout.canaryPercent },
              waitIntervalInSeconds: rollout.waitSeconds,
            }
          : { type: 'ALL_AT_ONCE' },
      terminationWaitInSeconds: terminationWaitSeconds,
      // It must exceed the sum of the waits, or SageMaker refuses the update.
      maximumExecutionTimeoutInSeconds: waitSeconds + terminationWaitSeconds + provisioningSeconds,
    },
  };
}

/** The rollout in words, for the stack's outputs. */
export function describeRollout(endpoint: Pick<EndpointSettings, 'rollout' | 'min'>): string {
  const rollout = effectiveRollout(endpoint);
  if (rollout.type === 'canary')
    return `canary: ${rollout.canaryPercent} % for ${rollout.waitSeconds} s, then all`;
  return `all at once, with rollback alarms${rollout.reason ? `: ${rollout.reason}` : ''}`;
}
