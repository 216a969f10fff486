import { runsDataPipeline } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { backUp, isBackedUp } from '../recovery/backed-up';
import type { RecoveryCopies } from '../recovery/recovery-copies';
import { Replication } from '../recovery/replication';
import { acknowledgeInPacks } from './acknowledge-in-packs';
import { AlarmTopic } from './alarm-topic';
import { AuditTrail } from './audit-trail';
import type { StackSubject } from './capability-stack';
import { Detection } from './detection';
import { EnvironmentKeys } from './environment-keys';
import { Network, type InterfaceService } from './network';
import { boundRoles, PermissionBoundary } from './permission-boundary';
import { SecurityAlarms } from './security-alarms';
import { Storage, whyNotReplicated } from './storage';

export interface FoundationProps {
  readonly subject: StackSubject;
  /** @default '10.0.0.0/16' */
  readonly cidr?: string;
  /** @default - see `NetworkProps.interfaceEndpoints` */
  readonly interfaceEndpoints?: readonly InterfaceService[];
  /** Where the buckets are copied to. @default - nowhere */
  readonly copies?: RecoveryCopies;
}

/** Glue's jobs run inside the VPC: they reach Glue itself, their logs, and the key of their bookmarks. */
const forGlue: readonly InterfaceService[] = ['sagemaker.runtime', 'glue', 'logs', 'kms'];

/** What all models of an environment stand on: keys, network, buckets, audit and the alarm topic. */
export class Foundation extends Construct {
  readonly keys: EnvironmentKeys;
  readonly network: Network;
  readonly storage: Storage;
  readonly audit: AuditTrail;
  readonly alarmTopic: ITopic;
  readonly boundary: PermissionBoundary;

  constructor(scope: Construct, id: string, props: FoundationProps) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const trailName = `${configuration.name}-${environment.name}`;
    this.boundary = new PermissionBoundary(this, 'Boundary', { environment });
    boundRoles(Stack.of(this), this.boundary);
    this.keys = new EnvironmentKeys(this, 'Keys', { environment, trailName });
    const dataPipeline = runsDataPipeline(configuration, environment.name);
    const interfaceEndpoints = props.interfaceEndpoints ?? (dataPipeline ? forGlue : undefined);
    this.network = new Network(this, 'Network', {
      environment,
      auditKey: this.keys.audit,
      ...(props.cidr ? { cidr: props.cidr } : {}),
      ...(interfaceEndpoints ? { interfaceEndpoints } : {}),
    });
    this.storage = new Storage(this, 'Storage', { environment, key: this.keys.data, dataPipeline });
    this.audit = new AuditTrail(this, 'Audit', {
      environment,
      trailName,
      key: this.keys.audit,
      accessLogs: this.storage.accessLogs,
      audited: [this.storage.data, this.storage.artifacts, this.storage.capture],
    });
    this.alarmTopic = new AlarmTopic(this, 'AlarmTopic', {
      key: this.keys.alarms,
      owner: configuration.owner,
    }).topic;
    new SecurityAlarms(this, 'Security', {
      subject: props.subject,
      events: this.audit.events,
      topic: this.alarmTopic,
    });
    new Detection(this, 'Detection', { subject: props.subject, topic: this.alarmTopic });
    this.replicate(props);
    this.backUp(props.subject);
    this.exportForModels();
  }

  /** Marks what AWS Backup takes, where there are backups. */
  private backUp(subject: StackSubject): void {
    if (!isBackedUp(subject.environment)) return;
    for (const bucket of [this.storage.data, this.storage.artifacts]) backUp(bucket, subject);
  }

  private replicate({ subject, copies }: FoundationProps): void {
    const { data, artifacts, capture } = this.storage;
    if (!copies) {
      acknowledgeInPacks(this.audit.bucket, 'S3BucketReplicationEnabled', whyNotReplicated({}));
      return;
    }
    const key = this.keys.data;
    new Replication(this, 'Replication', {
      subject,
      topic: this.alarmTopic,
      buckets: {
        data: { bucket: data, key, to: copies.data },
        artifacts: { bucket: artifacts, key, to: copies.artifacts },
        capture: { bucket: capture, key, to: copies.capture },
        audit: { bucket: this.audit.bucket, key: this.keys.audit, to: copies.audit },
      },
    });
  }

  get dataKey(): IKey {
    return this.keys.data;
  }

  /**
   * Exports what model stacks import, whether one does yet or not. Otherwise the export would disappear together
   * with its last user, and CloudFormation refuses that while the user is still deployed.
   */
  private exportForModels(): void {
    const stack = Stack.of(this);
    const { data, artifacts, capture } = this.storage;
    for (const value of [
      this.keys.data.keyArn,
      this.keys.audit.keyArn,
      this.keys.alarms.keyArn,
      this.network.vpc.vpcId,
      ...this.network.subnets.map((subnet) => subnet.subnetId),
      data.bucketArn,
      data.bucketName,
      artifacts.bucketArn,
      artifacts.bucketName,
      capture.bucketArn,
      capture.bucketName,
      this.alarmTopic.topicArn,
      this.boundary.policy.managedPolicyArn,
    ]) {
      stack.exportValue(value);
    }
  }
}
