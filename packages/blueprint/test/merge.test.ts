import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merge } from '../src/merge';

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
const parsed = (text: string | undefined): unknown =>
  text === undefined ? undefined : JSON.parse(text);

describe('merging package.json', () => {
  const base = { name: 'x', devDependencies: { nx: '1', projen: '1' }, workspaces: ['infra'] };

  it('keeps a dependency, a script and a field that people added beside ours', () => {
    const theirs = {
      ...base,
      devDependencies: { 'left-pad': '1.3.0', nx: '1', projen: '1' },
      scripts: { hi: 'echo' },
      author: 'me',
    };
    const ours = { ...base, devDependencies: { nx: '2', projen: '1', vitest: '4' } };
    expect(parsed(merge('package.json', json(base), json(ours), json(theirs)))).toEqual({
      ...base,
      devDependencies: { 'left-pad': '1.3.0', nx: '2', projen: '1', vitest: '4' },
      scripts: { hi: 'echo' },
      author: 'me',
    });
  });

  it('sorts our new dependency into theirs, as npm would', () => {
    const merged = merge(
      'package.json',
      json(base),
      json({ ...base, devDependencies: { nx: '1', ox: '1', projen: '1' } }),
      json({ ...base, devDependencies: { nx: '1', oa: '1', projen: '1' } }),
    );
    expect(Object.keys((parsed(merged) as typeof base).devDependencies)).toEqual([
      'nx',
      'oa',
      'ox',
      'projen',
    ]);
  });

  it('takes away what we took away, and leaves away what they took away', () => {
    const merged = merge(
      'package.json',
      json(base),
      json({ ...base, devDependencies: { projen: '1' } }),
      json({ name: 'x', devDependencies: { nx: '1', projen: '1', z: '1' } }),
    );
    expect(parsed(merged)).toEqual({ name: 'x', devDependencies: { projen: '1', z: '1' } });
  });

  it('merges lists of words as sets', () => {
    const merged = merge(
      'package.json',
      json(base),
      json({ ...base, workspaces: ['infra', 'tools'] }),
      json({ ...base, workspaces: ['infra', 'web'] }),
    );
    expect((parsed(merged) as typeof base).workspaces).toEqual(['infra', 'web', 'tools']);
  });

  it('reports a conflict where both changed one version', () => {
    expect(
      merge(
        'package.json',
        json(base),
        json({ ...base, name: 'ours' }),
        json({ ...base, name: 'theirs' }),
      ),
    ).toBeUndefined();
  });

  it('leaves their text as it is where nothing of ours is new in it', () => {
    const theirs =
      '{"name":"x",\n"devDependencies": {"nx":"1","projen":"1","a":"1"}, "workspaces":["infra"]}';
    expect(merge('package.json', json(base), json(base), theirs)).toBe(theirs);
  });

  it('does not fall for a key named __proto__', () => {
    const merged = merge('package.json', '{}', '{"a": 1}', '{"__proto__": {"b": 1}}');
    expect(merged).toContain('"__proto__"');
  });
});

describe('merging text', () => {
  it('merges changes of different lines and takes the same change once', () => {
    expect(merge('a.txt', 'a\nb\nc\nd\ne\n', 'A\nb\nc\nd\ne\n', 'a\nb\nc\nd\nE\n')).toBe(
      'A\nb\nc\nd\nE\n',
    );
    expect(merge('a.txt', 'a\nb\n', 'A\nb\n', 'A\nb\n')).toBe('A\nb\n');
  });
  it('merges JSON with comments by lines', () => {
    const text = (a: number, b: number) => `// x\n{\n"a": ${a},\n"c": 1,\n"b": ${b}\n}\n`;
    expect(merge('tsconfig.json', text(1, 1), text(2, 1), text(1, 3))).toBe(text(2, 3));
  });
});

describe('merging once more', () => {
  // What a run that was killed between a merged file and the manifest leaves to the next one.
  it('changes nothing', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 12 })
      .map((words) => words.map((word) => `${word}\n`).join(''));
    fc.assert(
      fc.property(text, text, text, (base, ours, theirs) => {
        const merged = merge('a.txt', base, ours, theirs);
        if (merged === undefined) return;
        const again = merge('a.txt', base, ours, merged);
        if (again !== undefined) expect(again).toBe(merged);
      }),
      { numRuns: 2000 },
    );
  });
});
