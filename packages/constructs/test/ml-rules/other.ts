import { one, type Case, type RuleCases } from './cases';

const image = (Image: string): Case =>
  one('AWS::SageMaker::Model', { PrimaryContainer: { Image } });
const digest = `images@sha256:${'a'.repeat(64)}`;
const notebook = (more: object): Case => one('AWS::SageMaker::NotebookInstance', more);
const domain = (more: object): Case => one('AWS::SageMaker::Domain', more);
const idle = (LifecycleManagement: string) => ({
  AppLifecycleManagement: { IdleSettings: { LifecycleManagement } },
});
const tracking = (more: object = {}, type = 'SageMakerVariantInvocationsPerInstance') =>
  one('AWS::ApplicationAutoScaling::ScalingPolicy', {
    TargetTrackingScalingPolicyConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: type },
      ...more,
    },
  });
const alarm = (more: object): Case => one('AWS::CloudWatch::Alarm', more);
const bucket = (more: object = {}): Case => one('AWS::S3::Bucket', more);
const withTrail = (template: Case): Case => ({
  ...template,
  Trail: { Type: 'AWS::CloudTrail::Trail', Properties: { S3BucketName: { Ref: 'Resource' } } },
});
const coolDown = {
  Status: 'Enabled',
  Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }],
};
const abort = {
  Status: 'Enabled',
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
};
const lifecycle = (...Rules: object[]) => bucket({ LifecycleConfiguration: { Rules } });
const alert = (NotificationType: string, Threshold: number, Subscribers: object[] = [{}]) => ({
  Notification: { NotificationType, Threshold },
  Subscribers,
});
const alerts = [
  alert('ACTUAL', 50),
  alert('ACTUAL', 80),
  alert('ACTUAL', 100),
  alert('FORECASTED', 100),
];
const budget = (...NotificationsWithSubscribers: object[]) =>
  one('AWS::Budgets::Budget', { NotificationsWithSubscribers });
const tags = (...keys: string[]) => ({ Tags: keys.map((Key) => ({ Key, Value: 'x' })) });
const assumedBy = (Service: string | string[], Condition?: object) =>
  one('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', Condition }],
    },
  });
const policy = (Action: string | string[], Effect = 'Allow') =>
  one('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Effect, Action, Resource: '*' }] } });
const repository = (more: object) => one('AWS::ECR::Repository', more);
const features = (more: object) => one('AWS::SageMaker::FeatureGroup', more);

export const otherCases: Readonly<Record<string, RuleCases>> = {
  'model-network-isolation': {
    compliant: [one('AWS::SageMaker::Model', { EnableNetworkIsolation: true })],
    broken: [
      one('AWS::SageMaker::Model'),
      one('AWS::SageMaker::Model', { EnableNetworkIsolation: false }),
    ],
  },
  'model-in-vpc': {
    compliant: [
      one('AWS::SageMaker::Model', {
        VpcConfig: { Subnets: [{ Ref: 'Subnet' }], SecurityGroupIds: ['group'] },
      }),
    ],
    broken: [
      one('AWS::SageMaker::Model'),
      one('AWS::SageMaker::Model', { VpcConfig: { Subnets: ['subnet'], SecurityGroupIds: [] } }),
    ],
  },
  'model-image-by-digest': {
    compliant: [
      image(digest),
      one('AWS::SageMaker::Model', { PrimaryContainer: { ModelPackageName: 'package' } }),
      one('AWS::SageMaker::Model', { Containers: [{ Image: digest }, { Image: digest }] }),
    ],
    broken: [
      { template: image('images:latest'), parts: ['images:latest'] },
      {
        template: one('AWS::SageMaker::Model', {
          Containers: [{ Image: digest }, { Image: 'images:1' }],
        }),
        parts: ['images:1'],
      },
    ],
  },
  'instance-family-offered': {
    compliant: [
      one('AWS::SageMaker::EndpointConfig', {
        ProductionVariants: [{ InstanceType: 'ml.inf2.xlarge' }],
      }),
      notebook({ InstanceType: 'ml.t3.medium' }),
    ],
    broken: [
      {
        template: one('AWS::SageMaker::EndpointConfig', {
          ProductionVariants: [{ InstanceType: 'ml.inf1.xlarge' }],
        }),
        parts: ['ml.inf1.xlarge'],
      },
      {
        template: one('AWS::SageMaker::Pipeline', {
          PipelineDefinition: {
            PipelineDefinitionBody: JSON.stringify({
              Steps: [
                {
                  Name: 'Train',
                  Type: 'Training',
                  Arguments: { ResourceConfig: { InstanceType: 'ml.p3.2xlarge' } },
                },
              ],
            }),
          },
        }),
        parts: ['ml.p3.2xlarge'],
      },
      notebook({ InstanceType: 'ml.m4.xlarge' }),
    ],
  },
  'scaling-range': {
    compliant: [
      one('AWS::ApplicationAutoScaling::ScalableTarget', {
        ...{ ServiceNamespace: 'sagemaker', MinCapacity: 2, MaxCapacity: 4 },
      }),
      one('AWS::ApplicationAutoScaling::ScalableTarget', {
        ...{ ServiceNamespace: 'ecs', MinCapacity: 1, MaxCapacity: 1 },
      }),
    ],
    broken: [
      one('AWS::ApplicationAutoScaling::ScalableTarget', {
        ...{ ServiceNamespace: 'sagemaker', MinCapacity: 2, MaxCapacity: 2 },
      }),
    ],
  },
  'scaling-measured': {
    compliant: [
      {
        Resource: { ...tracking()['Resource']!, Metadata: { 'wa-ml:measured': true } },
      },
      tracking({}, 'SageMakerInferenceComponentInvocationsPerCopy'),
    ],
    broken: [tracking()],
  },
  'scaling-cooldown': {
    compliant: [tracking({ ScaleInCooldown: 600 })],
    broken: [tracking({ ScaleInCooldown: 599 }), tracking()],
  },
  'notebook-idle-shutdown': {
    compliant: [notebook({ LifecycleConfigName: { 'Fn::GetAtt': ['Stop', 'Name'] } })],
    broken: [notebook({})],
  },
  'notebook-without-root': {
    compliant: [notebook({ RootAccess: 'Disabled' })],
    broken: [notebook({ RootAccess: 'Enabled' }), notebook({})],
  },
  'notebook-metadata-service': {
    compliant: [
      notebook({
        InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: '2' },
      }),
    ],
    broken: [
      notebook({}),
      notebook({
        InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: '1' },
      }),
    ],
  },
  'studio-idle-shutdown': {
    compliant: [domain({ DefaultUserSettings: { JupyterLabAppSettings: idle('ENABLED') } })],
    broken: [
      { template: domain({}), parts: ['JupyterLabAppSettings'] },
      {
        template: domain({
          DefaultUserSettings: {
            JupyterLabAppSettings: idle('ENABLED'),
            CodeEditorAppSettings: idle('DISABLED'),
          },
        }),
        parts: ['CodeEditorAppSettings'],
      },
    ],
  },
  'studio-inside-vpc': {
    compliant: [domain({ AppNetworkAccessType: 'VpcOnly' })],
    broken: [domain({}), domain({ AppNetworkAccessType: 'PublicInternetOnly' })],
  },
  'studio-encrypted': {
    compliant: [domain({ KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } })],
    broken: [domain({})],
  },
  'log-bucket-object-lock': {
    compliant: [bucket(), withTrail(bucket({ ObjectLockEnabled: true }))],
    broken: [withTrail(bucket()), withTrail(bucket({ ObjectLockEnabled: false }))],
  },
  'trail-data-events': {
    compliant: [
      one('AWS::CloudTrail::Trail', {
        EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn'] }] }],
      }),
      one('AWS::CloudTrail::Trail', { AdvancedEventSelectors: [{ FieldSelectors: [] }] }),
    ],
    broken: [
      one('AWS::CloudTrail::Trail'),
      one('AWS::CloudTrail::Trail', { EventSelectors: [{ ReadWriteType: 'All' }] }),
    ],
  },
  'bucket-lifecycle': {
    compliant: [lifecycle(coolDown, abort)],
    broken: [
      { template: bucket(), parts: ['transitions', 'incomplete uploads'] },
      { template: lifecycle(coolDown), parts: ['incomplete uploads'] },
      { template: lifecycle({ ...coolDown, Status: 'Disabled' }, abort), parts: ['transitions'] },
    ],
  },
  'feature-group-encrypted': {
    compliant: [
      features({
        OnlineStoreConfig: { EnableOnlineStore: true, SecurityConfig: { KmsKeyId: 'key' } },
        OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://bucket', KmsKeyId: 'key' } },
      }),
    ],
    broken: [
      {
        template: features({
          OnlineStoreConfig: { EnableOnlineStore: true },
          OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://bucket' } },
        }),
        parts: ['online', 'offline'],
      },
    ],
  },
  'image-repository-immutable': {
    compliant: [repository({ ImageTagMutability: 'IMMUTABLE' })],
    broken: [repository({}), repository({ ImageTagMutability: 'MUTABLE' })],
  },
  'image-repository-scanned': {
    compliant: [repository({ ImageScanningConfiguration: { ScanOnPush: true } })],
    broken: [repository({}), repository({ ImageScanningConfiguration: { ScanOnPush: false } })],
  },
  'alarm-has-runbook': {
    compliant: [
      alarm({ AlarmDescription: 'Errors. Runbook: runbooks/endpoint-errors.md' }),
      alarm({ AlarmDescription: 'https://wiki.example/errors' }),
    ],
    broken: [alarm({}), alarm({ AlarmDescription: 'Too many errors' })],
  },
  'alarm-missing-data': {
    compliant: [alarm({ TreatMissingData: 'notBreaching' })],
    broken: [alarm({})],
  },
  'alarm-acts': {
    compliant: [alarm({ AlarmActions: [{ Ref: 'Topic' }] })],
    broken: [alarm({}), alarm({ AlarmActions: [] })],
  },
  'budget-alerts': {
    compliant: [budget(...alerts)],
    broken: [
      { template: budget(...alerts.slice(1)), parts: ['ACTUAL 50'] },
      { template: budget(...alerts.slice(0, 3)), parts: ['FORECASTED 100'] },
      { template: budget(...alerts.slice(1), alert('ACTUAL', 50, [])), parts: ['ACTUAL 50'] },
    ],
  },
  'cost-tags': {
    compliant: [
      one('AWS::SageMaker::Endpoint', tags('project', 'environment', 'owner')),
      one('AWS::SageMaker::FeatureGroup', tags('project', 'environment', 'owner', 'model')),
    ],
    broken: [
      { template: bucket(tags('project', 'owner')), parts: ['environment'] },
      {
        template: one('AWS::SageMaker::Model'),
        parts: ['project', 'environment', 'owner'],
      },
    ],
  },
  'role-for-this-account': {
    compliant: [
      assumedBy('sagemaker.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '1' } }),
      assumedBy('sagemaker.amazonaws.com', { ArnLike: { 'aws:SourceArn': 'arn' } }),
      assumedBy('lambda.amazonaws.com'),
    ],
    broken: [
      assumedBy('sagemaker.amazonaws.com'),
      assumedBy(['lambda.amazonaws.com', 'sagemaker.amazonaws.com']),
      assumedBy('sagemaker.amazonaws.com', { StringEquals: { 'aws:RequestedRegion': 'x' } }),
    ],
  },
  'policy-actions-spelt-out': {
    compliant: [policy(['s3:GetObject', 's3:GetObject*']), policy('s3:*', 'Deny')],
    broken: [
      { template: policy('*'), parts: ['*'] },
      { template: policy(['s3:GetObject', 'sagemaker:*']), parts: ['sagemaker:*'] },
      {
        template: one('AWS::IAM::Role', {
          Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'kms:*' }] } }],
        }),
        parts: ['kms:*'],
      },
    ],
  },
  'schedule-dead-letters': {
    compliant: [
      one('AWS::Scheduler::Schedule', { Target: { DeadLetterConfig: { Arn: 'queue' } } }),
    ],
    broken: [one('AWS::Scheduler::Schedule', { Target: { Arn: 'target' } })],
  },
};
