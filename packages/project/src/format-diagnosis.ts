import { createColors } from 'picocolors';
import { isWanting, type Diagnosis, type ExaminedFile, type FileState } from './doctor';
import { formatError } from './print-error';
import type { Tool } from './toolchain';

/** As wide as a state and a space. */
const indent = ' '.repeat(11);

type Paint = ReturnType<typeof createColors>;

/**
 * A diagnosis as a person wants to read it: what is well in one line, all else with the command that mends it.
 * @param colours default: as the terminal and NO_COLOR say.
 */
export function formatDiagnosis(diagnosis: Diagnosis, colours?: boolean): string {
  const paint = createColors(colours);
  const { files, errors, toolchain, ok } = diagnosis;
  const lines = [
    ...files.filter(({ state }) => state !== 'in step').map((file) => fileLines(file, paint)),
    runLine(files),
    releaseLine(diagnosis, paint),
    ...errors.map((error) => formatError(error, colours)),
    `Files      ${files.length === 0 ? 'not examined: mend the above first' : countsOf(files)}\n`,
    `Toolchain  ${toolchain.map(shown).join(', ')}\n`,
    ...toolchain.filter((tool) => !tool.ok).map((tool) => toolLine(tool, paint)),
    ok ? `${paint.green('Nothing is wanting.')}\n` : `${paint.yellow('Something is wanting.')}\n`,
  ];
  return lines.join('');
}

function fileLines(file: ExaminedFile, paint: Paint): string {
  const { path, state, why, mend } = file;
  const colour = state === 'conflicted' ? paint.red : isWanting(file) ? paint.yellow : paint.dim;
  const line = `${colour(state.padEnd(10))} ${path}  ${paint.dim(why)}\n`;
  // What one command mends for all is said once.
  if (state !== 'conflicted') return line;
  const commands = [`npx wa-ml diff ${path}`, ...mend];
  return line + commands.map((command) => `${indent}${command}\n`).join('');
}

function runLine(files: readonly ExaminedFile[]): string {
  const count = files.filter((file) => file.mend.includes('npx projen')).length;
  return count === 0 ? '' : `${indent}npx projen  (brings ${count} in step)\n`;
}

function releaseLine({ release, installed }: Diagnosis, paint: Paint): string {
  if (release === undefined || release === installed) return '';
  return `${paint.yellow('older')}      release ${release}, and ${installed} is installed: its migrations have not been run\n${indent}npx wa-ml upgrade\n`;
}

function countsOf(files: readonly ExaminedFile[]): string {
  const counts = new Map<FileState, number>([['in step', 0]]);
  for (const { state } of files) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

function shown({ name, found, ok }: Tool): string {
  return `${name} ${found ?? (ok ? 'comes when it is needed' : 'missing')}`;
}

function toolLine({ name, found, wanted, mend }: Tool, paint: Paint): string {
  return `${paint.red('wanted'.padEnd(10))} ${name} ${wanted} or newer, found ${found ?? 'none'}\n${indent}${mend}\n`;
}
