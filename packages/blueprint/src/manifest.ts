import { WaMlError } from '@wa-ml/config';
import type { Owner } from './planned-file';
import { compareReleases } from './release';
import { versions } from './versions';

/** What we know about a file that we wrote. */
export interface ManifestEntry {
  /** `ejected`: we planned it once, and its people took it over. */
  readonly owner: Owner | 'ejected';
  /** Git blob id of our last render (not of the file, which may be edited or merged). */
  readonly id: string;
  /** Whether our last render was executable. @default false */
  readonly executable?: boolean;
}

/** Path -> what we last wrote there. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

export const manifestPath = '.wa-ml/manifest.json';

export class ManifestError extends WaMlError {
  constructor(why: string, next = `Restore it: git checkout HEAD -- ${manifestPath}`) {
    super({
      code: 'MANIFEST_INVALID',
      what: `${manifestPath} cannot be read.`,
      why,
      next,
    });
  }
}

/**
 * The version that is written. 1 had neither ejected nor executable files, 2 no release; both are read all the same.
 * A release that knows less must not bring the repository in step with itself: it stops at the version.
 */
const version = 3;

/** @throws ManifestError, e.g. for a file with merge markers. */
export function parseManifest(text: string): Manifest {
  const value = parseJson(text) as { version?: unknown; files?: unknown } | null;
  const written = value?.version;
  if (typeof written === 'number' && written > version)
    throw new ManifestError(
      `It is of version ${written}, which a newer release wrote; this one knows ${version}.`,
      'Install the release that package.json names: npm ci',
    );
  const files = value?.files;
  if (![1, 2, version].includes(written as number) || typeof files !== 'object' || files === null)
    throw new ManifestError(`It is of none of the versions 1 to ${version}.`);
  recordedRelease(text);
  return new Map(
    Object.entries(files).map(([path, entry]) => [path, parseEntry(path, String(entry))]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/^<{7} /m.test(text))
      throw new ManifestError(`It is no JSON: ${(error as Error).message}.`);
    throw new ManifestError(
      'Git merged two branches and left its markers in it.',
      // Either side will do: what the other one wrote is on disk, and is recognised there.
      `Take one side, git checkout --ours -- ${manifestPath}, then run npx projen: it finds the rest.`,
    );
  }
}

function parseEntry(path: string, text: string): ManifestEntry {
  const [, owner, id, executable] =
    /^(managed|seeded|ejected) ([0-9a-f]{40})( executable)?$/.exec(text) ?? [];
  if (owner === undefined)
    throw new ManifestError(`The line of ${path} is not "<owner> <blob id>".`);
  return {
    owner: owner as ManifestEntry['owner'],
    id: id!,
    ...(executable === undefined ? {} : { executable: true }),
  };
}

/** The release that wrote manifests without a release in them. */
const firstRelease = '0.1.0';

/**
 * The release whose migrations a repository has had, as its manifest says.
 * @param text of the manifest; undefined in a repository that is being created: this release.
 * @throws ManifestError for one that is newer than this release.
 */
export function recordedRelease(text: string | undefined): string {
  if (text === undefined) return versions.waMl;
  const found = /^ {2}"release": "(\d+\.\d+\.\d+)",$/m.exec(text)?.[1] ?? firstRelease;
  if (compareReleases(found, versions.waMl) > 0)
    throw new ManifestError(
      `Release ${found} wrote it; this one is ${versions.waMl}.`,
      'Install the release that package.json names: npm ci',
    );
  return found;
}

/**
 * Sorted, one path a line, so that Git merges two branches' manifests line by line.
 * @param release the release whose migrations the repository has had; see `recordedRelease`.
 */
export function formatManifest(manifest: Manifest, release: string): string {
  const lines = [...manifest]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([path, { owner, id, executable }]) =>
        `    ${JSON.stringify(path)}: "${owner} ${id}${executable ? ' executable' : ''}"`,
    );
  return `{\n  "version": ${version},\n  "release": "${release}",\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`;
}
