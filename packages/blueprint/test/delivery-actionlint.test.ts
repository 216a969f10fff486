import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { versions } from '../src';
import { configurationOf, delivered, repositories, workflowPaths } from './delivery-repositories';

/** Ignored by Git. Version and folder go together, so that a new version is installed anew. */
const bin = join(__dirname, '../../../.cache', `actionlint-${versions.tools.actionlint}`);
const actionlint = join(bin, process.platform === 'win32' ? 'actionlint.exe' : 'actionlint');

/** Why actionlint cannot run here; undefined where it can. */
let missing: string | undefined;

beforeAll(() => {
  if (existsSync(actionlint)) return;
  const module = `github.com/rhysd/actionlint/cmd/actionlint@v${versions.tools.actionlint}`;
  if (spawnSync('go', ['version']).status !== 0)
    missing = `there is no Go on the PATH to install ${module} with`;
  else {
    const { status, stderr } = spawnSync('go', ['install', module], {
      encoding: 'utf8',
      env: { ...process.env, GOBIN: bin },
    });
    // With Go at hand, not getting it is a failure and not a reason to look away.
    if (status !== 0) throw new Error(`go install ${module} failed: ${stderr}`);
  }
  if (missing !== undefined) console.warn(`actionlint: skipped, ${missing}`);
}, 600_000);

/** Runs actionlint over the workflows of a repository; it runs shellcheck over the scripts where that is installed. */
function lint(files: ReadonlyMap<string, string>): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), 'actionlint-'));
  try {
    mkdirSync(join(root, '.github/workflows'), { recursive: true });
    for (const path of workflowPaths) writeFileSync(join(root, path), files.get(path)!);
    const { status, stdout, stderr } = spawnSync(actionlint, ['-no-color', ...workflowPaths], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('actionlint', () => {
  it.for(repositories)(
    'finds nothing in the workflows of a repository with %s',
    ([, tiers], context) => {
      if (missing !== undefined) return void context.skip(missing);
      expect(lint(delivered(configurationOf(tiers)))).toEqual({ status: 0, output: '' });
    },
  );

  it('would find a job that needs one that is not there', (context) => {
    if (missing !== undefined) return void context.skip(missing);
    const files = delivered(configurationOf({ dev: 'development' }));
    const path = '.github/workflows/deploy.yml';
    files.set(path, files.get(path)!.replace('- check', '- chekc'));
    expect(lint(files)).toMatchObject({ status: 1, output: expect.stringContaining('needs') });
  });
});
