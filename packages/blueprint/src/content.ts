import { blobId, bytesId, toLf } from './blob-id';

/** What a file holds: text with LF line ends, or bytes that are no text and are therefore never rendered or merged. */
export type Content = string | Uint8Array;

/** In bytes. Nothing that we render comes near it, and V8 holds no string over 512 MiB. */
const largestText = 64 * 1024 * 1024;

/** Bytes as content. Text is what Git takes for text, valid UTF-8 without a NUL, up to 64 MiB; a CRLF in it becomes LF. */
export function contentOf(bytes: Uint8Array): Content {
  if (bytes.length > largestText || bytes.includes(0)) return bytes;
  const text = Buffer.from(bytes).toString('utf8');
  // Bytes that are no UTF-8 do not survive the way to text and back.
  return Buffer.from(text, 'utf8').equals(bytes) ? toLf(text) : bytes;
}

/** The id Git gives some content; see `blobId` and `bytesId`. */
export function contentId(content: Content): string {
  return typeof content === 'string' ? blobId(content) : bytesId(content);
}
