// Adding a model by `nx generate`, beside the smallest library that Nx's own generator makes.
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, createProgram } from '../tools/build.mjs';
import { root, run } from '../tools/steps.mjs';
import { interleave, row } from './rows.mjs';

const rounds = 9;
// Without the daemon, as in CI: with it, the second run of either finds the graph ready.
const env = { ...process.env, NX_DAEMON: 'false', CI: 'true' };

export async function bench() {
  await build();
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-bench-'));
  try {
    const ours = await repository(folder, 'ours');
    const peer = await repository(folder, 'peer');
    const empty = emptyWorkspace(folder);
    for (const workspace of [peer, empty]) askFor(workspace);
    const generate = (cwd, args) =>
      run(process.execPath, [nx, 'generate', ...args, '--no-interactive'], { cwd, env });
    // The workspaces grow by one project in each round, all alike.
    const [us, same, bare] = await interleave(
      [
        (round) => generate(ours, ['@wa-ml/nx:model', `model-${round}`]),
        (round) => generate(peer, ['@nx/js:lib', `libs/lib-${round}`, ...leastOptions]),
        (round) => generate(empty, ['@nx/js:lib', `libs/lib-${round}`, ...leastOptions]),
      ],
      rounds,
    );
    const against = (peerName, peer, goal) =>
      row({
        bench: 'generate',
        work: 'nx generate: a model; a library',
        unit: 'ms',
        us,
        peer,
        peerName,
        goal,
      });
    requireNothingInstalled([peer, empty]);
    return [
      against('@nx/js:lib, the least it makes, in such a repository', same, 1.2),
      against('@nx/js:lib, the least it makes, in an empty workspace', bare),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
const leastOptions = ['--bundler=none', '--linter=none', '--unitTestRunner=none'];
/** What @nx/js:lib asks for: where package.json has it, nothing is installed in the middle of a measurement. */
const askedFor = {
  '@nx/js': '23.2.1',
  '@swc-node/register': '*',
  '@swc/helpers': '~0.5.18',
  '@types/node': '^22.0.0',
  nx: '23.2.1',
  prettier: '~3.6.2',
  tslib: '*',
  typescript: '*',
};

/** A repository as `create` makes it, with this repository's packages, and the lock of its first model. */
async function repository(folder, name) {
  await run(process.execPath, [createProgram, name, '--yes', '--no-install', '--no-git'], {
    cwd: folder,
  });
  const workspace = join(folder, name);
  linkPackages(workspace);
  const waMl = join(root, 'packages/project/lib/cli/bin.js');
  await run(process.execPath, [waMl, 'uv', 'lock', '--directory', 'models/diagnosis'], {
    cwd: workspace,
  });
  return workspace;
}

/** The least workspace in which Nx's generator of TypeScript libraries runs, and nothing is to be installed. */
function emptyWorkspace(folder) {
  const workspace = join(folder, 'empty');
  mkdirSync(workspace);
  const write = (path, value) =>
    writeFileSync(join(workspace, path), `${JSON.stringify(value, undefined, 2)}\n`);
  write('package.json', { name: 'empty', private: true });
  write('nx.json', { analytics: false, neverConnectToCloud: true });
  write('tsconfig.base.json', { compilerOptions: { paths: {} } });
  linkPackages(workspace);
  return workspace;
}

function linkPackages(workspace) {
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'), 'dir');
}

function askFor(workspace) {
  const file = join(workspace, 'package.json');
  const before = JSON.parse(readFileSync(file, 'utf8'));
  const devDependencies = { ...before.devDependencies, ...askedFor };
  writeFileSync(file, JSON.stringify({ ...before, devDependencies }));
}

/** An installation would have replaced the link, and would have been measured. */
function requireNothingInstalled(workspaces) {
  for (const workspace of workspaces)
    if (!lstatSync(join(workspace, 'node_modules')).isSymbolicLink())
      throw new Error(`@nx/js:lib installed packages in ${workspace}: add them to askedFor`);
}
