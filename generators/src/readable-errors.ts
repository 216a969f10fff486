import type { Tree } from '@nx/devkit';
import { WaMlError } from '@wa-ml/config';
import { formatError } from '@wa-ml/project';

type Generator<Options, Result> = (tree: Tree, options: Options) => Promise<Result>;

/**
 * A generator as Nx runs it: Nx prints an error's message, its first line as the title,
 * so that ours get every problem on its own lines with why and what instead.
 */
export function withReadableErrors<Options, Result>(
  generator: Generator<Options, Result>,
): Generator<Options, Result> {
  return async (tree, options) => {
    try {
      return await generator(tree, options);
    } catch (error) {
      if (error instanceof WaMlError) {
        error.message = formatError(error, false)
          .replace(/^error /, '')
          .trimEnd();
        // Wrong input is no fault of the program: without a stack Nx does not offer to show it.
        if (error.exitCode === 2) error.stack = '';
      }
      throw error;
    }
  };
}
