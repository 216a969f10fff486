import type { NormalisedEnvironment } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { removalPolicy } from './removal';

export interface EnvironmentKeysProps {
  readonly environment: NormalisedEnvironment;
  /** Name of the trail that may write under the audit key. */
  readonly trailName: string;
}

/** One customer-managed key for each purpose of an environment (SEC-1), rotated every year. */
export class EnvironmentKeys extends Construct {
  /** Data, artifacts, images and the volumes of jobs and endpoints. */
  readonly data: Key;
  /** Trail, flow logs and log groups. */
  readonly audit: Key;
  /** The alarm topic; CloudWatch, AWS Budgets and EventBridge publish to it. */
  readonly alarms: Key;

  constructor(scope: Construct, id: string, props: EnvironmentKeysProps) {
    super(scope, id);
    const { account, region, partition } = Stack.of(this);
    const fromThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    const key = (purpose: string): Key =>
      new Key(this, purpose, {
        description: `${purpose} of ${props.environment.name}`,
        enableKeyRotation: true,
        removalPolicy: removalPolicy(props.environment.tier),
      });

    this.data = key('Data');
    this.audit = key('Audit');
    this.audit.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroups',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:DescribeKey',
        ],
        resources: ['*'], // in a key policy: this key
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      }),
    );
    this.audit.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Trail',
        principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'aws:SourceArn': `arn:${partition}:cloudtrail:${region}:${account}:trail/${props.trailName}`,
          },
        },
      }),
    );
    this.alarms = key('Alarms');
    for (const service of ['cloudwatch', 'budgets', 'costalerts', 'events']) {
      this.alarms.addToResourcePolicy(
        new PolicyStatement({
          sid: service,
          principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions: fromThisAccount,
        }),
      );
    }
  }
}
