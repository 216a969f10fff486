import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { findUv } from '../uv';
import type { Command } from './command';

/** Runs uv; everything behind `wa-ml uv` is uv's own. */
export const uv: Command = {
  summary: 'Runs uv in the current folder, and installs the pinned one where there is none.',
  usage: '[uv arguments]',
  examples: ['npx wa-ml uv run --directory models/diagnosis pytest'],
  options: {},
  optionHelp: {},
  run: ({ root, positionals }) =>
    new Promise((settle, fail) => {
      const child = spawn(findUv(root), [...positionals], { stdio: 'inherit' });
      // Passed on, so that Ctrl-C and a container's stop reach the program under uv, which decides how to end.
      const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
      process.on('SIGTERM', pass).on('SIGINT', () => undefined);
      child.on('error', fail);
      child.on('exit', (code, signal) => {
        process.off('SIGTERM', pass);
        settle(code ?? 128 + (signal ? constants.signals[signal] : 0));
      });
    }),
};
