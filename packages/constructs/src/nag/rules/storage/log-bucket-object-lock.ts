import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const logBucketObjectLock: MlRule = {
  id: 'log-bucket-object-lock',
  policy: 'SEC-5',
  resources: ['AWS::S3::Bucket'],
  what: 'The records of the audit trail can be deleted.',
  why: 'Whoever covers their tracks deletes them first; Object Lock has to be on when the bucket is made.',
  check: (bucket) =>
    !bucket
      .inEnvironment('AWS::CloudTrail::Trail')
      .some((trail) => bucket.isReferredToBy(at(trail.properties, 'S3BucketName'))) ||
    at(bucket.properties, 'ObjectLockEnabled') === true,
};
