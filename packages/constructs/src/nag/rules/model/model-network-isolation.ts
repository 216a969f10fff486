import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const modelNetworkIsolation: MlRule = {
  id: 'model-network-isolation',
  policy: 'SEC-3',
  resources: ['AWS::SageMaker::Model'],
  what: 'The serving container may call out.',
  why: 'It needs nobody: with network isolation a compromised dependency cannot send requests or weights away.',
  check: ({ properties }) => at(properties, 'EnableNetworkIsolation') === true,
};
