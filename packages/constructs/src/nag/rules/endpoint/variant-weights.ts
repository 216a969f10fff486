import type { MlRule } from '../../ml-rule';
import { at, listAt, textAt } from '../../reading';

export const variantWeights: MlRule = {
  id: 'variant-weights',
  policy: 'REL-2',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'A release keeps the weights of the one before, whatever the release file says.',
  why: 'With several variants RetainAllVariantProperties keeps DesiredWeight too, unless ExcludeRetainedVariantProperties names it.',
  check: (endpoint) =>
    at(endpoint.properties, 'RetainAllVariantProperties') !== true ||
    listAt(endpoint.properties, 'ExcludeRetainedVariantProperties').some(
      (entry) => textAt(entry, 'VariantPropertyType') === 'DesiredWeight',
    ) ||
    endpoint
      .inStack('AWS::SageMaker::EndpointConfig')
      .every(
        ({ properties }) =>
          listAt(properties, 'ProductionVariants').length < 2 &&
          listAt(properties, 'ShadowProductionVariants').length === 0,
      ),
};
