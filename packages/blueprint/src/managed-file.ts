import { markerLine } from '@wa-ml/config';
import type { Action, DiskFile } from './action';
import { contentId } from './content';
import type { ManifestEntry } from './manifest';
import { merge } from './merge';
import type { PlannedFile } from './planned-file';

/** What becomes of one planned file. */
export interface Outcome {
  readonly action: Action;
  /** Its line of the manifest afterwards; undefined for none. */
  readonly entry?: ManifestEntry | undefined;
  /** The render to keep in `.wa-ml/base/`; null for none, undefined to leave what is there. */
  readonly base?: string | null;
}

/** The line of the manifest for our render of a file. */
export function entryOf({ owner, content, executable }: PlannedFile): ManifestEntry {
  return { owner, id: contentId(content), ...(executable ? { executable: true } : {}) };
}

/** A file of ours, against what we wrote last and what is there. */
export function managedFile(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
  base: string | undefined,
): Outcome {
  const outcome = byContent(file, entry, onDisk, base);
  const decided = outcome.entry !== entry;
  return entry && onDisk && decided ? withExecutableBit(outcome, file, entry, onDisk) : outcome;
}

function byContent(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
  base: string | undefined,
): Outcome {
  const { path, content } = file;
  const current = entryOf(file);
  const { id } = current;
  const kept = typeof content === 'string' ? content : null;

  if (!entry) {
    if (!onDisk) return created(file, 'new');
    return onDisk.id === id
      ? { action: { kind: 'unchanged', path, why: 'the same file was there' }, entry: current }
      : { action: { kind: 'occupied', path, why: 'a file that is not ours stands here' } };
  }
  if (!onDisk)
    return { action: { kind: 'deleted', path, why: 'you deleted it' }, entry, base: null };
  if (onDisk.torn) {
    const why = 'Git merged two versions of ours and left its markers';
    return { action: { kind: 'update', path, why, content }, entry: current, base: null };
  }
  if (onDisk.id === id)
    return { action: { kind: 'unchanged', path, why: 'in step' }, entry: current, base: null };
  if (onDisk.id === entry.id) {
    const why = 'our template or your configuration changed';
    return { action: { kind: 'update', path, why, content }, entry: current, base: null };
  }
  if (entry.id === id)
    return { action: { kind: 'keep', path, why: 'you edited it' }, entry: current, base: kept };
  return merged(file, entry, onDisk, base);
}

/** Both changed it. */
function merged(
  { path, content, ...rest }: PlannedFile,
  entry: ManifestEntry,
  onDisk: DiskFile,
  base: string | undefined,
): Outcome {
  if (typeof content !== 'string' || onDisk.text === undefined) {
    const why = 'you changed it and so did we, and it is no text that could be merged';
    return { action: { kind: 'conflict', path, why }, entry };
  }
  if (markerLine(onDisk.text) !== undefined) {
    const why = 'Git left the markers of a merge in it: solve it as any other, then run this again';
    return { action: { kind: 'conflict', path, why }, entry };
  }
  if (base === undefined) {
    const why = 'you edited it and we changed it, but Git no longer has our last version';
    return { action: { kind: 'no-base', path, why }, entry };
  }
  const text = merge(path, base, content, onDisk.text);
  if (text === undefined) {
    const why = 'you edited the lines that we changed: it is left as you have it';
    return { action: { kind: 'conflict', path, why }, entry, base };
  }
  const current = entryOf({ path, content, ...rest });
  return {
    action:
      text === onDisk.text
        ? { kind: 'keep', path, why: 'you edited it, and our change is already in it' }
        : {
            kind: 'merge',
            path,
            why: 'you edited it, and our change fits beside yours',
            content: text,
          },
    entry: current,
    base: contentId(text) === current.id ? null : content,
  };
}

/** A file that is not there yet, written. */
export function created(file: PlannedFile, why: string): Outcome {
  const { path, content, executable } = file;
  return {
    action: { kind: 'create', path, why, content, ...(executable ? { executable } : {}) },
    entry: entryOf(file),
  };
}

/**
 * The bit is merged like the text: our change of it is made, the people's is kept.
 * Where neither we want it nor did, it is not looked at: some file systems show every file as executable.
 */
function withExecutableBit(
  outcome: Outcome,
  { path, executable = false }: PlannedFile,
  { executable: before = false }: ManifestEntry,
  onDisk: DiskFile,
): Outcome {
  const { action, entry } = outcome;
  if (onDisk.executable === undefined) {
    // Nothing can be set here, so that the next machine shall still see our change.
    const { executable: _, ...rest } = entry!;
    return { ...outcome, entry: before ? { ...rest, executable: true } : rest };
  }
  if (executable !== before && onDisk.executable !== executable) {
    const idle = action.kind === 'unchanged' || action.kind === 'keep';
    const why = executable ? 'it is a program now' : 'it is no program any more';
    return {
      ...outcome,
      action: { ...action, executable, ...(idle ? { kind: 'update', path, why } : {}) },
    };
  }
  if (executable && !onDisk.executable && action.kind === 'unchanged') {
    const why = 'you took its executable bit away';
    return { ...outcome, action: { kind: 'keep', path, why } };
  }
  return outcome;
}
