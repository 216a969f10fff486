import fc from 'fast-check';
import { textOf } from '../../packages/project/test/repository';

/** Valid texts to break: a small one, and one that has every kind of setting. */
export const validTexts: readonly string[] = [
  textOf(),
  `// comments are allowed
${JSON.stringify({
  name: 'acme-ml',
  owner: 'ml@acme.example',
  ci: 'github',
  trainingEnvironment: 'dev',
  baseImages: { training: `docker.io/library/python@sha256:${'0'.repeat(64)}` },
  environments: {
    dev: { tier: 'development', account: '111111111111', region: 'eu-west-1', budgetUsd: 90 },
    prod: {
      tier: 'production',
      account: '333333333333',
      region: 'eu-west-1',
      critical: true,
      recoveryRegion: 'eu-central-1',
    },
  },
  models: {
    churn: {
      flavour: 'pytorch-tabular',
      data: { file: 'data/churn.csv', target: 'churned' },
      training: { instanceType: 'ml.m5.xlarge', instances: 2, strategy: 'ddp', precision: 'bf16' },
      endpoint: { instanceType: 'ml.m5.large', min: 2, max: 4, rollout: 'canary', budgetUsd: 100 },
      environments: { dev: { endpoint: { min: 1, max: 1 } } },
    },
  },
})}`,
];

const hostileNames = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', ''],
  ...['\u0000', '\ud800', 'a.b', '../..', '\u{1f600}', 'x'.repeat(10_000), '0', '-1'],
];

/** JSON texts of values that stand where another was expected; nested ones as text, for no parser of ours made them. */
const hostileValues: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      'null',
      'true',
      '0',
      '-1',
      '1e999',
      '-1e999',
      '1e-999',
      '0.1',
      '9007199254740993',
      '[]',
      '{}',
    ],
    ...['""', '"\\u0000"', '"\\ud800"', '"\ud800"', '"ml.constructor.large"', '"ml.p3.large"'],
    ...[
      '{"__proto__":{}}',
      '{"constructor":{"prototype":{}}}',
      '[null]',
      `"${'x'.repeat(20_000)}"`,
    ],
    ...['1'.repeat(400), 'NaN', 'undefined', "'x'", '{"toString":1}', '{"then":1}'],
  ),
  fc.constantFrom(...hostileNames).map((name) => JSON.stringify(name)),
  fc.json(),
  fc.constantFrom(50, 500, 20_000, 200_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc
    .constantFrom(50, 5_000, 100_000)
    .map((depth) => '{"a":'.repeat(depth) + '0' + '}'.repeat(depth)),
  fc.constantFrom(1_000, 100_000).map((depth) => '['.repeat(depth)),
);

type Mutation = (text: string) => string;
const places = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (text: string, place: number): number => Math.floor(text.length * place);

const deletion = fc.tuple(places, fc.nat(40)).map(
  ([place, length]): Mutation =>
    (text) =>
      text.slice(0, at(text, place)) + text.slice(at(text, place) + length),
);
const duplication = fc.tuple(places, fc.nat(200)).map(([place, length]): Mutation => (text) => {
  const from = at(text, place);
  return text.slice(0, from + length) + text.slice(from);
});
const swap = fc
  .tuple(places, places, fc.nat(30))
  .map(([left, right, length]): Mutation => (text) => {
    const [first, second] = [at(text, left), at(text, right)].sort((a, b) => a - b) as [
      number,
      number,
    ];
    const size = Math.min(length, second - first);
    const part = (from: number): string => text.slice(from, from + size);
    return (
      text.slice(0, first) +
      part(second) +
      text.slice(first + size, second) +
      part(first) +
      text.slice(second + size)
    );
  });
const insertion = fc
  .tuple(
    places,
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '\u0000',
        '\ud800',
        '\uFEFF',
        '{',
        '}',
        '[',
        '"',
        ',',
        '/*',
        '//',
        '\\u',
        '<<<<<<< HEAD\n',
        '\r',
      ),
    ),
  )
  .map(
    ([place, more]): Mutation =>
      (text) =>
        text.slice(0, at(text, place)) + more + text.slice(at(text, place)),
  );
const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?|true|false|null|\{\}|\[\]/g;
/** Replaces one value or one key: what stays is JSON, so that the schema and the rules are reached. */
const replacement = (ofKeys: boolean, by: fc.Arbitrary<string>) =>
  fc.tuple(places, by).map(([place, value]): Mutation => (text) => {
    const found = [...text.matchAll(tokens)].filter((match) => (match[1] !== undefined) === ofKeys);
    const one = found[Math.floor(found.length * place)];
    if (!one) return text;
    return (
      text.slice(0, one.index) + value + (one[1] ?? '') + text.slice(one.index + one[0].length)
    );
  });
/** A key, an environment or a model more, wherever an object begins. */
const addition = fc
  .tuple(places, fc.constantFrom(...hostileNames), hostileValues)
  .map(([place, name, value]): Mutation => (text) => {
    const braces = [...text.matchAll(/\{/g)];
    const index = braces[Math.floor(braces.length * place)]?.index;
    return index === undefined
      ? text
      : `${text.slice(0, index + 1)}${JSON.stringify(name)}:${value},${text.slice(index + 1)}`;
  });
const names = fc.constantFrom(
  ...hostileNames,
  ...['name', 'models', 'environments', 'dev', 'data', 'endpoint', 'tier', 'con', 'Name', 'modles'],
);
const mutation = fc.oneof(
  deletion,
  duplication,
  swap,
  insertion,
  { weight: 4, arbitrary: replacement(false, hostileValues) },
  {
    weight: 2,
    arbitrary: replacement(
      true,
      names.map((name) => JSON.stringify(name)),
    ),
  },
  { weight: 2, arbitrary: addition },
);

/** Bytes of a wa-ml.json after a bad day: mutated as text, sometimes as bytes, sometimes never a configuration. */
export const brokenBytes: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...validTexts), fc.array(mutation, { minLength: 1, maxLength: 4 }))
      .map(([text, mutations]) =>
        Buffer.from(mutations.reduce((soFar, mutate) => mutate(soFar), text)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...validTexts),
        fc.array(fc.tuple(places, fc.nat(255)), { minLength: 1, maxLength: 8 }),
      )
      .map(([text, changes]) => {
        const bytes = Buffer.from(text);
        for (const [place, byte] of changes) bytes[Math.floor(bytes.length * place)] = byte;
        return bytes;
      }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: hostileValues.map((text) => Buffer.from(text)) },
);
