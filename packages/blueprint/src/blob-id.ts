import { createHash } from 'node:crypto';

/**
 * The id Git gives a text, over LF-normalised bytes, so that a CRLF working copy is no edit.
 * It names our render: Git finds the text again by it.
 */
export function blobId(text: string): string {
  return bytesId(Buffer.from(toLf(text), 'utf8'));
}

/** The id Git gives these bytes as they are. */
export function bytesId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

export function toLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
