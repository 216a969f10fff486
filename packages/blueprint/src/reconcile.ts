import type { Action, Bases, Disk, DiskFile, Reconciliation } from './action';
import { contentId } from './content';
import { managedFile, type Outcome } from './managed-file';
import type { Manifest, ManifestEntry } from './manifest';
import { originsOf, type Moves, type Origin } from './moves';
import type { PlannedFile } from './planned-file';
import { renamedSeededFile, seededFile } from './seeded-file';

/** The last render of a file that both changed. */
export interface WantedBase {
  /** The path it is kept under in `.wa-ml/base/`: the old one of a file that moves. */
  readonly path: string;
  /** Its blob id. */
  readonly id: string;
  /**
   * Our render of now. If that is what is kept, a run was killed after it had merged:
   * bases are written after files, and the manifest last.
   */
  readonly next: string;
}

/** The paths whose last render is needed to merge. */
export function wantedBases(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
  moves?: Moves,
): Map<string, WantedBase> {
  const wanted = new Map<string, WantedBase>();
  const origins = originsOf(plan, manifest, moves);
  for (const file of plan) {
    const origin = origins.get(file.path);
    const at = origin?.path ?? file.path;
    const entry = manifest.get(at);
    const onDisk = disk.get(at) ?? disk.get(file.path);
    if (file.owner !== 'managed' || entry?.owner !== 'managed') continue;
    if (!onDisk || onDisk.id === entry.id) continue;
    if (typeof file.content !== 'string' || onDisk.text === undefined) continue;
    const next = contentId(file.content);
    if (next !== entry.id && next !== onDisk.id)
      wanted.set(file.path, { path: at, id: entry.id, next });
  }
  return wanted;
}

/**
 * Compares what should be there, what we wrote last, and what is there. Pure.
 * Nothing that a person wrote is ever overwritten or deleted.
 * @param moves files that are renamed now; those that a release moved are found in the plan.
 */
export function reconcile(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
  bases: Bases,
  moves?: Moves,
): Reconciliation {
  const actions: Action[] = [];
  const next = new Map<string, ManifestEntry>();
  const keptBases = new Map<string, string | null>();
  const seen = new Set<string>();
  const origins = originsOf(plan, manifest, moves);

  for (const file of plan) {
    const { path } = file;
    const origin = origins.get(path);
    const known = origin ? manifest.get(origin.path) : manifest.get(path);
    seen.add(path);
    if (origin) seen.add(origin.path);
    if (origin && known && disk.has(origin.path) && disk.has(path)) {
      const why = `a file that is not ours stands where ${origin.path} shall move to`;
      actions.push({ kind: 'occupied', path, why });
      next.set(origin.path, known);
      continue;
    }
    const { action, entry, base } =
      origin && known
        ? moved(file, origin, known, disk, bases.get(path))
        : outcomeOf(file, known, disk.get(path), bases.get(path));
    actions.push(action);
    if (entry) next.set(path, entry);
    if (origin) keptBases.set(origin.path, null);
    if (base !== undefined) keptBases.set(path, base);
  }
  for (const [path, entry] of manifest) {
    if (seen.has(path)) continue;
    const onDisk = disk.get(path);
    keptBases.set(path, null);
    if (onDisk) actions.push(noLongerPlanned(path, entry, onDisk));
  }
  return { actions, manifest: next, bases: keptBases };
}

function outcomeOf(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
  base: string | undefined,
): Outcome {
  if (entry?.owner === 'ejected') {
    const why = 'you ejected it: it is yours';
    return { action: { kind: 'ejected', path: file.path, why }, entry, base: null };
  }
  return file.owner === 'seeded'
    ? seededFile(file, entry, onDisk)
    : managedFile(file, entry, onDisk, base);
}

/** A file that moves takes along whatever people wrote into it, and is then looked at like any other. */
function moved(
  file: PlannedFile,
  { path: from, move }: Origin,
  entry: ManifestEntry,
  disk: Disk,
  base: string | undefined,
): Outcome {
  const { path } = file;
  if (entry.owner === 'ejected' && !move) {
    const why = `you ejected ${from}, which is here now`;
    return { action: { kind: 'ejected', path, why }, entry, base: null };
  }
  const atOldPlace = disk.get(from);
  // Already at its new place: a run was killed, or the people moved it themselves.
  const onDisk = atOldPlace ?? disk.get(path);
  const outcome =
    move && file.owner === 'seeded' && entry.owner !== 'ejected' && onDisk
      ? renamedSeededFile(file, entry, onDisk, move.before)
      : outcomeOf(file, entry, onDisk, base);
  if (!atOldPlace) return outcome;
  const { action } = outcome;
  const reported = action.kind === 'conflict' || action.kind === 'no-base';
  return {
    ...outcome,
    action: {
      ...action,
      from,
      kind: reported ? action.kind : 'move',
      why: `it was ${from}${action.kind === 'unchanged' ? '' : `; ${action.why}`}`,
    },
  };
}

function noLongerPlanned(path: string, entry: ManifestEntry, onDisk: DiskFile): Action {
  if (entry.owner !== 'ejected' && onDisk.id === entry.id) {
    const why = 'the configuration no longer has it, and nobody edited it';
    return { kind: 'delete', path, why };
  }
  const because = entry.owner === 'ejected' ? 'you ejected it' : 'somebody edited it';
  const why = `the configuration no longer has it, but ${because}: it is yours now`;
  return { kind: 'orphan', path, why };
}
