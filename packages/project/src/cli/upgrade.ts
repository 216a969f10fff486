import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { changesDisk, versions } from '@wa-ml/blueprint';
import { handOver } from '../hand-over';
import { filesOnDisk } from '../keep-in-step';
import { printError } from '../print-error';
import { wanting } from '../report';
import { releaseOfTarballs } from '../tarballs';
import { upgrade as upgradeRepository, type Upgrade } from '../upgrade';
import { isTakeable, planUpgrade, type UpgradePlan } from '../upgrade-plan';
import { formatUpgrade, offeredDifferences, upgradeDifferences } from '../upgrade-report';
import { UsageError, type Command, type CommandContext } from './command';
import { repositoryPath } from './repository-path';
import { StepLine } from './step-line';

/** Brings a repository of an older release to this one. */
export const upgrade: Command = {
  summary:
    'Brings the repository to the release of this command: migrates, merges, offers what changed in seeded files, installs and commits.',
  usage:
    '[--seeded [PATH...]] [--dry-run] [--packages FOLDER] [--no-commit] [--no-install] [--json]',
  examples: [
    'npx @wa-ml/project@latest upgrade --dry-run',
    'npx @wa-ml/project@latest upgrade',
    'npx wa-ml upgrade --seeded models/churn',
    'npx wa-ml upgrade --packages ../packages',
  ],
  options: {
    'dry-run': { type: 'boolean' },
    seeded: { type: 'boolean' },
    packages: { type: 'string' },
    'no-commit': { type: 'boolean' },
    'no-install': { type: 'boolean' },
  },
  optionHelp: {
    'dry-run': 'Show every change, and those on offer; change nothing.',
    seeded: 'Take what changed in the templates of seeded files: all of it, or for some paths.',
    packages: 'A folder with our packages as tarballs, where they are on no registry.',
    'no-commit': 'Leave it in the working copy.',
    'no-install': 'Leave installing packages, and locking those of Python, to you.',
  },
  run: async (context) => {
    const { root, values, print } = context;
    const packages =
      typeof values['packages'] === 'string' ? resolve(values['packages']) : undefined;
    const dryRun = values['dry-run'] === true;
    const line = new StepLine(values['json'] !== true);
    if (packages !== undefined && releaseOfTarballs(packages) !== versions.waMl) {
      const watch = line.begin(`Installing release ${releaseOfTarballs(packages)}`);
      return handOver(root, packages, argumentsOf(context, packages), watch, () => line.end());
    }
    const seeded = await chosen(context, packages);
    try {
      const done = await upgradeRepository(root, {
        seeded,
        packages,
        dryRun,
        commit: values['no-commit'] !== true,
        install: values['no-install'] !== true,
        progress: (step) => line.begin(step),
      });
      line.end();
      const shown = dryRun ? differencesText(root, done) : '';
      print(`${shown}${formatUpgrade(done, dryRun)}`, data(root, done, dryRun));
      if (done.unlocked) printError(done.unlocked, values['json'] === true);
      return 0;
    } finally {
      line.end();
    }
  },
};

/** Which offers are taken: those that are named, all, or what a person at the terminal says. */
async function chosen(
  { root, positionals, values }: CommandContext,
  packages: string | undefined,
): Promise<true | string[]> {
  const paths = positionals.map((path) => repositoryPath(root, path)).map((path) => path || '.');
  if (paths.length > 0 && values['seeded'] !== true)
    throw new UsageError(
      `What shall be done with ${paths[0]}?`,
      `Say wa-ml upgrade --seeded ${paths[0]} to take what changed in its template.`,
    );
  if (paths.includes('.')) return true;
  if (values['seeded'] === true) return paths.length > 0 ? paths : true;
  const asks =
    values['json'] !== true &&
    values['dry-run'] !== true &&
    !process.env['CI'] &&
    process.stdin.isTTY === true &&
    process.stdout.isTTY === true;
  if (!asks) return [];
  return askAbout(planUpgrade(root, filesOnDisk(root), { packages }));
}

async function askAbout(planned: UpgradePlan): Promise<string[]> {
  const taken: string[] = [];
  const offers = planned.offers.filter(isTakeable);
  if (offers.length === 0) return taken;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Nothing is changed yet, so that leaving is leaving.
  terminal.once('SIGINT', () => process.exit(130));
  const ended = new Promise<undefined>((settle) => terminal.once('close', () => settle(undefined)));
  try {
    for (const difference of offeredDifferences({ ...planned, offers })) {
      process.stdout.write(difference.diff);
      const answer = await Promise.race([
        ended,
        terminal.question(
          `${difference.path} is yours, and its template changed as above. Take the change? [y/N] `,
        ),
      ]);
      if (answer === undefined) break;
      if (/^y(es)?$/i.test(answer.trim())) taken.push(difference.path);
    }
  } finally {
    terminal.close();
  }
  return taken;
}

/** The same arguments for another release, which is started in the root of the repository. */
function argumentsOf({ root, positionals, values }: CommandContext, packages: string): string[] {
  const switches = Object.entries(values).filter(([, value]) => value === true);
  return [
    'upgrade',
    ...switches.map(([name]) => `--${name}`),
    ...['--packages', packages],
    ...positionals.map((path) => repositoryPath(root, path) || '.'),
  ];
}

function differencesText(root: string, planned: UpgradePlan): string {
  return [
    ...upgradeDifferences(root, planned).map(({ diff }) => diff),
    ...offeredDifferences(planned).map(
      ({ path, kind, diff }) =>
        `# ${path} is yours: ${kind === 'conflict' ? 'this is what its template changed, and it does not fit' : 'this is on offer'}\n${diff}`,
    ),
  ].join('');
}

function data(root: string, done: Upgrade, dryRun: boolean): unknown {
  const { from, to, migrations, reconciliation, commit } = done;
  const diffs = new Map(offeredDifferences(done).map(({ path, diff }) => [path, diff]));
  return {
    from,
    to,
    changed: done.changes && !dryRun,
    migrations,
    files: reconciliation.actions
      .filter((action) => changesDisk(action) || wanting.has(action.kind))
      .map(({ path, kind, why, from: movedFrom }) => ({ path, kind, why, movedFrom })),
    offers: done.offers.map(({ path, kind, why, taken }) => ({
      path,
      kind,
      why,
      taken,
      diff: diffs.get(path),
    })),
    ...(dryRun ? { differences: upgradeDifferences(root, done) } : {}),
    ...(commit ? { commit } : {}),
  };
}
