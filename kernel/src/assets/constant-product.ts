import { floorRoot } from '../numbers/root.ts';
import { mulDivDown, mulDivUp } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';

// A constant-product pool (Uniswap v2): the product of the reserves never falls.

export interface ConstantProductRule {
  readonly kind: 'constant-product';
  /** Of what is paid in; it stays in the pool. */
  readonly feePpm: number;
}

/** Reserves of what is paid in and of what comes out. */
export interface SwapReserves {
  readonly inGrains: bigint;
  readonly outGrains: bigint;
}

/**
 * What a payment buys, rounded down: out * paid (1 - fee) / (in + paid (1 - fee)), as one fraction.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-POOL-EMPTY, KERNEL-RANGE
 * @example swapOut({ kind: 'constant-product', feePpm: 3_000 }, { inGrains: 100n, outGrains: 100n }, 10n) // 9n
 */
export function swapOut(rule: ConstantProductRule, reserves: SwapReserves, paidGrains: bigint): bigint {
  checkReserves(reserves);
  const paid = paidGrains * BigInt(MILLION - rule.feePpm);
  return mulDivDown(reserves.outGrains, paid, reserves.inGrains * BigInt(MILLION) + paid);
}

/**
 * What has to be paid for an amount that comes out, rounded up.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-POOL-EMPTY (also for all of a reserve), KERNEL-RANGE
 */
export function swapInUp(rule: ConstantProductRule, reserves: SwapReserves, wantedGrains: bigint): bigint {
  checkReserves(reserves);
  const left = reserves.outGrains - wantedGrains;
  if (left <= 0n) {
    throw new KernelRefusal('KERNEL-POOL-EMPTY', 'swapInUp', `less than ${reserves.outGrains}`, wantedGrains);
  }
  return mulDivUp(reserves.inGrains * BigInt(MILLION), wantedGrains, left * BigInt(MILLION - rule.feePpm));
}

/** The reserves after a swap. Refuses as `swapOut` does. */
export function swap(
  rule: ConstantProductRule,
  reserves: SwapReserves,
  paidGrains: bigint,
): { readonly grains: bigint; readonly reserves: SwapReserves } {
  const grains = swapOut(rule, reserves, paidGrains);
  return {
    grains,
    reserves: { inGrains: reserves.inGrains + paidGrains, outGrains: reserves.outGrains - grains },
  };
}

/**
 * The least payment that raises the price of what comes out by `pushPpm`, without the fee: in (sqrt(1 + push) - 1),
 * rounded up. With what it buys valued at the old price, it costs in (sqrt(1 + d) + 1 / sqrt(1 + d) - 2): what an oracle
 * that reads this pool is safe for.
 * @throws KernelRefusal KERNEL-POOL-EMPTY
 */
export function paymentToPushUp(reserves: SwapReserves, pushPpm: number): bigint {
  checkReserves(reserves);
  const square = reserves.inGrains ** 2n * BigInt(MILLION + pushPpm);
  // ceil(sqrt(square / 10^6)): the root of the ceiling, rounded up.
  const ceiling = (square + BigInt(MILLION) - 1n) / BigInt(MILLION);
  const root = floorRoot(ceiling);
  return (root * root === ceiling ? root : root + 1n) - reserves.inGrains;
}

const MILLION = 1_000_000;

function checkReserves({ inGrains, outGrains }: SwapReserves): void {
  if (inGrains > 0n && outGrains > 0n) return;
  throw new KernelRefusal('KERNEL-POOL-EMPTY', 'a swap', 'both reserves above 0', `${inGrains} and ${outGrains}`);
}
