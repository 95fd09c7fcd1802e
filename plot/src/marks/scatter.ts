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
  WIDTH_DEFAULT,
} from '../picture.ts';
import { type Scale, scaleOf } from '../scale.ts';
import { escaped, fitting, rounded, textWidth } from '../text.ts';
import { type DotState, dotSvg, uprightWhisker, whisker } from './interval.ts';

type Interval = readonly [low: number, high: number] | null;

export interface ScatterPoint {
  /** Beside the dot: short, as a number. */
  readonly label: string;
  /** In full, where a pointer rests on it. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Whiskers. Default none. */
  readonly xInterval?: Interval;
  readonly yInterval?: Interval;
  /** Default `passed`. */
  readonly state?: DotState;
}

export interface ScatterPlot extends Picture {
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly ScatterPoint[];
  /** Lines `y = factor · x`, factors above 0. Default none. */
  readonly rays?: readonly { readonly name: string; readonly factor: number }[];
  /** Of the field, px. Default 400. */
  readonly height?: number;
}

/**
 * Points with whiskers both ways, both axes logarithmic and alike, with lines of equal ratio. What is zero or less is put on
 * the edge.
 * @throws Error (a bug of the caller) without points
 */
export function scatterSvg(plot: ScatterPlot): string {
  const { points, rays = [], x, y, height = 400, width = WIDTH_DEFAULT } = plot;
  if (points.length === 0) throw new Error('no points in a scatter plot');
  const signs = rays.map(({ name }, index) => ({ name, sign: `<path class="${rayClass(index)}" d="M0 0h18"/>` }));
  const states = (['passed', 'failed', 'not shown'] as const).filter((state) =>
    points.some((point) => (point.state ?? 'passed') === state),
  );
  const dots = states.map((state) => ({ name: state, sign: dotSvg(9, 0, state) }));
  const keys = legend([...signs, ...dots], headOf(plot), width);
  const vertical = { top: keys.bottom + 8, bottom: keys.bottom + 8 + height };
  const values = points.flatMap((one) => [one.x, one.y, ...(one.xInterval ?? []), ...(one.yInterval ?? [])]);
  const up = scaleOf(values, [vertical.bottom, vertical.top], { kind: 'log', ticks: 8 });
  const field: Field = { left: leftEdge(up), right: width - MARGIN, ...vertical };
  const across = scaleOf(values, [field.left, field.right], { kind: 'log', ticks: 8 });
  const places = points.map((one) => [across.at(one.x), up.at(one.y)] as const);
  const whiskers = points.flatMap((one, index) => whiskerBoxes(one, places[index]!, across, up));
  const labels = placedLabels(points, places, field, whiskers);
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...leftAxis(up, field, y.label),
    ...rays.flatMap(({ factor }, index) => raySvg(factor, index, across, up)),
    ...points.map((one, index) => pointSvg(one, places[index]!, across, up) + labels[index]!),
  ]);
}

function rayClass(index: number): string {
  return index === 0 ? 'rule' : 'rule double';
}

/** The part of a ray that lies within the field. */
function raySvg(factor: number, index: number, across: Scale, up: Scale): string[] {
  const from = Math.max(across.low, up.low / factor);
  const to = Math.min(across.high, up.high / factor);
  if (!(from < to)) return [];
  const point = (value: number) => `${rounded(across.at(value))} ${rounded(up.at(value * factor))}`;
  return [`<path class="${rayClass(index)}" d="M${point(from)}L${point(to)}"/>`];
}

function pointSvg(one: ScatterPoint, [x, y]: readonly [number, number], across: Scale, up: Scale): string {
  const state = one.state ?? 'passed';
  const flat = one.xInterval ? whisker([across.at(one.xInterval[0]), across.at(one.xInterval[1])], y, state) : '';
  const tall = one.yInterval ? uprightWhisker([up.at(one.yInterval[0]), up.at(one.yInterval[1])], x, state) : '';
  return `<g><title>${escaped(one.name)}</title>${flat}${tall}${dotSvg(x, y, state)}</g>`;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Each label where it covers nothing: right, left, above or below its dot; right where nowhere is free. */
function placedLabels(
  points: readonly ScatterPoint[],
  places: readonly (readonly [number, number])[],
  field: Field,
  whiskers: readonly Box[],
): string[] {
  const dots = places.map(([x, y]): Box => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  const taken = [...dots, ...whiskers];
  return points.map(({ label }, index) => {
    const [x, y] = places[index]!;
    const text = fitting(label, 80);
    const width = textWidth(text);
    const boxes = [
      [x + 8, y - 7],
      [x - 8 - width, y - 7],
      [x - width / 2, y - 22],
      [x - width / 2, y + 8],
      [x + 6, y - 20],
      [x - 6 - width, y - 20],
      [x + 6, y + 6],
      [x - 6 - width, y + 6],
    ].map(([left, top]): Box => ({ left: left!, top: top!, right: left! + width, bottom: top! + 14 }));
    const inside = boxes.filter(
      (box) => box.left >= field.left && box.right <= field.right && box.top >= field.top && box.bottom <= field.bottom,
    );
    const free = inside.find((box) => !taken.some((other) => overlap(box, other))) ?? inside[0] ?? boxes[1]!;
    taken.push(free);
    return `<text x="${rounded(free.left)}" y="${rounded(free.top + 11)}">${escaped(text)}</text>`;
  });
}

function whiskerBoxes(
  { xInterval, yInterval }: ScatterPoint,
  [x, y]: readonly [number, number],
  across: Scale,
  up: Scale,
): Box[] {
  const flat = xInterval && {
    left: across.at(xInterval[0]),
    right: across.at(xInterval[1]),
    top: y - 4,
    bottom: y + 4,
  };
  const tall = yInterval && { left: x - 4, right: x + 4, top: up.at(yInterval[1]), bottom: up.at(yInterval[0]) };
  return [flat, tall].filter((box) => box !== null && box !== undefined);
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
