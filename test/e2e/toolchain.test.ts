import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp, must, run, temporaryFolder, toolRoot } from './workshop';

describe('uv on a machine that has none', () => {
  afterAll(cleanUp);
  /** A PATH with Python and nothing else. */
  const path = async () => {
    const folder = join(temporaryFolder(), 'bin');
    mkdirSync(folder);
    const python = (
      await must('python3.11', ['-c', 'import sys; print(sys.executable)'], '/')
    ).trim();
    symlinkSync(python, join(folder, 'python3.11'));
    return folder;
  };
  const findUv = (root: string) =>
    `console.log(require(${JSON.stringify(join(toolRoot, 'packages/project/lib/uv.js'))}).findUv(${JSON.stringify(root)}))`;

  it('is installed once, by whoever of several processes is first, and leaves nothing else', async () => {
    const root = temporaryFolder();
    const env = { PATH: await path() };
    const results = await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ['-e', findUv(root)], root, env)),
    );
    expect(results.map(({ code, stderr }) => [code, stderr.includes('failed')])).toEqual(
      Array(3).fill([0, false]),
    );
    const tools = join(root, '.wa-ml/tools');
    expect(readdirSync(tools)).toHaveLength(1);
    expect(await must(join(tools, readdirSync(tools)[0]!), ['--version'], root)).toMatch(/^uv \d/);
  });

  it('is refused with the reason where there is no Python either', async () => {
    const root = temporaryFolder();
    const { code, stderr } = await run(process.execPath, ['-e', findUv(root)], root, {
      PATH: root,
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('There is no Python.');
    expect(existsSync(join(root, '.wa-ml'))).toBe(false);
  });
});
