import type { Channel, Step, TrainingSettings } from '@wa-ml/config';
import { hasLocalStorage } from '../foundation/local-storage';
import { artifactPrefixes } from '../foundation/storage';

/** What the steps of a pipeline need to know about the account they run in. Strings may be CDK tokens. */
export interface PipelineSetting {
  readonly model: string;
  readonly groupName: string;
  readonly dataBucket: string;
  readonly artifactBucket: string;
  readonly keyArn: string;
  readonly trainingRoleArn: string;
  readonly evaluationRoleArn: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  readonly training: TrainingSettings;
  /** Spot capacity with checkpoints: up to 90 % cheaper, and interrupted at any time. */
  readonly spot: boolean;
  /** Instance types that the model's endpoints use, for the registry. */
  readonly endpointInstanceTypes: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export type Json = { readonly [key: string]: unknown };

const trainingSeconds = 24 * 3600;
/** Time for a spot job including its waits for capacity; SageMaker wants at least the run time. */
const spotSeconds = 2 * trainingSeconds;
const evaluationSeconds = 3600;
const evaluationInstanceType = 'ml.m5.xlarge';
const volumeGiB = 30;
/** A processing job's inputs and outputs must lie below this folder (ProcessingS3Input). */
const processingRoot = '/opt/ml/processing';
export const reportOutput = 'evaluation';
export const reportProperty = 'EvaluationReport';

export const get = (path: string): Json => ({ Get: path });
const joined = (...values: readonly unknown[]): Json => ({
  'Std:Join': { On: '/', Values: values },
});
export const execution = get('Execution.PipelineExecutionId');

/** The name of the graph's step of a kind. */
export function nameOf(graph: readonly Step[], kind: Step['kind']): string {
  const step = graph.find((candidate) => candidate.kind === kind);
  if (!step) throw new Error(`The step graph has no step of kind "${kind}".`);
  return step.name;
}

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const volumeKey = (instanceType: string, keyArn: string): Json =>
  hasLocalStorage(instanceType) ? {} : { VolumeKmsKeyId: keyArn };
const vpcConfig = (setting: PipelineSetting): Json => ({
  SecurityGroupIds: [setting.securityGroupId],
  Subnets: setting.subnetIds,
});
const channelUri = (setting: PipelineSetting, channel: Channel): string =>
  `s3://${setting.dataBucket}/${setting.model}/${channel}/`;
const artifactUri = (setting: PipelineSetting, purpose: keyof typeof artifactPrefixes): string =>
  `s3://${setting.artifactBucket}/${artifactPrefixes[purpose]}/${setting.model}`;

/** The training job: CreateTrainingJob without its name. */
export function trainingArguments(channels: readonly Channel[], setting: PipelineSetting): Json {
  const { instanceType, instances, strategy, precision, hyperparameters } = setting.training;
  return {
    // The image's entry point is `python -m ml_runtime`; SageMaker adds the argument `train`.
    AlgorithmSpecification: {
      TrainingImage: get('Parameters.TrainingImage'),
      TrainingInputMode: 'File',
    },
    HyperParameters: { ...hyperparameters, strategy, precision },
    InputDataConfig: channels.map((channel) => ({
      ChannelName: channel,
      DataSource: {
        S3DataSource: {
          S3DataType: 'S3Prefix',
          S3DataDistributionType: 'FullyReplicated',
          S3Uri: channelUri(setting, channel),
        },
      },
    })),
    OutputDataConfig: { S3OutputPath: artifactUri(setting, 'training'), KmsKeyId: setting.keyArn },
    ResourceConfig: {
      InstanceCount: instances,
      InstanceType: instanceType,
      VolumeSizeInGB: volumeGiB,
      ...volumeKey(instanceType, setting.keyArn),
    },
    RoleArn: setting.trainingRoleArn,
    StoppingCondition: {
      MaxRuntimeInSeconds: trainingSeconds,
      ...(setting.spot ? { MaxWaitTimeInSeconds: spotSeconds } : {}),
    },
    CheckpointConfig: {
      S3Uri: joined(artifactUri(setting, 'checkpoints'), execution),
      LocalPath: '/opt/ml/checkpoints',
    },
    EnableManagedSpotTraining: setting.spot,
    EnableNetworkIsolation: true,
    EnableInterContainerTrafficEncryption: true,
    VpcConfig: vpcConfig(setting),
    Tags: tagList(setting.tags),
  };
}

/** The evaluation, a processing job: CreateProcessingJob without its name. */
export function evaluationArguments(
  channels: readonly Channel[],
  trainStep: string,
  setting: PipelineSetting,
): Json {
  const input = (name: string, uri: unknown, path: string): Json => ({
    InputName: name,
    AppManaged: false,
    S3Input: {
      S3Uri: uri,
      LocalPath: `${processingRoot}/${path}`,
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
    },
  });
  return {
    AppSpecification: {
      ImageUri: get('Parameters.TrainingImage'),
      // A processing job gets the artifact as it lies in S3, packed; hosting and training unpack it themselves.
      ContainerEntrypoint: ['/bin/sh', '-c'],
      ContainerArguments: [evaluationCommand],
    },
    Environment: {
      SM_MODEL_DIR: '/tmp/model',
      SM_INPUT_DIR: `${processingRoot}/input`,
      SM_OUTPUT_DATA_DIR: `${processingRoot}/output`,
    },
    ProcessingInputs: [
      input('model', get(`Steps.${trainStep}.ModelArtifacts.S3ModelArtifacts`), 'model'),
      ...channels.map((channel) =>
        input(channel, channelUri(setting, channel), `input/data/${channel}`),
      ),
    ],
    ProcessingOutputConfig: {
      KmsKeyId: setting.keyArn,
      Outputs: [
        {
          OutputName: reportOutput,
          AppManaged: false,
          S3Output: {
            S3Uri: joined(artifactUri(setting, 'evaluation'), execution),
            LocalPath: `${processingRoot}/output`,
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: 1,
        InstanceType: evaluationInstanceType,
        VolumeSizeInGB: volumeGiB,
        ...volumeKey(evaluationInstanceType, setting.keyArn),
      },
    },
    RoleArn: setting.evaluationRoleArn,
    StoppingCondition: { MaxRuntimeInSeconds: evaluationSeconds },
    NetworkConfig: {
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      VpcConfig: vpcConfig(setting),
    },
    Tags: tagList(setting.tags),
  };
}

/** Unpacks the artifact and judges it; run by the shell of the training image. */
export const evaluationCommand =
  `mkdir -p "$SM_MODEL_DIR" && tar -xzf ${processingRoot}/model/model.tar.gz -C "$SM_MODEL_DIR" && ` +
  `exec python -m ml_runtime evaluate --root ${processingRoot}`;

/** The version in the registry: CreateModelPackage. */
export function registerArguments(
  approval: string,
  graph: readonly Step[],
  setting: PipelineSetting,
): Json {
  const evaluation = nameOf(graph, 'evaluate');
  const report = graph.find((step) => step.kind === 'evaluate')!.report;
  return {
    ModelPackageGroupName: setting.groupName,
    ModelApprovalStatus: approval,
    InferenceSpecification: {
      Containers: [
        {
          Image: get('Parameters.InferenceImage'),
          ModelDataUrl: get(`Steps.${nameOf(graph, 'train')}.ModelArtifacts.S3ModelArtifacts`),
        },
      ],
      SupportedContentTypes: ['application/json', 'text/csv'],
      SupportedResponseMIMETypes: ['application/json', 'text/csv'],
      SupportedRealtimeInferenceInstanceTypes: setting.endpointInstanceTypes,
    },
    ModelMetrics: {
      ModelQuality: {
        Statistics: {
          ContentType: 'application/json',
          S3Uri: joined(
            get(
              `Steps.${evaluation}.ProcessingOutputConfig.Outputs['${reportOutput}'].S3Output.S3Uri`,
            ),
            report,
          ),
        },
      },
    },
    CustomerMetadataProperties: {
      GitCommit: get('Parameters.GitCommit'),
      PipelineExecution: execution,
    },
  };
}
