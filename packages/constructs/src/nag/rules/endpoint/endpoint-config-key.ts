import { hasLocalStorage } from '../../../foundation/local-storage';
import { instanceVariants } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';
import { isGiven, textAt } from '../../reading';

export const endpointConfigKey: MlRule = {
  id: 'endpoint-config-key',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: "The volumes of the endpoint's instances have the wrong key.",
  why: 'They want a key of your own, unless the disks are local ones: the hardware encrypts those, and SageMaker refuses a key for them.',
  check(config) {
    const variants = instanceVariants(config);
    if (variants.length === 0) return true;
    const local = variants.every((variant) => hasLocalStorage(textAt(variant, 'InstanceType')));
    return isGiven(config.properties, 'KmsKeyId') !== local;
  },
};
