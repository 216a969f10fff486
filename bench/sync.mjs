// Keeping a repository in step, beside copier and cruft with the same files; planning and its memory by the number of models.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from '../tools/build.mjs';
import { root, run } from '../tools/steps.mjs';
import { interleave, median, row } from './rows.mjs';
import { copierPeer, cruftPeer, installPeers } from './sync/peers.mjs';
import { keptEdits } from './sync/kept-edits.mjs';
import { commit } from './sync/commit.mjs';
import { ourPeer, seededPaths } from './sync/ours.mjs';

const rounds = 7;
/** Most that planning 500 models may cost, in plans of 10; and the most memory, in MB. */
const linear = 60;
const memory = 300;

export async function bench() {
  await build();
  await installPeers();
  // In here, so that the repositories find our packages without an install.
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, 'tmp/bench-sync-'));
  try {
    process.stdout.write(`${await keptEdits(folder)}\n`);
    return [...(await planning()), ...(await noChange(folder)), ...(await updates(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each number of models in a process of its own, so that one does not warm up or fill another. */
async function planning() {
  const figures = {};
  for (const models of [1, 10, 100, 500]) {
    const runs = [];
    for (let round = 0; round < 3; round++)
      runs.push(
        JSON.parse(
          await run(process.execPath, [join(root, 'bench/sync/plan-models.mjs'), `${models}`]),
        ),
      );
    figures[models] = {
      ms: median(runs.map(({ ms }) => ms)),
      files: runs[0].files,
      megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)),
    };
  }
  return [
    ...Object.entries(figures).map(([models, { ms, files }]) =>
      row({
        bench: 'sync',
        work: `plan ${models} model${models === '1' ? '' : 's'}, ${files} files`,
        unit: 'ms',
        us: ms,
      }),
    ),
    row({
      bench: 'sync',
      work: 'plan 500 models',
      unit: 'ms',
      us: figures[500].ms,
      peer: figures[10].ms,
      peerName: 'plan 10 models',
      goal: linear,
    }),
    row({
      bench: 'sync',
      work: 'plan 500 models: most memory',
      unit: 'MB',
      us: figures[500].megabytes,
      goal: memory,
    }),
  ];
}

/** `projen` where nothing changed: the work itself, and the command. */
async function noChange(folder) {
  const require = createRequire(import.meta.url);
  const { keepInStep, WaMlProject } = require('../packages/project/lib/index.js');
  const { project, release, update } = await ourPeer(place(folder, 'no-change'));
  await release({});
  const [inProcess, command] = await interleave(
    [() => keepInStep(project, new WaMlProject({ root: project }).plan()), update],
    rounds,
  );
  return [
    row({
      bench: 'sync',
      work: 'projen without a change, in a warm process',
      unit: 'ms',
      us: inProcess,
    }),
    row({
      bench: 'sync',
      work: 'ts-node -T .projenrc.ts without a change',
      unit: 'ms',
      us: command,
    }),
  ];
}

/** Releases that change one file, in which somebody edited another place; each tool's whole command. */
async function updates(folder) {
  const ours = await ourPeer(place(folder, 'ours'));
  const { files } = ours;
  const seeded = seededPaths(ours.project);
  const peers = [
    ours,
    await copierPeer(place(folder, 'copier'), files, seeded),
    await cruftPeer(place(folder, 'cruft'), files, seeded),
  ];
  for (const { project } of peers) {
    writeFileSync(join(project, 'README.md'), `${files['README.md']}\nA line of a person.\n`);
    await commit(project);
  }
  const times = peers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const line = `Release ${round}`;
    for (const [index, { project, release, update }] of peers.entries()) {
      await release({ 'README.md': `${line}\n${files['README.md']}` });
      const since = performance.now();
      await update();
      times[index].push(performance.now() - since);
      const after = readFileSync(join(project, 'README.md'), 'utf8');
      if (
        !after.includes(line) ||
        !after.includes('A line of a person.') ||
        after.includes('<<<<<<<')
      )
        throw new Error(`${project} did not update: ${after.slice(0, 500)}`);
      await commit(project);
    }
  }
  const [us, copier, cruft] = times.map(median);
  const work = `update: ${Object.keys(files).length} files, one edited and changed`;
  return [
    row({ bench: 'sync', work, unit: 'ms', us, peer: copier, peerName: 'copier update', goal: 1 }),
    row({ bench: 'sync', work, unit: 'ms', us, peer: cruft, peerName: 'cruft update', goal: 1 }),
  ];
}

function place(folder, name) {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
