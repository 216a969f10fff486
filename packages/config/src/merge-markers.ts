/** What Git writes where two branches changed the same lines; the middle one is there with `merge.conflictStyle` diff3. */
const markers = { ours: /^<{7}( |$)/, base: /^\|{7}( |$)/, theirs: /^={7}$/, end: /^>{7}( |$)/ };

/** Line of the first marker of Git, from 1; undefined where there is none. A text underlined with = is none. */
export function markerLine(text: string): number | undefined {
  const lines = text.split(/\r?\n/);
  const index = lines.findIndex((line) => markers.ours.test(line));
  return index >= 0 && lines.some((line) => markers.end.test(line)) ? index + 1 : undefined;
}

/** The two sides of a text in which Git left its markers, what it merged by itself being in both; undefined without markers. */
export function sidesOf(text: string): { ours: string; theirs: string } | undefined {
  if (markerLine(text) === undefined) return undefined;
  const [ours, theirs]: string[][] = [[], []];
  let inside: keyof typeof markers | undefined;
  for (const line of text.split('\n')) {
    const marker = (Object.keys(markers) as (keyof typeof markers)[]).find(
      (one) => (one === 'ours' || inside !== undefined) && markers[one].test(line.trimEnd()),
    );
    if (marker !== undefined) inside = marker === 'end' ? undefined : marker;
    else {
      if (inside !== 'theirs' && inside !== 'base') ours!.push(line);
      if (inside !== 'ours' && inside !== 'base') theirs!.push(line);
    }
  }
  return { ours: ours!.join('\n'), theirs: theirs!.join('\n') };
}
