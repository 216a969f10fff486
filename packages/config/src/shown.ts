/** Most characters of a value that a message repeats. */
const longestShown = 80;

/** A value of the file as JSON, as a message repeats it: a long one only by its beginning. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
