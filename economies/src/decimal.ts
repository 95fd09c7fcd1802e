/** A decimal number exactly as written: digits / 10^places. */
export interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** An exact number of something; the denominator is above 0. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^(\d+(?:_\d+)*)(?:\.(\d+(?:_\d+)*))?$/;

/** Digits with `_` between them and at most one point; no sign, no exponent. Anything else is null. */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const whole = match[1]!.replaceAll('_', '');
  const fraction = (match[2] ?? '').replaceAll('_', '');
  return { digits: BigInt(whole + fraction), places: fraction.length };
}

export function ratio(numerator: bigint, denominator = 1n): Ratio {
  return { numerator, denominator };
}

export function ratioOf({ digits, places }: Decimal): Ratio {
  return { numerator: digits, denominator: 10n ** BigInt(places) };
}

export function times(x: Ratio, y: Ratio): Ratio {
  return { numerator: x.numerator * y.numerator, denominator: x.denominator * y.denominator };
}

/** x / y. The divisor is above 0. */
export function over(x: Ratio, y: Ratio): Ratio {
  return { numerator: x.numerator * y.denominator, denominator: x.denominator * y.numerator };
}

export function plus(x: Ratio, y: Ratio): Ratio {
  return {
    numerator: x.numerator * y.denominator + y.numerator * x.denominator,
    denominator: x.denominator * y.denominator,
  };
}

/** |x - y|. */
export function distance(x: Ratio, y: Ratio): Ratio {
  const numerator = x.numerator * y.denominator - y.numerator * x.denominator;
  return { numerator: numerator < 0n ? -numerator : numerator, denominator: x.denominator * y.denominator };
}

/** Below 0, 0 or above 0 as x is below, equal to or above y; by cross-multiplication, so exactly. */
export function compare(x: Ratio, y: Ratio): number {
  const left = x.numerator * y.denominator;
  const right = y.numerator * x.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The ratio if it is a whole number, else null. */
export function wholeOf({ numerator, denominator }: Ratio): bigint | null {
  return numerator % denominator === 0n ? numerator / denominator : null;
}

/** All digits of a ratio (`0.0036`), or null where they never end. */
export function decimalText(value: Ratio): string | null {
  for (let places = 0; places <= DECIMAL_PLACES_MAX; places += 1) {
    const scaled = wholeOf(times(value, ratio(10n ** BigInt(places))));
    if (scaled !== null) return withPoint(scaled, places);
  }
  return null;
}

/** For people: six significant digits, rounded down. */
export function roundedText({ numerator, denominator }: Ratio): string {
  if (numerator === 0n) return '0';
  const magnitude = numerator.toString().length - denominator.toString().length;
  const scaled = (places: number) => (numerator * 10n ** BigInt(places)) / denominator;
  const guess = Math.max(0, SHOWN_DIGITS - 1 - magnitude);
  // The lengths give the first digit's place or the one after it.
  const places = scaled(guess) < 10n ** BigInt(SHOWN_DIGITS - 1) ? guess + 1 : guess;
  const text = withPoint(scaled(places), places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const DECIMAL_PLACES_MAX = 40;
const SHOWN_DIGITS = 6;

function withPoint(digits: bigint, places: number): string {
  if (places === 0) return grouped(`${digits}`);
  const text = `${digits}`.padStart(places + 1, '0');
  return `${grouped(text.slice(0, -places))}.${text.slice(-places)}`;
}

/** 1_000_000, as economy files have it. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, '_');
}
