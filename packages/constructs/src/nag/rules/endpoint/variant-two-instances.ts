import { reliability } from '@wa-ml/config';
import { instanceVariants } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';
import { isGiven, numberAt, textAt } from '../../reading';

export const variantTwoInstances: MlRule = {
  id: 'variant-two-instances',
  policy: 'REL-3',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'The production fleet has fewer than two instances.',
  why: 'SageMaker spreads instances over zones: one instance ends with its zone.',
  check: (config) =>
    // Requests to an asynchronous endpoint wait in a queue, which no zone takes with it.
    config.tier !== 'production' || isGiven(config.properties, 'AsyncInferenceConfig')
      ? true
      : instanceVariants(config)
          .filter(
            (variant) =>
              (numberAt(variant, 'InitialInstanceCount') ?? 0) <
              reliability.highAvailability.minInstances,
          )
          .map((variant) => textAt(variant, 'VariantName')),
};
