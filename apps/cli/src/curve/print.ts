import { plotSvg } from '@stannary/plot';
import type { Column, Curve } from './curve.ts';
import { type Cell, DURATION, decimalsOf, drawnNumber, fittingLength, type Scale, shownText } from './quantity.ts';
import { curveRefusal } from './refusal.ts';

/** Which economy was drawn. */
export interface Drawn {
  readonly name: string;
  readonly version: number;
  readonly economyHash: string;
}

/** For people: what it is, a table, and under it where every number is from. */
export function curveText(curve: Curve, { name, version, economyHash }: Drawn): string {
  const columns = curve.columns.map((column, index) =>
    fitting(
      column,
      curve.rows.map((row) => row[index]!),
    ),
  );
  const cells = [
    columns.map(headingOf),
    ...curve.rows.map((row) => row.map((cell, index) => cellText(columns[index]!, cell, curve.scale))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]!.length)));
  const table = cells.map((row) => row.map((cell, index) => cell.padStart(widths[index]!)).join('  '));
  return [
    `${curve.name} of ${name}, version ${version}, ${economyHash.slice(0, 12)}…: ${curve.about}`,
    '',
    ...table,
    '',
    ...curve.formulas.map((formula) => `formula   ${formula}`),
    `source    ${curve.source}`,
    `rounding  ${curve.rounding}`,
    ...curve.given.map(({ name: variable, text, from }) => `taken     ${variable} = ${text} (${from})`),
    ...curve.notes.map((note) => `note      ${note}`),
    'Six digits are shown; --csv and --json have them all.',
  ].join('\n');
}

/**
 * For programs: whole numbers as strings in the smallest unit, and beside them exact decimals of amounts and prices.
 * Each column's name ends with its unit.
 */
export function curveJson(curve: Curve, drawn: Drawn): object {
  const columns = columnsOf(curve);
  return {
    curve: curve.name,
    economy: drawn,
    x: columns[0]!.name,
    columns: columns.map(({ name }) => name),
    rows: curve.rows.map((row) => Object.fromEntries(columns.map(({ name, text }) => [name, text(row)]))),
    formulas: curve.formulas,
    source: curve.source,
    rounding: curve.rounding,
    given: curve.given,
    notes: curve.notes,
  };
}

/** A line of names, then one of values for each position; an empty cell where nothing can be said. */
export function curveCsv(curve: Curve): string {
  const columns = columnsOf(curve);
  const lines = curve.rows.map((row) => columns.map(({ text }) => text(row) ?? '').join(','));
  return `${[columns.map(({ name }) => name).join(','), ...lines].join('\n')}\n`;
}

/** Refuses CURVE-NONE where there is nothing to draw. */
export function curveSvg(curve: Curve, { name, version }: Drawn): string {
  const x = curve.columns[0]!;
  const series = curve.plotted.flatMap((wanted) => {
    const at = curve.columns.findIndex(({ name: one }, index) => index > 0 && one === wanted);
    return at === -1 ? [] : [{ column: curve.columns[at]!, at }];
  });
  if (series.length === 0) throw curveRefusal('CURVE-NONE', '--svg', 'something to plot', 'nothing');
  const across = fitting(
    x,
    curve.rows.map((row) => row[0]!),
  );
  const up = fitting(
    series[0]!.column,
    curve.rows.flatMap((row) => series.map(({ at }) => row[at]!)),
  );
  return plotSvg({
    title: `${name}: ${curve.name}`,
    about: `${curve.about} Version ${version}. ${curve.formulas.join('; ')}.`,
    x: { label: headingOf(across) },
    y: { label: unitOf(up) === '' ? series[0]!.column.name : unitOf(up) },
    series: series.map(({ column, at }) => ({
      name: column.name.replaceAll('_', ' '),
      points: curve.rows.map(
        (row) => [drawn(across, row[0]!, curve.scale)!, drawn(up, row[at]!, curve.scale)] as const,
      ),
    })),
  });
}

interface MachineColumn {
  readonly name: string;
  readonly text: (row: readonly Cell[]) => string | null;
}

function columnsOf({ columns, scale }: Curve): readonly MachineColumn[] {
  return columns.flatMap(({ name, quantity }, index): MachineColumn[] => {
    const whole = (row: readonly Cell[]) => row[index]?.toString() ?? null;
    if (quantity === null) return [{ name, text: whole }];
    const suffix = quantity.smallest(scale);
    const exact = { name: suffix === '' ? name : `${name}_${suffix}`, text: whole };
    if (quantity.decimals === null) return [exact];
    const decimals = (row: readonly Cell[]) => {
      const cell = row[index]!;
      return typeof cell === 'bigint' ? decimalsOf(quantity, cell, scale) : null;
    };
    return [exact, { name: `${name}_${quantity.decimals}`, text: decimals }];
  });
}

/** A column of durations in the unit that fits its longest. */
function fitting(column: Column, cells: readonly Cell[]): Column {
  if (column.quantity !== DURATION) return column;
  const longest = cells.reduce<bigint>((most, cell) => (typeof cell === 'bigint' && cell > most ? cell : most), 0n);
  return { ...column, quantity: { ...DURATION, shown: fittingLength(longest) } };
}

function unitOf({ quantity }: Column): string {
  return quantity?.shown ?? '';
}

function headingOf(column: Column): string {
  const name = column.name.replaceAll('_', ' ');
  return unitOf(column) === '' ? name : `${name}, ${unitOf(column)}`;
}

function cellText({ quantity }: Column, cell: Cell, scale: Scale): string {
  if (cell === null) return '-';
  return typeof cell === 'string' || quantity === null ? `${cell}` : shownText(quantity, cell, scale);
}

function drawn({ quantity }: Column, cell: Cell, scale: Scale): number | null {
  if (typeof cell !== 'bigint') return null;
  return drawnNumber(cell, quantity!.units(scale)[quantity!.shown]!);
}
