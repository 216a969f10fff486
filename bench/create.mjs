// `create` without an install, beside `projen new` and create-vite; planning and writing 200 files of it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, createProgram } from '../tools/build.mjs';
import { root, run } from '../tools/steps.mjs';
import { interleave, median, row } from './rows.mjs';

const rounds = 15;

export async function bench() {
  await build();
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-bench-'));
  const fresh = (name, round) => {
    const path = join(folder, `${name}-${round}`);
    mkdirSync(path);
    return path;
  };
  const projen = join(root, 'node_modules/projen/bin/projen');
  const createVite = join(root, 'node_modules/create-vite/index.js');
  try {
    const [us, projenNew, vite] = await interleave(
      [
        (round) =>
          run(process.execPath, [createProgram, 'acme-ml', '--yes', '--no-install', '--no-git'], {
            cwd: fresh('us', round),
          }),
        (round) =>
          run(process.execPath, [projen, 'new', 'awscdk-app-ts', '--no-post', '--no-git'], {
            cwd: fresh('projen', round),
          }),
        (round) =>
          run(
            process.execPath,
            [createVite, 'app', '--template', 'vanilla-ts', '--no-interactive'],
            { cwd: fresh('vite', round) },
          ),
      ],
      rounds,
    );
    return [
      row({
        bench: 'create',
        work: 'create without install',
        unit: 'ms',
        us,
        peer: projenNew,
        peerName: 'projen new awscdk-app-ts --no-post',
        goal: 1,
      }),
      row({
        bench: 'create',
        work: 'create without install',
        unit: 'ms',
        us,
        peer: vite,
        peerName: 'create-vite vanilla-ts',
      }),
      await planAndWrite(folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A repository of about 200 files, in a warm process: what the work itself costs. */
async function planAndWrite(folder) {
  const require = createRequire(import.meta.url);
  const { readConfiguration } = require('../packages/config/lib/index.js');
  const { planRepo } = require('../packages/blueprint/lib/index.js');
  const {
    configurationText,
    defaultAnswers,
    keepInStep,
    loadTemplates,
  } = require('../packages/project/lib/index.js');
  const modelsFor = (count) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `model-${index}`,
        { flavour: 'pytorch-tabular' },
      ]),
    );
  const templates = loadTemplates();
  const normalisedOf = (count) =>
    readConfiguration(configurationText({ ...defaultAnswers, models: modelsFor(count) }))
      .normalised;
  let models = 1;
  while (planRepo(normalisedOf(models), templates).length < 200) models++;
  const normalised = normalisedOf(models);
  const times = [];
  let files = 0;
  for (let round = 0; round < rounds; round++) {
    const since = performance.now();
    const plan = planRepo(normalised, templates);
    keepInStep(join(folder, `plan-${round}`), plan);
    times.push(performance.now() - since);
    files = plan.length;
  }
  return row({
    bench: 'create',
    work: `plan and write ${files} files`,
    unit: 'ms',
    us: median(times),
    goal: 100,
  });
}
