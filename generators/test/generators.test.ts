import { join } from 'node:path';
import { ConfigurationError } from '@wa-ml/config';
import { flushChanges, FsTree } from 'nx/src/generators/tree';
import { describe, expect, it } from 'vitest';
import { modelGenerator, syncGenerator } from '@wa-ml/nx/generators';
import syncAsNxRunsIt from '../src/generators/sync/generator';
import { printed } from './workspace-tree';
import {
  newRepository,
  read,
  temporaryFolder,
  tree,
  write,
} from '../../packages/project/test/repository';

const treeOf = (root: string) => new FsTree(root, false);

describe('nx generate @wa-ml/nx:model', () => {
  it.each(['pytorch-tabular', 'custom'] as const)(
    'gives the same tree as creating with both models: %s',
    async (flavour) => {
      const root = newRepository();
      const changes = treeOf(root);
      await modelGenerator(changes, { name: 'fraud', flavour });
      flushChanges(root, changes.listChanges());
      const both = newRepository({
        models: { diagnosis: { flavour: 'pytorch-tabular' }, fraud: { flavour } },
      });
      expect(tree(root)).toEqual(tree(both));
    },
  );

  it('touches nothing of the other models', async () => {
    const changes = treeOf(newRepository());
    await modelGenerator(changes, { name: 'fraud' });
    expect(
      changes
        .listChanges()
        .map(({ path }) => path)
        .filter((path) => !path.startsWith('models/fraud/')),
    ).toEqual(['wa-ml.json', '.wa-ml/manifest.json']);
  });

  it('keeps the comments of wa-ml.json', async () => {
    const root = newRepository();
    write(
      root,
      'wa-ml.json',
      read(root, 'wa-ml.json').replace('"models"', '// our models\n  "models"'),
    );
    const changes = treeOf(root);
    await modelGenerator(changes, { name: 'fraud' });
    expect(changes.read('wa-ml.json', 'utf8')).toContain('// our models');
  });

  it('seeds a model on people’s own data', async () => {
    const folder = temporaryFolder();
    write(folder, 'c.csv', 'age,churned\n34,yes\n28,no\n51,no\n44,yes\n');
    const changes = treeOf(newRepository());
    await modelGenerator(changes, {
      name: 'churn',
      data: join(folder, 'c.csv'),
      target: 'churned',
    });
    expect(JSON.parse(changes.read('models/churn/columns.json', 'utf8')!)).toMatchObject({
      target: 'churned',
      task: 'classification',
      rows: 4,
    });
    expect(changes.read('models/churn/data/c.csv', 'utf8')).toContain('34,yes');
  });

  it.each([
    ['a model that is there', { name: 'diagnosis' }, /already/],
    ['a name that AWS would refuse', { name: 'Bad_Name' }, ConfigurationError],
    ['data without a target', { name: 'churn', data: __filename }, /--target/],
  ])('refuses %s and changes nothing', async (_title, options, error) => {
    const changes = treeOf(newRepository());
    await expect(modelGenerator(changes, options)).rejects.toThrow(error);
    expect(changes.listChanges()).toEqual([]);
  });
});

describe('the sync generator', () => {
  it('has nothing to do in a new repository', async () => {
    const changes = treeOf(newRepository());
    await syncGenerator(changes);
    expect(changes.listChanges()).toEqual([]);
  });

  it('brings a repository in step with an edited wa-ml.json and names the files', async () => {
    const root = newRepository();
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"acme-ml"', '"other-ml"'));
    const changes = treeOf(root);
    const { outOfSyncMessage } = (await syncGenerator(changes)) as { outOfSyncMessage: string };
    expect(outOfSyncMessage).toMatch(
      /^ {2}update {3}README\.md {2}\(our template or your configuration changed\)$/m,
    );
    expect(changes.read('README.md', 'utf8')).toContain('# other-ml');
  });

  it('gives Nx what it expects: an object for nx sync, a function for nx generate', async () => {
    const root = newRepository();
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"acme-ml"', '"other-ml"'));
    expect(await syncAsNxRunsIt(treeOf(root), undefined)).toMatchObject({
      outOfSyncMessage: expect.stringContaining('not in step'),
    });
    const changes = treeOf(root);
    expect(await syncAsNxRunsIt(changes, {})).toBeTypeOf('function');
    expect(changes.read('README.md', 'utf8')).toContain('# other-ml');
    const task = await syncAsNxRunsIt(treeOf(newRepository()), {});
    expect(await printed(task as () => void)).toMatch(/^\n\d+ files: \d+ in step\.\n$/);
  });
});
