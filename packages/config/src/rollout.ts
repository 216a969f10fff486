import type { EndpointSettings } from './normalise';
import { limits } from './limits';

/** How SageMaker shifts the traffic to a new fleet, and why that differs from what was asked for. */
export type EffectiveRollout =
  | { readonly type: 'canary'; readonly canaryPercent: number; readonly waitSeconds: number }
  | { readonly type: 'all-at-once'; readonly reason?: string };

/** The documents ask for 5 % and 10 %: the larger. */
const smallestCanaryPercent = 10;
/** Ten minutes. Long enough for several one-minute alarm periods. */
const canaryWaitSeconds = 600;

/**
 * The smallest share that whole instances allow, at least 10 % and at most SageMaker's 50 %.
 * A fleet of one cannot be split: it is replaced all at once, still with rollback alarms.
 */
export function effectiveRollout(
  endpoint: Pick<EndpointSettings, 'rollout' | 'min'>,
): EffectiveRollout {
  if (endpoint.rollout === 'all-at-once') return { type: 'all-at-once' };
  if (endpoint.min < 2) {
    return { type: 'all-at-once', reason: 'a fleet of one instance cannot be split for a canary' };
  }
  const canaryPercent = Math.max(smallestCanaryPercent, Math.ceil(100 / endpoint.min));
  return {
    type: 'canary',
    canaryPercent: Math.min(canaryPercent, limits.canaryPercentMax),
    waitSeconds: canaryWaitSeconds,
  };
}
