import { mulDivDown, mulDivUp } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';
import { POWER_PLACES, powerDown } from './power.ts';

// A bonding curve with a constant reserve ratio (Bancor): price = reserve / (supply * ratio). Amounts are bigints in the
// smallest unit; every result is rounded against the one who trades, so a token bought and sold again never gains.

export interface BondingCurveRule {
  readonly kind: 'bonding-curve';
  /** Reserve over market value, above 0: 1_000_000 is full cover. Below, the first to leave take more than their part. */
  readonly reserveRatioPpm: number;
  /** Of what is paid in, before it buys: The Graph's curation tax. */
  readonly entryTaxPpm: number;
}

/** Both above 0 before anybody trades. */
export interface CurvePool {
  readonly supplyGrains: bigint;
  readonly reserveGrains: bigint;
}

export interface CurveTrade {
  /** Tokens bought, or reserve paid out. */
  readonly grains: bigint;
  /** Kept out of the curve. */
  readonly taxGrains: bigint;
  readonly pool: CurvePool;
}

/**
 * Buys with `depositGrains`: supply ((1 + deposit / reserve)^ratio - 1) tokens, rounded down; the tax is rounded up.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-POOL-EMPTY, KERNEL-RANGE
 */
export function buyOnCurve(rule: BondingCurveRule, pool: CurvePool, depositGrains: bigint): CurveTrade {
  checkPool(pool);
  const taxGrains = mulDivUp(depositGrains, BigInt(rule.entryTaxPpm), MILLION);
  const paid = depositGrains - taxGrains;
  const { supplyGrains, reserveGrains } = pool;
  const grains = boughtDown(rule, pool, paid);
  return { grains, taxGrains, pool: { supplyGrains: supplyGrains + grains, reserveGrains: reserveGrains + paid } };
}

/**
 * Sells tokens: reserve (1 - (1 - tokens / supply)^(1 / ratio)), rounded down. All of the supply takes all of the reserve.
 * @throws KernelRefusal KERNEL-AMOUNT (more than the supply), KERNEL-POOL-EMPTY
 */
export function sellOnCurve(rule: BondingCurveRule, pool: CurvePool, tokenGrains: bigint): CurveTrade {
  checkPool(pool);
  const { supplyGrains, reserveGrains } = pool;
  if (tokenGrains < 0n || tokenGrains > supplyGrains) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'tokenGrains', `from 0 to ${supplyGrains}`, tokenGrains);
  }
  const grains = soldDown(rule, pool, tokenGrains);
  return {
    grains,
    taxGrains: 0n,
    pool: { supplyGrains: supplyGrains - tokenGrains, reserveGrains: reserveGrains - grains },
  };
}

/** reserve / (supply * ratio), in millionths of a reserve grain per token grain, rounded up. @throws KERNEL-POOL-EMPTY */
export function curvePriceMicrograinsUp(rule: BondingCurveRule, pool: CurvePool): bigint {
  checkPool(pool);
  return mulDivUp(pool.reserveGrains, MILLION * MILLION, pool.supplyGrains * BigInt(rule.reserveRatioPpm));
}

const MILLION = 1_000_000n;

function boughtDown(rule: BondingCurveRule, { supplyGrains, reserveGrains }: CurvePool, paid: bigint): bigint {
  const ratio = BigInt(rule.reserveRatioPpm);
  if (ratio === MILLION) return mulDivDown(supplyGrains, paid, reserveGrains);
  const growth = powerDown(reserveGrains + paid, reserveGrains, ratio, MILLION);
  return ((growth - ONE) * supplyGrains) >> POWER_PLACES;
}

/** With v = (supply / (supply - tokens))^(1 / ratio) from below, reserve (1 - 1 / v) is from below too. */
function soldDown(rule: BondingCurveRule, { supplyGrains, reserveGrains }: CurvePool, tokens: bigint): bigint {
  const ratio = BigInt(rule.reserveRatioPpm);
  if (tokens === supplyGrains) return reserveGrains;
  if (ratio === MILLION) return mulDivDown(reserveGrains, tokens, supplyGrains);
  const growth = powerDown(supplyGrains, supplyGrains - tokens, MILLION, ratio);
  return ((growth - ONE) * reserveGrains) / growth;
}

const ONE = 1n << POWER_PLACES;

function checkPool({ supplyGrains, reserveGrains }: CurvePool): void {
  if (supplyGrains > 0n && reserveGrains > 0n) return;
  const got = `${supplyGrains} and ${reserveGrains}`;
  throw new KernelRefusal('KERNEL-POOL-EMPTY', 'the bonding curve', 'supply and reserve above 0', got);
}
