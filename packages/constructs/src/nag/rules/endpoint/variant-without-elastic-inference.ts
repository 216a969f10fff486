import type { MlRule } from '../../ml-rule';
import { isGiven, listAt, textAt } from '../../reading';

export const variantWithoutElasticInference: MlRule = {
  id: 'variant-without-elastic-inference',
  policy: 'PERF-1',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'Elastic Inference has ended.',
  why: 'AWS attaches no accelerator any more; ml.inf2 or a GPU instance takes its place.',
  check: ({ properties }) =>
    listAt(properties, 'ProductionVariants')
      .filter((variant) => isGiven(variant, 'AcceleratorType'))
      .map((variant) => textAt(variant, 'VariantName')),
};
