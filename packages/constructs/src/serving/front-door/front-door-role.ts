import { Stack } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DutyRole } from '../../foundation/duty-role';
import type { Foundation } from '../../foundation/foundation';
import type { FrontDoorTables } from './front-door-tables';

export interface FrontDoorRoleProps {
  readonly foundation: Foundation;
  readonly endpointName: string;
  readonly tables: FrontDoorTables;
  readonly logs: ILogGroup;
  readonly securityGroup: ISecurityGroup;
  readonly tracing: boolean;
}

/** What the function in front of an endpoint may do: ask this endpoint, and read and write its own two tables. */
export class FrontDoorRole extends DutyRole {
  constructor(scope: Construct, id: string, props: FrontDoorRoleProps) {
    super(scope, id, { duty: `answers for ${props.endpointName}`, service: 'lambda' });
    const { partition, region, account } = Stack.of(this);
    const { tables, foundation } = props;
    this.allow({
      actions: ['sagemaker:InvokeEndpoint'],
      resources: [`arn:${partition}:sagemaker:${region}:${account}:endpoint/${props.endpointName}`],
    });
    this.allow({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [props.logs.logGroupArn],
      wildcardReason: 'Lambda names the log streams of this group after its containers.',
    });
    this.onTable(tables.state, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']);
    if (tables.results) this.onTable(tables.results, ['dynamodb:GetItem', 'dynamodb:PutItem']);
    this.allow({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: [foundation.dataKey.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 'lambda'].map((name) => `${name}.${region}.amazonaws.com`),
        },
      },
    });
    this.inNetwork(foundation, props.securityGroup);
    if (props.tracing)
      this.allow({
        actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
        resources: ['*'],
        wildcardReason: 'Neither action of X-Ray has a resource level; they only add traces.',
      });
  }

  private onTable(table: ITableV2, actions: readonly string[]): void {
    this.allow({ actions, resources: [table.tableArn] });
  }

  private inNetwork({ network }: Foundation, group: ISecurityGroup): void {
    const { partition, region, account } = Stack.of(this);
    const ec2 = (resource: string): string =>
      `arn:${partition}:ec2:${region}:${account}:${resource}`;
    this.allow({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...network.subnets.map((subnet) => ec2(`subnet/${subnet.subnetId}`)),
        ec2(`security-group/${group.securityGroupId}`),
        ec2('network-interface/*'),
      ],
      wildcardReason:
        'A network interface has no id before it is created; subnet and security group are named.',
    });
    this.allow({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:DeleteNetworkInterface',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: [ec2('network-interface/*')],
      wildcardReason: 'Lambda creates, shares and removes the interfaces under ids of its own.',
    });
    this.allow({
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
      wildcardReason:
        'The Describe actions of EC2 have no resource level; they read and change nothing.',
    });
  }
}
