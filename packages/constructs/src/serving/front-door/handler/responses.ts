import { header, type ApiEvent, type ApiResponse } from './events';

/** Where a degraded answer comes from. */
export type DegradedSource = 'cache' | 'fallback';

/** What is answered, before the headers that every answer has. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal or failure in the form of the inference server's own. */
export function problem(status: number, code: string, reason: string): Answer {
  return { status, body: JSON.stringify({ error: { code, reason } }) };
}

/** An answer that says of itself that the model did not compute it now: in a header and in a field. */
export function degraded(answer: object, source: DegradedSource, at?: number): Answer {
  const told = { source, ...(at === undefined ? {} : { at: new Date(at).toISOString() }) };
  return {
    status: 200,
    body: JSON.stringify({ ...answer, degraded: told }),
    headers: { 'X-Degraded': source, 'Cache-Control': 'no-store' },
  };
}

/** What pages of other origins may read. */
const exposed = 'X-Request-Id, X-Model-Version, X-Degraded, X-Cache, X-Stored, Retry-After';

/** Adds what every answer has; origins that are not on the list get no header, so that browsers keep the answer to themselves. */
export function respond(
  event: ApiEvent,
  answer: Answer,
  requestId: string,
  modelVersion: string,
  corsOrigins: readonly string[],
): ApiResponse {
  const origin = header(event, 'origin');
  const isAllowed = origin !== undefined && corsOrigins.includes(origin);
  return {
    statusCode: answer.status,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId,
      'X-Model-Version': modelVersion,
      ...(corsOrigins.length > 0 ? { Vary: 'Origin' } : {}),
      ...(isAllowed
        ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposed }
        : {}),
      ...answer.headers,
    },
    body: answer.body,
  };
}
