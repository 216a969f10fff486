import type { MlRule } from '../../ml-rule';
import { numberAt, textAt } from '../../reading';

export const scalingRange: MlRule = {
  id: 'scaling-range',
  policy: 'REL-4',
  resources: ['AWS::ApplicationAutoScaling::ScalableTarget'],
  what: 'The fleet has no room to grow.',
  why: 'With the most equal to the fewest instances the scaling policies do nothing.',
  check: ({ properties }) =>
    textAt(properties, 'ServiceNamespace') !== 'sagemaker' ||
    (numberAt(properties, 'MaxCapacity') ?? Infinity) > (numberAt(properties, 'MinCapacity') ?? 0),
};
