import {
  changesDisk,
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
import { ConfigurationError } from '@wa-ml/config';
import { findBases, pendingRecords, planActions, readKnown, type Files } from './keep-in-step';
import {
  basesOfSeeds,
  runMigrations,
  withMigrated,
  type Migrated,
  type RunMigration,
} from './run-migrations';
import { vendored } from './vendored';
import { WaMlProject } from './wa-ml-project';

export interface UpgradePlanOptions {
  /** Which changes that are on offer for seeded files are taken: all, or those of some paths. @default none */
  readonly seeded?: true | readonly string[] | undefined;
  /** Folder of our packages as tarballs, where they are on no registry. */
  readonly packages?: string | undefined;
  /** @default the templates of this release */
  readonly templates?: TemplateSet;
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
  /** The files as the migrations leave them, on which every offer is made. */
  readonly migrated: Pick<Files, 'read'>;
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
  const migrated = runMigrations(root, files, from);
  const packages = vendored(root, options.packages);
  const plan = planMigrated(root, migrated, packages.specifiers, options.templates);
  const ours = planActions(root, plan, migrated.files);
  const offers = findOffers(root, plan, ours, migrated.files).map((offer) => ({
    ...offer,
    taken: offer.kind === 'keep' || (isTakeable(offer) && isChosen(offer, options.seeded)),
  }));
  const reconciliation = together(
    {
      ...ours,
      bases: new Map([...ours.bases, ...basesOfSeeds(migrated)]),
      actions: [...withMigrated(ours.actions, migrated), ...packages.actions],
    },
    offers.filter(({ taken }) => taken),
  );
  return {
    from,
    to: versions.waMl,
    migrations: migrated.migrations,
    reconciliation,
    offers: offers.filter(({ kind }) => kind !== 'keep'),
    changes:
      from !== versions.waMl ||
      reconciliation.actions.some(changesDisk) ||
      pendingRecords(reconciliation, files),
    migrated: migrated.files,
    plan,
  };
}

function planMigrated(
  root: string,
  { texts }: Migrated,
  specifiers: Readonly<Record<string, string>>,
  templates: TemplateSet | undefined,
): PlannedFile[] {
  const configurationText = texts.get('wa-ml.json');
  try {
    return new WaMlProject({
      root,
      specifiers,
      ...(configurationText === undefined ? {} : { configurationText }),
      ...(templates ? { templates } : {}),
    }).plan();
  } catch (error) {
    if (!(error instanceof ConfigurationError) || configurationText === undefined) throw error;
    // People have another text before them than the migrated one: its lines would mislead.
    throw new ConfigurationError(
      error.problems.map(({ line: _line, column: _column, ...problem }) => problem),
    );
  }
}

/** Whether an offer can be taken as it is. */
export const isTakeable = ({ content }: Offer): boolean => content !== undefined;

const isChosen = ({ path }: Offer, seeded: UpgradePlanOptions['seeded']): boolean =>
  seeded === true || (seeded?.some((one) => path === one || path.startsWith(`${one}/`)) ?? false);

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
    findBases(root, wantedSeeds(still, manifest, disk), files, readKnown(files)),
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
