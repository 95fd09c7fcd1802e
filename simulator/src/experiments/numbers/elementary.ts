// exp and ln from +, −, ×, ÷ alone. Every engine rounds those the same way, which none promises of Math.exp: a tuned
// economy or a drawn design must be the same number in Node, in a browser and on another processor. Math.sqrt is exact.

/** ln 2 in two parts; the first has 21 trailing zero bits, so that an exponent times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SMALLEST_NORMAL = 2 ** -1022;

const view = new DataView(new ArrayBuffer(8));

/** 2^exponent for −1022 to 1023. */
function powerOfTwo(exponent: number): number {
  view.setUint32(0, (exponent + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

/** e^x to 1 or 2 units in the last place: x = k·ln 2 + r with |r| ≤ ln 2 / 2, and the series of e^r to r^14. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let term = 14; term >= 1; term -= 1) sum = 1 + (r * sum) / term;
  // In two steps, because 2^k alone may be out of range.
  const half = Math.trunc(k / 2);
  return sum * powerOfTwo(half) * powerOfTwo(k - half);
}

/** ln x to 1 or 2 units in the last place: x = m·2^k with m within √2 of 1, and 2·artanh((m − 1) / (m + 1)). */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < SMALLEST_NORMAL) return ln(x * 2 ** 54) - 54 * (LN2_HIGH + LN2_LOW);
  view.setFloat64(0, x);
  const word = view.getUint32(0);
  let k = (word >>> 20) - 1023;
  view.setUint32(0, (word & 0xfffff) | (1023 << 20));
  let m = view.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let odd = 23; odd >= 3; odd -= 2) sum = (sum + 1 / odd) * square;
  return k * LN2_HIGH + (2 * s + (2 * s * sum + k * LN2_LOW));
}

/** base^exponent for a base of at least 0; relative error grows with |exponent·ln base|. */
export function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  return base === 0 ? (exponent > 0 ? 0 : Number.POSITIVE_INFINITY) : exp(exponent * ln(base));
}
