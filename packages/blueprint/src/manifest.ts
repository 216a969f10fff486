import { WaMlError } from '@wa-ml/config';
import type { Owner } from './planned-file';

/** What we know about a file that we wrote. */
export interface ManifestEntry {
  readonly owner: Owner;
  /** Git blob id of our last render (not of the file, which may be edited or merged). */
  readonly id: string;
}

/** Path -> what we last wrote there. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

export const manifestPath = '.wa-ml/manifest.json';

export class ManifestError extends WaMlError {
  constructor(why: string) {
    super({
      code: 'MANIFEST_INVALID',
      what: `${manifestPath} cannot be read.`,
      why,
      next: `Restore it: git checkout HEAD -- ${manifestPath}`,
    });
  }
}

/** @throws ManifestError, e.g. for a file with merge markers. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ManifestError(`It is no JSON: ${(error as Error).message}.`);
  }
  const files = (value as { files?: unknown } | null)?.files;
  if (
    (value as { version?: unknown } | null)?.version !== 1 ||
    typeof files !== 'object' ||
    files === null
  ) {
    throw new ManifestError('It is not of version 1.');
  }
  return new Map(
    Object.entries(files).map(([path, entry]) => {
      const [owner, id] = String(entry).split(' ');
      if ((owner !== 'managed' && owner !== 'seeded') || !/^[0-9a-f]{40}$/.test(id ?? '')) {
        throw new ManifestError(`The line of ${path} is not "<owner> <blob id>".`);
      }
      return [path, { owner, id: id! }];
    }),
  );
}

/** Sorted, one path a line, so that Git merges two branches' manifests line by line. */
export function formatManifest(manifest: Manifest): string {
  const lines = [...manifest]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, { owner, id }]) => `    ${JSON.stringify(path)}: "${owner} ${id}"`);
  return `{\n  "version": 1,\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`;
}
