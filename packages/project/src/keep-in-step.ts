import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  blobId,
  caseVariants,
  changesDisk,
  formatJournal,
  formatManifest,
  journalPath,
  manifestPath,
  parseJournal,
  parseManifest,
  parseMergedManifest,
  recordedRelease,
  reconcile,
  resume,
  wantedBases,
  type Action,
  type Content,
  type Disk,
  type DiskFile,
  type Journal,
  type Known,
  type Manifest,
  type Moves,
  type PlannedFile,
  type Reconciliation,
  type WantedBase,
} from '@wa-ml/blueprint';
import { withLock } from './lock';
import { tornFiles } from './torn-files';
import {
  deleteFile,
  isSameFile,
  moveFile,
  readBlobs,
  readDiskFile,
  setExecutable,
  SymbolicLinkError,
  writeContent,
} from './working-copy';

/** Where the last render of an edited managed file lies. */
export const basePath = (path: string): string => `.wa-ml/base/${path}`;

/** The files of a repository, on disk or in an Nx tree. */
export interface Files {
  read(path: string): DiskFile | undefined;
  /** @param executable the bit to set; undefined leaves it as it is. */
  write(path: string, content: Content, executable?: boolean): void;
  setExecutable(path: string, executable: boolean): void;
  /** Moves a file with its bytes and its mode. */
  move(from: string, to: string): void;
  delete(path: string): void;
  /** Whether two paths that differ only in case are one file. */
  isSame(left: string, right: string): boolean;
  /** Runs something while nobody else writes. Left out where nothing reaches the disk before the end. */
  exclusively?<Result>(run: () => Result): Result;
}

/** Files on disk under a folder. */
export function filesOnDisk(root: string): Files {
  return {
    read: (path) => readDiskFile(root, path),
    write: (path, content, executable) => writeContent(root, path, content, executable),
    setExecutable: (path, executable) => setExecutable(root, path, executable),
    move: (from, to) => moveFile(root, from, to),
    delete: (path) => deleteFile(root, path),
    isSame: (left, right) => isSameFile(root, left, right),
    exclusively: (run) => withLock(root, run),
  };
}

/**
 * Brings a repository in step with a plan: the one way in which `create`, `projen` and the Nx generators write.
 * The manifest is written last, so that a run that was killed is healed by the next.
 * @param files where to read and write. Default: the folder `root`.
 * @param moves files that are renamed now, e.g. with their model.
 * @throws LockedError, WriteError, ReadError, SymbolicLinkError, ManifestError
 */
export function keepInStep(
  root: string,
  plan: readonly PlannedFile[],
  files: Files = filesOnDisk(root),
  moves?: Moves,
): Reconciliation {
  const first = planActions(root, plan, files, moves);
  // Where there is nothing to write nothing is: not even a lock, so that a read-only checkout in step is no error.
  if (!first.actions.some(changesDisk) && !pendingRecords(first, files)) return first;
  return applyAlone(files, () => planActions(root, plan, files, moves));
}

/**
 * Decides and applies while nobody else writes.
 * What a run that was stopped has written is put down first, so that it is still known when this one is stopped too.
 * @param decided called when nobody else writes any more.
 * @param finish what comes last, before anybody else writes again.
 */
export function applyAlone(
  files: Files,
  decided: () => Reconciliation,
  finish: () => void = () => undefined,
): Reconciliation {
  const run = (): Reconciliation => {
    if (readJournal(files)) writeRecords(readKnown(files), files);
    const reconciliation = decided();
    if (reconciliation.actions.some(changesDisk))
      files.write(journalPath, formatJournal(reconciliation, manifestText(files)));
    apply(reconciliation, files);
    if (files.read(journalPath)) files.delete(journalPath);
    finish();
    return reconciliation;
  };
  if (files.exclusively) return files.exclusively(run);
  const reconciliation = decided();
  apply(reconciliation, files);
  finish();
  return reconciliation;
}

/** What `keepInStep` would do. */
export function planActions(
  root: string,
  plan: readonly PlannedFile[],
  files: Files,
  moves?: Moves,
): Reconciliation {
  const known = readKnown(files);
  const { manifest } = known;
  const disk = readDisk(root, plan, manifest, files);
  const wanted = wantedBases(plan, manifest, disk, moves);
  return reconcile(plan, manifest, disk, findBases(root, wanted, files, known), moves);
}

/** A file that we never write again may be a link to wherever its people like; it counts as edited. */
function readUnlessTheirs(path: string, manifest: Manifest, files: Files): DiskFile | undefined {
  try {
    return files.read(path);
  } catch (error) {
    const theirs = (manifest.get(path)?.owner ?? 'managed') !== 'managed';
    if (theirs && error instanceof SymbolicLinkError && error.path === path)
      return { id: '', text: undefined };
    throw error;
  }
}

/** What is on disk of all that is planned or was written. */
function readDisk(
  root: string,
  plan: readonly PlannedFile[],
  manifest: Manifest,
  files: Files,
): Map<string, DiskFile> {
  const disk = new Map<string, DiskFile>();
  for (const path of new Set([...plan.map((file) => file.path), ...manifest.keys()])) {
    const onDisk = readUnlessTheirs(path, manifest, files);
    if (onDisk) disk.set(path, onDisk);
  }
  for (const [planned, known] of caseVariants(plan, manifest)) {
    if (disk.has(planned) && disk.has(known) && files.isSame(planned, known))
      disk.delete(manifest.has(planned) ? known : planned);
  }
  for (const path of tornFiles(root, manifest, disk))
    disk.set(path, { ...disk.get(path)!, torn: true });
  return disk;
}

const manifestText = (files: Files): string | undefined => files.read(manifestPath)?.text;

/** What we wrote last: as the manifest says, and the journal of a run that was stopped. @throws ManifestError */
export function readKnown(files: Files): Known {
  const text = manifestText(files) ?? formatManifest(new Map(), recordedRelease(undefined));
  const disk = diskOf(files);
  const manifest = parseMergedManifest(text, disk) ?? parseManifest(text);
  const journal = readJournal(files);
  return journal ? resume(journal, manifest, disk) : { manifest, bases: new Map() };
}

/** Reads what is asked for, and only that. */
const diskOf = (files: Files): Pick<Disk, 'get' | 'has'> => ({
  get: (path) => files.read(path),
  has: (path) => files.read(path) !== undefined,
});

const readJournal = (files: Files): Journal | undefined =>
  parseJournal(files.read(journalPath)?.text ?? '', manifestText(files));

/** The last renders: from `.wa-ml/base/` where they are the right ones, else from Git. */
export function findBases(
  root: string,
  wanted: ReadonlyMap<string, WantedBase>,
  files: Files,
  { bases }: Known,
): Map<string, string> {
  const kept = new Map<string, string>();
  const missing = new Map<string, string>();
  for (const [path, { path: at, id, next }] of wanted) {
    const found = [at, path]
      .map((one) => files.read(basePath(one)))
      .find((base) => base?.text !== undefined && (base.id === id || base.id === next));
    const text = bases.get(at) ?? found?.text;
    if (text !== undefined) kept.set(path, text);
    else missing.set(path, id);
  }
  return new Map([...kept, ...readBlobs(root, missing)]);
}

/**
 * Moves and deletions come first, so that they free the places of what is written; then files, then the bases they
 * were merged from, then the manifest: at every point the next run can tell what has been done.
 */
function apply({ actions, bases, manifest }: Reconciliation, files: Files): void {
  for (const { from, path } of actions) if (from !== undefined) files.move(from, path);
  for (const { kind, path } of actions) if (kind === 'delete') files.delete(path);
  for (const action of actions) write(action, files);
  writeRecords({ bases, manifest }, files);
}

/** What we wrote last, for the next run. */
function writeRecords({ bases, manifest }: Known, files: Files): void {
  for (const [path, text] of bases) {
    if (text === null && files.read(basePath(path))) files.delete(basePath(path));
  }
  for (const [path, text] of bases) {
    if (text !== null && files.read(basePath(path))?.id !== blobId(text))
      files.write(basePath(path), text);
  }
  const before = manifestText(files);
  const text = formatManifest(manifest, recordedRelease(before));
  if (before !== text) files.write(manifestPath, text);
}

function write({ path, content, executable }: Action, files: Files): void {
  if (content !== undefined) files.write(path, content, executable);
  else if (executable !== undefined) files.setExecutable(path, executable);
}

/** Whether the manifest or the bases have something to be written, or a journal is left, though no file has anything. */
export function pendingRecords({ bases, manifest }: Reconciliation, files: Files): boolean {
  const written = manifestText(files);
  return (
    (files.exclusively !== undefined && files.read(journalPath) !== undefined) ||
    written !== formatManifest(manifest, recordedRelease(written)) ||
    [...bases].some(([path, text]) => {
      const there = files.read(basePath(path));
      return text === null ? there !== undefined : there?.id !== blobId(text);
    })
  );
}

/** Text of a repository's wa-ml.json. */
export const readConfigurationText = (root: string): string =>
  readFileSync(join(root, 'wa-ml.json'), 'utf8');
