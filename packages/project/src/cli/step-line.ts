import { stripVTControlCharacters } from 'node:util';
import type { Watch } from '../run-program';

/**
 * Says on standard error which step runs: in a terminal in one line that changes with what the step does,
 * elsewhere in a line for each.
 */
export class StepLine {
  private readonly moves: boolean;

  /** @param shown whether anything is said. */
  constructor(private readonly shown: boolean) {
    this.moves =
      process.stderr.isTTY === true && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  }

  /** Begins a step. @returns what its programs are watched by. */
  begin(title: string): Watch {
    if (!this.shown) return {};
    if (!this.moves) process.stderr.write(`… ${title}\n`);
    else this.draw(title, '');
    return { onLine: (line) => (this.moves ? this.draw(title, line) : undefined) };
  }

  /** Takes the line away, so that what is printed next begins in a new one. */
  end(): void {
    if (this.shown && this.moves) process.stderr.write('\r\u001B[K');
  }

  private draw(title: string, line: string): void {
    const room = (process.stderr.columns || 80) - title.length - 5;
    const activity = room > 8 ? stripVTControlCharacters(line).trim().slice(0, room) : '';
    process.stderr.write(`\r\u001B[K… ${title}  ${activity}`);
  }
}
