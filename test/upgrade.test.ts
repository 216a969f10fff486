import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { upgrade } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  commit,
  git,
  newRepository,
  read,
  tree,
  withTemplateChange,
  write,
} from '../packages/project/test/repository';

const card = 'models/diagnosis/card.yaml';
const later = withTemplateChange({
  'model/seeded/models/__model__/card.yaml.hbs': (text) => text.replace('limits:', 'boundaries:'),
  'workspace/managed/README.md.hbs': (text) => text.replace('## Every day', '## Day by day'),
  'delivery/managed/docs/deployment.md.hbs': (text) => `${text}\nMore of it.\n`,
});

describe('an upgrade', () => {
  it('of a repository of this release is nothing to do, also where something is not committed', async () => {
    const root = newRepository();
    write(root, 'notes.md', 'mine\n');
    write(root, card, `${read(root, card)}# mine\n`);
    const before = tree(root);
    const { changes, from, to, commit: made } = await upgrade(root);
    expect({ changes, from, to, made }).toEqual({
      changes: false,
      from: versions.waMl,
      to: versions.waMl,
      made: undefined,
    });
    expect(tree(root)).toEqual(before);
  });

  it('brings files of ours in step in one commit, and offers what changed in seeded ones', async () => {
    const root = newRepository();
    write(root, card, `# mine\n${read(root, card)}`);
    commit(root);
    const dry = await upgrade(root, { templates: later, dryRun: true });
    expect(dry.offers).toMatchObject([{ path: card, kind: 'merge', taken: false }]);
    expect(git(root, 'status', '--porcelain')).toBe('');

    await upgrade(root, { templates: later, install: false });
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'rev-list', '--count', 'HEAD').trim()).toBe('3');
    expect(read(root, 'README.md')).toContain('## Day by day');
    expect(read(root, card)).not.toContain('boundaries:');

    await upgrade(root, { templates: later, install: false, seeded: ['models/diagnosis'] });
    expect(read(root, card)).toMatch(/^# mine\n[^]*\nboundaries:/);
    expect(git(root, 'show', '--stat', '--format=')).toMatch(/base\/models\/diagnosis\/card.yaml/);
    const again = await upgrade(root, { templates: later, install: false, seeded: true });
    expect([again.changes, again.offers]).toEqual([false, []]);
  });

  it('refuses to mix with what is not committed, and looks at it all the same', async () => {
    const root = newRepository();
    write(root, 'README.md', `${read(root, 'README.md')}mine\n`);
    await expect(upgrade(root, { templates: later, install: false })).rejects.toMatchObject({
      code: 'UNCOMMITTED',
    });
    expect((await upgrade(root, { templates: later, dryRun: true })).changes).toBe(true);
    rmSync(join(root, '.git'), { recursive: true });
    await expect(upgrade(root, { templates: later, install: false })).rejects.toMatchObject({
      code: 'NO_REPOSITORY',
    });
    const { commit: made } = await upgrade(root, {
      templates: later,
      install: false,
      commit: false,
    });
    expect(made).toBeUndefined();
    expect(read(root, 'docs/deployment.md')).toContain('More of it.');
    expect(read(root, 'README.md')).toMatch(/mine\n$/); // edited, and there is no Git to merge from
  });
});
