/** Orders two releases, `major.minor.patch`: negative where the first is older. */
export function compareReleases(left: string, right: string): number {
  const [ours, theirs] = [left, right].map((release) => release.split('.').map(Number));
  for (const [index, part] of ours!.entries()) {
    const difference = part - (theirs![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
