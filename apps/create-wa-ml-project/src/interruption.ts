import { setMaxListeners } from 'node:events';
import { constants } from 'node:os';

/** The person wants none of it. */
export class Cancelled extends Error {
  constructor(message = 'Cancelled: nothing was written.') {
    super(message);
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 for Ctrl-C, as shells count. */
  readonly exitCode: number;
  stop(): void;
}

/** Turns Ctrl-C and being told to end into an abort, so that what was begun is taken back first. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // every question leaves one, and nothing to remove it by
  let exitCode = 128 + constants.signals.SIGINT;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) exitCode = 128 + constants.signals[signal];
    controller.abort(new Cancelled());
  };
  for (const signal of signals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    stop: () => signals.forEach((signal) => void process.off(signal, interrupt)),
  };
}

/** Lets a signal be heard that came while something blocked. */
export const listen = (): Promise<void> => new Promise((settle) => setImmediate(settle));
