// Draws docs/images/create.svg from a real terminal: what `create-wa-ml-project` shows, captured by tmux.
// `node tools/screenshot.mjs` after `npm run build`; with --check it says whether the picture is still true.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createProgram } from './build.mjs';
import { root } from './steps.mjs';

const picture = join(root, 'docs/images/create.svg');
const columns = 92;

/** The screens of a walk through the questions, each as lines of cells. */
async function capture() {
  const socket = `wa-ml-screenshot-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-screenshot-'));
  const tmux = (...args) =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const screen = (...args) => tmux('capture-pane', '-p', ...args);
  const sees = async (text) => {
    for (let tries = 0; !screen().includes(text); tries++) {
      if (tries > 400) throw new Error(`The terminal never shows "${text}":\n${screen()}`);
      await wait(50);
    }
  };
  try {
    tmux(
      'new-session',
      ...['-d', '-x', String(columns), '-y', '60', '-c', folder],
      "env -u NO_COLOR -u FORCE_COLOR -u CI PS1='$ ' bash --norc --noprofile",
    );
    const say = (text) => tmux('send-keys', text, 'Enter');
    say(`create-wa-ml-project() { '${process.execPath}' '${createProgram}' "$@"; }; clear`);
    await wait(300);
    say('create-wa-ml-project acme-ml --owner ml@acme.example --model churn');
    await sees('Where shall it run?');
    tmux('send-keys', 'Enter');
    await sees('Which environments?');
    const question = screen('-e');
    tmux('send-keys', 'Enter');
    for (const next of [
      '"dev"?',
      '"staging"?',
      '"prod"?',
      'made of?',
      'learn from?',
      'spread?',
      'precise',
      'served?',
    ]) {
      await sees(next);
      tmux('send-keys', 'Enter');
    }
    await sees('go live?');
    const rollout = screen('-e');
    tmux('send-keys', 'Enter');
    await sees('Is it right?');
    return [cells(question), from(rollout, 'go live?'), from(screen('-e'), 'This will be created')];
  } finally {
    spawnSync('tmux', ['-L', socket, 'kill-server']);
    rmSync(folder, { recursive: true, force: true });
  }
}

function from(screen, text) {
  const lines = screen.split('\n');
  return cells(screen).slice(lines.findIndex((line) => line.includes(text)));
}

/** The colours of a dark terminal. */
const palette = [
  '#484f58',
  '#ff7b72',
  '#3fb950',
  '#d29922',
  '#58a6ff',
  '#bc8cff',
  '#39c5cf',
  '#b1bac4',
];
const [foreground, dimmed, background] = ['#e6edf3', '#8b949e', '#0d1117'];
const [cellWidth, cellHeight, margin] = [8.4, 19, 16];
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Cells of each line with their looks, which go on from line to line; tmux captures no other escape sequences. */
function cells(screen) {
  const looks = { now: {} };
  return screen
    .trimEnd()
    .split('\n')
    .map((line) => runs(line, looks));
}

function runs(line, looks) {
  const found = [];
  let look = looks.now;
  let column = 0;
  for (const part of line.split(/(\u001B\[[\d;]*m)/)) {
    const codes = /^\u001B\[([\d;]*)m$/.exec(part)?.[1];
    if (codes === undefined) {
      if (part.trim() !== '' || look.reverse) found.push({ text: part, column, ...look });
      column += [...part].length;
      continue;
    }
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) look = {};
      else if (code === 1) look = { ...look, bold: true };
      else if (code === 2) look = { ...look, dim: true };
      else if (code === 22) look = { ...look, bold: false, dim: false };
      else if (code === 7) look = { ...look, reverse: true };
      else if (code === 27) look = { ...look, reverse: false };
      else if (code === 39) look = { ...look, fill: undefined };
      else if (code >= 30 && code <= 37) look = { ...look, fill: palette[code - 30] };
      else if (code >= 90 && code <= 97) look = { ...look, fill: dimmed };
    }
  }
  looks.now = look;
  return found;
}

function draw(screens) {
  const lines = screens.flatMap((screen, index) => [
    ...(index > 0 ? [[], [{ text: '⋮', column: 3, dim: true }], []] : []),
    ...screen,
  ]);
  const [width, height] = [
    columns * cellWidth + 2 * margin,
    lines.length * cellHeight + 2 * margin,
  ];
  const rows = lines.flatMap((line, row) =>
    line.map(({ text, column, bold, dim, reverse, fill }) => {
      const [x, y] = [margin + column * cellWidth, margin + (row + 0.75) * cellHeight];
      const length = [...text].length * cellWidth;
      const colour = reverse ? background : (fill ?? (dim ? dimmed : foreground));
      const behind = reverse
        ? `<rect x="${x.toFixed(1)}" y="${(y - 14).toFixed(1)}" width="${length.toFixed(1)}" height="${cellHeight}" fill="${dimmed}"/>`
        : '';
      return `${behind}<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length.toFixed(1)}" fill="${colour}"${bold ? ' font-weight="bold"' : ''}>${escaped(text)}</text>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="create-wa-ml-project in a terminal">
<style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; }</style>
<rect width="100%" height="100%" rx="8" fill="${background}"/>
${rows.join('\n')}
</svg>
`;
}

const drawn = draw(await capture());
if (!process.argv.includes('--check')) writeFileSync(picture, drawn);
else if (readFileSync(picture, 'utf8') !== drawn) {
  process.stderr.write('docs/images/create.svg is out of date: run node tools/screenshot.mjs\n');
  process.exitCode = 1;
}
