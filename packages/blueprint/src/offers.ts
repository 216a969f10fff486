import type { Bases, Disk } from './action';
import { contentId } from './content';
import { entryOf, managedFile } from './managed-file';
import type { Manifest, ManifestEntry } from './manifest';
import type { PlannedFile } from './planned-file';
import type { WantedBase } from './reconcile';

/** What a new template would change in a file that was seeded from an older one. */
export interface Offer {
  readonly path: string;
  /**
   * `update`: nobody edited the file; `merge`: the change fits beside what people wrote;
   * `keep`: it is in the file already; `conflict` and `no-base`: people have to look themselves.
   */
  readonly kind: 'update' | 'merge' | 'keep' | 'conflict' | 'no-base';
  /** Why, in one clause. */
  readonly why: string;
  /** The whole file with the change in it, where it can be taken. */
  readonly content?: string;
  /** The file as it was seeded, where that had to be looked up. */
  readonly seed?: string;
  /** What the manifest says, and what is kept in `.wa-ml/base/` (null: nothing), once it is taken. */
  readonly entry: ManifestEntry;
  readonly base: string | null;
}

const reasons: Readonly<Record<Offer['kind'], string>> = {
  update: 'nobody edited it',
  merge: 'you edited it, and the change fits beside yours',
  keep: 'the change is in it already',
  conflict: 'you edited the lines that it changes',
  'no-base': 'Git no longer has it as it was seeded',
};

/** Seeded files whose template now gives something else, with what is known about each. */
function changedSeeds(
  plan: readonly PlannedFile[],
  manifest: Manifest,
): { file: PlannedFile; entry: ManifestEntry }[] {
  return plan.flatMap((file) => {
    const entry = manifest.get(file.path);
    if (file.owner !== 'seeded' || entry?.owner !== 'seeded' || file.fromData) return [];
    return contentId(file.content) === entry.id ? [] : [{ file, entry }];
  });
}

/** The seeded files whose first render is needed to see what an offer would be. */
export function wantedSeeds(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
): Map<string, WantedBase> {
  return new Map(
    changedSeeds(plan, manifest)
      .filter(({ file: { path }, entry }) => disk.has(path) && disk.get(path)!.id !== entry.id)
      .map(({ file: { path, content }, entry }) => [
        path,
        { path, id: entry.id, next: contentId(content) },
      ]),
  );
}

/**
 * What our new templates would change in seeded files. They belong to the people, so that nothing is done with it
 * unless they say so; a file that they deleted is offered nothing. Pure.
 * @param bases the seeds that `wantedSeeds` asks for, as far as they could be found.
 */
export function offersOf(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  disk: Disk,
  bases: Bases,
): Offer[] {
  return changedSeeds(plan, manifest).flatMap(({ file, entry }): Offer[] => {
    const { path, content } = file;
    const onDisk = disk.get(path);
    if (!onDisk || typeof content !== 'string') return [];
    const { action, base } = managedFile(file, entry, onDisk, bases.get(path));
    const kind = offered(action.kind);
    return [
      {
        path,
        kind,
        why: reasons[kind],
        entry: entryOf(file),
        base: base ?? null,
        ...(typeof action.content === 'string' ? { content: action.content } : {}),
        ...(bases.has(path) ? { seed: bases.get(path)! } : {}),
      },
    ];
  });
}

function offered(kind: string): Offer['kind'] {
  if (kind === 'update' || kind === 'merge' || kind === 'conflict' || kind === 'no-base')
    return kind;
  return 'keep';
}
