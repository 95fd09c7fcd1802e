import {
  type Axis,
  bottomAxis,
  type Field,
  headOf,
  legend,
  MARGIN,
  type Picture,
  pictureSvg,
  WIDTH_DEFAULT,
} from '../picture.ts';
import { type Scale, type ScaleKind, scaleOf } from '../scale.ts';
import { escaped, fitting, rounded, textWidth } from '../text.ts';

/** Also by shape: a disc, a cross, a ring. */
export type DotState = 'passed' | 'failed' | 'not shown';

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  /** Whiskers. Default none. */
  readonly interval?: readonly [low: number, high: number] | null;
  /** Default `passed`. */
  readonly state?: DotState;
  /** The value in words, at the right. Default none. */
  readonly text?: string;
}

export interface IntervalPlot extends Picture {
  readonly x: Axis;
  /** From top to bottom. */
  readonly rows: readonly IntervalRow[];
  /** Values to reach: lines from top to bottom. Default none. */
  readonly lines?: readonly { readonly name: string; readonly value: number }[];
  /** Of x. Default `log`. */
  readonly scale?: ScaleKind;
}

const ROW_PX = 24;

/**
 * A dot with whiskers for each row, against lines to reach. What is zero or less has no place on a log axis: an arrow at its
 * left end stands for it.
 * @throws Error (a bug of the caller) without rows
 */
export function intervalSvg(plot: IntervalPlot): string {
  const { rows, x, lines = [], scale: kind = 'log', width = WIDTH_DEFAULT } = plot;
  if (rows.length === 0) throw new Error('no rows in an interval plot');
  const keys = legend(
    lines.map(({ name }, index) => ({ name, sign: `<path class="rule ${ruleOf(index)}" d="M9 -8v16"/>` })),
    headOf(plot),
    width,
  );
  const names = nameWidth(rows, width);
  const texts = Math.max(0, ...rows.map(({ text }) => textWidth(text ?? '')));
  const field: Field = {
    left: names + 24,
    right: width - Math.max(MARGIN, Math.min(texts + 16, width / 3)),
    top: keys.bottom + 4,
    bottom: keys.bottom + 12 + rows.length * ROW_PX,
  };
  const values = [...rows.flatMap(({ value, interval }) => [value, ...(interval ?? [])]), ...lines.map((l) => l.value)];
  const across = scaleOf(values, [field.left, field.right], { kind });
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...lines.map(
      ({ value }, index) =>
        `<path class="rule ${ruleOf(index)}" d="M${rounded(across.at(value))} ${field.top}V${field.bottom}"/>`,
    ),
    ...rows.map((row, index) => rowSvg(row, field.top + 4 + (index + 0.5) * ROW_PX, across, field, [names, width])),
  ]);
}

/** Of the column of names, px: no more than two fifths. */
export function nameWidth(rows: readonly { readonly name: string }[], widthPx: number): number {
  return Math.min(widthPx * 0.4, Math.max(...rows.map(({ name }) => textWidth(name))) + 4);
}

function ruleOf(index: number): string {
  return index === 0 ? '' : 'double';
}

function rowSvg(
  { name, value, interval, state = 'passed', text }: IntervalRow,
  yPx: number,
  across: Scale,
  field: Field,
  [namePx, widthPx]: readonly [number, number],
): string {
  const y = rounded(yPx);
  const short = fitting(name, namePx);
  return [
    `<text x="12" y="${rounded(y + 4)}">${escaped(short)}${short === name ? '' : `<title>${escaped(name)}</title>`}</text>`,
    interval ? whisker([across.at(interval[0]), across.at(interval[1])], y, state) : '',
    across.kind === 'log' && value <= 0 ? arrow(field.left, y, state) : dotSvg(across.at(value), y, state),
    text === undefined
      ? ''
      : `<text class="tick" x="${rounded(field.right + 10)}" y="${rounded(y + 4)}">${escaped(fitting(text, widthPx - field.right - 10))}</text>`,
  ].join('');
}

const CLASSES = { passed: 'passed', failed: 'failed', 'not shown': 'unshown' } as const;

/** The sign of a state, its middle at a place. */
export function dotSvg(xPx: number, yPx: number, state: DotState): string {
  const [x, y, name] = [rounded(xPx), rounded(yPx), CLASSES[state]];
  if (state === 'passed') return `<circle class="dot ${name}" cx="${x}" cy="${y}" r="4.5"/>`;
  if (state === 'not shown') return `<circle class="hollow ${name}" cx="${x}" cy="${y}" r="4"/>`;
  return `<path class="line ${name}" d="M${rounded(x - 4)} ${rounded(y - 4)}l8 8M${rounded(x - 4)} ${rounded(y + 4)}l8 -8"/>`;
}

/** A line with a cap on both ends. */
export function whisker([from, to]: readonly [number, number], y: number, state: DotState): string {
  const [left, right, row] = [rounded(from), rounded(to), rounded(y)];
  const caps = `M${left} ${rounded(row - 4)}v8M${right} ${rounded(row - 4)}v8`;
  return `<path class="whisker ${CLASSES[state]}" d="M${left} ${row}H${right}${caps}"/>`;
}

/** The same, standing. */
export function uprightWhisker([from, to]: readonly [number, number], x: number, state: DotState): string {
  const [low, high, column] = [rounded(from), rounded(to), rounded(x)];
  const caps = `M${rounded(column - 4)} ${low}h8M${rounded(column - 4)} ${high}h8`;
  return `<path class="whisker ${CLASSES[state]}" d="M${column} ${low}V${high}${caps}"/>`;
}

function arrow(left: number, y: number, state: DotState): string {
  return `<path class="dot ${CLASSES[state]}" d="M${rounded(left)} ${y}l9 -5v10Z"/>`;
}
