import type { DiskFile } from './action';
import { contentId } from './content';
import { created, entryOf, type Outcome } from './managed-file';
import type { ManifestEntry } from './manifest';
import { merge } from './merge';
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
 * A seeded file whose model is renamed: the new name is written into it, and nothing else, where that fits.
 * Where it does not, it moves as its people have it.
 * @param before our render with the old name, by the templates of now.
 */
export function renamedSeededFile(
  { path, content }: PlannedFile,
  entry: ManifestEntry,
  onDisk: DiskFile,
  before: string | undefined,
): Outcome {
  const text =
    before === undefined || typeof content !== 'string' || onDisk.text === undefined
      ? undefined
      : merge(path, before, content, onDisk.text);
  if (text === undefined || text === onDisk.text) {
    const why = 'seeded once; it is yours';
    return { action: { kind: 'unchanged', path, why }, entry: { ...entry, owner: 'seeded' } };
  }
  return {
    action: { kind: 'merge', path, why: 'it has the new name', content: text },
    // What nobody had edited still counts as unedited.
    entry: {
      ...entry,
      owner: 'seeded',
      id: onDisk.id === entry.id ? contentId(text) : entry.id,
    },
  };
}
