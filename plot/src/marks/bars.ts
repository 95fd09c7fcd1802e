import { type Axis, bottomAxis, type Field, headOf, legend, MARGIN, type Picture, pictureSvg } from '../picture.ts';
import { type Scale, scaleOf } from '../scale.ts';
import { escaped, fitting, rounded, textWidth } from '../text.ts';
import { nameWidth } from './interval.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Whiskers. Default none. */
  readonly interval?: readonly [low: number, high: number] | null;
  /** What it is held against: a stroke across the bar. Default none. */
  readonly line?: number | null;
  /** The value in words, at the right. Default none. */
  readonly text?: string;
}

export interface BarPlot extends Picture {
  readonly x: Axis;
  /** From top to bottom. */
  readonly bars: readonly Bar[];
  /** What the strokes are, for the legend. Default `line to keep to`. */
  readonly lineName?: string;
}

const ROW_PX = 26;
const BAR_PX = 14;
const WIDTH = 720;

/**
 * Bars from zero to the right, or to the left where a value is negative, with whiskers and a line to keep to each.
 * @throws Error (a bug of the caller) without bars
 */
export function barsSvg(plot: BarPlot): string {
  const { bars, x, lineName = 'line to keep to', width = WIDTH } = plot;
  if (bars.length === 0) throw new Error('no bars in a bar plot');
  const isLined = bars.some(({ line }) => line !== undefined && line !== null);
  const sign = '<path class="line failed" d="M9 -8v16"/>';
  const keys = legend(isLined ? [{ name: lineName, sign }] : [], headOf(plot), width);
  const names = nameWidth(bars, width);
  const texts = Math.max(0, ...bars.map(({ text }) => textWidth(text ?? '')));
  const field: Field = {
    left: names + 24,
    right: width - Math.max(MARGIN, Math.min(texts + 16, width / 3)),
    top: keys.bottom + 4,
    bottom: keys.bottom + 12 + bars.length * ROW_PX,
  };
  const values = bars.flatMap(({ value, interval, line }) => [value, ...(interval ?? []), line ?? 0]);
  const across = scaleOf(values, [field.left, field.right]);
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...bars.map((bar, index) => barSvg(bar, field.top + 4 + (index + 0.5) * ROW_PX, across, field, [names, width])),
  ]);
}

function barSvg(
  { name, value, interval, line, text }: Bar,
  y: number,
  across: Scale,
  field: Field,
  [namePx, widthPx]: readonly [number, number],
): string {
  const [zero, end] = [across.at(0), across.at(value)];
  const short = fitting(name, namePx);
  const parts = [
    `<text x="12" y="${rounded(y + 4)}">${escaped(short)}${short === name ? '' : `<title>${escaped(name)}</title>`}</text>`,
    `<rect class="area s0" x="${rounded(Math.min(zero, end))}" y="${rounded(y - BAR_PX / 2)}" width="${rounded(
      Math.abs(end - zero),
    )}" height="${BAR_PX}"/>`,
  ];
  if (interval) {
    const [from, to, row] = [rounded(across.at(interval[0])), rounded(across.at(interval[1])), rounded(y)];
    const caps = `M${from} ${rounded(y - 4)}v8M${to} ${rounded(y - 4)}v8`;
    parts.push(`<path class="rule double" d="M${from} ${row}H${to}${caps}"/>`);
  }
  if (line !== undefined && line !== null) {
    const at = rounded(across.at(line));
    parts.push(`<path class="line failed" d="M${at} ${rounded(y - 11)}v22"/>`);
  }
  if (text !== undefined) {
    const room = widthPx - field.right - 10;
    parts.push(
      `<text class="tick" x="${rounded(field.right + 10)}" y="${rounded(y + 4)}">${escaped(fitting(text, room))}</text>`,
    );
  }
  return parts.join('');
}
