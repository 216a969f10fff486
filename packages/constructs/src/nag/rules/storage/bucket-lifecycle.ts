import type { MlRule } from '../../ml-rule';
import { listAt, textAt } from '../../reading';

export const bucketLifecycle: MlRule = {
  id: 'bucket-lifecycle',
  policy: 'COST-4',
  resources: ['AWS::S3::Bucket'],
  what: 'What lies in the bucket never gets cheaper.',
  why: 'Data cools down: infrequent access after 30 days, Glacier after 90, and incomplete uploads, which nobody sees, are aborted.',
  check({ properties }) {
    const rules = listAt(properties, 'LifecycleConfiguration', 'Rules').filter(
      (rule) => textAt(rule, 'Status') === 'Enabled',
    );
    const has = (name: string) =>
      rules.some(
        (rule) =>
          typeof (rule as Record<string, unknown>)[name] === 'object' ||
          listAt(rule, name).length > 0,
      );
    return [
      ...(has('Transitions') ? [] : ['transitions']),
      ...(has('AbortIncompleteMultipartUpload') ? [] : ['incomplete uploads']),
    ];
  },
};
