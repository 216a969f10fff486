import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawn } from 'node:child_process';
import { installPackages } from './install';
import type { Watch } from './run-program';
import { tarballPaths } from './tarballs';

/** What `wa-ml` itself needs of our packages; the others are the repository's. */
const needed = /^wa-ml-(blueprint|config|ops|project)-\d/;

/**
 * Lets the release that lies in a folder of tarballs do what this one was asked for: an upgrade is done by the
 * release that it goes to. It is installed in a temporary folder, so that the repository stays as it is until then.
 * @param args what follows `wa-ml`, with absolute paths.
 * @param installed called before the other release takes over the terminal.
 * @returns its exit code.
 * @throws InstallError, DirectoryError
 */
export async function handOver(
  root: string,
  packages: string,
  args: readonly string[],
  watch: Watch,
  installed: () => void,
): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), 'wa-ml-upgrade-'));
  try {
    const tarballs = tarballPaths(packages).filter((path) =>
      needed.test(path.split(/[\\/]/).at(-1)!),
    );
    await installPackages(
      place,
      tarballs.map((path) => resolve(path)),
      watch,
    );
    installed();
    const folder = join(place, 'node_modules/@wa-ml/project');
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    return await new Promise((settle, fail) => {
      const child = spawn(process.execPath, [join(folder, bin['wa-ml']!), ...args], {
        cwd: root,
        stdio: 'inherit',
      });
      child.once('error', fail);
      child.once('close', (code) => settle(code ?? 3));
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
