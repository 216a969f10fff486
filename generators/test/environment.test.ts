import { InputError, readConfiguration } from '@wa-ml/config';
import { environmentGenerator } from '@wa-ml/nx/generators';
import { describe, expect, it } from 'vitest';
import { newRepository, projen, read, tree, write } from '../../packages/project/test/repository';
import { changedPaths, flush, treeOf } from './workspace-tree';

const qa = { name: 'qa', tier: 'staging', account: '012345678901', region: 'eu-west-1' } as const;

async function added(options: Parameters<typeof environmentGenerator>[1], root = newRepository()) {
  const changes = treeOf(root);
  await environmentGenerator(changes, options);
  flush(root, changes);
  return { root, ...readConfiguration(read(root, 'wa-ml.json')) };
}

describe('nx generate @wa-ml/nx:environment', () => {
  it('adds it behind the last of its tier, with its release file and its part of the workflow', async () => {
    const { root, written } = await added({ ...qa, budgetUsd: 300, critical: true });
    expect(Object.keys(written.environments)).toEqual(['dev', 'staging', 'qa', 'prod']);
    expect(written.environments['qa']).toEqual({
      tier: 'staging',
      account: '012345678901',
      region: 'eu-west-1',
      budgetUsd: 300,
      critical: true,
    });
    expect(read(root, 'releases/qa.json')).toBe('{}\n');
    expect(read(root, '.github/workflows/deploy.yml')).toContain('deploy-qa');
    const before = tree(root);
    expect(projen(root)).toEqual([]);
    expect(tree(root)).toEqual(before);
  });

  it('adds it where --after says', async () => {
    const { written } = await added({ ...qa, after: 'dev' });
    expect(Object.keys(written.environments)).toEqual(['dev', 'qa', 'staging', 'prod']);
  });

  it('lets the environment that trains go on training when the new one is the first', async () => {
    const root = newRepository();
    const { environments, ...rest } = JSON.parse(read(root, 'wa-ml.json'));
    write(
      root,
      'wa-ml.json',
      JSON.stringify({ ...rest, environments: { prod: environments.prod } }),
    );
    projen(root);
    const { normalised } = await added({ ...qa, name: 'sandbox', tier: 'development' }, root);
    expect(Object.keys(normalised.environments)).toEqual(['sandbox', 'prod']);
    expect(normalised.trainingEnvironment).toBe('prod');
  });

  it.each([
    ['one that is there', { ...qa, name: 'dev' }, /already/],
    ['an unknown --after', { ...qa, after: 'stagin' }, /--after staging\./],
    ['an account id that is none', { ...qa, account: '12345' }, /no AWS account id/],
    ['a name that is too long', { ...qa, name: 'a'.repeat(17) }, /longer than 16/],
  ])('refuses %s and changes nothing', async (_title, options, message) => {
    const changes = treeOf(newRepository());
    const failed = environmentGenerator(changes, options);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(InputError);
    expect(changedPaths(changes)).toEqual([]);
  });
});
