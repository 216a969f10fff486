import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment in which `npm` is a script of ours. @param script is run by sh in the repository. */
export function withNpm(folder: string, script: string): Record<string, string> {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, 'npm'), 0o755);
  return { PATH: `${programs}:${process.env['PATH']}`, npm_execpath: '' };
}

/** Says what npm says at log level http. */
export const fetches = (name: string): string =>
  `echo 'npm http fetch GET 200 https://registry.example/${name.replace('/', '%2f')} 12ms (cache miss)' >&2`;
