import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { blobId, bytesId, toLf, type DiskFile } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';

/** A repository cannot be written, e.g. a read-only folder or a full disk. */
export class WriteError extends WaMlError {
  constructor(path: string, error: NodeJS.ErrnoException) {
    const reasons: Record<string, string> = {
      EACCES: 'The folder or the file is not writable for you.',
      EPERM: 'The folder or the file is not writable for you.',
      EROFS: 'The file system is read-only.',
      ENOSPC: 'The disk is full.',
      ENOTDIR: 'Something that is no folder stands in its way.',
      EEXIST: 'Something that is no folder stands in its way.',
    };
    super({
      code: 'WRITE_FAILED',
      what: `${path} cannot be written.`,
      why: reasons[error.code ?? ''] ?? `${error.message}.`,
      next: 'Mend that and run this again: it continues where it stopped.',
    });
  }
}

/** A planned path leads out of the repository through a symbolic link. */
export class SymbolicLinkError extends WaMlError {
  constructor(path: string) {
    super({
      code: 'SYMBOLIC_LINK',
      what: `${path} is a symbolic link.`,
      why: 'Writing through it could change files outside of the repository.',
      next: 'Replace it by a folder or a file, then run this again.',
    });
  }
}

/** Reads the file at a path; undefined where there is none. @throws SymbolicLinkError */
export function readDiskFile(root: string, path: string): DiskFile | undefined {
  refuseLinkedFolders(root, path);
  const bytes = readBytes(join(root, path));
  if (!bytes) return undefined;
  const text = bytes.toString('utf8');
  // Bytes that are no UTF-8 do not survive the way to text and back.
  return Buffer.from(text, 'utf8').equals(bytes)
    ? { id: blobId(text), text: toLf(text) }
    : { id: bytesId(bytes), text: undefined };
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function refuseLinkedFolders(root: string, path: string): void {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stat = lstatSync(join(root, part), { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isSymbolicLink()) throw new SymbolicLinkError(part);
  }
}

/**
 * Writes a text atomically: into a new file in the same folder, then renamed. A CRLF working copy stays one.
 * @throws WriteError
 */
export function writeText(root: string, path: string, text: string): void {
  const file = join(root, path);
  const temporary = join(dirname(file), `.${process.pid}.wa-ml.tmp`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const before = readBytes(file);
    const crlf = before?.includes('\r\n') === true;
    const mode = before ? statSync(file).mode | 0o200 : 0o644;
    writeFileSync(temporary, crlf ? text.replaceAll('\n', '\r\n') : text, { mode });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
}

/** Deletes a file, and the folders that it leaves empty. @throws WriteError */
export function deleteFile(root: string, path: string): void {
  try {
    rmSync(join(root, path), { force: true });
  } catch (error) {
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder));
    } catch {
      return; // not empty
    }
  }
}

/**
 * Texts of blobs that Git still has, by path, in one call of Git.
 * No repository, no Git, a shallow clone: what is not to be had is left out.
 */
export function readBlobs(root: string, wanted: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  if (wanted.size === 0) return found;
  let output: Buffer;
  try {
    output = execFileSync('git', ['cat-file', '--batch'], {
      cwd: root,
      input: [...wanted.values()].map((id) => `${id}\n`).join(''),
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 1 << 30,
    });
  } catch {
    return found;
  }
  let offset = 0;
  for (const path of wanted.keys()) {
    const end = output.indexOf('\n', offset);
    const [, type, size] = output.toString('utf8', offset, end).split(' ');
    offset = end + 1;
    if (type !== 'blob') continue; // "<id> missing"
    found.set(path, toLf(output.toString('utf8', offset, offset + Number(size))));
    offset += Number(size) + 1;
  }
  return found;
}
