import type { Step } from '@wa-ml/config';
import {
  evaluationArguments,
  execution,
  get,
  nameOf,
  registerArguments,
  reportOutput,
  reportProperty,
  trainingArguments,
  type Json,
  type PipelineSetting,
} from './pipeline-jobs';

/** Capacity and service faults pass; a fault of the model's own code does not, and is not retried. */
const retryPolicies = [
  {
    ExceptionType: ['SageMaker.CAPACITY_ERROR', 'SageMaker.JOB_INTERNAL_ERROR'],
    IntervalSeconds: 60,
    BackoffRate: 2,
    MaxAttempts: 3,
  },
  {
    ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'],
    IntervalSeconds: 30,
    BackoffRate: 2,
    MaxAttempts: 5,
  },
];

/**
 * The step graph as a SageMaker pipeline definition, version 2020-12-01.
 * The images are parameters without a default: an execution names both by digest.
 */
export function pipelineDefinition(graph: readonly Step[], setting: PipelineSetting): Json {
  const gate = graph.find((step) => step.kind === 'gate');
  const inside = graph.filter((step) => gate !== undefined && step.after.includes(gate.name));
  return {
    Version: '2020-12-01',
    Metadata: {},
    Parameters: [
      { Name: 'TrainingImage', Type: 'String' },
      { Name: 'InferenceImage', Type: 'String' },
      { Name: 'GitCommit', Type: 'String' },
      ...(gate ? [{ Name: gate.parameter, Type: 'Float', DefaultValue: 0 }] : []),
    ],
    PipelineExperimentConfig: {
      ExperimentName: get('Execution.PipelineName'),
      TrialName: execution,
    },
    // What follows the gate is nested in its branch and not repeated at the top.
    Steps: graph
      .filter((step) => !inside.includes(step))
      .map((step) => stepDefinition(step, graph, setting)),
  };
}

function stepDefinition(step: Step, graph: readonly Step[], setting: PipelineSetting): Json {
  const common = { Name: step.name, ...(step.after.length > 0 ? { DependsOn: step.after } : {}) };
  if (step.kind === 'train') {
    return {
      ...common,
      Type: 'Training',
      RetryPolicies: retryPolicies,
      Arguments: trainingArguments(step.channels, setting),
    };
  }
  if (step.kind === 'evaluate') {
    return {
      ...common,
      Type: 'Processing',
      RetryPolicies: retryPolicies,
      PropertyFiles: [
        { PropertyFileName: reportProperty, OutputName: reportOutput, FilePath: step.report },
      ],
      Arguments: evaluationArguments(step.channels, nameOf(graph, 'train'), setting),
    };
  }
  const evaluation = nameOf(graph, 'evaluate');
  if (step.kind === 'gate') {
    const passed = graph.filter((next) => next.after.includes(step.name));
    return {
      ...common,
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'GreaterThan',
            LeftValue: {
              'Std:JsonGet': {
                PropertyFile: get(`Steps.${evaluation}.PropertyFiles.${reportProperty}`),
                Path: step.path,
              },
            },
            RightValue: get(`Parameters.${step.parameter}`),
          },
        ],
        // A branch's steps run after the gate by being in it.
        IfSteps: passed.map((next) => stepDefinition({ ...next, after: [] }, graph, setting)),
        ElseSteps: [
          {
            Name: 'Reject',
            Type: 'Fail',
            Arguments: {
              ErrorMessage: {
                'Std:Join': {
                  On: ' ',
                  Values: [`${step.path} is not above`, get(`Parameters.${step.parameter}`)],
                },
              },
            },
          },
        ],
      },
    };
  }
  return {
    ...common,
    Type: 'RegisterModel',
    RetryPolicies: retryPolicies.slice(1),
    Arguments: registerArguments(step.approval, graph, setting),
  };
}
