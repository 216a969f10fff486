import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const program = join(__dirname, '../../../.venv/bin/moto_server');

/** A running moto server: AWS as far as it is simulated, in memory. */
export interface Moto {
  readonly endpoint: string;
  stop(): void;
}

export async function startMoto(): Promise<Moto> {
  if (!existsSync(program))
    throw new Error('There is no moto_server in .venv: run `npm test` once, it installs one.');
  const port = await freePort();
  const server: ChildProcess = spawn(program, ['--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const ready = await fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { endpoint, stop: () => void server.kill() };
    await new Promise((wake) => setTimeout(wake, 100));
  }
  server.kill();
  throw new Error('moto_server did not answer within 30 s.');
}

function freePort(): Promise<number> {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
