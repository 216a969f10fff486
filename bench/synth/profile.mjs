// Whose code a synthesis spends its time in, by a CPU profile.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timed } from './timed-process.mjs';

const owners = [
  ['ours', /\/packages\/(constructs|config)\/|\/bench-synth-[^/]+\/infra\//],
  ['cdk-nag', /\/node_modules\/cdk-nag\//],
  ['aws-cdk-lib', /\/node_modules\/(aws-cdk-lib|constructs|@aws-cdk)\//],
  ['TypeScript', /\/node_modules\/(typescript|ts-node)\//],
  ['Node and others', /.*/],
];

/** @returns the share of the running time by owner, of 1; idle time is left out. */
export async function shares(args, options) {
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-profile-'));
  await timed(['--cpu-prof', '--cpu-prof-dir', folder, ...args], options);
  const { nodes, samples, timeDeltas } = JSON.parse(
    readFileSync(join(folder, readdirSync(folder)[0]), 'utf8'),
  );
  const ownerOf = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      callFrame.functionName === '(idle)'
        ? undefined
        : owners.find(([, pattern]) => pattern.test(callFrame.url))[0],
    ]),
  );
  const times = Object.fromEntries(owners.map(([name]) => [name, 0]));
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const owner = ownerOf.get(sample);
    if (owner === undefined) continue;
    times[owner] += timeDeltas[index];
    total += timeDeltas[index];
  }
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time / total]));
}
