import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answers, freePort } from './local-server';

const program = join(__dirname, '../.venv/bin/moto_server');

/** A running moto server: AWS as far as it is simulated, in memory. */
export interface Moto {
  readonly endpoint: string;
  stop(): void;
}

export async function startMoto(): Promise<Moto> {
  if (!existsSync(program))
    throw new Error('There is no moto_server in .venv: run `npm test` once, it installs one.');
  const port = await freePort();
  const server = spawn(program, ['--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(`${endpoint}/moto-api/data.json`);
  return { endpoint, stop: () => void server.kill() };
}
