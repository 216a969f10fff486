import { parse, type ParseError } from 'jsonc-parser';
import { withSettingMoved } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';

const moved = (text: string): string =>
  withSettingMoved(text, ['model', 'budgetUsd'], ['model', 'endpoint', 'budgetUsd']);

/** An object as people lay one out -> with the setting in its new place. */
const cases: Readonly<Record<string, readonly [string, string]>> = {
  'at the end, where an object has to be made': [
    `{
  "model": {
    "flavour": "x", // the first
    // agreed in March
    "budgetUsd": 3500 // without tax
  }
}`,
    `{
  "model": {
    "flavour": "x", // the first
    // agreed in March
    "endpoint": {
      "budgetUsd": 3500
    } // without tax
  }
}`,
  ],
  'from behind into an object with comments': [
    `{
  "model": {
    "endpoint": {
      "min": 2, // asked for by sales
      "max": 6
      // room for more
    },
    /* agreed
       in March */
    "budgetUsd": 3500, // without tax
    // about data
    "data": {}
  }
}`,
    `{
  "model": {
    "endpoint": {
      /* agreed
       in March */
      // without tax
      "budgetUsd": 3500,
      "min": 2, // asked for by sales
      "max": 6
      // room for more
    },
    // about data
    "data": {}
  }
}`,
  ],
  'from the top, into an empty object': [
    `{
  "model": {
    "budgetUsd": 1e3,
    "endpoint": {}
  }
}`,
    `{
  "model": {
    "endpoint": {
      "budgetUsd": 1e3
    }
  }
}`,
  ],
  'on one line, an object that has to be made': [
    `{ "model": { "budgetUsd": 5, "flavour": "x" } }`,
    `{ "model": { "endpoint": { "budgetUsd": 5 }, "flavour": "x" } }`,
  ],
  'on one line': [
    `{ "model": { "flavour": "x", "endpoint": { "min": 2 }, "budgetUsd": 5 /* dollars */ } }`,
    `{
  "model": {
    "flavour": "x",
    "endpoint": {
      /* dollars */
      "budgetUsd": 5,
      "min": 2
    }
  }
}`,
  ],
};

describe('moving a setting of wa-ml.json', () => {
  it.each(Object.entries(cases))('%s', (_title, [before, after]) => {
    expect(moved(before)).toBe(after);
  });

  it.each(Object.entries(cases))(
    'loses neither value nor comment, and moves once: %s',
    (_t, [before]) => {
      const comments = before.match(/\/\/.*|\/\*[^]*?\*\//g) ?? [];
      for (const text of [before, before.replaceAll('\n', '\r\n'), `\uFEFF${before}`]) {
        const after = moved(text);
        const errors: ParseError[] = [];
        const { budgetUsd, ...rest } = parse(before).model as Record<string, object>;
        expect(parse(after.replace(/^\uFEFF/, ''), errors).model).toEqual({
          ...rest,
          endpoint: { budgetUsd, ...rest['endpoint'] },
        });
        expect(errors).toEqual([]);
        const plain = after.replaceAll('\r\n', '\n');
        for (const comment of comments) expect(plain).toContain(comment.replace(/\s*\*\/$/, ''));
        expect(moved(after)).toBe(after);
        expect(after.includes('\r\n') && /[^\r]\n/.test(after)).toBe(false);
      }
    },
  );

  it('leaves alone what has the setting in both places, in none, or is no JSON', () => {
    for (const text of [
      '{ "model": { "budgetUsd": 1, "endpoint": { "budgetUsd": 2 } } }',
      '{ "model": {} }',
      '{ "model": ',
      '',
    ])
      expect(moved(text)).toBe(text);
  });
});
