import type { Content } from './content';

/** Who a file belongs to: `managed` follows the configuration, `seeded` is written once and then belongs to the people. */
export type Owner = 'managed' | 'seeded';

/** One file that a repository should have. */
export interface PlannedFile {
  /** POSIX path from the root of the repository. */
  readonly path: string;
  readonly owner: Owner;
  /** UTF-8 text with LF line ends, or bytes. */
  readonly content: Content;
  /** Whether it can be run as a program. @default false */
  readonly executable?: boolean;
  /**
   * Where earlier releases had it, all of them, so that a repository that skipped a release finds its file too:
   * the people's edits move with it. A path that only changes its case needs no mention.
   */
  readonly movedFrom?: readonly string[];
  /** Whether a seeded file says what people's data was like, so that only its first writing counts. @default false */
  readonly fromData?: boolean;
}

/** An object as the JSON file that projen, npm and Nx would write: two spaces, a newline at the end. */
export function jsonFile(path: string, owner: Owner, value: unknown): PlannedFile {
  return { path, owner, content: `${JSON.stringify(value, undefined, 2)}\n` };
}
