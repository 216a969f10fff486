import { createColors } from 'picocolors';
import { ConfigurationError, formatPath, WaMlError } from '@wa-ml/config';
import { wantsColours } from './terminal';

/**
 * Prints an error as a person wants to read it (what, why, next), or as JSON, to standard error.
 * Only command-line programs call it.
 * @returns the exit code: 1 checked and found wanting, 2 wrong input, 3 failed on the way.
 */
export function printError(error: unknown, json: boolean): number {
  const known = error instanceof WaMlError ? error : undefined;
  if (json) {
    process.stderr.write(
      `${JSON.stringify({ error: known?.toJSON() ?? { code: 'UNEXPECTED', what: String(error) } })}\n`,
    );
  } else {
    process.stderr.write(
      known ? formatError(known) : `${(error as Error)?.stack ?? String(error)}\n`,
    );
  }
  return known?.exitCode ?? 3;
}

/**
 * An error as a person wants to read it: one line of what happened, then each problem with why and what instead.
 * @param colours default: as the terminal and NO_COLOR say.
 */
export function formatError(error: WaMlError, colours?: boolean): string {
  const paint = createColors(colours ?? wantsColours(process.stderr));
  if (error instanceof ConfigurationError) {
    const problems = error.problems.map((problem) => {
      const place =
        problem.line === undefined
          ? ''
          : paint.dim(`  wa-ml.json:${problem.line}:${problem.column}`);
      return `\n${paint.bold(formatPath(problem.path))} ${problem.what}${place}\n  why      ${problem.why}\n  instead  ${problem.instead}\n`;
    });
    return `${paint.red('error')} ${error.what}\n${problems.join('')}\n${error.next}\n`;
  }
  return `${paint.red('error')} ${error.what}\n  why   ${error.why}\n  next  ${error.next}\n`;
}
