import type { MlRule } from '../../ml-rule';
import { at, isGiven, listAt, textAt } from '../../reading';

export const multiModelLimits: MlRule = {
  id: 'multi-model-limits',
  policy: 'PERF-7',
  resources: ['AWS::SageMaker::Model'],
  what: 'SageMaker refuses this multi-model endpoint when it is deployed, or finds no models.',
  why: 'It takes its models from below an S3 prefix that ends with a slash, not from a ModelDataSource, and neither as a shadow nor serverless.',
  check(model) {
    const container = at(model.properties, 'PrimaryContainer');
    if (textAt(container, 'Mode') !== 'MultiModel') return true;
    const variants = model
      .inStack('AWS::SageMaker::EndpointConfig')
      .flatMap(({ properties }) => [
        ...listAt(properties, 'ShadowProductionVariants'),
        ...listAt(properties, 'ProductionVariants').filter((one) =>
          isGiven(one, 'ServerlessConfig'),
        ),
      ]);
    return [
      ...(textAt(container, 'ModelDataUrl').endsWith('/') ? [] : ['ModelDataUrl']),
      ...(isGiven(container, 'ModelDataSource') ? ['ModelDataSource'] : []),
      ...(variants.some((one) => model.isReferredToBy(at(one, 'ModelName'))) ? ['variant'] : []),
    ];
  },
};
