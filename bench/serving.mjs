// The inference server beside what people use, with the same model, rows, client and cores; and beside its limits.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../tools/build.mjs';
import { environment, installPythonEnvironment } from '../tools/python.mjs';
import { root, run, step } from '../tools/steps.mjs';
import { median, row } from './rows.mjs';
import { prepareModels } from './serving/models.mjs';
import { halfLoad } from './serving/half-load.mjs';
import { freePort, startServer } from './serving/server-process.mjs';
import { installServers, programFolder, servers } from './serving/servers.mjs';
import { whyNoClient, wrk } from './serving/wrk.mjs';

const one = '1 row of 30 floats';
const large = '1 row, model of 8.5 million weights';

/** One group of servers runs at a time; the client asks one of them at a time. */
const groups = [
  {
    name: 'small-1',
    model: 'small',
    workers: 1,
    cells: [
      { size: 'row', work: one, connections: 1 },
      { size: 'row', work: one, connections: 16 },
      { size: 'row', work: one, connections: 128 },
      // Longer, since a slow server answers only some of these in a second.
      { size: 'megabyte', work: 'body of 1 MB', connections: 16, times: 4 },
    ],
  },
  {
    name: 'small-2',
    model: 'small',
    workers: 2,
    cells: [
      { size: 'row', work: one, connections: 16 },
      { size: 'row', work: one, connections: 128 },
    ],
  },
  {
    name: 'large-1',
    model: 'large',
    workers: 1,
    cells: [
      { size: 'row', work: large, connections: 16 },
      { size: 'row', work: large, connections: 128 },
    ],
  },
];

/** Least that ours is to do for each request that the peer does, at 16 connections to one worker. */
const goals = {
  [one]: { 'FastAPI+uvicorn': 5, LitServe: 12, BentoML: 12, 'bare Granian': 0.9 },
  [large]: { 'bare Granian': 1 },
};

/** Parts that --only names: the groups of servers, and what is measured of ours alone. */
const parts = [...groups.map(({ name }) => name), 'start', 'half-load'];

/** @param only names of parts, separated by commas. Default: all. */
export async function bench({ quick = false, only = parts.join(',') } = {}) {
  const wanted = only.split(',');
  const unknown = wanted.filter((name) => !parts.includes(name));
  if (unknown.length > 0)
    throw new Error(`serving has no part ${unknown}: it has ${parts.join(', ')}.`);
  const reason = whyNoClient();
  if (reason) throw new Error(`serving cannot be measured: ${reason}.`);
  const settings = quick ? { rounds: 1, seconds: 1 } : { rounds: 3, seconds: 2 };
  await build();
  await installPythonEnvironment();
  const compared = groups.filter(({ name }) => wanted.includes(name));
  const { installed, absent } =
    compared.length > 0 ? await installServers() : { installed: [], absent: [] };
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(root, 'tmp/bench-serving-'));
  try {
    const models = await prepareModels(folder);
    const cells = [];
    for (const group of compared)
      cells.push(
        ...(await measureGroup({ ...group, installed, absent, models, folder, settings })),
      );
    process.stdout.write(`${formatCells(cells, absent)}\n`);
    return [
      ...rowsOf(cells),
      ...(wanted.includes('small-1') ? await aloneRow(cells, models.small) : []),
      ...(wanted.includes('start') ? [await startRow(models, folder, quick)] : []),
      ...(wanted.includes('half-load') ? await openLoop(models, folder, quick) : []),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the command to the first answer of /ping, the middle of five starts. */
async function startRow(models, folder, quick) {
  const times = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    const { process, milliseconds } = await start(servers[0], models, models.small, 1, folder);
    process.stop();
    times.push(milliseconds);
  }
  return row({
    bench: 'serving',
    work: 'start to the first /ping',
    unit: 'ms',
    us: median(times),
    goal: 2000,
  });
}

/** Rows a second, in-process: nothing that serves can be faster on one core. */
async function onnxRuntimeAlone(model) {
  const env = { BENCH_MODEL: model, ORT_DISABLE_TELEMETRY: '1' };
  const python = join(environment, 'bin/python');
  return JSON.parse(
    await run('taskset', ['-c', '0', python, join(programFolder, 'in_process.py')], { env }),
  );
}

/** Only ours: what its load test says of it. */
async function openLoop(models, folder, quick) {
  const { process, url } = await start(servers[0], models, models.small, 1, folder);
  try {
    return await halfLoad(url, models.root, quick);
  } finally {
    process.stop();
  }
}

async function measureGroup({
  model,
  workers,
  cells,
  installed,
  absent,
  models,
  folder,
  settings,
}) {
  const running = [];
  const name = `${model} model, ${workers} worker${workers === 1 ? '' : 's'}`;
  try {
    await step(`Starting the servers: ${name}`, async () => {
      for (const server of installed) {
        try {
          running.push(await start(server, models, models[model], workers, folder));
        } catch (error) {
          absent.push(`${server.name} (${name}): ${lastLine(error)}`);
        }
      }
    });
    const figures = new Map();
    await step(`Measuring: ${name}`, async () => {
      for (let round = 0; round < settings.rounds; round++)
        for (const cell of cells)
          for (const one of running) {
            const key = keyOf(cell, one.server);
            if (!figures.has(key)) figures.set(key, []);
            try {
              figures.get(key).push(await measure(one, cell, settings.seconds));
            } catch (error) {
              if (round === 0) absent.push(`${one.server.name}, ${cell.work}: ${lastLine(error)}`);
            }
          }
    });
    return cells.map((cell) => ({
      ...cell,
      model,
      workers,
      servers: Object.fromEntries(
        running
          .map(({ server }) => [server.name, figures.get(keyOf(cell, server))])
          .filter(([, runs]) => runs.length > 0)
          .map(([server, runs]) => [server, middle(runs)]),
      ),
    }));
  } finally {
    for (const { process } of running) process.stop();
  }
}

const keyOf = (cell, server) => JSON.stringify([cell, server.name]);
const lastLine = (error) => error.message.trim().split('\n').at(-1);

async function start(server, models, model, workers, folder) {
  const place = mkdtempSync(join(folder, 'server-'));
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const given = { port: ports[0], others: ports.slice(1), workers, model, folder: place };
  await server.prepare?.(given);
  const address = `http://127.0.0.1:${given.port}`;
  const url = `${address}${server.path ?? '/invocations'}`;
  const { [server.form ?? 'rows']: file } = models.bodies.row;
  const [body] = readFileSync(file, 'utf8').split('\n');
  const ping = `${address}/ping`;
  const begun = performance.now();
  const process = await startServer({
    command: server.command(given),
    cwd: programFolder,
    env: {
      ...{ BENCH_MODEL: model, BENCH_PORT: `${given.port}`, BENCH_WORKERS: `${workers}` },
      ...{ ORT_DISABLE_TELEMETRY: '1', OMP_NUM_THREADS: '1', PYTHONPATH: programFolder },
      ...server.env?.(given),
    },
    workers,
    log: join(place, 'log.txt'),
    // Ready is who predicts: not every /ping says so. Ours does.
    ready: async () => {
      if (server.name === 'ours') return (await fetch(ping)).ok;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(2000),
      });
      await response.text();
      return response.ok;
    },
  });
  const milliseconds = performance.now() - begun;
  return { server, process, url, milliseconds, bodies: models.bodies };
}

/** A second to warm up, then the figures; CPU is the server's own, whatever else the machine does. */
async function measure({ server, process, url, bodies }, cell, roundSeconds) {
  const { size, connections, times = 1 } = cell;
  const seconds = roundSeconds * times;
  const load = { url, bodies: bodies[size][server.form ?? 'rows'], connections };
  await wrk({ ...load, seconds: 1 });
  const before = process.cpuSeconds();
  const figures = await wrk({ ...load, seconds });
  const cpu = ((process.cpuSeconds() - before) / (figures.rps * seconds)) * 1e6;
  return { ...figures, cpu };
}

const middle = (runs) =>
  Object.fromEntries(
    ['rps', 'p50', 'p99', 'cpu', 'failed'].map((key) => [key, median(runs.map((run) => run[key]))]),
  );

const where = ({ work, workers, connections }) =>
  `${work}, ${workers} worker${workers === 1 ? '' : 's'}, ${connections} connection${connections === 1 ? '' : 's'}`;

/** Every figure, for people: one table for each load. */
function formatCells(cells, absent) {
  const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const tables = cells.map((cell) =>
    [
      `${where(cell)}:\n`,
      '| server | requests/s | ours / it | p50 ms | p99 ms | CPU us/request | failed |',
      '|-|-|-|-|-|-|-|',
      ...Object.entries(cell.servers).map(
        ([name, { rps, p50, p99, cpu, failed }]) =>
          `| ${name} | ${number(rps)} | ${name === 'ours' ? '' : number(cell.servers.ours.rps / rps)} | ${number(p50)} | ${number(p99)} | ${number(cpu)} | ${failed} |`,
      ),
    ].join('\n'),
  );
  const missing = absent.map((text) => `Not measured: ${text}`);
  return [...tables, ...missing, ''].join('\n\n');
}

const throughput = { bench: 'serving', unit: 'requests/s', higherIsBetter: true };

function rowsOf(cells) {
  return cells.flatMap((cell) =>
    Object.entries(cell.servers)
      .filter(([name]) => name !== 'ours' && cell.servers.ours)
      .filter(() => cell.connections === 16)
      .map(([name, { rps }]) =>
        row({
          ...throughput,
          work: where(cell),
          us: cell.servers.ours.rps,
          peer: rps,
          peerName: name,
          goal: cell.workers === 1 ? goals[cell.work]?.[name] : undefined,
        }),
      ),
  );
}

async function aloneRow(cells, model) {
  const limit = await onnxRuntimeAlone(model);
  const first = cells.find(({ connections }) => connections === 16).servers.ours;
  return [
    row({
      ...throughput,
      work: 'limit: 1 row, ONNX Runtime alone in-process, 1 thread',
      us: first.rps,
      peer: limit[1],
      peerName: 'ONNX Runtime alone',
    }),
  ];
}
