import {
  type Axis,
  bottomAxis,
  type Field,
  headOf,
  type LegendEntry,
  leftAxis,
  leftEdge,
  legend,
  MARGIN,
  type Picture,
  pictureSvg,
  WIDTH_DEFAULT,
} from '../picture.ts';
import { type Scale, type ScaleKind, scaleOf } from '../scale.ts';
import { rounded } from '../text.ts';

type Values = readonly (number | null)[];

export interface FanPlot extends Picture {
  readonly x: Axis;
  readonly y: Axis;
  /** Positions on x, rising. */
  readonly at: readonly number[];
  /** `share` from 0 to 1; values as many as positions, null where there is none: the band has a gap there. */
  readonly quantiles: readonly { readonly share: number; readonly values: Values }[];
  /** A value to stay above or below: a line across. Default none. */
  readonly line?: { readonly name: string; readonly value: number } | null;
  /** Of y. Default `linear`. */
  readonly scale?: ScaleKind;
  /** Whether a linear y axis shows zero. Default true. */
  readonly fromZero?: boolean;
  /** Of the field, px. Default 240. */
  readonly height?: number;
}

interface Band {
  readonly name: string;
  readonly low: Values;
  readonly high: Values;
}

/** More points than this cannot be seen: every second, third, … is drawn, and the last. */
const POINTS_MAX = 360;

/**
 * Quantiles over time: those that belong together (0.05 and 0.95) as the edges of a band, the median as a line, any that has
 * no partner as a dashed line.
 * @throws Error (a bug of the caller) where there are no positions or not as many values
 */
export function fanSvg(plot: FanPlot): string {
  const { at, quantiles, x, y, line = null, scale: kind, fromZero, height = 240, width = WIDTH_DEFAULT } = plot;
  if (at.length === 0 || quantiles.some(({ values }) => values.length !== at.length)) {
    throw new Error(`a fan of ${at.length} positions and ${quantiles.map(({ values }) => values.length)} values`);
  }
  const { bands, lines } = bandsOf(quantiles);
  const keys = legend(legendOf(bands, lines, line?.name), headOf(plot), width);
  const vertical = { top: keys.bottom + 8, bottom: keys.bottom + 8 + height };
  const values = [...quantiles.flatMap((one) => one.values), line?.value ?? null].filter((value) => value !== null);
  const up = scaleOf(values, [vertical.bottom, vertical.top], { kind, fromZero });
  const field: Field = { left: leftEdge(up), right: width - MARGIN, ...vertical };
  const across = scaleOf(at, [field.left, field.right], { ticks: 6, fromZero: false, isTight: true });
  const places = thinned(at.length);
  const xs = (place: number) => rounded(across.at(at[place]!));
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...leftAxis(up, field, y.label),
    ...bands.map((band, index) => `<path class="area s0 ${toneOf(index)}" d="${bandPath(band, places, xs, up)}"/>`),
    ...lines.map(
      (one) => `<path class="line ${one.isMedian ? 's0' : 's1'}" d="${linePath(one.values, places, xs, up)}"/>`,
    ),
    ...(line === null ? [] : [`<path class="rule" d="M${field.left} ${rounded(up.at(line.value))}H${field.right}"/>`]),
  ]);
}

function bandsOf(quantiles: FanPlot['quantiles']) {
  const rising = [...quantiles].sort((a, b) => a.share - b.share);
  const partner = (share: number) => rising.find((one) => Math.abs(one.share + share - 1) < 1e-9);
  const bands = rising
    .filter(({ share }) => share < 0.5 - 1e-9 && partner(share) !== undefined)
    .map(
      ({ share, values }): Band => ({
        name: `${percent(share)}–${percent(1 - share)} % of runs`,
        low: values,
        high: partner(share)!.values,
      }),
    );
  const lines = rising
    .filter(({ share }) => Math.abs(share - 0.5) < 1e-9 || partner(share) === undefined)
    .map(({ share, values }) => {
      const isMedian = Math.abs(share - 0.5) < 1e-9;
      return { name: isMedian ? 'median' : `${percent(share)} % quantile`, values, isMedian };
    });
  return { bands, lines };
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}

/** The widest band is the palest. */
function toneOf(index: number): string {
  return index === 0 ? 'outer' : 'inner';
}

function legendOf(
  bands: readonly Band[],
  lines: ReturnType<typeof bandsOf>['lines'],
  line: string | undefined,
): LegendEntry[] {
  return [
    ...bands.map(({ name }, index) => ({
      name,
      sign: `<rect class="area s0 ${toneOf(index)}" x="0" y="-6" width="18" height="12"/>`,
    })),
    ...lines.map(({ name, isMedian }) => ({
      name,
      sign: `<path class="line ${isMedian ? 's0' : 's1'}" d="M0 0h18"/>`,
    })),
    ...(line === undefined ? [] : [{ name: line, sign: '<path class="rule" d="M0 0h18"/>' }]),
  ];
}

function thinned(count: number): number[] {
  const every = Math.ceil(count / POINTS_MAX);
  const places = Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
  return places.at(-1) === count - 1 ? places : [...places, count - 1];
}

/** There along the high edge and back along the low one, once for each stretch without a gap. */
function bandPath({ low, high }: Band, places: readonly number[], xs: (place: number) => number, up: Scale): string {
  const stretches: number[][] = [[]];
  for (const place of places) {
    if (low[place] === null || high[place] === null) stretches.push([]);
    else stretches.at(-1)!.push(place);
  }
  const point = (values: Values) => (place: number) => `${xs(place)} ${rounded(up.at(values[place]!))}`;
  return stretches
    .filter((stretch) => stretch.length > 0)
    .map((stretch) => `M${[...stretch.map(point(high)), ...stretch.toReversed().map(point(low))].join('L')}Z`)
    .join('');
}

function linePath(values: Values, places: readonly number[], xs: (place: number) => number, up: Scale): string {
  let isDrawing = false;
  return places
    .flatMap((place) => {
      const value = values[place]!;
      const letter = isDrawing ? 'L' : 'M';
      isDrawing = value !== null;
      // A lone point would have no length: it goes to itself, which round ends would show.
      return value === null ? [] : [`${letter}${xs(place)} ${rounded(up.at(value))}`];
    })
    .join('');
}
