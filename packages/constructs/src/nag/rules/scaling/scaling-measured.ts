import { measurementKey } from '../../../serving/release';
import type { MlRule } from '../../ml-rule';
import { at, textAt } from '../../reading';

export const scalingMeasured: MlRule = {
  id: 'scaling-measured',
  policy: 'PERF-8',
  resources: ['AWS::ApplicationAutoScaling::ScalingPolicy'],
  level: 'warning',
  what: 'The scaling target is a guess: nobody has measured what one instance can do.',
  why: 'Too high a target loses requests before the fleet grows, too low a one pays for idle instances; `nx run <model>:loadtest` measures it.',
  check: ({ properties, metadata }) =>
    textAt(
      properties,
      ...['TargetTrackingScalingPolicyConfiguration', 'PredefinedMetricSpecification'],
      'PredefinedMetricType',
    ) !== 'SageMakerVariantInvocationsPerInstance' || at(metadata, measurementKey) === true,
};
