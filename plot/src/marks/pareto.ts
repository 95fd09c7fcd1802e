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
import { escaped, rounded } from '../text.ts';

export interface ParetoPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Whether no other point is better in all: a disc, joined with the others of the front. */
  readonly isOnFront: boolean;
  /** What one has now: a diamond. Default false. */
  readonly isCurrent?: boolean;
}

export interface ParetoPlot extends Picture {
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly ParetoPoint[];
  /** Of the field, px. Default 300. */
  readonly height?: number;
}

/**
 * Two aims against each other: what is on the front joined in steps, what another point beats as rings.
 * @throws Error (a bug of the caller) without points
 */
export function paretoSvg(plot: ParetoPlot): string {
  const { points, x, y, height = 300, width = WIDTH_DEFAULT } = plot;
  if (points.length === 0) throw new Error('no points in a Pareto plot');
  const kinds = [
    { name: 'no other is better in both', sign: sign('front', 9, 0), isThere: points.some((one) => one.isOnFront) },
    { name: 'another is better', sign: sign('beaten', 9, 0), isThere: points.some((one) => !one.isOnFront) },
    { name: 'as it is', sign: sign('current', 9, 0), isThere: points.some((one) => one.isCurrent === true) },
  ];
  const keys = legend(
    kinds.filter(({ isThere }) => isThere),
    headOf(plot),
    width,
  );
  const vertical = { top: keys.bottom + 8, bottom: keys.bottom + 8 + height };
  const up = scaleOf(
    points.map((one) => one.y),
    [vertical.bottom, vertical.top],
    { fromZero: false },
  );
  const field: Field = { left: leftEdge(up), right: width - MARGIN, ...vertical };
  const across = scaleOf(
    points.map((one) => one.x),
    [field.left, field.right],
    { ticks: 6, fromZero: false },
  );
  const place = (one: ParetoPoint) => [rounded(across.at(one.x)), rounded(up.at(one.y))] as const;
  const front = points.filter((one) => one.isOnFront).sort((a, b) => a.x - b.x || a.y - b.y);
  const steps = front.map((one, index) => (index === 0 ? `M${place(one).join(' ')}` : stepTo(place(one))));
  return pictureSvg(plot, field.bottom + 48, [
    ...keys.parts,
    ...bottomAxis(across, field, x.label),
    ...leftAxis(up, field, y.label),
    ...(steps.length > 1 ? [`<path class="seam s0" d="${steps.join('')}"/>`] : []),
    ...points.map((one) => {
      const kind = one.isCurrent === true ? 'current' : one.isOnFront ? 'front' : 'beaten';
      return `<g><title>${escaped(one.name)}</title>${sign(kind, ...place(one))}</g>`;
    }),
  ]);
}

/** Between two points of the front nothing was found: the line goes along what both leave. */
function stepTo([x, y]: readonly [number, number]): string {
  return `H${x}V${y}`;
}

function sign(kind: 'front' | 'beaten' | 'current', x: number, y: number): string {
  if (kind === 'front') return `<circle class="dot s0" cx="${x}" cy="${y}" r="4.5"/>`;
  if (kind === 'beaten') return `<circle class="hollow unshown" cx="${x}" cy="${y}" r="3.5"/>`;
  return `<path class="dot s1" d="M${x} ${rounded(y - 7)}l7 7l-7 7l-7 -7Z"/>`;
}
