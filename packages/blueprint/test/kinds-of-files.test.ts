import {
  contentOf,
  decide,
  diskFileOf,
  planRepo,
  unifiedDiff,
  type PlannedFile,
} from '@wa-ml/blueprint';
import { readConfiguration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { edited, lines, manifestOf, onDisk, run, v1, v2 } from './repository-of-one-file';

const path = 'a.txt';
const managed = (content: PlannedFile['content'], executable = false): PlannedFile => ({
  path,
  owner: 'managed',
  content,
  executable,
});

describe('bytes', () => {
  const picture = (last: number) => new Uint8Array([137, 80, 78, 71, 13, 10, 0, last]);
  const disk = (last: number) => ({ [path]: diskFileOf(picture(last)) });
  const first = run({ plan: [managed(picture(1))] });

  it('are written, followed and deleted like text', () => {
    expect(first.actions).toMatchObject([{ kind: 'create', content: picture(1) }]);
    const { manifest } = first;
    expect(run({ plan: [managed(picture(1))], manifest, disk: disk(1) }).actions[0]!.kind).toBe(
      'unchanged',
    );
    expect(run({ plan: [managed(picture(2))], manifest, disk: disk(1) }).actions).toMatchObject([
      { kind: 'update', content: picture(2) },
    ]);
    expect(run({ plan: [], manifest, disk: disk(1) }).actions[0]!.kind).toBe('delete');
  });
  it('are kept where people changed them, and never merged', () => {
    const { manifest } = first;
    const kept = run({ plan: [managed(picture(1))], manifest, disk: disk(9) });
    expect([kept.actions[0]!.kind, kept.bases.get(path)]).toEqual(['keep', null]);
    expect(run({ plan: [managed(picture(2))], manifest, disk: disk(9) }).actions).toMatchObject([
      { kind: 'conflict', why: expect.stringContaining('no text') },
    ]);
  });
  it('are in conflict where people wrote text in their place, whether or not Git has our last ones', () =>
    expect(
      run({ plan: [managed(picture(2))], manifest: first.manifest, disk: { [path]: onDisk(v1) } })
        .actions[0]!.kind,
    ).toBe('conflict'));
  it('are what Git takes for them: a NUL, or no UTF-8; everything else is text with LF', () => {
    expect(contentOf(Buffer.from('a\0b'))).toBeInstanceOf(Uint8Array);
    expect(contentOf(Buffer.from([0x61, 0xff]))).toBeInstanceOf(Uint8Array);
    expect(contentOf(Buffer.from('ä\r\n'))).toBe('ä\n');
  });
});

describe('an executable file', () => {
  it('is created as one', () =>
    expect(run({ plan: [managed(v1, true)] }).actions).toMatchObject([
      { kind: 'create', executable: true },
    ]));
  it('becomes one without being written where only that changed, edited or not', () => {
    for (const text of [v1, edited]) {
      const outcome = run({
        plan: [managed(v1, true)],
        manifest: manifestOf(path, v1),
        disk: { [path]: onDisk(text) },
      });
      expect(outcome.actions).toMatchObject([{ kind: 'update', executable: true }]);
      expect(outcome.actions[0]).not.toHaveProperty('content');
      expect(outcome.manifest.get(path)?.executable).toBe(true);
    }
  });
  it('stays none where its people took the bit away', () =>
    expect(
      run({
        plan: [managed(v1, true)],
        manifest: manifestOf(path, v1, { executable: true }),
        disk: { [path]: onDisk(v1) },
      }).actions,
    ).toEqual([{ kind: 'keep', path, why: 'you took its executable bit away' }]));
  it('is no edit where every file is executable, and nothing where the file system has no such bit', () => {
    const manifest = manifestOf(path, v1);
    expect(
      run({ plan: [managed(v1)], manifest, disk: { [path]: onDisk(v1, true) } }).actions[0]!.kind,
    ).toBe('unchanged');
    const unknown = run({
      plan: [managed(v1, true)],
      manifest,
      disk: { [path]: diskFileOf(Buffer.from(v1)) },
    });
    expect(unknown.actions[0]!.kind).toBe('unchanged');
    // The next machine, which has the bit, still sees that it has to be set.
    expect(unknown.manifest).toEqual(manifest);
  });
  it('is a template that begins with #!', () => {
    const { normalised } = readConfiguration(
      JSON.stringify({
        name: 'acme-ml',
        owner: 'ml@acme.example',
        environments: {
          dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
        },
        models: {},
      }),
    );
    const plan = planRepo(
      normalised,
      new Map<string, string | Uint8Array>([
        ['workspace/managed/run', '#!/usr/bin/env python3\n'],
        ['workspace/managed/text', 'x\n'],
        ['workspace/managed/picture.png', new Uint8Array([0, 255])],
      ]),
    );
    const bit = (one: string) => plan.find((file) => file.path === one)?.executable;
    expect([bit('run'), bit('text')]).toEqual([true, undefined]);
    expect(plan.find((file) => file.path === 'picture.png')?.content).toEqual(
      new Uint8Array([0, 255]),
    );
  });
});

describe('a decision', () => {
  const mine = lines('mine', 'two', 'three', 'four', 'five');
  const stuck = { manifest: manifestOf(path, v1), disk: { [path]: onDisk(mine) } };
  const plan = [managed(v2)];

  it('to resolve ends a conflict with their text, and merges our next change into it', () => {
    expect(run({ ...stuck, plan, bases: { [path]: v1 } }).actions[0]!.kind).toBe('conflict');
    const { manifest, bases, actions } = decide('resolve', plan, stuck.manifest);
    expect(actions[0]).not.toHaveProperty('content');
    expect(run({ ...stuck, plan, manifest }).actions[0]!.kind).toBe('keep');
    const v3 = v2.replace('five', '5');
    const next = run({
      ...stuck,
      plan: [managed(v3)],
      manifest,
      bases: { [path]: bases.get(path)! },
    });
    expect(next.actions).toMatchObject([{ kind: 'merge', content: mine.replace('five', '5') }]);
  });
  it('to adopt takes our text, whether theirs is edited, in the way or deleted', () => {
    for (const manifest of [stuck.manifest, new Map()]) {
      const outcome = decide('adopt', plan, manifest);
      expect(outcome.actions).toMatchObject([{ content: v2 }]);
      const after = { plan, manifest: outcome.manifest, disk: { [path]: onDisk(v2) } };
      expect(run(after).actions[0]!.kind).toBe('unchanged');
    }
  });
  it('to eject ends all following, through releases, deletion and the end of its plan', () => {
    const { manifest, bases } = decide('eject', plan, stuck.manifest);
    expect(bases.get(path)).toBeNull();
    for (const content of [v1, v2, 'other\n'])
      for (const disk of [stuck.disk, {}]) {
        const outcome = run({ plan: [managed(content)], manifest, disk });
        expect(outcome.actions).toMatchObject([{ kind: 'ejected' }]);
        expect(outcome.manifest).toEqual(manifest);
      }
    // Even where it is just what we wrote, it is theirs to delete.
    const last = run({ plan: [], manifest, disk: { [path]: onDisk(v2) } });
    expect(last.actions[0]!.kind).toBe('orphan');
  });
  it('about a seeded file is only whether to have our seed again', () => {
    const seed: PlannedFile = { path, owner: 'seeded', content: v2 };
    const manifest = manifestOf(path, v1, { owner: 'seeded' });
    expect(decide('eject', [seed], manifest).manifest).toEqual(manifest);
    expect(decide('adopt', [seed], manifest).actions).toMatchObject([{ content: v2 }]);
  });
});

describe('a difference', () => {
  it('is that of Git: hunks with three lines around them', () => {
    const before = lines(...Array.from({ length: 20 }, (_, index) => `${index + 1}`));
    const after = before.replace('2\n', 'two\n').replace('20\n', '');
    expect(unifiedDiff('a.txt', before, after)).toBe(
      lines(
        '--- a/a.txt',
        '+++ b/a.txt',
        '@@ -1,5 +1,5 @@',
        ' 1',
        '-2',
        '+two',
        ' 3',
        ' 4',
        ' 5',
        '@@ -17,4 +17,3 @@',
        ' 17',
        ' 18',
        ' 19',
        '-20',
      ),
    );
  });
  it('shows created and deleted files whole, and nothing where nothing differs', () => {
    expect(unifiedDiff('a', undefined, 'x\n')).toBe('--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n');
    expect(unifiedDiff('a', 'x', undefined)).toBe(
      '--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
  });
});
