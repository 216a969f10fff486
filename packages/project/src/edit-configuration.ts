import {
  applyEdits,
  findNodeAtLocation,
  modify,
  parseTree,
  type JSONPath,
  type ModificationOptions,
} from 'jsonc-parser';
import type { Configuration, WrittenEndpoint, WrittenEnvironment } from '@wa-ml/config';

// Every function takes the text of wa-ml.json and gives it back changed in one place; comments and layout stay.
// None of them checks anything: whoever calls them reads the result with `readConfiguration`.

/** One more model. */
export function withModel(text: string, name: string, model: Configuration['models'][string]) {
  return set(text, ['models', name], model);
}

/** Without a model, its overrides included. */
export function withoutModel(text: string, name: string): string {
  return set(text, ['models', name], undefined);
}

/** A model under another name, at the place where it stood. */
export function withModelRenamed(text: string, from: string, to: string): string {
  const root = parseTree(text.replace(byteOrderMark, ' '));
  const key = root && findNodeAtLocation(root, ['models', from])?.parent?.children?.[0];
  return key
    ? `${text.slice(0, key.offset)}${JSON.stringify(to)}${text.slice(key.offset + key.length)}`
    : text;
}

/**
 * Some endpoint settings of a model.
 * @param environment the environment that they are for. Default: all that have no settings of their own.
 */
export function withEndpoint(
  text: string,
  model: string,
  settings: WrittenEndpoint,
  environment?: string,
): string {
  const place = environment === undefined ? [] : ['environments', environment];
  return Object.entries(settings).reduce(
    (soFar, [field, value]) => set(soFar, ['models', model, ...place, 'endpoint', field], value),
    text,
  );
}

/**
 * One more environment.
 * @param index its place among the environments, which are in the order of promotion: 0 is the first.
 */
export function withEnvironment(
  text: string,
  name: string,
  environment: WrittenEnvironment,
  index: number,
): string {
  return set(text, ['environments', name], environment, { getInsertionIndex: () => index });
}

/** Datasets of the data pipeline, each behind those that are there. */
export function withDatasets(
  text: string,
  datasets: readonly (readonly [name: string, dataset: object])[],
): string {
  return datasets.reduce(
    (soFar, [name, dataset]) => set(soFar, ['data', 'datasets', name], dataset),
    set(text, ['data', 'pipeline'], true),
  );
}

/** The environment that trains, by name. */
export function withTrainingEnvironment(text: string, name: string): string {
  return set(text, ['trainingEnvironment'], name, {
    getInsertionIndex: (keys) => Math.max(keys.indexOf('environments'), 0), // beside what it names
  });
}

const byteOrderMark = /^\uFEFF/;

function set(
  text: string,
  path: JSONPath,
  value: unknown,
  options: Omit<ModificationOptions, 'formattingOptions'> = {},
): string {
  if (byteOrderMark.test(text)) return `\uFEFF${set(text.slice(1), path, value, options)}`;
  const edits = modify(text, path, value, {
    ...options,
    formattingOptions: {
      insertSpaces: true,
      tabSize: 2,
      eol: text.includes('\r\n') ? '\r\n' : '\n',
    },
  });
  return applyEdits(text, edits);
}
