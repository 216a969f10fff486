import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const featureGroupEncrypted: MlRule = {
  id: 'feature-group-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::FeatureGroup'],
  what: 'Features are stored without a key of your own.',
  why: 'They are the data in its most useful form, online and offline.',
  check: ({ properties }) => [
    ...(isGiven(properties, 'OnlineStoreConfig') &&
    !isGiven(properties, 'OnlineStoreConfig', 'SecurityConfig', 'KmsKeyId')
      ? ['online']
      : []),
    ...(isGiven(properties, 'OfflineStoreConfig') &&
    !isGiven(properties, 'OfflineStoreConfig', 'S3StorageConfig', 'KmsKeyId')
      ? ['offline']
      : []),
  ],
};
