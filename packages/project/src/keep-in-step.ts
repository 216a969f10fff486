import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  blobId,
  formatManifest,
  manifestPath,
  parseManifest,
  reconcile,
  wantedBases,
  type DiskFile,
  type Manifest,
  type PlannedFile,
  type Reconciliation,
} from '@wa-ml/blueprint';
import { deleteFile, readBlobs, readDiskFile, writeText } from './working-copy';

/** Where the last render of an edited managed file lies. */
export const basePath = (path: string): string => `.wa-ml/base/${path}`;

/** The files of a repository, on disk or in an Nx tree. */
export interface Files {
  read(path: string): DiskFile | undefined;
  write(path: string, text: string): void;
  delete(path: string): void;
}

/** Files on disk under a folder. */
export function filesOnDisk(root: string): Files {
  return {
    read: (path) => readDiskFile(root, path),
    write: (path, text) => writeText(root, path, text),
    delete: (path) => deleteFile(root, path),
  };
}

/**
 * Brings a repository in step with a plan: the one way in which `create`, `projen` and the Nx generators write.
 * The manifest is written last, so that a run that was killed is healed by the next.
 * @param files where to read and write. Default: the folder `root`.
 */
export function keepInStep(
  root: string,
  plan: readonly PlannedFile[],
  files: Files = filesOnDisk(root),
): Reconciliation {
  const reconciliation = planActions(root, plan, files);
  apply(reconciliation, files);
  return reconciliation;
}

/** What `keepInStep` would do. */
export function planActions(
  root: string,
  plan: readonly PlannedFile[],
  files: Files,
): Reconciliation {
  const manifest = readManifest(files);
  const disk = new Map<string, DiskFile>();
  for (const path of new Set([...plan.map((file) => file.path), ...manifest.keys()])) {
    const onDisk = files.read(path);
    if (onDisk) disk.set(path, onDisk);
  }
  const wanted = wantedBases(plan, manifest, disk);
  return reconcile(plan, manifest, disk, findBases(root, wanted, files));
}

function readManifest(files: Files): Manifest {
  const text = files.read(manifestPath)?.text;
  return text === undefined ? new Map() : parseManifest(text);
}

/** The last renders: from `.wa-ml/base/` where they are the right ones, else from Git. */
function findBases(
  root: string,
  wanted: ReadonlyMap<string, string>,
  files: Files,
): Map<string, string> {
  const kept = new Map<string, string>();
  const missing = new Map<string, string>();
  for (const [path, id] of wanted) {
    const base = files.read(basePath(path));
    if (base?.id === id && base.text !== undefined) kept.set(path, base.text);
    else missing.set(path, id);
  }
  return new Map([...kept, ...readBlobs(root, missing)]);
}

function apply({ actions, bases, manifest }: Reconciliation, files: Files): void {
  for (const [path, text] of bases) {
    const there = files.read(basePath(path));
    if (text === null) {
      if (there) files.delete(basePath(path));
    } else if (there?.id !== blobId(text)) {
      files.write(basePath(path), text);
    }
  }
  for (const action of actions) {
    if (action.content !== undefined) files.write(action.path, action.content);
    else if (action.kind === 'delete') files.delete(action.path);
  }
  const text = formatManifest(manifest);
  if (files.read(manifestPath)?.text !== text) files.write(manifestPath, text);
}

/** Whether a folder is a repository of ours. */
export function isOurs(root: string): boolean {
  return existsSync(join(root, 'wa-ml.json')) && existsSync(join(root, manifestPath));
}

/** Text of a repository's wa-ml.json. */
export const readConfigurationText = (root: string): string =>
  readFileSync(join(root, 'wa-ml.json'), 'utf8');
