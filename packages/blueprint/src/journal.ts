import { changesDisk, type Disk, type Reconciliation } from './action';
import { blobId } from './blob-id';
import { contentId } from './content';
import { formatEntry, parseEntry, type Manifest, type ManifestEntry } from './manifest';

/** Begins like the lock, so that Git ignores it in repositories of every release. */
export const journalPath = '.wa-ml/lock.journal';

/** One change that a run is going to make. */
interface Step {
  readonly path: string;
  /** Where the file was before. */
  readonly from?: string;
  readonly deleted?: true;
  /** Blob id of what is written, which is not our render where that was merged. */
  readonly written?: string;
  /** The line of the manifest for it. */
  readonly entry?: string;
  /** Our render, where it is kept to merge from. */
  readonly base?: string;
}

/**
 * What a run is going to do, put down before its first change: the manifest is written last, so that without this
 * the next release would take what a run wrote that was stopped half-way for what people wrote.
 */
export interface Journal {
  /** Blob id of the manifest that the run found; with any other one the journal says nothing. */
  readonly manifest: string;
  readonly steps: readonly Step[];
}

/** What is known of our own writes: the manifest, and what `.wa-ml/base/` lacks (text) or has no more use for (null). */
export type Known = Pick<Reconciliation, 'manifest' | 'bases'>;

/** @param manifestText the manifest as it is on disk; undefined for none. */
export function formatJournal(
  { actions, manifest, bases }: Reconciliation,
  manifestText = '',
): string {
  const steps = actions.filter(changesDisk).map(({ kind, path, from, content }): Step => {
    if (kind === 'delete') return { path, deleted: true };
    const entry = manifest.get(path);
    const base = bases.get(path);
    return {
      path,
      ...(from === undefined ? {} : { from }),
      ...(content === undefined || !entry
        ? {}
        : { written: contentId(content), entry: formatEntry(entry) }),
      ...(typeof base === 'string' ? { base } : {}),
    };
  });
  return `${JSON.stringify({ manifest: blobId(manifestText), steps } satisfies Journal)}\n`;
}

/** @returns undefined for a text that is no journal of a run that found this manifest: whatever it says is over. */
export function parseJournal(text: string, manifestText = ''): Journal | undefined {
  try {
    const journal = JSON.parse(text) as Journal;
    const { manifest, steps } = journal;
    const sound = steps.every(
      ({ path, from = '', written = '', base = '', entry }) =>
        [path, from, written, base].every((one) => typeof one === 'string') &&
        (entry === undefined || parseEntry(path, entry)),
    );
    return sound && manifest === blobId(manifestText) ? journal : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What we know after a run was stopped: of each of its changes that the disk shows, what it would have put down at its end.
 * Pure. What people changed since then is no change of the run.
 */
export function resume(
  { steps }: Journal,
  manifest: Manifest,
  disk: Pick<Disk, 'get' | 'has'>,
): Known {
  const known = new Map(manifest);
  const bases = new Map<string, string | null>();
  const learn = (path: string, entry: ManifestEntry, base: string | undefined): void => {
    known.set(path, entry);
    if (base !== undefined && blobId(base) === entry.id) bases.set(path, base);
  };
  for (const { path, from, deleted, written, entry, base } of steps) {
    const onDisk = disk.get(path);
    if (!onDisk) {
      if (deleted) known.delete(path);
      continue;
    }
    const before = from === undefined ? undefined : known.get(from);
    if (from !== undefined && before && !disk.has(from)) {
      known.delete(from);
      bases.set(from, null);
      learn(path, before, base);
    }
    if (written === onDisk.id && entry !== undefined) learn(path, parseEntry(path, entry), base);
  }
  return { manifest: known, bases };
}
