import { dirname } from 'node:path';
import { configurationSchema, jsonSchema, readConfiguration } from '@wa-ml/config';
import { configurationText, defaultAnswers } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { defaultChoices, refusal, textOf, type Choices } from '../src/choices';
import { options } from '../src/options';
import { questions } from '../src/questions';

interface Node {
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node;
}

/** What the published JSON Schema says at a path; `*` is any name. */
function schemaAt(...path: string[]): Node {
  return path.reduce(
    (node, part) => (part === '*' ? node.additionalProperties! : node.properties![part]!),
    jsonSchema() as Node,
  );
}

const question = (id: keyof Choices) => questions.find((one) => one.id === id)!;
const choices = { ...defaultChoices, directory: '/nowhere/acme-ml' };

describe('questions', () => {
  const enums: [keyof Choices & keyof typeof options, Node][] = [
    ['flavour', schemaAt('models', '*', 'flavour')],
    ['strategy', schemaAt('models', '*', 'training', 'strategy')],
    ['precision', schemaAt('models', '*', 'training', 'precision')],
    ['endpoint', schemaAt('models', '*', 'endpoint', 'type')],
    ['rollout', schemaAt('models', '*', 'endpoint', 'rollout')],
  ];
  it.each(enums)(
    'offer for %s what the schema allows and a first instance can do, and describe it alike',
    (id, node) => {
      const asked = question(id);
      if (asked.kind !== 'one') throw new Error(`${id} is no choice of one`);
      const possible = node.enum!.filter(
        (value) => refusal({ ...choices, [id]: value }) === undefined,
      );
      expect(asked.options.map(({ value }) => value)).toEqual(possible);
      expect(asked.description).toBe(node.description);
      expect(asked.options.filter(({ explanation }) => explanation.length < 20)).toEqual([]);
      expect('choices' in options[id] && options[id].choices).toEqual(node.enum);
    },
  );

  it.each([
    ['owner', schemaAt('owner')],
    ['region', schemaAt('environments', '*', 'region')],
    ['devAccount', schemaAt('environments', '*', 'account')],
    ['environments', schemaAt('environments')],
    ['models', schemaAt('models', '*')],
    ['data', schemaAt('models', '*', 'data')],
  ] as const)('describe %s as the schema does', (id, { description }) => {
    expect(description).toBeTruthy();
    expect(question(id).description).toContain(description);
  });

  it('offer an environment of each tier, with its budget, fleet and retention', () => {
    const asked = question('environments');
    if (asked.kind !== 'many') throw new Error('environments are many');
    const tiers = schemaAt('environments', '*', 'tier').enum!;
    expect(asked.options.map(({ explanation }) => explanation.split(',')[0])).toEqual(tiers);
    const explained = asked.options.map(({ explanation }) => explanation).join('\n');
    for (const fact of ['$100 a month', '$500 a month', '$4000 a month', '2 instances', '365 days'])
      expect(explained).toContain(fact);
  });

  it('have a flag for every choice', () => {
    const flags = new Set(Object.keys(options));
    const flagOf: Partial<Record<keyof Choices, string>> = {
      environments: 'environment',
      devAccount: 'dev-account',
      stagingAccount: 'staging-account',
      prodAccount: 'prod-account',
      models: 'model',
    };
    const asked = questions.map(({ id }) => flagOf[id] ?? id);
    expect(asked.filter((name) => name !== 'directory' && !flags.has(name))).toEqual([]);
  });

  it('can be answered with every choice on offer, and what is written says it', () => {
    for (const asked of questions) {
      if (asked.kind !== 'one') continue;
      for (const { value } of asked.options) {
        const chosen = { ...choices, [asked.id]: value };
        expect(refusal(chosen)).toBeUndefined();
        const model = Object.values(readConfiguration(textOf(chosen)).normalised.models)[0]!;
        expect(JSON.stringify(model)).toContain(`"${value}"`);
      }
    }
  });
});

describe('the rollout', () => {
  const asked = question('rollout');
  const type = question('endpoint');
  if (asked.kind !== 'one' || type.kind !== 'one') throw new Error('they are choices of one');
  const offered = (endpoint: Choices['endpoint']) =>
    asked.options
      .map(({ value }) => value)
      .filter((v) => asked.offers!(v, { ...choices, endpoint }));

  it('is asked where the type has several, and offers those', () => {
    expect(offered('realtime')).toEqual(['all-at-once', 'canary', 'linear', 'ab', 'shadow']);
    expect(offered('asynchronous')).toEqual(['all-at-once', 'canary', 'linear']);
    expect(asked.matters!({ ...choices, endpoint: 'serverless' })).toBe(false);
  });

  it('follows the type where the type does not have it, so that no answer is refused later', () => {
    for (const { value } of type.options)
      for (const rollout of asked.options.map((one) => one.value as Choices['rollout'])) {
        const before = { ...choices, rollout };
        expect(
          refusal({
            ...before,
            ...type.also!(value, before),
            endpoint: value as Choices['endpoint'],
          }),
          value,
        ).toBeUndefined();
      }
  });
});

describe('choices', () => {
  it('leave every default out of what is written', () => {
    expect(textOf(choices)).toBe(configurationText(defaultAnswers));
    expect(configurationSchema.safeParse(JSON.parse(textOf(choices))).success).toBe(true);
  });

  it('write the chosen environments in the order of promotion', () => {
    const text = textOf({ ...choices, environments: ['prod', 'dev'] });
    expect(Object.keys(readConfiguration(text).normalised.environments)).toEqual(['dev', 'prod']);
  });

  it.each<[string, Partial<Choices>, string]>([
    ['a folder whose name is none', { directory: '/nowhere/Bad_Name' }, 'is no repository name'],
    ['a folder that is not empty', { directory: dirname(__dirname) }, 'is not empty'],
    ['an owner who has no address', { owner: 'me' }, 'is no e-mail address'],
    ['a region that is none', { region: 'Europe' }, 'is no AWS region'],
    ['an account that is none', { prodAccount: '12' }, '12 digits'],
    ['no environment', { environments: [] }, 'there is no environment'],
    ['a model whose name is none', { models: ['Bad Model'] }, 'is no model name'],
  ])('refuse %s in the words of what would refuse it later', (_title, change, says) => {
    expect(refusal({ ...choices, ...change })).toContain(says);
  });
});
