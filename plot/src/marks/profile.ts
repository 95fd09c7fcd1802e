import {
  type Axis,
  bottomAxis,
  type Field,
  headOf,
  leftAxis,
  leftEdge,
  legend,
  MARGIN,
  type Picture,
  pictureSvg,
} from '../picture.ts';
import { rangeOf, scaleOf } from '../scale.ts';
import { rounded } from '../text.ts';

export interface ProfilePlot extends Picture {
  readonly x: Axis;
  readonly y: Axis;
  /** At most eight lines; points by rising x. */
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
  /** Dots with whiskers beside the lines, in the colours of the lines of their numbers. Default none. */
  readonly dots?: readonly {
    readonly line: number;
    readonly x: number;
    readonly y: number;
    readonly interval: readonly [low: number, high: number] | null;
  }[];
  /** A position on x to point out: an upright line. Default none. */
  readonly mark?: { readonly name: string; readonly at: number } | null;
  /** Of the field, px. Default 120. */
  readonly height?: number;
}

const WIDTH = 320;

/**
 * A small picture of a few lines over one parameter. x is logarithmic where all of it is positive and its ends are fifty
 * times apart.
 * @throws Error (a bug of the caller) without points
 */
export function profileSvg(plot: ProfilePlot): string {
  const { lines, x, y, mark = null, dots = [], height = 120, width = WIDTH } = plot;
  const points = [
    ...lines.flatMap((line) => line.points),
    ...dots.flatMap((dot) => (dot.interval ?? [dot.y]).map((value) => [dot.x, value] as const)),
  ];
  if (points.length === 0 || lines.length > 8) throw new Error(`${points.length} points in ${lines.length} profiles`);
  const entries = lines.map(({ name }, index) => ({ name, sign: `<path class="line s${index}" d="M0 0h18"/>` }));
  const rule = mark === null ? [] : [{ name: mark.name, sign: '<path class="rule" d="M9 -8v16"/>' }];
  const keys = legend([...entries, ...rule], headOf(plot), width);
  const vertical = { top: keys.bottom + 8, bottom: keys.bottom + 8 + height };
  const up = scaleOf(
    points.map(([, value]) => value),
    [vertical.bottom, vertical.top],
    { ticks: 4 },
  );
  const field: Field = { left: leftEdge(up), right: width - MARGIN, ...vertical };
  const [low, high] = rangeOf(points.map(([value]) => value));
  const across = scaleOf(
    points.map(([value]) => value),
    [field.left, field.right],
    { kind: low > 0 && high / low >= 50 ? 'log' : 'linear', ticks: 4, fromZero: false },
  );
  const path = (line: readonly (readonly [number, number])[]) =>
    `M${line.map(([at, value]) => `${rounded(across.at(at))} ${rounded(up.at(value))}`).join('L')}`;
  return pictureSvg({ ...plot, width }, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...leftAxis(up, field, y.label),
    ...(mark === null ? [] : [`<path class="rule" d="M${rounded(across.at(mark.at))} ${field.top}V${field.bottom}"/>`]),
    ...lines.flatMap((line, index) => {
      if (line.points.length === 0) return [];
      const [at, value] = line.points[0]!;
      const dot = `<circle class="dot s${index}" cx="${rounded(across.at(at))}" cy="${rounded(up.at(value))}" r="3.5"/>`;
      return [line.points.length === 1 ? dot : `<path class="line s${index}" d="${path(line.points)}"/>`];
    }),
    ...dots.map(({ line, x: at, y: value, interval }) => {
      const upright = interval?.map((end) => rounded(up.at(end))).join('V');
      const whisker =
        upright === undefined ? '' : `<path class="line s${line}" d="M${rounded(across.at(at))} ${upright}"/>`;
      return `${whisker}<circle class="dot s${line}" cx="${rounded(across.at(at))}" cy="${rounded(up.at(value))}" r="3.5"/>`;
    }),
  ]);
}
