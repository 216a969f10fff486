import { blobId, movesOfFolder, wantedBases, type PlannedFile } from '@wa-ml/blueprint';
import { describe, expect, it } from 'vitest';
import { both, edited, manifestOf, onDisk, run, v1, v2 } from './repository-of-one-file';

const moved = (content: string, more: Partial<PlannedFile> = {}): PlannedFile => ({
  path: 'new.txt',
  owner: 'managed',
  content,
  movedFrom: ['old.txt'],
  ...more,
});

describe('a file that a release moved', () => {
  const manifest = manifestOf('old.txt', v1);

  it('moves, and is followed at its new place only', () => {
    const outcome = run({ plan: [moved(v1)], manifest, disk: { 'old.txt': onDisk(v1) } });
    expect(outcome.actions).toEqual([
      { kind: 'move', path: 'new.txt', from: 'old.txt', why: 'it was old.txt' },
    ]);
    expect([...outcome.manifest.keys()]).toEqual(['new.txt']);
    const again = run({
      plan: [moved(v1)],
      manifest: outcome.manifest,
      disk: { 'new.txt': onDisk(v1) },
    });
    expect(again.actions[0]!.kind).toBe('unchanged');
  });

  it('takes the edits of its people along, and merges what we changed meanwhile', () => {
    const disk = { 'old.txt': onDisk(edited) };
    expect([...wantedBases([moved(v2)], manifest, new Map(Object.entries(disk)))]).toEqual([
      ['new.txt', { path: 'old.txt', id: blobId(v1), next: blobId(v2) }],
    ]);
    const outcome = run({ plan: [moved(v2)], manifest, disk, bases: { 'new.txt': v1 } });
    expect(outcome.actions[0]).toMatchObject({ kind: 'move', from: 'old.txt', content: both });
    expect(outcome.bases).toEqual(
      new Map([
        ['old.txt', null],
        ['new.txt', v2],
      ]),
    );
  });

  it('moves though it is in conflict, and says so', () => {
    const disk = { 'old.txt': onDisk(v1.replace('one', 'mine')) };
    const outcome = run({ plan: [moved(v2)], manifest, disk, bases: { 'new.txt': v1 } });
    expect(outcome.actions[0]).toMatchObject({ kind: 'conflict', from: 'old.txt' });
    expect(outcome.actions[0]).not.toHaveProperty('content');
    expect(outcome.manifest).toEqual(manifestOf('new.txt', v1));
  });

  it('does not come back at its new place where somebody deleted it', () => {
    const outcome = run({ plan: [moved(v2)], manifest });
    expect(outcome.actions[0]!.kind).toBe('deleted');
    expect([...outcome.manifest.keys()]).toEqual(['new.txt']);
  });

  it('never takes the place of a file that is not ours, and moves once that has gone', () => {
    const disk = { 'old.txt': onDisk(v1), 'new.txt': onDisk('theirs\n') };
    const outcome = run({ plan: [moved(v1)], manifest, disk });
    expect(outcome.actions).toMatchObject([{ kind: 'occupied', path: 'new.txt' }]);
    expect(outcome.manifest).toEqual(manifest);
  });

  it('is recognised at its new place, where a killed run or its people had moved it', () => {
    const outcome = run({ plan: [moved(v2)], manifest, disk: { 'new.txt': onDisk(v1) } });
    expect(outcome.actions[0]).toMatchObject({ kind: 'update', content: v2 });
    expect(outcome.actions[0]).not.toHaveProperty('from');
    expect([...outcome.manifest.keys()]).toEqual(['new.txt']);
  });

  it('is found though a release was skipped', () => {
    const plan = [moved(v1, { movedFrom: ['old.txt', 'older.txt'] })];
    const outcome = run({
      plan,
      manifest: manifestOf('older.txt', v1),
      disk: { 'older.txt': onDisk(v1) },
    });
    expect(outcome.actions).toMatchObject([{ kind: 'move', from: 'older.txt' }]);
  });

  it('goes to one place, though two files say that they come from it', () => {
    const outcome = run({
      plan: [moved(v1), moved(v1, { path: 'newer.txt' })],
      manifest,
      disk: { 'old.txt': onDisk(v1) },
    });
    expect(outcome.actions.map(({ kind }) => kind)).toEqual(['move', 'create']);
  });

  it('stays where it is if it was ejected', () => {
    const ejected = manifestOf('old.txt', v1, { owner: 'ejected' });
    const outcome = run({ plan: [moved(v2)], manifest: ejected, disk: { 'old.txt': onDisk(v1) } });
    expect(outcome.actions).toMatchObject([{ kind: 'ejected', path: 'new.txt' }]);
    expect(outcome.actions[0]).not.toHaveProperty('from');
  });

  it('moves byte for byte if it was seeded', () => {
    const seeded = manifestOf('old.txt', v1, { owner: 'seeded' });
    for (const text of [v1, edited]) {
      const outcome = run({
        plan: [moved(v2, { owner: 'seeded' })],
        manifest: seeded,
        disk: { 'old.txt': onDisk(text) },
      });
      expect(outcome.actions).toMatchObject([{ kind: 'move', from: 'old.txt' }]);
      expect(outcome.actions[0]).not.toHaveProperty('content');
    }
  });
});

describe('a file whose name changes its case', () => {
  const plan: PlannedFile[] = [{ path: 'Readme.md', owner: 'managed', content: v2 }];
  const manifest = manifestOf('README.md', v1);

  it('moves with its edits', () => {
    const outcome = run({
      plan,
      manifest,
      disk: { 'README.md': onDisk(edited) },
      bases: { 'Readme.md': v1 },
    });
    expect(outcome.actions).toMatchObject([{ kind: 'move', from: 'README.md', content: both }]);
    expect([...outcome.manifest.keys()]).toEqual(['Readme.md']);
  });

  it('is not moved over another file where the file system tells them apart', () => {
    const disk = { 'README.md': onDisk(v1), 'Readme.md': onDisk('theirs\n') };
    expect(run({ plan, manifest, disk }).actions).toMatchObject([{ kind: 'occupied' }]);
  });
});

describe('a model that is renamed', () => {
  const card = (name: string) => `name: ${name}\n\nowner: us\n\nuse: none yet\n`;
  const from = 'models/churn/card.yaml';
  const moves = movesOfFolder(
    [from, 'models/churn/notes/a.md', 'models/churner/card.yaml', 'README.md'],
    'models/churn',
    'models/leaving',
    [{ path: from, owner: 'seeded', content: card('churn') }],
  );
  const planned = (owner: PlannedFile['owner'], content: string): PlannedFile => ({
    path: 'models/leaving/card.yaml',
    owner,
    content,
  });
  const theirs = card('churn').replace('none yet', 'retention');

  it('has its files in another folder, and takes no neighbour along', () => {
    expect([...moves]).toEqual([
      [from, { to: 'models/leaving/card.yaml', before: card('churn') }],
      ['models/churn/notes/a.md', { to: 'models/leaving/notes/a.md' }],
    ]);
  });

  it('takes the edits of a managed file along', () => {
    const plan = [planned('managed', card('leaving'))];
    const manifest = manifestOf(from, card('churn'));
    const disk = { [from]: onDisk(theirs) };
    expect([...wantedBases(plan, manifest, new Map(Object.entries(disk)), moves).keys()]).toEqual([
      'models/leaving/card.yaml',
    ]);
    const bases = { 'models/leaving/card.yaml': card('churn') };
    expect(run({ plan, manifest, disk, bases, moves }).actions).toMatchObject([
      { kind: 'move', from, content: card('leaving').replace('none yet', 'retention') },
    ]);
  });

  const older = card('churn').replace('none yet', 'unknown');
  it.each([
    ['that nobody edited', card('churn'), card('churn'), true],
    ['with the edits of its people', card('churn'), theirs, false],
    ['of an older release, and no other change with it', older, older, true],
  ])('gets its name into a seeded file %s', (_title, seed, text, unedited) => {
    const outcome = run({
      plan: [planned('seeded', card('leaving'))],
      manifest: manifestOf(from, seed, { owner: 'seeded' }),
      disk: { [from]: onDisk(text) },
      moves,
    });
    const content = text.replace('churn', 'leaving');
    expect(outcome.actions).toMatchObject([{ kind: 'move', from, content }]);
    expect(outcome.manifest.get('models/leaving/card.yaml')).toEqual({
      owner: 'seeded',
      id: blobId(unedited ? content : seed),
    });
  });

  it('moves a seeded file as its people have it where the new name does not fit', () => {
    const outcome = run({
      plan: [planned('seeded', card('leaving'))],
      manifest: manifestOf(from, card('churn'), { owner: 'seeded' }),
      disk: { [from]: onDisk(card('Our Churn')) },
      moves,
    });
    expect(outcome.actions).toMatchObject([{ kind: 'move', from }]);
    expect(outcome.actions[0]).not.toHaveProperty('content');
    expect(outcome.bases.get('models/leaving/card.yaml') ?? null).toBeNull();
  });

  it('takes ejected files along', () => {
    const outcome = run({
      plan: [planned('managed', card('leaving'))],
      manifest: manifestOf(from, card('churn'), { owner: 'ejected' }),
      disk: { [from]: onDisk(theirs) },
      moves,
    });
    expect(outcome.actions).toMatchObject([{ kind: 'move', from }]);
    expect(outcome.manifest.get('models/leaving/card.yaml')?.owner).toBe('ejected');
  });
});
