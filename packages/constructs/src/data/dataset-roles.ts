import { dataMetricsNamespace } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { allowObjects, allowStateMachineRecords } from '../foundation/job-permissions';
import type { DataLake } from './data-lake';

/** Resources are spelt as ARNs from fixed names, so that roles need not wait for what they may use. */
function arn(scope: Construct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Use the data key for what lies in S3. */
function allowKeyForObjects(role: DutyRole, { dataKey }: Foundation): void {
  role.allow({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [dataKey.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `s3.${Stack.of(role).region}.amazonaws.com` },
    },
  });
}

/** A role for Glue: it writes its log, and sees of the security configuration only what everybody may. */
export function glueRole(
  scope: Construct,
  id: string,
  duty: string,
  foundation: Foundation,
): DutyRole {
  const role = new DutyRole(scope, id, { duty, service: 'glue.amazonaws.com' });
  role
    .allow({
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'logs:AssociateKmsKey', // Glue ties a log group that it creates to the key of the security configuration
      ],
      resources: [arn(role, 'logs', 'log-group:/aws-glue/*')],
      wildcardReason:
        'Glue names its log groups after the security configuration and the streams after runs to come.',
    })
    .allow({
      actions: ['glue:GetSecurityConfiguration'],
      resources: ['*'],
      wildcardReason:
        'glue:GetSecurityConfiguration has no resource level; it reads and changes nothing.',
    });
  allowKeyForObjects(role, foundation);
  return role;
}

/** Look at what is delivered, and keep its table in the catalogue. */
export function allowCrawling(
  role: DutyRole,
  foundation: Foundation,
  lake: DataLake,
  dataset: string,
): void {
  allowObjects(role, foundation.storage.data, `raw/${dataset}`, 'read');
  const table = `table/${lake.databaseName}/raw_${dataset}`;
  role.allow({
    actions: [
      'glue:GetDatabase',
      'glue:GetTable',
      'glue:GetTables',
      'glue:CreateTable',
      'glue:UpdateTable',
      'glue:GetPartition',
      'glue:GetPartitions',
      'glue:BatchGetPartition',
      'glue:BatchCreatePartition',
      'glue:UpdatePartition',
    ],
    resources: [
      arn(role, 'glue', 'catalog'),
      arn(role, 'glue', `database/${lake.databaseName}`),
      arn(role, 'glue', table),
    ],
  });
}

/** Run as a job inside the VPC, with its bookmark. @param job name of the Glue job */
export function allowRunning(
  role: DutyRole,
  foundation: Foundation,
  lake: DataLake,
  job: string,
): void {
  const subnets = foundation.network.subnets.map(({ subnetId }) =>
    arn(role, 'ec2', `subnet/${subnetId}`),
  );
  const interfaces = arn(role, 'ec2', 'network-interface/*');
  role
    .allow({
      actions: ['glue:GetJob', 'glue:GetJobRun', 'glue:GetJobBookmark'],
      resources: [arn(role, 'glue', `job/${job}`)],
    })
    .allow({
      actions: ['glue:GetConnection'],
      resources: [
        arn(role, 'glue', 'catalog'),
        ...lake.connections.map((name) => arn(role, 'glue', `connection/${name}`)),
      ],
    })
    .allow({
      // Bookmarks are encrypted by the job itself.
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [foundation.dataKey.keyArn],
    })
    .allow({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...subnets,
        arn(role, 'ec2', `security-group/${lake.securityGroup.securityGroupId}`),
        interfaces,
      ],
      wildcardReason:
        'A network interface has no id before it is created; subnet and security group are named.',
    })
    .allow({
      actions: ['ec2:DeleteNetworkInterface'],
      resources: [interfaces],
      conditions: { ArnEquals: { 'ec2:Subnet': subnets } },
      wildcardReason:
        'Glue removes the interfaces under ids of its own; the condition names the subnets.',
    })
    .allow({
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: [interfaces],
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['aws-glue-service-resource'] } },
      wildcardReason:
        'Glue marks the interfaces that it creates by this one tag, under ids to come.',
    })
    .allow({
      actions: [
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcAttribute',
        'ec2:DescribeVpcEndpoints',
      ],
      resources: ['*'],
      wildcardReason:
        'The Describe actions of EC2 have no resource level; they read and change nothing.',
    });
}

/** What the state machine of a dataset calls. */
export interface WorkflowResources {
  readonly dataset: string;
  readonly crawler: string;
  readonly jobs: readonly string[];
  readonly trainingPipelines: readonly string[];
}

/** Start the jobs of a dataset and the training of its models, read two reports, tell and keep what failed. */
export function allowWorkflow(
  role: DutyRole,
  foundation: Foundation,
  lake: DataLake,
  { dataset, crawler, jobs, trainingPipelines }: WorkflowResources,
): void {
  const { data } = foundation.storage;
  role
    .allow({
      actions: ['glue:StartCrawler', 'glue:GetCrawler'],
      resources: [arn(role, 'glue', `crawler/${crawler}`)],
    })
    .allow({
      actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'],
      resources: jobs.map((job) => arn(role, 'glue', `job/${job}`)),
    })
    .allow({
      actions: ['s3:GetObject'],
      resources: [`quality/${dataset}/*`, `curated/${dataset}/_ingests/*`].map((key) =>
        data.arnForObjects(key),
      ),
      wildcardReason: 'The reports are named after deliveries to come.',
    })
    .allow({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': dataMetricsNamespace } },
      wildcardReason:
        'cloudwatch:PutMetricData has no resource level; the condition names the only namespace.',
    })
    .allow({ actions: ['sns:Publish'], resources: [foundation.alarmTopic.topicArn] })
    .allow({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [foundation.keys.alarms.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `sns.${Stack.of(role).region}.amazonaws.com` },
      },
    })
    .allow({ actions: ['sqs:SendMessage'], resources: [lake.deadLetters.queueArn] });
  allowStateMachineRecords(role);
  allowKeyForObjects(role, foundation);
  if (trainingPipelines.length === 0) return;
  const pipelines = trainingPipelines.map((name) => arn(role, 'sagemaker', `pipeline/${name}`));
  role
    .allow({
      actions: ['sagemaker:ListPipelineExecutions', 'sagemaker:StartPipelineExecution'],
      resources: pipelines,
    })
    .allow({
      actions: ['sagemaker:ListPipelineParametersForExecution'],
      resources: pipelines.map((pipeline) => `${pipeline}/execution/*`),
      wildcardReason: 'Executions get their ids when they start.',
    });
}
