import { largestRemainder, mulDivDown, mulDivUp } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';
import { floorRootOf } from './power.ts';

// An augmented bonding curve: supply^kappa / reserve is constant, so the price is kappa * reserve / supply. It opens with
// a hatch, where everybody pays one price, part of it goes to a common pool, and what is bought vests.

export interface AugmentedCurveRule {
  readonly kind: 'augmented-curve';
  /** Integer from 1; 1 / kappa is the reserve ratio. */
  readonly kappa: number;
  /** p0: millionths of a reserve grain for a token grain in the hatch. */
  readonly hatchPriceMicrograins: number;
  /** theta: the hatch's part for the common pool. The price after it is kappa (1 - theta) p0. */
  readonly hatchFundingPpm: number;
  /** Below it the hatch fails and everybody gets back what he paid. Decimal string. */
  readonly hatchRaiseGrainsMin: string;
  /** Of what is paid in, and of what is paid out; to the common pool. */
  readonly entryTributePpm: number;
  readonly exitTributePpm: number;
  /** Hatch tokens cannot be sold before the cliff, and vest evenly from the hatch to its end. */
  readonly vestingCliffSeconds: number;
  readonly vestingSeconds: number;
}

export interface AugmentedPool {
  readonly supplyGrains: bigint;
  readonly reserveGrains: bigint;
}

export interface Hatch {
  readonly pool: AugmentedPool;
  /** To the common pool. */
  readonly fundingGrains: bigint;
  /** Vesting tokens, in the order of the contributions; they sum to the supply. */
  readonly tokenGrains: readonly bigint[];
}

export interface AugmentedTrade {
  /** Tokens bought, or reserve paid out after tribute. */
  readonly grains: bigint;
  /** To the common pool. */
  readonly tributeGrains: bigint;
  readonly pool: AugmentedPool;
}

/**
 * S0 = raised / p0, rounded down and split by largest remainder; R0 = (1 - theta) raised, rounded up.
 * @throws KernelRefusal KERNEL-HATCH (raised too little), KERNEL-AMOUNT
 */
export function openHatch(rule: AugmentedCurveRule, contributionsGrains: readonly bigint[]): Hatch {
  const raised = contributionsGrains.reduce((sum, one) => sum + one, 0n);
  const minimum = BigInt(rule.hatchRaiseGrainsMin);
  if (raised < minimum || raised === 0n) {
    throw new KernelRefusal('KERNEL-HATCH', 'the hatch', `at least ${minimum} grains and one`, raised);
  }
  const supplyGrains = mulDivDown(raised, MILLION, BigInt(rule.hatchPriceMicrograins));
  const fundingGrains = mulDivDown(raised, BigInt(rule.hatchFundingPpm), MILLION);
  const tokenGrains = largestRemainder(supplyGrains, contributionsGrains);
  return { pool: { supplyGrains, reserveGrains: raised - fundingGrains }, fundingGrains, tokenGrains };
}

/**
 * Buys: the largest supply with supply'^kappa / reserve' not above the curve's constant. Tribute rounded up.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-POOL-EMPTY
 */
export function buyAugmented(rule: AugmentedCurveRule, pool: AugmentedPool, depositGrains: bigint): AugmentedTrade {
  checkPool(pool);
  const tributeGrains = mulDivUp(depositGrains, BigInt(rule.entryTributePpm), MILLION);
  const reserveGrains = pool.reserveGrains + depositGrains - tributeGrains;
  // The floor of a root of a floor is the floor of the root: rounded once.
  const power = (pool.supplyGrains ** BigInt(rule.kappa) * reserveGrains) / pool.reserveGrains;
  const supplyGrains = floorRootOf(power, rule.kappa);
  return { grains: supplyGrains - pool.supplyGrains, tributeGrains, pool: { supplyGrains, reserveGrains } };
}

/**
 * Sells: the reserve stays at the least that keeps the curve's constant, rounded up; then the tribute, rounded up.
 * @throws KernelRefusal KERNEL-AMOUNT (more than the supply), KERNEL-POOL-EMPTY
 */
export function sellAugmented(rule: AugmentedCurveRule, pool: AugmentedPool, tokenGrains: bigint): AugmentedTrade {
  checkPool(pool);
  if (tokenGrains < 0n || tokenGrains > pool.supplyGrains) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'tokenGrains', `from 0 to ${pool.supplyGrains}`, tokenGrains);
  }
  const kappa = BigInt(rule.kappa);
  const supplyGrains = pool.supplyGrains - tokenGrains;
  const whole = pool.supplyGrains ** kappa;
  const reserveGrains = (pool.reserveGrains * supplyGrains ** kappa + whole - 1n) / whole;
  const paid = pool.reserveGrains - reserveGrains;
  const tributeGrains = mulDivUp(paid, BigInt(rule.exitTributePpm), MILLION);
  return { grains: paid - tributeGrains, tributeGrains, pool: { supplyGrains, reserveGrains } };
}

/** kappa * reserve / supply in millionths, rounded up. @throws KernelRefusal KERNEL-POOL-EMPTY */
export function augmentedPriceMicrograinsUp(rule: AugmentedCurveRule, pool: AugmentedPool): bigint {
  checkPool(pool);
  return mulDivUp(BigInt(rule.kappa) * pool.reserveGrains, MILLION, pool.supplyGrains);
}

/** How much of a hatcher's tokens may be sold by now, rounded down. */
export function hatchVestedGrains(rule: AugmentedCurveRule, tokenGrains: bigint, secondsSinceHatch: number): bigint {
  if (secondsSinceHatch < rule.vestingCliffSeconds) return 0n;
  if (secondsSinceHatch >= rule.vestingSeconds) return tokenGrains;
  return mulDivDown(tokenGrains, BigInt(secondsSinceHatch), BigInt(rule.vestingSeconds));
}

const MILLION = 1_000_000n;

function checkPool({ supplyGrains, reserveGrains }: AugmentedPool): void {
  if (supplyGrains > 0n && reserveGrains > 0n) return;
  const got = `${supplyGrains} and ${reserveGrains}`;
  throw new KernelRefusal('KERNEL-POOL-EMPTY', 'the augmented curve', 'supply and reserve above 0', got);
}
