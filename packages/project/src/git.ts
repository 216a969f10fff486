import { spawnSync } from 'node:child_process';
import { WaMlError } from '@wa-ml/config';
import { runProgram, type Watch } from './run-program';

export class GitError extends WaMlError {
  constructor(what: string, why: string) {
    super({
      code: 'GIT_FAILED',
      what,
      why,
      next: 'The files are written: run `git init`, `git add -A` and `git commit` yourself.',
    });
  }
}

/**
 * Makes the folder a Git repository with one commit of everything that is there, without blocking.
 * @param owner e-mail address of the commit where Git knows no identity (a fresh machine, a container).
 * @throws GitError
 */
export async function commitFirst(root: string, owner: string, watch: Watch = {}): Promise<void> {
  const git = async (...args: string[]): Promise<void> => {
    const { status, output } = await runProgram('git', args, { cwd: root, watch });
    if (status !== 0)
      throw new GitError(
        `\`git ${args.includes('commit') ? 'commit' : args[0]}\` failed.`,
        output.trim(),
      );
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const known = spawnSync('git', ['config', 'user.email'], { cwd: root }).status === 0;
  const identity = known
    ? []
    : ['-c', 'user.name=create-wa-ml-project', '-c', `user.email=${owner}`];
  await git(
    ...identity,
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '--no-verify',
    '--message',
    'Create the repository',
  );
}

/** The commit that is checked out; undefined outside of a repository. */
export function headCommit(root: string): string | undefined {
  const result = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
