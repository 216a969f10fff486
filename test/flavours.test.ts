import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { flavours, type Flavour } from '@wa-ml/config';
import { createRepository, readPeopleData } from '@wa-ml/project';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, textOf } from '../packages/project/test/repository';

const root = join(__dirname, '..');
/** The first path of test/e2e goes through this one, in an environment of its own. */
const elsewhere: Flavour = 'pytorch-tabular';
const patience = 300_000;

/** Runs a program of this repository's Python environment in a folder. @returns what it printed if it failed, else nothing. */
async function run(folder: string, name: string, ...args: string[]): Promise<string> {
  try {
    await promisify(execFile)(join(root, '.venv/bin', name), args, {
      cwd: folder,
      env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${name} failed\n${stdout}${stderr}`;
  }
}
const pytest = (folder: string, ...tests: string[]) =>
  run(folder, 'python', '-m', 'pytest', '-p', 'no:cacheprovider', ...tests);
async function ruff(folder: string): Promise<string> {
  const unclean = await run(folder, 'ruff', 'check', '--no-cache', '.');
  return unclean || run(folder, 'ruff', 'format', '--no-cache', '--check', '.');
}

/** As generated, with the sample data that ships in a package. */
describe.each(flavours.filter((flavour) => flavour !== elsewhere))('the flavour %s', (flavour) => {
  const directory = join(temporaryFolder(), 'acme-ml');
  const folder = join(directory, 'models/churn');
  beforeAll(() => {
    createRepository({ directory, configurationText: textOf({ models: { churn: { flavour } } }) });
  });

  it(
    'learns far more than its baseline, and serves and exports what it trained',
    { timeout: patience },
    async () => {
      expect(await pytest(folder)).toBe('');
    },
  );

  it('is clean: ruff, ruff format, mypy --strict', { timeout: patience }, async () => {
    expect(await ruff(folder)).toBe('');
    const cache = join(root, 'tmp/mypy-of-flavours');
    expect(await run(folder, 'mypy', '--cache-dir', cache, '.')).toBe('');
  });
});

const numbered = (count: number, text: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => text(index));
const customers = [
  'age,plan,churned',
  ...numbered(30, (n) => `${n % 7 ? 20 + n : ''},${n % 2 ? 'a' : 'b'},${n % 3 ? 'yes' : 'no'}`),
];
/** Texts with commas and quotes, missing values, and a target that can be learnt. */
const contracts = [
  'age,plan,churned',
  ...numbered(
    60,
    (n) => `${n % 7 ? 20 + n : ''},${n % 2 ? '"a, or ""b"""' : ''},${n % 2 ? 'yes' : 'no'}`,
  ),
];
const houses = [
  'rooms,town,price',
  ...numbered(60, (n) => `${n % 9},${n % 2 ? 'a' : 'b'},${1000 * (n % 9) + 0.5}`),
];
/** Some people's data, with the column that is to be predicted. */
const peoples: readonly [flavour: Flavour, target: string, lines: readonly string[]][] = [
  ['xgboost', 'churned', customers],
  ['sklearn', 'churned', customers],
  ['custom', 'churned', contracts],
  ['custom', 'price', houses],
  [
    'transformer-text',
    'topic',
    [
      'ticket,topic,words',
      ...numbered(30, (n) => `"My bill, number ${n}, is wrong",${n % 2 ? 'bill' : 'other'},6`),
    ],
  ],
  [
    'pytorch-image',
    'digit',
    [
      `digit,${numbered(9, (n) => `pixel${n}`).join(',')}`,
      ...numbered(30, (n) => `${n % 2},${numbered(9, (pixel) => String(pixel * n)).join(',')}`),
    ],
  ],
];

/** Tests that people's data of each flavour has; a program of its own is seen by no features.py. */
const testsOf = (flavour: Flavour): readonly string[] =>
  flavour === 'custom'
    ? ['tests/test_columns.py', 'tests/test_contract.py']
    : ['tests/test_columns.py', 'tests/test_features.py'];

describe.each(peoples)("people's own data for the flavour %s", (flavour, target, lines) => {
  it('is described, read and split', { timeout: patience }, async () => {
    const directory = join(temporaryFolder(), 'acme-ml');
    const file = `${directory}.csv`;
    writeFileSync(file, `${lines.join('\n')}\n`);
    const churn = readPeopleData(file, target);
    const models = { churn: { flavour, data: churn.written } };
    createRepository({ directory, configurationText: textOf({ models }), data: { churn } });
    const folder = join(directory, 'models/churn');
    expect(await run(folder, 'python', '-m', 'ml_runtime', 'prepare', '--root', '.ml')).toBe('');
    expect(await pytest(folder, ...testsOf(flavour))).toBe('');
    expect(await ruff(folder)).toBe('');
  });
});

/** pytest in this environment, without the libraries that its first argument names. */
const pytestWithout = `
import sys
from importlib.machinery import PathFinder
import pytest
lacking, find = sys.argv[1].split(","), PathFinder.find_spec
PathFinder.find_spec = classmethod(
    lambda cls, name, *rest: None if name.partition(".")[0] in lacking else find(name, *rest)
)
sys.exit(pytest.main(["-p", "no:cacheprovider", *sys.argv[2:]]))
`;

/** In a generated repository they run in the environment of a model, which has its own flavour's libraries only. */
describe('the tests of the runtime', () => {
  const runtime = join(root, 'templates/runtime/managed/libs/ml-runtime');
  it.each([
    ['transformer-text', 'PIL,sklearn,skl2onnx,onnxmltools,xgboost'],
    ['pytorch-tabular', 'PIL,babel,skl2onnx,onnxmltools,xgboost'],
    ['sklearn', 'torch,safetensors,onnxscript,PIL,babel,onnxmltools,xgboost'],
  ])('can be collected where a model is a %s', { timeout: patience }, async (_flavour, lacking) => {
    const collect = ['-c', pytestWithout, lacking, '--collect-only', '-q'];
    expect(await run(runtime, 'python', ...collect)).toBe('');
  });

  it('train an estimator where there is no PyTorch', { timeout: patience }, async () => {
    const some = ['tests/test_explanations.py', 'tests/test_optimise.py'];
    const tried = ['-c', pytestWithout, 'torch,safetensors,onnxscript', ...some];
    expect(await run(runtime, 'python', ...tried)).toBe('');
  });
});
