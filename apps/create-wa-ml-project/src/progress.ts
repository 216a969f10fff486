import { createColors } from 'picocolors';

/** Says on standard error which step runs and how long each took; silent with `--json`. */
export function startProgress(shown: boolean): { step(title: string): void; done(): void } {
  const paint = createColors(process.stderr.isTTY && !process.env['NO_COLOR']);
  let current: { title: string; since: number } | undefined;
  const finish = (): void => {
    if (current && shown) {
      const seconds = ((Date.now() - current.since) / 1000).toFixed(1);
      process.stderr.write(`${paint.green('✓')} ${current.title} ${paint.dim(`${seconds} s`)}\n`);
    }
    current = undefined;
  };
  return {
    step(title) {
      finish();
      current = { title, since: Date.now() };
      if (shown && process.stderr.isTTY) process.stderr.write(`${paint.dim(`… ${title}`)}\r`);
    },
    done: finish,
  };
}
