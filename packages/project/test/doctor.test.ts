import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  carryOut,
  differences,
  examine,
  formatDiagnosis,
  isAtLeast,
  loadTemplates,
  readToolchain,
  UnknownPathError,
  UnsavedError,
  WaMlProject,
} from '@wa-ml/project';
import { afterEach, describe, expect, it } from 'vitest';
import {
  commit,
  newRepository,
  projen,
  read,
  temporaryFolder,
  tree,
  withTemplateChange,
  write,
} from './repository';

const path = 'README.md';
const plan = (root: string) => new WaMlProject({ root }).plan();
const edit = (root: string) => write(root, path, `${read(root, path)}\nOurs.\n`);
const release = withTemplateChange({
  'workspace/managed/README.md.hbs': (text) => text.replace('# {{repo}}', '# {{repo}} before'),
});
/** A repository of a release that had another heading in README.md. */
function outdated(): string {
  const root = newRepository();
  projen(root, release);
  commit(root);
  return root;
}
/** How the doctor finds one file, and whether all is well. */
async function found(root: string, one = path) {
  const diagnosis = await examine(root);
  const file = diagnosis.files.find((each) => each.path === one);
  return {
    ok: diagnosis.ok,
    state: file?.state,
    mend: file?.mend,
    text: formatDiagnosis(diagnosis),
  };
}

describe('wa-ml doctor', () => {
  it('finds a new repository well, and changes nothing', async () => {
    const root = newRepository();
    const before = tree(root);
    expect(await found(root)).toMatchObject({ ok: true, state: 'in step', mend: [] });
    expect(tree(root)).toEqual(before);
  });

  it('finds what is edited and what is missing, and nothing wanting in either', async () => {
    const root = newRepository();
    edit(root);
    rmSync(join(root, '.editorconfig'));
    expect(await found(root)).toMatchObject({ ok: true, state: 'edited', mend: [] });
    expect(await found(root, '.editorconfig')).toMatchObject({
      state: 'missing',
      mend: ['npx wa-ml adopt .editorconfig'],
    });
  });

  it('finds what is outdated', async () => {
    const root = outdated();
    expect(await found(root)).toMatchObject({ ok: false, state: 'outdated', mend: ['npx projen'] });
    edit(root);
    expect(await found(root)).toMatchObject({ ok: false, state: 'outdated' });
  });

  it('finds a conflict, and each way out of it ends it', async () => {
    for (const decision of ['resolve', 'adopt', 'eject'] as const) {
      const root = outdated();
      write(root, path, read(root, path).replace('# acme-ml before', '# Ours'));
      commit(root);
      const stuck = await found(root);
      expect(stuck).toMatchObject({ ok: false, state: 'conflicted' });
      expect(stuck.mend).toContain(`npx wa-ml ${decision} ${path}`);
      expect(stuck.text).toContain(`npx wa-ml diff ${path}`);
      carryOut(root, decision, plan(root), [path]);
      const state = { resolve: 'edited', adopt: 'in step', eject: 'ejected' }[decision];
      expect(await found(root)).toMatchObject({ ok: true, state });
      expect(projen(root).map(({ kind }) => kind)).toEqual(
        { resolve: ['keep'], adopt: [], eject: ['ejected'] }[decision],
      );
      expect(read(root, path).startsWith(decision === 'adopt' ? '# acme-ml\n' : '# Ours\n')).toBe(
        true,
      );
    }
  });

  it('finds a file of theirs in the place of ours', async () => {
    const root = newRepository();
    const manifest = read(root, '.wa-ml/manifest.json').replace(/ {4}"README.md".*\n/, '');
    write(root, '.wa-ml/manifest.json', manifest);
    edit(root);
    expect(await found(root)).toMatchObject({ ok: false, state: 'conflicted' });
    carryOut(root, 'resolve', plan(root), [path]);
    expect(await found(root)).toMatchObject({ ok: true, state: 'edited' });
  });

  it('finds orphans until projen has handed them over', async () => {
    const root = newRepository();
    const templates = new Map([...loadTemplates(), ['workspace/managed/old.txt', 'old\n']]);
    projen(root, templates);
    write(root, 'old.txt', 'mine\n');
    expect(await found(root, 'old.txt')).toMatchObject({
      ok: false,
      state: 'orphaned',
      mend: ['npx projen'],
    });
    projen(root);
    expect(await found(root, 'old.txt')).toMatchObject({ ok: true, state: undefined });
    expect(read(root, 'old.txt')).toBe('mine\n');
  });

  it('finds every mistake of the configuration, as data and as text', async () => {
    const root = newRepository();
    write(
      root,
      'wa-ml.json',
      read(root, 'wa-ml.json').replace('"eu-west-1"', '"nowhere"').replace('"tier"', '"teir"'),
    );
    const diagnosis = await examine(root);
    expect(diagnosis).toMatchObject({ ok: false, inStep: false, files: [] });
    const { errors } = JSON.parse(JSON.stringify(diagnosis)) as {
      errors: { code: string; problems: object[] }[];
    };
    expect(errors).toMatchObject([{ code: 'CONFIGURATION_INVALID' }]);
    expect(errors[0]!.problems.length).toBeGreaterThan(1);
    expect(formatDiagnosis(diagnosis)).toContain('wa-ml.json:');
  });

  it.each([
    ['that is torn', '{\n<<<<<<< HEAD\n', /git checkout HEAD/],
    ['that is gone', undefined, /git checkout HEAD/],
  ])('finds a manifest %s, and says how to mend it', async (_title, text, says) => {
    const root = newRepository();
    if (text === undefined) rmSync(join(root, '.wa-ml/manifest.json'));
    else write(root, '.wa-ml/manifest.json', text);
    const diagnosis = await found(root);
    expect(diagnosis.ok).toBe(false);
    expect(diagnosis.text).toMatch(says);
  });

  it('either side of a conflict in the manifest will do', async () => {
    const root = newRepository();
    const before = read(root, '.wa-ml/manifest.json');
    projen(root, release);
    // The other branch's files, this branch's manifest.
    write(root, '.wa-ml/manifest.json', before);
    projen(root, release);
    expect(projen(root, release)).toEqual([]);
  });
});

describe('the toolchain', () => {
  const path_ = process.env['PATH'];
  const agent = process.env['npm_config_user_agent'];
  afterEach(() => {
    process.env['PATH'] = path_;
    if (agent === undefined) delete process.env['npm_config_user_agent'];
    else process.env['npm_config_user_agent'] = agent;
  });

  it('is asked for its versions, and what is too old or missing says how to get it', async () => {
    const bin = join(temporaryFolder(), 'bin');
    mkdirSync(bin);
    const fake = (name: string, prints: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\necho '${prints}'\n`);
      chmodSync(join(bin, name), 0o755);
    };
    fake('git', 'git version 2.20.1 (Apple Git-117)');
    fake('python3', 'Python 3.9.6');
    process.env['PATH'] = bin;
    process.env['npm_config_user_agent'] = 'npm/11.19.1 node/v20.20.2 linux x64';
    const tools = await readToolchain(temporaryFolder(), true);
    expect(tools.map(({ name, found: version, ok }) => [name, version, ok])).toEqual([
      ['Node', process.versions.node, true],
      ['npm', '11.19.1', true],
      ['Git', '2.20.1', false],
      ['Python', '3.9.6', false],
      ['uv', undefined, true],
    ]);
    for (const { ok, mend } of tools) expect(mend === undefined).toBe(ok);
    fake('python3.11', 'Python 3.11.9');
    expect((await readToolchain(temporaryFolder(), true))[3]).toMatchObject({
      found: '3.11.9',
      ok: true,
    });
    expect((await readToolchain(temporaryFolder(), false)).map(({ name }) => name)).toEqual([
      'Node',
      'npm',
      'Git',
    ]);
  });

  it.each([
    ['3.11', '3.11', true],
    ['3.9.18', '3.11', false],
    ['10.0', '9.6.4', true],
    ['2.28.0.windows.1', '2.28', true],
    ['20.19', '20.19.0', true],
  ])('%s is at least %s: %s', (one, wanted, ok) => expect(isAtLeast(one, wanted)).toBe(ok));
});

describe('a decision about a file', () => {
  it('names the nearest path of an unknown one, and decides nothing then', () => {
    const root = newRepository();
    const before = tree(root);
    expect(() => carryOut(root, 'eject', plan(root), [path, 'READNE.md'])).toThrow(
      UnknownPathError,
    );
    expect(() => carryOut(root, 'eject', plan(root), ['READNE.md'])).toThrow(
      /Did you mean README.md/,
    );
    expect(tree(root)).toEqual(before);
  });

  it('about a folder is about all of ours in it, and no seeded file', () => {
    const root = newRepository();
    write(root, 'models/diagnosis/model.py', '# mine\n');
    const { actions } = carryOut(root, 'adopt', plan(root), ['models/diagnosis']);
    expect(actions.length).toBeGreaterThan(1);
    expect(read(root, 'models/diagnosis/model.py')).toBe('# mine\n');
  });

  it('to adopt never loses what Git does not have, unless it is forced to', () => {
    const root = newRepository();
    const ours = read(root, path);
    edit(root);
    expect(() => carryOut(root, 'adopt', plan(root), [path])).toThrow(UnsavedError);
    expect(read(root, path)).toContain('Ours.');
    commit(root);
    carryOut(root, 'adopt', plan(root), [path]);
    expect(read(root, path)).toBe(ours);
    edit(root);
    write(root, path, `${read(root, path)}more\n`);
    carryOut(root, 'adopt', plan(root), [path], true);
    expect(read(root, path)).toBe(ours);
  });

  it('to adopt brings a deleted file back', () => {
    const root = newRepository();
    rmSync(join(root, path));
    carryOut(root, 'adopt', plan(root), [path]);
    expect(projen(root)).toEqual([]);
    expect(read(root, path)).toContain('# acme-ml');
  });

  it('to eject holds through releases, and adopt takes it back', () => {
    const root = newRepository();
    carryOut(root, 'eject', plan(root), [path]);
    commit(root);
    const mine = read(root, path);
    expect(projen(root, release)).toMatchObject([{ kind: 'ejected' }]);
    expect(read(root, path)).toBe(mine);
    carryOut(root, 'adopt', plan(root), [path]);
    expect(projen(root, release)).toMatchObject([{ kind: 'update' }]);
  });
});

describe('wa-ml diff', () => {
  it('shows what projen would change, and nothing where nothing would', () => {
    const root = outdated();
    const [one, ...more] = differences(root, plan(root));
    expect(more).toEqual([]);
    expect(one).toMatchObject({ path, kind: 'update' });
    expect(one!.diff).toContain('-# acme-ml before\n+# acme-ml\n');
    projen(root);
    expect(differences(root, plan(root))).toEqual([]);
  });

  it('shows of a conflict what we changed', () => {
    const root = outdated();
    write(root, path, read(root, path).replace('# acme-ml before', '# Ours'));
    const [one] = differences(root, plan(root), [path]);
    expect(one!.diff).toContain('-# acme-ml before\n+# acme-ml\n');
    expect(one!.diff).not.toContain('# Ours');
  });
});
