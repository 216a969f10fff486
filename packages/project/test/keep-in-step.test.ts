import { existsSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { loadTemplates, SymbolicLinkError, withModel } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  commit,
  git,
  newRepository,
  projen,
  read,
  temporaryFolder,
  tree,
  withTemplateChange,
  write,
} from './repository';

const readme = 'workspace/managed/README.md.hbs';
/** The template with another first line, as a release would bring it. */
const release = (heading: string) =>
  withTemplateChange({ [readme]: (text) => text.replace('# {{repo}}', `# {{repo}} ${heading}`) });
const appendix = '\n## Ours\n\nWritten by a person.\n';

describe('npx projen', () => {
  it('changes nothing in a new repository, not even a time stamp', () => {
    const root = newRepository();
    const past = new Date(2020, 1, 1);
    utimesSync(join(root, 'package.json'), past, past);
    expect(projen(root)).toEqual([]);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(statSync(join(root, 'package.json')).mtime).toEqual(past);
  });

  it('adds a model that was written into wa-ml.json: the same tree as creating with both', () => {
    const both = newRepository({
      models: { diagnosis: { flavour: 'pytorch-tabular' }, fraud: { flavour: 'pytorch-tabular' } },
    });
    const root = newRepository();
    write(
      root,
      'wa-ml.json',
      withModel(read(root, 'wa-ml.json'), 'fraud', { flavour: 'pytorch-tabular' }),
    );
    projen(root);
    expect(tree(root)).toEqual(tree(both));
    expect(projen(root)).toEqual([]);
  });

  it('deletes an unedited model that was taken out, and leaves what people wrote', () => {
    const root = newRepository({
      models: { diagnosis: { flavour: 'pytorch-tabular' }, fraud: { flavour: 'pytorch-tabular' } },
    });
    write(root, 'models/fraud/model.py', '# mine\n');
    write(root, 'wa-ml.json', read(newRepository(), 'wa-ml.json'));
    projen(root);
    expect(Object.keys(tree(root)).filter((path) => path.startsWith('models/fraud/'))).toEqual([
      'models/fraud/model.py',
    ]);
    expect(projen(root)).toEqual([]);
  });

  it('lets stand whatever people did: edits of managed, seeded and projen files, deletions, npm packages', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md') + appendix);
    write(root, '.gitignore', `${read(root, '.gitignore')}/mine/\n`);
    write(root, 'models/diagnosis/model.py', '# mine\n');
    rmSync(join(root, '.editorconfig'));
    const manifest = JSON.parse(read(root, 'package.json')) as {
      devDependencies: Record<string, string>;
      scripts: Record<string, string>;
    };
    manifest.devDependencies['left-pad'] = '^1.3.0';
    manifest.scripts['mine'] = 'echo mine';
    write(root, 'package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
    const before = tree(root);
    const kinds = Object.fromEntries(projen(root).map(({ kind, path }) => [path, kind]));
    expect(kinds).toEqual({
      'README.md': 'keep',
      '.gitignore': 'keep',
      'package.json': 'keep',
      '.editorconfig': 'deleted',
    });
    for (const [path, text] of Object.entries(before))
      if (!path.startsWith('.wa-ml/')) expect(read(root, path), path).toBe(text);
    expect(existsSync(join(root, '.editorconfig'))).toBe(false);
    const after = tree(root);
    projen(root);
    expect(tree(root)).toEqual(after);
  });

  it('keeps an edit of a managed file through two changes of its template', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md') + appendix);
    commit(root);
    for (const heading of ['second', 'third']) {
      expect(projen(root, release(heading)).map(({ kind }) => kind)).toEqual(['merge']);
      expect(read(root, 'README.md')).toContain(`# acme-ml ${heading}\n`);
      expect(read(root, 'README.md')).toContain(appendix);
      commit(root);
    }
    expect(projen(root, release('third')).map(({ kind }) => kind)).toEqual(['keep']);
  });

  it('takes an added package through a change of our own versions', () => {
    const root = newRepository();
    write(
      root,
      'package.json',
      read(root, 'package.json').replace('"nx":', '"left-pad": "1.3.0",\n    "nx":'),
    );
    commit(root);
    // Another name of the repository changes package.json as a new release would.
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"acme-ml"', '"other-ml"'));
    projen(root);
    expect(JSON.parse(read(root, 'package.json'))).toMatchObject({
      name: 'other-ml',
      devDependencies: { 'left-pad': '1.3.0' },
    });
  });

  it('leaves an edited file alone in a clone without history, and merges when the history is there', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md') + appendix);
    commit(root);
    const clone = join(temporaryFolder(), 'clone');
    git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, clone);
    const before = read(clone, 'README.md');
    const [action] = projen(clone, release('second'));
    expect(action).toMatchObject({ kind: 'no-base', path: 'README.md' });
    expect(action?.why).toContain('git fetch --unshallow');
    expect(read(clone, 'README.md')).toBe(before);
    git(clone, 'fetch', '--quiet', '--unshallow');
    expect(projen(clone, release('second'))[0]).toMatchObject({ kind: 'merge' });
  });

  it('merges in a clone without history where projen had seen the edit before', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md') + appendix);
    projen(root);
    commit(root);
    const clone = join(temporaryFolder(), 'clone');
    git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, clone);
    expect(projen(clone, release('second'))[0]).toMatchObject({ kind: 'merge' });
    expect(read(clone, 'README.md')).toContain(appendix);
  });

  it('reports a conflict and leaves the file as its people have it', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md').replace('# acme-ml', '# Our own name'));
    commit(root);
    expect(projen(root, release('second'))[0]).toMatchObject({ kind: 'conflict' });
    expect(read(root, 'README.md')).toContain('# Our own name');
  });

  it('sees no edit in a CRLF working copy, and updates it as one', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md').replaceAll('\n', '\r\n'));
    expect(projen(root)).toEqual([]);
    projen(root, release('second'));
    expect(read(root, 'README.md')).toMatch(/^# acme-ml second\r\n/);
    expect(read(root, 'README.md').replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('refuses to write through a symbolic link', () => {
    const root = newRepository();
    rmSync(join(root, 'runbooks'), { recursive: true, force: true });
    symlinkSync(temporaryFolder(), join(root, 'runbooks'));
    const templates = new Map([...loadTemplates(), ['workspace/managed/runbooks/x.md', 'x\n']]);
    expect(() => projen(root, templates)).toThrow(SymbolicLinkError);
  });

  it('heals a run that was killed before the manifest was written', () => {
    const root = newRepository();
    const manifest = read(root, '.wa-ml/manifest.json');
    projen(root, release('second'));
    const after = tree(root);
    write(root, '.wa-ml/manifest.json', manifest);
    projen(root, release('second'));
    expect(tree(root)).toEqual(after);
  });
});
