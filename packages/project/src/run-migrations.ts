import {
  blobId,
  diskFileOf,
  formatManifest,
  manifestPath,
  recordedRelease,
  type Action,
  type WantedBase,
} from '@wa-ml/blueprint';
import { basePath, findBases, readKnown, type Files } from './keep-in-step';
import { migrationsSince, type Migration } from './migrations';

/** A migration that had something to do. */
export interface RunMigration extends Pick<Migration, 'release' | 'name' | 'summary'> {
  /** The files that it changes. */
  readonly paths: readonly string[];
  /** What it leaves to the people, one sentence each. */
  readonly left: readonly string[];
}

/** What migrations make of a repository's files; nothing is written. */
export interface Migrated {
  readonly migrations: readonly RunMigration[];
  /** The texts of the files that they change. */
  readonly texts: ReadonlyMap<string, string>;
  /** What they make of the seeds of these files, as far as the seeds are to be had. */
  readonly seeds: ReadonlyMap<string, string>;
  /** The files as they will be. */
  readonly files: Files;
}

/** Runs the migrations that a repository has not had over its files. @param from the release that it is of. */
export function runMigrations(root: string, files: Files, from: string): Migrated {
  const { migrations, texts } = migrated(files, from);
  const seeds = migratedSeeds(root, files, from, texts);
  const after = overlaid(files, new Map([...texts, ...recordsOf(files, seeds)]));
  return { migrations, texts, seeds, files: after };
}

/** Runs the migrations that a repository has not had over its files, and says what these would be. */
function migrated(
  files: Files,
  from: string,
): { migrations: RunMigration[]; texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const migrations = migrationsSince(from).map(({ release, name, summary, migrate }) => {
    const paths = new Set<string>();
    const left = migrate({
      read: (path) => texts.get(path) ?? files.read(path)?.text,
      write: (path, text) => {
        paths.add(path);
        texts.set(path, text);
      },
    });
    return { release, name, summary, paths: [...paths], left };
  });
  return {
    migrations: migrations.filter(({ paths, left }) => paths.length > 0 || left.length > 0),
    texts,
  };
}

/**
 * What the migrations make of the seeds of the files that they change. What was seeded is taken for migrated from then
 * on, so that a later template is compared with that and not with code that nobody has any more.
 * @returns the migrated seeds by path, of those seeds that are to be had.
 */
function migratedSeeds(
  root: string,
  files: Files,
  from: string,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const known = readKnown(files);
  const seeds = new Map<string, string>();
  const wanted = new Map<string, WantedBase>();
  for (const path of texts.keys()) {
    const entry = known.manifest.get(path);
    if (entry?.owner !== 'seeded') continue;
    const onDisk = files.read(path)!;
    if (onDisk.id === entry.id) seeds.set(path, onDisk.text!);
    else wanted.set(path, { path, id: entry.id, next: entry.id });
  }
  for (const [path, seed] of findBases(root, wanted, files, known)) seeds.set(path, seed);
  const after = migrated(overlaid(files, seeds), from).texts;
  return new Map([...seeds].map(([path, seed]) => [path, after.get(path) ?? seed]));
}

/** The manifest and the kept bases that go with migrated seeds. */
function recordsOf(files: Files, seeds: ReadonlyMap<string, string>): [string, string][] {
  if (seeds.size === 0) return [];
  const manifest = new Map(readKnown(files).manifest);
  for (const [path, seed] of seeds)
    manifest.set(path, { ...manifest.get(path)!, id: blobId(seed) });
  const release = recordedRelease(files.read(manifestPath)?.text);
  return [
    [manifestPath, formatManifest(manifest, release)],
    ...[...seeds].map(([path, seed]): [string, string] => [basePath(path), seed]),
  ];
}

/** What is kept in `.wa-ml/base/` of migrated seeds: Git will have one that nobody edited. */
export function basesOfSeeds({ seeds, texts }: Migrated): [string, string | null][] {
  return [...seeds].map(([path, seed]) => [path, texts.get(path) === seed ? null : seed]);
}

/** Files as they will be once some texts are written. */
function overlaid(files: Files, texts: ReadonlyMap<string, string>): Files {
  return {
    ...files,
    read: (path) => {
      const text = texts.get(path);
      const onDisk = files.read(path);
      return text === undefined ? onDisk : diskFileOf(Buffer.from(text), onDisk?.executable);
    },
  };
}

/** The actions, and with them what migrations changed in files that nothing else writes. */
export function withMigrated(
  actions: readonly Action[],
  { migrations, texts }: Migrated,
): Action[] {
  const rest = new Map(texts);
  const why = (path: string): string =>
    `migrated: ${migrations
      .filter(({ paths }) => paths.includes(path))
      .map(({ summary }) => summary)
      .join('; ')}`;
  const all = actions.map((action): Action => {
    const path = action.from ?? action.path;
    const text = rest.get(path);
    rest.delete(path);
    if (text === undefined || action.content !== undefined) return action;
    const kind = action.kind === 'unchanged' ? 'update' : action.kind;
    return { ...action, kind, content: text, why: why(path) };
  });
  return [
    ...[...rest].map(([path, content]): Action => ({
      kind: 'update',
      path,
      content,
      why: why(path),
    })),
    ...all,
  ];
}
