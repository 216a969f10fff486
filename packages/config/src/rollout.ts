import type { EndpointSettings } from './normalise';
import { limits } from './limits';

/** How SageMaker shifts the traffic to a new fleet, and why that differs from what was asked for. */
export type EffectiveRollout =
  | { readonly type: 'canary'; readonly canaryPercent: number; readonly waitSeconds: number }
  | { readonly type: 'linear'; readonly stepPercent: number; readonly waitSeconds: number }
  | { readonly type: 'rolling'; readonly batchPercent: number; readonly waitSeconds: number }
  | { readonly type: 'all-at-once'; readonly reason?: string };

/** The documents ask for 5 % and 10 %: the larger. */
const smallestCanaryPercent = 10;
/** Ten minutes. Long enough for several one-minute alarm periods. */
const canaryWaitSeconds = 600;
/**
 * Five minutes after each step or batch: longer than any rollback alarm needs, and ten steps of it are still
 * within the eight hours that SageMaker gives an update.
 */
const stepWaitSeconds = 300;

type Fleet = Pick<EndpointSettings, 'rollout' | 'min'>;

/** The smallest share that whole instances allow, within SageMaker's limits; in percent. */
function share(instances: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.ceil(100 / instances)));
}

const together = (what: string): EffectiveRollout => ({ type: 'all-at-once', reason: what });

const byRollout: Readonly<Record<Fleet['rollout'], (instances: number) => EffectiveRollout>> = {
  'all-at-once': () => ({ type: 'all-at-once' }),
  canary: (instances) => ({
    type: 'canary',
    canaryPercent: share(instances, smallestCanaryPercent, limits.canaryPercentMax),
    waitSeconds: canaryWaitSeconds,
  }),
  linear: (instances) => ({
    type: 'linear',
    stepPercent: share(instances, limits.linearPercent.min, limits.linearPercent.max),
    waitSeconds: stepWaitSeconds,
  }),
  rolling: (instances) => ({
    type: 'rolling',
    batchPercent: share(instances, limits.rollingPercent.min, limits.rollingPercent.max),
    waitSeconds: stepWaitSeconds,
  }),
  // The two models stand side by side for days; what replaces one of them comes at once, under the same alarms.
  ab: () => together('the weights of the two variants share the traffic'),
  shadow: () => together('the shadow gets copies of the traffic and answers nobody'),
};

const splits: readonly Fleet['rollout'][] = ['canary', 'linear', 'rolling'];

/**
 * What SageMaker does with the fleet at hand. A fleet of fewer than two cannot be split: it is replaced all at once,
 * still with rollback alarms.
 */
export function effectiveRollout({ rollout, min }: Fleet): EffectiveRollout {
  if (min < 2 && splits.includes(rollout))
    return together(
      `a fleet of ${min === 0 ? 'no instance while it is idle' : 'one instance'} cannot be split for ${rollout === 'canary' ? 'a canary' : `a ${rollout} rollout`}`,
    );
  return byRollout[rollout](min);
}

/** Steps or batches until the new fleet has all the traffic, each followed by its wait. */
export function rolloutSteps(rollout: EffectiveRollout): number {
  if (rollout.type === 'linear') return Math.ceil(100 / rollout.stepPercent);
  if (rollout.type === 'rolling') return Math.ceil(100 / rollout.batchPercent);
  return rollout.type === 'canary' ? 1 : 0;
}
