import { blobId } from './blob-id';
import type { Manifest, ManifestEntry } from './manifest';
import { merge } from './merge';
import type { PlannedFile } from './planned-file';

/** A file as it lies in the working copy. */
export interface DiskFile {
  /** Git blob id over LF-normalised bytes. */
  readonly id: string;
  /** Its text with LF line ends; undefined where the bytes are no UTF-8, so that nothing is ever merged into them. */
  readonly text: string | undefined;
}

/** What is on disk: only the paths that the plan or the manifest names; an absent file has no entry. */
export type Disk = ReadonlyMap<string, DiskFile>;

/** Our last renders of edited files, as far as they could be found: path -> text. */
export type Bases = ReadonlyMap<string, string>;

export type ActionKind =
  | 'create' // not there: written
  | 'update' // ours and unedited: written anew
  | 'merge' // edited, and our change fits: merged
  | 'keep' // edited, and we have nothing new: left alone
  | 'conflict' // edited, and our change does not fit: left alone and reported
  | 'no-base' // edited, and our last render is not to be had: left alone and reported
  | 'occupied' // somebody else's file stands where we would write: left alone and reported
  | 'deleted' // the people deleted it: not brought back
  | 'delete' // no longer planned and unedited: deleted
  | 'orphan' // no longer planned and edited: left to the people
  | 'unchanged';

/** What happens to one path. */
export interface Action {
  readonly kind: ActionKind;
  readonly path: string;
  /** Why, in one clause. */
  readonly why: string;
  /** What to write (LF); only for create, update and merge. */
  readonly content?: string;
}

/** Everything that a writer has to do; applying it and reconciling again gives no action. */
export interface Reconciliation {
  readonly actions: readonly Action[];
  /** The manifest afterwards. */
  readonly manifest: Manifest;
  /** Renders to keep in `.wa-ml/base/` (text), or to take out of it (null); paths without a change are left out. */
  readonly bases: ReadonlyMap<string, string | null>;
}

/** The paths whose last render is needed to merge, with its blob id. */
export function wantedBases(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const file of plan) {
    const entry = manifest.get(file.path);
    const onDisk = disk.get(file.path);
    if (file.owner !== 'managed' || entry?.owner !== 'managed' || !onDisk || onDisk.id === entry.id)
      continue;
    if (blobId(file.content) !== entry.id) wanted.set(file.path, entry.id);
  }
  return wanted;
}

/**
 * Compares what should be there, what we wrote last, and what is there. Pure.
 * Nothing that a person wrote is ever overwritten or deleted.
 */
export function reconcile(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
  bases: Bases,
): Reconciliation {
  const actions: Action[] = [];
  const next = new Map<string, ManifestEntry>();
  const keptBases = new Map<string, string | null>();
  const planned = new Set<string>();

  for (const file of plan) {
    planned.add(file.path);
    const outcome =
      file.owner === 'seeded'
        ? seeded(file, manifest.get(file.path), disk.get(file.path))
        : managed(file, manifest.get(file.path), disk.get(file.path), bases.get(file.path));
    actions.push(outcome.action);
    if (outcome.entry) next.set(file.path, outcome.entry);
    if (outcome.base !== undefined) keptBases.set(file.path, outcome.base);
  }
  for (const [path, entry] of manifest) {
    if (planned.has(path)) continue;
    const onDisk = disk.get(path);
    keptBases.set(path, null);
    if (!onDisk) continue;
    actions.push(
      onDisk.id === entry.id
        ? { kind: 'delete', path, why: 'the configuration no longer has it, and nobody edited it' }
        : {
            kind: 'orphan',
            path,
            why: 'the configuration no longer has it, but somebody edited it: it is yours now',
          },
    );
  }
  return { actions, manifest: next, bases: keptBases };
}

interface Outcome {
  readonly action: Action;
  readonly entry?: ManifestEntry | undefined;
  readonly base?: string | null;
}

function seeded(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
): Outcome {
  const { path, content } = file;
  if (entry) {
    // Handed over: from now on it belongs to the people, whatever they make of it.
    return {
      action: { kind: 'unchanged', path, why: 'seeded once; it is yours' },
      entry: { ...entry, owner: 'seeded' },
    };
  }
  if (onDisk)
    return {
      action: { kind: 'unchanged', path, why: 'it was there before; it is yours' },
      // As we would write it: a run wrote it and was killed before it could say so.
      entry: onDisk.id === blobId(content) ? { owner: 'seeded', id: onDisk.id } : undefined,
    };
  return {
    action: { kind: 'create', path, why: 'seeded: from now on it is yours', content },
    entry: { owner: 'seeded', id: blobId(content) },
  };
}

function managed(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
  base: string | undefined,
): Outcome {
  const { path, content } = file;
  const id = blobId(content);
  const current: ManifestEntry = { owner: 'managed', id };

  if (!entry) {
    if (!onDisk) return { action: { kind: 'create', path, why: 'new', content }, entry: current };
    if (onDisk.id === id)
      return {
        action: { kind: 'unchanged', path, why: 'the same file was there' },
        entry: current,
      };
    return {
      action: {
        kind: 'occupied',
        path,
        why: 'a file that is not ours stands here; move it away to get ours',
      },
    };
  }
  if (!onDisk)
    return { action: { kind: 'deleted', path, why: 'you deleted it' }, entry, base: null };
  if (onDisk.id === id)
    return { action: { kind: 'unchanged', path, why: 'in step' }, entry: current, base: null };
  if (onDisk.id === entry.id) {
    return {
      action: { kind: 'update', path, why: 'our template or your configuration changed', content },
      entry: current,
      base: null,
    };
  }
  if (entry.id === id) {
    return { action: { kind: 'keep', path, why: 'you edited it' }, entry: current, base: content };
  }
  if (base === undefined) {
    return {
      action: {
        kind: 'no-base',
        path,
        why: 'you edited it and we changed it, but Git no longer has our last version: run `git fetch --unshallow`, then this again',
      },
      entry,
    };
  }
  const merged = onDisk.text === undefined ? undefined : merge(path, base, content, onDisk.text);
  if (merged === undefined) {
    return {
      action: {
        kind: 'conflict',
        path,
        why: 'you edited the lines that we changed: it is left as you have it',
      },
      entry,
      base,
    };
  }
  return {
    action:
      merged === onDisk.text
        ? { kind: 'keep', path, why: 'you edited it, and our change is already in it' }
        : {
            kind: 'merge',
            path,
            why: 'you edited it, and our change fits beside yours',
            content: merged,
          },
    entry: current,
    base: blobId(merged) === id ? null : content,
  };
}
