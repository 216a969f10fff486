/** The way from the root of a JSON value to a part of it. */
export type Path = readonly (string | number)[];

/** The part of a JSON value that a path leads to; undefined where it leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), root);
}

/** An object or an array, to be read by key. */
export function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
