import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  endpointSchema,
  environmentSchema,
  flavours,
  jsonSchema,
  limits,
  tiers,
} from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { options } from '../src/options';
import type { OptionSchema } from '../src/option-schema';

/** The part of the published JSON Schema of wa-ml.json at a path of keys. */
function published(...path: string[]): Record<string, OptionSchema> {
  return path.reduce<any>((part, key) => part[key], jsonSchema());
}
const model = ['properties', 'models', 'additionalProperties', 'properties'];
const withoutNx = ({ 'x-prompt': _prompt, default: _default, ...rest }: OptionSchema) => rest;

describe('options of the generators', () => {
  it('are those of every generator that Nx finds', () => {
    const { generators } = JSON.parse(
      readFileSync(join(__dirname, '../generators.json'), 'utf8'),
    ) as { generators: Record<string, unknown> };
    expect(Object.keys(options).sort()).toEqual(
      Object.keys(generators)
        .filter((name) => name !== 'sync')
        .sort(),
    );
  });

  it.each([
    ['endpoint', [...model, 'endpoint', 'properties'], Object.keys(endpointSchema.shape)],
    [
      'environment',
      ['properties', 'environments', 'additionalProperties', 'properties'],
      Object.keys(environmentSchema.shape),
    ],
    ['model', model, ['flavour']],
    ['model', [...model, 'data', 'properties'], ['target']],
  ])('%s: what wa-ml.json accepts at %j', (generator, path, fields) => {
    const schema = published(...path);
    for (const field of fields)
      expect(withoutNx(options[generator]!.properties[field]!), field).toEqual(schema[field]);
  });

  it('name models and environments as wa-ml.json does', () => {
    const names = (generator: string, option: string, part: 'models' | 'environments') => {
      const { pattern, maxLength } = options[generator]!.properties[option]!;
      const key = published('properties', part)['propertyNames']!;
      expect({ pattern, maxLength }, `${generator} ${option}`).toEqual({
        pattern: key.pattern,
        maxLength: key.maxLength,
      });
    };
    for (const generator of ['model', 'endpoint', 'remove-model', 'rename-model'])
      names(generator, 'name', 'models');
    names('rename-model', 'to', 'models');
    names('endpoint', 'environment', 'environments');
    names('environment', 'name', 'environments');
    names('environment', 'after', 'environments');
    expect(published('properties', 'models')['propertyNames']!.maxLength).toBe(
      limits.namePart.maxLength,
    );
  });

  it('are asked for where they are required, with the choices of wa-ml.json', () => {
    for (const [generator, { properties, required }] of Object.entries(options))
      for (const name of required)
        expect(properties[name]!['x-prompt'], `${generator} ${name}`).toMatch(/\?$/);
    expect(options['environment']!.properties['tier']!.enum).toEqual([...tiers]);
    expect(options['model']!.properties['flavour']!.enum).toEqual([...flavours]);
    expect(options['remove-model']!.properties['yes']!['x-prompt']).toMatch(/delete.*\?$/);
  });

  it.each(Object.keys(options))('%s: shipped as they are', (generator) => {
    const shipped = join(__dirname, `../schemas/${generator}.json`);
    if (existsSync(shipped))
      expect(JSON.parse(readFileSync(shipped, 'utf8'))).toEqual(options[generator]);
  });
});
