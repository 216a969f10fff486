import { captures } from '../../endpoint-variants';
import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const captureEncrypted: MlRule = {
  id: 'capture-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'Captured requests are written without a key of your own.',
  why: 'They are what people have told the model about themselves.',
  check: (config) =>
    !captures(config) || isGiven(config.properties, 'DataCaptureConfig', 'KmsKeyId'),
};
