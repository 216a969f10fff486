import { InputError } from '@wa-ml/config';

/** A JSON Schema of draft 4, the one that API Gateway reads. */
export type RequestSchema = Readonly<Record<string, unknown>>;

/** Rows of one request that the inference server reads by default. */
const mostRows = 100_000;
/** Longest model of an API, in characters. Source: quotas of API Gateway, 400 KB. */
const longestSchema = 400 * 1024;

const rowsOf = (row: unknown): RequestSchema => ({
  type: 'array',
  minItems: 1,
  maxItems: mostRows,
  ...(row === undefined ? {} : { items: row }),
});

/** Rows under `instances`, or columns or rows under `inputs`, and nothing else. */
function request(row: unknown, columns: unknown): RequestSchema {
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: 'PredictionRequest',
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    properties: { instances: rowsOf(row), inputs: { oneOf: [rowsOf(row), columns] } },
  };
}

/** The contract of every model, where its own is not known: what is in a row is the inference server's to check. */
export const genericRequest: RequestSchema = request(undefined, {
  type: 'object',
  minProperties: 1,
  additionalProperties: rowsOf(undefined),
});

/**
 * The contract of one model: what its rows hold, by the OpenAPI document that `python -m ml_runtime openapi` prints.
 * @throws InputError where it is none of ours, or longer than API Gateway takes
 */
export function requestOf(document: unknown, where: string): RequestSchema {
  const row = at(document, 'components', 'schemas', 'Row');
  const json = ['requestBody', 'content', 'application/json', 'schema', 'oneOf'];
  const inputs = at(document, 'paths', '/invocations', 'post', ...json, 1, 'properties', 'inputs');
  const columns = at(inputs, 'oneOf', 1);
  if (row === undefined || columns === undefined)
    throw refused(where, 'It does not say what a row and the columns of the model are.');
  const schema = request(draft4(row), draft4(columns));
  const { length } = JSON.stringify(schema);
  if (length > longestSchema)
    throw refused(
      where,
      `It becomes a schema of ${length} characters, and API Gateway takes ${longestSchema}.`,
    );
  return schema;
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (found as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

/**
 * A schema of 2020-12, as far as our documents use it, in the words of draft 4: tuples are `items`, and what only
 * describes is left out. References are none but those to the row, which stands where it is used.
 */
function draft4(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(draft4);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { prefixItems, description: _, ...rest } = schema as Record<string, unknown>;
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [
        key,
        // The names in `properties` are the model's columns, which may be called "description".
        key === 'properties'
          ? mapValues(value as object, draft4)
          : key === 'type'
            ? withoutInteger(value)
            : draft4(value),
      ]),
    ),
    ...(prefixItems === undefined
      ? {}
      : { items: (prefixItems as unknown[]).map(draft4), additionalItems: false }),
  };
}

/** To draft 4 the number 1.0 is no integer; to the inference server it is one, and it checks. */
function withoutInteger(type: unknown): unknown {
  if (Array.isArray(type)) return type.map(withoutInteger);
  return type === 'integer' ? 'number' : type;
}

function mapValues(value: object, change: (one: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]));
}

function refused(where: string, why: string): InputError {
  return new InputError({
    code: 'CONTRACT_INVALID',
    what: `${where} is no contract of a model.`,
    why,
    next: `Write it again: python -m ml_runtime openapi > ${where}; or delete it: the API then checks that there are rows.`,
  });
}
