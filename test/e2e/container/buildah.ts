import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { must, toolRoot } from '../workshop';

/** Git ignores it. What outlives a run is the base image's files. */
export const cache = join(toolRoot, '.cache/containers');

/** Images and containers of this run alone: two runs at once do not meet. */
export const storage = join(cache, `run-${process.pid}`);

// vfs and chroot work where overlay mounts and namespaces are refused. Naming --root makes buildah
// forget STORAGE_DRIVER, so the driver is an option too.
const options = [
  '--storage-driver',
  'vfs',
  '--root',
  join(storage, 'images'),
  '--runroot',
  join(storage, 'state'),
];
// Docker's format, because OCI's has no HEALTHCHECK.
const env = { BUILDAH_ISOLATION: 'chroot', BUILDAH_FORMAT: 'docker' };

/** Where Debian keeps the certificates it trusts. */
export const certificates = '/etc/ssl/certs/ca-certificates.crt';

/** Runs a buildah command that must succeed. @returns what it printed. */
export const buildah = (args: readonly string[], variables = {}): Promise<string> =>
  must('buildah', [...options, ...args], '/', { ...env, ...variables });

/** Runs a command in a container, as its user; it must succeed. @returns what it printed. */
export const runIn = (container: string, command: readonly string[]): Promise<string> =>
  buildah(['run', container, '--', ...command]);

/** Folder of a container's files on this machine. */
export const mounted = async (container: string): Promise<string> =>
  (await buildah(['mount', container])).trim();

/** Starts a command in a container and does not wait for its end. */
export const startIn = (
  container: string,
  flags: readonly string[],
  command: readonly string[],
): ChildProcess =>
  spawn('buildah', [...options, 'run', ...flags, container, '--', ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Builds a Dockerfile of a repository as its head says to, without any image from a registry. */
export async function buildImage(
  repository: string,
  dockerfile: string,
  image: string,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const variables = { ...indexes(), ...args };
  await buildah(
    [
      'build',
      '--pull=never',
      ...(existsSync(trusted()) ? ['--volume', `${trusted()}:${certificates}:ro`] : []),
      // By name alone: the value, with a password perhaps, comes from the environment.
      ...Object.keys(variables).flatMap((name) => ['--build-arg', name]),
      '--file',
      join(repository, dockerfile),
      '--tag',
      image,
      repository,
    ],
    variables,
  );
}

/** The files of a repository that its Dockerfile gets to see. */
export async function contextOf(repository: string, dockerfile: string): Promise<string[]> {
  const image = 'localhost/context';
  const everything = join(storage, 'Dockerfile.everything');
  writeFileSync(everything, 'FROM scratch\nCOPY . /\n');
  const ignore = join(repository, `${dockerfile}.dockerignore`);
  await buildah([
    'build',
    '--ignorefile',
    ignore,
    '--file',
    everything,
    '--tag',
    image,
    repository,
  ]);
  const container = await containerOf(image);
  const files = await mounted(container);
  const paths = readdirSync(files, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(files, join(entry.parentPath, entry.name)));
  await buildah(['rm', container]);
  return paths.sort();
}

/** What an image says about itself, in Docker's words. */
export interface ImageConfiguration {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly WorkingDir: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

export async function configurationOf(image: string): Promise<ImageConfiguration> {
  const { Docker } = JSON.parse(await buildah(['inspect', '--type', 'image', image])) as {
    Docker: { config: ImageConfiguration };
  };
  return Docker.config;
}

/** Makes a container of an image. @returns its name. */
export const containerOf = async (image: string): Promise<string> =>
  (await buildah(['from', '--pull=never', image])).trim();

/** The images that are there: unpacked size by name, as buildah words it. */
export async function imageSizes(): Promise<Map<string, string>> {
  const images = JSON.parse(await buildah(['images', '--json'])) as {
    id: string;
    names?: string[];
    size: string;
  }[];
  return new Map(
    images.flatMap(({ id, names, size }) => (names ?? [id]).map((name) => [name, size])),
  );
}

/** Layers of an image from the first to the last, as a registry would keep them: compressed size in bytes, and what made it. */
export async function layersOf(image: string): Promise<{ bytes: number; by: string }[]> {
  const folder = join(storage, 'pushed');
  await buildah(['push', '--quiet', image, `dir:${folder}`]);
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
  const manifest = read('manifest.json') as {
    config: { digest: string };
    layers: { size: number }[];
  };
  const { history } = read(manifest.config.digest.replace('sha256:', '')) as {
    history: { created_by?: string; empty_layer?: boolean }[];
  };
  rmSync(folder, { recursive: true, force: true });
  const made = history.filter(({ empty_layer }) => !empty_layer);
  return manifest.layers.map(({ size }, at) => ({ bytes: size, by: made[at]?.created_by ?? '' }));
}

/** Deletes this run's images and containers, and what interrupted runs left behind. */
export function removeImages(): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const id = Number(/^run-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (id === process.pid || (id && !existsSync(`/proc/${id}`)))
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** A mirror of the Python package index that this machine is set to use. */
function indexes(): Record<string, string> {
  const { PIP_INDEX_URL, UV_DEFAULT_INDEX = process.env['UV_INDEX_URL'] ?? PIP_INDEX_URL } =
    process.env;
  return { ...(PIP_INDEX_URL && { PIP_INDEX_URL }), ...(UV_DEFAULT_INDEX && { UV_DEFAULT_INDEX }) };
}

/** What this machine trusts: builds may sit behind a proxy with a certificate of its own. */
const trusted = () => process.env['SSL_CERT_FILE'] ?? process.env['PIP_CERT'] ?? certificates;
