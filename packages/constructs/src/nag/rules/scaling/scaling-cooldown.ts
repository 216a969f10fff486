import { reliability } from '@wa-ml/config';
import type { MlRule } from '../../ml-rule';
import { isGiven, numberAt } from '../../reading';

const tracking = 'TargetTrackingScalingPolicyConfiguration';

export const scalingCooldown: MlRule = {
  id: 'scaling-cooldown',
  policy: 'REL-4',
  resources: ['AWS::ApplicationAutoScaling::ScalingPolicy'],
  what: 'The fleet shrinks faster than it can grow again.',
  why: `An instance needs minutes to start: wait at least ${reliability.scaling.scaleInCooldownSeconds} s before the next one goes.`,
  check: ({ properties }) =>
    !isGiven(properties, tracking) ||
    (numberAt(properties, tracking, 'ScaleInCooldown') ?? 0) >=
      reliability.scaling.scaleInCooldownSeconds,
};
