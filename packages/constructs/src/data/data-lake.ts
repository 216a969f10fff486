import { Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnConnection, CfnDatabase, CfnSecurityConfiguration } from 'aws-cdk-lib/aws-glue';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StackSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';

export interface DataLakeProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
}

/** What all datasets of an environment share: the catalogue's database, Glue's encryption and network, and the dead letters. */
export class DataLake extends Construct {
  readonly databaseName: string;
  /** Name of Glue's security configuration. */
  readonly securityConfiguration: string;
  /** Names of Glue's connections into the VPC, one for each subnet: a job takes the first that answers. */
  readonly connections: readonly string[];
  readonly securityGroup: ISecurityGroup;
  /** Deliveries for which no execution was started, or which broke off. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: DataLakeProps) {
    super(scope, id);
    const { configuration, environment } = props.subject;
    const { foundation } = props;
    const { account } = Stack.of(this);
    // Athena takes no hyphens in the names of databases.
    this.databaseName = `${configuration.name}_${environment.name}`.replaceAll('-', '_');
    new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: {
        name: this.databaseName,
        description: `Datasets of ${configuration.name} in ${environment.name}`,
      },
    });

    this.securityConfiguration = Names.uniqueResourceName(this, { maxLength: 200 });
    const keyArn = foundation.dataKey.keyArn;
    new CfnSecurityConfiguration(this, 'SecurityConfiguration', {
      name: this.securityConfiguration,
      encryptionConfiguration: {
        s3Encryptions: [{ s3EncryptionMode: 'SSE-KMS', kmsKeyArn: keyArn }],
        cloudWatchEncryption: {
          cloudWatchEncryptionMode: 'SSE-KMS',
          kmsKeyArn: foundation.keys.audit.keyArn,
        },
        jobBookmarksEncryption: { jobBookmarksEncryptionMode: 'CSE-KMS', kmsKeyArn: keyArn },
      },
    });

    this.securityGroup = this.workers(foundation);
    this.connections = foundation.network.subnets.map((subnet, number) => {
      const name = `${Names.uniqueResourceName(this, { maxLength: 200 })}Subnet${number}`;
      new CfnConnection(this, `Connection${number}`, {
        catalogId: account,
        connectionInput: {
          name,
          connectionType: 'NETWORK',
          physicalConnectionRequirements: {
            availabilityZone: subnet.availabilityZone,
            subnetId: subnet.subnetId,
            securityGroupIdList: [this.securityGroup.securityGroupId],
          },
        },
      });
      return name;
    });

    // SQS's own key: the messages name folders and hold no data, and EventBridge may write without a grant.
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14), // SQS's longest
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This queue is where dead letters go.',
    });
    new CataloguedAlarm(this, 'LeftBehind', {
      kind: 'data-dead-letters',
      subject: `${configuration.name}-${environment.name}`,
      dimensions: { QueueName: this.deadLetters.queueName },
      topic: foundation.alarmTopic,
    });
  }

  /** Glue refuses a connection whose group does not let its workers reach each other on every TCP port. */
  private workers({ network }: Foundation): ISecurityGroup {
    const group = new SecurityGroup(this, 'Workers', {
      vpc: network.vpc,
      description: 'Glue workers of the data pipeline',
      allowAllOutbound: false,
    });
    group.addIngressRule(group, Port.allTcp(), 'Workers of the same job');
    group.addEgressRule(group, Port.allTcp(), 'Workers of the same job');
    group.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      'S3 gateway and VPC endpoints: there is no other route',
    );
    return group;
  }
}
