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
import { scaleOf } from '../scale.ts';
import { rounded } from '../text.ts';

export interface AreaPlot extends Picture {
  readonly x: Axis;
  readonly y: Axis;
  /** Positions on x, rising, two or more. */
  readonly at: readonly number[];
  /** From the bottom up, at most eight; values as many as positions, none negative. */
  readonly areas: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Of what the sum may not pass: a line across. Default none. */
  readonly line?: { readonly name: string; readonly value: number } | null;
  /** Of the field, px. Default 260. */
  readonly height?: number;
}

const AREAS_MAX = 8;

/**
 * What a whole is made of over time, one part on the other. A seam of its own dashes ends each, so that they are told apart
 * without colour.
 * @throws Error (a bug of the caller) for no or too many areas, too few positions, values that are not as many or negative
 */
export function areasSvg(plot: AreaPlot): string {
  const { at, areas, x, y, line = null, height = 260, width = WIDTH_DEFAULT } = plot;
  const isBad = areas.some(({ values }) => values.length !== at.length || !values.every((value) => value >= 0));
  if (areas.length === 0 || areas.length > AREAS_MAX || at.length < 2 || isBad) {
    throw new Error(`${areas.length} stacked areas of ${at.length} positions`);
  }
  const tops = sums(areas.map(({ values }) => values));
  const swatch = (index: number) =>
    `<rect class="area inner s${index}" x="0" y="-6" width="18" height="12"/><path class="line s${index}" d="M0 -6h18"/>`;
  const keys = legend(
    [
      ...areas.map(({ name }, index) => ({ name, sign: swatch(index) })).toReversed(),
      ...(line === null ? [] : [{ name: line.name, sign: '<path class="rule" d="M0 0h18"/>' }]),
    ],
    headOf(plot),
    width,
  );
  const vertical = { top: keys.bottom + 8, bottom: keys.bottom + 8 + height };
  const up = scaleOf([...tops.at(-1)!, line?.value ?? 0], [vertical.bottom, vertical.top]);
  const field: Field = { left: leftEdge(up), right: width - MARGIN, ...vertical };
  const across = scaleOf(at, [field.left, field.right], { ticks: 6, fromZero: false, isTight: true });
  const edge = (values: readonly number[]) =>
    values.map((value, index) => `${rounded(across.at(at[index]!))} ${rounded(up.at(value))}`);
  const ground = at.map(() => 0);
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...leftAxis(up, field, y.label),
    ...tops.flatMap((values, index) => {
      const high = edge(values);
      const low = edge(tops[index - 1] ?? ground).toReversed();
      return [
        `<path class="area inner s${index}" d="M${[...high, ...low].join('L')}Z"/>`,
        `<path class="line s${index}" d="M${high.join('L')}"/>`,
      ];
    }),
    ...(line === null ? [] : [`<path class="rule" d="M${field.left} ${rounded(up.at(line.value))}H${field.right}"/>`]),
  ]);
}

/** Each part on those below it. */
function sums(parts: readonly (readonly number[])[]): number[][] {
  const rising: number[][] = [];
  for (const part of parts) rising.push(part.map((value, index) => value + (rising.at(-1)?.[index] ?? 0)));
  return rising;
}
