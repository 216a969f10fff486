import type { CheckedResource } from './checked-resource';
import { at, listAt, textAt, type Json } from './reading';

/** A step of a SageMaker pipeline that runs a job. */
export interface JobStep {
  readonly name: string;
  readonly type: string;
  /** The request of the job, as CreateTrainingJob or CreateProcessingJob takes it. */
  readonly request: Json;
  readonly step: Json;
}

/** Every step, those in the branches of a condition too. */
export function stepsOf(resource: CheckedResource): readonly Json[] {
  return nested(listAt(resource.pipelineDefinition, 'Steps'));
}

function nested(steps: readonly Json[]): readonly Json[] {
  return steps.flatMap((step) => [
    step,
    ...nested(listAt(step, 'Arguments', 'IfSteps')),
    ...nested(listAt(step, 'Arguments', 'ElseSteps')),
  ]);
}

/** Training jobs: the steps' own, and those that a tuning step starts. */
export function trainingJobs(resource: CheckedResource): readonly JobStep[] {
  return stepsOf(resource).flatMap((step) => {
    const type = textAt(step, 'Type');
    const name = textAt(step, 'Name');
    if (type === 'Training') return [{ name, type, request: at(step, 'Arguments'), step }];
    if (type !== 'Tuning') return [];
    const one = at(step, 'Arguments', 'TrainingJobDefinition');
    const several = listAt(step, 'Arguments', 'TrainingJobDefinitions');
    return [...(one === undefined ? [] : [one]), ...several].map((request) => ({
      name,
      type,
      request: withResourceConfig(request),
      step,
    }));
  });
}

/** A tuning job has its own word for the machines; the rules read that of a training job. */
function withResourceConfig(request: Json): Json {
  const resources = at(request, 'HyperParameterTuningResourceConfig');
  return resources === undefined ? request : { ...(request as object), ResourceConfig: resources };
}

/** Processing jobs. */
export function processingJobs(resource: CheckedResource): readonly JobStep[] {
  return stepsOf(resource)
    .filter((step) => textAt(step, 'Type') === 'Processing')
    .map((step) => ({
      name: textAt(step, 'Name'),
      type: 'Processing',
      request: at(step, 'Arguments'),
      step,
    }));
}

/** Names of the jobs that are not as they should be. */
export function namesOf(jobs: readonly JobStep[], wrong: (job: JobStep) => boolean): string[] {
  return jobs.filter(wrong).map(({ name }) => name);
}

/** A value that an execution gives: a parameter or a property of another step. */
export function isPipelineVariable(value: Json): boolean {
  return at(value, 'Get') !== undefined || at(value, 'Std:Join') !== undefined;
}
