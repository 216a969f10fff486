import { cost, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ObjectLockRetention, type BucketProps } from 'aws-cdk-lib/aws-s3';
import { abortUploads, coolDown, safeBucket } from './storage';

/** A bucket whose records nobody can change before their time (SEC-5), and that are gone when it is over. */
export function auditRecords({ records }: NormalisedEnvironment): BucketProps {
  const retention = Duration.days(records.auditRetentionDays);
  return {
    ...safeBucket,
    bucketKeyEnabled: true,
    objectLockDefaultRetention:
      records.lock === 'COMPLIANCE'
        ? ObjectLockRetention.compliance(retention)
        : ObjectLockRetention.governance(retention),
    lifecycleRules: [
      abortUploads,
      {
        id: 'age',
        transitions: coolDown,
        expiration: Duration.days(Math.max(cost.lifecycle.expiryDays, records.auditRetentionDays)),
      },
    ],
    // Locked records cannot be deleted with the stack, in development either.
    removalPolicy: RemovalPolicy.RETAIN,
  };
}
