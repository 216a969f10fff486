import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bin,
  cleanUp,
  commitAll,
  createProgram,
  git,
  must,
  packages,
  read,
  temporaryFolder,
  write,
} from './workshop';

/** One repository with two models; every test leaves it committed and clean. */
const parent = temporaryFolder();
const repository = join(parent, 'acme-ml');
afterAll(cleanUp);
beforeAll(async () => {
  await must(
    process.execPath,
    [createProgram, 'acme-ml', '--yes', '--packages', packages, '--model', 'a', '--model', 'b'],
    parent,
  );
});

/** Nx in one process: there are dozens of runs here. */
const nx = (...args: string[]): Promise<string> =>
  // Without the daemon, which hears of a change a moment after it was made.
  must(bin(repository, 'nx'), args, repository, {
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: 'false',
  });
const append = (path: string, text: string): void =>
  write(repository, path, `${read(repository, path)}${text}`);
const generate = (generator: string, ...args: string[]): Promise<string> =>
  nx('generate', `@wa-ml/nx:${generator}`, ...args, '--no-interactive');

describe('nx affected', () => {
  /** The projects that a change touches; the change is undone. */
  async function affectedBy(change: () => unknown): Promise<string[]> {
    await change();
    const projects = JSON.parse(await nx('show', 'projects', '--affected', '--json')) as string[];
    await git(repository, 'checkout', '--quiet', '.');
    await git(repository, 'clean', '--quiet', '--force', '-d');
    return projects.sort();
  }

  it.each([
    ['a model’s code', () => append('models/a/model.py', '# ours\n'), ['a']],
    [
      'the runtime',
      () => append('libs/ml-runtime/src/ml_runtime/values.py', '# ours\n'),
      ['a', 'b', 'ml-runtime'],
    ],
    ['a runbook', () => append('runbooks/budget.md', 'Ours.\n'), ['infra']],
    ['a release', () => write(repository, 'releases/dev.json', '{ }\n'), ['infra']],
    [
      'a model’s settings in wa-ml.json',
      () => generate('endpoint', 'b', '--environment=prod', '--max=6'),
      ['b', 'infra'],
    ],
    ['the README', () => append('README.md', 'Ours.\n'), []],
  ])('%s', async (_title, change, projects) => {
    expect(await affectedBy(change)).toEqual(projects);
  });
});

describe('the cache', () => {
  /** The tasks that Nx had to run, among what evaluates and tests every model. */
  async function ran(): Promise<string[]> {
    const output = await nx('run-many', '-t', 'evaluate', 'test', '-p', 'a', 'b');
    return [...output.matchAll(/^\S+\s+nx run (\S+)$/gm)].map(([, task]) => task!).sort();
  }
  async function ranAfter(change: () => unknown): Promise<string[]> {
    await change();
    const tasks = await ran();
    await git(repository, 'checkout', '--quiet', '.');
    return tasks;
  }
  const all = (model: string): string[] =>
    ['evaluate', 'optimise', 'prepare', 'test', 'train'].map((target) => `${model}:${target}`);

  beforeAll(async () => {
    // What the targets run is tested elsewhere: here only Nx decides whether they run.
    const program = bin(repository, 'wa-ml');
    unlinkSync(program);
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect(await ran()).toEqual([...all('a'), ...all('b')]);
  });
  afterAll(() => {
    unlinkSync(bin(repository, 'wa-ml'));
    symlinkSync('../@wa-ml/project/lib/cli/bin.js', bin(repository, 'wa-ml'));
  });

  it.each([
    ['nothing', () => undefined, []],
    ['a model’s code', () => append('models/a/model.py', '# ours\n'), all('a')],
    [
      'the training settings of one model',
      () =>
        write(
          repository,
          'wa-ml.json',
          read(repository, 'wa-ml.json').replace(
            '"b": {',
            '"b": { "training": { "precision": "fp32" },',
          ),
        ),
      all('b'),
    ],
    ['an endpoint', () => generate('endpoint', 'b', '--max=6'), []],
    [
      'the runtime',
      () => append('libs/ml-runtime/src/ml_runtime/values.py', '# ours\n'),
      [...all('a'), ...all('b')],
    ],
  ])('after a change of %s', async (_title, change, tasks) => {
    expect(await ranAfter(change)).toEqual(tasks);
  });
});

describe('--dry-run', () => {
  it.each([
    ['model', ['fraud']],
    ['endpoint', ['a', '--max=5']],
    ['environment', ['qa', '--tier=staging', '--account=012345678901', '--region=eu-west-1']],
    ['rename-model', ['fraud', 'attrition']],
    ['remove-model', ['attrition', '--yes']],
  ])('of %s lists exactly the files that change', async (generator, args) => {
    const lines = (await generate(generator, ...args, '--dry-run')).matchAll(
      /^(CREATE|UPDATE|DELETE) (.*)$/gm,
    );
    const listed = [...lines]
      .map(([, kind, path]) => `${kind![0]} ${path}`)
      // Nx lists the folders, too, that are left empty.
      .filter((line, _index, every) => !every.some((one) => one.startsWith(`${line}/`)));
    expect(await git(repository, 'status', '--porcelain')).toBe('');
    await generate(generator, ...args);
    await git(repository, 'add', '--all');
    const changed = (await git(repository, 'diff', '--cached', '--name-status', '--no-renames'))
      .trim()
      .split('\n')
      .map((line) => line.replace(/^A\t/, 'C ').replace(/^M\t/, 'U ').replace('\t', ' '));
    expect(listed.sort()).toEqual(changed.sort());
    await commitAll(repository);
  });

  it('leaves nothing to do for projen', async () => {
    await must(bin(repository, 'projen'), [], repository);
    expect(await git(repository, 'status', '--porcelain')).toBe('');
  });
});

describe('a repository that is out of step', () => {
  it.each([
    ['nx sync', ['sync']],
    ['nx generate @wa-ml/nx:sync', ['generate', '@wa-ml/nx:sync']],
  ])('is brought in step by %s', async (_title, command) => {
    const text = read(repository, 'wa-ml.json');
    write(repository, 'wa-ml.json', text.replace('"eu-west-1"', '"eu-central-1"'));
    await nx(...command);
    expect(read(repository, 'README.md')).toContain('| eu-central-1 |');
    await git(repository, 'checkout', '--quiet', '.');
  });
});
