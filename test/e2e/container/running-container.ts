import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { answers, freePort } from '../../local-server';
import { configurationOf, containerOf, startIn } from './buildah';

/** A container that serves a model, as SageMaker would have started it. */
export interface RunningContainer {
  readonly name: string;
  readonly address: string;
  /** From start to the first answer of GET /ping. */
  readonly milliseconds: number;
  /** Processes of the container; the first one is its main process. */
  processes(): Process[];
  /** Sends SIGTERM to the main process. @returns exit code, output and how long it took. */
  stop(): Promise<{ code: number | null; output: string; milliseconds: number }>;
  /** Ends what is left of it. */
  kill(): void;
}

export interface Process {
  readonly id: number;
  readonly parent: number;
  readonly user: number;
  readonly command: string[];
}

/** docker run IMAGE serve, with the model unpacked at /opt/ml/model and a port of SageMaker's choice. */
export async function serveImage(image: string, model: string): Promise<RunningContainer> {
  const [{ Entrypoint }, name, port] = await Promise.all([
    configurationOf(image),
    containerOf(image),
    freePort(),
  ]);
  const since = Date.now();
  // `buildah run` has no entrypoint; Docker puts it before the arguments.
  const buildah = startIn(
    name,
    ['--volume', `${model}:/opt/ml/model:ro`, '--env', `SAGEMAKER_BIND_TO_PORT=${port}`],
    [...Entrypoint, 'serve'],
  );
  const ended = collect(buildah);
  const address = `http://127.0.0.1:${port}`;
  // buildah forwards no signal, so the container's own processes are looked up below it.
  let known: Process[] = [];
  const processes = () => (known = descendants(buildah.pid!));
  const kill = () => {
    // Orphans are below nothing any more: those that were seen, if they are still the same.
    const orphans = known.filter(
      ({ id, command }) => `${processOf(id)[0]?.command}` === `${command}`,
    );
    for (const { id } of [...orphans, ...processes()]) signal(id, 'SIGKILL');
    buildah.kill('SIGKILL');
  };
  try {
    const early = ended.then(({ code, output }) => {
      throw new Error(`the container ended with ${code} before it answered:\n${output}`);
    });
    await Promise.race([answers(`${address}/ping`), early]);
  } catch (error) {
    kill();
    throw error;
  }
  return {
    name,
    address,
    milliseconds: Date.now() - since,
    processes,
    kill,
    stop: async () => {
      const stopped = Date.now();
      signal(processes()[0]!.id, 'SIGTERM');
      return { ...(await ended), milliseconds: Date.now() - stopped };
    },
  };
}

function collect(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout!.on('data', (chunk) => (output += chunk));
  child.stderr!.on('data', (chunk) => (output += chunk));
  return new Promise((settle) => child.on('close', (code) => settle({ code, output })));
}

/** Processes below buildah's own three, parents first. */
function descendants(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)));
  const found = [root];
  for (const parent of found)
    found.push(...all.filter((entry) => entry.parent === parent).map(({ id }) => id));
  return found
    .map((id) => all.find((entry) => entry.id === id))
    .filter((entry): entry is Process => !!entry && !/(^|\/)buildah/.test(entry.command[0] ?? ''));
}

function processOf(id: number): Process[] {
  try {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    const number = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1]);
    const command = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return [{ id, parent: number('PPid'), user: number('Uid'), command }];
  } catch {
    return []; // it has ended meanwhile
  }
}

function signal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch {
    // it has ended meanwhile
  }
}
