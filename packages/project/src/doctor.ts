import {
  ManifestError,
  manifestPath,
  MergedManifestError,
  recordedRelease,
  versions,
  type ActionKind,
} from '@wa-ml/blueprint';
import { markerLine, WaMlError } from '@wa-ml/config';
import { filesOnDisk, planActions } from './keep-in-step';
import { mending } from './report';
import { readToolchain, type Tool } from './toolchain';
import { WaMlProject } from './wa-ml-project';

/** How one file stands. */
export type FileState =
  'in step' | 'outdated' | 'edited' | 'conflicted' | 'missing' | 'orphaned' | 'ejected';

/** What an action of `npx projen` says of the file as it is now. */
const states: Readonly<Record<ActionKind, FileState>> = {
  unchanged: 'in step',
  create: 'outdated',
  update: 'outdated',
  merge: 'outdated',
  move: 'outdated',
  delete: 'outdated',
  keep: 'edited',
  conflict: 'conflicted',
  'no-base': 'conflicted',
  occupied: 'conflicted',
  deleted: 'missing',
  orphan: 'orphaned',
  ejected: 'ejected',
};

/** What people edited, deleted or ejected is theirs to choose; these want something done. */
const wantingStates: ReadonlySet<FileState> = new Set(['outdated', 'conflicted', 'orphaned']);

/** One file of ours. */
export interface ExaminedFile {
  readonly path: string;
  readonly state: FileState;
  /** What `npx projen` would do about it. */
  readonly kind: ActionKind;
  readonly why: string;
  /** Commands that mend it, each on its own; none where nothing wants mending. */
  readonly mend: readonly string[];
}

/** What is well with a repository and what is not. */
export interface Diagnosis {
  /** Whether nothing wants mending. */
  readonly ok: boolean;
  /** The release that the repository is of; undefined where the manifest cannot be read. */
  readonly release: string | undefined;
  /** The release that examines it; an older repository wants `npx wa-ml upgrade`. */
  readonly installed: string;
  /** Whether `npx projen` and `npx wa-ml upgrade` have nothing to do and nothing to report. */
  readonly inStep: boolean;
  /** Every file of ours, sorted by path; none where they cannot be examined. */
  readonly files: readonly ExaminedFile[];
  /** Why files cannot be examined: the configuration, the manifest, something in a file's place. */
  readonly errors: readonly WaMlError[];
  readonly toolchain: readonly Tool[];
}

/** Examines a repository and changes nothing. */
export async function examine(root: string): Promise<Diagnosis> {
  const errors: WaMlError[] = [];
  let files: ExaminedFile[] = [];
  let models = true;
  let release: string | undefined;
  try {
    release = recordedRelease(filesOnDisk(root).read(manifestPath)?.text);
    const project = new WaMlProject({ root });
    models = Object.keys(project.configuration.models).length > 0;
    const onDisk = filesOnDisk(root);
    const manifest = onDisk.read(manifestPath);
    if (!manifest)
      errors.push(new ManifestError('There is none, so that what we wrote last is not known.'));
    if (markerLine(manifest?.text ?? '') !== undefined) errors.push(new MergedManifestError());
    files = planActions(root, project.plan(), onDisk).actions.map(({ kind, path, why }) => ({
      path,
      state: states[kind],
      kind,
      why,
      mend: mending({ kind, path }),
    }));
  } catch (error) {
    if (!(error instanceof WaMlError)) throw error;
    errors.push(error);
  }
  const toolchain = await readToolchain(root, models);
  const upgraded = release === undefined || release === versions.waMl;
  const inStep =
    errors.length === 0 && upgraded && !files.some(({ state }) => wantingStates.has(state));
  return {
    ok: inStep && toolchain.every(({ ok }) => ok),
    release,
    installed: versions.waMl,
    inStep,
    files: files.sort((left, right) => (left.path < right.path ? -1 : 1)),
    errors,
    toolchain,
  };
}

/** Whether a file's state wants something done. */
export const isWanting = ({ state }: ExaminedFile): boolean => wantingStates.has(state);
