/** A cell with the side it keeps to. */
export interface Cell {
  readonly text: string;
  readonly side: 'left' | 'right';
}

export const left = (text: string): Cell => ({ text, side: 'left' });
export const right = (text: string): Cell => ({ text, side: 'right' });

const GAP = '  ';

/** Rows of cells below one another, each column as wide as its widest cell; nothing at the ends of lines. */
export function columns(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, text.length);
  }
  return rows.map((row) =>
    row
      .map(({ text, side }, at) => (side === 'left' ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
      .join(GAP)
      .trimEnd(),
  );
}

const LINE_WIDTH = 110;

/** Prose in lines of a terminal's width, each behind the indent. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + longer.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => `${indent}${one}`.trimEnd());
}
