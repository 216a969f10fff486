import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const studioEncrypted: MlRule = {
  id: 'studio-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::Domain'],
  what: 'Home folders of the Studio domain have no key of your own.',
  why: 'People keep samples of the data there; the key cannot be changed later.',
  check: ({ properties }) => isGiven(properties, 'KmsKeyId'),
};
