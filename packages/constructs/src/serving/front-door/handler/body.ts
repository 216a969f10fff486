import { createHash } from 'node:crypto';

/** Deeper than any tensor; what is nested deeper is meant to exhaust the stack. */
const deepest = 32;

/** A body nests its lists and objects too deeply. */
export class TooDeepError extends Error {}

/**
 * JSON as text that does not depend on spaces, the order of names or the way numbers are written.
 * @throws TooDeepError
 */
export function canonical(value: unknown, depth = 0): string {
  if (depth > deepest) throw new TooDeepError(`more than ${deepest} levels`);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one, depth + 1)}`).join()}}`;
}

/** An integer that a JavaScript number cannot hold: two such bodies could look the same to us and not to the model. */
const longInteger = /(?<![.\d])\d{16,}(?!\d*[.eE])/;

/**
 * Key of the answer to a body by a version of the model: a SHA-256 digest.
 * @returns undefined where answers must not be kept. @throws TooDeepError
 */
export function answerKey(text: string, value: unknown, modelVersion: string): string | undefined {
  const body = canonical(value);
  if (longInteger.test(text)) return undefined;
  return createHash('sha256').update(`${modelVersion}\n${body}`).digest('hex');
}

/** Number of rows that a body asks about, in the forms that the inference server reads; at least 1. */
export function rowsOf(value: unknown): number {
  const body = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const rows = body['instances'] ?? body['predictions'] ?? body['inputs'];
  if (Array.isArray(rows)) return Math.max(1, rows.length);
  const column = Object.values(typeof rows === 'object' && rows !== null ? rows : {})[0];
  return Array.isArray(column) ? Math.max(1, column.length) : 1;
}
