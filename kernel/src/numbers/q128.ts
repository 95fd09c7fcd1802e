import { KernelRefusal } from '../refusal.ts';
import { isAmount, mulDivDown } from './wide.ts';

// Unsigned fixed point with 128 binary places, as Filecoin computes its supply.

declare const kind: unique symbol;
/** A real number times 2^128, from 0 to 2^256 - 1. */
export type Q128 = bigint & { readonly [kind]: 'Q128' };

/** 1 as a Q.128. */
export const Q128_ONE = (1n << 128n) as Q128;

const PLACES = 128n;
/** More binary places than the result keeps: sums of floored terms are then right to the last place kept. */
const GUARDED_PLACES = 192n;
/** floor(ln 2 * 2^192), and the same on 2^128. */
const LN2_GUARDED = 4350955369971217654477563090224794165364344896676135745069n;
const LN2 = LN2_GUARDED >> (GUARDED_PLACES - PLACES);
/** Up to here Filecoin states its approximation's error. */
const DIRECT_BELOW = 5n << PLACES;

/** The value itself, typed. @throws KernelRefusal KERNEL-AMOUNT unless a bigint from 0 to 2^256 - 1. */
export function q128(value: bigint): Q128 {
  if (isAmount(value)) return value as Q128;
  throw new KernelRefusal('KERNEL-AMOUNT', 'Q.128', 'an integer from 0 to 2^256 - 1', value);
}

/**
 * floor(numerator * 2^128 / denominator).
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO, KERNEL-RANGE
 * @example ratioQ128Down(1n, 2n) // 2n ** 127n
 */
export function ratioQ128Down(numerator: bigint, denominator: bigint): Q128 {
  return mulDivDown(numerator, Q128_ONE, denominator) as Q128;
}

/**
 * floor(x * factor / 2^128): an amount times a Q.128 is an amount, a Q.128 times a Q.128 is a Q.128.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 * @example mulQ128Down(3n, ratioQ128Down(1n, 2n)) // 1n
 */
export function mulQ128Down(x: Q128, factor: Q128): Q128;
export function mulQ128Down(x: bigint, factor: Q128): bigint;
export function mulQ128Down(x: bigint, factor: bigint): bigint {
  return mulDivDown(x, factor, Q128_ONE);
}

/**
 * e^-x, never above the true value. For x < 5 Filecoin's rational function of degrees 7 and 13, to the bit (builtin-actors,
 * actors/reward/expneg.rs, Apache-2.0 or MIT; each step floored): below the true value by less than 3.6e-30 up to 1.725
 * and less than 5e-15 up to 5. From there on, where Filecoin states no error, by halves: 2^-k e^-(x - k ln 2), below the
 * true value by less than 2^-k 3.6e-30 + 2^-127. So it steps up by 5e-15 at 5, which steps of x from 7.4e-13 on outweigh.
 * @throws KernelRefusal KERNEL-AMOUNT (no Q.128)
 * @example expNegQ128(Q128_ONE) // 125182886983370532117250726296964572306n, 0.367879441171442321595523770157…
 */
export function expNegQ128(x: Q128): Q128 {
  if (q128(x) < DIRECT_BELOW) return rationalExpNeg(x);
  const halvings = x / LN2;
  return (rationalExpNeg(x - halvings * LN2) >> halvings) as Q128;
}

/**
 * λ = ln 2 / halfLife, the rate at which what remains is halved in `halfLife` epochs; rounded down.
 * @param halfLife an integer > 0
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO
 * @example decayRateQ128(6_307_200n) // 37396271439864487274534522888786n, Filecoin's six years of 30 seconds
 */
export function decayRateQ128(halfLife: bigint): Q128 {
  return mulDivDown(LN2, 1n, halfLife) as Q128;
}

/**
 * e^λ - 1 = 2^(1 / halfLife) - 1, by Taylor's series with 64 guard places; at most one unit below the true value.
 * @param halfLife an integer > 0
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO
 * @example growthExcessQ128(6_307_200n) // 37396273494747879394193016954629n
 */
export function growthExcessQ128(halfLife: bigint): Q128 {
  if (halfLife > 0n && halfLife === lastGrowth.halfLife) return lastGrowth.excess;
  const rate = mulDivDown(LN2_GUARDED, 1n, halfLife);
  let sum = 0n;
  let term = rate;
  for (let index = 2n; term > 0n; index += 1n) {
    sum += term;
    term = ((term * rate) >> GUARDED_PLACES) / index;
  }
  lastGrowth = { halfLife, excess: (sum >> (GUARDED_PLACES - PLACES)) as Q128 };
  return lastGrowth.excess;
}

/** Every epoch of an economy asks for the same. */
let lastGrowth: { readonly halfLife: bigint; readonly excess: Q128 } = { halfLife: 0n, excess: 0n as Q128 };

const NUMERATOR = [
  -648770010757830093818553637600n,
  67469480939593786226847644286976n,
  -3197587544499098424029388939001856n,
  89244641121992890118377641805348864n,
  -1579656163641440567800982336819953664n,
  17685496037279256458459817590917169152n,
  -115682590513835356866803355398940131328n,
  340282366920938463463374607431768211456n,
];
const DENOMINATOR = [
  1225524182432722209606361n,
  114095592300906098243859450n,
  5665570424063336070530214243n,
  194450132448609991765137938448n,
  5068267641632683791026134915072n,
  104716890604972796896895427629056n,
  1748338658439454459487681798864896n,
  23704654329841312470660182937960448n,
  259380097567996910282699886670381056n,
  2250336698853390384720606936038375424n,
  14978272436876548034486263159246028800n,
  72144088983913131323343765784380833792n,
  224599776407103106596571252037123047424n,
  340282366920938463463374607431768211456n,
];

function rationalExpNeg(x: bigint): Q128 {
  return ((polynomial(NUMERATOR, x) << PLACES) / polynomial(DENOMINATOR, x)) as Q128;
}

/** Coefficients from the highest power down, by Horner's rule; `>>` floors, negative sums too. */
function polynomial(coefficients: readonly bigint[], x: bigint): bigint {
  return coefficients.reduce((sum, coefficient) => ((sum * x) >> PLACES) + coefficient, 0n);
}
