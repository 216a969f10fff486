import { ConfigurationError, readConfiguration, type Configuration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { deep } from '../../../test/robustness/effort';
import { factors } from './matrix/options';
import { shown } from './matrix/pairwise';
import { example, releaseIn, synthesiseExample } from './generated-infra';

const models = {
  diagnosis: { flavour: 'pytorch-tabular' as const },
  fraud: { flavour: 'pytorch-tabular' as const },
};
const both = await synthesiseExample({ configuration: { ...example, models } });
const changedStacks = (other: typeof both) =>
  Object.keys({ ...both.templates, ...other.templates })
    .filter(
      (name) => JSON.stringify(both.templates[name]) !== JSON.stringify(other.templates[name]),
    )
    .sort();

describe('a model', () => {
  it('changes no stack of another model and not the foundation, when its settings change', async () => {
    const fraud = {
      ...models.fraud,
      endpoint: { instanceType: 'ml.c5.xlarge' },
      training: { instances: 4 },
    };
    const changed = await synthesiseExample({
      configuration: { ...example, models: { ...models, fraud } },
    });
    expect(changedStacks(changed)).toEqual(['acme-ml-dev-training-fraud']); // it has no release, so no endpoint
  });

  it('changes only its serving stack and its dashboard, when it is released', async () => {
    const changed = await synthesiseExample({
      configuration: { ...example, models },
      releases: (environment) => ({
        ...releaseIn(environment),
        ...(environment === 'prod' ? releaseIn('prod', 'fraud') : {}),
      }),
    });
    expect(changedStacks(changed)).toEqual([
      'acme-ml-prod-monitoring-fraud',
      'acme-ml-prod-serving-fraud',
    ]);
  });

  /** Every setting of the matrix that stands on a model, with each of its values. */
  const ofModels = factors
    .filter(({ name }) => name.startsWith('models.*.') && !name.endsWith('.flavour'))
    .flatMap((factor) =>
      factor.values.flatMap((value, index) =>
        value === undefined ? [] : [[shown(factor, index), factor.name, value] as const],
      ),
    );
  it.each(deep ? ofModels : ofModels.filter((_, index) => index % 6 === 0))(
    'changes nothing but its own stacks and the budgets with %s',
    async (_, name, value) => {
      const fraud = structuredClone(models.fraud) as Record<string, unknown>;
      let into = fraud;
      const path = name.split('.').slice(2);
      for (const part of path.slice(0, -1)) into = (into[part] = {}) as Record<string, unknown>;
      into[path.at(-1)!] = value;
      const configuration = { ...example, models: { ...models, fraud } } as Configuration;
      try {
        readConfiguration(JSON.stringify(configuration));
      } catch (error) {
        if (error instanceof ConfigurationError) return; // refused by itself; the matrix tries it with what it needs
        throw error;
      }
      const changed = changedStacks(await synthesiseExample({ configuration }));
      expect(changed.filter((stack) => !/-(fraud|cost)$/.test(stack))).toEqual([]);
    },
  );

  it('is synthesised without the others when one is asked for, beside the foundation', async () => {
    const { stacks, templates } = await synthesiseExample({
      configuration: { ...example, models },
      environments: ['dev'],
      only: 'fraud',
    });
    expect(stacks.every((name) => /-(foundation|fraud)$/.test(name))).toBe(true);
    expect(stacks.length).toBeGreaterThan(2);
    for (const name of stacks) expect(templates[name]).toEqual(both.templates[name]);
  });

  it('brings its own stacks and one budget, when it is added', async () => {
    const before = await synthesiseExample();
    const names = ['dev', 'staging', 'prod'].flatMap((name) => [
      `acme-ml-${name}-monitoring-fraud`,
      `acme-ml-${name}-serving-fraud`,
      `acme-ml-${name}-training-fraud`,
    ]);
    expect(changedStacks(before)).toEqual([...names, 'acme-ml-prod-cost'].sort());
  });
});

describe('the foundation', () => {
  it('exports the same without any model, so that the last model can go before what it imports', async () => {
    const none = await synthesiseExample({ configuration: { ...example, models: {} } });
    for (const environment of ['dev', 'staging', 'prod']) {
      const name = `acme-ml-${environment}-foundation`;
      expect(none.templates[name]).toEqual(both.templates[name]);
    }
  });
});

describe('a stack', () => {
  it('stays far below the 500 resources that CloudFormation allows, with ten models', async () => {
    const ten = Object.fromEntries(
      [...'abcdefghij'].map((letter) => [
        `model-${letter}`,
        { flavour: 'pytorch-tabular' as const },
      ]),
    );
    const { templates, stacks } = await synthesiseExample({
      configuration: { ...example, models: ten },
      releases: () => ({}),
    });
    expect(stacks).toHaveLength(3 * (2 + 30) + 2 + 1);
    for (const [name, template] of Object.entries(templates)) {
      expect(Object.keys(template.Resources).length, name).toBeLessThan(400);
      expect(JSON.stringify(template).length, name).toBeLessThan(1_000_000);
    }
  });

  it('is protected from deletion in production', async () => {
    const { app } = both;
    for (const name of both.stacks) {
      const stack = app.node.findChild(name) as unknown as { terminationProtection: boolean };
      expect(stack.terminationProtection, name).toBe(name.includes('-prod-'));
    }
  });

  it('is synthesised without the other environments when one is asked for', async () => {
    const { stacks, templates } = await synthesiseExample({
      configuration: { ...example, models },
      environments: ['staging'],
    });
    expect(stacks.every((name) => name.startsWith('acme-ml-staging-'))).toBe(true);
    for (const name of stacks) expect(templates[name]).toEqual(both.templates[name]);
  });
});
