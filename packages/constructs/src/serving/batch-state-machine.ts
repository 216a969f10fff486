import type { EndpointSettings } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { hasLocalStorage } from '../foundation/local-storage';
import { allowStateMachineRecords } from '../foundation/job-permissions';
import { environmentLog } from '../foundation/environment-log';

export interface BatchStateMachineProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly settings: EndpointSettings;
  readonly modelName: string;
}

/** A job's name has 63 characters, of which 37 are a hyphen and the id that makes it unique. */
const jobPrefixLength = 26;

/** Starts one transform job, waits for it, and tries again twice: CloudFormation has no type for such jobs. */
export class BatchStateMachine extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: BatchStateMachineProps) {
    super(scope, id);
    const { subject, foundation } = props;
    const prefix = subject.model.slice(0, jobPrefixLength).replace(/-$/, '');
    const role = this.role(prefix);
    const log = environmentLog(this, 'Log', {
      environment: subject.environment,
      key: foundation.keys.audit,
    });
    const machine = new CfnStateMachine(this, 'Machine', {
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(definition(prefix, props)),
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false, // what a job was asked is in CloudTrail, its data in the bucket
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
    });
    machine.node.addDependency(role); // with its policy: Step Functions tries it when the machine is made
    this.arn = machine.ref;
  }

  private role(prefix: string): DutyRole {
    const { partition, region, account } = Stack.of(this);
    const jobs = [`arn:${partition}:sagemaker:${region}:${account}:transform-job/${prefix}-*`];
    const wildcardReason = 'The id of a job is made when it is started.';
    const role = new DutyRole(this, 'Role', {
      duty: `starts transform jobs ${prefix}-*`,
      service: 'states.amazonaws.com',
    })
      .allow({
        actions: [
          'sagemaker:CreateTransformJob',
          'sagemaker:DescribeTransformJob',
          'sagemaker:StopTransformJob',
          'sagemaker:AddTags',
        ],
        resources: jobs,
        wildcardReason,
      })
      .allow({
        // Step Functions hears by a rule of its own that a job has ended.
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [
          `arn:${partition}:events:${region}:${account}:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule`,
        ],
      });
    allowStateMachineRecords(role);
    return role;
  }
}

/** The request of the job, in the words of CreateTransformJob. What it leaves out the container says itself. */
function definition(prefix: string, props: BatchStateMachineProps): object {
  const { foundation, settings, subject } = props;
  const { configuration, environment, model } = subject;
  const bucket = `s3://${foundation.storage.data.bucketName}/${model}/batch`;
  const key = foundation.dataKey.keyArn;
  const tags = { project: configuration.name, environment: environment.name, model };
  return {
    Comment: `Answers the files of ${bucket}/requests/`,
    StartAt: 'Transform',
    States: {
      Transform: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createTransformJob.sync',
        Parameters: {
          'TransformJobName.$': `States.Format('${prefix}-{}', States.UUID())`,
          ModelName: props.modelName,
          TransformInput: {
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `${bucket}/requests/` } },
            ContentType: 'text/csv',
            SplitType: 'Line',
          },
          TransformOutput: {
            'S3OutputPath.$': `States.Format('${bucket}/answers/{}/', $$.Execution.Name)`,
            Accept: 'text/csv',
            AssembleWith: 'Line',
            KmsKeyId: key,
          },
          TransformResources: {
            InstanceType: settings.instanceType,
            InstanceCount: Math.max(1, settings.min),
            ...(hasLocalStorage(settings.instanceType) ? {} : { VolumeKmsKeyId: key }),
          },
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
        // Capacity that is not there and instances that are lost: the same job again.
        Retry: [
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 300, MaxAttempts: 2, BackoffRate: 2 },
        ],
        TimeoutSeconds: 24 * 3600,
        End: true,
      },
    },
  };
}
