import { spawnSync } from 'node:child_process';
import { WaMlError } from '@wa-ml/config';
import { runProgram, type Watch } from './run-program';

export class GitError extends WaMlError {
  constructor(
    what: string,
    why: string,
    next = 'The files are written: run `git add --all` and `git commit` yourself.',
  ) {
    super({ code: 'GIT_FAILED', what, why, next });
  }
}

function git(root: string, args: readonly string[], input?: string): string {
  const result = spawnSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  });
  if (result.error) throw new GitError('Git could not be started.', `${result.error.message}.`);
  if (result.status !== 0)
    throw new GitError(`\`git ${subcommand(args)}\` failed.`, result.stderr.trim());
  return result.stdout;
}

/** `-c name=value commit` -> `commit`. */
const subcommand = (args: readonly string[]): string | undefined =>
  args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c');

/**
 * Makes the folder a Git repository with one commit of everything that is there, without blocking.
 * @param owner e-mail address of the commit where Git knows no identity (a fresh machine, a container).
 * @throws GitError
 */
export async function commitFirst(root: string, owner: string, watch: Watch = {}): Promise<void> {
  const run = async (...args: string[]): Promise<void> => {
    const { status, output } = await runProgram('git', args, { cwd: root, watch });
    if (status !== 0) throw new GitError(`\`git ${subcommand(args)}\` failed.`, output.trim());
  };
  await run('init', '--quiet', '--initial-branch=main');
  await run('add', '--all');
  await run(
    ...identity(root, owner),
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '--no-verify',
    '--message',
    'Create the repository',
  );
}

/** Who commits where Git does not know it: a fresh machine, a container. */
function identity(root: string, owner: string): string[] {
  const known = spawnSync('git', ['config', 'user.email'], { cwd: root }).status === 0;
  return known ? [] : ['-c', 'user.name=create-wa-ml-project', '-c', `user.email=${owner}`];
}

/** Whether a folder is in a working copy of Git. */
export function isInGit(root: string): boolean {
  const result = spawnSync('git', ['rev-parse', '--is-inside-work-tree'], { cwd: root });
  return result.status === 0;
}

/** What is not committed, by path from the root of the repository: files that Git follows, and others that it does not ignore. */
export function uncommitted(root: string): { tracked: string[]; untracked: string[] } {
  const list = (...args: string[]): string[] => git(root, args).split('\0').filter(Boolean);
  return {
    tracked: list('diff', '--name-only', '--no-renames', '-z', 'HEAD', '--'),
    untracked: list('ls-files', '--others', '--exclude-standard', '-z'),
  };
}

/**
 * Commits every change of files that Git follows, and some new ones where it does not ignore them.
 * Hooks and signing are as its people have set them.
 * @param owner e-mail address of the commit where Git knows no identity.
 * @throws GitError
 * @returns the id of the commit.
 */
export function commitUpgrade(
  root: string,
  created: readonly string[],
  message: string,
  owner: string,
): string {
  const { untracked } = uncommitted(root);
  const added = created.filter((path) => untracked.includes(path));
  git(root, ['add', '--update']);
  if (added.length > 0)
    git(
      root,
      ['--literal-pathspecs', 'add', '--pathspec-from-file=-', '--pathspec-file-nul'],
      added.join('\0'),
    );
  git(root, [...identity(root, owner), 'commit', '--quiet', '--file=-'], message);
  return git(root, ['rev-parse', 'HEAD']).trim();
}

/** The commit that is checked out; undefined outside of a repository. */
export function headCommit(root: string): string | undefined {
  const result = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
