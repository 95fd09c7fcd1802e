// Numbers and times as text. Pure: no clock, no locale, so the same answer reads the same everywhere.
// Amounts are cut toward zero: the page never shows more money than there is.

/** A narrow no-break space: groups digits by three (SI), and stands before a percent sign. */
export const THIN_SPACE = '\u202f';
/** Keeps a number with its unit. */
export const NO_BREAK_SPACE = '\u00a0';
const MINUS = '\u2212';

/** Grains as a JSON answer carries them: a safe integer, or a decimal string where it may be larger. */
export type GrainsText = number | string | bigint;

/**
 * An amount of credits or tokens with exactly `decimals` places, digits grouped, the rest cut off toward zero.
 * An amount that is not zero and would be cut to zero reads `<0.01`; zero itself is a plain `0`.
 *
 * @example amountDown('1234567890', 1_000_000, 2) // '1 234.56'
 * @throws RangeError when grains or grainsPerUnit is not a whole number, or grainsPerUnit is not positive.
 */
export function amountDown(grains: GrainsText, grainsPerUnit: number, decimals: number): string {
  const exact = wholeNumber(grains);
  const perUnit = wholeNumber(grainsPerUnit);
  if (perUnit <= 0n) throw new RangeError(`grainsPerUnit: expected more than 0, got ${grainsPerUnit}`);
  const magnitude = exact < 0n ? -exact : exact;
  const steps = 10n ** BigInt(decimals);
  const shown = (magnitude * steps) / perUnit;
  const sign = exact < 0n ? MINUS : '';
  if (magnitude === 0n) return '0';
  return shown === 0n ? `${sign}<${fixed(1n, decimals)}` : sign + fixed(shown, decimals);
}

/** The exact count behind an amount, for tooltips: `1 234 567 grains`. */
export function exactGrains(grains: GrainsText): string {
  const exact = wholeNumber(grains);
  return `${count(exact)} ${exact === 1n ? 'grain' : 'grains'}`;
}

/**
 * Decimal places that suit a column whose largest amount is `largestGrains`: none from ten thousand units up, more
 * below, never finer than a grain.
 */
export function decimalsFor(largestGrains: GrainsText, grainsPerUnit: number): number {
  const units = Math.abs(Number(wholeNumber(largestGrains))) / grainsPerUnit;
  const wanted = units >= 10_000 ? 0 : units >= 100 ? 2 : units >= 1 ? 4 : 6;
  return Math.min(wanted, decimalsOfOneGrain(grainsPerUnit));
}

/** The largest magnitude of a column, as grains. */
export function largestOf(amounts: readonly GrainsText[]): bigint {
  let largest = 0n;
  for (const amount of amounts) {
    const exact = wholeNumber(amount);
    const magnitude = exact < 0n ? -exact : exact;
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/** A whole number with grouped digits. */
export function count(value: GrainsText): string {
  const exact = wholeNumber(value);
  return (exact < 0n ? MINUS : '') + groupWhole((exact < 0n ? -exact : exact).toString());
}

/** A measured number to the nearest in `digits` significant digits, grouped on both sides of the point; no exponent. */
export function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : '–';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(20, Math.max(0, digits - 1 - magnitude));
  const text = Math.abs(value).toFixed(decimals);
  const [whole = '0', fraction] = text.split('.');
  return (value < 0 ? MINUS : '') + joinFraction(whole, fraction);
}

/** Equally spaced numbers, as an axis has them, each with the places that its step needs: `0.25`, `0.50`, `1 500`. */
export function stepped(values: readonly number[]): string[] {
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : Math.abs(values[0] ?? 0);
  let decimals = 0;
  while (step > 0 && decimals < STEP_DECIMALS_MAX && !isWhole(step * 10 ** decimals)) decimals += 1;
  return values.map((value) => {
    const [whole = '0', fraction] = Math.abs(value).toFixed(decimals).split('.');
    const zero = Math.abs(value) <= step / 1e6;
    return zero ? '0' : (value < 0 ? MINUS : '') + joinFraction(whole, fraction);
  });
}

const STEP_DECIMALS_MAX = 12;

/** Whole but for the noise of floating-point multiplication. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.abs(value);
}

/** A power of a thousand that makes a small quantity readable: multiply by `factor`, say `suffix` in the unit. */
export interface Scale {
  readonly factor: number;
  /** `''`, or ` × 10⁻⁶`. */
  readonly suffix: string;
}

const SCALES: readonly Scale[] = [
  { factor: 1, suffix: '' },
  { factor: 1e3, suffix: `${NO_BREAK_SPACE}×${NO_BREAK_SPACE}10⁻³` },
  { factor: 1e6, suffix: `${NO_BREAK_SPACE}×${NO_BREAK_SPACE}10⁻⁶` },
  { factor: 1e9, suffix: `${NO_BREAK_SPACE}×${NO_BREAK_SPACE}10⁻⁹` },
  { factor: 1e12, suffix: `${NO_BREAK_SPACE}×${NO_BREAK_SPACE}10⁻¹²` },
];

/** The scale for values of which `largest` is the largest: as they are from 0.001 up. */
export function scaleFor(largest: number): Scale {
  if (largest === 0 || largest >= 1e-3) return SCALES[0]!;
  return SCALES.find((scale) => largest * scale.factor >= 1) ?? SCALES.at(-1)!;
}

/** Micrograins per NCU·s as credits per NCU·s. */
export function creditsPerNcuS(priceMicrograinsPerNcuS: number, grainsPerUnit: number): number {
  return priceMicrograinsPerNcuS / 1e6 / grainsPerUnit;
}

/** Parts per million as a percentage, cut toward zero: `63.2 %`, and never 100 % before it is. */
export function percentDown(ppm: number, decimals: number): string {
  const shown = Math.floor((Math.abs(ppm) * 10 ** decimals) / 10_000);
  return `${ppm < 0 && shown > 0 ? MINUS : ''}${fixed(BigInt(shown), decimals)}${THIN_SPACE}%`;
}

/** Parts per million as a plain ratio, cut to three places: `0.950`. */
export function ratioDown(ppm: number): string {
  return amountDown(ppm, 1_000_000, 3);
}

export interface Change {
  readonly direction: 'up' | 'down' | 'level';
  /** In words, so that an arrow or colour is never the only sign: `up 4.2 %`. */
  readonly text: string;
}

/** How a value moved against the one before it; null when there is nothing to compare with. */
export function change(current: number, previous: number | undefined): Change | null {
  if (previous === undefined || previous === 0) return null;
  const share = Math.round(((current - previous) / previous) * 1_000_000);
  if (share === 0) return { direction: 'level', text: 'unchanged' };
  const direction = share > 0 ? 'up' : 'down';
  return { direction, text: `${direction} ${percentDown(Math.abs(share), Math.abs(share) < 10_000 ? 2 : 1)}` };
}

const COUNT_SCALES = [
  { from: 1e12, letter: 'T' },
  { from: 1e9, letter: 'G' },
  { from: 1e6, letter: 'M' },
  { from: 1e4, letter: 'k' },
] as const;

/** A large count in three or four digits and an SI prefix: `1.24 G`. */
export function compactCount(value: number): string {
  const scale = COUNT_SCALES.find((candidate) => value >= candidate.from);
  if (scale === undefined) return count(value);
  const scaled = value / (scale.from === 1e4 ? 1e3 : scale.from);
  return `${significant(scaled, scaled >= 1000 ? 4 : 3)}${NO_BREAK_SPACE}${scale.letter}`;
}

/** A length of time in its largest one or two units: `840 ms`, `12.3 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)}${NO_BREAK_SPACE}ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}${NO_BREAK_SPACE}s`;
  return wholeDuration(ms);
}

/** A length of time in whole units, for countdowns: `0 s`, `12 s`, `3 min 20 s`. */
export function wholeDuration(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  if (seconds < 60) return `${seconds}${NO_BREAK_SPACE}s`;
  if (seconds < 3600) return twoUnits(seconds, 60, 'min', 's');
  if (seconds < 86_400) return twoUnits(Math.floor(seconds / 60), 60, 'h', 'min');
  return twoUnits(Math.floor(seconds / 3600), 24, 'd', 'h');
}

/** `just now`, `12 s ago`. */
export function ago(milliseconds: number): string {
  return milliseconds < 1000 ? 'just now' : `${wholeDuration(milliseconds)} ago`;
}

/** A number of epochs, in words: `1 epoch`, `3 epochs`. */
export function epochs(howMany: number): string {
  return `${count(howMany)} ${howMany === 1 ? 'epoch' : 'epochs'}`;
}

/** First eight hex characters of an identifier: `a1b2c3d4…`. */
export function shortId(hex: string): string {
  return hex.length <= 9 ? hex : `${hex.slice(0, 8)}…`;
}

/** Both ends of an address or transaction hash: `0x7099…79c8`. */
export function shortHash(hash: string): string {
  return hash.length <= 12 ? hash : `${hash.slice(0, 6)}…${hash.slice(-4)}`;
}

/** An identifier of the API as words: `wrong-result` → `wrong result`. */
export function words(identifier: string): string {
  return identifier.replaceAll('-', ' ');
}

/** The same, as the start of a sentence. */
export function sentence(identifier: string): string {
  const text = words(identifier);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function wholeNumber(value: GrainsText): bigint {
  try {
    return BigInt(value);
  } catch {
    throw new RangeError(`amount: expected a whole number, got ${JSON.stringify(value)}`);
  }
}

function decimalsOfOneGrain(grainsPerUnit: number): number {
  return grainsPerUnit <= 1 ? 0 : String(grainsPerUnit - 1).length;
}

function fixed(scaled: bigint, decimals: number): string {
  const digits = scaled.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return joinFraction(digits.slice(0, point), digits.slice(point));
}

function joinFraction(whole: string, fraction: string | undefined): string {
  return fraction ? `${groupWhole(whole)}.${groupFraction(fraction)}` : groupWhole(whole);
}

function groupWhole(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** Groups from the point; four digits stay together, as SI has it. */
function groupFraction(digits: string): string {
  return digits.length <= 4 ? digits : digits.replace(/(\d{3})(?=\d)/g, `$1${THIN_SPACE}`);
}

function twoUnits(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  const first = `${Math.floor(value / base)}${NO_BREAK_SPACE}${large}`;
  return rest === 0 ? first : `${first} ${rest}${NO_BREAK_SPACE}${small}`;
}
