import { spawnSync } from 'node:child_process';
import { WaMlError } from '@wa-ml/config';

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

function git(root: string, args: readonly string[]): string {
  const result = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (result.error) throw new GitError('Git could not be started.', `${result.error.message}.`);
  if (result.status !== 0) throw new GitError(`\`git ${args[0]}\` failed.`, result.stderr.trim());
  return result.stdout;
}

/**
 * Makes the folder a Git repository with one commit of everything that is there.
 * @param owner e-mail address of the commit where Git knows no identity (a fresh machine, a container).
 */
export function commitFirst(root: string, owner: string): void {
  git(root, ['init', '--quiet', '--initial-branch=main']);
  git(root, ['add', '--all']);
  const known = spawnSync('git', ['config', 'user.email'], { cwd: root }).status === 0;
  const identity = known
    ? []
    : ['-c', 'user.name=create-wa-ml-project', '-c', `user.email=${owner}`];
  git(root, [
    ...identity,
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '--no-verify',
    '--message',
    'Create the repository',
  ]);
}

/** The commit that is checked out; undefined outside of a repository. */
export function headCommit(root: string): string | undefined {
  const result = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
