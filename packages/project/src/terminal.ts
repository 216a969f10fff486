/** Whether colours are wanted on a stream: NO_COLOR wins over FORCE_COLOR, which wins over what the stream is. */
export function wantsColours(stream: { isTTY?: boolean }, env = process.env): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Columns that a text may take: the terminal's, or in a pipe those of COLUMNS, or 80. */
export function columnsOf(stream: { columns?: number }): number {
  return stream.columns || Number(process.env['COLUMNS']) || 80;
}

/**
 * Breaks a text at spaces; a word that is longer than the line stays whole, so that it can be copied.
 * @param width of a line, indentation included. @param indent columns before every line but the first.
 */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** Rows of a term and its meaning: beside each other, or where that leaves too little room, below each other. */
export function formatRows(rows: readonly (readonly [string, string])[], width: number): string {
  const column = Math.max(...rows.map(([term]) => term.length), 0) + 4;
  const beside = width - column >= 30;
  return rows
    .map(([term, meaning]) =>
      beside
        ? `  ${term.padEnd(column - 2)}${wrap(meaning, width, column)}`.trimEnd()
        : `  ${term.trim()}\n      ${wrap(meaning, width, 6)}`,
    )
    .join('\n');
}
