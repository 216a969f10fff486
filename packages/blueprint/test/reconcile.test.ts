import {
  blobId,
  bytesId,
  reconcile,
  wantedBases,
  type DiskFile,
  type Manifest,
  type PlannedFile,
} from '@wa-ml/blueprint';
import { describe, expect, it } from 'vitest';

const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');
const file = (
  content: string,
  owner: PlannedFile['owner'] = 'managed',
  path = 'a.txt',
): PlannedFile => ({ path, owner, content });
const onDisk = (text: string): DiskFile => ({ id: blobId(text), text });
const manifestOf = (content: string, owner: PlannedFile['owner'] = 'managed'): Manifest =>
  new Map([['a.txt', { owner, id: blobId(content) }]]);

/** Reconciles one path and applies the outcome to what was on disk. */
function run(options: { plan?: PlannedFile; manifest?: Manifest; disk?: string; base?: string }) {
  const disk = new Map(options.disk === undefined ? [] : [['a.txt', onDisk(options.disk)]]);
  const bases = new Map(options.base === undefined ? [] : [['a.txt', options.base]]);
  const outcome = reconcile(
    options.plan ? [options.plan] : [],
    options.manifest ?? new Map(),
    disk,
    bases,
  );
  const action = outcome.actions[0];
  return {
    kind: action?.kind,
    after: action?.kind === 'delete' ? undefined : (action?.content ?? options.disk),
    manifest: outcome.manifest,
    base: outcome.bases.get('a.txt'),
  };
}

const v1 = lines('one', 'two', 'three', 'four', 'five');
const v2 = lines('ONE', 'two', 'three', 'four', 'five');
const edited = lines('one', 'two', 'three', 'four', 'FIVE');

describe('a managed file', () => {
  it('is created where there is none', () =>
    expect(run({ plan: file(v1) })).toMatchObject({ kind: 'create', after: v1 }));
  it('is updated where nobody edited it', () =>
    expect(run({ plan: file(v2), manifest: manifestOf(v1), disk: v1 })).toMatchObject({
      kind: 'update',
      after: v2,
    }));
  it('is kept where somebody edited it and we have nothing new, and our render is kept to merge from', () =>
    expect(run({ plan: file(v1), manifest: manifestOf(v1), disk: edited })).toMatchObject({
      kind: 'keep',
      after: edited,
      base: v1,
    }));
  it('is merged where somebody edited it and we changed something else', () =>
    expect(run({ plan: file(v2), manifest: manifestOf(v1), disk: edited, base: v1 })).toMatchObject(
      { kind: 'merge', after: lines('ONE', 'two', 'three', 'four', 'FIVE') },
    ));
  it('is left alone in a conflict, and stays in conflict until it is solved', () => {
    const theirs = lines('mine', 'two', 'three', 'four', 'five');
    const first = run({ plan: file(v2), manifest: manifestOf(v1), disk: theirs, base: v1 });
    expect(first).toMatchObject({ kind: 'conflict', after: theirs });
    expect(run({ plan: file(v2), manifest: first.manifest, disk: theirs, base: v1 }).kind).toBe(
      'conflict',
    );
  });
  it('is left alone where our last render is not to be had', () =>
    expect(run({ plan: file(v2), manifest: manifestOf(v1), disk: edited })).toMatchObject({
      kind: 'no-base',
      after: edited,
      manifest: manifestOf(v1),
    }));
  it('is not brought back where somebody deleted it, not even by a new template', () => {
    const first = run({ plan: file(v1), manifest: manifestOf(v1) });
    expect(first.kind).toBe('deleted');
    expect(run({ plan: file(v2), manifest: first.manifest }).kind).toBe('deleted');
  });
  it('never takes the place of a file that is not ours', () => {
    const first = run({ plan: file(v1), disk: 'theirs\n' });
    expect(first).toMatchObject({ kind: 'occupied', after: 'theirs\n' });
    expect(run({ plan: file(v1), manifest: first.manifest, disk: 'theirs\n' }).kind).toBe(
      'occupied',
    );
  });
  it('takes over the same file that was there before', () =>
    expect(run({ plan: file(v1), disk: v1 })).toMatchObject({
      kind: 'unchanged',
      manifest: manifestOf(v1),
    }));
  it('is deleted when it is no longer planned and nobody edited it, and left otherwise', () => {
    expect(run({ manifest: manifestOf(v1), disk: v1 })).toMatchObject({
      kind: 'delete',
      after: undefined,
    });
    expect(run({ manifest: manifestOf(v1), disk: edited })).toMatchObject({
      kind: 'orphan',
      after: edited,
    });
  });
  it('is never merged into bytes that are no text', () => {
    const disk = new Map([['a.txt', { id: bytesId(new Uint8Array([255, 0])), text: undefined }]]);
    const { actions } = reconcile([file(v2)], manifestOf(v1), disk, new Map([['a.txt', v1]]));
    expect(actions[0]).toMatchObject({ kind: 'conflict' });
    expect(actions[0]).not.toHaveProperty('content');
  });
  it('is in step where somebody wrote our new version by hand', () =>
    expect(run({ plan: file(v2), manifest: manifestOf(v1), disk: v2 }).kind).toBe('unchanged'));
});

describe('a seeded file', () => {
  it('is written once and then never touched', () => {
    const first = run({ plan: file(v1, 'seeded') });
    expect(first).toMatchObject({ kind: 'create', after: v1 });
    for (const disk of [v1, edited, undefined]) {
      const again = run({
        plan: file(v2, 'seeded'),
        manifest: first.manifest,
        ...(disk === undefined ? {} : { disk }),
      });
      expect(again).toMatchObject({ kind: 'unchanged', after: disk });
    }
  });
  it('is not written over a file that was there, nor when that is deleted later', () => {
    const first = run({ plan: file(v1, 'seeded'), disk: 'theirs\n' });
    expect(first).toMatchObject({ kind: 'unchanged', after: 'theirs\n' });
    expect(run({ plan: file(v1, 'seeded'), manifest: first.manifest })).toMatchObject({
      kind: 'unchanged',
      after: undefined,
    });
    // Theirs from the start: no removal of ours takes it away.
    expect(run({ manifest: first.manifest, disk: 'theirs\n' }).kind).toBe('orphan');
  });
});

describe('an edit', () => {
  it('survives two changes of the template', () => {
    const v3 = lines('ONE', 'two', 'THREE', 'four', 'five');
    const seen = run({ plan: file(v1), manifest: manifestOf(v1), disk: edited });
    const first = run({ plan: file(v2), manifest: seen.manifest, disk: edited, base: seen.base! });
    const second = run({
      plan: file(v3),
      manifest: first.manifest,
      disk: first.after!,
      base: first.base!,
    });
    expect(second).toMatchObject({
      kind: 'merge',
      after: lines('ONE', 'two', 'THREE', 'four', 'FIVE'),
    });
    expect(run({ plan: file(v3), manifest: second.manifest, disk: second.after! })).toMatchObject({
      kind: 'keep',
      base: v3,
    });
  });
  it('asks for a base only where one is needed', () => {
    const disk = new Map([['a.txt', onDisk(edited)]]);
    expect([...wantedBases([file(v2)], manifestOf(v1), disk)]).toEqual([
      ['a.txt', { path: 'a.txt', id: blobId(v1), next: blobId(v2) }],
    ]);
    expect(wantedBases([file(v1)], manifestOf(v1), disk).size).toBe(0);
    expect(wantedBases([file(v2, 'seeded')], manifestOf(v1, 'seeded'), disk).size).toBe(0);
  });
});

describe('blob ids', () => {
  it('are those of Git', () =>
    expect(blobId('hello\n')).toBe('ce013625030ba8dba906f756967f9e9ca394464a'));
  it('do not see CRLF as an edit', () => expect(blobId('a\r\nb\r\n')).toBe(blobId('a\nb\n')));
});
