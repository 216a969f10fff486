import { unifiedDiff, type Action, type PlannedFile, type Reconciliation } from '@wa-ml/blueprint';
import { plannedAt } from './decisions';
import { filesOnDisk, planActions, type Files } from './keep-in-step';

/** What `npx projen` would change in one file, or what it could not. */
export interface Difference {
  readonly path: string;
  readonly kind: Action['kind'];
  /** In the form of `git diff`; of a conflict, what we changed since our last render, and of an occupied place, yours to ours. */
  readonly diff: string;
}

/**
 * What the next run would change; nothing is written.
 * @param paths files or folders, from the root of the repository; none for all.
 * @throws UnknownPathError
 */
export function differences(
  root: string,
  plan: readonly PlannedFile[],
  paths: readonly string[] = [],
): Difference[] {
  const files = filesOnDisk(root);
  const outcome = planActions(root, plan, files);
  const chosen = new Set(paths.length === 0 ? [] : plannedAt(plan, paths).map(({ path }) => path));
  const actions = outcome.actions.filter(({ path }) => paths.length === 0 || chosen.has(path));
  return differencesOf(files, plan, { ...outcome, actions });
}

/** What some actions would change. @param files as they are now. */
export function differencesOf(
  files: Pick<Files, 'read'>,
  plan: readonly PlannedFile[],
  { actions, bases }: Pick<Reconciliation, 'actions' | 'bases'>,
): Difference[] {
  const planned = new Map(plan.map((file) => [file.path, file]));
  return actions.flatMap((action): Difference[] => {
    const { kind, path, from, content } = action;
    const there = files.read(from ?? path);
    const ours = planned.get(path)?.content;
    const diff = (before: string | undefined, after: typeof ours | undefined): Difference => {
      const binary = typeof after === 'object' || (there !== undefined && there.text === undefined);
      return {
        path,
        kind,
        diff:
          (from === undefined ? '' : renamed(from, path)) +
          (binary ? `Binary files differ: ${path}\n` : unifiedDiff(path, before, after as string)),
      };
    };
    if (kind === 'delete') return [diff(there?.text, undefined)];
    if (kind === 'conflict') return [diff(bases.get(path) ?? there?.text, ours)];
    if (kind === 'no-base' || kind === 'occupied') return [diff(there?.text, ours)];
    if (content !== undefined) return [diff(there?.text, content)];
    return from === undefined ? [] : [{ path, kind, diff: renamed(from, path) }];
  });
}

const renamed = (from: string, to: string): string => `rename from ${from}\nrename to ${to}\n`;
