import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesId,
  contentId,
  decide,
  type Decision,
  type PlannedFile,
  type Reconciliation,
} from '@wa-ml/blueprint';
import { InputError, nearest } from '@wa-ml/config';
import { applyAlone, filesOnDisk, readKnown } from './keep-in-step';

/** A path that nothing plans. */
export class UnknownPathError extends InputError {
  constructor(path: string, known: readonly string[]) {
    const guess = nearest(path, known);
    super({
      code: 'PATH_UNKNOWN',
      what: `${path} is no file of ours.`,
      why: 'Only files that the configuration asks for can be followed or parted from.',
      next:
        guess === undefined
          ? 'npx wa-ml doctor --json lists them.'
          : `Did you mean ${guess}? npx wa-ml doctor --json lists all.`,
    });
  }
}

/** Taking our version would lose what nobody has saved. */
export class UnsavedError extends InputError {
  constructor(path: string) {
    super({
      code: 'UNSAVED',
      what: `${path} holds something that Git does not have.`,
      why: 'Our version would take its place, and nothing could bring it back.',
      next: `Commit it first, or say --force.`,
    });
  }
}

/**
 * The planned files that some paths name; a folder names all files of ours in it, but none that are seeded.
 * @param paths from the root of the repository.
 * @throws UnknownPathError
 */
export function plannedAt(plan: readonly PlannedFile[], paths: readonly string[]): PlannedFile[] {
  const found = new Map<string, PlannedFile>();
  for (const path of paths) {
    const folder = path === '' ? '' : `${path}/`;
    const files = plan.filter(
      (file) => file.path === path || (file.path.startsWith(folder) && file.owner === 'managed'),
    );
    if (files.length === 0)
      throw new UnknownPathError(
        path,
        plan.map((file) => file.path),
      );
    for (const file of files) found.set(file.path, file);
  }
  return [...found.values()];
}

/**
 * Carries a decision about some files out; no other file is touched.
 * @param force whether `adopt` may replace what Git does not have.
 * @throws UnknownPathError, UnsavedError, LockedError, WriteError; nothing is changed then.
 */
export function carryOut(
  root: string,
  decision: Decision,
  plan: readonly PlannedFile[],
  paths: readonly string[],
  force = false,
): Reconciliation {
  const files = filesOnDisk(root);
  const chosen = plannedAt(plan, paths);
  return applyAlone(files, () => {
    if (decision === 'adopt' && !force) requireSaved(root, chosen);
    return decide(decision, chosen, readKnown(files).manifest);
  });
}

function requireSaved(root: string, chosen: readonly PlannedFile[]): void {
  const files = filesOnDisk(root);
  for (const { path, content } of chosen) {
    const onDisk = files.read(path);
    if (!onDisk || onDisk.id === contentId(content)) continue;
    // Git may have it with its CRLF or with LF.
    const ids = [onDisk.id, bytesId(readFileSync(join(root, path)))];
    if (!ids.some((id) => hasBlob(root, id))) throw new UnsavedError(path);
  }
}

function hasBlob(root: string, id: string): boolean {
  return spawnSync('git', ['cat-file', '-e', id], { cwd: root, stdio: 'ignore' }).status === 0;
}
