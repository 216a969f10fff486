import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
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
import { diskFileOf, toLf, type Content, type DiskFile } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The folder or the file is not open to you.',
  EPERM: 'The folder or the file is not open to you.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'The disk is full.',
  EDQUOT: 'Your quota of the disk is used up.',
  ENOTDIR: 'Something that is no folder stands in its way.',
  EEXIST: 'Something that is no folder stands in its way.',
  EISDIR: 'A folder stands in its place.',
  SPECIAL: 'A pipe, a socket or a device stands in its place.',
};

/** A repository cannot be written, e.g. a read-only folder or a full disk. */
export class WriteError extends WaMlError {
  constructor(path: string, error: NodeJS.ErrnoException) {
    super({
      code: 'WRITE_FAILED',
      what: `${path} cannot be written.`,
      why: reasons[error.code ?? ''] ?? `${error.message}.`,
      next: 'Mend that and run this again: it continues where it stopped.',
    });
  }
}

/** A file cannot be read, e.g. because a folder stands in its place. */
export class ReadError extends WaMlError {
  constructor(path: string, error: NodeJS.ErrnoException) {
    super({
      code: 'READ_FAILED',
      what: `${path} cannot be read.`,
      why: reasons[error.code ?? ''] ?? `${error.message}.`,
      next: 'Mend that and run this again: nothing was changed.',
    });
  }
}

/** A planned path leads out of the repository through a symbolic link. */
export class SymbolicLinkError extends WaMlError {
  /** @param path the link. @param file the planned path that leads through it. */
  constructor(
    readonly path: string,
    file = path,
  ) {
    super({
      code: 'SYMBOLIC_LINK',
      what: `${path} is a symbolic link.`,
      why: 'Writing through it could change files outside of the repository.',
      next:
        path === file
          ? `Replace it by a file, or make it yours: npx wa-ml eject ${path}`
          : 'Replace it by a folder, then run this again.',
    });
  }
}

/** Whether the file system has an executable bit: on Windows it is made up from a file's name. */
const knowsExecutable = process.platform !== 'win32';

/** Reads the file at a path; undefined where there is none. @throws SymbolicLinkError, ReadError */
export function readDiskFile(root: string, path: string): DiskFile | undefined {
  refuseLinks(root, path);
  const bytes = readBytes(root, path);
  if (!bytes) return undefined;
  const mode = knowsExecutable
    ? statSync(join(root, path), { throwIfNoEntry: false })?.mode
    : undefined;
  return diskFileOf(bytes, mode === undefined ? undefined : (mode & 0o100) !== 0);
}

function readBytes(root: string, path: string): Buffer | undefined {
  try {
    // Reading a pipe would wait for somebody to write.
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat && !stat.isFile() && !stat.isDirectory())
      throw Object.assign(new Error('no file'), { code: 'SPECIAL' });
    return readFileSync(join(root, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ReadError(path, error as NodeJS.ErrnoException);
  }
}

/** Whether two paths are one file, as they are where the file system ignores case. */
export function isSameFile(root: string, left: string, right: string): boolean {
  const [one, other] = [left, right].map((path) =>
    statSync(join(root, path), { throwIfNoEntry: false, bigint: true }),
  );
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

/** Refuses a path that is a symbolic link, or leads through one. @throws SymbolicLinkError */
export function refuseLinks(root: string, path: string): void {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stat = lstatSync(join(root, part), { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isSymbolicLink()) throw new SymbolicLinkError(part, path);
  }
}

/** The file that a process writes before it is moved to its place. */
export const temporaryName = (pid: number): string => `.${pid}.wa-ml.tmp`;

/**
 * Writes a file atomically: into a new one in the same folder, then renamed. A CRLF working copy stays one.
 * @param executable the bit to set. Default: as it was, and not set in a new file.
 * @throws WriteError
 */
export function writeContent(
  root: string,
  path: string,
  content: Content,
  executable?: boolean,
): void {
  const file = join(root, path);
  const temporary = join(dirname(file), temporaryName(process.pid));
  try {
    mkdirSync(dirname(file), { recursive: true });
    const before = readBytes(root, path);
    const mode = before ? statSync(file).mode | 0o200 : 0o644;
    writeFileSync(
      temporary,
      typeof content === 'string' && before?.includes('\r\n')
        ? content.replaceAll('\n', '\r\n')
        : content,
      { mode: withExecutable(mode, executable) },
    );
    // Of a new file the umask decides; one that was there keeps its mode.
    if (before || executable !== undefined) chmodSync(temporary, withExecutable(mode, executable));
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error instanceof ReadError ? error : new WriteError(path, error as NodeJS.ErrnoException);
  }
}

/** Who may read it may run it. */
function withExecutable(mode: number, executable: boolean | undefined): number {
  if (executable === undefined) return mode;
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

/** Sets or takes away the executable bit. @throws WriteError */
export function setExecutable(root: string, path: string, executable: boolean): void {
  const file = join(root, path);
  try {
    chmodSync(file, withExecutable(statSync(file).mode, executable));
  } catch (error) {
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
}

/** Moves a file as it is, and deletes the folders that it leaves empty. @throws WriteError, SymbolicLinkError */
export function moveFile(root: string, from: string, to: string): void {
  refuseLinks(root, to);
  try {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    renameSync(join(root, from), join(root, to));
  } catch (error) {
    throw new WriteError(to, error as NodeJS.ErrnoException);
  }
  deleteEmptyFolders(root, dirname(from));
}

/** Deletes a file, and the folders that it leaves empty. @throws WriteError */
export function deleteFile(root: string, path: string): void {
  try {
    rmSync(join(root, path), { force: true });
  } catch (error) {
    throw new WriteError(path, error as NodeJS.ErrnoException);
  }
  deleteEmptyFolders(root, dirname(path));
}

function deleteEmptyFolders(root: string, first: string): void {
  for (let folder = first; folder !== '.'; folder = dirname(folder)) {
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

/**
 * Blob ids of the two sides of every file that Git could not merge, by path from a folder; empty where there is no
 * repository and outside of a merge.
 */
export function readUnmerged(root: string): Map<string, { ours: string; theirs: string }> {
  const found = new Map<string, { ours: string; theirs: string }>();
  const { status, stdout } = spawnSync('git', ['ls-files', '--unmerged', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) return found;
  for (const line of stdout.split('\0')) {
    const [, id = '', stage, path = ''] = /^\d+ ([0-9a-f]+) (\d)\t([^]*)$/.exec(line) ?? [];
    const sides = found.get(path) ?? { ours: '', theirs: '' };
    if (stage === '2') found.set(path, { ...sides, ours: id });
    if (stage === '3') found.set(path, { ...sides, theirs: id });
  }
  return found;
}
