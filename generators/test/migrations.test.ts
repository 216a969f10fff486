import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations, upgradeFiles } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { read } from '../../packages/project/test/repository';
import { keptReleases, repositoryOf } from '../../test/release-fixtures';
import { changedPaths, treeOf } from './workspace-tree';

interface Declared {
  readonly version: string;
  readonly description: string;
  readonly implementation: string;
}

const folder = join(__dirname, '..');
const readJson = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as unknown;
const { generators: declared } = readJson('migrations.json') as {
  generators: Record<string, Declared>;
};
/** What Nx calls for a migration. */
async function load(implementation: string) {
  const path = join(folder, implementation.replace('./lib/', 'src/'));
  const { default: run } = (await import(path)) as {
    default: (tree: unknown, context: unknown) => Promise<string[]>;
  };
  return run;
}

describe('migrations as Nx runs them', () => {
  it('are those of `wa-ml upgrade`, in the same order, and every one is there', () => {
    expect(
      Object.entries(declared).map(([name, { version, description, implementation }]) => ({
        name,
        release: version,
        summary: description,
        implementation,
      })),
    ).toEqual(
      migrations.map(({ name, release, summary }) => ({
        name,
        release,
        summary,
        implementation: `./lib/migrations/${release}/${name}`,
      })),
    );
    for (const { implementation } of Object.values(declared))
      expect(existsSync(join(folder, `${implementation.replace('./lib/', 'src/')}.ts`))).toBe(true);
  });

  it('are found by Nx, and come with all of our packages', () => {
    const { files, 'nx-migrations': found } = readJson('package.json') as {
      files: string[];
      'nx-migrations': { migrations: string; packageGroup: string[] };
    };
    expect([found.migrations, files.includes('migrations.json')]).toEqual([
      './migrations.json',
      true,
    ]);
    expect(found.packageGroup).toHaveLength(5);
  });

  it.each(keptReleases)(
    'change of a repository of %s what an upgrade changes, and that once',
    async (release) => {
      const root = repositoryOf(release);
      const tree = treeOf(root);
      const all = async () => {
        for (const { implementation } of Object.values(declared))
          expect(await (await load(implementation))(tree, {})).toContain(
            'Bring the files of ours in step: npx wa-ml upgrade',
          );
      };
      await all();
      const changed = changedPaths(tree).sort();
      const texts = changed.map((path) => tree.read(path, 'utf8'));
      await all();
      expect([changedPaths(tree).sort(), changed.map((path) => tree.read(path, 'utf8'))]).toEqual([
        changed,
        texts,
      ]);
      const { migrations: run } = upgradeFiles(root);
      expect(changed).toEqual([...new Set(run.flatMap(({ paths }) => paths))].sort());
      expect(changed.map((path) => read(root, path))).toEqual(texts);
    },
  );
});
