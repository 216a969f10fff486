import { Stack } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';

/** Buckets that AWS Backup keeps; AWS's own managed policies for this name every bucket and key of the account. */
const backedUp = ({ storage }: Foundation): IBucket[] => [storage.data, storage.artifacts];

/** Back up the buckets of an environment. Source: AWS Backup developer guide, "Amazon S3 backups". */
export function allowBackup(role: DutyRole, foundation: Foundation): void {
  const { partition, region, account } = Stack.of(role);
  const buckets = backedUp(foundation);
  role
    .allow({
      actions: [
        ...['s3:GetBucketLocation', 's3:GetBucketAcl', 's3:GetBucketTagging'],
        ...[
          's3:GetBucketVersioning',
          's3:GetInventoryConfiguration',
          's3:PutInventoryConfiguration',
        ],
        ...['s3:GetBucketNotification', 's3:PutBucketNotification'],
        ...['s3:ListBucket', 's3:ListBucketVersions'],
      ],
      resources: buckets.map((bucket) => bucket.bucketArn),
    })
    .allow({
      actions: [
        ...['s3:GetObject', 's3:GetObjectAcl', 's3:GetObjectTagging'],
        ...['s3:GetObjectVersion', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      ],
      resources: buckets.map((bucket) => bucket.arnForObjects('*')),
      wildcardReason:
        'Every object of the bucket is backed up; their names are those of data to come.',
    })
    .allow({
      actions: [
        ...['events:DescribeRule', 'events:EnableRule', 'events:DisableRule', 'events:PutRule'],
        ...['events:DeleteRule', 'events:PutTargets', 'events:RemoveTargets'],
        'events:ListTargetsByRule',
      ],
      resources: [`arn:${partition}:events:${region}:${account}:rule/AwsBackupManagedRule*`],
      wildcardReason:
        'AWS Backup follows a bucket by rules that it names itself, all with this prefix.',
    })
    .allow({
      actions: ['cloudwatch:GetMetricData', 'events:ListRules', 'tag:GetResources'],
      resources: ['*'],
      wildcardReason:
        'These three have no resource level; they read how large buckets are, which rules exist and what is tagged.',
    })
    .allow({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: [foundation.dataKey.keyArn],
    });
}

/** Copy what is in its vault to the one of the recovery region. */
export function allowCopies(role: DutyRole): void {
  const { partition, account } = Stack.of(role);
  role.allow({
    actions: ['backup:CopyFromBackupVault', 'backup:CopyIntoBackupVault', 'backup:TagResource'],
    resources: [
      `arn:${partition}:backup:*:${account}:backup-vault:*`,
      `arn:${partition}:backup:*:${account}:recovery-point:*`,
    ],
    wildcardReason:
      'A copy goes from this vault to the one of the recovery region under ids that AWS Backup makes; the boundary keeps it in the regions of the environment.',
  });
}

/** Restore into a bucket that AWS Backup makes for the test, and nowhere else. */
export function allowRestoreTest(role: DutyRole, foundation: Foundation): void {
  const { partition } = Stack.of(role);
  const test = `arn:${partition}:s3:::awsbackup-restore-test-*`;
  const wildcardReason =
    'AWS Backup names the bucket of a restore test itself, with this prefix, and deletes it afterwards.';
  role
    .allow({
      actions: [
        ...['s3:CreateBucket', 's3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions'],
        ...['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
        ...['s3:GetBucketOwnershipControls', 's3:PutBucketOwnershipControls'],
      ],
      resources: [test],
      wildcardReason,
    })
    .allow({
      actions: [
        ...['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectAcl', 's3:GetObjectTagging'],
        ...['s3:GetObjectVersionAcl', 's3:PutObject', 's3:PutObjectAcl', 's3:PutObjectTagging'],
        ...['s3:PutObjectVersionAcl', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        's3:ListMultipartUploadParts',
      ],
      resources: [`${test}/*`],
      wildcardReason,
    })
    .allow({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: [foundation.dataKey.keyArn],
    });
}
