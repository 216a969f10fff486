import type { AlarmKind } from '../alarms';
import type { EffectiveRollout } from '../rollout';

/**
 * What passes between the fault and the first datapoint that shows it; in seconds.
 * SageMaker publishes endpoint metrics every minute, and CloudWatch takes up to a minute to show them.
 */
export const metricDelaySeconds = 60;
/**
 * Routing all traffic back to the old fleet, which is still running; in seconds.
 * Our allowance: AWS documents the shift as immediate and gives no figure.
 */
export const trafficShiftBackSeconds = 60;
/** SageMaker's limits of a blue/green update; all in seconds. Source: CreateEndpoint API reference. */
export const blueGreenLimits = {
  waitSeconds: { min: 0, max: 3600 },
  executionTimeoutSeconds: { min: 600, max: 28_800 },
  rollbackAlarms: 10,
} as const;
/**
 * How long the old fleet stays after the new one has all the traffic; in seconds. It must outlast the slowest
 * rollback alarm, or there would be nothing left to go back to.
 */
export const terminationWaitSeconds = 600;
/** What instances, image and model may need to start, on top of the waits; in seconds. */
export const provisioningSeconds = 1800;

/** Seconds from the first bad response to the alarm. */
export function detectionSeconds(alarm: Pick<AlarmKind, 'periodSeconds' | 'datapoints'>): number {
  return metricDelaySeconds + alarm.periodSeconds * alarm.datapoints;
}

/**
 * Seconds from the first bad response until all traffic is back on the old fleet. Blue/green (canary, linear, all at
 * once) keeps that fleet; a rolling update has taken a part of it away and must start instances anew.
 */
export function rollbackSeconds(
  alarm: Pick<AlarmKind, 'periodSeconds' | 'datapoints'>,
  rollout: EffectiveRollout['type'] = 'canary',
): number {
  const rebuilding = rollout === 'rolling' ? provisioningSeconds : 0;
  return detectionSeconds(alarm) + rebuilding + trafficShiftBackSeconds;
}
