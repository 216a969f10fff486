import type { Configuration } from '../schema';

/**
 * Where a setting of a model was written: in the environment's override if it stands there, else on the model.
 * A problem should point at the line that somebody can change.
 */
export function writtenAt(
  written: Configuration,
  model: string,
  environment: string,
  group: 'training' | 'endpoint',
  field: string,
): readonly string[] {
  const override: Record<string, unknown> | undefined =
    written.models[model]?.environments?.[environment]?.[group];
  return override !== undefined && field in override
    ? ['models', model, 'environments', environment, group, field]
    : ['models', model, group, field];
}
