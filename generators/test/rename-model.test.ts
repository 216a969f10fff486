import { chmodSync, existsSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { blobId } from '@wa-ml/blueprint';
import { ConfigurationError, InputError, readConfiguration } from '@wa-ml/config';
import * as project from '@wa-ml/project';
import { renameModelGenerator } from '@wa-ml/nx/generators';
import { describe, expect, it, vi } from 'vitest';
import {
  commit,
  newRepository,
  projen,
  read,
  tree,
  write,
} from '../../packages/project/test/repository';
import { renamedLock } from '../src/uv-lock';
import { changedPaths, flush, printed, treeOf } from './workspace-tree';

// The Python packages are locked by uv, which is not what is tested here.
vi.mock('@wa-ml/project', async (load) => ({
  ...(await load<typeof project>()),
  lockPythonPackages: () => undefined,
}));

const tabular = { flavour: 'pytorch-tabular' as const };

async function renamed(root: string, name: string, to: string): Promise<string> {
  const changes = treeOf(root);
  const callback = await renameModelGenerator(changes, { name, to });
  flush(root, changes);
  return printed(callback as () => void);
}

describe('nx generate @wa-ml/nx:rename-model', () => {
  it('gives the tree that creating with the new name gives', async () => {
    const root = newRepository({ models: { churn: tabular, fraud: tabular } });
    await renamed(root, 'churn', 'attrition');
    expect(tree(root)).toEqual(
      tree(newRepository({ models: { attrition: tabular, fraud: tabular } })),
    );
    expect(projen(root)).toEqual([]);
  });

  it('keeps what wa-ml.json says of it: its place, comments and overrides', async () => {
    const root = newRepository({
      models: {
        churn: { ...tabular, environments: { prod: { endpoint: { max: 9 } } } },
        fraud: tabular,
      },
    });
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"churn"', '// theirs\n"churn"'));
    await renamed(root, 'churn', 'attrition');
    const text = read(root, 'wa-ml.json');
    expect(text).toMatch(/\/\/ theirs\n"attrition": \{/);
    const { models } = readConfiguration(text).normalised;
    expect(Object.keys(models)).toEqual(['attrition', 'fraud']);
    expect(models['attrition']!.in['prod']!.endpoint.max).toBe(9);
  });

  it('takes every edit along, in managed, seeded, own and ignored files', async () => {
    const root = newRepository({ models: { churn: tabular } });
    const path = (name: string) => `models/churn/${name}`;
    for (const name of ['Dockerfile.training', 'pyproject.toml', 'features.py', 'README.md'])
      write(root, path(name), `${read(root, path(name))}# ours\n`);
    commit(root);
    projen(root); // writes the base of what was edited
    commit(root);
    write(root, path('run.sh'), '#!/bin/sh\n');
    chmodSync(join(root, path('run.sh')), 0o755);
    write(root, path('data/rows.csv'), 'a,b\n1,2\n');
    write(root, path('.venv/pyvenv.cfg'), 'absolute paths\n');
    rmSync(join(root, path('tests/test_data.py')));
    await renamed(root, 'churn', 'attrition');
    expect(existsSync(join(root, 'models/churn'))).toBe(false);
    const moved = (name: string) => read(root, `models/attrition/${name}`);
    expect(moved('Dockerfile.training')).toMatch(/^# Trains attrition:[\s\S]*# ours\n$/);
    expect(moved('pyproject.toml')).toMatch(/"acme-ml-attrition"[\s\S]*# ours\n$/);
    expect(moved('README.md')).toMatch(/attrition[\s\S]*# ours\n$/);
    expect(moved('features.py')).toMatch(/# ours\n$/);
    expect(moved('data/rows.csv')).toBe('a,b\n1,2\n');
    expect(existsSync(join(root, 'models/attrition/.venv'))).toBe(false);
    expect(existsSync(join(root, 'models/attrition/tests/test_data.py'))).toBe(false);
    expect(statSync(join(root, 'models/attrition/run.sh')).mode & 0o111).not.toBe(0);
    expect(existsSync(join(root, '.wa-ml/base/models/churn'))).toBe(false);
    expect(projen(root).filter(({ kind }) => kind !== 'keep' && kind !== 'deleted')).toEqual([]);
  });

  it('keeps the mode of a file that it writes the new name into', async () => {
    const root = newRepository({ models: { churn: tabular } });
    const readme = 'models/churn/README.md';
    chmodSync(join(root, readme), 0o755);
    await renamed(root, 'churn', 'attrition');
    expect(read(root, 'models/attrition/README.md')).toContain('attrition');
    expect(statSync(join(root, 'models/attrition/README.md')).mode & 0o777).toBe(0o755);
  });

  it('moves links as links', async () => {
    const root = newRepository({ models: { churn: tabular } });
    rmSync(join(root, 'models/churn/data.py'));
    for (const name of ['data.py', 'notes.md'])
      symlinkSync('../../wa-ml.json', join(root, 'models/churn', name));
    commit(root);
    await renamed(root, 'churn', 'attrition');
    for (const name of ['data.py', 'notes.md'])
      expect(readlinkSync(join(root, 'models/attrition', name))).toBe('../../wa-ml.json');
    expect(existsSync(join(root, 'models/churn'))).toBe(false);
    expect(JSON.parse(read(root, 'wa-ml.json'))).toHaveProperty('models.attrition');
    expect(projen(root)).toEqual([]);
  });

  it('brings no other change of a template into seeded files', async () => {
    const root = newRepository({ models: { churn: tabular } });
    const path = 'models/churn/card.yaml';
    // As an older release had seeded it, and as nobody has edited it since.
    const older = `${read(root, path)}# older\n`;
    const manifest = read(root, '.wa-ml/manifest.json');
    write(root, path, older);
    write(
      root,
      '.wa-ml/manifest.json',
      manifest.replace(/("models\/churn\/card.yaml": "seeded) \w+/, `$1 ${blobId(older)}`),
    );
    await renamed(root, 'churn', 'attrition');
    expect(read(root, 'models/attrition/card.yaml')).toBe(older.replaceAll('churn', 'attrition'));
  });

  it('leaves a line that people changed, and says that it has the old name', async () => {
    const root = newRepository({ models: { churn: tabular } });
    const card = read(root, 'models/churn/card.yaml');
    const edited = card.replace('name: "churn"', 'name: "our churn model"');
    expect(edited).not.toBe(card);
    write(root, 'models/churn/card.yaml', edited);
    write(root, 'infra/customise.ts', `${read(root, 'infra/customise.ts')}// of 'churn'\n`);
    const output = await renamed(root, 'churn', 'attrition');
    expect(read(root, 'models/attrition/card.yaml')).toContain('name: "our churn model"');
    expect(output).toMatch(
      /^Still say churn.*: infra\/customise\.ts, models\/attrition\/card\.yaml$/m,
    );
  });

  it('an unedited model can still be removed whole afterwards', async () => {
    const root = newRepository({ models: { churn: tabular, fraud: tabular } });
    await renamed(root, 'churn', 'attrition');
    write(root, 'wa-ml.json', project.withoutModel(read(root, 'wa-ml.json'), 'attrition'));
    projen(root);
    expect(tree(root)).toEqual(tree(newRepository({ models: { fraud: tabular } })));
  });

  it('takes its releases out: the new roles may not read the old packages', async () => {
    const root = newRepository({ models: { churn: tabular } });
    write(root, 'releases/dev.json', '{ "churn": { "image": "x" } }');
    const output = await renamed(root, 'churn', 'attrition');
    expect(JSON.parse(read(root, 'releases/dev.json'))).toEqual({});
    expect(output).toContain('npx wa-ml promote attrition --to dev');
    expect(output).toContain('--stack-name acme-ml-dev-serving-churn');
    expect(output).toContain('from acme-ml-churn-dev to acme-ml-attrition-dev');
  });

  it.each([
    ['a model that is not there', { name: 'chur', to: 'x' }, /Did you mean churn\?/],
    ['a name that is taken', { name: 'churn', to: 'fraud' }, /already/],
    ['a name that AWS would refuse', { name: 'churn', to: 'Bad_Name' }, ConfigurationError],
    ['a name of another project', { name: 'churn', to: 'infra' }, ConfigurationError],
    ['a folder that is there', { name: 'churn', to: 'ours' }, /models\/ours is there already/],
  ])('refuses %s and changes nothing', async (_title, options, error) => {
    const root = newRepository({ models: { churn: tabular, fraud: tabular } });
    write(root, 'models/ours/notes.md', 'ours\n');
    const changes = treeOf(root);
    const failed = renameModelGenerator(changes, options);
    await expect(failed).rejects.toThrow(error);
    await expect(failed).rejects.toBeInstanceOf(InputError);
    expect(changedPaths(changes)).toEqual([]);
  });
});

describe('a uv.lock under another name', () => {
  const lock = (...names: string[]) =>
    `version = 1\n\n${names.map((name) => `[[package]]\nname = "${name}"\nversion = "1"\n`).join('\n')}`;
  it('stays sorted, as uv writes it', () => {
    expect(renamedLock(lock('acme-churn', 'numpy', 'zipp'), 'acme-churn', 'zoo')).toBe(
      lock('numpy', 'zipp', 'zoo'),
    );
  });
});
