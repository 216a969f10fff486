import { answerKey, rowsOf, TooDeepError } from './body';
import { header, type ApiEvent } from './events';
import { problem, type Answer } from './responses';
import type { FrontDoorSettings } from './settings';

/** A request that the model may be asked. */
export interface PredictionRequest {
  /** As it came: the model gets these very characters. */
  readonly text: string;
  readonly rows: number;
  /** Key of its answer; absent where answers to it must not be kept. */
  readonly key?: string;
}

/** Reads a request for a prediction, or says why it is refused. */
export function readRequest(
  event: ApiEvent,
  settings: Pick<FrontDoorSettings, 'bodyBytes' | 'modelVersion'>,
): PredictionRequest | { readonly refused: Answer } {
  const type = (header(event, 'content-type') ?? 'application/json').split(';')[0]!.trim();
  if (type.toLowerCase() !== 'application/json')
    return refused(415, 'content_type_unknown', 'Bodies are application/json here.');
  const text = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? '');
  if (Buffer.byteLength(text) > settings.bodyBytes)
    return refused(413, 'body_too_large', `Bodies have at most ${settings.bodyBytes} bytes.`);
  try {
    const value: unknown = JSON.parse(text);
    const key = answerKey(text, value, settings.modelVersion);
    return { text, rows: rowsOf(value), ...(key === undefined ? {} : { key }) };
  } catch (error) {
    return error instanceof TooDeepError
      ? refused(400, 'body_too_deep', 'The body nests its lists and objects too deeply.')
      : refused(400, 'body_unreadable', 'The body is no JSON.');
  }
}

function refused(status: number, code: string, reason: string): { readonly refused: Answer } {
  return { refused: problem(status, code, reason) };
}
