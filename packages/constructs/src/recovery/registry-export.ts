import { resourcePrefix } from '@wa-ml/config';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { allowDataKey, allowStateMachineRecords } from '../foundation/job-permissions';
import { environmentLog } from '../foundation/environment-log';
import type { StackSubject } from '../foundation/capability-stack';
import { ScheduledCalls } from '../foundation/scheduled-calls';
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
        destination: environmentLog(this, 'Log', {
          environment,
          key: foundation.keys.audit,
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
      });
    allowStateMachineRecords(role);
    allowDataKey(role, foundation.dataKey);
    return role;
  }

  private schedule({ subject, foundation }: RegistryExportProps, machine: StateMachine): void {
    const { configuration, environment } = subject;
    const calls = new ScheduledCalls(this, 'Calls', {
      duty: 'starts the export of the registry',
      alarm: 'registry-export-not-started',
      subject: resourcePrefix(configuration, environment.name),
      key: foundation.dataKey,
      topic: foundation.alarmTopic,
    });
    calls.role.allow({
      actions: ['states:StartExecution'],
      resources: [machine.stateMachineArn],
    });
    calls.call('Nightly', {
      cron: 'cron(0 2 * * ? *)', // an hour before the snapshot that takes it along
      target: { arn: machine.stateMachineArn },
    });
  }
}
