import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const endpointKeepsScaling: MlRule = {
  id: 'endpoint-keeps-scaling',
  policy: 'REL-4',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'A release sets the fleet back to its first size.',
  why: 'Without RetainAllVariantProperties an update under load takes away the instances that scaling has added.',
  check: (endpoint) =>
    endpoint.inStack('AWS::ApplicationAutoScaling::ScalableTarget').length === 0 ||
    at(endpoint.properties, 'RetainAllVariantProperties') === true,
};
