import type { Figure, GateCheck } from '../gate/report.ts';

// Numbers as a board reads them: thousands apart, no more digits than are known, a unit that does not stray.

const SIGNIFICANT = 3;
const SIGNIFICANT_MAX = 4;
const NO_BREAK = '\u00a0';
/** As wide as a digit, and as a point. */
const FIGURE_SPACE = '\u2007';
const POINT_SPACE = '\u2008';

/**
 * A number in three significant digits, or `significant`: whole part always complete, thousands apart by commas, a real
 * minus; from 10¹⁵ and below 10⁻⁴ as a power of ten. Whole numbers keep all their digits.
 * Example: 1234.56 is `1,235`, 0.012345 is `0.0123`, 0.00001234 is `1.23 × 10⁻⁵`.
 * @throws Error (a bug of the caller) for what is no finite number
 */
export function numberText(value: number, significant = SIGNIFICANT): string {
  if (!Number.isFinite(value)) throw new Error(`${value} in a report`);
  if (value === 0) return '0';
  if (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-4) return powerText(value, significant);
  if (Number.isInteger(value)) return withDecimals(value, 0);
  return withDecimals(value, clamped(significant - 1 - magnitudeOf(value)));
}

/** In three significant digits even where it is whole: 2791110 is `2,790,000`. */
export function roughText(value: number): string {
  return numberText(Number(value.toPrecision(SIGNIFICANT)));
}

/** With exactly so many decimals; what rounds to zero has no sign. */
export function withDecimals(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.') as [string, string?];
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? apart : `${apart}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** With its unit, which stays on the line of the number. */
export function quantityText(value: number, unit: string): string {
  return withUnit(numberText(value), unit);
}

function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text}${NO_BREAK}${unit}`;
}

/**
 * Value and interval with the same decimals: those in which half the interval's width has two significant digits, but no
 * more than four significant ones of the largest. Without an interval as `numberText`.
 */
export function figureTexts({ value, interval }: Figure): { readonly value: string; readonly interval: string | null } {
  if (interval === null) return { value: numberText(value), interval: null };
  const [low, high] = interval;
  const half = (high - low) / 2;
  const largest = Math.max(Math.abs(value), Math.abs(low), Math.abs(high));
  if (!(half > 0) || largest >= 1e15 || largest < 1e-4) {
    return { value: numberText(value), interval: `${numberText(low)} to ${numberText(high)}` };
  }
  const decimals = clamped(Math.min(1 - magnitudeOf(half), SIGNIFICANT_MAX - 1 - magnitudeOf(largest)));
  const text = (one: number) => withDecimals(one, decimals);
  return { value: text(value), interval: `${text(low)} to ${text(high)}` };
}

/** Figures of one kind, all with the decimals of the least certain; where one has no interval, each with its own. */
export function columnTexts(figures: readonly Figure[]): string[] {
  const texts = figures.map((figure) => figureTexts(figure).value);
  const decimals = texts
    .map((text) => /^[−\d,]+(?:\.(\d+))?$/.exec(text))
    .map((found) => found && (found[1]?.length ?? 0));
  const fewest = Math.min(...decimals.map((one) => one ?? 0));
  const isOfOneKind = figures.every(({ interval }) => interval !== null) && decimals.every((one) => one !== null);
  return isOfOneKind ? figures.map(({ value }) => withDecimals(value, fewest)) : texts;
}

/** In one piece: `2.50 (2.21 to 2.93) credits`. */
export function figureText(figure: Figure, unit: string): string {
  const { value, interval } = figureTexts(figure);
  return withUnit(interval === null ? value : `${value} (${interval})`, unit);
}

/** What was measured, in as many digits as tell it from its line: 14.9996 against 15 is not `15.0`. */
export function measuredText(figure: Figure, line: GateCheck['line']): string {
  const { value } = figureTexts(figure);
  if (line === null || figure.value === line.value || readBack(value) !== line.value) return value;
  const telling = Array.from({ length: 16 - SIGNIFICANT }, (_, index) => numberText(figure.value, SIGNIFICANT + index));
  return telling.find((text) => readBack(text) !== line.value) ?? value;
}

/** The number that a text without a power says; NaN for others. */
function readBack(text: string): number {
  return Number(text.replaceAll(',', '').replace('−', '-'));
}

/**
 * For tables of a terminal: so many significant digits, none of them an idle zero, the whole part always complete, an
 * infinity as its sign.
 * @throws Error (a bug of the caller) for NaN
 */
export function shortText(value: number, significant = SIGNIFICANT_MAX): string {
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value > 0 ? '∞' : '−∞';
  if (value === 0 || Number.isNaN(value)) return numberText(value);
  const isWhole = magnitudeOf(value) >= significant - 1;
  return exactText(isWhole ? Math.round(value) : Number(value.toPrecision(significant)));
}

/** All its digits, as few as there are: what somebody wrote down, not what was measured. */
export function exactText(value: number): string {
  const decimals = /^-?\d+(?:\.(\d+))?$/.exec(`${value}`);
  return decimals === null ? numberText(value) : withDecimals(value, decimals[1]?.length ?? 0);
}

const RELATIONS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '=': '=' } as const;

/** `≥ 15 %`; empty where there is no line. */
export function lineText(line: GateCheck['line'], unit: string): string {
  return line === null ? '' : `${RELATIONS[line.relation]}${NO_BREAK}${withUnit(exactText(line.value), unit)}`;
}

/** A share as a percentage: 0.253 is `25.3 %`. */
export function shareText(share: number): string {
  return withUnit(numberText(times100(share)), '%');
}

/** To fifteen digits, so that 0.07 is 7 and not 7.000000000000001. */
function times100(value: number): number {
  return Number((value * 100).toPrecision(15));
}

/** How figures of a unit are shown: a share `of` something as a percentage of it, so 0.005 of the truth is 0.5 % of the truth. */
export function shownUnit(unit: string): { readonly unit: string; readonly scaled: (value: number) => number } {
  return unit.startsWith('of ') ? { unit: `% ${unit}`, scaled: times100 } : { unit, scaled: (value) => value };
}

export function scaledFigure(figure: Figure, scaled: (value: number) => number): Figure {
  const { value, interval } = figure;
  return { ...figure, value: scaled(value), interval: interval && [scaled(interval[0]), scaled(interval[1])] };
}

/** A p-value: `0.013`, or `< 0.001`. */
export function probabilityText(probability: number): string {
  return probability < 0.001 ? `<${NO_BREAK}0.001` : withDecimals(probability, 3);
}

/** Texts of a column padded after the point, so that the points stand below one another where digits are as wide. */
export function alignedTexts(texts: readonly string[]): string[] {
  const fractions = texts.map((text) => /\.(\d+)$/.exec(text)?.[1]?.length ?? null);
  const longest = Math.max(0, ...fractions.map((length) => length ?? 0));
  return texts.map((text, index) => {
    const length = fractions[index] ?? null;
    if (longest === 0 || !/\d$/.test(text)) return text;
    const point = length === null ? POINT_SPACE : '';
    return `${text}${point}${FIGURE_SPACE.repeat(longest - (length ?? 0))}`;
  });
}

function magnitudeOf(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)) + 1e-12);
}

function clamped(decimals: number): number {
  return Math.min(12, Math.max(0, decimals));
}

function powerText(value: number, significant: number): string {
  const [digits, power] = value.toExponential(significant - 1).split('e') as [string, string];
  const exponent = Number(power)
    .toString()
    .replace(/[-\d]/g, (one) => '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'['0123456789-'.indexOf(one)]!);
  return `${digits.replace('-', '−')}${NO_BREAK}×${NO_BREAK}10${exponent}`;
}

/** `2 criteria`, `1 criterion`. */
export function countText(count: number, one: string, many: string): string {
  return `${withDecimals(count, 0)}${NO_BREAK}${count === 1 ? one : many}`;
}

/** `G1, G4 and G13`. */
export function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
