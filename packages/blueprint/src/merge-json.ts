type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
const absent = Symbol('absent');
type Maybe = Json | typeof absent;
const conflict = Symbol('conflict');

/**
 * Merges three JSON texts key by key, so that a dependency added by `npm install` next to ours is no conflict.
 * Arrays of strings merge as sets in order; other arrays and values are taken whole.
 * @returns the merged text in the usual two-space form, undefined for a conflict,
 *   or `not-json` where one of the three is none (with comments, say): then the caller merges by lines.
 */
export function mergeJson(
  base: string,
  ours: string,
  theirs: string,
): string | undefined | 'not-json' {
  const values: Json[] = [];
  for (const text of [base, ours, theirs]) {
    try {
      values.push(JSON.parse(text) as Json);
    } catch {
      return 'not-json';
    }
  }
  const merged = mergeValue(values[0]!, values[1]!, values[2]!);
  if (merged === conflict || merged === absent) return undefined;
  return same(merged, values[2]!)
    ? theirs
    : `${JSON.stringify(merged, undefined, indentOf(theirs))}\n`;
}

function mergeValue(base: Maybe, ours: Maybe, theirs: Maybe): Maybe | typeof conflict {
  if (same(ours, theirs) || same(base, ours)) return theirs;
  if (same(base, theirs)) return ours;
  if (isObject(ours) && isObject(theirs))
    return mergeObject(isObject(base) ? base : {}, ours, theirs);
  if (isStrings(ours) && isStrings(theirs) && isStrings(base)) {
    const kept = theirs.filter((item) => !base.includes(item) || ours.includes(item));
    return [...kept, ...ours.filter((item) => !base.includes(item) && !kept.includes(item))];
  }
  return conflict;
}

type JsonObject = { readonly [key: string]: Json };

function mergeObject(
  base: JsonObject,
  ours: JsonObject,
  theirs: JsonObject,
): Json | typeof conflict {
  const result: Record<string, Json> = {};
  for (const key of orderedKeys(ours, theirs)) {
    const value = mergeValue(property(base, key), property(ours, key), property(theirs, key));
    if (value === conflict) return conflict;
    if (value !== absent)
      Object.defineProperty(result, key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return result;
}

/** Their order, with our new keys where we have them: after the key that stands before them in ours. */
function orderedKeys(ours: JsonObject, theirs: JsonObject): string[] {
  const keys = Object.keys(theirs);
  const ourKeys = Object.keys(ours);
  const sorted = isSorted(keys) && isSorted(ourKeys);
  ourKeys.forEach((key, index) => {
    if (keys.includes(key)) return;
    const before = index === 0 ? -1 : keys.indexOf(ourKeys[index - 1]!);
    keys.splice(before + 1, 0, key);
  });
  return sorted ? keys.sort() : keys;
}

const isSorted = (keys: readonly string[]): boolean =>
  keys.every((key, index) => index === 0 || keys[index - 1]! <= key);
const property = (object: JsonObject, key: string): Maybe =>
  Object.hasOwn(object, key) ? object[key]! : absent;
const isObject = (value: Maybe): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isStrings = (value: Maybe): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function same(left: Maybe, right: Maybe): boolean {
  return (
    left === right || (left !== absent && right !== absent && canonical(left) === canonical(right))
  );
}

/** The order of keys carries no meaning. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner as Json) ? Object.fromEntries(Object.entries(inner as object).sort()) : inner,
  );
}

function indentOf(text: string): string {
  return /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}
