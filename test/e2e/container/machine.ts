import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { must } from '../workshop';

/** Programs that build containers without an engine, by the Debian package of the same name. */
const programs = ['buildah', 'debootstrap'];

/** Releases whose python3 the models take (3.11 to 3.13): Debian 12 and 13, Ubuntu 24.04. */
const releases = ['bookworm', 'trixie', 'noble'];

/** This machine's release; its own mirror is sure to have it. */
export const release = (): string =>
  /^VERSION_CODENAME=(.*)$/m.exec(textOf('/etc/os-release'))?.[1] ?? 'unnamed';

/** Why containers cannot be built on this machine, or undefined where they can. Changes nothing. */
export function whyNoContainers(): string | undefined {
  if (process.platform !== 'linux')
    return `containers are built on Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'building a base image needs root';
  const missing = missingPrograms();
  if (!works('apt-get', '--version'))
    return `there is no apt-get to make a base image with${missing.length > 0 ? `, and no ${missing.join(', ')}` : ''}`;
  if (!releases.includes(release()))
    return `the base image is made from this machine's release, ${release()}: none of ${releases.join(', ')}`;
  if (!works('unshare', '--mount', 'true'))
    return 'this machine does not let root mount (a container without CAP_SYS_ADMIN?)';
  return undefined;
}

/** Installs what is missing. */
export async function installContainerPrograms(): Promise<void> {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get', ['update', '-qq'], '/', quiet);
  await must(
    'apt-get',
    ['install', '-qq', '-y', '--no-install-recommends', ...missing],
    '/',
    quiet,
  );
}

/** The mirror that apt uses for this machine's release, with the components it takes from it. */
export async function aptMirror(): Promise<{ address: string; components: string[] }> {
  const format = ['--format', '$(CODENAME) $(COMPONENT) $(SITE)', 'Created-By: Packages'];
  const targets = (await must('apt-get', ['indextargets', ...format], '/'))
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([name]) => name === release());
  const address = targets.find(([, component]) => component === 'main')?.[2];
  if (!address) throw new Error(`apt's sources name no mirror of ${release()}.`);
  const components = targets.filter(([, , site]) => site === address).map(([, name]) => name!);
  return { address, components: [...new Set(components)] };
}

const missingPrograms = () => programs.filter((name) => !works(name, '--version'));
const works = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
