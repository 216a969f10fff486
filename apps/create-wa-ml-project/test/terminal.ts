import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/** Why there is no tmux to test with; undefined where there is. Installs it where we may. */
export function withoutTmux(): string | undefined {
  if (has('tmux')) return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !has('apt-get'))
    return 'there is no tmux, and no right to install it with apt-get';
  const { status, stderr } = spawnSync('apt-get', ['install', '--yes', '--quiet', 'tmux'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `apt-get cannot install tmux: ${stderr.trim()}`;
}

export const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

let count = 0;

/** A program in a real pseudo-terminal, on a tmux server of its own. */
export class Terminal {
  private readonly socket = `wa-ml-test-${process.pid}-${count++}`;

  /** @param command is run by sh; when it ends, the terminal shows `exit <code>`. */
  constructor(
    command: string,
    {
      cwd,
      columns = 80,
      rows = 50,
      env = {},
    }: { cwd: string; columns?: number; rows?: number; env?: Record<string, string> },
  ) {
    const variables = { NO_COLOR: '', FORCE_COLOR: '', CI: '', npm_execpath: '', ...env };
    const settings = Object.entries(variables).map(([name, value]) =>
      value === '' ? `unset ${name};` : `export ${name}='${value}';`,
    );
    this.tmux(
      'new-session',
      ...['-d', '-x', String(columns), '-y', String(rows), '-c', cwd],
      `${settings.join(' ')} ${command}; echo "exit $?"; sleep 600`,
    );
  }

  /** What is on the screen. @param colours whether the escape sequences of colours stay in it. */
  screen(colours = false): string {
    return this.tmux('capture-pane', '-p', ...(colours ? ['-e'] : []));
  }

  /** Waits for a text and returns the screen with it. */
  async sees(text: string | RegExp, milliseconds = 20_000): Promise<string> {
    const until = Date.now() + milliseconds;
    for (;;) {
      const screen = this.screen();
      if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen;
      if (Date.now() > until) throw new Error(`The terminal never shows ${text}:\n${screen}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** Types keys by tmux's names: `Enter`, `Down`, `C-c`. */
  press(...keys: string[]): void {
    this.tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.tmux('send-keys', '-l', text);
  }

  /** Answers a question: waits for it, types, and presses Enter. */
  async answer(question: string | RegExp, text = ''): Promise<void> {
    await this.sees(question);
    if (text !== '') this.type(text);
    this.press('Enter');
  }

  close(): void {
    spawnSync('tmux', ['-L', this.socket, 'kill-server']);
    rmSync(`/tmp/tmux-${process.getuid?.()}/${this.socket}`, { force: true });
  }

  private tmux(...args: string[]): string {
    // Without the settings of whoever runs the tests.
    return execFileSync('tmux', ['-L', this.socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
    });
  }
}
