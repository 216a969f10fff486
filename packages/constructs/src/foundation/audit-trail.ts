import { cost, security, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Trail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption, ObjectLockRetention, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { abortUploads, coolDown, safeBucket } from './storage';

export interface AuditTrailProps {
  readonly environment: NormalisedEnvironment;
  /** Fixed, because the key policy names the trail; only a change of the name itself replaces a trail. */
  readonly trailName: string;
  readonly key: IKey;
  readonly accessLogs: IBucket;
  /** Buckets whose every read and write is recorded. */
  readonly audited: readonly IBucket[];
}

/**
 * CloudTrail with data events, in a bucket whose records nobody can change before their time (SEC-5).
 * Governance mode: compliance mode cannot be undone by anybody and waits for a typed acknowledgement.
 */
export class AuditTrail extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...safeBucket,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(
        Duration.days(security.audit.retentionDays[props.environment.tier]),
      ),
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'audit/',
      lifecycleRules: [
        abortUploads,
        { id: 'age', transitions: coolDown, expiration: Duration.days(cost.lifecycle.expiryDays) },
      ],
      // Locked records cannot be deleted with the stack, in development either.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const trail = new Trail(this, 'Trail', {
      trailName: props.trailName,
      bucket: this.bucket,
      encryptionKey: props.key,
      enableFileValidation: true,
    });
    trail.addS3EventSelector(props.audited.map((bucket) => ({ bucket })));
  }
}
