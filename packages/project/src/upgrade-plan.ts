import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  changesDisk,
  diskFileOf,
  manifestPath,
  offersOf,
  recordedRelease,
  versions,
  wantedSeeds,
  type Action,
  type DiskFile,
  type ManifestEntry,
  type Offer,
  type PlannedFile,
  type Reconciliation,
  type TemplateSet,
} from '@wa-ml/blueprint';
import { findBases, pendingRecords, planActions, type Files } from './keep-in-step';
import { migrationsSince, type Migration } from './migrations';
import { specifiersOf, vendorFolder } from './packages';
import { readTarballs } from './tarballs';
import { WaMlProject } from './wa-ml-project';

export interface UpgradePlanOptions {
  /** Which changes that are on offer for seeded files are taken: all, or those of some paths. @default none */
  readonly seeded?: true | readonly string[] | undefined;
  /** Folder of our packages as tarballs, where they are on no registry. */
  readonly packages?: string | undefined;
  /** @default the templates of this release */
  readonly templates?: TemplateSet;
}

/** A migration that had something to do. */
export interface RunMigration extends Pick<Migration, 'release' | 'name' | 'summary'> {
  /** The files that it changes. */
  readonly paths: readonly string[];
  /** What it leaves to the people, one sentence each. */
  readonly left: readonly string[];
}

/** Everything that an upgrade does. */
export interface UpgradePlan {
  /** The release that the repository is of, and the one that it becomes. */
  readonly from: string;
  readonly to: string;
  readonly migrations: readonly RunMigration[];
  /** What is written: files of ours, what migrations change, and the offers that are taken. */
  readonly reconciliation: Reconciliation;
  /** Changes of seeded files. */
  readonly offers: readonly (Offer & { readonly taken: boolean })[];
  /** Whether there is anything to write. */
  readonly changes: boolean;
  /** What the repository should have. */
  readonly plan: readonly PlannedFile[];
}

/**
 * What an upgrade to this release would do; nothing is written.
 * @param files as they are.
 * @throws ConfigurationError, ManifestError, DirectoryError, ReadError
 */
export function planUpgrade(root: string, files: Files, options: UpgradePlanOptions): UpgradePlan {
  const from = recordedRelease(files.read(manifestPath)?.text);
  const { migrations, texts } = migrated(files, from);
  const after = overlaid(files, texts);
  const vendored = vendor(root, options.packages);
  const configurationText = texts.get('wa-ml.json');
  const plan = new WaMlProject({
    root,
    ...(configurationText === undefined ? {} : { configurationText }),
    specifiers: vendored.specifiers,
    ...(options.templates ? { templates: options.templates } : {}),
  }).plan();
  const ours = planActions(root, plan, after);
  const offers = findOffers(root, plan, ours, after).map((offer) => ({
    ...offer,
    taken: offer.kind === 'keep' || (isTakeable(offer) && isChosen(offer, options.seeded)),
  }));
  const reconciliation = together(
    {
      ...ours,
      actions: [...migratedActions(ours.actions, migrations, texts), ...vendored.actions],
    },
    offers.filter(({ taken }) => taken),
  );
  return {
    from,
    to: versions.waMl,
    migrations,
    reconciliation,
    offers: offers.filter(({ kind }) => kind !== 'keep'),
    changes:
      from !== versions.waMl ||
      reconciliation.actions.some(changesDisk) ||
      pendingRecords(reconciliation, files),
    plan,
  };
}

/** Whether an offer can be taken as it is. */
export const isTakeable = ({ content }: Offer): boolean => content !== undefined;

const isChosen = ({ path }: Offer, seeded: UpgradePlanOptions['seeded']): boolean =>
  seeded === true || (seeded?.some((one) => path === one || path.startsWith(`${one}/`)) ?? false);

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
function migratedActions(
  actions: readonly Action[],
  migrations: readonly RunMigration[],
  texts: ReadonlyMap<string, string>,
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

function findOffers(
  root: string,
  plan: readonly PlannedFile[],
  { actions, manifest }: Reconciliation,
  files: Files,
): Offer[] {
  // What moves now is looked at next time, at its new place.
  const moved = new Set(actions.flatMap(({ path, from }) => (from === undefined ? [] : [path])));
  const still = plan.filter(({ path, owner }) => owner === 'seeded' && !moved.has(path));
  const disk = new Map<string, DiskFile>();
  for (const { path } of still) {
    const onDisk = files.read(path);
    if (onDisk) disk.set(path, onDisk);
  }
  return offersOf(
    still,
    manifest,
    disk,
    findBases(root, wantedSeeds(still, manifest, disk), files),
  );
}

/** A reconciliation with some offers taken. */
function together(ours: Reconciliation, taken: readonly Offer[]): Reconciliation {
  const offers = new Map(taken.map((offer) => [offer.path, offer]));
  const manifest = new Map<string, ManifestEntry>(ours.manifest);
  const bases = new Map(ours.bases);
  for (const { path, entry, base } of taken) {
    manifest.set(path, entry);
    bases.set(path, base);
  }
  const actions = ours.actions.map((action): Action => {
    const offer = offers.get(action.path);
    if (offer?.content === undefined) return action;
    const why = `its template changed, and ${offer.why}`;
    return { ...action, kind: offer.kind, content: offer.content, why };
  });
  return { actions, manifest, bases };
}

/** Our packages that come as tarballs, in the place of those that are there. */
function vendor(
  root: string,
  packages: string | undefined,
): { specifiers: Record<string, string>; actions: Action[] } {
  const folder = join(root, vendorFolder);
  const there = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^wa-ml-.*\.tgz$/.test(name))
    : [];
  if (packages === undefined) {
    const specifiers = specifiersOf(there);
    const used = new Set(Object.values(specifiers));
    const gone = there.filter((name) => !used.has(`file:${vendorFolder}/${name}`));
    return { specifiers, actions: gone.map(dropped) };
  }
  const tarballs = readTarballs(packages);
  const names = new Set(tarballs.map(({ name }) => name));
  return {
    specifiers: specifiersOf([...names]),
    actions: [
      ...tarballs
        .filter(({ name }) => !there.includes(name))
        .map(({ name, bytes }): Action => {
          const why = 'a package of this release';
          return { kind: 'create', path: `${vendorFolder}/${name}`, content: bytes, why };
        }),
      ...there.filter((name) => !names.has(name)).map(dropped),
    ],
  };
}

const dropped = (name: string): Action => ({
  kind: 'delete',
  path: `${vendorFolder}/${name}`,
  why: 'a package of another release',
});
