import { createColors } from 'picocolors';
import type { Action, ActionKind, Reconciliation } from '@wa-ml/blueprint';

/** Which actions want a person's attention. */
export const wanting: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'conflict',
  'no-base',
  'occupied',
]);
/**
 * One line for each file that is not simply in step, then the sum.
 * @param colours default: as the terminal and NO_COLOR say.
 */
export function formatReport(
  { actions }: Pick<Reconciliation, 'actions'>,
  colours?: boolean,
): string {
  const paint = createColors(colours);
  const lines = actions
    .filter((action) => action.kind !== 'unchanged')
    .map(
      (action) =>
        `${colour(action, paint)} ${action.path}  ${paint.dim(`${action.why}${hint(action)}`)}\n`,
    );
  return `${lines.join('')}${summary(actions)}\n`;
}

/** What a person can do about an action, one command each. */
export function mending({ kind, path }: Pick<Action, 'kind' | 'path'>): string[] {
  switch (kind) {
    case 'conflict':
      return [`npx wa-ml resolve ${path}`, `npx wa-ml adopt ${path}`, `npx wa-ml eject ${path}`];
    case 'no-base':
      return ['git fetch --unshallow', `npx wa-ml resolve ${path}`];
    case 'occupied':
      return [`npx wa-ml adopt ${path}`, `npx wa-ml eject ${path}`];
    case 'deleted':
    case 'ejected':
      return [`npx wa-ml adopt ${path}`];
    case 'unchanged':
    case 'keep':
      return [];
    default:
      return ['npx projen'];
  }
}

function hint(action: Action): string {
  switch (action.kind) {
    case 'conflict':
      return `. Look: npx wa-ml diff ${action.path}. Then keep yours (npx wa-ml resolve), take ours (adopt) or part from us (eject)`;
    case 'no-base':
      return '. Run git fetch --unshallow, then this again; or decide: npx wa-ml resolve, adopt or eject';
    case 'occupied':
      return '. Take ours (npx wa-ml adopt), keep yours (eject), or move it away and run this again';
    default:
      return '';
  }
}

function colour({ kind }: Action, paint: ReturnType<typeof createColors>): string {
  const padded = kind.padEnd(9);
  if (wanting.has(kind)) return paint.yellow(padded);
  if (kind === 'keep' || kind === 'deleted' || kind === 'ejected') return paint.dim(padded);
  return kind === 'delete' || kind === 'orphan' ? paint.red(padded) : paint.green(padded);
}

function summary(actions: readonly Action[]): string {
  const counts = new Map<ActionKind, number>();
  for (const { kind } of actions) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const words: [ActionKind, string][] = [
    ['create', 'created'],
    ['update', 'updated'],
    ['merge', 'merged with your edits'],
    ['move', 'moved'],
    ['delete', 'deleted'],
    ['orphan', 'left to you'],
    ['conflict', 'in conflict'],
    ['no-base', 'without a base to merge from'],
    ['occupied', 'occupied by your file'],
    ['ejected', 'ejected'],
    ['keep', 'edited by you and kept'],
    ['deleted', 'deleted by you and not brought back'],
    ['unchanged', 'in step'],
  ];
  const parts = words
    .filter(([kind]) => counts.has(kind))
    .map(([kind, word]) => `${counts.get(kind)} ${word}`);
  return `${actions.length} files: ${parts.join(', ')}.`;
}
