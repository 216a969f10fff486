import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Reconciliation, TemplateSet } from '@wa-ml/blueprint';
import { filesOnDisk, keepInStep, planActions } from './keep-in-step';
import { specifiersOf, vendorFolder } from './packages';
import type { PeopleData } from './people-data';
import { DirectoryError, readTarballs } from './tarballs';
import { WaMlProject } from './wa-ml-project';
import { WriteError } from './working-copy';

export interface CreateOptions {
  /** Folder to create; an empty one may be there. */
  readonly directory: string;
  /** Text of wa-ml.json. */
  readonly configurationText: string;
  /** People's own data, by model. */
  readonly data?: Readonly<Record<string, PeopleData>>;
  /** Folder of our packages as tarballs, where they are on no registry. */
  readonly packages?: string | undefined;
  /** Says what would be written, and writes nothing. */
  readonly dryRun?: boolean;
  readonly templates?: TemplateSet;
}

/**
 * Creates a repository's files. All or nothing: they are written beside the folder and moved there in one step,
 * so that an error, a full disk or Ctrl-C leaves what was there before.
 * @throws ConfigurationError, DirectoryError, DataError, WriteError
 */
export function createRepository(options: CreateOptions): Reconciliation {
  const directory = resolve(options.directory);
  const tarballs = options.packages === undefined ? [] : readTarballs(options.packages);
  const project = new WaMlProject({
    root: directory,
    configurationText: options.configurationText,
    specifiers: specifiersOf(tarballs.map(({ name }) => name)),
    ...(options.templates ? { templates: options.templates } : {}),
  });
  const data = options.data ?? {};
  const schemas = Object.fromEntries(
    Object.entries(data).map(([model, one]) => [model, one.schema]),
  );
  requireUsable(directory);
  const plan = project.plan(schemas);
  if (options.dryRun) return planActions(directory, plan, filesOnDisk(directory));

  const stage = join(dirname(directory), `.${basename(directory)}.creating-${process.pid}`);
  const discard = (): void => rmSync(stage, { recursive: true, force: true });
  const interrupted = (): never => {
    discard();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    makeFolder(stage);
    writeFileSync(join(stage, 'wa-ml.json'), options.configurationText);
    for (const { name, bytes } of tarballs) writeBytes(join(stage, vendorFolder, name), bytes);
    for (const [model, one] of Object.entries(data))
      writeBytes(join(stage, 'models', model, one.written.file), one.bytes);
    const outcome = keepInStep(stage, plan);
    if (existsSync(directory)) rmdirSync(directory); // empty: checked above, and refused by the system otherwise
    renameSync(stage, directory);
    return outcome;
  } catch (error) {
    discard();
    throw isSystemError(error) ? new WriteError(directory, error) : error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';

/**
 * Asks whether a repository can be created in a folder: it is absent or empty, and its place is writable.
 * @throws DirectoryError
 */
export function requireUsable(directory: string): void {
  const stat = statSync(directory, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) {
    throw new DirectoryError(
      `${directory} is a file.`,
      'The repository needs a folder.',
      'Choose another name.',
    );
  }
  if (stat && readdirSync(directory).length > 0) {
    throw new DirectoryError(
      `${directory} is not empty.`,
      `It holds ${readdirSync(directory).slice(0, 3).join(', ')}; what is there might be lost.`,
      'Choose another name, or empty the folder.',
    );
  }
  let parent = dirname(directory);
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch {
    throw new DirectoryError(
      `${parent} is not writable.`,
      'The repository would be made in it.',
      'Choose another place, or change its permissions.',
    );
  }
}

function makeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

function writeBytes(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
