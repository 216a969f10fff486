import { limits, type PropertySchema } from '@wa-ml/config';

/** One option of a generator, with what Nx adds: where it is read from and what is asked for it. */
export interface OptionSchema extends PropertySchema {
  readonly maxLength?: number;
  readonly default?: string | boolean;
  readonly $default?: { readonly $source: 'argv'; readonly index: number };
  readonly 'x-prompt'?: string;
  readonly 'x-dropdown'?: 'projects';
}

/** JSON Schema of a generator's options, as Nx reads it from schemas/<generator>.json. */
export interface OptionsSchema {
  readonly $schema: string;
  readonly $id: string;
  readonly title: string;
  readonly type: 'object';
  readonly examples: readonly { readonly command: string; readonly description: string }[];
  readonly properties: Readonly<Record<string, OptionSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

export function optionsSchema(parts: {
  readonly id: string;
  readonly title: string;
  /** Command -> what it does. */
  readonly examples: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, OptionSchema>>;
  readonly required: readonly string[];
}): OptionsSchema {
  return {
    $schema: 'https://json-schema.org/schema',
    $id: `WaMl${parts.id}`,
    title: parts.title,
    type: 'object',
    examples: Object.entries(parts.examples).map(([command, description]) => ({
      command,
      description,
    })),
    properties: parts.properties,
    required: parts.required,
    additionalProperties: false,
  };
}

/** The option that names a model that is to be; the first argument unless `index` says otherwise. */
export function modelName(prompt: string, index = 0): OptionSchema {
  return {
    type: 'string',
    description:
      'Name of the model: lower-case letters, digits and single hyphens, a letter first.',
    pattern: limits.namePart.pattern.source,
    maxLength: limits.namePart.maxLength,
    $default: { $source: 'argv', index },
    'x-prompt': prompt,
  };
}

/** The option that names a model that is there: the first argument, or a choice. */
export function existingModel(prompt: string): OptionSchema {
  return { ...modelName(prompt), description: 'Name of the model.', 'x-dropdown': 'projects' };
}

/** The option that names an environment. */
export function environmentName(description: string): OptionSchema {
  return {
    type: 'string',
    description,
    pattern: limits.environmentName.pattern.source,
    maxLength: limits.environmentName.maxLength,
  };
}
