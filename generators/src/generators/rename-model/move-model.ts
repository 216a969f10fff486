import { statSync } from 'node:fs';
import { join } from 'node:path';
import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import {
  blobId,
  contentId,
  formatManifest,
  manifestPath,
  parseManifest,
  recordedRelease,
  planRepo,
  reconcile,
  type Manifest,
} from '@wa-ml/blueprint';
import type { NormalisedConfiguration } from '@wa-ml/config';
import { basePath, loadTemplates } from '@wa-ml/project';
import { filesInTree } from '../../tree-files';

/**
 * Moves a model's files with everything that people made of them: the files, their lines in the manifest
 * and the renders that edits are merged with. What Git ignores is left to `moveIgnored`.
 */
export function moveModel(tree: Tree, from: string, to: string): void {
  const moved = (path: string): string => renamed(path, from, to);
  for (const folder of [`models/${from}`, basePath(`models/${from}`)]) {
    if (!tree.exists(folder)) continue;
    const paths: string[] = [];
    visitNotIgnoredFiles(tree, folder, (path) => paths.push(path.replaceAll('\\', '/')));
    for (const path of paths) moveFile(tree, path, moved(path));
  }
  const manifest = readManifest(tree);
  writeManifest(tree, new Map([...manifest].map(([path, entry]) => [moved(path), entry])));
}

/**
 * Puts the new name into the seeded files, merged with what people made of them: they belong to the people,
 * so nothing but the lines that carry the name is touched.
 * @returns the files where that does not fit beside the edits; they still say the old name.
 */
export function renameInSeededFiles(
  tree: Tree,
  from: { readonly name: string; readonly configuration: NormalisedConfiguration },
  to: { readonly name: string; readonly configuration: NormalisedConfiguration },
): string[] {
  const templates = loadTemplates();
  const seeded = (configuration: NormalisedConfiguration, model: string) =>
    planRepo(configuration, templates).filter(
      ({ path, owner }) => owner === 'seeded' && path.startsWith(`models/${model}/`),
    );
  const bases = new Map(
    seeded(from.configuration, from.name).flatMap(({ path, content }): [string, string][] =>
      // Bytes carry no name, and are never merged.
      typeof content === 'string' ? [[renamed(path, from.name, to.name), content]] : [],
    ),
  );
  const files = filesInTree(tree);
  const manifest = readManifest(tree);
  const next = new Map(manifest);
  // A merge is a merge, whoever owns the file: here the old render is the base of what people have.
  const plan = seeded(to.configuration, to.name)
    .filter(({ path }) => bases.has(path))
    .map((file) => ({ ...file, owner: 'managed' as const }));
  const disk = new Map(
    plan.flatMap(({ path }) => {
      const onDisk = files.read(path);
      return onDisk ? [[path, onDisk] as const] : [];
    }),
  );
  const last: Manifest = new Map(
    [...bases].map(([path, text]) => [path, { owner: 'managed', id: blobId(text) }]),
  );
  const { actions } = reconcile(plan, last, disk, bases);
  for (const { path, content } of actions) {
    if (content === undefined || !disk.has(path)) continue;
    files.write(path, content);
    const entry = manifest.get(path);
    // What nobody had edited still counts as unedited.
    if (entry?.id === disk.get(path)!.id) next.set(path, { ...entry, id: contentId(content) });
  }
  writeManifest(tree, next);
  return actions.filter(({ kind }) => kind === 'conflict').map(({ path }) => path);
}

function renamed(path: string, from: string, to: string): string {
  return path.replace(
    /^(\.wa-ml\/base\/)?models\/([^/]+)\//,
    (start, base: string | undefined, model) =>
      model === from ? `${base ?? ''}models/${to}/` : start,
  );
}

/** `tree.rename` would lose the executable bit. */
function moveFile(tree: Tree, from: string, to: string): void {
  const bytes = tree.read(from);
  if (!bytes) return;
  const { mode } = statSync(join(tree.root, from));
  tree.write(to, bytes, { mode: mode & 0o777 });
  tree.delete(from);
}

function readManifest(tree: Tree): Manifest {
  const text = tree.read(manifestPath, 'utf8');
  return text === null ? new Map() : parseManifest(text);
}

function writeManifest(tree: Tree, manifest: Manifest): void {
  const release = recordedRelease(tree.read(manifestPath, 'utf8') ?? undefined);
  tree.write(manifestPath, formatManifest(manifest, release));
}
