// Training beside real peers: the loop's step time, data loading, the stall of a checkpoint; a GPU's rows where there is one.
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../tools/build.mjs';
import { runtimeFolder } from '../tools/python.mjs';
import { root, run } from '../tools/steps.mjs';
import { row } from './rows.mjs';

const require = createRequire(import.meta.url);
const peers = ['accelerate==1.15.0', 'lightning==2.6.6', 'torchdata==0.11.0'];
const folder = join(root, '.cache', 'bench-training');
const python = join(folder, 'venv', 'bin', 'python');

/** Rows of each script: { work, unit, us, peer, peerName, goal }. */
const scripts = ['step_time.py', 'data_loading.py', 'checkpoint_stall.py', 'gpu.py'];

export async function bench() {
  await build();
  await installPeers();
  const place = mkdtempSync(join(tmpdir(), 'wa-ml-bench-'));
  try {
    const rows = [];
    for (const script of scripts) {
      const output = await run(python, [join(root, 'bench/training', script), place], {
        env: { OMP_NUM_THREADS: '1' },
      });
      for (const line of output.trim().split('\n')) {
        const told = JSON.parse(line);
        if (told.note) process.stderr.write(`${told.note}\n`);
        else rows.push(row({ bench: 'training', ...told }));
      }
    }
    return rows;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** An environment of its own: what generated repositories install is not widened by the peers. */
async function installPeers() {
  const { findUv } = require('../packages/project/lib/uv.js');
  const { versions } = require('../packages/blueprint/lib/index.js');
  if (existsSync(join(folder, 'installed'))) return;
  mkdirSync(folder, { recursive: true });
  const constraints = join(folder, 'constraints.txt');
  writeFileSync(
    constraints,
    Object.entries(versions.python)
      .map(([name, version]) => `${name}==${version}\n`)
      .join(''),
  );
  const uv = findUv(join(root, '.cache'));
  await run(uv, ['venv', '--quiet', '--clear', '--python', '3.11', join(folder, 'venv')]);
  await run(uv, [
    ...['pip', 'install', '--quiet', '--python', python, '--constraint', constraints],
    ...['--editable', `${runtimeFolder}[train]`, ...peers],
  ]);
  writeFileSync(join(folder, 'installed'), '');
}
