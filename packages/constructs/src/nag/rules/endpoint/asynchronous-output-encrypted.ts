import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const asynchronousOutputEncrypted: MlRule = {
  id: 'asynchronous-output-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'Asynchronous answers are written without a key of your own.',
  why: 'Predictions about people lie in a bucket until somebody fetches them.',
  check: ({ properties }) =>
    !isGiven(properties, 'AsyncInferenceConfig') ||
    isGiven(properties, 'AsyncInferenceConfig', 'OutputConfig', 'KmsKeyId'),
};
