import { markerLine, sidesOf, WaMlError } from '@wa-ml/config';
import type { Disk } from './action';
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
  /** Our last render on the branch that Git merges into this one, where that is another; never written. */
  readonly merging?: string;
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

/** Git merged two branches, and both wrote the same lines. The next run takes what both say. */
export class MergedManifestError extends ManifestError {
  constructor() {
    super(
      'Git merged two branches and left its markers in it.',
      'Run npx projen: it takes what both say.',
    );
  }
}

/**
 * The version that is written. 1 had neither ejected nor executable files, 2 no release; both are read all the same.
 * A release that knows less must not bring the repository in step with itself: it stops at the version.
 */
const version = 3;

/** @throws ManifestError; MergedManifestError for a file with merge markers, which `parseMergedManifest` reads. */
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
    return JSON.parse(text.replace(/^\uFEFF/, '')); // an editor on Windows may have put it there
  } catch (error) {
    if (markerLine(text) !== undefined) throw new MergedManifestError();
    throw new ManifestError(`It is no JSON: ${(error as Error).message}.`);
  }
}

/**
 * What two branches wrote, for a manifest in which Git left its markers.
 * Of a file that both wrote, the render that lies on disk counts, and one that its people ejected is ejected.
 * @returns undefined for a text without markers.
 * @throws ManifestError where a side is none by itself.
 */
export function parseMergedManifest(
  text: string,
  disk: Pick<Disk, 'get' | 'has'>,
): Manifest | undefined {
  const sides = sidesOf(text);
  if (!sides) return undefined;
  const merged = new Map(parseManifest(sides.ours));
  for (const [path, theirs] of parseManifest(sides.theirs)) {
    const ours = merged.get(path);
    const chosen =
      ours &&
      (ours.owner === 'ejected' ||
        (theirs.owner !== 'ejected' && disk.get(path)?.id !== theirs.id));
    const [entry, other] = chosen ? [ours, theirs] : [theirs, ours];
    merged.set(path, other && other.id !== entry.id ? { ...entry, merging: other.id } : entry);
  }
  return merged;
}

/** An entry from its line. @throws ManifestError */
export function parseEntry(path: string, text: string): ManifestEntry {
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

/** The text of an entry, as `parseEntry` reads it. */
export function formatEntry({ owner, id, executable }: ManifestEntry): string {
  return `${owner} ${id}${executable ? ' executable' : ''}`;
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
  // Where Git left both branches' lines the older one counts: a migration changes nothing twice.
  const [found = firstRelease] = [...text.matchAll(/^ {2}"release": "(\d+\.\d+\.\d+)",$/gm)]
    .map(([, release]) => release!)
    .sort(compareReleases);
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
    .map(([path, entry]) => `    ${JSON.stringify(path)}: "${formatEntry(entry)}"`);
  return `{\n  "version": ${version},\n  "release": "${release}",\n  "files": {\n${lines.join(',\n')}\n  }\n}\n`;
}
