import { ConfigurationError, formatPath, readConfiguration, type Problem } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const small = () => ({
  name: 'acme-ml',
  owner: 'ml@acme.example',
  environments: {
    dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
    staging: { tier: 'staging', account: '222222222222', region: 'eu-west-1' },
    prod: { tier: 'production', account: '333333333333', region: 'eu-west-1' },
  } as Record<string, Record<string, unknown>>,
  models: { churn: { flavour: 'pytorch-tabular' } } as Record<string, Record<string, unknown>>,
});

function problemsOf(value: unknown): readonly Problem[] {
  try {
    readConfiguration(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
const pathsOf = (value: unknown) => problemsOf(value).map(({ path }) => formatPath(path));

describe('reading wa-ml.json', () => {
  it('fills every default by the tier of the environment', () => {
    const { normalised } = readConfiguration(JSON.stringify(small()));
    const inEach = normalised.models['churn']!.in;
    expect(Object.keys(inEach)).toEqual(['dev', 'staging', 'prod']);
    expect(inEach['dev']!.endpoint).toMatchObject({ min: 1, max: 4, instanceType: 'ml.m5.large' });
    expect(inEach['staging']!.endpoint).toMatchObject({ min: 1, instanceType: 'ml.m5.xlarge' });
    expect(inEach['prod']!.endpoint.min).toBe(2);
    expect(Object.values(normalised.environments).map((one) => one.budgetUsd)).toEqual([
      100, 500, 4000,
    ]);
    expect(normalised.trainingEnvironment).toBe('dev');
  });

  it('lets one environment override any setting of a model', () => {
    const value = small();
    value.models['churn']!['endpoint'] = { max: 3 };
    value.models['churn']!['environments'] = { prod: { endpoint: { min: 3, max: 9 } } };
    const { in: inEach } = readConfiguration(JSON.stringify(value)).normalised.models['churn']!;
    expect([
      inEach['dev']!.endpoint.max,
      inEach['prod']!.endpoint.max,
      inEach['prod']!.endpoint.min,
    ]).toEqual([3, 9, 3]);
  });

  it('gives a production endpoint its budget, and another one only what its environment says', () => {
    const value = small();
    const budgets = () => {
      const { models } = readConfiguration(JSON.stringify(value)).normalised;
      return Object.values(models['churn']!.in).map(({ endpoint }) => endpoint.budgetUsd);
    };
    expect(budgets()).toEqual([undefined, undefined, 2000]);
    value.models['churn']!['endpoint'] = { budgetUsd: 3500 };
    expect(budgets()).toEqual([undefined, undefined, 3500]);
    value.models['churn']!['environments'] = {
      dev: { endpoint: { budgetUsd: 50 } },
      prod: { endpoint: { budgetUsd: 4500 } },
    };
    expect(budgets()).toEqual([50, undefined, 4500]);
  });

  it('says of a setting that a release moved where it is now, and what moves it', () => {
    const value = small();
    value.models['churn']!['budgetUsd'] = 3500;
    expect(problemsOf(value)).toMatchObject([
      {
        path: ['models', 'churn', 'budgetUsd'],
        why: 'Release 0.2.0 moved it.',
        instead: 'endpoint.budgetUsd (npx wa-ml upgrade moves it)',
      },
    ]);
  });

  it('accepts comments, trailing commas and a byte order mark', () => {
    const text = `\uFEFF// ours\n${JSON.stringify(small()).replace(/\}$/, ',}')}`;
    expect(readConfiguration(text).written.name).toBe('acme-ml');
  });

  it('is idempotent: a written configuration reads the same twice', () => {
    const text = JSON.stringify(small());
    expect(readConfiguration(text)).toEqual(readConfiguration(text));
  });

  it('reports all problems at once, of the schema and of the rules, with line and column', () => {
    const value = small();
    value.name = 'Acme ML';
    value.models['churn']!['endpiont'] = {};
    value.models['churn']!['endpoint'] = { min: 1 };
    value.models['churn']!['training'] = { instanceType: 'ml.p3.2xlarge' };
    value.environments['dev']!['account'] = '12';
    const problems = problemsOf(JSON.stringify(value, undefined, 2));
    expect(problems.map(({ path }) => formatPath(path)).sort()).toEqual([
      'environments.dev.account',
      'models.churn.endpiont',
      'models.churn.endpoint.min',
      'models.churn.training.instanceType',
      'name',
    ]);
    for (const problem of problems) {
      expect(problem.what && problem.why && problem.instead, JSON.stringify(problem)).toBeTruthy();
      expect(problem.line, JSON.stringify(problem)).toBeGreaterThan(0);
    }
    expect(problems.find(({ path }) => path[0] === 'name')!.line).toBe(2);
  });

  it('names the nearest known key, choice and environment', () => {
    const value = small();
    value.models['churn'] = { flavour: 'pytorch-tabluar', environments: { prd: {} }, endpont: {} };
    const instead = problemsOf(value).map((problem) => problem.instead);
    expect(instead).toEqual(expect.arrayContaining(['pytorch-tabular', 'prod', 'endpoint']));
  });

  it("leaves to people's own program what its image has, and how many hosts it trains on", () => {
    const value = small();
    const training = {
      instanceType: 'ml.trn1.2xlarge',
      instances: 2,
      hyperparameters: { depth: 3 },
    };
    Object.assign(value.models['churn']!, { flavour: 'custom', training });
    expect(problemsOf(value)).toEqual([]);
  });

  it.each([
    [
      'a production endpoint with one instance',
      { endpoint: { min: 1 } },
      'models.churn.endpoint.min',
      'REL-3',
    ],
    [
      'an ended training instance',
      { training: { instanceType: 'ml.p3.8xlarge' } },
      'models.churn.training.instanceType',
      'p3',
    ],
    [
      'an ended hosting instance',
      { endpoint: { instanceType: 'ml.inf1.xlarge' } },
      'models.churn.endpoint.instanceType',
      'inf1',
    ],
    [
      'fewer at most than at least',
      { endpoint: { min: 3, max: 2 } },
      'models.churn.endpoint.max',
      'Auto Scaling',
    ],
    [
      'hosts that a single process cannot use',
      { training: { strategy: 'single', instances: 2 } },
      'models.churn.training.instances',
      'One process',
    ],
    [
      'trees that are spread over processes',
      { flavour: 'xgboost', training: { strategy: 'ddp' } },
      'models.churn.training.strategy',
      'one process',
    ],
    [
      'a pipeline in bfloat16',
      { flavour: 'sklearn', training: { precision: 'bf16' } },
      'models.churn.training.precision',
      'own arithmetic',
    ],
    [
      "numbers of our loop for people's own program",
      { flavour: 'custom', training: { precision: 'fp32' } },
      'models.churn.training.precision',
      'own arithmetic',
    ],
    [
      "a cache of our server before people's own program",
      { flavour: 'custom', environments: { dev: { endpoint: { cache: true } } } },
      'models.churn.environments.dev.endpoint.cache',
      'Our server',
    ],
    [
      'a smaller form of what is no ONNX model',
      { flavour: 'custom', optimise: { quantise: 'int8' } },
      'models.churn.optimise',
      'ONNX',
    ],
    [
      "a search that cannot read people's own program",
      {
        flavour: 'custom',
        tuning: {
          objective: { metric: 'validation_accuracy', type: 'Maximize' },
          parameters: { epochs: { type: 'Integer', min: 1, max: 9 } },
        },
      },
      'models.churn.tuning',
      'model.py',
    ],
    [
      "many models in people's own container",
      { flavour: 'custom', endpoint: { type: 'multiModel' } },
      'models.churn.endpoint.type',
      'load and unload',
    ],
    [
      'shards for a single process',
      { training: { strategy: 'fsdp' } },
      'models.churn.training.strategy',
      'nothing to shard',
    ],
    [
      'fp16 on a CPU',
      { training: { precision: 'fp16' } },
      'models.churn.training.precision',
      'needs a GPU',
    ],
    [
      'fp16 in shards',
      { training: { instanceType: 'ml.g5.12xlarge', strategy: 'fsdp', precision: 'fp16' } },
      'models.churn.training.precision',
      'its own shard',
    ],
    [
      'bf16 on a GPU that emulates it',
      { training: { instanceType: 'ml.g4dn.xlarge', precision: 'bf16' } },
      'models.churn.training.precision',
      'before Ampere',
    ],
    [
      'training on accelerators that the image cannot use',
      { training: { instanceType: 'ml.trn1.2xlarge' } },
      'models.churn.training.instanceType',
      'paid for nothing',
    ],
    [
      'a setting for an environment that does not exist',
      { environments: { qa: {} } },
      'models.churn.environments.qa',
      'dev, staging, prod',
    ],
  ])('refuses %s', (_title, model, path, why) => {
    const value = small();
    Object.assign(value.models['churn']!, model);
    const problem = problemsOf(value).find((one) => formatPath(one.path) === path);
    expect(problem?.why).toContain(why);
    expect(problem?.instead).toBeTruthy();
  });

  it('trains what brings its own library in one process and in its own precision', () => {
    const value = small();
    value.models['churn']!['flavour'] = 'xgboost';
    const { normalised } = readConfiguration(JSON.stringify(value));
    expect(normalised.models['churn']!.in['prod']!.training).toMatchObject({
      strategy: 'single',
      precision: 'fp32',
    });
  });

  it.each([
    [{ strategy: 'fsdp', instances: 2 }],
    [{ strategy: 'fsdp', instanceType: 'ml.g5.12xlarge' }],
    [{ strategy: 'ddp', instanceType: 'ml.g4dn.12xlarge', precision: 'fp16' }],
    [{ strategy: 'fsdp', instanceType: 'ml.p5.48xlarge', precision: 'bf16' }],
    [{ hyperparameters: { epochs: 50, torch_compile: true, optimizer: 'adam-w' } }],
  ])('lets %j through', (training) => {
    const value = small();
    value.models['churn']!['training'] = training;
    expect(problemsOf(value)).toEqual([]);
  });

  it('refuses a hyperparameter that a shell would read as more than a word', () => {
    for (const hyperparameters of [{ 'a b': 1 }, { name: 'x; rm -rf .' }, { name: '$(id)' }]) {
      const value = small();
      value.models['churn']!['training'] = { hyperparameters };
      expect(problemsOf(value)).toHaveLength(1);
    }
  });

  it('gives a GPU that only emulates bf16 fp16, and hyperparameters as text', () => {
    const value = small();
    value.models['churn']!['training'] = {
      instanceType: 'ml.g4dn.xlarge',
      hyperparameters: { epochs: 50 },
    };
    value.models['churn']!['environments'] = {
      prod: { training: { hyperparameters: { epochs: 80, sample: 0.5 } } },
    };
    const model = readConfiguration(JSON.stringify(value)).normalised.models['churn']!;
    expect(model.in['dev']!.training).toMatchObject({
      precision: 'fp16',
      hyperparameters: { epochs: '50' },
    });
    expect(model.in['prod']!.training.hyperparameters).toEqual({ epochs: '80', sample: '0.5' });
  });

  it('points at the override where the mistake stands in one', () => {
    const value = small();
    value.models['churn']!['environments'] = { prod: { endpoint: { min: 1 } } };
    expect(pathsOf(value)).toEqual(['models.churn.environments.prod.endpoint.min']);
  });

  it.each(['Churn', 'churn_', '-churn', 'churn--x', 'a'.repeat(33), '../x', 'ünder'])(
    'refuses the model name %s',
    (name) => {
      const value = small();
      value.models = { [name]: { flavour: 'pytorch-tabular' } };
      expect(pathsOf(value)).toEqual([`models.${name}`]);
    },
  );

  it.each(['infra', 'ml-runtime', 'con', 'acme-ml'])(
    'refuses the reserved model name %s',
    (name) => {
      const value = small();
      value.models = { [name]: { flavour: 'pytorch-tabular' } };
      expect(problemsOf(value)[0]?.rule).toBe('reserved-names');
    },
  );

  it('refuses names whose sum SageMaker would refuse', () => {
    const value = small();
    value.name = 'a'.repeat(31);
    value.models = { ['b'.repeat(30)]: { flavour: 'pytorch-tabular' } };
    const [problem] = problemsOf(value);
    expect(problem?.rule).toBe('name-length');
    expect(problem?.why).toContain('63');
  });

  it('refuses a configuration without environments, and one that trains in none of them', () => {
    expect(pathsOf({ ...small(), environments: {} })).toContain('environments');
    expect(pathsOf({ ...small(), trainingEnvironment: 'devv' })).toEqual(['trainingEnvironment']);
    expect(pathsOf({ name: 'x', owner: 'a@b.co', models: {} })).toContain('environments');
  });

  it('refuses a key that is written twice', () => {
    expect(
      problemsOf(JSON.stringify(small()).replace('"name":', '"name":"other","name":'))[0]?.what,
    ).toContain('twice');
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"models": 1}',
    '{"name": {}}',
    '{"environments": []}',
    '\u0000',
  ])('answers %j with typed problems', (text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});
