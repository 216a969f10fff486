import { trainingHyperparameters, type JobStep, type StepGraph } from '@wa-ml/config';
import { hasLocalStorage } from '../foundation/local-storage';
import { artifactPrefixes } from '../foundation/storage';
import {
  get,
  inputUri,
  join,
  roleOf,
  tagList,
  vpcConfig,
  type Json,
  type PipelineSetting,
} from './pipeline-setting';

const runSeconds = 24 * 3600;
/** Time for a spot job including its waits for capacity; SageMaker wants at least the run time. */
const spotSeconds = 2 * runSeconds;
/** Of SageMaker's at most 3600: long enough to change a line and train again, short enough to forget. */
const warmPoolSeconds = 1800;
const volumeGiB = 30;

/** The training job: CreateTrainingJob without its name. */
export function trainingArguments(step: JobStep, graph: StepGraph, setting: PipelineSetting): Json {
  const search = graph.steps.find(({ name, kind }) => kind === 'tune' && step.after.includes(name));
  return {
    ...commonArguments(step, graph, setting),
    // The image's entry point is `python -m ml_runtime`, or people's own program; SageMaker adds the argument `train`.
    AlgorithmSpecification: algorithm,
    HyperParameters: {
      ...trainingHyperparameters(setting.training, setting.options),
      ...Object.fromEntries(
        Object.keys((search && setting.tuning?.parameters) ?? {}).map((name) => [
          name,
          join('', get(`Steps.${search!.name}.BestTrainingJob.TunedHyperParameters['${name}']`)),
        ]),
      ),
    },
    ResourceConfig: {
      ...resources(setting),
      ...(setting.training.capacity === 'warmPool'
        ? { KeepAlivePeriodInSeconds: warmPoolSeconds }
        : {}),
    },
    ProfilerConfig: { DisableProfiler: true }, // Debugger takes no new customers
    Tags: tagList(setting.tags),
  };
}

/** The search for hyperparameters: CreateHyperParameterTuningJob without its name. A tuning job has no warm pool. */
export function tuningArguments(step: JobStep, graph: StepGraph, setting: PipelineSetting): Json {
  const tuning = setting.tuning;
  if (!tuning) throw new Error(`The step ${step.name} needs the model's tuning settings.`);
  const ranges = { Continuous: [] as Json[], Categorical: [] as Json[], Integer: [] as Json[] };
  for (const [Name, parameter] of Object.entries(tuning.parameters))
    ranges[parameter.type].push(
      parameter.type === 'Categorical'
        ? { Name, Values: parameter.values }
        : {
            Name,
            MinValue: String(parameter.min),
            MaxValue: String(parameter.max),
            ScalingType: parameter.scaling,
          },
    );
  const { metric } = tuning.objective;
  return {
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      ...(tuning.maxEpochs === undefined
        ? {}
        : {
            StrategyConfig: {
              HyperbandStrategyConfig: { MinResource: 1, MaxResource: tuning.maxEpochs },
            },
          }),
      HyperParameterTuningJobObjective: { Type: tuning.objective.type, MetricName: metric },
      ResourceLimits: {
        MaxNumberOfTrainingJobs: tuning.maxJobs,
        MaxParallelTrainingJobs: tuning.maxParallelJobs,
      },
      ParameterRanges: {
        ContinuousParameterRanges: ranges.Continuous,
        CategoricalParameterRanges: ranges.Categorical,
        IntegerParameterRanges: ranges.Integer,
      },
      TrainingJobEarlyStoppingType: tuning.earlyStopping,
      RandomSeed: tuning.seed,
    },
    TrainingJobDefinition: {
      ...commonArguments(step, graph, setting),
      AlgorithmSpecification: {
        ...algorithm,
        MetricDefinitions: [{ Name: metric, Regex: `${metric}=([0-9.e+-]+);` }],
      },
      StaticHyperParameters: trainingHyperparameters(setting.training, setting.options),
      HyperParameterTuningResourceConfig: resources(setting),
    },
    Tags: tagList(setting.tags),
  };
}

const algorithm = { TrainingImage: get('Parameters.TrainingImage'), TrainingInputMode: 'File' };

/** What a training job has in common with the jobs of a search. */
function commonArguments(step: JobStep, graph: StepGraph, setting: PipelineSetting): Json {
  const artifacts = (purpose: keyof typeof artifactPrefixes): string =>
    `s3://${setting.artifactBucket}/${artifactPrefixes[purpose]}/${setting.model}`;
  const spot = setting.training.capacity === 'spot';
  return {
    InputDataConfig: step.inputs.map((input) => ({
      ChannelName: input.name,
      DataSource: {
        S3DataSource: {
          S3DataType: 'S3Prefix',
          S3DataDistributionType: 'FullyReplicated',
          S3Uri: inputUri(input, graph.steps, setting),
        },
      },
    })),
    OutputDataConfig: { S3OutputPath: artifacts('training'), KmsKeyId: setting.keyArn },
    RoleArn: roleOf(step, setting),
    StoppingCondition: {
      MaxRuntimeInSeconds: runSeconds,
      ...(spot ? { MaxWaitTimeInSeconds: spotSeconds } : {}),
    },
    // Of the same data and commit, so that a run that broke off goes on in the next execution, and so that
    // the training of another execution is found in the cache: this path is one of the things it compares.
    CheckpointConfig: {
      S3Uri: join(
        '/',
        artifacts('checkpoints'),
        get('Parameters.DataVersion'),
        get('Parameters.GitCommit'),
      ),
      LocalPath: '/opt/ml/checkpoints',
    },
    // For the record of the run: an isolated job can ask nobody where it comes from.
    Environment: {
      ML_RUNTIME_COMMIT: get('Parameters.GitCommit'),
      ML_RUNTIME_IMAGE: get('Parameters.TrainingImage'),
    },
    ...(spot ? { EnableManagedSpotTraining: true } : {}),
    EnableNetworkIsolation: true,
    EnableInterContainerTrafficEncryption: true,
    VpcConfig: vpcConfig(setting),
  };
}

function resources({ training, keyArn }: PipelineSetting): Json {
  return {
    InstanceCount: training.instances,
    InstanceType: training.instanceType,
    VolumeSizeInGB: volumeGiB,
    ...(hasLocalStorage(training.instanceType) ? {} : { VolumeKmsKeyId: keyArn }),
  };
}
