import { diffIndices } from 'node-diff3';

/** Unchanged lines that are shown around a change, as in Git. */
const context = 3;

/**
 * The difference of two texts in the form that `git diff` prints and `git apply` reads.
 * @param before undefined for a file that is created, @param after undefined for one that is deleted.
 * @returns '' where there is none.
 */
export function unifiedDiff(
  path: string,
  before: string | undefined,
  after: string | undefined,
): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const changes = diffIndices(old, now).map(({ buffer1, buffer2 }) => ({
    old: { start: buffer1[0], end: buffer1[0] + buffer1[1] },
    now: { start: buffer2[0], end: buffer2[0] + buffer2[1] },
  }));
  const hunks: (typeof changes)[] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    if (last && change.old.start - last.at(-1)!.old.end <= 2 * context) last.push(change);
    else hunks.push([change]);
  }
  if (hunks.length === 0) return '';
  const text = hunks.map((hunk) => {
    const above = Math.min(context, hunk[0]!.old.start);
    const start = { old: hunk[0]!.old.start - above, now: hunk[0]!.now.start - above };
    const below = Math.min(context, old.length - hunk.at(-1)!.old.end);
    const end = { old: hunk.at(-1)!.old.end + below, now: hunk.at(-1)!.now.end + below };
    const lines: string[] = [];
    let at = start.old;
    for (const change of hunk) {
      lines.push(...old.slice(at, change.old.start).map((line) => ` ${line}`));
      lines.push(...old.slice(change.old.start, change.old.end).map((line) => `-${line}`));
      lines.push(...now.slice(change.now.start, change.now.end).map((line) => `+${line}`));
      at = change.old.end;
    }
    lines.push(...old.slice(at, end.old).map((line) => ` ${line}`));
    return `@@ -${range(start.old, end.old)} +${range(start.now, end.now)} @@\n${lines.join('\n')}\n`;
  });
  const [from, to] = [
    before === undefined ? '/dev/null' : `a/${path}`,
    after === undefined ? '/dev/null' : `b/${path}`,
  ];
  return `--- ${from}\n+++ ${to}\n${text.join('')}`;
}

/** A last line without a line end carries Git's own note about it. */
function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  return text.endsWith('\n')
    ? text.slice(0, -1).split('\n')
    : `${text}\n\\ No newline at end of file`.split(/\n(?!\\ No newline)/);
}

/** Lines count from 1; an empty range names the line before it. */
function range(start: number, end: number): string {
  const length = end - start;
  return `${length === 0 ? start : start + 1}${length === 1 ? '' : `,${length}`}`;
}
