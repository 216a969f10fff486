// One process, with its time and its largest memory.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const atExit = fileURLToPath(new URL('memory.cjs', import.meta.url));

/** @returns milliseconds from start to exit, and mebibytes of resident memory at most. */
export async function timed(args, options) {
  const memory = join(mkdtempSync(join(tmpdir(), 'wa-ml-bench-')), 'memory');
  const since = performance.now();
  await new Promise((done, failed) => {
    let output = '';
    const child = spawn(process.execPath, ['-r', atExit, ...args], {
      ...options,
      env: { ...process.env, ...options.env, BENCH_MEMORY: memory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += data));
    child.once('close', (code) => (code === 0 ? done() : failed(new Error(output.slice(-4000)))));
  });
  return {
    milliseconds: performance.now() - since,
    mebibytes: Number(readFileSync(memory, 'utf8')) / 1024,
  };
}
