import { ALONE_STYLE, plotStyle } from './palette.ts';
import type { Scale } from './scale.ts';
import { escaped, fitting, rounded, textWidth } from './text.ts';

/** What every picture has. */
export interface Picture {
  /** What it is, in one line. Drawn where the picture stands alone; a page has it as the caption. */
  readonly title: string;
  /** What it shows, in words, for who cannot see it. */
  readonly about: string;
  /** Prefix of the ids in it, unlike that of any other picture of the page: letters, digits, hyphens. Default `p`. */
  readonly id?: string;
  /** Whether a page is around it that has `plotStyle()` in its own style. Default false: a document of its own. */
  readonly isEmbedded?: boolean;
  /** Px of the drawing, 240–2000; a page may scale it. Default 720, and 320 for a profile. */
  readonly width?: number;
}

export interface Axis {
  /** With its unit. */
  readonly label: string;
}

/** Edges of the field that is drawn in, px. */
export interface Field {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const WIDTH_DEFAULT = 720;
/** Room on the right for half a tick's text. */
export const MARGIN = 24;
const LINE_PX = 20;

/** The whole picture around its parts. @throws Error (a bug of the caller) for an id or width out of bounds */
export function pictureSvg(picture: Picture, heightPx: number, parts: readonly string[]): string {
  const { title, about, id = 'p', isEmbedded = false, width = WIDTH_DEFAULT } = picture;
  if (!/^[A-Za-z][\w-]*$/.test(id)) throw new Error(`id ${id} of a picture`);
  if (!(width >= 240 && width <= 2000)) throw new Error(`a picture ${width} px wide`);
  const height = rounded(heightPx);
  const space = isEmbedded ? '' : ' xmlns="http://www.w3.org/2000/svg"';
  const alone = [
    `<style>${plotStyle()}${ALONE_STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="heading" x="12" y="26">${escaped(fitting(title, width - 24, 16))}</text>`,
  ];
  return [
    `<svg${space} class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t" aria-describedby="${id}-d">`,
    `<title id="${id}-t">${escaped(title)}</title>`,
    `<desc id="${id}-d">${escaped(about)}</desc>`,
    ...(isEmbedded ? [] : alone),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Where drawing may begin: below the title of a picture that stands alone. */
export function headOf(picture: Picture): number {
  return picture.isEmbedded === true ? 8 : 40;
}

export interface LegendEntry {
  readonly name: string;
  /** A sign 18 px wide whose middle is at (9, 0). */
  readonly sign: string;
}

/** Signs with their names, in as many rows as they need. */
export function legend(
  entries: readonly LegendEntry[],
  topPx: number,
  widthPx: number,
): { readonly parts: readonly string[]; readonly bottom: number } {
  let [x, row] = [12, 0];
  const parts = entries.map(({ name, sign }) => {
    const text = fitting(name, widthPx - 60);
    const needed = 24 + textWidth(text) + 18;
    if (x > 12 && x + needed > widthPx) [x, row] = [12, row + 1];
    const at = `translate(${rounded(x)} ${topPx + row * LINE_PX + 8})`;
    x += needed;
    return `<g transform="${at}">${sign}<text class="tick" x="24" y="4">${escaped(text)}</text></g>`;
  });
  return { parts, bottom: entries.length === 0 ? topPx : topPx + (row + 1) * LINE_PX };
}

/** Ticks, grid and label of the axis below the field. */
export function bottomAxis(scale: Scale, field: Field, label: string): string[] {
  const [first, last] = [field.left, field.right];
  const texts = spaced(scale, last - first);
  return [
    ...scale.ticks.map(({ value, text }, index) => {
      const x = rounded(scale.at(value));
      const line = `<path class="${value === 0 ? 'zero' : 'grid'}" d="M${x} ${rounded(field.top)}V${rounded(field.bottom)}"/>`;
      if (!texts.has(index)) return line;
      return `${line}<text class="tick" x="${x}" y="${rounded(field.bottom + 18)}" text-anchor="middle">${text}</text>`;
    }),
    `<text class="label" x="${rounded((first + last) / 2)}" y="${rounded(field.bottom + 40)}" text-anchor="middle">${escaped(
      fitting(label, last - first + field.left),
    )}</text>`,
  ];
}

/** Ticks, grid and label of the axis left of the field. */
export function leftAxis(scale: Scale, field: Field, label: string): string[] {
  return [
    ...scale.ticks.map(({ value, text }) => {
      const y = rounded(scale.at(value));
      const line = `<path class="${value === 0 ? 'zero' : 'grid'}" d="M${field.left} ${y}H${field.right}"/>`;
      return `${line}<text class="tick" x="${field.left - 8}" y="${rounded(y + 4)}" text-anchor="end">${text}</text>`;
    }),
    `<text class="label" transform="translate(14 ${rounded((field.top + field.bottom) / 2)}) rotate(-90)" text-anchor="middle">${escaped(
      fitting(label, field.bottom - field.top),
    )}</text>`,
  ];
}

/** Which ticks have room for their text: every one, or every second, third, … of them. */
function spaced({ ticks }: Scale, widthPx: number): ReadonlySet<number> {
  const widest = Math.max(...ticks.map(({ text }) => textWidth(text))) + 8;
  const every = Math.max(1, Math.ceil((widest * ticks.length) / widthPx));
  return new Set(ticks.flatMap((_, index) => (index % every === 0 ? [index] : [])));
}

/** Left edge of the field, so that the widest tick and the label have room. */
export function leftEdge({ ticks }: Scale): number {
  return Math.ceil(34 + Math.max(...ticks.map(({ text }) => textWidth(text))));
}
