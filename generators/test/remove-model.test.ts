import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, readConfiguration } from '@wa-ml/config';
import { removeModelGenerator } from '@wa-ml/nx/generators';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  commit,
  newRepository,
  projen,
  read,
  tree,
  write,
} from '../../packages/project/test/repository';
import { changedPaths, flush, printed, treeOf } from './workspace-tree';

const two = {
  models: {
    diagnosis: { flavour: 'pytorch-tabular' as const },
    fraud: { flavour: 'pytorch-tabular' as const },
  },
};

async function removed(root: string): Promise<string> {
  const changes = treeOf(root);
  const callback = await removeModelGenerator(changes, { name: 'fraud', yes: true });
  flush(root, changes);
  return printed(callback as () => void);
}

describe('nx generate @wa-ml/nx:remove-model', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('leaves the tree that creating without the model gives', async () => {
    const root = newRepository(two);
    write(root, 'models/fraud/uv.lock', 'made by uv\n');
    await removed(root);
    expect(tree(root)).toEqual(tree(newRepository()));
    expect(projen(root)).toEqual([]);
  });

  it('lets every edited file stand, and says which', async () => {
    const root = newRepository(two);
    const edited = ['features.py', 'Dockerfile.training', 'card.yaml'].map(
      (name) => `models/fraud/${name}`,
    );
    for (const path of edited) write(root, path, `${read(root, path)}# ours\n`);
    write(root, 'models/fraud/notebook.py', 'ours\n');
    write(root, 'models/fraud/data/rows.csv', 'a,b\n1,2\n');
    commit(root);
    const output = await removed(root);
    for (const path of [...edited, 'models/fraud/notebook.py', 'models/fraud/data/rows.csv'])
      expect(existsSync(join(root, path)), path).toBe(true);
    for (const path of edited) expect(read(root, path)).toMatch(/# ours\n$/);
    expect(existsSync(join(root, 'models/fraud/model.py'))).toBe(false);
    expect(output).toMatch(/^Edited, so they stay .*: (.*)$/m);
    for (const path of edited) expect(output).toMatch(new RegExp(`Edited.*${path}`));
  });

  it('takes its releases out, and names what goes on running on AWS', async () => {
    const root = newRepository(two);
    write(
      root,
      'releases/prod.json',
      '{ "fraud": { "image": "x" }, "diagnosis": { "image": "y" } }',
    );
    const output = await removed(root);
    expect(JSON.parse(read(root, 'releases/prod.json'))).toEqual({ diagnosis: { image: 'y' } });
    expect(output).toContain('Took fraud out of releases/prod.json');
    expect(output).toContain('--region eu-west-1 --stack-name acme-ml-prod-serving-fraud');
  });

  it('removes the last model', async () => {
    const root = newRepository();
    const changes = treeOf(root);
    await removeModelGenerator(changes, { name: 'diagnosis', yes: true });
    flush(root, changes);
    expect(readConfiguration(read(root, 'wa-ml.json')).written.models).toEqual({});
    expect(projen(root)).toEqual([]);
  });

  it('needs no confirmation for a dry run', async () => {
    vi.stubEnv('NX_DRY_RUN', 'true');
    const changes = treeOf(newRepository(two));
    await removeModelGenerator(changes, { name: 'fraud' });
    expect(changedPaths(changes)).toContain('models/fraud/model.py');
  });

  it.each([
    ['without a confirmation', { name: 'fraud' }, /--yes/],
    ['a model that is not there', { name: 'frau', yes: true }, /Did you mean fraud\?/],
  ])('refuses %s and changes nothing', async (_title, options, message) => {
    const changes = treeOf(newRepository(two));
    const failed = removeModelGenerator(changes, options);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(InputError);
    expect(changedPaths(changes)).toEqual([]);
  });

  it('refuses a release file that is no JSON and changes nothing', async () => {
    const root = newRepository(two);
    write(root, 'releases/dev.json', '<<<<<<< ours');
    const changes = treeOf(root);
    await expect(removeModelGenerator(changes, { name: 'fraud', yes: true })).rejects.toThrow(
      /releases\/dev\.json cannot be read/,
    );
    expect(changedPaths(changes)).toEqual([]);
  });
});
