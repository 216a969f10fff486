import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { DutyRole } from '../../foundation/duty-role';

/**
 * The role by which API Gateway writes the logs of all APIs of an account and region: a setting of the account, made
 * by one stack or by nobody of us (`apiGatewayLogRole`). It stays when the stack goes: other APIs may need it.
 */
export class GatewayLogRole extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const role = new DutyRole(this, 'Role', {
      duty: 'writes the logs of all APIs of this account and region',
      service: 'apigateway.amazonaws.com',
      namesAccount: false,
    }).allow({
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogGroups',
        'logs:DescribeLogStreams',
        'logs:FilterLogEvents',
        'logs:GetLogEvents',
        'logs:PutLogEvents',
      ],
      resources: [`arn:${partition}:logs:${region}:${account}:log-group:*`],
      wildcardReason:
        'API Gateway has one role for the logs of all APIs, and names the groups of execution logs after APIs to come.',
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const setting = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    setting.applyRemovalPolicy(RemovalPolicy.RETAIN);
    setting.node.addDependency(role);
  }
}
