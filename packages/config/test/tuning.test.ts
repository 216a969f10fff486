import { ConfigurationError, formatPath, readConfiguration, type Problem } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const configuration = (model: object) =>
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: {
      dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
      staging: { tier: 'staging', account: '222222222222', region: 'eu-west-1' },
      prod: { tier: 'production', account: '333333333333', region: 'eu-west-1' },
    },
    models: { churn: { flavour: 'pytorch-tabular', ...model } },
  });
const objective = { metric: 'validation_accuracy', type: 'Maximize' };
const rate = { type: 'Continuous', min: 0.0001, max: 0.1 };
const dropout = { type: 'Categorical', values: [0, 0.1, 'none'] };
const read = (model: object) => readConfiguration(configuration(model)).normalised.models['churn']!;
const tuned = (more: object) =>
  read({ tuning: { objective, parameters: { learning_rate: rate }, ...more } }).tuning!;

function problems(tuning: object): Problem[] {
  try {
    tuned(tuning);
  } catch (error) {
    if (error instanceof ConfigurationError) return [...error.problems];
    throw error;
  }
  return [];
}

describe('a search for hyperparameters', () => {
  it('is not there unless it is asked for', () => {
    expect(read({}).tuning).toBeUndefined();
  });

  it('fills every default, and has values as the texts that hyperparameters are', () => {
    expect(tuned({ parameters: { learning_rate: rate, dropout } })).toEqual({
      strategy: 'Bayesian',
      objective,
      maxJobs: 20,
      maxParallelJobs: 2,
      earlyStopping: 'Off',
      seed: 17,
      parameters: {
        learning_rate: { ...rate, scaling: 'Auto' },
        dropout: { type: 'Categorical', values: ['0', '0.1', 'none'] },
      },
    });
  });

  it('counts the jobs of a grid', () => {
    const width = { type: 'Categorical', values: [64, 128] };
    expect(tuned({ strategy: 'Grid', parameters: { dropout, width } }).maxJobs).toBe(6);
  });

  const range = (more: object) => ({ parameters: { learning_rate: { ...rate, ...more } } });
  const refused: [string, object, string][] = [
    ['nothing to search', { parameters: {} }, 'parameters'],
    ['a range that ends where it begins', range({ max: 0.0001 }), 'parameters.learning_rate.max'],
    ['the logarithm of zero', range({ min: 0, scaling: 'Logarithmic' }), 'parameters.learning_rate.min'], // prettier-ignore
    ['a reverse logarithm up to one', range({ max: 1, scaling: 'ReverseLogarithmic' }), 'parameters.learning_rate.scaling'], // prettier-ignore
    ['a range in a grid', { strategy: 'Grid', maxJobs: 1, maxParallelJobs: 1 }, 'parameters.learning_rate.type'], // prettier-ignore
    ['a grid of another size', { strategy: 'Grid', maxJobs: 5, parameters: { dropout } }, 'maxJobs'], // prettier-ignore
    ['more jobs at a time than in all', { maxJobs: 1 }, 'maxParallelJobs'],
    ['Hyperband without epochs', { strategy: 'Hyperband' }, 'maxEpochs'],
    ['epochs without Hyperband', { maxEpochs: 10 }, 'maxEpochs'],
    ['early stopping beside Hyperband', { strategy: 'Hyperband', maxEpochs: 9, earlyStopping: 'Auto' }, 'earlyStopping'], // prettier-ignore
    ['an unknown key of a range', range({ step: 1 }), 'parameters.learning_rate.step'],
    ['a metric that no training prints', { objective: { ...objective, metric: 'Accuracy!' } }, 'objective.metric'], // prettier-ignore
    ['31 hyperparameters', { parameters: Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`h${index}`, rate])) }, 'parameters'], // prettier-ignore
  ];
  it.each(refused)('refuses %s', (_title, tuning, path) => {
    expect(problems(tuning).map((problem) => formatPath(problem.path))).toEqual([
      `models.churn.tuning.${path}`,
    ]);
    expect(problems(tuning)[0]!.line).toBe(1);
  });
});

describe('capacity', () => {
  it('is spot outside production, and on demand there', () => {
    const { in: settings } = read({});
    expect(Object.values(settings).map(({ training }) => training.capacity)).toEqual([
      'spot',
      'spot',
      'onDemand',
    ]);
  });

  it('is one of three, so that spot in a warm pool cannot be written', () => {
    const model = { training: { capacity: 'warmPool' }, environments: { prod: { training: { capacity: 'spot' } } } }; // prettier-ignore
    const { in: settings } = read(model);
    expect([settings['dev']!.training.capacity, settings['prod']!.training.capacity]).toEqual([
      'warmPool',
      'spot',
    ]);
    expect(() => read({ training: { capacity: 'spot,warmPool' } })).toThrow(ConfigurationError);
  });
});
