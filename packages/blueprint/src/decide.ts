import type { Action, Reconciliation } from './action';
import { entryOf } from './managed-file';
import type { Manifest } from './manifest';
import type { PlannedFile } from './planned-file';

/**
 * What a person decides about a file where we cannot:
 * `adopt` takes our version and follows it again, `resolve` keeps theirs and merges what we change from here on,
 * `eject` keeps theirs for good.
 */
export type Decision = 'adopt' | 'resolve' | 'eject';

/** The files and the manifest after a decision about some planned files; every other file stays as it is. Pure. */
export function decide(
  decision: Decision,
  files: readonly PlannedFile[],
  manifest: Manifest,
): Reconciliation {
  const next = new Map(manifest);
  const bases = new Map<string, string | null>();
  const actions = files.map((file): Action => {
    const { path, content, executable } = file;
    if (
      file.owner === 'seeded' &&
      (decision === 'eject' || (decision === 'resolve' && file.fromData))
    )
      return { kind: 'unchanged', path, why: 'it was seeded: it is yours already' };
    const entry = entryOf(file);
    next.set(path, decision === 'eject' ? { ...entry, owner: 'ejected' } : entry);
    bases.set(path, decision === 'resolve' && typeof content === 'string' ? content : null);
    switch (decision) {
      case 'adopt':
        return {
          kind: manifest.has(path) ? 'update' : 'create',
          path,
          why: file.owner === 'seeded' ? 'as it was seeded; it is yours' : 'it follows us again',
          content,
          executable: executable ?? false,
        };
      case 'resolve':
        return {
          kind: 'keep',
          path,
          why:
            file.owner === 'seeded'
              ? 'it stays as you have it: only our next change is offered'
              : 'you solved it: our next change is merged into it',
        };
      case 'eject':
        return { kind: 'ejected', path, why: 'it is yours: we never touch it again' };
    }
  });
  return { actions, manifest: next, bases };
}
