import { stripVTControlCharacters } from 'node:util';
import { wantsColours } from '@wa-ml/project';
import { createColors } from 'picocolors';
import { listen } from './interruption';

/** One step of the work. @param now says what it is doing at the moment. */
type Work<T> = (now: (activity: string) => void) => T | Promise<T>;

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMilliseconds = 100;

/**
 * Runs the steps of the work and says on standard error which one runs, for how long, and what it does:
 * in one line that changes in a terminal, in a line for the start and one for the end in a pipe, in CI and on a dumb terminal.
 */
export class Progress {
  private readonly paint = createColors(wantsColours(process.stderr));
  private readonly moves =
    process.stderr.isTTY === true && !process.env['CI'] && process.env['TERM'] !== 'dumb';

  /** @param shown 'nothing' with --json; 'lines' where something else writes to the terminal too. */
  constructor(
    private readonly shown: 'all' | 'lines' | 'nothing',
    private readonly signal: AbortSignal,
  ) {}

  /** @throws what the work throws, and Cancelled after an interruption, even of work that blocks. */
  async step<T>(title: string, work: Work<T>): Promise<T> {
    this.signal.throwIfAborted();
    const since = Date.now();
    const seconds = (digits: number): string =>
      this.paint.dim(`${((Date.now() - since) / 1000).toFixed(digits)} s`);
    let activity = '';
    const moves = this.shown === 'all' && this.moves;
    const draw = (): void => {
      const frame = frames[Math.floor((Date.now() - since) / frameMilliseconds) % frames.length]!;
      const room = (process.stderr.columns || 80) - title.length - 12;
      const now = room > 8 ? this.paint.dim(activity.slice(0, room)) : '';
      process.stderr.write(`\r\u001B[K${this.paint.cyan(frame)} ${title} ${seconds(0)}  ${now}`);
    };
    if (moves) draw();
    else if (this.shown !== 'nothing') process.stderr.write(`… ${title}\n`);
    const clock = moves ? setInterval(draw, frameMilliseconds) : undefined;
    try {
      const result = await this.heard(work, (text) => {
        activity = stripVTControlCharacters(text).trim();
      });
      this.end(moves, `${this.paint.green('✓')} ${title} ${seconds(1)}`);
      return result;
    } catch (error) {
      this.end(moves, `${this.paint.red('✗')} ${title} ${seconds(1)}`);
      throw error;
    } finally {
      clearInterval(clock);
    }
  }

  private async heard<T>(work: Work<T>, now: (activity: string) => void): Promise<T> {
    try {
      return await work(now);
    } finally {
      await listen();
      this.signal.throwIfAborted();
    }
  }

  private end(moves: boolean, line: string): void {
    if (this.shown !== 'nothing') process.stderr.write(`${moves ? '\r\u001B[K' : ''}${line}\n`);
  }
}
