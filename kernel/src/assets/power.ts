import { bitLength } from '../numbers/root.ts';

/** Binary places of a power. Amounts up to 2^128 then lose less than 2^-50 of a unit by it. */
export const POWER_PLACES = 192n;

/**
 * (numerator / denominator)^(exponent / ofExponent) for a base >= 1 and an exponent >= 0, on 2^192: never above the true
 * power, never falling as base or exponent rise, and held at 2^1000, past which no amount can tell.
 *
 * ln by 2 atanh((m - 1) / (m + 1)) within a power of two, e by Taylor's series within a multiple of ln 2. All terms are
 * positive and every division rounds down, so each sum is a lower bound and rises with what it is given; ln 2 is taken
 * from below where it is added and from above where it is taken off. `powWad` has no such direction, and 18 places.
 */
export function powerDown(numerator: bigint, denominator: bigint, exponent: bigint, ofExponent: bigint): bigint {
  const log = (lnDown((numerator << POWER_PLACES) / denominator) * exponent) / ofExponent;
  const doublings = log / LN2_UP;
  if (doublings >= DOUBLINGS_MAX) return ONE << DOUBLINGS_MAX;
  let sum = 0n;
  let term = ONE;
  for (let index = 1n; term > 0n; index += 1n) {
    sum += term;
    term = ((term * (log - doublings * LN2_UP)) >> POWER_PLACES) / index;
  }
  return sum << doublings;
}

/** floor(root of x of the given degree), exactly, by Newton's iteration from above. @param degree an integer > 0 */
export function floorRootOf(x: bigint, degree: number): bigint {
  if (x === 0n) return 0n;
  const n = BigInt(degree);
  let root = 1n << BigInt(Math.ceil(bitLength(x) / degree));
  for (;;) {
    const next = ((n - 1n) * root + x / root ** (n - 1n)) / n;
    if (next >= root) return root;
    root = next;
  }
}

const ONE = 1n << POWER_PLACES;
const DOUBLINGS_MAX = 1_000n;
/** ln 2 on 2^192. */
const LN2_DOWN = 4350955369971217654477563090224794165364344896676135745069n;
const LN2_UP = LN2_DOWN + 1n;

/** ln x for x >= 1, on 2^192. */
function lnDown(x: bigint): bigint {
  const doublings = BigInt(bitLength(x)) - 1n - POWER_PLACES;
  const mantissa = x >> doublings;
  const z = ((mantissa - ONE) << POWER_PLACES) / (mantissa + ONE);
  const square = (z * z) >> POWER_PLACES;
  let sum = 0n;
  let power = z;
  for (let index = 1n; power > 0n; index += 2n) {
    sum += power / index;
    power = (power * square) >> POWER_PLACES;
  }
  return doublings * LN2_DOWN + 2n * sum;
}
