import type { DiskFile, Manifest } from '@wa-ml/blueprint';
import { sidesOf } from '@wa-ml/config';
import { readBlobs, readUnmerged } from './working-copy';

/**
 * The files that Git could not merge and that hold nothing but two renders of ours: nobody edited them, neither on one
 * branch nor on the other nor since. Whatever is merged by hand there, the next render would say otherwise.
 */
export function tornFiles(
  root: string,
  manifest: Manifest,
  disk: ReadonlyMap<string, DiskFile>,
): string[] {
  const torn = [...disk].flatMap(([path, { text }]) => {
    const sides = manifest.get(path)?.merging === undefined ? undefined : sidesOf(text ?? '');
    return sides ? [{ path, sides }] : [];
  });
  if (torn.length === 0) return [];
  const unmerged = readUnmerged(root);
  return torn
    .filter(({ path, sides }) => {
      const { ours = '', theirs = '' } = unmerged.get(path) ?? {};
      const { id, merging } = manifest.get(path)!;
      if ([ours, theirs].sort().join() !== [id, merging].sort().join()) return false;
      const renders = readBlobs(
        root,
        new Map([
          ['ours', ours],
          ['theirs', theirs],
        ]),
      );
      const known = new Set([...renders.values()].flatMap(linesOf));
      return [...linesOf(sides.ours), ...linesOf(sides.theirs)].every((line) => known.has(line));
    })
    .map(({ path }) => path);
}

const linesOf = (text: string): string[] => text.split('\n');
