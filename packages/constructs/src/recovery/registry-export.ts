import { resourcePrefix } from '@wa-ml/config';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { allowDataKey } from '../foundation/job-permissions';
import { logRetention } from '../foundation/log-retention';
import type { StackSubject } from '../foundation/capability-stack';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { registryExportDefinition, registryPrefix } from './registry-export-definition';

export interface RegistryExportProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
}

/**
 * Each night, what the registry knows of every model package, as JSON below `registry/` of the artifact bucket: AWS Backup
 * does not know the registry, and the bucket is replicated and backed up. Without a line of code: Step Functions calls
 * SageMaker and S3 itself. It lists by the name of the repository, so that a new model changes nothing here.
 */
export class RegistryExport extends Construct {
  constructor(scope: Construct, id: string, props: RegistryExportProps) {
    super(scope, id);
    const { subject, foundation } = props;
    const { configuration, environment } = subject;
    const { bucketName } = foundation.storage.artifacts;
    const machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromString(
        Stack.of(this).toJsonString(registryExportDefinition(configuration.name, bucketName)),
      ),
      role: this.role(props),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        destination: new LogGroup(this, 'Log', {
          encryptionKey: foundation.keys.audit,
          retention: logRetention(environment),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.schedule(props, machine);
    new CataloguedAlarm(this, 'Failed', {
      kind: 'registry-export-failed',
      subject: resourcePrefix(configuration, environment.name),
      dimensions: { StateMachineArn: machine.stateMachineArn },
      topic: foundation.alarmTopic,
    });
  }

  private role({ subject, foundation }: RegistryExportProps): DutyRole {
    const { partition, region, account } = Stack.of(this);
    const role = new DutyRole(this, 'Role', {
      duty: 'exports what the registry knows',
      service: 'states.amazonaws.com',
    })
      .allow({
        actions: ['sagemaker:ListModelPackageGroups', 'sagemaker:ListModelPackages'],
        resources: ['*'],
        wildcardReason: 'Listing the registry has no resource level; it shows names, not contents.',
      })
      .allow({
        actions: ['sagemaker:DescribeModelPackage'],
        resources: [
          `arn:${partition}:sagemaker:${region}:${account}:model-package/${subject.configuration.name}-*`,
        ],
        wildcardReason:
          'Groups and versions of models to come; the name of the repository is their prefix.',
      })
      .allow({
        actions: ['s3:PutObject'],
        resources: [foundation.storage.artifacts.arnForObjects(`${registryPrefix}/*`)],
        wildcardReason: 'One object for each version of a model, named after it.',
      })
      .allow({
        actions: [
          ...['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery'],
          ...['logs:DeleteLogDelivery', 'logs:ListLogDeliveries', 'logs:PutResourcePolicy'],
          ...['logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'],
          ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
          ...['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
        ],
        resources: ['*'],
        wildcardReason:
          'Log deliveries and traces have no resource level; Step Functions writes its own log and trace with them.',
      });
    allowDataKey(role, foundation.dataKey);
    return role;
  }

  private schedule({ foundation }: RegistryExportProps, machine: StateMachine): void {
    const lost = new Queue(this, 'Lost', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: foundation.dataKey,
      enforceSSL: true,
    });
    Validations.of(lost).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is a dead-letter queue itself, of the schedule below.',
    });
    const role = new DutyRole(this, 'ScheduleRole', {
      duty: 'starts the export of the registry',
      service: 'scheduler.amazonaws.com',
    })
      .allow({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] })
      .allow({ actions: ['sqs:SendMessage'], resources: [lost.queueArn] })
      .allow({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [foundation.dataKey.keyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': ['scheduler', 'sqs'].map(
              (service) => `${service}.${Stack.of(this).region}.amazonaws.com`,
            ),
          },
        },
      });
    new CfnSchedule(this, 'Nightly', {
      // An hour before the snapshot that takes it along.
      scheduleExpression: 'cron(0 2 * * ? *)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: machine.stateMachineArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: lost.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
      },
      kmsKeyArn: foundation.dataKey.keyArn,
    });
  }
}
