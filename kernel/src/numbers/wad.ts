import { KernelRefusal } from '../refusal.ts';
import { bitLength, floorRoot } from './root.ts';
import { amount, mulDivDown, mulDivUp } from './wide.ts';

// Fixed point of 18 decimals ("wad"), to the bit what the Solidity library Solady computes: roundings, widths and where
// it reverts, which here is a refusal. exp and ln are Remco Bloemen's rational approximations on 2^96 fixed point
// (https://2π.com/22/exp-ln, MIT; constants as in Solady's FixedPointMathLib, MIT). test/solady.test.ts runs the
// original beside them. They are approximations: where money has to add up, use `powIntegerDown/Up` or a split.

declare const kind: unique symbol;
/** A real number times 10^18, |x| < 2^255. */
export type Wad = bigint & { readonly [kind]: 'Wad' };

export { mulDivDown as fullMulDivDown, mulDivUp as fullMulDivUp } from './wide.ts';

/** 1 as a wad. */
export const WAD = (10n ** 18n) as Wad;

const SIGNED_MAX = 2n ** 255n - 1n;

/** The value itself, typed. @throws KernelRefusal KERNEL-AMOUNT unless a bigint from -2^255 to 2^255 - 1. */
export function wad(value: bigint): Wad {
  if (typeof value === 'bigint' && value <= SIGNED_MAX && value >= -SIGNED_MAX - 1n) return value as Wad;
  throw new KernelRefusal('KERNEL-AMOUNT', 'wad', 'an integer from -2^255 to 2^255 - 1', value);
}

/**
 * floor(x * y / 10^18) of unsigned numbers: an amount times a wad is an amount, a wad times a wad is a wad. The product
 * itself has to fit 256 bits, as in Solady's `mulWad`; where it may not, take `fullMulDivDown`.
 * @throws KernelRefusal KERNEL-AMOUNT (not from 0 to 2^256 - 1), KERNEL-RANGE
 * @example mulWadDown(3n, wad(500_000_000_000_000_000n)) // 1n
 */
export function mulWadDown(x: Wad, y: Wad): Wad;
export function mulWadDown(x: bigint, y: Wad): bigint;
export function mulWadDown(x: bigint, y: bigint): bigint {
  return fittingProduct(x, y) / WAD;
}

/** ceil(x * y / 10^18). Refuses as `mulWadDown` does. */
export function mulWadUp(x: Wad, y: Wad): Wad;
export function mulWadUp(x: bigint, y: Wad): bigint;
export function mulWadUp(x: bigint, y: bigint): bigint {
  return mulDivUp(fittingProduct(x, y), 1n, WAD);
}

/**
 * floor(x * 10^18 / y) of unsigned numbers: their ratio as a wad. x * 10^18 has to fit 256 bits, as in Solady's `divWad`.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO
 * @example divWadDown(2n, 3n) // 666666666666666666n
 */
export function divWadDown(x: bigint, y: bigint): Wad {
  return mulDivDown(fittingProduct(x, WAD), 1n, y) as Wad;
}

/** ceil(x * 10^18 / y). Refuses as `divWadDown` does. */
export function divWadUp(x: bigint, y: bigint): Wad {
  return mulDivUp(fittingProduct(x, WAD), 1n, y) as Wad;
}

/**
 * The square root of an unsigned wad, rounded down: floor(sqrt(x * 10^18)), exactly.
 * @throws KernelRefusal KERNEL-AMOUNT (not from 0 to 2^256 - 1)
 * @example sqrtWad(wad(2n * 10n ** 18n)) // 1414213562373095048n
 */
export function sqrtWad(x: Wad): Wad {
  return floorRoot(amount(x) * WAD) as Wad;
}

/**
 * base^exponent of an unsigned wad by repeated squaring, each step rounded down: never above the true power, and for
 * base <= 1 less than `exponent` units below it. Unlike `powWad` it is exact where every step is.
 *
 * @param exponent a safe integer >= 0; 0^0 = 1
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE (past 2^256 - 1)
 * @example powIntegerDown(wad(1_500_000_000_000_000_000n), 3) // 3375000000000000000n
 */
export function powIntegerDown(base: Wad, exponent: number): Wad {
  return powInteger(base, exponent, mulDivDown);
}

/** As `powIntegerDown`, each step rounded up: never below the true power. */
export function powIntegerUp(base: Wad, exponent: number): Wad {
  return powInteger(base, exponent, mulDivUp);
}

/**
 * e^x; monotone; 0 from x = -41.446531673892822313 down. As measured, below the true value by at most one unit up to
 * e^2 and by 1.1e-19 of it beyond, and seldom above, by a tenth of a unit or 2e-20 of it.
 * @throws KernelRefusal KERNEL-AMOUNT (no wad), KERNEL-RANGE (x > 135.305999368893231588, where e^x passes 2^255)
 * @example expWad(wad(10n ** 18n)) // 2718281828459045235n
 */
export function expWad(x: Wad): Wad {
  if (wad(x) <= EXP_ZERO_AT) return 0n as Wad;
  if (x > EXP_MAX) throw new KernelRefusal('KERNEL-RANGE', 'expWad', `at most ${EXP_MAX}`, x);
  // To base 2^96, then x = k ln 2 + z with |z| <= (ln 2) / 2. 10^18 = 5^18 * 2^18; `/` truncates, `>>` floors.
  const scaled = (x << 78n) / FIVE_18;
  const k = ((scaled << 96n) / LN2_96 + (1n << 95n)) >> 96n;
  const z = scaled - k * LN2_96;
  const y = monicPolynomial(z, [1346386616545796478920950773328n, 57155421227552351082224309758442n]);
  const inner = (((y + z - 94201549194550492254356042504812n) * y) >> 96n) + 28719021644029726153956944680412240n;
  const p = inner * z + (4385272521454847904659076985693276n << 96n);
  const ratio = p / monicPolynomial(z, EXP_Q);
  // The leading coefficient that p was divided by, 2^k and 10^18 / 2^96, all in one product before the only shift.
  return ((ratio * EXP_SCALE) >> (195n - k)) as Wad;
}

/**
 * ln(x); monotone. As measured, below the true value by at most 1.1 units, and seldom above, by a tenth of one.
 * @throws KernelRefusal KERNEL-AMOUNT (no wad), KERNEL-LOGARITHM (x <= 0)
 * @example lnWad(wad(2n * 10n ** 18n)) // 693147180559945309n
 */
export function lnWad(x: Wad): Wad {
  if (wad(x) <= 0n) throw new KernelRefusal('KERNEL-LOGARITHM', 'lnWad', 'a number above 0', x);
  // x = 2^k z with z in [1, 2) on 2^96; that x counts 10^-18 and not 2^-96 is a constant in the end.
  const bits = bitLength(x);
  const z = bits > 97 ? x >> BigInt(bits - 97) : x << BigInt(97 - bits);
  const p = monicPolynomial(z, LN_P) * z - (795164235651350426258249787498n << 96n);
  const ratio = p / monicPolynomial(z, LN_Q);
  return ((ratio * LN_SCALE + LN2_192 * BigInt(bits - 97) + LN_BASE_192) >> 174n) as Wad;
}

/**
 * x^y = e^(y ln x), with the product y ln x truncated. An approximation, to neither side: 2^1 gives 1.999999999999999999,
 * 1.000000000000000008^(1/8) is above the true power. As measured, for bases from 1 to 4 and exponents from 0 to 2 it is
 * above by less than 1 unit and below by at most 41; for bases below 1 and whole exponents above by less than 6. So
 * where someone gains by it, take the bound for the range in use off.
 * @throws KernelRefusal KERNEL-AMOUNT (no wad), KERNEL-LOGARITHM (x <= 0), KERNEL-RANGE (past 2^255)
 * @example powWad(wad(2n * 10n ** 18n), wad(5n * 10n ** 17n)) // 1414213562373095047n
 */
export function powWad(x: Wad, y: Wad): Wad {
  const product = lnWad(x) * wad(y);
  if (product > SIGNED_MAX || product < -SIGNED_MAX - 1n) {
    throw new KernelRefusal('KERNEL-RANGE', 'powWad', 'y ln x below 2^255', `ln x = ${lnWad(x)}, y = ${y}`);
  }
  return expWad((product / WAD) as Wad);
}

/** At and below it e^x is less than half a unit. */
const EXP_ZERO_AT = -41446531673892822313n;
const EXP_MAX = 135305999368893231588n;
const FIVE_18 = 5n ** 18n;
/** ln 2 on 2^96. */
const LN2_96 = 54916777467707473351141471128n;
const EXP_SCALE = 3822833074963236453042738258902158003155416615667n;
const EXP_Q = [
  -2855989394907223263936484059900n,
  50020603652535783019961831881945n,
  -533845033583426703283633433725380n,
  3604857256930695427073651918091429n,
  -14423608567350463180887372962807573n,
  26449188498355588339934803723976023n,
];

/** The scale of p / q, ln 2 and ln(2^96 / 10^18), each times 5^18, on 2^192 where ratio brings 2^96. */
const LN_SCALE = 1677202110996718588342820967067443963516166n;
const LN2_192 = 16597577552685614221487285958193947469193820559219878177908093499208371n;
const LN_BASE_192 = 600920179829731861736702779321621459595472258049074101567377883020018308n;
const LN_P = [
  3273285459638523848632254066296n,
  24828157081833163892658089445524n,
  43456485725739037958740375743393n,
  -11111509109440967052023855526967n,
  -45023709667254063763336534515857n,
  -14706773417378608786704636184526n,
];
const LN_Q = [
  5573035233440673466300451813936n,
  71694874799317883764090561454958n,
  283447036172924575727196451306956n,
  401686690394027663651624208769553n,
  204048457590392012362485061816622n,
  31853899698501571402653359427138n,
  909429971244387300277376558375n,
];

/** x^n + c_1 x^(n-1) + … + c_n on 2^96 by Horner's rule, floored at each step. */
function monicPolynomial(x: bigint, coefficients: readonly bigint[]): bigint {
  return coefficients.reduce((sum, coefficient) => ((sum * x) >> 96n) + coefficient, 1n << 96n);
}

/** x * y, refused past 2^256 - 1. */
function fittingProduct(x: bigint, y: bigint): bigint {
  return mulDivDown(x, y, 1n);
}

function powInteger(base: Wad, exponent: number, mulDiv: (a: bigint, b: bigint, d: bigint) => bigint): Wad {
  if (!Number.isSafeInteger(exponent) || exponent < 0) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'exponent', 'an integer from 0 to 2^53 - 1', exponent);
  }
  let power: bigint = WAD;
  let square = amount(base);
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = mulDiv(power, square, WAD);
    // Not past the last digit: that square is in no product, and might not fit.
    if (rest > 1) square = mulDiv(square, square, WAD);
  }
  return power as Wad;
}
