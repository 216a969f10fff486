import type { Problem } from '../problems';
import { combinations, type TuningSettings } from '../tuning';
import type { Rule } from './rule';

type Found = Omit<Problem, 'rule' | 'path'> & { readonly at: readonly string[] };
/** Source: ParameterRanges of the SageMaker API: over all its lists together. */
const mostParameters = 30;

/** A search that SageMaker would refuse when the pipeline starts is refused here. */
export const tuningSpace: Rule = {
  id: 'tuning-space',
  check: (configuration) =>
    Object.values(configuration.models).flatMap(({ name, tuning }) =>
      tuning
        ? [...ofParameters(tuning), ...ofJobs(tuning)].map(({ at, ...problem }) => ({
            path: ['models', name, 'tuning', ...at],
            ...problem,
          }))
        : [],
    ),
};

function ofParameters({ parameters, strategy }: TuningSettings): Found[] {
  const count = Object.keys(parameters).length;
  const found: Found[] = [];
  if (count === 0 || count > mostParameters)
    found.push({
      at: ['parameters'],
      what: `${count} hyperparameters are to be searched.`,
      why: `A tuning job searches between 1 and ${mostParameters} (SageMaker API, ParameterRanges).`,
      instead: '"learning_rate": { "type": "Continuous", "min": 0.0001, "max": 0.1 }',
    });
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter.type === 'Categorical') continue;
    const { type, min, max, scaling } = parameter;
    const wrong = (field: string, what: string, why: string, instead: string): void =>
      void found.push({ at: ['parameters', name, field], what, why, instead });
    if (min >= max)
      wrong('max', `the range of ${name} ends at ${max}, where it begins or before.`, 'A range has more than one value.', `more than ${min}`); // prettier-ignore
    if (scaling === 'Logarithmic' && min <= 0)
      wrong('min', `${min} has no logarithm.`, 'A logarithmic scale is for ranges above 0.', 'a number above 0, or "scaling": "Linear"'); // prettier-ignore
    if (scaling === 'ReverseLogarithmic' && (type !== 'Continuous' || min < 0 || max >= 1))
      wrong('scaling', `${name} cannot be searched on this scale.`, 'ReverseLogarithmic is for continuous ranges within 0 <= x < 1.', '"Linear"'); // prettier-ignore
    if (strategy === 'Grid')
      wrong('type', `${name} is a range.`, 'A grid tries every value, so that it takes categorical parameters only (SageMaker API, Strategy).', '"Categorical" with "values", or "strategy": "Random"'); // prettier-ignore
  }
  return found;
}

function ofJobs(tuning: TuningSettings): Found[] {
  const found: Found[] = [];
  const { strategy, maxJobs, maxParallelJobs, earlyStopping, maxEpochs, parameters } = tuning;
  if (maxParallelJobs > maxJobs)
    found.push({
      at: ['maxParallelJobs'],
      what: `${maxParallelJobs} jobs are to run at the same time, and ${maxJobs} in all.`,
      why: 'SageMaker refuses more parallel jobs than jobs.',
      instead: `${maxJobs} or less`,
    });
  if (strategy === 'Grid' && maxJobs !== combinations(parameters))
    found.push({
      at: ['maxJobs'],
      what: `the grid has ${combinations(parameters)} combinations, and ${maxJobs} jobs are asked for.`,
      why: 'A grid search runs exactly once for each combination, at most 750 times.',
      instead: 'leave it out: it is counted for you',
    });
  if ((strategy === 'Hyperband') !== (maxEpochs !== undefined))
    found.push({
      at: ['maxEpochs'],
      what:
        maxEpochs === undefined
          ? 'Hyperband is not told how long the longest job is.'
          : `${strategy} has no use for it.`,
      why: 'Hyperband shares epochs out between the jobs, and only Hyperband does (SageMaker API, HyperbandStrategyConfig).',
      instead: maxEpochs === undefined ? '30' : 'leave it out, or "strategy": "Hyperband"',
    });
  if (strategy === 'Hyperband' && earlyStopping === 'Auto')
    found.push({
      at: ['earlyStopping'],
      what: 'Hyperband stops jobs by itself.',
      why: 'SageMaker refuses early stopping beside it (TrainingJobEarlyStoppingType must be Off).',
      instead: '"Off", or leave it out',
    });
  return found;
}
