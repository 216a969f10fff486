/** Levenshtein distance between two short words. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length]!;
}

/**
 * The known word that `word` was most likely meant to be.
 * @returns undefined when more than half of the letters differ, so that no odd guess is printed.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.far - right.far || (left.candidate < right.candidate ? -1 : 1));
  const best = ranked[0];
  return best && best.far <= Math.max(word.length, best.candidate.length) / 2
    ? best.candidate
    : undefined;
}
