import { versions } from '@wa-ml/blueprint';
import { printError } from '@wa-ml/project';
import { configure } from './configure';
import { create } from './create';
import { Cancelled, listenForInterruption } from './interruption';
import { completionText, helpText } from './options';
import { parse, usage } from './values';

/** Runs `create-wa-ml-project`. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  decideColours(args);
  const interruption = listenForInterruption();
  try {
    const { values, positionals } = parse(args);
    if (values.help) return print(helpText());
    if (values.version) return print(`${versions.waMl}\n`);
    if (values.completion !== undefined) return print(completionText(values.completion));
    if (positionals.length > 1)
      throw usage(
        `There is one name, not ${positionals.length}: ${positionals.join(', ')}.`,
        'Put the options behind it.',
      );
    const order = await configure(values, positionals[0], interruption.signal);
    return print(await create(order, values, interruption.signal));
  } catch (error) {
    if (error instanceof Cancelled) {
      process.stderr.write(`${error.message}\n`);
      return interruption.exitCode;
    }
    return printError(error, json);
  } finally {
    interruption.stop();
  }
}

/** Says it in the environment, where the libraries and the programs that we start look. */
function decideColours(args: readonly string[]): void {
  if (args.includes('--no-color')) process.env['NO_COLOR'] = '1';
  else if (args.includes('--color')) {
    delete process.env['NO_COLOR'];
    process.env['FORCE_COLOR'] = '1';
  }
  // Node lets FORCE_COLOR win; a person who says no means it.
  if (process.env['NO_COLOR']) delete process.env['FORCE_COLOR'];
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
