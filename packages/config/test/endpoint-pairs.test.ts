import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationError,
  effectiveRollout,
  endpointPairs,
  endpointTable,
  endpointTypes,
  formatPath,
  limits,
  readConfiguration,
  rollouts,
  rolloutSteps,
  settingsOfTypes,
  endpointSchema,
  type Problem,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const configuration = (endpoint: object, tier = 'development', environment: object = {}) =>
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: { dev: { tier, account: '111111111111', region: 'eu-west-1', ...environment } },
    models: { churn: { flavour: 'pytorch-tabular', endpoint } },
  });
const settings = (endpoint: object, tier?: string) =>
  readConfiguration(configuration(endpoint, tier)).normalised.models['churn']!.in['dev']!.endpoint;
function problemsOf(endpoint: object, tier?: string, environment?: object): readonly Problem[] {
  try {
    readConfiguration(configuration(endpoint, tier, environment));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
const pipeline = { containers: ['preprocess', 'model'] };
const needed = (type: string) => (type === 'inferencePipeline' ? pipeline : {});

describe('endpoint types and rollouts', () => {
  it('are a table of every pair, of which 21 exist', () => {
    expect(endpointPairs).toHaveLength(endpointTypes.length * rollouts.length);
    const exist = (type: string) =>
      endpointPairs
        .filter((pair) => pair.type === type && !pair.refused)
        .map(({ rollout }) => rollout);
    expect(exist('realtime')).toEqual(rollouts);
    expect(exist('serverless')).toEqual(['all-at-once']);
    expect(exist('asynchronous')).toEqual(['all-at-once', 'canary', 'linear', 'rolling']);
    expect(exist('batchTransform')).toEqual(['all-at-once']);
    expect(exist('inferencePipeline')).toEqual([
      'all-at-once',
      'canary',
      'linear',
      'rolling',
      'ab',
    ]);
    expect(exist('multiModel')).toEqual(['all-at-once', 'canary', 'linear', 'rolling']);
  });

  it.each(endpointPairs.map(({ type, rollout, refused }) => [type, rollout, refused] as const))(
    '%s with %s',
    (type, rollout, refused) => {
      const problems = problemsOf({ type, rollout, ...needed(type) });
      if (!refused) return expect(problems).toEqual([]);
      expect(problems).toMatchObject([
        {
          rule: 'endpoint-pair',
          path: ['models', 'churn', 'endpoint', 'rollout'],
          what: expect.stringContaining(`${type} has no rollout "${rollout}"`),
          why: refused.why,
          instead: expect.stringContaining(refused.instead),
        },
      ]);
      // What it says to write instead is right.
      expect(problemsOf({ type, rollout: refused.instead, ...needed(type) })).toEqual([]);
    },
  );

  it.each(endpointTypes)('%s has a rollout where nobody says one', (type) => {
    for (const tier of ['development', 'production'])
      expect(problemsOf({ type, ...needed(type) }, tier)).toEqual([]);
  });

  it('are printed in the docs of a generated repository as the table has them', () => {
    const docs = readFileSync(
      join(import.meta.dirname, '../../../templates/serving/managed/docs/endpoints.md'),
      'utf8',
    );
    expect(docs).toContain(`\n${endpointTable()}`);
  });
});

describe('rollouts', () => {
  it.each(['canary', 'linear', 'rolling'] as const)(
    '%s: shares of whole instances within SageMaker’s limits, for every fleet',
    (rollout) => {
      const [least, most] = {
        canary: [10, limits.canaryPercentMax],
        linear: [limits.linearPercent.min, limits.linearPercent.max],
        rolling: [limits.rollingPercent.min, limits.rollingPercent.max],
      }[rollout];
      for (let min = 2; min <= 100; min++) {
        const effective = effectiveRollout({ rollout, min });
        const share =
          (effective.type === 'canary' && effective.canaryPercent) ||
          (effective.type === 'linear' && effective.stepPercent) ||
          (effective.type === 'rolling' && effective.batchPercent) ||
          NaN;
        expect(share).toBeGreaterThanOrEqual(least!);
        expect(share).toBeLessThanOrEqual(most!);
        expect((share / 100) * min).toBeGreaterThanOrEqual(1);
        expect(rolloutSteps(effective)).toBe(rollout === 'canary' ? 1 : Math.ceil(100 / share));
      }
      for (const min of [0, 1])
        expect(effectiveRollout({ rollout, min })).toMatchObject({
          type: 'all-at-once',
          reason: expect.stringContaining('cannot be split'),
        });
    },
  );

  it('rolling is refused where the policies of production bind: going back takes longer than five minutes', () => {
    expect(problemsOf({ rollout: 'rolling' }, 'staging')).toEqual([]);
    for (const [tier, environment] of [
      ['production', {}],
      ['staging', { critical: true }],
    ] as const)
      expect(problemsOf({ rollout: 'rolling' }, tier, environment)).toMatchObject([
        { rule: 'rollback-in-time', why: expect.stringMatching(/OPS-8.*5 minutes/) },
      ]);
    expect(problemsOf({ rollout: 'linear' }, 'production')).toEqual([]);
  });
});

describe('the settings of a type', () => {
  it('are those of the schema', () => {
    for (const field of Object.keys(settingsOfTypes))
      expect(Object.keys(endpointSchema.shape)).toContain(field);
  });

  it('have small defaults', () => {
    expect(settings({ type: 'serverless' }).serverless).toEqual({
      memoryMb: 2048,
      maxConcurrency: 10,
    });
    expect(settings({ type: 'asynchronous' }, 'production')).toMatchObject({
      min: 0,
      backlogPerInstance: 5,
    });
    expect(settings({ type: 'batchTransform' }, 'production')).toMatchObject({
      min: 1,
      batchSchedule: 'cron(0 3 * * ? *)',
      rollout: 'all-at-once',
    });
    expect(settings({ type: 'multiModel' }, 'production')).toMatchObject({
      min: 2,
      loadedModels: 50,
      rollout: 'canary',
    });
    expect(settings({})).toMatchObject({ type: 'realtime', rollout: 'canary' });
  });

  it.each([
    [{ memoryMb: 2048 }, 'memoryMb', /serverless has it/],
    [{ type: 'serverless', instanceType: 'ml.g5.xlarge' }, 'instanceType', /no GPU/],
    [{ type: 'serverless', min: 1 }, 'min', /realtime, asynchronous/],
    [{ type: 'batchTransform', max: 3 }, 'max', /realtime/],
    [{ containers: ['a', 'b'] }, 'containers', /inferencePipeline has it/],
    [{ min: 0 }, 'min', /Only an asynchronous endpoint can scale to 0/],
    [
      { type: 'serverless', maxConcurrency: 5, provisionedConcurrency: 6 },
      'provisionedConcurrency',
      /above MaxConcurrency/,
    ],
    [{ type: 'inferencePipeline' }, 'containers', /2 to 15 containers/],
    [{ type: 'inferencePipeline', containers: ['a', 'a'] }, 'containers', /ContainerHostname/],
    [{ instanceType: 'ml.t2.medium' }, 'instanceType', /burstable/],
    [{ type: 'multiModel', instanceType: 'ml.inf2.xlarge' }, 'instanceType', /Neuron/],
    [
      { scheduledScaling: [{ at: 'cron(0 7 ? * MON *)', min: 5, max: 4 }] },
      'scheduledScaling',
      /below the fewest/,
    ],
    [
      { scheduledScaling: [{ at: 'cron(0 7 ? * MON *)', min: 0, max: 4 }] },
      'scheduledScaling',
      /asynchronous endpoint can have none/,
    ],
  ])('%j is refused at %s', (endpoint, field, why) => {
    const [problem, ...rest] = problemsOf(endpoint);
    expect(rest).toEqual([]);
    expect(formatPath(problem!.path)).toBe(`models.churn.endpoint.${field}`);
    expect(problem!.why).toMatch(why);
    expect(problem!.instead).toBeTruthy();
  });

  it.each([
    [{ type: 'serverless', memoryMb: 1500 }, 'memoryMb'],
    [{ type: 'serverless', memoryMb: 7168 }, 'memoryMb'],
    [{ type: 'serverless', maxConcurrency: 201 }, 'maxConcurrency'],
    [{ type: 'inferencePipeline', containers: Array(16).fill('a') }, 'containers'],
    [{ type: 'inferencePipeline', containers: ['a'] }, 'containers'],
    [{ type: 'batchTransform', batchSchedule: 'rate(1 day)' }, 'batchSchedule'],
    [{ type: 'edge' }, 'type'],
  ])('%j is refused by the schema at %s', (endpoint, field) => {
    expect(problemsOf(endpoint).map(({ path }) => path[3])).toContain(field);
  });

  it('of a model are right where one of its environments has the type', () => {
    const value = JSON.parse(
      configuration({ instanceType: 'ml.c5.large', memoryMb: 3072 }),
    ) as Record<string, any>;
    value['environments'].prod = { ...value['environments'].dev, tier: 'production' };
    value['models'].churn.environments = { dev: { endpoint: { type: 'serverless' } } };
    const { normalised } = readConfiguration(JSON.stringify(value));
    expect(normalised.models['churn']!.in['dev']!.endpoint.serverless!.memoryMb).toBe(3072);
    value['models'].churn.environments.dev.endpoint.min = 1;
    expect(() => readConfiguration(JSON.stringify(value))).toThrow(
      'models.churn.environments.dev.endpoint.min',
    );
  });
});

describe('working hours', () => {
  const hours = (environment: object, tier = 'development') =>
    readConfiguration(configuration({}, tier, environment)).normalised.environments['dev']!;

  it('are on outside of production, in the time zone of the region, and never where it is critical', () => {
    expect(hours({}).workingHours).toEqual({
      start: '07:00',
      stop: '19:00',
      days: 'MON-FRI',
      timeZone: 'Europe/Dublin',
    });
    expect(hours({ region: 'us-west-2' }).workingHours!.timeZone).toBe('America/Los_Angeles');
    expect(hours({ region: 'xx-moon-1' }).timeZone).toBe('Etc/UTC');
    expect(hours({ workingHours: false }).workingHours).toBeUndefined();
    expect(hours({ critical: true }).workingHours).toBeUndefined();
    expect(hours({}, 'production').workingHours).toBeUndefined();
    expect(hours({ workingHours: { timeZone: 'Europe/Berlin' } }).timeZone).toBe('Europe/Berlin');
  });

  it.each([
    [{ workingHours: { start: '19:00', stop: '07:00' } }, 'staging', /on which they start/],
    [{ workingHours: {} }, 'production', /REL-3/],
    [{ critical: true, workingHours: {} }, 'staging', /REL-3/],
  ])('%j in %s is refused', (environment, tier, why) => {
    expect(problemsOf({}, tier, environment)).toMatchObject([
      { path: ['environments', 'dev', 'workingHours'], why: expect.stringMatching(why) },
    ]);
  });

  it.each([
    { start: '7:00' },
    { days: 'weekdays' },
    { timeZone: 'Mars/Olympus' },
    { from: '07:00' },
  ])('%j is refused by the schema', (workingHours) => {
    expect(problemsOf({}, 'staging', { workingHours })[0]!.path.slice(0, 3)).toEqual([
      'environments',
      'dev',
      'workingHours',
    ]);
  });
});
