import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';

/** A program that a repository needs. */
export interface Tool {
  readonly name: 'Node' | 'npm' | 'Git' | 'Python' | 'uv';
  /** Its version; undefined where there is none. */
  readonly found: string | undefined;
  /** The oldest version that will do. */
  readonly wanted: string;
  readonly ok: boolean;
  /** How to get it; undefined where it is well. */
  readonly mend?: string;
}

/**
 * The programs and their versions, all asked at once.
 * @param root folder of the repository, @param models whether it has models: only they need Python.
 */
export async function readToolchain(root: string, models: boolean): Promise<Tool[]> {
  const { node, npm, git, python, uv } = versions.tools;
  const ours = join(
    root,
    '.wa-ml',
    'tools',
    `uv-${uv}${process.platform === 'win32' ? '.exe' : ''}`,
  );
  const [npmFound, gitFound, pythonFound, uvFound] = await Promise.all([
    npmVersion(),
    versionOf('git'),
    models ? newestPython() : undefined,
    models ? versionOf(existsSync(ours) ? ours : 'uv') : undefined,
  ]);
  const tools = [
    tool('Node', process.versions.node, node, 'https://nodejs.org'),
    tool('npm', npmFound, npm, `npm install --global npm@${npm}`),
    tool('Git', gitFound, git, 'https://git-scm.com/downloads'),
  ];
  if (!models) return tools;
  return [
    ...tools,
    tool('Python', pythonFound, python, `https://www.python.org/downloads (${python} or newer)`),
    // Another one is no fault: the pinned one is installed where it is needed.
    { name: 'uv', found: uvFound, wanted: uv, ok: true },
  ];
}

function tool(name: Tool['name'], found: string | undefined, wanted: string, mend: string): Tool {
  const ok = found !== undefined && isAtLeast(found, wanted);
  return { name, found, wanted, ok, ...(ok ? {} : { mend }) };
}

/** Whether a version is at least another; words after the numbers do not count. */
export function isAtLeast(found: string, wanted: string): boolean {
  const [have, need] = [found, wanted].map((version) =>
    version.split('.').map((part) => parseInt(part, 10) || 0),
  );
  for (const [index, part] of need!.entries()) {
    const other = have![index] ?? 0;
    if (other !== part) return other > part;
  }
  return true;
}

/** npm says its version to what it starts; asking it takes half a second. */
async function npmVersion(): Promise<string | undefined> {
  return /\bnpm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1] ?? versionOf('npm');
}

async function newestPython(): Promise<string | undefined> {
  const found = await Promise.all(
    ['python3.11', 'python3', 'python'].map((name) => versionOf(name)),
  );
  const known = found.filter((version) => version !== undefined);
  return known.find((version) => isAtLeast(version, versions.tools.python)) ?? known[0];
}

/** The first version in what a program prints for --version; undefined where it does not run. */
function versionOf(program: string): Promise<string | undefined> {
  return new Promise((settle) => {
    execFile(program, ['--version'], { timeout: 20_000 }, (error, stdout) =>
      settle(error ? undefined : /\d+(\.\d+)+/.exec(stdout)?.[0]),
    );
  });
}
