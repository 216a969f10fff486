// From nothing to a served prediction: creates a repository, trains, evaluates, serves, synthesises, adds a model, keeps it in step.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgram, pack, packagesFolder } from './build.mjs';
import { CommandError, root, run, step } from './steps.mjs';

const { values } = parseArgs({
  options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: false,
});
if (values.help) {
  process.stdout.write(
    'Usage: npm run demo [-- --out DIR]\n\nCreates the repository acme-ml in DIR (default: tmp/demo) and walks through it.\n',
  );
  process.exit(0);
}
const folder = resolve(values.out ?? join(root, 'tmp', 'demo'));
const repository = join(folder, 'acme-ml');
const done = [];

/** Runs a program of the generated repository. */
const bin = (name, args, options = {}) =>
  run(join(repository, 'node_modules', '.bin', name), args, {
    cwd: repository,
    ...options,
    env: { NX_DAEMON: 'false', NX_TUI: 'false', ...options.env },
  });
const nx = (...args) => bin('nx', args);
/** One step of the walk: its line goes into the table at the end. */
async function walk(title, work) {
  const since = Date.now();
  const result = await step(title, work);
  done.push({ title, seconds: (Date.now() - since) / 1000, result: result ?? '' });
}
const readJson = (path) => JSON.parse(readFileSync(join(repository, path), 'utf8'));

async function demo() {
  await pack();
  if (existsSync(repository)) {
    if (!existsSync(join(repository, 'wa-ml.json')))
      throw new CommandError(
        `${repository} is there and is none of ours: name another place with -- --out DIR.`,
      );
    rmSync(repository, { recursive: true, force: true });
  }
  await walk('Create acme-ml', async () => {
    await run(process.execPath, [
      createProgram,
      repository,
      '--yes',
      '--no-install',
      '--packages',
      packagesFolder,
    ]);
    return `${Object.keys(readJson('.wa-ml/manifest.json').files).length} files`;
  });
  await walk('Install its packages', async () => {
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: repository });
    await run('git', ['add', '--all'], { cwd: repository });
    await commit('Lock the packages');
  });
  await walk('Install its Python environment', async () => {
    await bin('wa-ml', ['uv', 'sync', '--directory', 'models/diagnosis']);
  });
  await walk('Prepare the data', () =>
    nx('prepare', 'diagnosis').then(() => 'breast cancer, scikit-learn'),
  );
  await walk('Train with 2 processes', () =>
    nx('train', 'diagnosis').then(() => 'bf16 autocast, gloo'),
  );
  await walk(
    'Export to ONNX',
    async () =>
      `${(statSync(join(repository, 'models/diagnosis/.ml/model/model.onnx')).size / 1024).toFixed(0)} KiB, numbers equal to PyTorch's`,
  );
  await walk('Evaluate on held-out data', () =>
    nx('evaluate', 'diagnosis').then(() => accuracy('diagnosis')),
  );
  await walk('Serve and send held-out rows', () => predict('diagnosis'));
  await walk('Synthesise dev, staging and prod', async () => {
    await nx('synth', 'infra');
    const templates = readdirSync(join(repository, 'infra/cdk.out'), { recursive: true }).filter(
      (path) => path.endsWith('.template.json'),
    );
    return `${templates.length} stacks, cdk-nag clean`;
  });
  await walk('Add the model fraud', () =>
    nx(
      'generate',
      '@wa-ml/nx:model',
      'fraud',
      '--flavour=pytorch-tabular',
      '--no-interactive',
    ).then(() => 'models/fraud'),
  );
  await walk('Run projen', async () => {
    await run('git', ['add', '--all'], { cwd: repository });
    await commit('Add the model fraud');
    await bin('projen', []);
    const changed = await run('git', ['status', '--porcelain'], { cwd: repository });
    if (changed !== '') throw new CommandError(`projen changed something:\n${changed}`);
    return 'nothing changed';
  });
}

const commit = (message) =>
  run(
    'git',
    [
      '-c',
      'user.name=demo',
      '-c',
      'user.email=demo@acme.example',
      'commit',
      '--quiet',
      '--message',
      message,
    ],
    { cwd: repository },
  );

function accuracy(model) {
  const { metrics, baseline } = readJson(`models/${model}/.ml/output/data/evaluation.json`);
  const percent = ({ value }) => `${(value * 100).toFixed(1)} %`;
  return `accuracy ${percent(metrics.accuracy)}; ${baseline.name} ${percent(baseline.metrics.accuracy)}`;
}

/** Starts the server as `nx serve` does, on a free port, and asks it for the held-out rows. */
async function predict(model) {
  const port = await freePort();
  const server = spawn(
    join(repository, 'node_modules/.bin/wa-ml'),
    ['uv', 'run', 'python', '-m', 'ml_runtime', 'serve', '--root', '.ml', '--port', String(port)],
    {
      cwd: join(repository, 'models', model),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let output = '';
  server.stdout.on('data', (chunk) => (output += chunk));
  server.stderr.on('data', (chunk) => (output += chunk));
  try {
    await answersPing(port, server, () => output);
    const [header, ...rows] = readFileSync(
      join(repository, `models/${model}/.ml/input/data/test/part-0.csv`),
      'utf8',
    )
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const target = header.length - 1;
    const body = [header.slice(0, target), ...rows.map((row) => row.slice(0, target))]
      .map((row) => row.join(','))
      .join('\n');
    const response = await fetch(`http://127.0.0.1:${port}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', accept: 'application/json' },
      body,
    });
    if (response.status !== 200)
      throw new CommandError(`/invocations answered ${response.status}: ${await response.text()}`);
    const { predictions } = await response.json();
    const right = predictions.filter(
      (prediction, index) => prediction.label === rows[index][target],
    ).length;
    if (predictions.length !== rows.length || right / rows.length < 0.9)
      throw new CommandError(`the server had ${right} of ${rows.length} held-out rows right`);
    return `${right} of ${rows.length} rows right`;
  } finally {
    process.kill(-server.pid, 'SIGTERM');
  }
}

async function answersPing(port, server, output) {
  const until = Date.now() + 60_000;
  while (Date.now() < until && server.exitCode === null) {
    const ready = await fetch(`http://127.0.0.1:${port}/ping`).then(
      (response) => response.status === 200,
      () => false,
    );
    if (ready) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new CommandError(`the server did not get ready:\n${output()}`);
}

function freePort() {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

function table() {
  const width = Math.max(...done.map(({ title }) => title.length));
  const lines = done.map(
    ({ title, seconds, result }) =>
      `  ${title.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${result}`,
  );
  const place = relative(process.cwd(), repository) || '.';
  return `\n${lines.join('\n')}\n\nIt is all in ${place}:
  ${join(place, 'wa-ml.json')}                        what the repository is
  ${join(place, 'models/diagnosis/.ml/model')}        the exported model and its schema
  ${join(place, 'models/diagnosis/.ml/output/data')}  its evaluation
  ${join(place, 'infra/cdk.out')}                     the synthesised templates
Serve it yourself: cd ${place} && npx nx serve diagnosis\n`;
}

try {
  await demo();
  process.stdout.write(table());
} catch (error) {
  process.stderr.write(`\n${error instanceof CommandError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
