import { shortText } from '@stannary/simulator/lab';

/** Rows in columns: the first to the left, numbers to the right. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[], indent = '  '): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  const isNumeric = head.map((_, column) => rows.every((row) => /^[-−+]?\d|^$|^[–∞]$/.test(row[column] ?? '')));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column > 0 && isNumeric[column] ? padded(cell, widths[column]!, true) : padded(cell, widths[column]!, false),
      )
      .join('  ')
      .trimEnd();
  return all.map((row) => `${indent}${line(row)}`).join('\n');
}

function padded(text: string, width: number, toRight: boolean): string {
  const room = ' '.repeat(Math.max(0, width - [...text].length));
  return toRight ? `${room}${text}` : `${text}${room}`;
}

export function intervalText({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${shortText(low)} to ${shortText(high)}`;
}

export function durationText(seconds: number): string {
  if (seconds < 1) return 'under a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3_600).toPrecision(2))} h`;
}

/** RFC 4180; numbers as JavaScript reads them back. */
export function csvText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
