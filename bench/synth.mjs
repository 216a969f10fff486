// Synthesis of three environments with 1, 10 and 50 models, checks included, beside a plain CDK app of the same resources.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../tools/build.mjs';
import { root } from '../tools/steps.mjs';
import { median, row } from './rows.mjs';
import { shares } from './synth/profile.mjs';
import { infraWith } from './synth/repository.mjs';
import { timed } from './synth/timed-process.mjs';

const ours = ['-r', 'ts-node/register/transpile-only', 'app.ts'];
const plain = join(root, 'bench/synth/plain.mjs');
const counts = [1, 10, 50];

export async function bench({ quick = false } = {}) {
  await build();
  const rows = [];
  const figures = {};
  const folders = [];
  try {
    for (const models of counts) {
      const folder = infraWith(models);
      folders.push(folder);
      const out = join(folder, 'infra', 'cdk.out');
      const options = {
        cwd: join(folder, 'infra'),
        env: { CDK_OUTDIR: out, CDK_VALIDATION: 'false', CDK_CONTEXT_JSON: '{}' },
      };
      const peer = {
        cwd: root,
        env: { CDK_OUTDIR: join(folder, 'plain.out'), CDK_VALIDATION: 'false' },
      };
      const works = {
        ours: () => timed(ours, options),
        plain: () => timed([plain, out], peer),
        nag: () => timed([plain, out, 'nag'], peer),
      };
      const rounds = quick || models === 50 ? 1 : 3;
      const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
      for (let round = 0; round < rounds; round++)
        for (const [name, work] of Object.entries(works)) times[name].push(await work());
      const of = (name, figure) => median(times[name].map((one) => one[figure]));
      figures[models] = of('ours', 'milliseconds');
      const work = `3 environments x ${models} model${models === 1 ? '' : 's'}, ${resources(out)} resources`;
      const us = of('ours', 'milliseconds');
      rows.push(
        row({
          bench: 'synth',
          work,
          unit: 'ms',
          us,
          peer: of('nag', 'milliseconds'),
          peerName: 'plain CDK, AwsSolutions',
          goal: 1.3,
        }),
        row({
          bench: 'synth',
          work,
          unit: 'ms',
          us,
          peer: of('plain', 'milliseconds'),
          peerName: 'plain CDK, unchecked',
        }),
        row({
          bench: 'synth',
          work: `${work}: most memory`,
          unit: 'MB',
          us: of('ours', 'mebibytes'),
          peer: of('nag', 'mebibytes'),
          peerName: 'plain CDK, AwsSolutions',
        }),
      );
      if (models === 10)
        for (const [name, share] of Object.entries(await shares(ours, options)))
          rows.push(
            row({
              bench: 'synth',
              work: `share of the time with 10 models: ${name}`,
              unit: '%',
              us: 100 * share,
            }),
          );
    }
    const [few, some, many] = counts;
    rows.push(
      row({
        bench: 'synth',
        work: `time of a further model: from ${some} to ${many}, beside from ${few} to ${some}`,
        unit: 'ms',
        us: (figures[many] - figures[some]) / (many - some),
        peer: (figures[some] - figures[few]) / (some - few),
        peerName: 'ours',
        goal: 1.5,
      }),
    );
    return rows;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

function resources(out) {
  return readdirSync(out)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => Object.keys(JSON.parse(readFileSync(join(out, name), 'utf8')).Resources).length)
    .reduce((sum, count) => sum + count, 0);
}
