import { DARK, DASHES, LIGHT } from './palette.ts';
import type { Axis } from './picture.ts';
import { rangeOf } from './scale.ts';
import { escaped, rounded } from './text.ts';
import { niceTicks, tickText } from './ticks.ts';

export interface Series {
  readonly name: string;
  /** By rising x; null: nothing there, the line is broken. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface Plot {
  readonly title: string;
  /** What it shows, for who cannot see it, and under the title for who can. */
  readonly about: string;
  readonly x: Axis;
  readonly y: Axis;
  /** At most eight: more could not be told apart. */
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 420;
const FRAME = { left: 76, right: 24, top: 78, bottom: 56 } as const;
const INNER = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom } as const;
const SERIES_MAX = 8;
const LETTER = 6.6;

/**
 * One picture as a whole SVG document: no script, no request, its colours by the reader's scheme. The y axis begins at
 * zero unless a value is below it. The same plot is the same text, byte by byte.
 * @throws Error (a bug of the caller: nothing to draw, or too many series)
 */
export function plotSvg({ title, about, x, y, series }: Plot): string {
  if (series.length === 0 || series.length > SERIES_MAX) throw new Error(`${series.length} series in a plot`);
  const points = series.flatMap((one) => one.points);
  const ys = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const xTicks = niceTicks(...rangeOf(points.map(([value]) => value)), 6);
  const yTicks = niceTicks(...rangeOf([0, ...ys]), 5);
  const view = viewOf(xTicks, yTicks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(title)}</title>`,
    `<desc id="d">${escaped(about)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${FRAME.left}" y="26">${escaped(title)}</text>`,
    ...legend(series),
    ...xAxis(xTicks, view, x.label),
    ...yAxis(yTicks, view, y.label),
    ...series.map((one, index) => `<path class="line s${index}" d="${pathOf(one, view)}"/>`),
    ...lonely(series, view),
    '</svg>',
    '',
  ].join('\n');
}

interface View {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function viewOf(xTicks: readonly number[], yTicks: readonly number[]): View {
  const share = (ticks: readonly number[], value: number) => (value - ticks[0]!) / (ticks.at(-1)! - ticks[0]!);
  return {
    x: (value) => rounded(FRAME.left + share(xTicks, value) * INNER.width),
    y: (value) => rounded(FRAME.top + (1 - share(yTicks, value)) * INNER.height),
  };
}

function pathOf({ points }: Series, view: View): string {
  let isDrawing = false;
  return points
    .flatMap(([x, y]) => {
      const letter = isDrawing ? 'L' : 'M';
      isDrawing = y !== null;
      return y === null ? [] : [`${letter}${view.x(x)} ${view.y(y)}`];
    })
    .join('');
}

/** A line of one point has no length, so it is a dot. */
function lonely(series: readonly Series[], view: View): string[] {
  return series.flatMap(({ points }, index) => {
    const seen = points.filter(([, y]) => y !== null);
    if (seen.length !== 1) return [];
    const [x, y] = seen[0]!;
    return [`<circle class="dot s${index}" cx="${view.x(x)}" cy="${view.y(y!)}" r="3.5"/>`];
  });
}

function xAxis(ticks: readonly number[], view: View, label: string): string[] {
  const bottom = HEIGHT - FRAME.bottom;
  const step = ticks[1]! - ticks[0]!;
  return [
    ...ticks.map((tick) => {
      const at = view.x(tick);
      const text = `<text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${tickText(tick, step)}</text>`;
      return `<path class="grid" d="M${at} ${FRAME.top}V${bottom}"/>${text}`;
    }),
    `<text class="label" x="${FRAME.left + INNER.width / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(label)}</text>`,
  ];
}

function yAxis(ticks: readonly number[], view: View, label: string): string[] {
  const right = WIDTH - FRAME.right;
  const step = ticks[1]! - ticks[0]!;
  return [
    ...ticks.map((tick) => {
      const at = view.y(tick);
      const name = tick === 0 ? 'zero' : 'grid';
      const text = `<text class="tick" x="${FRAME.left - 8}" y="${rounded(at + 4)}" text-anchor="end">${tickText(tick, step)}</text>`;
      return `<path class="${name}" d="M${FRAME.left} ${at}H${right}"/>${text}`;
    }),
    `<text class="label" transform="translate(16 ${FRAME.top + INNER.height / 2}) rotate(-90)" text-anchor="middle">${escaped(label)}</text>`,
  ];
}

/** One row; what does not fit is cut by the frame, so names are to be short. */
function legend(series: readonly Series[]): string[] {
  let at: number = FRAME.left;
  return series.map(({ name }, index) => {
    const x = rounded(at);
    at += 30 + name.length * LETTER;
    return `<path class="line s${index}" d="M${x} 50h16"/><text class="tick" x="${x + 21}" y="54">${escaped(name)}</text>`;
  });
}

const strokes = (colours: readonly string[]) =>
  colours.map((colour, index) => `.s${index}{stroke:${colour}}.dot.s${index}{fill:${colour}}`).join('');

const STYLE = [
  'text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:16px;font-weight:600;fill:#111}.tick{fill:#555}',
  '.ground{fill:#fff}.grid,.zero{stroke:#e3e3e3;fill:none}.zero{stroke:#888}.line{fill:none;stroke-width:2}',
  strokes(LIGHT),
  DASHES.map((dash, index) => `.line.s${index}{stroke-dasharray:${dash}}`).join(''),
  '@media(prefers-color-scheme:dark){text{fill:#ccc}.title{fill:#f2f2f2}.tick{fill:#aaa}.ground{fill:#16181c}',
  `.grid{stroke:#2c3036}.zero{stroke:#777}${strokes(DARK)}}`,
].join('');
