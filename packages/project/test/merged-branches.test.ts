import {
  blobId,
  parseMergedManifest,
  recordedRelease,
  formatManifest,
  type Manifest,
  type ManifestEntry,
  formatEntry,
} from '@wa-ml/blueprint';
import { ConfigurationError, readConfiguration, sidesOf } from '@wa-ml/config';
import { examine, withEnvironment, withModel } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { commit, git, newRepository, projen, read, tree, write } from './repository';

const tabular = { flavour: 'pytorch-tabular' as const };
const manifestPath = '.wa-ml/manifest.json';

/** Adds a model on a branch of its own. */
function branchWith(root: string, model: string): void {
  git(root, 'checkout', '--quiet', '-b', model, 'main');
  write(root, 'wa-ml.json', withModel(read(root, 'wa-ml.json'), model, tabular));
  projen(root);
  commit(root);
}

/** @returns the paths in conflict. */
function merge(root: string, branch: string): string[] {
  try {
    git(root, 'merge', '--quiet', '--no-edit', branch);
  } catch {
    // In conflict: git says so by its exit code.
  }
  return git(root, 'diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean);
}

/** Solves wa-ml.json as a person does: with the models of both. */
function solve(root: string, theirs: string): void {
  write(root, 'wa-ml.json', withModel(git(root, 'show', 'HEAD:wa-ml.json'), theirs, tabular));
}

describe('two branches that each added a model', () => {
  it.each([
    ['beside each other', 'alpha', 'beta', 'merge', [manifestPath, 'wa-ml.json']],
    ['beside each other, in diff3 style', 'alpha', 'beta', 'diff3', [manifestPath, 'wa-ml.json']],
    ['far from each other', 'alpha', 'zeta', 'merge', ['wa-ml.json']],
  ])('%s, come to the repository that has both', (_title, first, second, style, conflicts) => {
    const root = newRepository();
    git(root, 'config', 'merge.conflictStyle', style);
    branchWith(root, first);
    branchWith(root, second);
    expect(merge(root, first)).toEqual(conflicts);
    solve(root, first);
    projen(root);
    commit(root);
    const both = newRepository({
      models: { diagnosis: tabular, [second]: tabular, [first]: tabular },
    });
    expect(tree(root)).toEqual(tree(both));
    expect(projen(root)).toEqual([]);
  });

  it('are told what to do while wa-ml.json has the markers of Git, and nothing is changed', async () => {
    const root = newRepository();
    branchWith(root, 'alpha');
    branchWith(root, 'beta');
    merge(root, 'alpha');
    const before = tree(root);
    expect(() => projen(root)).toThrow(ConfigurationError);
    expect(tree(root)).toEqual(before);
    const text = read(root, 'wa-ml.json');
    const line = text.split('\n').findIndex((one) => one.startsWith('<<<<<<<')) + 1;
    try {
      readConfiguration(text);
    } catch (error) {
      expect((error as ConfigurationError).problems).toMatchObject([
        { what: expect.stringContaining('Git merged two branches'), line },
      ]);
    }
    solve(root, 'alpha');
    const { ok, errors, files } = await examine(root);
    expect([ok, errors.map(({ next }) => next)]).toEqual([
      false,
      ['Run npx projen: it takes what both say.'],
    ]);
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(['in step']));
  });
});

describe('two branches that each added an environment', () => {
  const account = { alpha: '444444444444', beta: '555555555555' };
  const withOne = (text: string, name: keyof typeof account): string =>
    withEnvironment(
      text,
      name,
      { tier: 'staging', account: account[name], region: 'eu-west-1' },
      2,
    );

  /** Merged, with wa-ml.json solved; the files of ours that name all environments still have the markers of Git. */
  function merged(editBeta: (root: string) => void = () => undefined): string {
    const root = newRepository();
    for (const name of ['alpha', 'beta'] as const) {
      git(root, 'checkout', '--quiet', '-b', name, 'main');
      write(root, 'wa-ml.json', withOne(read(root, 'wa-ml.json'), name));
      projen(root);
      if (name === 'beta') editBeta(root);
      commit(root);
    }
    expect(merge(root, 'alpha')).toContain('README.md');
    write(root, 'wa-ml.json', withOne(git(root, 'show', 'beta:wa-ml.json'), 'alpha'));
    return root;
  }

  /** What projen makes of the same wa-ml.json without a merge. */
  function unmerged(root: string): Record<string, string> {
    const other = newRepository();
    write(other, 'wa-ml.json', read(root, 'wa-ml.json'));
    projen(other);
    return tree(other);
  }

  it('come to the repository that has both: what nobody edited is written anew', () => {
    const root = merged();
    expect(read(root, 'README.md')).toContain('<<<<<<<');
    projen(root);
    expect(tree(root)).toEqual(unmerged(root));
    expect(projen(root)).toEqual([]);
  });

  it.each([
    [
      'on a branch',
      (root: string) => write(root, 'README.md', `${read(root, 'README.md')}ours\n`),
      () => undefined,
    ],
    [
      'by leaving a line out',
      (root: string) => write(root, 'README.md', read(root, 'README.md').replace('npm ci\n', '')),
      () => undefined,
    ],
    [
      'since',
      () => undefined,
      (root: string) => write(root, 'README.md', `${read(root, 'README.md')}ours\n`),
    ],
  ])('keep what people edited %s, until they have solved it', (_title, before, since) => {
    const root = merged(before);
    since(root);
    const text = read(root, 'README.md');
    expect(projen(root).filter(({ path }) => path === 'README.md')).toMatchObject([
      { kind: 'conflict', why: expect.stringContaining('markers') },
    ]);
    expect(read(root, 'README.md')).toBe(text);
    // Taken from our side of it, as a person may do; our change comes beside their line.
    const { ours } = sidesOf(text)!;
    write(root, 'README.md', ours);
    projen(root);
    const ending = unmerged(root)['README.md']!;
    expect(read(root, 'README.md')).not.toContain('<<<<<<<');
    expect(read(root, 'README.md')).toContain('| beta | staging |');
    expect(read(root, 'README.md').length).not.toBe(ending.length);
  });
});

describe('a manifest in which Git left its markers', () => {
  const [mine, theirs] = [blobId('mine\n'), blobId('theirs\n')];
  const textOf = (ours: Manifest, others: Manifest): string =>
    [
      '<<<<<<< HEAD',
      formatManifest(ours, '0.3.0').trimEnd(),
      '=======',
      formatManifest(others, '0.2.0').trimEnd(),
      '>>>>>>> theirs',
      '',
    ].join('\n');
  const entry = (id: string, owner: 'managed' | 'ejected' = 'managed'): Manifest =>
    new Map([['file', { owner, id }]]);
  const disk = (id: string) => new Map([['file', { id, text: '' }]]);

  it('counts as the older of two releases, whose migrations change nothing twice', () => {
    expect(recordedRelease(textOf(entry(mine), entry(theirs)))).toBe('0.2.0');
  });

  it.each([
    ['the render that is on disk, ours', entry(mine), entry(theirs), disk(mine), entry(mine)],
    ['the render that is on disk, theirs', entry(mine), entry(theirs), disk(theirs), entry(theirs)],
    ['ours of a file that is neither', entry(mine), entry(theirs), disk(blobId('')), entry(mine)],
    [
      'what we ejected',
      entry(mine, 'ejected'),
      entry(theirs),
      disk(theirs),
      entry(mine, 'ejected'),
    ],
    [
      'what they ejected',
      entry(mine),
      entry(theirs, 'ejected'),
      disk(mine),
      entry(theirs, 'ejected'),
    ],
    ['what one side knows', new Map(), entry(theirs), disk(mine), entry(theirs)],
  ])('counts %s', (_title, ours, others, there, wanted) => {
    const [[, found]] = [...parseMergedManifest(textOf(ours, others), there)!] as [
      [string, ManifestEntry],
    ];
    expect(formatEntry(found)).toBe(formatEntry(wanted.get('file')!));
  });

  it('is none where there are no markers, or where a side is no manifest', () => {
    expect(parseMergedManifest(formatManifest(entry(mine), '0.3.0'), disk(mine))).toBeUndefined();
    const torn = textOf(entry(mine), entry(theirs)).replace('"files"', '');
    expect(() => parseMergedManifest(torn, disk(mine))).toThrow(/cannot be read/);
  });
});
