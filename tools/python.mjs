// The Python environment in which templates are tested and checked where they lie.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, step } from './steps.mjs';

const require = createRequire(import.meta.url);
export const environment = join(root, '.venv');
export const runtimeFolder = join(root, 'templates/runtime/managed/libs/ml-runtime');
/** The jobs of the data pipeline, tested on Spark. */
export const dataPipelineFolder = join(root, 'templates/data/managed/pipelines/data');

/** A program of the environment. */
export const pythonProgram = (name) =>
  join(environment, process.platform === 'win32' ? 'Scripts' : 'bin', name);

/** Installs the runtime with everything that its tests, and those of the models, need. Needs the packages to be built. */
export async function installPythonEnvironment() {
  const { findUv } = require('../packages/project/lib/uv.js');
  const { versions } = require('../packages/blueprint/lib/index.js');
  const constraints = Object.entries(versions.python).map(
    ([name, version]) => `${name}==${version}`,
  );
  const wanted = [
    ...constraints,
    `moto[server]==5.2.5`,
    'cfn-lint==1.58.0',
    'schemathesis==4.32.5',
    '--compile-bytecode',
    readFileSync(join(runtimeFolder, 'pyproject.toml'), 'utf8'),
  ].join('\n');
  const mark = join(environment, '.wa-ml-installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  await step('Installing the Python environment', async () => {
    const uv = findUv(join(root, '.cache'));
    const file = join(root, '.cache', 'constraints.txt');
    writeFileSync(file, `${constraints.join('\n')}\n`);
    await run(uv, ['venv', '--quiet', '--clear', '--python', '3.11', environment]);
    await run(uv, [
      'pip',
      'install',
      '--quiet',
      // Once, for hundreds of processes: where PYTHONDONTWRITEBYTECODE is set each of them compiles torch anew.
      '--compile-bytecode',
      '--python',
      pythonProgram('python'),
      '--constraint',
      file,
      '--editable',
      `${runtimeFolder}[train,train-xgboost,train-sklearn,images,serve,track,tune]`,
      'babel',
      'cfn-lint==1.58.0',
      'hypothesis',
      'mypy',
      'pytest',
      'ruff',
      'schemathesis==4.32.5',
      'pyspark',
      'scikit-learn',
      'moto[server]==5.2.5',
    ]);
    writeFileSync(mark, wanted);
  });
}

/** Installs what measures coverage: only the deep tests do. */
export async function installCoverage() {
  const { findUv } = require('../packages/project/lib/uv.js');
  const uv = findUv(join(root, '.cache'));
  const python = pythonProgram('python');
  await run(uv, ['pip', 'install', '--quiet', '--python', python, 'coverage==7.17.3']);
}
