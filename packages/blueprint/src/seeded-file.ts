import type { DiskFile } from './action';
import { created, entryOf, managedFile, type Outcome } from './managed-file';
import type { ManifestEntry } from './manifest';
import type { PlannedFile } from './planned-file';

/** A file that is written once. From then on it belongs to the people, whatever they make of it. */
export function seededFile(
  file: PlannedFile,
  entry: ManifestEntry | undefined,
  onDisk: DiskFile | undefined,
): Outcome {
  const { path } = file;
  if (entry) {
    const why = 'seeded once; it is yours';
    return { action: { kind: 'unchanged', path, why }, entry: { ...entry, owner: 'seeded' } };
  }
  if (onDisk) {
    // Remembered all the same: if they delete it, it is not brought back.
    const why = 'it was there before; it is yours';
    return { action: { kind: 'unchanged', path, why }, entry: entryOf(file) };
  }
  return created(file, 'seeded: from now on it is yours');
}

/**
 * A seeded file whose model is renamed: the new name is written into it as into a file of ours, where that fits.
 * Where it does not, it moves as its people have it.
 */
export function renamedSeededFile(
  file: PlannedFile,
  entry: ManifestEntry,
  onDisk: DiskFile,
  base: string | undefined,
): Outcome {
  const { action, entry: after } = managedFile(file, entry, onDisk, base);
  const written = action.content !== undefined || action.kind === 'unchanged';
  return {
    action: written
      ? action
      : { kind: 'unchanged', path: file.path, why: 'seeded once; it is yours' },
    entry: written && after ? { ...after, owner: 'seeded' } : { ...entry, owner: 'seeded' },
  };
}
