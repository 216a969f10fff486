import { jsonSchema, regimes, type Configuration } from '@wa-ml/config';
import { deep } from '../../../../test/robustness/effort';
import { example } from '../generated-infra';
import type { Factor } from './pairwise';

/**
 * Values of the settings that have no short list of their own in the schema; `undefined` leaves a setting out.
 * A path has `*` where people write names. A new setting with an enumeration, or one that is true or false, needs no
 * line: its values come from the schema.
 */
const valuesOf: Readonly<Record<string, readonly unknown[]>> = {
  'models.*.data': [undefined, { file: 'rows.csv', target: 'label' }],
  'models.*.tuning': [
    undefined,
    search({}),
    search({ strategy: 'Hyperband', maxEpochs: 8, earlyStopping: 'Off' }),
  ],
  'models.*.training.instanceType': [undefined, 'ml.g5.xlarge', 'ml.g4dn.xlarge'],
  'models.*.training.instances': [undefined, 2],
  'models.*.training.hyperparameters': [undefined, { epochs: 3 }],
  'models.*.training.schedule': [
    undefined,
    {
      cron: 'cron(0 2 ? * SUN *)',
      timeZone: 'Europe/Berlin',
      trainingImage: `111111111111.dkr.ecr.eu-west-1.amazonaws.com/training@sha256:${'b'.repeat(64)}`,
      inferenceImage: `111111111111.dkr.ecr.eu-west-1.amazonaws.com/inference@sha256:${'c'.repeat(64)}`,
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
    },
  ],
  'models.*.endpoint.instanceType': [undefined, 'ml.g5.xlarge', 'ml.c6g.large'],
  'models.*.endpoint.min': [undefined, 3],
  'models.*.endpoint.max': [undefined, 9],
  'models.*.endpoint.budgetUsd': [undefined, 3000],
  'models.*.endpoint.cache': [undefined, true, { megabytes: 128, seconds: 60 }],
  'models.*.endpoint.humanReviewBelow': [undefined, 0.6],
  'models.*.optimise.prune': [undefined, 0.3],
  'models.*.environments': [undefined, { dev: { endpoint: { budgetUsd: 60 } } }],
  'models.*.endpoint.memoryMb': [undefined, 4096],
  'models.*.endpoint.maxConcurrency': [undefined, 20],
  'models.*.endpoint.provisionedConcurrency': [undefined, 2],
  'models.*.endpoint.backlogPerInstance': [undefined, 20],
  'models.*.endpoint.batchSchedule': [undefined, 'cron(0 5 * * ? *)'],
  'models.*.endpoint.containers': [undefined, ['preprocess', 'model']],
  'models.*.endpoint.loadedModels': [undefined, 200],
  'models.*.endpoint.scheduledScaling': [
    undefined,
    [{ at: 'cron(0 7 ? * MON-FRI *)', min: 3, max: 4 }],
  ],
  'models.*.endpoint.api': [
    undefined,
    true,
    { results: true, corsOrigins: ['https://app.acme.example'], quota: 1000, tracing: true },
  ],
  // Each regime adds a pack of its own to the checks, and the longest retention counts: all of them find what any would.
  compliance: [undefined, [...regimes], ['hipaa']],
  data: [undefined, { pipeline: true, datasets: { customers: { workers: 8 } } }],
  'environments.*.budgetUsd': [undefined, 50],
  'environments.*.workingHours': [undefined, false, { start: '08:00', days: 'MON-SAT' }],
  'environments.*.notebooks': [
    undefined,
    { users: { ada: 'scientist', grace: 'engineer', emmy: 'reviewer' }, idleMinutes: 120 },
  ],
  'environments.*.recoveryRegion': [undefined, 'eu-central-1'],
};

function search(more: object): object {
  return {
    objective: { metric: 'validation_accuracy', type: 'Maximize' },
    parameters: { learning_rate: { type: 'Continuous', min: 0.001, max: 0.1 } },
    ...more,
  };
}

/** Settings that change no template, or that every configuration has; each with why it is not varied. */
export const notVaried: Readonly<Record<string, string>> = {
  $schema: 'for editors',
  name: 'part of every name; the rule name-length has its own tests',
  owner: 'only an address',
  ci: 'one value; workflows are no templates',
  trainingEnvironment: 'the first; generated-infra.test.ts tries another',
  'baseImages.training': 'for Dockerfiles',
  'baseImages.inference': 'for Dockerfiles',
  'environments.*.tier': 'every configuration has all three',
  'environments.*.account': 'only a number',
  'environments.*.region': 'only a name',
  'environments.*.acknowledge': 'allows what compliance.test.ts and protection.test.ts try',
  'models.*.optimise.maxAccuracyDrop': 'read by the job, in no template',
  'models.*.optimise.minLatencyReduction': 'read by the job, in no template',
};

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** Every setting of the schema by its path: a leaf, or what `valuesOf` gives as a whole. */
export function settings(
  schema: Schema = jsonSchema() as Schema,
  path: readonly string[] = [],
): { path: string; schema: Schema }[] {
  const name = path.join('.');
  if (name in valuesOf || name in notVaried) return [{ path: name, schema }];
  const { properties, additionalProperties } = schema;
  if (properties)
    return Object.entries(properties).flatMap(([part, inner]) => settings(inner, [...path, part]));
  if (typeof additionalProperties === 'object')
    return settings(additionalProperties, [...path, '*']);
  return [{ path: name, schema }];
}

function factorOf({ path, schema }: { path: string; schema: Schema }): Factor | undefined {
  if (path in notVaried) return undefined;
  const values =
    valuesOf[path] ??
    (schema.type === 'boolean' ? [undefined, true, false] : undefined) ??
    // The flavour has no default to leave it to.
    (schema.enum ? [...(path.endsWith('.flavour') ? [] : [undefined]), ...schema.enum] : []);
  return { name: path, values };
}

/** What is not in wa-ml.json and changes templates all the same. */
export const beside: readonly Factor[] = [
  { name: 'releases', values: ['released', 'none', 'measured'] },
  { name: 'other models', values: [0, 1] },
];

/** All options of the matrix. */
export const factors: readonly Factor[] = [
  ...settings().flatMap((setting) => factorOf(setting) ?? []),
  ...beside,
];

/** How many configurations `npm test` synthesises; `npm run test:deep` takes all. */
export const tried = deep ? Infinity : 6;

/** The configuration of a case: the example with each setting written at its path, in every environment or model. */
export function configurationOf(chosen: readonly number[]): Configuration {
  const configuration = structuredClone(example) as unknown as Record<string, unknown>;
  for (const [index, { name, values }] of factors.entries()) {
    const value = values[chosen[index]!];
    if (value !== undefined && !beside.some((factor) => factor.name === name))
      write(configuration, name.split('.'), value);
  }
  const others = valueOf(chosen, 'other models') as number;
  const models = configuration['models'] as Record<string, unknown>;
  for (let index = 0; index < others; index++) models[`other-${index}`] = { flavour: 'sklearn' };
  return configuration as unknown as Configuration;
}

/** The example with the last value of some settings: what only they bring is there. */
export function everySetting(names: readonly string[]): Configuration {
  return configurationOf(
    factors.map(({ name, values }) => (names.includes(name) ? values.length - 1 : 0)),
  );
}

/** The value that a case gives an option. */
export function valueOf(chosen: readonly number[], name: string): unknown {
  const index = factors.findIndex((factor) => factor.name === name);
  return factors[index]!.values[chosen[index]!];
}

function write(into: Record<string, unknown>, [part, ...rest]: string[], value: unknown): void {
  const keys = part === '*' ? Object.keys(into) : [part!];
  for (const key of keys) {
    if (rest.length === 0) into[key] = structuredClone(value);
    else write((into[key] ??= {}) as Record<string, unknown>, rest, value);
  }
}
