import { contentId, contentOf, type Content } from './content';
import type { Manifest } from './manifest';

/** A file as it lies in the working copy. */
export interface DiskFile {
  /** Git blob id, of text over its LF-normalised bytes. */
  readonly id: string;
  /** Its text with LF line ends; undefined where the bytes are no text, so that nothing is ever merged into them. */
  readonly text: string | undefined;
  /** Whether it can be run as a program; undefined where the file system does not say. */
  readonly executable?: boolean;
  /** Git merged two renders of ours, left its markers, and no line is a person's. @default false */
  readonly torn?: boolean;
}

/** The bytes of a file as `reconcile` wants to see them. */
export function diskFileOf(bytes: Uint8Array, executable?: boolean): DiskFile {
  const content = contentOf(bytes);
  return {
    id: contentId(content),
    text: typeof content === 'string' ? content : undefined,
    ...(executable === undefined ? {} : { executable }),
  };
}

/** What is on disk: only the paths that the plan or the manifest names; an absent file has no entry. */
export type Disk = ReadonlyMap<string, DiskFile>;

/** Our last renders of edited files, as far as they could be found: path -> text. */
export type Bases = ReadonlyMap<string, string>;

export type ActionKind =
  | 'create' // not there: written
  | 'update' // ours and unedited, or only its executable bit: written anew
  | 'merge' // edited, and our change fits: merged
  | 'move' // planned somewhere else now: moved, with whatever people wrote into it
  | 'keep' // edited, and we have nothing new: left alone
  | 'conflict' // edited, and our change does not fit: left alone and reported
  | 'no-base' // edited, and our last render is not to be had: left alone and reported
  | 'occupied' // somebody else's file stands where we would write: left alone and reported
  | 'ejected' // the people took it over: left alone
  | 'deleted' // the people deleted it: not brought back
  | 'delete' // no longer planned and unedited: deleted
  | 'orphan' // no longer planned and edited: left to the people
  | 'unchanged';

/** What happens to one path. */
export interface Action {
  readonly kind: ActionKind;
  readonly path: string;
  /** Why, in one clause. */
  readonly why: string;
  /** Where the file lies now, if it is moved; it is moved as it is before `content` is written. */
  readonly from?: string;
  /** What to write; text has LF line ends. */
  readonly content?: Content;
  /** The executable bit to set; undefined leaves the file its own. */
  readonly executable?: boolean;
}

/** Whether a writer has something to do for an action. */
export function changesDisk(action: Action): boolean {
  return (
    action.kind === 'delete' ||
    action.content !== undefined ||
    action.from !== undefined ||
    action.executable !== undefined
  );
}

/** Everything that a writer has to do; applying it and reconciling again gives no action. */
export interface Reconciliation {
  readonly actions: readonly Action[];
  /** The manifest afterwards. */
  readonly manifest: Manifest;
  /** Renders to keep in `.wa-ml/base/` (text), or to take out of it (null); paths without a change are left out. */
  readonly bases: ReadonlyMap<string, string | null>;
}
