import {
  blobId,
  diskFileOf,
  reconcile,
  type DiskFile,
  type Manifest,
  type ManifestEntry,
  type Moves,
  type PlannedFile,
} from '@wa-ml/blueprint';

export const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');
export const onDisk = (text: string, executable = false): DiskFile =>
  diskFileOf(Buffer.from(text), executable);
export const manifestOf = (
  path: string,
  content: string,
  more: Partial<ManifestEntry> = {},
): Manifest => new Map([[path, { owner: 'managed', id: blobId(content), ...more }]]);

/** Five lines, our change of the first, the people's change of the last, and both. */
export const v1 = lines('one', 'two', 'three', 'four', 'five');
export const v2 = lines('ONE', 'two', 'three', 'four', 'five');
export const edited = lines('one', 'two', 'three', 'four', 'FIVE');
export const both = lines('ONE', 'two', 'three', 'four', 'FIVE');

/** Reconciles a few paths. */
export function run(options: {
  plan: readonly PlannedFile[];
  manifest?: Manifest;
  disk?: Readonly<Record<string, DiskFile>>;
  bases?: Readonly<Record<string, string>>;
  moves?: Moves;
}) {
  const { plan, manifest = new Map(), disk = {}, bases = {}, moves } = options;
  return reconcile(
    plan,
    manifest,
    new Map(Object.entries(disk)),
    new Map(Object.entries(bases)),
    moves,
  );
}
