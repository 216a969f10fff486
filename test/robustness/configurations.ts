import {
  checkConfiguration,
  ConfigurationError,
  jsonSchema,
  type Configuration,
} from '@wa-ml/config';
import fc from 'fast-check';

/** As much of a JSON Schema as ours uses; anything else ends with an error, so that this grows with the schema. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly exclusiveMinimum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Names that are legal here and mean something elsewhere: to YAML, JavaScript, Python, Windows, or us. */
const awkwardNames = [
  ...['null', 'true', 'no', 'y', 'on', 'constructor', 'prototype', 'self', 'class', 'import'],
  ...['con', 'com9', 'lpt5', 'test', 'tests', 'infra', 'libs', 'e1', 'a', 'x'.repeat(32)],
];
const awkwardTexts = [
  ...['"', "'", '\\', '{{model}}', '${{ x }}', '#', ': ', '- ', '\n', '\t', '\u0000', '\u2028'],
  ...['\ud800', '\u{1f600}', 'null', '1', 'e\u0301', '</script>', '%', '`', '$(id)'],
];

/** What the patterns that fast-check cannot invert (they look ahead) mean. */
function textMatching(pattern: string): fc.Arbitrary<string> {
  if (pattern === '^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$')
    return fc.oneof(
      { weight: 3, arbitrary: fc.stringMatching(/^[a-z](-?[a-z0-9]){0,15}$/) },
      { weight: 1, arbitrary: fc.constantFrom(...awkwardNames) },
    );
  if (pattern === '^[a-z]([a-z0-9]|_(?=[a-z0-9]))*$')
    return fc.stringMatching(/^[a-z](_?[a-z0-9]){0,15}$/);
  if (pattern === '^[a-z][a-z0-9]*$')
    return fc.oneof(
      fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/),
      fc.constantFrom('prod', 'null', 'constructor'),
    );
  if (pattern.startsWith('^ml'))
    return fc.oneof(
      fc.constantFrom('ml.m5.large', 'ml.g5.2xlarge', 'ml.p3.2xlarge', 'ml.constructor.large'),
      fc.stringMatching(/^ml\.[a-z0-9-]{1,8}\.[a-z0-9]{1,8}$/),
    );
  return fc.stringMatching(new RegExp(pattern));
}

function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(arbitraryOf));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integerOf(schema);
    case 'number':
      return numberOf(schema);
    case 'string':
      return stringOf(schema);
    case 'array':
      return fc.array(arbitraryOf(schema.items!), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return schema.properties ? objectOf(schema, schema.properties) : recordOf(schema);
    default:
      throw new Error(`No arbitrary for ${JSON.stringify(schema)}: add one here.`);
  }
}

function integerOf({ minimum, maximum, multipleOf = 1 }: Schema): fc.Arbitrary<number> {
  const [min, max] = [Math.ceil(minimum! / multipleOf), Math.floor(maximum! / multipleOf)];
  return fc.integer({ min, max }).map((times) => times * multipleOf);
}

function numberOf({ minimum, maximum, exclusiveMinimum }: Schema): fc.Arbitrary<number> {
  const least = exclusiveMinimum ?? minimum;
  return fc.double({
    ...(least === undefined ? {} : { min: least, minExcluded: exclusiveMinimum !== undefined }),
    ...(maximum === undefined ? {} : { max: maximum }),
    noNaN: true,
    noDefaultInfinity: true,
  });
}

function stringOf({
  pattern,
  format,
  minLength = 0,
  maxLength = 1 << 20,
}: Schema): fc.Arbitrary<string> {
  const text =
    format === 'email'
      ? fc.constantFrom(
          "o'hara+ml@acme.example",
          "'a@acme.example",
          '-@b.example',
          'null@x.example',
        )
      : pattern === undefined
        ? fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...awkwardTexts))
        : textMatching(pattern);
  return text.filter(({ length }) => length >= minLength && length <= maxLength);
}

function objectOf(
  schema: Schema,
  properties: Readonly<Record<string, Schema>>,
): fc.Arbitrary<unknown> {
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, arbitraryOf(one)])),
    { requiredKeys: [...(schema.required ?? [])] } as never,
  );
}

function recordOf({ propertyNames, additionalProperties }: Schema): fc.Arbitrary<unknown> {
  return fc.dictionary(stringOf(propertyNames ?? {}), arbitraryOf(additionalProperties as Schema), {
    maxKeys: 4,
    noNullPrototype: true,
  });
}

interface Settings {
  endpoint?: Record<string, unknown>;
}

interface Environments {
  environments: Record<string, unknown>;
  trainingEnvironment?: string;
  models: Record<string, Settings & { environments?: Record<string, Settings> }>;
}

/** Settings that an endpoint of one type has only. */
const typeOf: Readonly<Record<string, string>> = {
  memoryMb: 'serverless',
  batchSchedule: 'batchTransform',
  loadedModels: 'multiModel',
  backlogPerInstance: 'asynchronous',
  containers: 'inferencePipeline',
};

/** What endpoints of one type have would nearly always be taken out again: it makes every second one of that type. */
function typed({ endpoint = {} }: Settings): void {
  const { length } = Object.keys(endpoint);
  const [one, ...more] = Object.keys(typeOf).filter((key) => key in endpoint);
  if (length % 2 === 0 || one === undefined) return;
  endpoint['type'] = typeOf[[one, ...more][length % (1 + more.length)]!]!;
  delete endpoint['rollout'];
}

/** Lets what names an environment name one that is there, and the type of an endpoint fit; it knows no other fields. */
function named(value: Environments): Environments {
  const names = Object.keys(value.environments);
  if (value.trainingEnvironment !== undefined)
    value.trainingEnvironment = names[value.trainingEnvironment.length % names.length]!;
  for (const model of Object.values(value.models)) {
    [model, ...Object.values(model.environments ?? {})].forEach(typed);
    if (!model.environments) continue;
    model.environments = Object.fromEntries(
      Object.values(model.environments)
        .slice(0, names.length)
        .map((settings, index) => [names[index]!, settings]),
    );
  }
  return value;
}

/** Takes out what the rules refuse, at the path that each problem names. @returns undefined when that does not help. */
function withoutProblems(value: unknown): Configuration | undefined {
  for (let round = 0; round < 8; round++) {
    try {
      return checkConfiguration(value).written;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      error.problems.forEach(({ path }) => drop(value, path));
    }
  }
  return undefined;
}

function drop(root: unknown, path: readonly (string | number)[]): void {
  let parent = root as Record<string, unknown> | undefined;
  for (const part of path.slice(0, -1))
    parent = parent?.[part] as Record<string, unknown> | undefined;
  if (path.length === 0) return;
  // What is missing and may not be: then there is no use for what surrounds it.
  if (parent !== undefined && !(path.at(-1)! in parent)) drop(root, path.slice(0, -1));
  else if (parent !== undefined) Reflect.deleteProperty(parent, path.at(-1)!);
}

/** Valid configurations: every property, enum and range of the JSON Schema, with awkward names and texts among them. */
export const configurations: fc.Arbitrary<Configuration> = arbitraryOf(jsonSchema() as Schema)
  .filter((value) => Object.keys((value as Environments).environments).length > 0)
  .map((value) => withoutProblems(named(structuredClone(value) as Environments)))
  .filter((value) => value !== undefined);

/** Paths of all properties of the schema, to see that the configurations have them all: `models.*.training`. */
export function propertyPaths(schema: Schema = jsonSchema() as Schema, prefix = ''): string[] {
  if (schema.type !== 'object') return [];
  if (!schema.properties)
    return propertyPaths(schema.additionalProperties as Schema, `${prefix}*.`);
  return Object.entries(schema.properties).flatMap(([key, one]) => [
    `${prefix}${key}`,
    ...propertyPaths(one, `${prefix}${key}.`),
  ]);
}
