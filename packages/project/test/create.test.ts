import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { ConfigurationError } from '@wa-ml/config';
import { createRepository, DirectoryError, readPeopleData, specifiersOf } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { newRepository, projen, read, temporaryFolder, textOf, tree, write } from './repository';

describe('creating a repository', () => {
  it('writes the same tree every time', () => {
    expect(tree(newRepository())).toEqual(tree(newRepository()));
  });

  it('creates in an empty folder that is there', () => {
    const directory = temporaryFolder();
    createRepository({ directory, configurationText: textOf() });
    expect(existsSync(join(directory, 'wa-ml.json'))).toBe(true);
  });

  it('refuses a folder that holds something, and leaves it as it was', () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'mine.txt'), 'mine');
    expect(() => createRepository({ directory, configurationText: textOf() })).toThrow(
      DirectoryError,
    );
    expect(readdirSync(directory)).toEqual(['mine.txt']);
  });

  it('refuses a place where a file stands', () => {
    const parent = temporaryFolder();
    writeFileSync(join(parent, 'acme-ml'), 'mine');
    expect(() =>
      createRepository({ directory: join(parent, 'acme-ml'), configurationText: textOf() }),
    ).toThrow(/is a file/);
  });

  it('writes nothing for a wrong configuration, beside the folder neither', () => {
    const parent = temporaryFolder();
    expect(() =>
      createRepository({ directory: join(parent, 'x'), configurationText: '{}' }),
    ).toThrow(ConfigurationError);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('writes nothing when it fails half-way', () => {
    const parent = temporaryFolder();
    // The plan asks for a file and for a folder of the same name: the second cannot be written.
    const templates = new Map([
      ['workspace/managed/a', 'a file\n'],
      ['workspace/managed/a/b', 'below a file\n'],
    ]);
    expect(() =>
      createRepository({ directory: join(parent, 'x'), configurationText: textOf(), templates }),
    ).toThrow(/cannot be written/);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('says what it would write and writes nothing with dryRun', () => {
    const parent = temporaryFolder();
    const { actions } = createRepository({
      directory: join(parent, 'x'),
      configurationText: textOf(),
      dryRun: true,
    });
    expect(actions.length).toBeGreaterThan(50);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('refuses a folder that is not writable, for somebody who is not root', () => {
    // Root ignores modes, so another user runs a copy of the program, from a folder that everybody may read.
    const parent = temporaryFolder();
    chmodSync(parent, 0o755);
    cpSync(join(__dirname, '../../../apps/create-wa-ml-project/dist'), join(parent, 'program'), {
      recursive: true,
    });
    mkdirSync(join(parent, 'closed'), { mode: 0o555 });
    const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const home = temporaryFolder();
    if ('uid' in unprivileged) chownSync(home, 65534, 65534);
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(parent, 'program/bin.js'), 'x', '--yes', '--no-install', '--no-git', '--json'],
      {
        ...unprivileged,
        cwd: join(parent, 'closed'),
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
      },
    );
    const { error } = JSON.parse(stderr) as { error: { code: string; what: string } };
    expect([status, error.code]).toEqual([2, 'DIRECTORY_UNUSABLE']);
    expect(error.what).toContain('is not writable');
    expect(readdirSync(join(parent, 'closed'))).toEqual([]);
  });

  it('depends on tarballs by a name that changes with their content', () => {
    const packages = temporaryFolder();
    const names: string[] = [];
    for (const content of ['one', 'two']) {
      writeFileSync(join(packages, `wa-ml-config-${versions.waMl}.tgz`), content);
      const root = join(temporaryFolder(), 'acme-ml');
      createRepository({ directory: root, configurationText: textOf(), packages });
      names.push(
        (JSON.parse(read(root, 'package.json')) as { devDependencies: Record<string, string> })
          .devDependencies['@wa-ml/config']!,
      );
      expect(existsSync(join(root, names.at(-1)!.slice('file:'.length)))).toBe(true);
      expect(projen(root)).toEqual([]);
    }
    expect(names[0]).not.toBe(names[1]);
    expect(specifiersOf([])['@wa-ml/nx']).toBe(versions.waMl);
  });
});

describe("people's own data", () => {
  const csv = 'age,plan,churned\n34,basic,yes\n28,premium,no\n51,basic,no\n44,premium,yes\n';

  it('is copied to where Git ignores it, described in columns.json, and needed only once', () => {
    const folder = temporaryFolder();
    write(folder, 'customers.csv', csv);
    const data = readPeopleData(join(folder, 'customers.csv'), 'churned');
    const root = join(temporaryFolder(), 'acme-ml');
    createRepository({
      directory: root,
      configurationText: textOf({
        models: { churn: { flavour: 'pytorch-tabular', data: data.written } },
      }),
      data: { churn: data },
    });
    expect(read(root, 'models/churn/data/customers.csv')).toBe(csv);
    expect(read(root, '.gitignore')).toContain('/models/*/data/');
    const columns = JSON.parse(read(root, 'models/churn/columns.json')) as {
      columns: { name: string }[];
    };
    expect(columns.columns.map(({ name }) => name)).toEqual(['age', 'plan', 'churned']);
    const before = tree(root);
    expect(projen(root)).toEqual([]);
    expect(tree(root)).toEqual(before);
  });

  it('is refused without a target, naming the columns, and when there is no file', () => {
    const folder = temporaryFolder();
    write(folder, 'customers.csv', csv);
    expect(() => readPeopleData(join(folder, 'customers.csv'), undefined)).toThrow(
      /age,plan,churned/,
    );
    expect(() => readPeopleData(join(folder, 'nope.csv'), 'x')).toThrow(/cannot be read/);
  });
});
