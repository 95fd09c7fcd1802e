import { KernelRefusal } from '../refusal.ts';

// Exact integer arithmetic on JavaScript numbers, 0 <= x <= 2^53 - 1. A product may need 106 bits; it is carried as an
// unevaluated sum of two doubles (Dekker's two-product with Veltkamp's split), so no BigInt is allocated.

const MAX = Number.MAX_SAFE_INTEGER;
/** 2^27 + 1: splits a 53-bit significand into two halves whose products are exact. */
const SPLITTER = 134_217_729;
/** Quotient estimates are off by less than 4; past this one the true quotient cannot be safe. */
const HOPELESS = 2 ** 53 + 16;
const HALF_RANGE = 2 ** 52;

/**
 * Second results, instead of a pair allocated per call. Written and read within one synchronous call. Typed arrays, not
 * variables: a double in a module variable is a heap object of its own, made anew at each write (a third of the time of
 * `settleColumns`).
 */
const productLow = new Float64Array(1);
const remainder = new Float64Array(1);

/**
 * floor(a * b / d), exactly.
 * @throws KernelRefusal KERNEL-AMOUNT (an argument is not a safe integer >= 0), KERNEL-DIVIDE-BY-ZERO, KERNEL-RANGE
 * @example mulDivDown(9007199254740991, 9007199254740990, 9007199254740991) // 9007199254740990
 */
export function mulDivDown(a: number, b: number, d: number): number {
  checkOperands(a, b, d);
  return divideProduct(a, b, d);
}

/** ceil(a * b / d), exactly. Refuses as `mulDivDown` does. */
export function mulDivUp(a: number, b: number, d: number): number {
  checkOperands(a, b, d);
  const quotient = divideProduct(a, b, d);
  if (remainder[0] === 0) return quotient;
  if (quotient === MAX) throw outOfRange(a, b, d);
  return quotient + 1;
}

/**
 * Splits `total` by `weights`, summing to `total` exactly: floors first, then one unit each to the largest remainders,
 * ties to the lower index (Hamilton's method).
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO (all weights zero)
 * @example largestRemainder(100, [1, 1, 1]) // [34, 33, 33]
 */
export function largestRemainder(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce(addExact, 0);
  const remainders: number[] = [];
  let given = 0;
  const shares = weights.map((weight) => {
    const share = mulDivDown(total, weight, sum);
    remainders.push(lastRemainder());
    given += share;
    return share;
  });
  if (given === total) return shares;
  const order = remainders.map((_, index) => index).sort((x, y) => remainders[y]! - remainders[x]! || x - y);
  for (const index of order.slice(0, total - given)) shares[index]! += 1;
  return shares;
}

/**
 * Splits `total` by `weights` in one pass: share i = floor(T * C_i / C) - floor(T * C_(i-1) / C), with C_i the running
 * sum. Sums to `total` exactly, each share within one unit of its due; needs no sort, so it suits long lists.
 * Refuses as `largestRemainder` does.
 */
export function cumulativeSplit(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce(addExact, 0);
  let running = 0;
  let given = 0;
  return weights.map((weight) => {
    running += weight;
    const upTo = mulDivDown(total, running, sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

/** a + b. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function addExact(a: number, b: number): number {
  if (!isAmount(a) || !isAmount(b)) throw notAnAmount(isAmount(a) ? b : a);
  const sum = a + b;
  if (sum > MAX) throw new KernelRefusal('KERNEL-RANGE', `${a} + ${b}`, 'at most 2^53 - 1', 'a larger sum');
  return sum;
}

/** Sum of any number of safe integers >= 0, exact past 2^53: a small part in a number, the rest in a bigint. */
export class ExactSum {
  #small = 0;
  #large = 0n;

  add(amount: number): void {
    // Both terms are at most 2^53 - 1; past 2^52 the small part is emptied, so the next addition cannot round.
    if (amount > HALF_RANGE) this.#large += BigInt(amount);
    else this.#small += amount;
    if (this.#small > HALF_RANGE) this.#empty();
  }

  get value(): bigint {
    this.#empty();
    return this.#large;
  }

  #empty(): void {
    this.#large += BigInt(this.#small);
    this.#small = 0;
  }
}

/** A safe integer, not negative; and not -0, which would spread through products and differ from 0 in comparisons. */
export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && ((value as number) > 0 || Object.is(value, 0));
}

/**
 * `mulDivDown` without its checks, for loops whose columns were checked on the way in. Leaves the remainder in the
 * module's `remainder`.
 *
 * Small products: a * b rounds to at most 2^53 - 1 only if it is exact. floor(fl(p / d)) is then right: unless d divides
 * p, the next integer above p / d is at least 1 / d away, and half a unit in the last place of p / d is at most
 * (p / d) / 2^53 < 1 / d, so rounding never reaches it.
 *
 * Large products: with Q = a * b / d < 2^53 the estimate floor(fl(hi / d)) is at least 1 and within 3 of floor(Q).
 * hi and the estimate's own product are within a factor of two of each other, so their difference is exact (Sterbenz),
 * and so is the difference of the low parts. Their sum may round when it is past 2^53, but never to the wrong side of
 * 0 or d; a wrong estimate is moved by one and multiplied again, and the remainder of the right one is exact.
 */
export function divideProduct(a: number, b: number, d: number): number {
  const product = a * b;
  if (product <= MAX) {
    const quotient = Math.floor(product / d);
    remainder[0] = product - quotient * d;
    return quotient;
  }
  return divideLongProduct(a, b, d);
}

/** The remainder of the last `divideProduct`. */
export function lastRemainder(): number {
  return remainder[0]!;
}

function divideLongProduct(a: number, b: number, d: number): number {
  const high = exactProduct(a, b);
  const low = productLow[0]!;
  const estimate = Math.floor(high / d);
  if (estimate >= HOPELESS) throw outOfRange(a, b, d);
  let quotient = Math.min(estimate, MAX);
  for (;;) {
    const ownHigh = exactProduct(quotient, d);
    const rest = high - ownHigh + (low - productLow[0]!);
    if (rest < 0) quotient -= 1;
    else if (rest >= d) quotient += 1;
    else {
      remainder[0] = rest;
      return quotient;
    }
    if (quotient > MAX) throw outOfRange(a, b, d);
  }
}

/** a * b = result + productLow, both doubles, exactly (Dekker 1971). */
function exactProduct(a: number, b: number): number {
  const product = a * b;
  const aBig = SPLITTER * a;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = SPLITTER * b;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  productLow[0] = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
  return product;
}

function checkOperands(a: number, b: number, d: number): void {
  if (!isAmount(a)) throw notAnAmount(a);
  if (!isAmount(b)) throw notAnAmount(b);
  if (!isAmount(d)) throw notAnAmount(d);
  if (d === 0) throw new KernelRefusal('KERNEL-DIVIDE-BY-ZERO', `${a} * ${b} / 0`, 'a divisor above 0', 0);
}

function notAnAmount(value: unknown): KernelRefusal {
  return new KernelRefusal('KERNEL-AMOUNT', 'exact arithmetic', 'an integer from 0 to 2^53 - 1', value);
}

function outOfRange(a: number, b: number, d: number): KernelRefusal {
  return new KernelRefusal('KERNEL-RANGE', `${a} * ${b} / ${d}`, 'at most 2^53 - 1', 'a larger quotient');
}
