import { KernelRefusal } from '../refusal.ts';
import { amount, WIDE_MAX } from './wide.ts';

/** Of x = numerator / denominator. e^135 is past 2^194; the sum then has at most a few hundred terms. */
const EXPONENT_MAX = 135n;

/**
 * factor * e^(numerator / denominator) by Taylor's series, each term and the result rounded down: EIP-4844's
 * `fake_exponential`. Never above the true value. For consensus with those who use the same series; as a wad it is at
 * most 2 units from `expWad` for exponents from 0 to 5, which is nearer than any price has to be.
 *
 * @param numerator at most 135 times `denominator`, where EIP-4844 sets no bound
 * @throws KernelRefusal KERNEL-AMOUNT (not from 0 to 2^256 - 1), KERNEL-DIVIDE-BY-ZERO, KERNEL-RANGE (the exponent, or a
 * result past 2^256 - 1)
 * @example fakeExponential(1n, 10_485_760n, 3_338_477n) // 23n, wei per unit of blob gas
 */
export function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  checkArguments(factor, numerator, denominator);
  let sum = 0n;
  let term = factor * denominator;
  for (let index = 1n; term > 0n; index += 1n) {
    sum += term;
    term = (term * numerator) / (denominator * index);
  }
  const result = sum / denominator;
  if (result > WIDE_MAX) throw new KernelRefusal('KERNEL-RANGE', 'fakeExponential', 'at most 2^256 - 1', 'more');
  return result;
}

function checkArguments(factor: bigint, numerator: bigint, denominator: bigint): void {
  amount(factor);
  amount(numerator);
  if (amount(denominator) === 0n)
    throw new KernelRefusal('KERNEL-DIVIDE-BY-ZERO', 'fakeExponential', 'a divisor above 0', 0);
  if (numerator > EXPONENT_MAX * denominator) {
    const got = `${numerator} / ${denominator}`;
    throw new KernelRefusal('KERNEL-RANGE', 'fakeExponential', `an exponent of at most ${EXPONENT_MAX}`, got);
  }
}
