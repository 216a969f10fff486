/** What CloudFormation templates are made of. */
export type Json = unknown;

/** The value at a path of property names; undefined where there is none. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  return path.reduce<Json>(
    (found, key) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string | number, Json>)[key]
        : undefined,
    value,
  );
}

/** The list at a path; empty where there is none. */
export function listAt(value: Json, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The number at a path, which templates may write as text; undefined where it is not written out (a `Ref`). */
export function numberAt(value: Json, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && /^-?\d+(\.\d+)?$/.test(found) ? Number(found) : undefined;
}

/** The text at a path, with `<...>` where an intrinsic function stands; empty where there is none. */
export function textAt(value: Json, ...path: readonly (string | number)[]): string {
  return written(at(value, ...path));
}

/** Whether something is given at the path, be it a literal or an intrinsic function. */
export function isGiven(value: Json, ...path: readonly (string | number)[]): boolean {
  const found = at(value, ...path);
  return found !== undefined && found !== null && found !== '' && found !== false;
}

/** A value as text: `Fn::Join` joined, other intrinsic functions as `<...>`. */
export function written(value: Json): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  const join = at(value, 'Fn::Join');
  if (Array.isArray(join)) return listAt(join, 1).map(written).join(String(join[0]));
  return `<${Object.keys(value).join()}>`;
}

/** CloudFormation's two ways of writing tags: a list of `{ Key, Value }`, or an object. */
export function tagsOf(properties: Json): Readonly<Record<string, string>> {
  const tags = at(properties, 'Tags');
  return Array.isArray(tags)
    ? Object.fromEntries(tags.map((tag) => [textAt(tag, 'Key'), textAt(tag, 'Value')]))
    : Object.fromEntries(
        Object.entries((tags ?? {}) as Record<string, Json>).map(([key, value]) => [
          key,
          written(value),
        ]),
      );
}
