// A server on cores of its own, with all that it starts.
import { spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const ticks = 100;

export function freePort() {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

/**
 * Starts a server and waits until `ready` says so.
 * @param workers it gets as many cores; where there are no more than that, the client shares the last one.
 */
export async function startServer({ command, cwd, env, workers, log, ready }) {
  const cores = `0-${Math.min(workers, cpus().length) - 1}`;
  const output = openSync(log, 'w');
  const child = spawn('taskset', ['-c', cores, ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    detached: true,
  });
  let ended;
  child.on('exit', (code) => (ended = code ?? 'a signal'));
  child.on('error', (error) => (ended = error.message));
  const deadline = Date.now() + 120_000;
  while (!(await ready().catch(() => false))) {
    if (ended !== undefined || Date.now() > deadline) {
      signalTree(child.pid, 'SIGKILL');
      const why = ended === undefined ? 'did not answer in 120 s' : `ended with ${ended}`;
      throw new Error(`${command.join(' ')} ${why}:\n${readFileSync(log, 'utf8').slice(-1500)}`);
    }
    await sleep(20);
  }
  return {
    /** Seconds of CPU that it has used until now. */
    cpuSeconds: () => tree(child.pid).reduce((sum, { ticksUsed }) => sum + ticksUsed, 0) / ticks,
    stop: () => signalTree(child.pid, 'SIGKILL'),
  };
}

/** A process with all its descendants, and what is left of its group. */
function tree(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(processOf);
  const found = new Set([root]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { id, parent, group } of all) if (found.has(parent) || group === root) found.add(id);
  }
  return all.filter(({ id }) => found.has(id));
}

function processOf(id) {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ');
    const [, parent, group] = fields.map(Number);
    return [{ id: Number(id), parent, group, ticksUsed: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return []; // it has ended meanwhile
  }
}

function signalTree(root, name) {
  for (const { id } of tree(root)) {
    try {
      process.kill(id, name);
    } catch {
      // it has ended meanwhile
    }
  }
}
