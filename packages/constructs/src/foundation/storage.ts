import { cost, dataStages, security, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  StorageClass,
  type BucketProps,
  type CfnBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { removalPolicy } from './removal';

/** What every bucket has: no public access, TLS 1.2 or better by bucket policy, versions, owner-enforced objects. */
export const safeBucket = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: security.transit.minTlsVersion,
  versioned: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
} satisfies BucketProps;

const { infrequentAccessDays, glacierDays, expiryDays, abortUploadDays } = cost.lifecycle;
/**
 * Glacier Instant Retrieval, not Flexible: an endpoint that scales out loads its artifact at that moment,
 * and an archived object would need hours to come back.
 */
export const coolDown: LifecycleRule['transitions'] = [
  {
    storageClass: StorageClass.INFREQUENT_ACCESS,
    transitionAfter: Duration.days(infrequentAccessDays),
  },
  {
    storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
    transitionAfter: Duration.days(glacierDays),
  },
];
/** Parts of an upload that never ended are stored, paid for and shown nowhere. */
export const abortUploads: LifecycleRule = {
  id: 'abort-incomplete-uploads',
  abortIncompleteMultipartUploadAfter: Duration.days(abortUploadDays),
};
/** Prefixes of the artifact bucket, each followed by `<model>/`. */
export const artifactPrefixes = {
  /** model.tar.gz of each training job; the registry points here. */
  training: 'training',
  /** Checkpoints of spot jobs. */
  checkpoints: 'checkpoints',
  /** evaluation.json of each execution. */
  evaluation: 'evaluation',
  /** Artifacts that were promoted to this environment. */
  releases: 'releases',
} as const;
/** What the data pipeline can make again, or has refused: nobody asks for it after a year (COST-4). */
const transientStages = dataStages.filter((stage) => stage !== 'raw' && stage !== 'curated');
/** Nothing needs these after a year; the others may be what production runs. */
const transientPrefixes = [artifactPrefixes.checkpoints, artifactPrefixes.evaluation];

export interface StorageProps {
  readonly environment: NormalisedEnvironment;
  readonly key: IKey;
  /** Whether a data pipeline is told of what is delivered to the data bucket. @default false */
  readonly dataPipeline?: boolean;
}

/** The buckets of an environment: data, artifacts, and the access log of both. */
export class Storage extends Construct {
  /** `<model>/raw/<data version>/`, and `<model>/prepared/<execution>/<channel>/` */
  readonly data: Bucket;
  /** `<artifact prefix>/<model>/` */
  readonly artifacts: Bucket;
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const removal = { removalPolicy: removalPolicy(props.environment.tier) };
    this.accessLogs = new Bucket(this, 'AccessLogs', {
      ...safeBucket,
      ...removal,
      encryption: BucketEncryption.S3_MANAGED, // S3 delivers no access logs to a bucket with a KMS key
      lifecycleRules: [
        abortUploads,
        { id: 'age', transitions: coolDown, expiration: Duration.days(expiryDays) },
      ],
    });
    Validations.of(this.accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'This bucket is where the access logs go; logging its own access would write a log entry for every log entry.',
    });

    const bucket = (name: string, rules: LifecycleRule[]): Bucket =>
      new Bucket(this, name, {
        ...safeBucket,
        ...removal,
        encryption: BucketEncryption.KMS,
        encryptionKey: props.key,
        bucketKeyEnabled: true,
        serverAccessLogsBucket: this.accessLogs,
        serverAccessLogsPrefix: `${name.toLowerCase()}/`,
        lifecycleRules: [
          abortUploads,
          // Old versions go after a year. Current ones stay: they may be what production runs.
          {
            id: 'age',
            transitions: coolDown,
            noncurrentVersionExpiration: Duration.days(expiryDays),
          },
          ...rules,
        ],
      });
    const expire = (prefixes: readonly string[]): LifecycleRule[] =>
      prefixes.map((prefix) => ({
        id: `expire-${prefix}`,
        prefix: `${prefix}/`,
        expiration: Duration.days(expiryDays),
      }));
    this.data = bucket('Data', props.dataPipeline ? expire(transientStages) : []);
    this.artifacts = bucket('Artifacts', expire(transientPrefixes));
    if (props.dataPipeline)
      // By the property: `eventBridgeEnabled` would bring a Lambda function of CDK's own to set it.
      (this.data.node.defaultChild as CfnBucket).notificationConfiguration = {
        eventBridgeConfiguration: { eventBridgeEnabled: true },
      };
  }
}
