import { createColors } from 'picocolors';
import { changesDisk, type Action } from '@wa-ml/blueprint';
import { differencesOf, type Difference } from './differences';
import { filesOnDisk } from './keep-in-step';
import { formatReport, wanting } from './report';
import type { Upgrade } from './upgrade';
import { isTakeable, type UpgradePlan } from './upgrade-plan';

/** The actions that say something: those that write, and those that want a person's attention. */
const telling = ({ reconciliation }: UpgradePlan): Action[] =>
  reconciliation.actions.filter(
    (action) => changesDisk(action) || wanting.has(action.kind) || action.kind === 'orphan',
  );

const subject = ({ from, to }: UpgradePlan): string =>
  from === to
    ? `Bring the repository in step with release ${to}`
    : `Upgrade from release ${from} to ${to}`;

/** The message of an upgrade's commit: from where to where, migrations, files by what was done, what is left to people. */
export function commitMessage(upgraded: UpgradePlan): string {
  const section = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `${line}\n`).join('')}`;
  const { migrations, offers } = upgraded;
  return [
    `${subject(upgraded)}\n`,
    section(
      'Migrations:',
      migrations.map(({ release, name, summary }) => `- ${release} ${name}: ${summary}`),
    ),
    section(
      'Files:',
      telling(upgraded).map(
        ({ kind, path, from }) =>
          `${kind.padEnd(9)} ${from === undefined ? '' : `${from} -> `}${path}`,
      ),
    ),
    section(
      'On offer for seeded files, not taken (npx wa-ml upgrade --seeded):',
      offers.filter(({ taken }) => !taken).map(({ path, why }) => `${path} (${why})`),
    ),
    section(
      'Left to you:',
      migrations.flatMap(({ left }) => left),
    ),
  ].join('');
}

/** What the upgrade of a repository would change, or what it offers, file by file in the form of `git diff`. */
export function upgradeDifferences(root: string, planned: UpgradePlan): Difference[] {
  return differencesOf(filesOnDisk(root), planned.plan, planned.reconciliation);
}

/** The changes that are on offer, file by file; of one that does not fit, what the template changed. */
export function offeredDifferences({ offers, migrated, plan }: UpgradePlan): Difference[] {
  const open = offers.filter(({ taken }) => !taken);
  return differencesOf(migrated, plan, {
    actions: open,
    bases: new Map(open.flatMap(({ path, seed }) => (seed === undefined ? [] : [[path, seed]]))),
  });
}

/**
 * An upgrade as a person wants to read it.
 * @param dryRun whether nothing of it was done. @param colours default: as the terminal and NO_COLOR say.
 */
export function formatUpgrade(upgraded: Upgrade, dryRun: boolean, colours?: boolean): string {
  const paint = createColors(colours);
  const { from, to, migrations, offers, reconciliation, commit } = upgraded;
  const left = migrations.flatMap((one) => one.left);
  const open = offers.filter(({ taken }) => !taken);
  const takeable = open.some(isTakeable);
  return [
    from === to ? `Release ${to}.\n` : `Release ${from} -> ${paint.bold(to)}\n`,
    ...migrations
      .filter(({ paths }) => paths.length > 0)
      .map(
        ({ release, summary }) =>
          `${paint.green('migrate  ')} ${summary}  ${paint.dim(`release ${release}`)}\n`,
      ),
    upgraded.changes || telling(upgraded).length > 0
      ? formatReport(reconciliation, colours)
      : 'Nothing to do: every file is in step.\n',
    ...(open.length > 0
      ? [`\nSeeded files whose template changed; they are yours, so they stay as they are:\n`]
      : []),
    ...open.map(
      (offer) =>
        `${paint.cyan(isTakeable(offer) ? 'offered  ' : 'look     ')} ${offer.path}  ${paint.dim(offer.why)}\n`,
    ),
    ...(takeable ? ['Take them: npx wa-ml upgrade --seeded [PATH...]. '] : []),
    ...(open.length > 0
      ? ['See them: npx wa-ml upgrade --dry-run. Stop the offer of one: npx wa-ml resolve PATH\n']
      : []),
    ...left.map((sentence) => `${paint.yellow('yours    ')} ${sentence}\n`),
    ...(commit ? [`\nCommitted as ${commit.slice(0, 12)}: git show ${commit.slice(0, 12)}\n`] : []),
    ...(dryRun && upgraded.changes ? ['\nNothing was changed.\n'] : []),
  ].join('');
}
