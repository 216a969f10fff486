import type { Registration, StepGraph } from '@wa-ml/config';
import {
  execution,
  get,
  inputUri,
  join,
  type Json,
  type PipelineSetting,
} from './pipeline-setting';

/** What our server reads and answers, and what the contract asks of people's own program. */
const contentTypesOf = ({ options }: PipelineSetting): readonly string[] =>
  options.includes('program') ? ['application/json'] : ['application/json', 'text/csv'];

/** The version in the registry: CreateModelPackage. */
export function registerArguments(
  step: Registration,
  graph: StepGraph,
  setting: PipelineSetting,
): Json {
  const uriOf = (name: string): unknown => {
    const input = step.inputs.find((one) => one.name === name);
    if (!input) throw new Error(`The step ${step.name} has no input "${name}".`);
    return inputUri(input, graph.steps, setting);
  };
  return {
    ModelPackageGroupName: setting.groupName,
    ModelApprovalStatus: step.approval,
    InferenceSpecification: {
      Containers: [
        {
          Image: get('Parameters.InferenceImage'),
          ModelDataUrl: uriOf('model'),
          Environment: {},
        },
      ],
      SupportedContentTypes: contentTypesOf(setting),
      SupportedResponseMIMETypes: contentTypesOf(setting),
      SupportedRealtimeInferenceInstanceTypes: setting.endpointInstanceTypes,
    },
    ModelMetrics: {
      ModelQuality: {
        Statistics: {
          ContentType: 'application/json',
          S3Uri: join('/', uriOf('evaluation'), reportOf(step, graph)),
        },
      },
      Bias: {},
      Explainability: {},
    },
    CustomerMetadataProperties: {
      GitCommit: get('Parameters.GitCommit'),
      DataVersion: get('Parameters.DataVersion'),
      PipelineExecution: execution,
    },
    SkipModelValidation: 'None',
  };
}

/** The file of the report that lies in the input `evaluation`. */
function reportOf(step: Registration, graph: StepGraph): string {
  const input = step.inputs.find(({ name }) => name === 'evaluation')!;
  const writer = graph.steps.find((one) => 'step' in input && one.name === input.step);
  if (!writer || !('report' in writer) || !writer.report)
    throw new Error(`The step ${step.name} registers an evaluation without a report.`);
  return writer.report.file;
}
