import {
  compareReleases,
  formatManifest,
  ManifestError,
  parseManifest,
  recordedRelease,
  planRepo,
  templatesIn,
  TemplateError,
  versions,
} from '@wa-ml/blueprint';
import { readConfiguration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const { normalised } = readConfiguration(
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: { dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' } },
    models: { churn: { flavour: 'pytorch-tabular' }, fraud: { flavour: 'pytorch-tabular' } },
  }),
);
const templates = new Map([
  ['workspace/managed/README.md.hbs', '# {{repo}}\n'],
  ['workspace/seeded/mine.txt', '{{not rendered}}\n'],
  ['model/managed/models/__model__/name.txt.hbs', '{{model}} of {{repo}}\n'],
  ['model/flavours/pytorch-tabular/seeded/models/__model__/model.py', 'x = 1\n'],
  ['model/data/file/table/seeded/models/__model__/data.py', 'file\n'],
  ['model/data/sample/pytorch-tabular/seeded/models/__model__/data.py', 'sample\n'],
]);
const plan = planRepo(normalised, templates);
const contentOf = (path: string) => plan.find((one) => one.path === path)?.content;

describe('the plan', () => {
  it('renders .hbs, copies everything else, and plans model templates once for each model', () => {
    expect(contentOf('README.md')).toBe('# acme-ml\n');
    expect(contentOf('mine.txt')).toBe('{{not rendered}}\n');
    expect(contentOf('models/churn/name.txt')).toBe('churn of acme-ml\n');
    expect(contentOf('models/fraud/name.txt')).toBe('fraud of acme-ml\n');
    expect(contentOf('models/churn/data.py')).toBe('sample\n');
  });
  it('is sorted, and the same for the same arguments', () => {
    expect(planRepo(normalised, templates)).toEqual(plan);
    expect(plan.map(({ path }) => path)).toEqual(plan.map(({ path }) => path).sort());
  });
  it('takes the owner from the folder', () => {
    expect(templatesIn(templates, 'workspace').map(({ owner }) => owner)).toEqual([
      'managed',
      'seeded',
    ]);
  });
  it('refuses a variable that does not exist, naming the template', () => {
    expect(() => planRepo(normalised, new Map([['workspace/managed/x.hbs', '{{nope}}']]))).toThrow(
      TemplateError,
    );
  });
  it.each(['../x', '/x', 'a//b', 'a/./b', 'a\\b', ''])('refuses the path %j', (path) => {
    expect(() =>
      planRepo(normalised, templates, {}, [{ path, owner: 'managed', content: '' }]),
    ).toThrow(/cannot be planned/);
  });
  it('refuses two files that differ only in case', () => {
    expect(() =>
      planRepo(normalised, templates, {}, [{ path: 'readme.MD', owner: 'managed', content: '' }]),
    ).toThrow(/ignore case/);
  });
});

describe('the manifest', () => {
  const manifest = new Map([
    ['b', { owner: 'seeded' as const, id: 'b'.repeat(40) }],
    ['a', { owner: 'managed' as const, id: 'a'.repeat(40) }],
  ]);
  it('has one sorted path a line and reads back', () => {
    const text = formatManifest(manifest, '0.1.0');
    expect(
      text.split('\n').filter((line) => line.includes('managed') || line.includes('seeded')),
    ).toEqual([`    "a": "managed ${'a'.repeat(40)}",`, `    "b": "seeded ${'b'.repeat(40)}"`]);
    expect(parseManifest(text)).toEqual(new Map([...manifest].reverse()));
  });
  it('holds ejected and executable files, and reads what the first release wrote', () => {
    const second = new Map([
      ['run', { owner: 'managed' as const, id: 'a'.repeat(40), executable: true }],
      ['theirs', { owner: 'ejected' as const, id: 'b'.repeat(40) }],
    ]);
    expect(parseManifest(formatManifest(second, versions.waMl))).toEqual(second);
    expect(parseManifest(`{"version":1,"files":{"a":"seeded ${'c'.repeat(40)}"}}`)).toEqual(
      new Map([['a', { owner: 'seeded', id: 'c'.repeat(40) }]]),
    );
  });
  it('says how to go on where Git left its markers, and where a newer release wrote it', () => {
    expect(() => parseManifest('{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n')).toThrow(
      /npx projen/,
    );
    expect(() => parseManifest('{"version":4,"files":{}}')).toThrow(/npm ci/);
    expect(() => parseManifest(formatManifest(manifest, '100.0.0'))).toThrow(/100\.0\.0.*npm ci/);
  });
  it('remembers the release: this one in a new repository, the first in one that says none', () => {
    expect(recordedRelease(undefined)).toBe(versions.waMl);
    expect(recordedRelease(formatManifest(manifest, '0.0.7'))).toBe('0.0.7');
    expect(recordedRelease('{\n  "version": 2,\n  "files": {}\n}\n')).toBe('0.1.0');
    expect(['0.9.0', '0.10.0', '0.1.10', '1.0.0', '0.1.9'].sort(compareReleases)).toEqual([
      '0.1.9',
      '0.1.10',
      '0.9.0',
      '0.10.0',
      '1.0.0',
    ]);
  });
  it.each([
    '',
    '{',
    '{}',
    'null',
    '<<<<<<< HEAD',
    '{"version":1,"files":{"a":"x"}}',
    '{"version":4,"files":{}}',
  ])('refuses %j', (text) => {
    expect(() => parseManifest(text)).toThrow(ManifestError);
  });
});

describe('the versions table', () => {
  it('pins exactly: no range, no tag, every action by its commit', () => {
    for (const [name, version] of [
      ...Object.entries(versions.npm),
      ...Object.entries(versions.python),
    ])
      expect(version, name).toMatch(/^\d+\.\d+(\.\d+)?(\.post\d+)?$/);
    for (const [name, { sha, tag }] of Object.entries(versions.actions))
      expect(`${sha} ${tag}`, name).toMatch(/^[0-9a-f]{40} v\d+\.\d+\.\d+$/);
  });
  it('holds a base image digest or none, never an invented one', () => {
    for (const { digest } of Object.values(versions.baseImages))
      if (digest !== undefined) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
