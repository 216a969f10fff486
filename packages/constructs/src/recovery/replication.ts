import { replicationMinutes, resourcePrefix } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StackSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { Destination } from './recovery-copies';

export interface Replicated {
  readonly bucket: Bucket;
  /** What encrypts its objects. */
  readonly key: IKey;
  readonly to: Destination;
}

export interface ReplicationProps {
  readonly subject: StackSubject;
  /** Told when a copy is late or fails. */
  readonly topic: ITopic;
  /** By a short name, e.g. `data`; alarms are called after it. */
  readonly buckets: Readonly<Record<string, Replicated>>;
}

const ruleId = 'recovery';

/**
 * Copies every new object of some buckets to the recovery region, within 15 minutes (REL-5), under a key of that region.
 * Objects that are older than the rule need a batch replication once; docs/recovery.md says how.
 */
export class Replication extends Construct {
  constructor(scope: Construct, id: string, props: ReplicationProps) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const role = new DutyRole(this, 'Role', {
      duty: 'copies objects to the recovery region',
      service: 's3.amazonaws.com',
      namesAccount: false,
    });
    for (const [name, one] of Object.entries(props.buckets)) {
      allowCopying(role, one);
      const resource = one.bucket.node.defaultChild as CfnBucket;
      resource.replicationConfiguration = { role: role.roleArn, rules: [ruleTo(this, one.to)] };
      for (const kind of ['replication-delay', 'replication-failed']) {
        new CataloguedAlarm(this, `${name}-${kind}`, {
          kind,
          subject: `${resourcePrefix(configuration, environment.name)}-${name}`,
          dimensions: {
            SourceBucket: one.bucket.bucketName,
            DestinationBucket: one.to.bucket.bucketName,
            RuleId: ruleId,
          },
          topic: props.topic,
        });
      }
    }
  }
}

function ruleTo(scope: Construct, to: Destination): CfnBucket.ReplicationRuleProperty {
  const { partition, account } = Stack.of(scope);
  const { region } = Stack.of(to.bucket);
  return {
    id: ruleId,
    status: 'Enabled',
    priority: 1,
    filter: { prefix: '' },
    // A deletion in one region must not be one in both: versions in the other bring it back.
    deleteMarkerReplication: { status: 'Disabled' },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
    destination: {
      bucket: to.bucket.bucketArn,
      encryptionConfiguration: {
        replicaKmsKeyId: `arn:${partition}:kms:${region}:${account}:${to.keyAlias}`,
      },
      replicationTime: { status: 'Enabled', time: { minutes: replicationMinutes } },
      metrics: { status: 'Enabled', eventThreshold: { minutes: replicationMinutes } },
    },
  };
}

function allowCopying(role: DutyRole, { bucket, key, to }: Replicated): void {
  const { partition, account, region } = Stack.of(role);
  const there = Stack.of(to.bucket).region;
  role
    .allow({
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      resources: [bucket.bucketArn],
    })
    .allow({
      actions: [
        's3:GetObjectVersionForReplication',
        's3:GetObjectVersionAcl',
        's3:GetObjectVersionTagging',
        's3:GetObjectRetention',
        's3:GetObjectLegalHold',
      ],
      resources: [bucket.arnForObjects('*')],
      wildcardReason:
        'Every object of the bucket is copied; their names are those of data to come.',
    })
    .allow({
      actions: ['s3:ReplicateObject', 's3:ReplicateTags'],
      resources: [to.bucket.arnForObjects('*')],
      wildcardReason:
        'Every object of the bucket is copied; their names are those of data to come.',
    })
    .allow({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
    })
    .allow({
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [`arn:${partition}:kms:${there}:${account}:key/*`],
      wildcardReason:
        'The id of the key is only known in its own region; the condition names the one key by its alias.',
      conditions: {
        StringEquals: { 'kms:ViaService': `s3.${there}.amazonaws.com` },
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': to.keyAlias },
      },
    });
}
