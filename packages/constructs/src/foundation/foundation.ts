import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { AuditTrail } from './audit-trail';
import type { StackSubject } from './capability-stack';
import { EnvironmentKeys } from './environment-keys';
import { Network, type InterfaceService } from './network';
import { Storage } from './storage';

export interface FoundationProps {
  readonly subject: StackSubject;
  /** @default '10.0.0.0/16' */
  readonly cidr?: string;
  /** @default - see `NetworkProps.interfaceEndpoints` */
  readonly interfaceEndpoints?: readonly InterfaceService[];
}

/** What all models of an environment stand on: keys, network, buckets, audit and the alarm topic. */
export class Foundation extends Construct {
  readonly keys: EnvironmentKeys;
  readonly network: Network;
  readonly storage: Storage;
  readonly audit: AuditTrail;
  readonly alarmTopic: ITopic;

  constructor(scope: Construct, id: string, props: FoundationProps) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const trailName = `${configuration.name}-${environment.name}`;
    this.keys = new EnvironmentKeys(this, 'Keys', { environment, trailName });
    this.network = new Network(this, 'Network', {
      environment,
      auditKey: this.keys.audit,
      ...(props.cidr ? { cidr: props.cidr } : {}),
      ...(props.interfaceEndpoints ? { interfaceEndpoints: props.interfaceEndpoints } : {}),
    });
    this.storage = new Storage(this, 'Storage', { environment, key: this.keys.data });
    this.audit = new AuditTrail(this, 'Audit', {
      environment,
      trailName,
      key: this.keys.audit,
      accessLogs: this.storage.accessLogs,
      audited: [this.storage.data, this.storage.artifacts],
    });
    this.alarmTopic = new AlarmTopic(this, 'AlarmTopic', {
      key: this.keys.alarms,
      owner: configuration.owner,
    }).topic;
    this.exportForModels();
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
    const { data, artifacts } = this.storage;
    for (const value of [
      this.keys.data.keyArn,
      this.keys.alarms.keyArn,
      this.network.vpc.vpcId,
      ...this.network.subnets.map((subnet) => subnet.subnetId),
      data.bucketArn,
      data.bucketName,
      artifacts.bucketArn,
      artifacts.bucketName,
      this.alarmTopic.topicArn,
    ]) {
      stack.exportValue(value);
    }
  }
}
