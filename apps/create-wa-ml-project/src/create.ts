import { relative, resolve } from 'node:path';
import type { Reconciliation } from '@wa-ml/blueprint';
import { readConfiguration, WaMlError } from '@wa-ml/config';
import {
  commitFirst,
  createRepository,
  installDependenciesWatched,
  lockPythonPackagesWatched,
  printError,
} from '@wa-ml/project';
import type { Order } from './configure';
import { Cancelled } from './interruption';
import { Progress } from './progress';
import { rememberPlace } from './taking-back';
import type { Values } from './values';

/**
 * Creates what was ordered, step by step; an interruption takes all of it back.
 * @returns what is printed in the end.
 */
export async function create(order: Order, values: Values, signal: AbortSignal): Promise<string> {
  const { normalised } = readConfiguration(order.text);
  const model = Object.keys(normalised.models)[0];
  const root = resolve(order.directory);
  const shown = values.json ? 'nothing' : values.verbose ? 'lines' : 'all';
  const progress = new Progress(shown, signal);
  const dryRun = values['dry-run'] === true;
  const written = rememberPlace(root);
  let takeBack = (): string | undefined => undefined;
  let unlocked: WaMlError | undefined;
  try {
    const outcome = await progress.step('Writing files', () => {
      const done = createRepository({
        directory: root,
        configurationText: order.text,
        packages: values.packages,
        dryRun,
        ...(order.data && model ? { data: { [model]: order.data } } : {}),
      });
      if (!dryRun) takeBack = written();
      return done;
    });
    if (!dryRun && values.install !== false) {
      await progress.step('Installing packages', (now) =>
        installDependenciesWatched(root, outcome, {
          onLine: now,
          signal,
          inherit: values.verbose === true && !values.json,
        }),
      );
      unlocked = await problemOf(
        progress.step('Locking Python packages', (now) =>
          lockPythonPackagesWatched(root, outcome, { onLine: now, signal }),
        ),
      );
    }
    if (!dryRun && values.git !== false)
      await progress.step('Making the first commit', () =>
        commitFirst(root, normalised.owner, { signal }),
      );
    if (unlocked) printError(unlocked, values.json === true); // the repository is whole without locks: say so, and go on
    return values.json
      ? `${JSON.stringify(report(root, outcome, dryRun))}\n`
      : closing(root, outcome, values, model);
  } catch (error) {
    if (!signal.aborted) throw error;
    const kept = takeBack();
    throw new Cancelled(
      kept === undefined
        ? 'Cancelled: nothing is left of it.'
        : `Cancelled: ${relative(process.cwd(), root)} stays, because somebody has changed ${kept} in it.`,
    );
  }
}

/** What a step reports that the rest does not depend on. */
async function problemOf(work: Promise<void>): Promise<WaMlError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof WaMlError) return error;
    throw error;
  }
}

function report(directory: string, { actions }: Reconciliation, dryRun: boolean): object {
  return { directory, dryRun, files: actions.map(({ kind, path }) => ({ kind, path })) };
}

function closing(
  root: string,
  { actions }: Reconciliation,
  values: Values,
  model: string | undefined,
): string {
  const place = relative(process.cwd(), root) || '.';
  if (values['dry-run'])
    return `${actions.map(({ kind, path }) => `${kind.padEnd(9)} ${path}\n`).join('')}Nothing was written: ${actions.length} files would be.\n`;
  const next = [
    `cd ${place}`,
    ...(values.install === false ? ['npm install'] : []),
    `npx nx train ${model ?? '<model>'}`,
    `npx nx serve ${model ?? '<model>'}`,
  ];
  return `\nCreated ${place}: ${actions.length} files.\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`;
}
