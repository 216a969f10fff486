import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { nearest } from '@wa-ml/config';
import { printError } from '../print-error';
import { columnsOf, formatRows, wrap } from '../terminal';
import { formatHelp, parseArguments, UsageError, withCommonOptions, type Command } from './command';

/** All commands of `wa-ml`, each loaded when it is asked for; a new one is a file beside these and a line here. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  doctor: async () => (await import('./doctor.js')).doctor,
  diff: async () => (await import('./diff.js')).diff,
  upgrade: async () => (await import('./upgrade.js')).upgrade,
  adopt: async () => (await import('./decisions.js')).adopt,
  resolve: async () => (await import('./decisions.js')).resolve,
  eject: async () => (await import('./decisions.js')).eject,
  bootstrap: async () => (await import('./bootstrap.js')).bootstrap,
  promote: async () => (await import('./promote.js')).promote,
  'base-image': async () => (await import('./base-image.js')).baseImage,
  uv: async () => (await import('./uv-command.js')).uv,
  completion: async () => (await import('./completion.js')).completion(commands),
};

/** Runs `wa-ml`. @returns the exit code: 0 done, 1 checked and found wanting, 2 wrong input, 3 failed on the way. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const json = name !== 'uv' && rest.includes('--json');
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help')
      return await help(rest[0]);
    if (name === '--version') return write(`${versions.waMl}\n`);
    const load = commands[name];
    if (!load) {
      throw new UsageError(
        `There is no command "${name}".`,
        `Did you mean "wa-ml ${nearest(name, Object.keys(commands)) ?? 'help'}"?`,
      );
    }
    const command = await load();
    if (name === 'uv')
      return await command.run({
        root: findRoot(),
        positionals: rest,
        values: {},
        print: () => undefined,
      });
    const { options } = withCommonOptions(command);
    const { values, positionals } = parseArguments(rest, options, `wa-ml ${name}`);
    if (values['help']) return await help(name);
    return await command.run({
      // Looked for by the commands that ask for it: completion works outside of a repository.
      get root() {
        return findRoot();
      },
      positionals,
      values,
      print: (text, data) => void write(json ? `${JSON.stringify(data)}\n` : text),
    });
  } catch (error) {
    return printError(error, json);
  }
}

function write(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function help(name: string | undefined): Promise<number> {
  const command = name === undefined ? undefined : await commands[name]?.();
  if (command) return write(formatHelp(`wa-ml ${name}`, withCommonOptions(command)));
  const all = await Promise.all(
    Object.entries(commands).map(async ([one, load]) => [one, await load()] as const),
  );
  const width = columnsOf(process.stdout);
  return write(
    [
      'Looks after a repository that create-wa-ml-project made.',
      '',
      'Usage: wa-ml COMMAND [options]',
      '',
      'Commands:',
      formatRows(
        all.map(([one, { summary }]) => [one, summary]),
        width,
      ),
      '',
      'Examples:',
      ...all.flatMap(([, { examples }]) => examples.slice(0, 1).map((example) => `  ${example}`)),
      '',
      wrap(
        'wa-ml COMMAND --help says more. Exit codes: 0 done, 1 checked and found wanting, 2 wrong input, 3 failed on the way.',
        width,
      ),
      '',
    ].join('\n'),
  );
}

/** The repository around the current folder. @throws UsageError */
function findRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'wa-ml.json'))) return folder;
    if (dirname(folder) === folder) {
      throw new UsageError(
        'There is no wa-ml.json here or in any folder above.',
        'Change into a repository that create-wa-ml-project made.',
      );
    }
  }
}
