import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../workshop';
import { buildah, cache, certificates, storage } from './buildah';
import { aptMirror, release } from './machine';

/** What the heads of the Dockerfiles ask of a base image. */
const packages = ['python3', 'python3-venv', 'ca-certificates'];

/** Speeds dpkg up, and leaves out what Debian's slim images leave out. */
const dpkg = `force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
`;

/**
 * The base image of this machine's release; it stands for the one whose digest the versions table
 * names. Its files are made once and then kept.
 * @returns its name.
 */
export async function baseImage(): Promise<string> {
  const recipe = [release(), process.arch, dpkg, ...packages].join('\n');
  const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const files = join(cache, `${release()}-${digest}`);
  if (!existsSync(files)) await makeFiles(files);
  const image = `localhost/wa-ml-base:${release()}`;
  const container = (await buildah(['from', 'scratch'])).trim();
  await buildah(['add', '--quiet', container, files, '/']);
  // uv reads Debian's certificates only where it is told to; pip does so by itself.
  await buildah([
    'config',
    '--env',
    `SSL_CERT_FILE=${certificates}`,
    '--cmd',
    '/bin/sh',
    container,
  ]);
  await buildah(['commit', '--quiet', '--rm', container, image]);
  return image;
}

async function makeFiles(files: string): Promise<void> {
  const { address, components } = await aptMirror();
  const unfinished = join(storage, 'base');
  mkdirSync(join(unfinished, 'etc/dpkg/dpkg.cfg.d'), { recursive: true });
  writeFileSync(join(unfinished, 'etc/dpkg/dpkg.cfg.d/lean'), dpkg);
  // In a mount namespace of its own: what debootstrap mounts goes with it, however it ends.
  await must(
    'unshare',
    [
      '--mount',
      'debootstrap',
      '--variant=minbase',
      `--components=${components.join(',')}`,
      `--include=${packages.join(',')}`,
      release(),
      unfinished,
      address,
    ],
    cache,
  );
  for (const folder of ['var/cache/apt', 'var/lib/apt/lists'])
    rmSync(join(unfinished, folder), { recursive: true, force: true });
  if (!existsSync(files)) renameSync(unfinished, files);
}
