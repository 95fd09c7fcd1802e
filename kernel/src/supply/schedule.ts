import { decayRateQ128, expNegQ128, growthExcessQ128, type Q128, Q128_ONE } from '../numbers/q128.ts';
import { KernelRefusal } from '../refusal.ts';

// Curves that know only the time. Each is a cumulative function C(t), and a span mints C(end) - C(start): sums are exact
// without a remainder, and how time is cut into epochs changes nothing.

/** The same amount in every interval: rewards per epoch or per block. */
export interface FixedSupplyRule {
  readonly kind: 'fixed';
  /** Decimal string. */
  readonly grainsPerInterval: string;
  readonly intervalSeconds: number;
}

/** The first period mints its amount evenly, every later one half of the one before. */
export interface HalvingSupplyRule {
  readonly kind: 'halving';
  /** Decimal string. All periods together mint twice as much. */
  readonly firstPeriodGrains: string;
  readonly periodSeconds: number;
}

/** M(t) = M (1 - e^(-ln2 t / h)): half of what is left, every half-life. Filecoin's "simple" minting. */
export interface ExponentialSupplyRule {
  readonly kind: 'exponential';
  /** M, approached and never reached. Decimal string. */
  readonly totalGrains: string;
  readonly halfLifeSeconds: number;
}

export type ScheduleRule = FixedSupplyRule | HalvingSupplyRule | ExponentialSupplyRule;

/**
 * Grains minted from genesis to `elapsedMs`, rounded down.
 * @throws KernelRefusal KERNEL-AMOUNT (not an integer >= 0)
 * @example scheduledGrains({ kind: 'fixed', grainsPerInterval: '10', intervalSeconds: 3 }, 1_000n) // 3n
 */
export function scheduledGrains(rule: ScheduleRule, elapsedMs: bigint): bigint {
  switch (rule.kind) {
    case 'fixed':
      return (BigInt(rule.grainsPerInterval) * elapsedMs) / (BigInt(rule.intervalSeconds) * 1000n);
    case 'halving':
      return halvingGrains(BigInt(rule.firstPeriodGrains), BigInt(rule.periodSeconds) * 1000n, elapsedMs);
    case 'exponential':
      return saturatingGrains(rule, elapsedMs << 128n);
  }
}

/**
 * floor(M (e^d - 1) e^(-d index)) with d = ln2 * stepSeconds / h: what a network mints in step `index` that states its
 * rewards and not its supply. Their sum is M e^d, not M. Bit-equal to Filecoin's reward actor at 30 s.
 * @throws KernelRefusal KERNEL-SUPPLY-STEP (the half-life is not a whole number of steps)
 */
export function exponentialReward(rule: ExponentialSupplyRule, stepSeconds: number, index: number): bigint {
  const halfLife = wholeSteps(rule.halfLifeSeconds, stepSeconds, 'halfLifeSeconds');
  const left = expNegQ128((decayRateQ128(halfLife) * BigInt(index)) as Q128);
  return (BigInt(rule.totalGrains) * growthExcessQ128(halfLife) * left) >> 256n;
}

/** @throws KernelRefusal KERNEL-SUPPLY-STEP */
export function wholeSteps(seconds: number, stepSeconds: number, where: string): bigint {
  if (seconds >= stepSeconds && seconds % stepSeconds === 0) return BigInt(seconds / stepSeconds);
  throw new KernelRefusal('KERNEL-SUPPLY-STEP', where, `a whole number of steps of ${stepSeconds} s`, seconds);
}

/**
 * floor(M (1 - 2^(-t / h))) with t in milliseconds on 2^128. Whole half-lives are shifts, so the exponential is only
 * asked below ln 2, where it is right to 3.6e-30; M is to stay below 10^29.
 */
export function saturatingGrains(
  rule: { readonly totalGrains: string; readonly halfLifeSeconds: number },
  elapsedMsQ128: bigint,
): bigint {
  const halfLifeQ128 = BigInt(rule.halfLifeSeconds * 1000) << 128n;
  const halvings = elapsedMsQ128 / halfLifeQ128;
  const exponentQ128 = (decayRateQ128(1n) * (elapsedMsQ128 % halfLifeQ128)) / halfLifeQ128;
  const leftQ128 = expNegQ128(exponentQ128 as Q128) >> halvings;
  return (BigInt(rule.totalGrains) * (Q128_ONE - leftQ128)) >> 128n;
}

/** n whole periods and a part: first (2 - 2^(1-n)) + first 2^-n part / period, as one fraction. */
function halvingGrains(first: bigint, period: bigint, elapsed: bigint): bigint {
  const whole = elapsed / period;
  // By then not a grain is left to come, and 2^n would only grow.
  const halvings = whole > HALVINGS_MAX ? HALVINGS_MAX : whole;
  const part = whole > halvings ? 0n : elapsed % period;
  const doubled = (2n << halvings) - 2n;
  return (first * (doubled * period + part)) / (period << halvings);
}

/** Amounts are below 2^256. */
const HALVINGS_MAX = 256n;
