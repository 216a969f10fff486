import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers } from '../local-server';
import {
  bin,
  cleanUp,
  commitAll,
  createProgram,
  git,
  must,
  nx,
  packages,
  read,
  run,
  temporaryFolder,
  toolRoot,
  write,
} from './workshop';

/** One repository, installed once; the tests go through it as a person would, in this order. */
describe('the first path', () => {
  const parent = temporaryFolder();
  const repository = join(parent, 'acme-ml');
  const status = () => git(repository, 'status', '--porcelain');
  const projen = () => must(bin(repository, 'projen'), [], repository);
  afterAll(cleanUp);

  beforeAll(async () => {
    const output = await must(
      process.execPath,
      [createProgram, 'acme-ml', '--yes', '--packages', packages],
      parent,
    );
    expect(output).toContain('npx nx train diagnosis');
  });

  it('create, then projen: git status is clean', async () => {
    expect(await status()).toBe('');
    await projen();
    expect(await status()).toBe('');
    expect(
      JSON.parse(await must(bin(repository, 'wa-ml'), ['doctor', '--json'], repository)),
    ).toMatchObject({ inStep: true });
  });

  it('lints and tests what was generated: tsc, eslint, ruff, mypy --strict, pytest, vitest', async () => {
    await nx(repository, 'run-many', '-t', 'lint');
    await nx(repository, 'run-many', '-t', 'test', '-p', 'diagnosis', 'infra');
  });

  it('adds a model: clean after projen, and the same tree as creating with both', async () => {
    await commitAll(repository);
    await nx(
      repository,
      'generate',
      '@wa-ml/nx:model',
      'fraud',
      '--flavour=pytorch-tabular',
      '--no-interactive',
    );
    await commitAll(repository);
    await projen();
    expect(await status()).toBe('');
    await nx(repository, 'sync:check');
    const both = join(parent, 'both');
    await must(
      process.execPath,
      [
        createProgram,
        both,
        '--yes',
        '--no-install',
        '--packages',
        packages,
        '--model',
        'diagnosis',
        '--model',
        'fraud',
      ],
      parent,
    );
    write(both, 'wa-ml.json', read(both, 'wa-ml.json').replace('"both"', '"acme-ml"'));
    await must(
      process.execPath,
      [
        createProgram,
        'both-named',
        '--no-install',
        '--packages',
        packages,
        '--config',
        join(both, 'wa-ml.json'),
      ],
      parent,
    );
    const files = async (root: string) =>
      (await git(root, 'ls-tree', '-r', 'HEAD'))
        .split('\n')
        .filter((line) => !/uv\.lock$|package-lock\.json$/.test(line));
    expect(await files(repository)).toEqual(await files(join(parent, 'both-named')));
  });

  it('nx sync:check fails when the repository is out of step', async () => {
    const before = read(repository, 'wa-ml.json');
    write(
      repository,
      'wa-ml.json',
      before.replace('ml-platform@acme.example', 'other@acme.example'),
    );
    expect((await run(bin(repository, 'nx'), ['sync:check'], repository)).code).toBe(1);
    write(repository, 'wa-ml.json', before);
  });

  it('lets everything stand that a person did', async () => {
    write(repository, 'README.md', `${read(repository, 'README.md')}\nOurs.\n`);
    write(
      repository,
      'models/diagnosis/features.py',
      `${read(repository, 'models/diagnosis/features.py')}\n# ours\n`,
    );
    rmSync(join(repository, '.editorconfig'));
    await must(
      'npm',
      ['install', '--save-dev', '--no-audit', '--no-fund', 'left-pad@1.3.0'],
      repository,
    );
    await projen();
    expect(read(repository, 'README.md')).toMatch(/\nOurs\.\n$/);
    expect(read(repository, 'models/diagnosis/features.py')).toMatch(/\n# ours\n$/);
    expect(existsSync(join(repository, '.editorconfig'))).toBe(false);
    expect(JSON.parse(read(repository, 'package.json'))).toMatchObject({
      devDependencies: { 'left-pad': '^1.3.0' },
    });
    await commitAll(repository);
    await projen();
    expect(await status()).toBe('');
  });

  it('trains on people’s own data, with missing values and categories', async () => {
    // Real data: scikit-learn's wine, with a category made of its colour and some cells blanked out.
    const csv = join(parent, 'wine.csv');
    const python = join(toolRoot, '.venv/bin/python');
    await must(python, ['-c', wineCsv, csv], parent);
    await nx(
      repository,
      'generate',
      '@wa-ml/nx:model',
      'wine',
      '--data',
      csv,
      '--target',
      'cultivar',
      '--no-interactive',
    );
    expect(JSON.parse(read(repository, 'models/wine/columns.json'))).toMatchObject({
      task: 'classification',
      rows: 178,
    });
    expect(await git(repository, 'status', '--porcelain', '--', 'models/wine/data')).toBe('');
    await nx(repository, 'evaluate', 'wine');
    const { metrics, baseline, skill } = JSON.parse(
      read(repository, 'models/wine/.ml/output/data/evaluation.json'),
    ) as Evaluation;
    expect(metrics['accuracy']!.value).toBeGreaterThan(baseline.metrics['accuracy']!.value + 0.3);
    expect(skill.value).toBeGreaterThan(0.5);
    await nx(repository, 'run-many', '-t', 'lint', 'test', '-p', 'wine');
  });

  it('runs a second time all from the cache', async () => {
    expect(await nx(repository, 'evaluate', 'wine')).toMatch(/4 out of 4|Cache:\s+4\/4/);
  });

  it('runs the steps of the SageMaker pipeline on breast cancer, registers the model, and then nothing again', async () => {
    const steps = ['Prepare', 'Validate', 'Train', 'Optimise', 'Evaluate', 'Gate', 'Register'];
    const marks = (output: string) =>
      [...output.matchAll(/^([✓·✗]) (\w+)/gm)].map(([, mark, name]) => `${mark} ${name}`);
    expect(marks(await nx(repository, 'pipeline', 'diagnosis'))).toEqual(
      steps.map((name) => `✓ ${name}`),
    );
    expect(existsSync(join(repository, '.mlflow/mlflow.db'))).toBe(true);
    expect(readdirSync(join(repository, '.mlflow/models/diagnosis'))).toHaveLength(1);
    expect(marks(await nx(repository, 'pipeline', 'diagnosis'))).toEqual(
      steps.map((name) => `${name === 'Gate' ? '✓' : '·'} ${name}`),
    );
    expect(await git(repository, 'status', '--porcelain', '--', '.mlflow', 'models')).not.toContain(
      '.ml',
    );
  });

  it('its README takes a clone to a served prediction in two commands', async () => {
    await commitAll(repository);
    const clone = join(parent, 'clone');
    await git(repository, 'clone', '--quiet', repository, clone);
    const [commands, questions] = [
      ...read(clone, 'README.md').matchAll(/```sh\n([\s\S]*?)```/g),
    ].map((match) => match[1]!);
    const [install, serve] = commands!.trim().split('\n');
    await must('bash', ['-euc', install!], clone);
    const server = spawn('bash', ['-euc', `exec ${serve!}`], {
      cwd: clone,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    });
    try {
      await answers('http://127.0.0.1:8080/ping', 300);
      const output = await must('bash', ['-euo', 'pipefail', '-c', questions!], clone);
      const { predictions } = JSON.parse(output.slice(output.indexOf('{"predictions"'))) as {
        predictions: { label: string }[];
      };
      expect(predictions).toHaveLength(2);
      for (const { label } of predictions) expect(['malignant', 'benign']).toContain(label);
    } finally {
      process.kill(-server.pid!, 'SIGTERM');
    }
    expect(await git(clone, 'status', '--porcelain')).toMatch(
      /^(\?\? models\/diagnosis\/uv\.lock\n)?$/,
    );
  });

  it('synthesises dev, staging and prod', async () => {
    await nx(repository, 'synth', 'infra');
    const templates = readdirSync(join(repository, 'infra/cdk.out'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((path) => path.endsWith('.template.json'));
    for (const environment of ['dev', 'staging', 'prod']) {
      const names = templates.filter((path) => path.includes(`acme-ml-${environment}-`)).join(' ');
      for (const word of ['foundation', 'training', 'serving', 'monitoring', 'cost'])
        expect(names).toContain(word);
    }
  });
});

interface Evaluation {
  readonly skill: { value: number };
  readonly metrics: Record<string, { value: number }>;
  readonly baseline: { readonly metrics: Record<string, { value: number }> };
}

const wineCsv = `
import csv, random, sys
from sklearn.datasets import load_wine
data = load_wine()
random.seed(7)
with open(sys.argv[1], "w", newline="") as file:
    writer = csv.writer(file)
    names = [name.replace("/", "_per_") for name in data.feature_names]
    writer.writerow([*names, "shade", "cultivar"])
    for row, target in zip(data.data, data.target):
        shade = "light" if row[9] < 3.5 else "medium" if row[9] < 6 else "dark"
        cells = ["" if random.random() < 0.05 else value for value in row]
        writer.writerow([*cells, "" if random.random() < 0.1 else shade, data.target_names[target]])
`;
