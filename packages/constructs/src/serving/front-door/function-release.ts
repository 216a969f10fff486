import { Stack } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import type { Alias, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DutyRole } from '../../foundation/duty-role';

export interface FunctionReleaseProps {
  readonly function: IFunction;
  readonly alias: Alias;
  /** What takes a release back. At least one. */
  readonly alarms: readonly IAlarm[];
  readonly alarmArns: readonly string[];
}

/**
 * New versions of a function by CodeDeploy: a tenth of the requests for five minutes, then all. The alarms need three
 * minutes (two periods of 60 seconds, and CloudWatch's delay), so that they fire while nine tenths are still on the old one.
 */
export class FunctionRelease extends Construct {
  constructor(scope: Construct, id: string, props: FunctionReleaseProps) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const role = new DutyRole(this, 'Role', {
      duty: 'moves an alias to a new version of its function, and back',
      service: 'codedeploy',
    });
    role.allow({ actions: ['cloudwatch:DescribeAlarms'], resources: props.alarmArns }).allow({
      actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
      resources: [
        props.function.functionArn,
        `arn:${partition}:lambda:${region}:${account}:function:${props.function.functionName}:*`,
      ],
      wildcardReason: 'The versions of this function that the alias is moved between come later.',
    });
    const group = new LambdaDeploymentGroup(this, 'Group', {
      application: new LambdaApplication(this, 'Application'),
      alias: props.alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [...props.alarms],
      autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      // CDK would add AWS's managed policy, which reaches every function of the account.
      role: role.withoutPolicyUpdates(),
    });
    group.node.addDependency(role);
  }
}
