import type { z } from 'zod';
import { isObject, valueAt, type Path } from './path';
import { configurationSchema, type Configuration } from './schema';

/** What a required value is set to while the rules look at the rest of a configuration with mistakes in it. */
const placeholders: Readonly<Record<string, unknown>> = {
  name: 'x',
  owner: 'x@example.com',
  tier: 'development',
  account: '000000000000',
  region: 'eu-west-1',
  flavour: 'pytorch-tabular',
  environments: {},
  models: {},
};

/**
 * The configuration without what the schema refused, so that the rules can still report on the rest.
 * @returns undefined when too little is left.
 */
export function mended(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): Configuration | undefined {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      for (const name of issue.keys) drop(valueAt(copy, path), name);
    } else {
      const key = path.at(-1);
      const parent = valueAt(copy, path.slice(0, -1));
      if (key === undefined || !isObject(parent)) continue;
      if (issue.code !== 'invalid_key' && key in placeholders) parent[key] = placeholders[key];
      else drop(parent, key);
    }
  }
  const again = configurationSchema.safeParse(copy);
  return again.success ? again.data : undefined;
}

function drop(object: unknown, key: string | number): void {
  if (isObject(object)) Reflect.deleteProperty(object, key);
}
