import { run } from '../../tools/steps.mjs';

/** Who commits, and no settings of whoever runs the benchmark. */
export const gitEnvironment = {
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
};
export const git = (folder, ...args) => run('git', args, { cwd: folder, env: gitEnvironment });

export async function commit(folder) {
  await git(folder, 'add', '--all', '--force');
  await git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'work');
}
