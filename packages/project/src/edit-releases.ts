import { formatReleases, parseReleases } from '@wa-ml/ops';

/**
 * The text of releases/<environment>.json without a model's entry.
 * @returns undefined where it has none.
 * @throws ReleasesError
 */
export function withoutRelease(text: string, path: string, model: string): string | undefined {
  const releases = parseReleases(text, path);
  if (!Object.hasOwn(releases, model)) return undefined;
  const { [model]: _gone, ...rest } = releases;
  return formatReleases(rest);
}
