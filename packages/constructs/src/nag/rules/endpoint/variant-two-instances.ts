import { reliability } from '@wa-ml/config';
import { instanceVariants } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';
import { numberAt, textAt } from '../../reading';

export const variantTwoInstances: MlRule = {
  id: 'variant-two-instances',
  policy: 'REL-3',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'The production fleet has fewer than two instances.',
  why: 'SageMaker spreads instances over zones: one instance ends with its zone.',
  check: (config) =>
    config.tier !== 'production'
      ? true
      : instanceVariants(config)
          .filter(
            (variant) =>
              (numberAt(variant, 'InitialInstanceCount') ?? 0) <
              reliability.highAvailability.minInstances,
          )
          .map((variant) => textAt(variant, 'VariantName')),
};
