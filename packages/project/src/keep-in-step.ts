import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  blobId,
  caseVariants,
  changesDisk,
  formatManifest,
  manifestPath,
  parseManifest,
  recordedRelease,
  reconcile,
  wantedBases,
  type Action,
  type Content,
  type DiskFile,
  type Manifest,
  type Moves,
  type PlannedFile,
  type Reconciliation,
  type WantedBase,
} from '@wa-ml/blueprint';
import { withLock } from './lock';
import {
  deleteFile,
  isSameFile,
  moveFile,
  readBlobs,
  readDiskFile,
  setExecutable,
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
  /** Runs something while nobody else writes. Left out where nothing reaches the disk. */
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
  const run = (): Reconciliation => {
    const reconciliation = planActions(root, plan, files, moves);
    apply(reconciliation, files);
    return reconciliation;
  };
  return files.exclusively ? files.exclusively(run) : run();
}

/** What `keepInStep` would do. */
export function planActions(
  root: string,
  plan: readonly PlannedFile[],
  files: Files,
  moves?: Moves,
): Reconciliation {
  const manifest = readManifest(files);
  const disk = readDisk(plan, manifest, files);
  const wanted = wantedBases(plan, manifest, disk, moves);
  return reconcile(plan, manifest, disk, findBases(root, wanted, files), moves);
}

/** What is on disk of all that is planned or was written. */
function readDisk(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  files: Files,
): Map<string, DiskFile> {
  const disk = new Map<string, DiskFile>();
  for (const path of new Set([...plan.map((file) => file.path), ...manifest.keys()])) {
    const onDisk = files.read(path);
    if (onDisk) disk.set(path, onDisk);
  }
  for (const [planned, known] of caseVariants(plan, manifest)) {
    if (disk.has(planned) && disk.has(known) && files.isSame(planned, known))
      disk.delete(manifest.has(planned) ? known : planned);
  }
  return disk;
}

/** What we wrote last, as the repository says. @throws ManifestError */
export function readManifest(files: Files): Manifest {
  const text = files.read(manifestPath)?.text;
  return text === undefined ? new Map() : parseManifest(text);
}

/** The last renders: from `.wa-ml/base/` where they are the right ones, else from Git. */
export function findBases(
  root: string,
  wanted: ReadonlyMap<string, WantedBase>,
  files: Files,
): Map<string, string> {
  const kept = new Map<string, string>();
  const missing = new Map<string, string>();
  for (const [path, { path: at, id, next }] of wanted) {
    const found = [at, path]
      .map((one) => files.read(basePath(one)))
      .find((base) => base?.text !== undefined && (base.id === id || base.id === next));
    if (found) kept.set(path, found.text!);
    else missing.set(path, id);
  }
  return new Map([...kept, ...readBlobs(root, missing)]);
}

/**
 * Moves and deletions come first, so that they free the places of what is written; then files, then the bases they
 * were merged from, then the manifest: at every point the next run can tell what has been done.
 */
export function apply({ actions, bases, manifest }: Reconciliation, files: Files): void {
  for (const { from, path } of actions) if (from !== undefined) files.move(from, path);
  for (const { kind, path } of actions) if (kind === 'delete') files.delete(path);
  for (const action of actions) write(action, files);
  for (const [path, text] of bases) {
    if (text === null && files.read(basePath(path))) files.delete(basePath(path));
  }
  for (const [path, text] of bases) {
    if (text !== null && files.read(basePath(path))?.id !== blobId(text))
      files.write(basePath(path), text);
  }
  const before = files.read(manifestPath)?.text;
  const text = formatManifest(manifest, recordedRelease(before));
  if (before !== text) files.write(manifestPath, text);
}

function write({ path, content, executable }: Action, files: Files): void {
  if (content !== undefined) files.write(path, content, executable);
  else if (executable !== undefined) files.setExecutable(path, executable);
}

/** Whether the manifest or the bases have something to be written, though no file has. */
export function pendingRecords({ bases, manifest }: Reconciliation, files: Files): boolean {
  const written = files.read(manifestPath)?.text;
  return (
    written !== formatManifest(manifest, recordedRelease(written)) ||
    [...bases].some(([path, text]) => {
      const there = files.read(basePath(path));
      return text === null ? there !== undefined : there?.id !== blobId(text);
    })
  );
}

/** Whether a folder is a repository of ours. */
export function isOurs(root: string): boolean {
  return existsSync(join(root, 'wa-ml.json')) && existsSync(join(root, manifestPath));
}

/** Text of a repository's wa-ml.json. */
export const readConfigurationText = (root: string): string =>
  readFileSync(join(root, 'wa-ml.json'), 'utf8');
