import type { MlRule } from '../../ml-rule';
import { at, listAt } from '../../reading';

export const variantsRollTogether: MlRule = {
  id: 'variants-roll-together',
  policy: 'REL-2',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'A rolling update of an endpoint with several variants.',
  why: 'SageMaker rolls only endpoints of one variant: it falls back to all at once, and no alarm takes that back.',
  check: (endpoint) =>
    at(endpoint.properties, 'DeploymentConfig', 'RollingUpdatePolicy') === undefined ||
    endpoint
      .inStack('AWS::SageMaker::EndpointConfig')
      .filter((config) => config.isReferredToBy(at(endpoint.properties, 'EndpointConfigName')))
      .every(
        ({ properties }) =>
          listAt(properties, 'ProductionVariants').length +
            listAt(properties, 'ShadowProductionVariants').length <
          2,
      ),
};
