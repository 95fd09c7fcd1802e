/** A decimal number exactly as written: digits / 10^places. */
export interface Decimal {
  readonly digits: bigint;
  readonly places: number;
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

/** value * numerator / denominator if that is a whole number, else null. */
export function scaleExactly({ digits, places }: Decimal, numerator: bigint, denominator: bigint): bigint | null {
  const divisor = denominator * 10n ** BigInt(places);
  const scaled = digits * numerator;
  return scaled % divisor === 0n ? scaled / divisor : null;
}
