// The client of all servers: wrk, pinned to the last core, away from a server with one worker.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../../tools/steps.mjs';

const clientCore = `${cpus().length - 1}`;

/** Why nothing can be measured here, or undefined. */
export function whyNoClient() {
  if (process.platform !== 'linux')
    return `servers are pinned by taskset, this is ${process.platform}`;
  if (cpus().length < 2) return 'server and client need a core each, and there is one';
  for (const name of ['wrk', 'taskset'])
    if (spawnSync(name, ['--version']).error)
      return `there is no ${name} (apt-get install wrk util-linux)`;
  return undefined;
}

/**
 * Closed loop: each connection sends as soon as it was answered.
 * @param bodies a file with one body a line.
 * @returns requests a second; p50 and p99 in milliseconds; how many failed or were not answered 2xx.
 */
export async function wrk({ url, bodies, connections, seconds }) {
  const output = await run('taskset', [
    ...['-c', clientCore, 'wrk', '--threads', '1', '--connections', `${connections}`],
    ...['--duration', `${seconds}s`, '--timeout', '10s', '--latency'],
    ...['--script', join(root, 'bench/serving/wrk.lua'), url, '--', bodies],
  ]);
  return JSON.parse(/RESULT (.*)/.exec(output)[1]);
}
