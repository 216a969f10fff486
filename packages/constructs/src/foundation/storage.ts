import { cost, dataStages, security, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration, PhysicalName, RemovalPolicy } from 'aws-cdk-lib';
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
import { acknowledgeInPacks } from './acknowledge-in-packs';
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
/**
 * Data is read again by every training, however old it is: Intelligent-Tiering makes what is not read cheaper after
 * the same 30 and 90 days, and asks no fee for each gigabyte that is read after that.
 */
export const tierByUse: LifecycleRule['transitions'] = [
  { storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) },
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
  /** Whether a data pipeline leaves its stages in the data bucket. @default false */
  readonly dataPipeline?: boolean;
  /** Whether these are the copies in the recovery region, which the environment's own stacks name. @default false */
  readonly copies?: boolean;
}

/** The buckets of an environment: data, artifacts, captured requests, and the access log of all. */
export class Storage extends Construct {
  /** `<model>/raw/<data version>/`, and `<model>/prepared/<execution>/<channel>/`. It tells EventBridge of new objects. */
  readonly data: Bucket;
  /** `<artifact prefix>/<model>/` */
  readonly artifacts: Bucket;
  /** `<model>/`: requests and predictions that monitoring compares with the training data; they go after a year. */
  readonly capture: Bucket;
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const removal = {
      removalPolicy: props.copies ? RemovalPolicy.RETAIN : removalPolicy(props.environment.tier),
    };
    this.accessLogs = this.accessLogBucket(removal, props);

    const bucket = (name: string, rules: LifecycleRule[]): Bucket =>
      new Bucket(this, name, {
        ...safeBucket,
        ...removal,
        ...(props.copies ? { bucketName: PhysicalName.GENERATE_IF_NEEDED } : {}),
        encryption: BucketEncryption.KMS,
        encryptionKey: props.key,
        bucketKeyEnabled: true,
        serverAccessLogsBucket: this.accessLogs,
        serverAccessLogsPrefix: `${name.toLowerCase()}/`,
        lifecycleRules: [abortUploads, ...rules],
      });
    // Old versions go after a year. Current ones stay: they may be what production runs.
    const age = {
      id: 'age',
      transitions: coolDown,
      noncurrentVersionExpiration: Duration.days(expiryDays),
    };
    const expire = (prefixes: readonly string[]): LifecycleRule[] =>
      prefixes.map((prefix) => ({
        id: `expire-${prefix}`,
        prefix: `${prefix}/`,
        expiration: Duration.days(expiryDays),
      }));
    this.data = bucket('Data', [
      { ...age, transitions: tierByUse },
      ...(props.dataPipeline ? expire(transientStages) : []),
    ]);
    this.artifacts = bucket('Artifacts', [age, ...expire(transientPrefixes)]);
    this.capture = bucket('Capture', [{ ...age, expiration: Duration.days(expiryDays) }]);
    // AWS Backup follows a bucket by its events, and the data pipeline starts by them.
    for (const eventful of [this.data, this.artifacts]) tellEventBridge(eventful);
    if (props.copies || !props.environment.recoveryRegion) {
      for (const single of [this.data, this.artifacts, this.capture])
        acknowledgeInPacks(single, 'S3BucketReplicationEnabled', whyNotReplicated(props));
    }
  }

  private accessLogBucket(
    removal: Pick<BucketProps, 'removalPolicy'>,
    { copies }: Pick<StorageProps, 'copies'>,
  ): Bucket {
    // Without a log of its own: that would write an entry for every entry.
    const logs = new Bucket(this, 'AccessLogs', {
      ...safeBucket,
      ...removal,
      encryption: BucketEncryption.S3_MANAGED, // S3 delivers no access logs to a bucket with a KMS key
      lifecycleRules: [
        abortUploads,
        { id: 'age', transitions: coolDown, expiration: Duration.days(expiryDays) },
      ],
    });
    acknowledgeInPacks(
      logs,
      'S3DefaultEncryptionKMS',
      'S3 delivers access logs only to buckets whose default encryption is its own (SSE-S3).',
    );
    acknowledgeInPacks(
      logs,
      'S3BucketReplicationEnabled',
      copies
        ? 'It logs who reads the copies, and stands in the recovery region already.'
        : 'The trail records the accesses to data, artifacts and captures too, as data events; its bucket is the one that is locked and, where there is a recovery region, copied.',
    );
    return logs;
  }
}

/** Why a bucket's objects are not copied to another region. */
export function whyNotReplicated({ copies }: Pick<StorageProps, 'copies'>): string {
  return copies
    ? 'This bucket is the replica; what it is a copy of lies in the region of the environment.'
    : 'wa-ml.json names no recoveryRegion here: the objectives of this environment cover the loss of objects, not of the region.';
}

/** By the property: the construct's own switch would add a function with rights over every bucket. */
function tellEventBridge(bucket: Bucket): void {
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
}
