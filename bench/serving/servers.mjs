// Ours, what people use today, and the limit; each serves the same model from the folder in BENCH_MODEL.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { environment as ourEnvironment } from '../../tools/python.mjs';
import { root, run, step } from '../../tools/steps.mjs';

const require = createRequire(import.meta.url);
const programs = join(root, 'bench/serving/servers');
const environments = join(root, '.cache/bench-serving');
const session = ['onnxruntime==1.31.1'];
const ours = (name) => join(ourEnvironment, 'bin', name);
const inEnvironment = (server, name) => join(environments, server, 'bin', name);

/**
 * packages: what uv installs for it; ours come from the environment of the tests.
 * command: from { port, workers, folder, model }, where folder is an empty one of its own.
 * path and form: where it takes requests, and in which shape (V2 is the open inference protocol of KServe).
 */
export const servers = [
  {
    name: 'ours',
    command: ({ port, workers, model }) => [
      ...[ours('python'), '-m', 'ml_runtime', 'serve', '--host', '127.0.0.1', '--port', `${port}`],
      ...['--workers', `${workers}`, '--root', join(model, '..')],
    ],
  },
  { name: 'bare Granian', command: () => [ours('python'), 'bare_granian.py'] },
  {
    name: 'FastAPI+uvicorn',
    folder: 'fastapi',
    packages: ['fastapi==0.165.0', 'uvicorn[standard]==0.54.0', ...session],
    command: () => [inEnvironment('fastapi', 'python'), 'fastapi_uvicorn.py'],
  },
  {
    name: 'LitServe',
    folder: 'litserve',
    packages: ['litserve==0.2.19', ...session],
    command: () => [inEnvironment('litserve', 'python'), 'litserve_api.py'],
    ready: '/health',
  },
  {
    name: 'BentoML',
    folder: 'bentoml',
    packages: ['bentoml==1.4.39', ...session],
    command: ({ port }) => [
      ...[inEnvironment('bentoml', 'bentoml'), 'serve', 'bentoml_service:Diagnosis'],
      ...['--host', '127.0.0.1', '--port', `${port}`],
    ],
    env: ({ folder }) => ({ BENTOML_DO_NOT_TRACK: 'True', BENTOML_HOME: folder }),
    ready: '/readyz',
  },
  {
    name: 'MLServer',
    folder: 'mlserver',
    // Its pool of workers asks for an event loop where uvloop 0.22 makes none: none of them starts.
    packages: ['mlserver==1.7.1', 'uvloop==0.21.0', ...session],
    command: ({ folder }) => [inEnvironment('mlserver', 'mlserver'), 'start', folder],
    prepare: mlserverSettings,
    path: '/v2/models/diagnosis/infer',
    form: 'v2',
    ready: '/v2/models/diagnosis/ready',
  },
  {
    name: 'Triton (pytriton)',
    folder: 'triton',
    // Its embedded interpreter is older than 3.11.4, and takes the standard library of the environment's.
    python: '/usr/bin/python3.11',
    packages: ['nvidia-pytriton==0.7.0', ...session],
    command: () => [inEnvironment('triton', 'python'), 'triton_server.py'],
    path: '/v2/models/diagnosis/infer',
    form: 'v2',
    ready: '/v2/models/diagnosis/ready',
  },
  {
    name: 'TorchServe',
    folder: 'torchserve',
    needs: 'java',
    packages: [
      ...['torchserve==0.12.0', 'torch-model-archiver==0.12.0', 'torch==2.15.0'],
      ...['setuptools', 'pyyaml', 'packaging', 'psutil', ...session],
    ],
    command: ({ folder }) => [
      ...[
        inEnvironment('torchserve', 'torchserve'),
        '--start',
        '--foreground',
        '--no-config-snapshots',
      ],
      ...['--model-store', folder, '--models', 'diagnosis=diagnosis.mar'],
      ...['--ts-config', join(folder, 'config.properties'), '--disable-token-auth'],
    ],
    prepare: torchserveArchive,
    env: ({ folder }) => ({
      PATH: `${join(environments, 'torchserve/bin')}:${process.env.PATH}`,
      LOG_LOCATION: folder,
      METRICS_LOCATION: folder,
    }),
    path: '/predictions/diagnosis',
  },
];

/** Where the programs of the peers lie: they import each other from there. */
export const programFolder = programs;

/** Installs the peers. @returns those that can run, and why the others cannot. */
export async function installServers() {
  const { findUv } = require('../../packages/project/lib/index.js');
  const uv = findUv(join(root, '.cache'));
  const [installed, absent] = [[], []];
  for (const server of servers) {
    try {
      if (server.packages) await install(uv, server);
      installed.push(server);
    } catch (error) {
      absent.push(`${server.name}: ${error.message.trim().split('\n').slice(-3).join(' ')}`);
    }
  }
  return { installed, absent };
}

async function install(uv, { name, folder, packages, needs, python = '3.11' }) {
  if (needs && spawnSync(needs, ['-version']).error) throw new Error(`there is no ${needs}`);
  if (python.startsWith('/') && !existsSync(python)) throw new Error(`there is no ${python}`);
  const place = join(environments, folder);
  const mark = join(place, `.installed-${packages.join(',').replaceAll(/[^\w.=,-]/g, '_')}`);
  if (existsSync(mark)) return;
  await step(`Installing ${name}`, async () => {
    await run(uv, ['venv', '--quiet', '--clear', '--python', python, place]);
    await run(uv, [
      'pip',
      'install',
      '--quiet',
      '--python',
      join(place, 'bin/python'),
      ...packages,
    ]);
    writeFileSync(mark, '');
  });
}

function mlserverSettings({ folder, port, workers, others }) {
  const settings = {
    ...{ host: '127.0.0.1', http_port: port, grpc_port: others[0], metrics_port: others[1] },
    // With one worker, in the server's own process: faster than the pool of one.
    parallel_workers: workers === 1 ? 0 : workers,
    debug: false,
    metrics_dir: folder,
  };
  const model = { name: 'diagnosis', implementation: 'mlserver_model.Diagnosis' };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  writeFileSync(join(folder, 'model-settings.json'), JSON.stringify(model));
}

async function torchserveArchive({ folder, port, workers, others }) {
  const properties = {
    inference_address: `http://127.0.0.1:${port}`,
    management_address: `http://127.0.0.1:${others[0]}`,
    metrics_address: `http://127.0.0.1:${others[1]}`,
    default_workers_per_model: workers,
    disable_token_authorization: true,
  };
  const lines = Object.entries(properties).map((entry) => entry.join('='));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.properties'), `${lines.join('\n')}\n`);
  await run(inEnvironment('torchserve', 'torch-model-archiver'), [
    ...['--model-name', 'diagnosis', '--version', '1', '--export-path', folder],
    ...['--handler', join(programs, 'torchserve_handler.py')],
    ...['--extra-files', join(programs, 'predictor.py')],
  ]);
}
