import { instanceVariants } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';

export const variantAutoscaled: MlRule = {
  id: 'variant-autoscaled',
  policy: 'REL-4',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'The production fleet keeps its size whatever the traffic.',
  why: 'Too few instances lose requests, too many are paid for idle.',
  check: (config) =>
    config.tier !== 'production' ||
    instanceVariants(config).length === 0 ||
    config.inStack('AWS::ApplicationAutoScaling::ScalableTarget').length > 0,
};
