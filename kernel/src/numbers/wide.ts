import { KernelRefusal } from '../refusal.ts';
import { floorRoot } from './root.ts';

// The BigInt twin of exact.ts: the same functions over 0 <= x <= 2^256 - 1, for money of 18 decimals and for everything
// that is per network. A bigint never overflows by itself, so each operation is held to the width of Solidity's
// uint256. For what fits both, wide.test.ts holds the twins to each other.

/** 2^256 - 1, the largest uint256. */
export const WIDE_MAX = 2n ** 256n - 1n;

/**
 * floor(a * b / d), exactly; the product may take 512 bits. Solady's `fullMulDiv`.
 * @throws KernelRefusal KERNEL-AMOUNT (an argument is not from 0 to 2^256 - 1), KERNEL-DIVIDE-BY-ZERO, KERNEL-RANGE
 * @example mulDivDown(10n ** 60n, 10n ** 60n, 10n ** 50n) // 10n ** 70n
 */
export function mulDivDown(a: bigint, b: bigint, d: bigint): bigint {
  checkOperands(a, b, d);
  const quotient = (a * b) / d;
  if (quotient > WIDE_MAX) throw outOfRange(`${a} * ${b} / ${d}`);
  return quotient;
}

/** ceil(a * b / d), exactly. Solady's `fullMulDivUp`. Refuses as `mulDivDown` does. */
export function mulDivUp(a: bigint, b: bigint, d: bigint): bigint {
  checkOperands(a, b, d);
  const quotient = (a * b + d - 1n) / d;
  if (quotient > WIDE_MAX) throw outOfRange(`${a} * ${b} / ${d}`);
  return quotient;
}

/**
 * Splits `total` by `weights`, summing to `total` exactly: floors first, then one unit each to the largest remainders,
 * ties to the lower index (Hamilton's method).
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO (all weights zero)
 * @example largestRemainder(100n, [1n, 1n, 1n]) // [34n, 33n, 33n]
 */
export function largestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce(addExact, 0n);
  const shares = weights.map((weight) => mulDivDown(total, weight, sum));
  const short = total - shares.reduce((given, share) => given + share, 0n);
  if (short === 0n) return shares;
  const remainders = weights.map((weight) => (total * weight) % sum);
  const order = remainders.map((_, index) => index).sort((x, y) => descending(remainders[x]!, remainders[y]!) || x - y);
  for (const index of order.slice(0, Number(short))) shares[index]! += 1n;
  return shares;
}

/**
 * Splits `total` by `weights` in one pass: share i = floor(T * C_i / C) - floor(T * C_(i-1) / C), with C_i the running
 * sum. Sums to `total` exactly, each share within one unit of its due. Refuses as `largestRemainder` does.
 */
export function cumulativeSplit(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce(addExact, 0n);
  let running = 0n;
  let given = 0n;
  return weights.map((weight) => {
    running += weight;
    const upTo = mulDivDown(total, running, sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

/** a + b. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function addExact(a: bigint, b: bigint): bigint {
  const sum = amount(a) + amount(b);
  if (sum > WIDE_MAX) throw outOfRange(`${a} + ${b}`);
  return sum;
}

/**
 * floor(sqrt(x)), exactly. Solady's `sqrt`. Only here and not in exact.ts: nothing that settles per node takes a root.
 * @throws KernelRefusal KERNEL-AMOUNT
 * @example floorSqrt(10n ** 36n - 1n) // 10n ** 18n - 1n
 */
export function floorSqrt(x: bigint): bigint {
  return floorRoot(amount(x));
}

/** The value itself. @throws KernelRefusal KERNEL-AMOUNT unless a bigint from 0 to 2^256 - 1. */
export function amount(value: bigint): bigint {
  if (isAmount(value)) return value;
  throw new KernelRefusal('KERNEL-AMOUNT', 'wide arithmetic', 'an integer from 0 to 2^256 - 1', value);
}

/** A bigint from 0 to 2^256 - 1. */
export function isAmount(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= WIDE_MAX;
}

function descending(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a > b ? -1 : 1;
}

function checkOperands(a: bigint, b: bigint, d: bigint): void {
  amount(a);
  amount(b);
  if (amount(d) === 0n) throw new KernelRefusal('KERNEL-DIVIDE-BY-ZERO', `${a} * ${b} / 0`, 'a divisor above 0', 0);
}

function outOfRange(where: string): KernelRefusal {
  return new KernelRefusal('KERNEL-RANGE', where, 'at most 2^256 - 1', 'a larger result');
}
