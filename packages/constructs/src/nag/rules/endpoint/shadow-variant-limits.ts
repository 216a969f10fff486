import type { MlRule } from '../../ml-rule';
import { isGiven, listAt } from '../../reading';

export const shadowVariantLimits: MlRule = {
  id: 'shadow-variant-limits',
  policy: 'REL-2',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'SageMaker refuses this shadow test when it is deployed.',
  why: 'It takes exactly one production and one shadow variant, and neither serverless nor asynchronous inference.',
  check({ properties }) {
    const shadows = listAt(properties, 'ShadowProductionVariants');
    if (shadows.length === 0) return true;
    const production = listAt(properties, 'ProductionVariants');
    const serverless = [...production, ...shadows].some((variant) =>
      isGiven(variant, 'ServerlessConfig'),
    );
    return [
      ...(shadows.length === 1 ? [] : ['several shadow variants']),
      ...(production.length === 1 ? [] : ['several production variants']),
      ...(serverless ? ['serverless'] : []),
      ...(isGiven(properties, 'AsyncInferenceConfig') ? ['asynchronous'] : []),
    ];
  },
};
