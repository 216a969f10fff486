import type { Persona } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { DutyRole } from './duty-role';
import { allowDataKey, allowLogsAndMetrics, allowNetworkInterfaces } from './job-permissions';
import type { NotebooksProps } from './notebooks';
import { artifactPrefixes } from './storage';

export interface NotebookRoleProps extends NotebooksProps {
  readonly persona: Persona;
  readonly group: ISecurityGroup;
}

/** What a persona does, beside having a workspace. */
const duties: Readonly<Record<Persona, readonly ('data' | 'train' | 'artifacts' | 'reports')[]>> = {
  scientist: ['data', 'train', 'artifacts', 'reports'],
  engineer: ['train', 'artifacts', 'reports'],
  reviewer: ['reports'],
};

/** What people may do from their workspace, as one persona: read, and start the pipelines that write. */
export class NotebookRole extends DutyRole {
  constructor(scope: Construct, id: string, props: NotebookRoleProps) {
    super(scope, id, { duty: `workspaces of people: ${props.persona}` });
    const { foundation, persona } = props;
    this.allowWorkspace(props);
    allowLogsAndMetrics(this, '/aws/sagemaker/studio', '/aws/sagemaker/studio');
    allowNetworkInterfaces(this, foundation.network.subnets, props.group);
    allowDataKey(this, foundation.dataKey);
    const { data, artifacts } = foundation.storage;
    const prefixes = {
      data: [[data, '']],
      artifacts: [
        [artifacts, `${artifactPrefixes.training}/`],
        [artifacts, `${artifactPrefixes.releases}/`],
      ],
      reports: [[artifacts, `${artifactPrefixes.evaluation}/`]],
    } as const;
    for (const duty of duties[persona]) {
      if (duty === 'train') this.allowTraining(props);
      else
        for (const [bucket, prefix] of prefixes[duty])
          this.allow({
            actions: ['s3:GetObject'],
            resources: [bucket.arnForObjects(`${prefix}*`)],
            wildcardReason:
              'People look at what datasets, trainings and releases to come will write.',
          }).allow({
            actions: ['s3:ListBucket'],
            resources: [bucket.bucketArn],
            ...(prefix ? { conditions: { StringLike: { 's3:prefix': `${prefix}*` } } } : {}),
          });
    }
  }

  /** Spaces and apps of one's own, on instance types that were agreed on. */
  private allowWorkspace({ settings }: NotebookRoleProps): void {
    const { partition, region, account } = Stack.of(this);
    const arn = (resource: string): string =>
      `arn:${partition}:sagemaker:${region}:${account}:${resource}`;
    const own = {
      ArnLike: {
        'sagemaker:OwnerUserProfileArn': arn(
          'user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}',
        ),
      },
      StringEquals: { 'sagemaker:SpaceSharingType': ['Private'] },
    };
    const wildcardReason =
      'People name their spaces and apps themselves; the condition lets them have only their own.';
    this.allow({
      actions: ['sagemaker:CreateSpace', 'sagemaker:UpdateSpace', 'sagemaker:DeleteSpace'],
      resources: [arn('space/*')],
      conditions: own,
      wildcardReason,
    })
      .allow({
        actions: ['sagemaker:CreateApp'],
        resources: [arn('app/*')],
        conditions: {
          ...own,
          'ForAllValues:StringEquals': {
            'sagemaker:InstanceTypes': ['system', settings.instanceType],
          },
        },
        wildcardReason,
      })
      .allow({
        actions: ['sagemaker:DeleteApp'],
        resources: [arn('app/*')],
        conditions: own,
        wildcardReason,
      })
      .allow({
        actions: ['sagemaker:AddTags'],
        resources: [arn('space/*'), arn('app/*')],
        conditions: { Null: { 'sagemaker:TaggingAction': 'false' } }, // while they are made, not later
        wildcardReason:
          'People name their spaces and apps themselves; the condition allows tags only while one is made.',
      })
      .allow({
        actions: [
          ...['sagemaker:DescribeApp', 'sagemaker:DescribeDomain', 'sagemaker:DescribeSpace'],
          ...['sagemaker:DescribeUserProfile', 'sagemaker:ListTags'],
        ],
        resources: ['app/*', 'domain/*', 'space/*', 'user-profile/*'].map(arn),
        wildcardReason:
          'Domain and workspaces get their ids and names later; what is described shows no contents.',
      })
      .allow({
        actions: [
          ...['sagemaker:ListApps', 'sagemaker:ListDomains'],
          ...['sagemaker:ListSpaces', 'sagemaker:ListUserProfiles'],
        ],
        resources: ['*'],
        wildcardReason:
          'Studio lists what there is before it shows a workspace; listing has no resource level and shows no contents.',
      });
  }

  /** The pipelines of this repository: whoever starts one gets none of its rights. */
  private allowTraining({ subject }: NotebookRoleProps): void {
    const { partition, region, account } = Stack.of(this);
    const name = subject.configuration.name;
    this.allow({
      actions: [
        ...['sagemaker:StartPipelineExecution', 'sagemaker:StopPipelineExecution'],
        ...['sagemaker:DescribePipeline', 'sagemaker:DescribePipelineExecution'],
        ...['sagemaker:ListPipelineExecutions', 'sagemaker:ListPipelineExecutionSteps'],
      ],
      resources: [`arn:${partition}:sagemaker:${region}:${account}:pipeline/${name}-*`],
      wildcardReason:
        'The pipelines of models to come; the name of the repository is their prefix.',
    });
  }
}
