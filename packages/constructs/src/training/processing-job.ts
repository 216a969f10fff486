import type { JobStep, StepGraph } from '@wa-ml/config';
import { hasLocalStorage } from '../foundation/local-storage';
import { artifactPrefixes } from '../foundation/storage';
import {
  execution,
  get,
  inputUri,
  join,
  roleOf,
  tagList,
  vpcConfig,
  type Json,
  type PipelineSetting,
} from './pipeline-setting';

const instanceType = 'ml.m5.xlarge';
const seconds = 3600;
const volumeGiB = 30;
/** A processing job's inputs and outputs must lie below this folder (ProcessingS3Input). */
const root = '/opt/ml/processing';

type Output = JobStep['outputs'][number];

/**
 * A step that runs a command of the runtime on one machine: CreateProcessingJob without its name.
 * `python -m ml_runtime processing` puts the inputs where the command looks for them, and the results where SageMaker does.
 */
export function processingArguments(
  step: JobStep,
  graph: StepGraph,
  setting: PipelineSetting,
): Json {
  const places = (flag: string, entries: JobStep['inputs'] | readonly Output[]): string[] =>
    entries.flatMap((entry) => [
      'artifact' in entry && entry.artifact ? `--${flag}-artifact` : `--${flag}`,
      `${entry.name}=${entry.path}`,
    ]);
  return {
    ProcessingResources: {
      ClusterConfig: {
        InstanceType: instanceType,
        InstanceCount: 1,
        VolumeSizeInGB: volumeGiB,
        ...(hasLocalStorage(instanceType) ? {} : { VolumeKmsKeyId: setting.keyArn }),
      },
    },
    AppSpecification: {
      ImageUri: get('Parameters.TrainingImage'),
      ContainerEntrypoint: ['python', '-m', 'ml_runtime', 'processing'],
      ContainerArguments: [
        '--command',
        ...step.command,
        ...places('input', step.inputs),
        ...places('output', step.outputs),
      ],
    },
    RoleArn: roleOf(step, setting),
    ...(step.inputs.length === 0
      ? {}
      : {
          ProcessingInputs: step.inputs.map((input) => ({
            InputName: input.name,
            AppManaged: false,
            S3Input: {
              S3Uri: inputUri(input, graph.steps, setting),
              LocalPath: `${root}/input/${input.name}`,
              // Of a dataset a version is a list of files: what is delivered later is none of it.
              S3DataType: 'bucket' in input && setting.dataset ? 'ManifestFile' : 'S3Prefix',
              S3InputMode: 'File',
              S3DataDistributionType: 'FullyReplicated',
              S3CompressionType: 'None',
            },
          })),
        }),
    ProcessingOutputConfig: {
      Outputs: step.outputs.map((output) => ({
        OutputName: output.name,
        AppManaged: false,
        S3Output: {
          S3Uri: join('/', outputPrefix(output, setting), execution, output.name),
          LocalPath: `${root}/output/${output.name}`,
          S3UploadMode: 'EndOfJob',
        },
      })),
      KmsKeyId: setting.keyArn,
    },
    // The arguments and this are what SageMaker compares before it takes a result from its cache.
    ...(step.kind === 'prepare'
      ? { Environment: { ML_RUNTIME_DATA_VERSION: get('Parameters.DataVersion') } }
      : {}),
    NetworkConfig: {
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      VpcConfig: vpcConfig(setting),
    },
    StoppingCondition: { MaxRuntimeInSeconds: seconds },
    Tags: tagList(setting.tags),
  };
}

/** Channels are data; an artifact lies where the registry may point to; the rest are reports, which expire. */
function outputPrefix(
  output: Output,
  { model, dataBucket, artifactBucket }: PipelineSetting,
): string {
  if (output.path.startsWith('input/data/')) return `s3://${dataBucket}/${model}/prepared`;
  const prefix = output.artifact ? artifactPrefixes.training : artifactPrefixes.evaluation;
  return `s3://${artifactBucket}/${prefix}/${model}`;
}
