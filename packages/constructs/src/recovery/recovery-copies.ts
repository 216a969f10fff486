import { backup, resourcePrefix, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration, Names, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from '../foundation/acknowledge-in-packs';
import { auditRecords } from '../foundation/audit-records';
import type { StackSubject } from '../foundation/capability-stack';
import { Storage, whyNotReplicated } from '../foundation/storage';
import { vaultLock } from './vault-lock';

/** Where copies go, by what they are copies of. */
export interface Destination {
  readonly bucket: Bucket;
  /** `alias/...` of the key that encrypts them: a key's id is only known in its own region. */
  readonly keyAlias: string;
}

/**
 * What outlives the region of an environment: a key for each purpose, a bucket for each that is replicated, and a vault
 * for the backups (REL-5). It has no roles: those that copy belong to the environment.
 */
export class RecoveryCopies extends Construct {
  readonly data: Destination;
  readonly artifacts: Destination;
  readonly capture: Destination;
  readonly audit: Destination;
  readonly vaultArn: string;

  /** @param subject of the environment; the construct itself stands in a stack of the recovery region */
  constructor(scope: Construct, id: string, subject: StackSubject) {
    super(scope, id);
    const { environment } = subject;
    const key = (purpose: string): { key: Key; keyAlias: string } => {
      const keyAlias = `alias/${resourcePrefix(subject.configuration, environment.name)}-${purpose}-recovery`;
      return {
        keyAlias,
        key: new Key(this, `${purpose}Key`, {
          alias: keyAlias,
          description: `Copies of ${purpose} of ${environment.name}`,
          enableKeyRotation: true,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
      };
    };
    const data = key('data');
    const storage = new Storage(this, 'Storage', { environment, key: data.key, copies: true });
    const copy = (bucket: Bucket): Destination => ({ bucket, keyAlias: data.keyAlias });
    this.data = copy(storage.data);
    this.artifacts = copy(storage.artifacts);
    this.capture = copy(storage.capture);

    const audit = key('audit');
    this.audit = {
      bucket: this.auditBucket(environment, audit.key, storage.accessLogs),
      keyAlias: audit.keyAlias,
    };
    this.vaultArn = this.vault(environment, data.key);
  }

  private auditBucket(environment: NormalisedEnvironment, key: Key, accessLogs: Bucket): Bucket {
    const bucket = new Bucket(this, 'Audit', {
      ...auditRecords(environment),
      bucketName: PhysicalName.GENERATE_IF_NEEDED,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'audit/',
    });
    acknowledgeInPacks(bucket, 'S3BucketReplicationEnabled', whyNotReplicated({ copies: true }));
    return bucket;
  }

  /** @returns its ARN, from a name that the region of the environment can know */
  private vault(environment: NormalisedEnvironment, encryptionKey: Key): string {
    const backupVaultName = Names.uniqueResourceName(this, { maxLength: 50, separator: '-' });
    new BackupVault(this, 'Vault', {
      backupVaultName,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
      lockConfiguration: vaultLock(environment),
    });
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:backup:${region}:${account}:backup-vault:${backupVaultName}`;
  }
}

/** How long what AWS Backup copies here is kept. */
export const copiedFor = Duration.days(backup.snapshotDays);
