import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { changesDisk, type PlannedFile } from '@wa-ml/blueprint';
import {
  filesOnDisk,
  formatReport,
  keepInStep,
  loadTemplates,
  packTemplates,
  ReadError,
  SymbolicLinkError,
  unpackTemplates,
  WaMlProject,
  withModel,
  type Files,
} from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { filesInMemory } from './files-in-memory';
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
    expect(formatReport({ actions: [action!] })).toContain('git fetch --unshallow');
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

describe('what a release brings', () => {
  const added = (path: string, content: string | Uint8Array) =>
    new Map([...loadTemplates(), [`workspace/managed/${path}`, content]]);
  const isExecutable = (path: string) => (statSync(path).mode & 0o100) !== 0;

  it('may be bytes: written as they are, kept where edited', () => {
    const root = newRepository();
    const bytes = new Uint8Array([0, 255, 13, 10]);
    projen(root, added('logo.bin', bytes));
    expect(new Uint8Array(readFileSync(join(root, 'logo.bin')))).toEqual(bytes);
    expect(projen(root, added('logo.bin', bytes))).toEqual([]);
    writeFileSync(join(root, 'logo.bin'), new Uint8Array([1, 0]));
    const [action] = projen(root, added('logo.bin', new Uint8Array([0, 1])));
    expect(action?.kind).toBe('conflict');
    expect(new Uint8Array(readFileSync(join(root, 'logo.bin')))).toEqual(new Uint8Array([1, 0]));
  });

  it('survives the way through the packed templates, bytes and all', () => {
    const templates = added('logo.bin', Buffer.from([0, 255]));
    expect(unpackTemplates(packTemplates(templates))).toEqual(templates);
  });

  it('may be a program: executable, through edits and updates, also where only that changed', () => {
    const root = newRepository();
    const file = join(root, 'tool');
    projen(root, added('tool', 'echo 1\n'));
    expect(isExecutable(file)).toBe(false);
    projen(root, added('tool', '#!/bin/sh\necho 1\n'));
    expect(isExecutable(file)).toBe(true);
    projen(root, added('tool', '#!/bin/sh\necho 2\n'));
    expect(isExecutable(file)).toBe(true);
    chmodSync(file, 0o644);
    expect(projen(root, added('tool', '#!/bin/sh\necho 2\n'))).toMatchObject([{ kind: 'keep' }]);
    expect(isExecutable(file)).toBe(false);
  });

  it('merges into a CRLF file, which stays one', () => {
    const root = newRepository();
    write(root, 'README.md', `${read(root, 'README.md')}${appendix}`.replaceAll('\n', '\r\n'));
    commit(root);
    expect(projen(root, release('second'))).toMatchObject([{ kind: 'merge' }]);
    expect(read(root, 'README.md')).toMatch(/^# acme-ml second\r\n/);
    expect(read(root, 'README.md')).toContain(appendix.replaceAll('\n', '\r\n'));
    expect(read(root, 'README.md').replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('renames README.md to Readme.md with the edits in it', () => {
    const root = newRepository();
    write(root, 'README.md', read(root, 'README.md') + appendix);
    commit(root);
    const before = read(root, 'README.md');
    const templates = new Map(loadTemplates());
    templates.set('workspace/managed/Readme.md.hbs', templates.get(readme)!);
    templates.delete(readme);
    expect(projen(root, templates)).toMatchObject([{ kind: 'move', from: 'README.md' }]);
    expect(readdirSync(root)).toContain('Readme.md');
    expect(readdirSync(root)).not.toContain('README.md');
    expect(read(root, 'Readme.md')).toBe(before);
    expect(projen(root, templates)).toMatchObject([{ kind: 'keep' }]);
    expect(existsSync(join(root, '.wa-ml/base/Readme.md'))).toBe(true);
  });

  it('finds a folder where a file shall be, and says so', () => {
    const root = newRepository();
    rmSync(join(root, 'README.md'));
    mkdirSync(join(root, 'README.md'));
    expect(() => projen(root)).toThrow(ReadError);
  });
});

describe('a file system that ignores case', () => {
  it('has one file where two paths of a plan and a manifest differ only in case', () => {
    const files = filesInMemory();
    const planned = (path: string, content: string): PlannedFile[] => [
      { path, owner: 'managed', content },
    ];
    keepInStep('.', planned('README.md', 'one\ntwo\nthree\n'), files);
    files.write('readme.md', 'one\ntwo\nTHREE\n');
    keepInStep('.', planned('README.md', 'one\ntwo\nthree\n'), files);
    const { actions } = keepInStep('.', planned('Readme.md', 'ONE\ntwo\nthree\n'), files);
    expect(actions).toMatchObject([{ kind: 'move', from: 'README.md' }]);
    expect(files.names()).toEqual(['.wa-ml/base/Readme.md', '.wa-ml/manifest.json', 'Readme.md']);
    expect(files.read('Readme.md')?.text).toBe('ONE\ntwo\nTHREE\n');
    // As after a merge of two branches that have it under one name each: neither is taken for a second file.
    const manifest = files.read('.wa-ml/manifest.json')!.text!;
    const line = /"Readme.md": ("managed \w+")/.exec(manifest)!;
    files.write(
      '.wa-ml/manifest.json',
      manifest.replace(line[0], `"README.md": ${line[1]},\n${line[0]}`),
    );
    const again = keepInStep('.', planned('Readme.md', 'ONE\ntwo\nthree\n'), files);
    expect(again.actions).toMatchObject([{ kind: 'keep', path: 'Readme.md' }]);
    expect(files.names()).toContain('Readme.md');
  });
});

describe('a run that is killed', () => {
  /** Files on disk that fail at the n-th change, as a kill or a full disk would. */
  function failing(root: string, after: number, count: () => void = () => undefined): Files {
    let left = after;
    const change =
      <Arguments extends unknown[]>(run: (...args: Arguments) => void) =>
      (...args: Arguments): void => {
        if (left-- <= 0) throw new Error('killed');
        run(...args);
        count();
      };
    const files = filesOnDisk(root);
    return {
      ...files,
      write: change(files.write),
      delete: change(files.delete),
      move: change(files.move),
      setExecutable: change(files.setExecutable),
    };
  }

  it('at any point is healed by the next: the same tree as if it had never been killed', () => {
    const origin = newRepository({
      models: { diagnosis: { flavour: 'pytorch-tabular' }, fraud: { flavour: 'pytorch-tabular' } },
    });
    write(origin, 'README.md', read(origin, 'README.md') + appendix);
    write(origin, '.gitignore', `${read(origin, '.gitignore')}/mine/\n`);
    write(origin, 'models/fraud/model.py', '# mine\n');
    // Nothing but .wa-ml/base has our last renders then.
    projen(origin);
    rmSync(join(origin, '.git'), { recursive: true });
    // A release that changes an edited file, adds, moves and makes executable, and a model that goes while another comes.
    const templates = new Map(release('second'));
    templates.set('workspace/managed/new.txt', 'new\n');
    templates.set('workspace/seeded/seed.txt', 'seed\n');
    const plan = (root: string) => {
      const planned = new WaMlProject({ root, templates }).plan();
      return planned.map((file) =>
        file.path === 'runbooks/README.md' || file.path === '.editorconfig'
          ? { ...file, path: `moved/${file.path}`, movedFrom: [file.path], executable: true }
          : { ...file, content: file.path === 'nx.json' ? `${file.content}\n` : file.content },
      );
    };
    const one = read(newRepository(), 'wa-ml.json');
    write(origin, 'wa-ml.json', withModel(one, 'other', { flavour: 'pytorch-tabular' }));
    const copy = () => {
      const root = join(temporaryFolder(), 'acme-ml');
      cpSync(origin, root, { recursive: true });
      return root;
    };
    const expected = copy();
    const files = plan(expected);
    let total = 0;
    const { actions } = keepInStep(
      expected,
      files,
      failing(expected, Infinity, () => total++),
    );
    const whole = tree(expected);
    expect(new Set(actions.map(({ kind }) => kind))).toEqual(
      new Set(['create', 'merge', 'keep', 'move', 'delete', 'orphan', 'unchanged', 'update']),
    );
    const points = Array.from({ length: total }, (_, point) => point);
    for (const after of points.filter((point) => point % 7 === 0 || point > total - 12)) {
      const root = copy();
      try {
        keepInStep(root, files, failing(root, after));
        expect.unreachable();
      } catch (error) {
        expect((error as Error).message).toBe('killed');
      }
      keepInStep(root, files);
      expect(tree(root), `killed after ${after} changes`).toEqual(whole);
      expect(keepInStep(root, files).actions.some(changesDisk)).toBe(false);
      rmSync(root, { recursive: true });
    }
  });
});
