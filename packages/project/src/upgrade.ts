import { changesDisk } from '@wa-ml/blueprint';
import { InputError, readConfiguration, type WaMlError } from '@wa-ml/config';
import { commitUpgrade, isInGit, uncommitted } from './git';
import { installDependenciesWatched } from './install';
import { basePath, filesOnDisk, readConfigurationText } from './keep-in-step';
import { lockPythonPackagesWatched, LockError } from './lock-python';
import type { Watch } from './run-program';
import { upgradeFiles } from './upgrade-files';
import { commitMessage } from './upgrade-report';
import { planUpgrade, type UpgradePlan, type UpgradePlanOptions } from './upgrade-plan';

export interface UpgradeOptions extends UpgradePlanOptions {
  /** Says what would be done, and does nothing. @default false */
  readonly dryRun?: boolean;
  /** Makes one commit of it; `false` leaves it in the working copy. @default true */
  readonly commit?: boolean;
  /** Installs the packages and locks those of Python where their lists changed. @default true */
  readonly install?: boolean;
  /** Is told which step begins, and what the programs of a step print. */
  readonly progress?: (step: string) => Watch;
}

export interface Upgrade extends UpgradePlan {
  /** The commit that was made. */
  readonly commit?: string;
  /** Why Python packages are not locked; everything else is done all the same. */
  readonly unlocked?: WaMlError;
}

/** An upgrade is a commit of its own, and there is something else that is not committed. */
export class UncommittedError extends InputError {
  constructor(paths: readonly string[]) {
    const rest = paths.length - 3;
    super({
      code: 'UNCOMMITTED',
      what: `${paths.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more` : ''} ${paths.length === 1 ? 'is' : 'are'} not committed.`,
      why: 'An upgrade is one commit to be reviewed, and reverted where it is not wanted: your changes would be mixed into it.',
      next: 'Commit them, or put them away (git stash --include-untracked), then run this again. --dry-run only looks.',
    });
  }
}

/** There is nothing to commit to. */
export class NoRepositoryError extends InputError {
  constructor(root: string) {
    super({
      code: 'NO_REPOSITORY',
      what: `${root} is in no Git repository with a commit.`,
      why: 'An upgrade is one commit to be reviewed, and merging needs what Git has of earlier versions.',
      next: 'Run git init and commit what is there, or say --no-commit.',
    });
  }
}

/**
 * Upgrades a repository to this release: runs the migrations between its release and this one, brings every file of
 * ours in step, takes the changes of seeded files that are asked for, installs the packages, and commits all of it.
 * Where there is nothing to do, nothing is done, whatever the state of the working copy.
 * @param root folder of the repository.
 * @throws UncommittedError, NoRepositoryError, ConfigurationError, ManifestError, LockedError: nothing is changed then.
 * @throws InstallError, GitError: the files are upgraded, and not committed.
 */
export async function upgrade(root: string, options: UpgradeOptions = {}): Promise<Upgrade> {
  const planned = planUpgrade(root, filesOnDisk(root), options);
  if (options.dryRun || !planned.changes) return planned;
  const commits = options.commit ?? true;
  requireCommitted(root, planned, commits);
  const watch = options.progress ?? (() => ({}));
  watch('Upgrading files');
  const done = upgradeFiles(root, options);
  let unlocked: WaMlError | undefined;
  if (options.install ?? true) {
    const { reconciliation } = done;
    const written = { actions: reconciliation.actions.filter(changesDisk) };
    if (written.actions.some(({ path }) => path.endsWith('package.json')))
      await installDependenciesWatched(root, written, watch('Installing packages'), true);
    unlocked = await lockProblem(root, written, watch('Locking Python packages'));
  }
  if (!commits) return { ...done, ...(unlocked ? { unlocked } : {}) };
  watch('Committing');
  const { owner } = readConfiguration(readConfigurationText(root)).normalised;
  const commit = commitUpgrade(root, mayCreate(done), commitMessage(done), owner);
  return { ...done, commit, ...(unlocked ? { unlocked } : {}) };
}

function requireCommitted(root: string, { reconciliation }: UpgradePlan, commits: boolean): void {
  if (!isInGit(root)) {
    if (commits) throw new NoRepositoryError(root);
    return;
  }
  const { tracked, untracked } = uncommitted(root);
  const written = new Set(
    reconciliation.actions.filter(changesDisk).map(({ path, from }) => from ?? path),
  );
  const mixed = [...tracked, ...untracked.filter((path) => written.has(path))];
  if (mixed.length > 0) throw new UncommittedError(mixed);
}

async function lockProblem(
  root: string,
  written: Parameters<typeof lockPythonPackagesWatched>[1],
  watch: Watch,
): Promise<WaMlError | undefined> {
  try {
    await lockPythonPackagesWatched(root, written, watch);
    return undefined;
  } catch (error) {
    if (error instanceof LockError) return error; // offline, for one: the repository is whole without it
    throw error;
  }
}

/** Files that the upgrade may have made. */
function mayCreate({ reconciliation, plan }: UpgradePlan): string[] {
  return [
    ...reconciliation.actions.filter(changesDisk).map(({ path }) => path),
    ...[...reconciliation.bases.keys()].map(basePath),
    'package-lock.json',
    ...plan
      .filter(({ path }) => path.endsWith('/pyproject.toml'))
      .map(({ path }) => path.replace(/pyproject\.toml$/, 'uv.lock')),
  ];
}
