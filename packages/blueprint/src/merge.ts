import { mergeDiff3 } from 'node-diff3';
import { mergeJson } from './merge-json';

/**
 * Merges our new render into an edited file.
 * @param base what we rendered last, @param ours what we render now, @param theirs what the people have; LF line ends.
 * @returns undefined for a real conflict: both changed the same place in different ways.
 */
export function merge(
  path: string,
  base: string,
  ours: string,
  theirs: string,
): string | undefined {
  if (path.endsWith('.json')) {
    const merged = mergeJson(base, ours, theirs);
    if (merged !== 'not-json') return merged;
  }
  const result = mergeDiff3(theirs.split('\n'), base.split('\n'), ours.split('\n'), {
    excludeFalseConflicts: true,
  });
  return result.conflict ? undefined : result.result.join('\n');
}
