import { graphFor, type Gate, type JobStep, type Step, type StepGraph } from '@wa-ml/config';
import { registerArguments } from './model-registration';
import { execution, get, join, type Json, type PipelineSetting } from './pipeline-setting';
import { processingArguments } from './processing-job';
import { trainingArguments, tuningArguments } from './training-job';

type JobArguments = (step: JobStep, graph: StepGraph, setting: PipelineSetting) => Json;
/** SageMaker's type of each kind of step that runs a command; what is not here is a processing job. */
const jobs: Readonly<Partial<Record<Step['kind'], { type: string; arguments: JobArguments }>>> = {
  train: { type: 'Training', arguments: trainingArguments },
  tune: { type: 'Tuning', arguments: tuningArguments },
};
const processing = { type: 'Processing', arguments: processingArguments };

/**
 * The step graph as a SageMaker pipeline definition, version 2020-12-01, as the SageMaker Python SDK writes it.
 * The images are parameters without a default: an execution names both by digest.
 */
export function pipelineDefinition(written: StepGraph, setting: PipelineSetting): Json {
  const graph = graphFor(written, setting.options);
  const gates = graph.steps.filter((step) => step.kind === 'gate').map(({ name }) => name);
  return {
    Version: '2020-12-01',
    Metadata: {},
    Parameters: graph.parameters.map(({ name, type, default: value }) => ({
      Name: name,
      Type: type,
      ...(value === undefined ? {} : { DefaultValue: value }),
    })),
    PipelineExperimentConfig: {
      ExperimentName: get('Execution.PipelineName'),
      TrialName: execution,
    },
    // What follows a gate is nested in its branch and not repeated at the top.
    Steps: graph.steps
      .filter(({ after }) => !after.some((name) => gates.includes(name)))
      .map((step) => stepDefinition(step, graph, setting)),
  };
}

function stepDefinition(step: Step, graph: StepGraph, setting: PipelineSetting): Json {
  const common = {
    Name: step.name,
    ...(step.after.length > 0 ? { DependsOn: step.after } : {}),
    ...('retry' in step
      ? { RetryPolicies: step.retry.map((name) => retryPolicy(name, graph)) }
      : {}),
  };
  if (step.kind === 'gate') {
    return { ...common, Type: 'Condition', Arguments: conditionArguments(step, graph, setting) };
  }
  if (step.kind === 'register') {
    return { ...common, Type: 'RegisterModel', Arguments: registerArguments(step, graph, setting) };
  }
  const job = jobs[step.kind] ?? processing;
  return {
    ...common,
    Type: job.type,
    ...(step.cache === undefined
      ? {}
      : { CacheConfig: { Enabled: true, ExpireAfter: step.cache } }),
    // Only a processing job has property files; the report of a search is the tuning job itself.
    ...(step.report && job === processing
      ? {
          PropertyFiles: [
            {
              PropertyFileName: step.report.name,
              OutputName: step.report.output,
              FilePath: step.report.file,
            },
          ],
        }
      : {}),
    Arguments: job.arguments(step, graph, setting),
  };
}

function retryPolicy(name: string, graph: StepGraph): Json {
  const { exceptionTypes, intervalSeconds, backoffRate, maxAttempts } = graph.retryPolicies[name]!;
  return {
    ExceptionType: exceptionTypes,
    IntervalSeconds: intervalSeconds,
    BackoffRate: backoffRate,
    MaxAttempts: maxAttempts,
  };
}

function conditionArguments(gate: Gate, graph: StepGraph, setting: PipelineSetting): Json {
  const passed = graph.steps.filter(({ after }) => after.includes(gate.name));
  return {
    Conditions: gate.conditions.map(({ operator, left, right }) => {
      const writer = graph.steps.find(
        (step) => 'report' in step && step.report?.name === left.report,
      );
      return {
        Type: operator,
        LeftValue: {
          'Std:JsonGet': {
            PropertyFile: get(`Steps.${writer?.name}.PropertyFiles.${left.report}`),
            Path: left.path,
          },
        },
        RightValue: 'parameter' in right ? get(`Parameters.${right.parameter}`) : right.value,
      };
    }),
    // A branch's steps run after the gate by being in it.
    IfSteps: passed.map((next) =>
      stepDefinition(
        { ...next, after: next.after.filter((name) => name !== gate.name) },
        graph,
        setting,
      ),
    ),
    ElseSteps: [
      {
        Name: gate.otherwise.name,
        Type: 'Fail',
        Arguments: { ErrorMessage: failureMessage(gate.otherwise.message) },
      },
    ],
  };
}

/** A message whose `{Parameter}` SageMaker fills in when it fails. */
function failureMessage(message: string): Json {
  // Split by a group: every second part is a parameter's name.
  const parts = message.split(/\{(\w+)\}/);
  return join('', ...parts.map((part, index) => (index % 2 ? get(`Parameters.${part}`) : part)));
}
