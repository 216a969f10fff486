import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

const output = ['AsyncInferenceConfig', 'OutputConfig'];

export const asynchronousFailuresTold: MlRule = {
  id: 'asynchronous-failures-told',
  policy: 'REL-6',
  resources: ['AWS::SageMaker::EndpointConfig'],
  what: 'Nobody hears of an asynchronous request that fails.',
  why: 'The caller is gone by then: only the error topic carries the news.',
  check: ({ properties }) =>
    !isGiven(properties, 'AsyncInferenceConfig') ||
    isGiven(properties, ...output, 'NotificationConfig', 'ErrorTopic'),
};
