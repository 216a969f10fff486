import { InputError } from '@wa-ml/config';

/**
 * The text of releases/<environment>.json without a model's entry.
 * It is not read by `@wa-ml/ops`, which would load the AWS SDK into every generator.
 * @returns undefined where it has none.
 * @throws InputError where the text is no JSON object.
 */
export function withoutRelease(text: string, path: string, model: string): string | undefined {
  const releases = parse(text);
  if (releases === undefined) {
    throw new InputError({
      code: 'RELEASES_INVALID',
      what: `${path} cannot be read.`,
      why: 'It is no JSON object.',
      next: `Restore it: git checkout HEAD -- ${path}`,
    });
  }
  if (!Object.hasOwn(releases, model)) return undefined;
  const { [model]: _gone, ...rest } = releases;
  return `${JSON.stringify(rest, undefined, 2)}\n`;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
