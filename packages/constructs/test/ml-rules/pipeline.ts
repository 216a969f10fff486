import { one, type Case, type RuleCases } from './cases';

type Changes = Readonly<Record<string, unknown>>;

const training = {
  AlgorithmSpecification: { TrainingImage: { Get: 'Parameters.TrainingImage' } },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeKmsKeyId: 'key' },
  OutputDataConfig: { KmsKeyId: 'key' },
  VpcConfig: { Subnets: ['subnet'], SecurityGroupIds: ['group'] },
  StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
  CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' },
  EnableManagedSpotTraining: true,
  EnableNetworkIsolation: true,
};
const processing = {
  AppSpecification: { ImageUri: { Get: 'Parameters.InferenceImage' } },
  ProcessingResources: {
    ClusterConfig: { InstanceType: 'ml.m5.xlarge', VolumeKmsKeyId: 'key' },
  },
  NetworkConfig: {
    EnableNetworkIsolation: true,
    VpcConfig: { Subnets: ['subnet'], SecurityGroupIds: ['group'] },
  },
  ProcessingOutputConfig: { Outputs: [], KmsKeyId: 'key' },
};
const retries = [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 3 }];
const train = (changes: Changes = {}, step: Changes = {}) => ({
  Name: 'Train',
  Type: 'Training',
  RetryPolicies: retries,
  Arguments: { ...training, ...changes },
  ...step,
});
const evaluate = (changes: Changes = {}, step: Changes = {}) => ({
  Name: 'Evaluate',
  Type: 'Processing',
  RetryPolicies: retries,
  Arguments: { ...processing, ...changes },
  ...step,
});
const register = (ModelApprovalStatus = 'PendingManualApproval', more: Changes = {}) => ({
  Name: 'Register',
  Type: 'RegisterModel',
  Arguments: { ModelApprovalStatus },
  ...more,
});
const gate = (...IfSteps: object[]) => ({
  Name: 'Gate',
  Type: 'Condition',
  Arguments: { Conditions: [], IfSteps, ElseSteps: [] },
});
const tuning = (changes: Changes) => ({
  Name: 'Tune',
  Type: 'Tuning',
  RetryPolicies: retries,
  Arguments: { TrainingJobDefinition: { ...training, ...changes } },
});

/** The machines of a tuning job, in its own word. */
const tuned = (resources: object): Changes => ({
  ResourceConfig: undefined,
  HyperParameterTuningResourceConfig: resources,
});

/** As CDK writes it: one text, with the resources of the template in between. */
const pipeline = (...Steps: object[]): Case => {
  const [before, after] = JSON.stringify({ Version: '2020-12-01', Bucket: '|', Steps }).split('|');
  return one('AWS::SageMaker::Pipeline', {
    PipelineDefinition: {
      PipelineDefinitionBody: { 'Fn::Join': ['', [before, { Ref: 'Bucket' }, after]] },
    },
  });
};
const broken = (template: Case, ...parts: string[]) => ({ template, parts });
const without = (name: keyof typeof training): Changes => ({ [name]: undefined });

export const pipelineCases: Readonly<Record<string, RuleCases>> = {
  'pipeline-definition-readable': {
    compliant: [pipeline(train())],
    broken: [
      one('AWS::SageMaker::Pipeline', {
        PipelineDefinition: { PipelineDefinitionS3Location: { Bucket: 'bucket', Key: 'key' } },
      }),
      one('AWS::SageMaker::Pipeline', {
        PipelineDefinition: { PipelineDefinitionBody: '{"Steps": [' },
      }),
    ],
  },
  'training-on-spot': {
    tier: 'development',
    compliant: [
      pipeline(train()),
      pipeline(
        train({
          EnableManagedSpotTraining: false,
          ResourceConfig: { ...training.ResourceConfig, KeepAlivePeriodInSeconds: 600 },
        }),
      ),
    ],
    broken: [
      broken(pipeline(train({ EnableManagedSpotTraining: false })), 'Train'),
      broken(pipeline(tuning(without('EnableManagedSpotTraining'))), 'Tune'),
      broken(pipeline(gate(train(without('EnableManagedSpotTraining')))), 'Train'),
    ],
  },
  'spot-training-resumes': {
    compliant: [
      pipeline(train()),
      pipeline(train({ EnableManagedSpotTraining: false, CheckpointConfig: undefined })),
    ],
    broken: [
      broken(pipeline(train(without('CheckpointConfig'))), 'Train'),
      broken(
        pipeline(
          train({ StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 3599 } }),
        ),
        'Train',
      ),
      broken(pipeline(train({ StoppingCondition: { MaxRuntimeInSeconds: 3600 } })), 'Train'),
    ],
  },
  'training-capacity-exclusive': {
    compliant: [
      pipeline(train()),
      pipeline(
        train({
          EnableManagedSpotTraining: false,
          ResourceConfig: { KeepAlivePeriodInSeconds: 3600 },
        }),
      ),
    ],
    broken: [
      broken(pipeline(train({ ResourceConfig: { KeepAlivePeriodInSeconds: 60 } })), 'Train'),
      broken(
        pipeline(
          train({
            EnableManagedSpotTraining: false,
            ResourceConfig: { KeepAlivePeriodInSeconds: 3601 },
          }),
        ),
        'Train',
      ),
    ],
  },
  'training-time-limited': {
    compliant: [pipeline(train())],
    broken: [
      broken(pipeline(train(without('StoppingCondition'))), 'Train'),
      broken(pipeline(train({ StoppingCondition: { MaxWaitTimeInSeconds: 60 } })), 'Train'),
    ],
  },
  'training-hosts-encrypted': {
    compliant: [
      pipeline(train()),
      pipeline(
        train({
          ResourceConfig: { InstanceCount: 2 },
          EnableInterContainerTrafficEncryption: true,
        }),
      ),
    ],
    broken: [
      broken(pipeline(train({ ResourceConfig: { InstanceCount: 2 } })), 'Train'),
      // Whoever starts the execution decides how many.
      broken(
        pipeline(train({ ResourceConfig: { InstanceCount: { Get: 'Parameters.Hosts' } } })),
        'Train',
      ),
    ],
  },
  'jobs-in-vpc': {
    compliant: [pipeline(train(), evaluate())],
    broken: [
      broken(pipeline(train(without('VpcConfig')), evaluate()), 'Train'),
      broken(pipeline(evaluate({ NetworkConfig: { EnableNetworkIsolation: true } })), 'Evaluate'),
      broken(
        pipeline(train({ VpcConfig: { Subnets: ['subnet'], SecurityGroupIds: [] } })),
        'Train',
      ),
    ],
  },
  'jobs-isolated': {
    compliant: [pipeline(train(), evaluate())],
    broken: [
      broken(
        pipeline(train(without('EnableNetworkIsolation')), evaluate({ NetworkConfig: {} })),
        'Train',
        'Evaluate',
      ),
    ],
  },
  'job-volumes-encrypted': {
    compliant: [
      pipeline(train(), evaluate()),
      pipeline(train({ ResourceConfig: { InstanceType: 'ml.g5.xlarge' } })),
      pipeline(tuning(tuned({ InstanceType: 'ml.m5.xlarge', VolumeKmsKeyId: 'key' }))),
    ],
    broken: [
      broken(pipeline(train({ ResourceConfig: { InstanceType: 'ml.m5.xlarge' } })), 'Train'),
      broken(pipeline(tuning(tuned({ InstanceType: 'ml.m5.xlarge' }))), 'Tune'),
      broken(
        pipeline(
          train({ ResourceConfig: { InstanceType: 'ml.g5.xlarge', VolumeKmsKeyId: 'key' } }),
        ),
        'Train',
      ),
      broken(
        pipeline(
          evaluate({ ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large' } } }),
        ),
        'Evaluate',
      ),
    ],
  },
  'job-outputs-encrypted': {
    compliant: [
      pipeline(train(), evaluate()),
      pipeline(evaluate({ ProcessingOutputConfig: undefined })),
    ],
    broken: [
      broken(
        pipeline(
          train({ OutputDataConfig: {} }),
          evaluate({ ProcessingOutputConfig: { Outputs: [] } }),
        ),
        'Train',
        'Evaluate',
      ),
    ],
  },
  'jobs-retried': {
    compliant: [pipeline(train(), evaluate(), gate(register()))],
    broken: [
      broken(
        pipeline(train({}, { RetryPolicies: [] }), evaluate({}, { RetryPolicies: undefined })),
        'Train',
        'Evaluate',
      ),
    ],
  },
  'job-image-by-digest': {
    compliant: [
      pipeline(train(), evaluate()),
      pipeline(
        train({ AlgorithmSpecification: { TrainingImage: `images@sha256:${'a'.repeat(64)}` } }),
      ),
    ],
    broken: [
      broken(
        pipeline(
          train({ AlgorithmSpecification: { TrainingImage: 'images:latest' } }),
          evaluate({ AppSpecification: { ImageUri: 'images:1' } }),
        ),
        'Train',
        'Evaluate',
      ),
    ],
  },
  'registration-gated': {
    compliant: [
      pipeline(train(), gate(register())),
      pipeline(train(), gate(), register('PendingManualApproval', { DependsOn: ['Gate'] })),
      pipeline(train()),
    ],
    broken: [
      broken(pipeline(train(), register()), 'Register'),
      broken(
        pipeline(train(), gate(), register('PendingManualApproval', { DependsOn: ['Train'] })),
        'Register',
      ),
    ],
  },
  'registration-waits-for-approval': {
    compliant: [pipeline(gate(register()))],
    broken: [broken(pipeline(gate(register('Approved'))), 'Register')],
  },
};
