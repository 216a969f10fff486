import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { DutyRole } from './duty-role';

/** Pull the image of a job or an endpoint. */
export function allowImagePull(role: DutyRole, repository: IRepository): void {
  role
    .allow({
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
      ],
      resources: [repository.repositoryArn],
    })
    .allow({
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
      wildcardReason:
        'ecr:GetAuthorizationToken has no resource level; the token opens only repositories that the role may pull from.',
    });
}

/**
 * Write the job's log and metrics.
 * @param group name of the log group, e.g. `/aws/sagemaker/TrainingJobs`; SageMaker fixes it.
 */
export function allowLogsAndMetrics(role: DutyRole, group: string, namespace: string): void {
  const { partition, region, account } = Stack.of(role);
  role
    .allow({
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
      ],
      resources: [`arn:${partition}:logs:${region}:${account}:log-group:${group}:*`],
      wildcardReason:
        'SageMaker names the log streams after the jobs and instances, which do not exist yet.',
    })
    .allow({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': namespace } },
      wildcardReason:
        'cloudwatch:PutMetricData has no resource level; the condition names the only namespace.',
    });
}

/**
 * Write the log and the trace of a state machine. Step Functions delivers logs by the permissions of the machine's own
 * role. Source: Step Functions developer guide, "Logging using CloudWatch Logs" and "AWS X-Ray".
 */
export function allowStateMachineRecords(role: DutyRole): void {
  role.allow({
    actions: [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
    ],
    resources: ['*'],
    wildcardReason:
      'The delivery of logs and traces has no resource level; Step Functions writes its own log and trace with it.',
  });
}

/** Run with network interfaces in the VPC. */
export function allowNetworkInterfaces(
  role: DutyRole,
  subnets: readonly ISubnet[],
  group: ISecurityGroup,
): void {
  const { partition, region, account } = Stack.of(role);
  const ec2 = (resource: string): string => `arn:${partition}:ec2:${region}:${account}:${resource}`;
  role
    .allow({
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        ...subnets.map((subnet) => ec2(`subnet/${subnet.subnetId}`)),
        ec2(`security-group/${group.securityGroupId}`),
        ec2('network-interface/*'),
      ],
      wildcardReason:
        'A network interface has no id before it is created; subnet and security group are named.',
    })
    .allow({
      actions: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface'],
      resources: [ec2('network-interface/*')],
      conditions: {
        ArnEquals: { 'ec2:Subnet': subnets.map((subnet) => ec2(`subnet/${subnet.subnetId}`)) },
      },
      wildcardReason:
        'SageMaker creates and removes the interfaces under ids of its own; the condition names the subnets.',
    })
    .allow({
      actions: ['ec2:DeleteNetworkInterfacePermission'],
      resources: ['*'],
      wildcardReason:
        'A permission of an interface is no resource that a policy can name; this only takes permissions away.',
    })
    .allow({
      actions: [
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      resources: ['*'],
      wildcardReason:
        'The Describe actions of EC2 have no resource level; they read and change nothing.',
    });
}

/** Use the data key through the services that encrypt with it, and for the volumes of jobs. */
export function allowDataKey(role: DutyRole, key: IKey): void {
  const { region } = Stack.of(role);
  role
    .allow({
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': [`s3.${region}.amazonaws.com`, `sagemaker.${region}.amazonaws.com`],
        },
      },
    })
    .allow({
      actions: ['kms:CreateGrant'],
      resources: [key.keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } }, // volumes of jobs and endpoints
    });
}

/**
 * Read, and where told write, what lies below a prefix of a bucket, and list only that.
 * @param prefix without slashes at its ends, e.g. `churn`.
 */
export function allowObjects(
  role: DutyRole,
  bucket: IBucket,
  prefix: string,
  access: 'read' | 'read-write',
): void {
  role
    .allow({
      actions:
        access === 'read'
          ? ['s3:GetObject']
          : ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [bucket.arnForObjects(`${prefix}/*`)],
      wildcardReason: `The names of the objects below ${prefix}/ are those of datasets and jobs to come.`,
    })
    .allow({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': [`${prefix}/*`, prefix] } },
    })
    .allow({ actions: ['s3:GetBucketLocation'], resources: [bucket.bucketArn] });
}
