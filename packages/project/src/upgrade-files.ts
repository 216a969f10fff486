import { formatManifest, manifestPath, parseManifest, versions } from '@wa-ml/blueprint';
import { applyAlone, filesOnDisk, type Files } from './keep-in-step';
import { planUpgrade, type UpgradePlan, type UpgradePlanOptions } from './upgrade-plan';

/**
 * Upgrades the files of a repository to this release: migrations, files of ours, and the offers that are taken.
 * No Git, no packages: `upgrade` is all of it. A run that was stopped is finished by the next.
 * @throws ConfigurationError, ManifestError, DirectoryError, LockedError, WriteError, ReadError, SymbolicLinkError
 */
export function upgradeFiles(root: string, options: UpgradePlanOptions = {}): UpgradePlan {
  const files = filesOnDisk(root);
  const first = planUpgrade(root, files, options);
  if (!first.changes) return first;
  let planned = first;
  applyAlone(
    files,
    () => {
      planned = planUpgrade(root, files, options);
      return planned.reconciliation;
    },
    // Last of all: until then the next run has the migrations to do again, which change nothing twice.
    () => recordRelease(files),
  );
  return planned;
}

function recordRelease(files: Files): void {
  const text = files.read(manifestPath)!.text!;
  const recorded = formatManifest(parseManifest(text), versions.waMl);
  if (text !== recorded) files.write(manifestPath, recorded);
}
