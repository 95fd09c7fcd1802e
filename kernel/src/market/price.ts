import { mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { MicrograinsPerNcuS, Ppm } from '../numbers/quantities.ts';
import { fakeExponential } from '../numbers/taylor.ts';
import { expWad, lnWad, WAD, wad } from '../numbers/wad.ts';
import { type BreakerWindow, breakerCap, type PriceBreakerRule, withPrice } from './price-breaker.ts';

const MILLION = 1_000_000;
const HOUR_MS = 3_600_000n;
/** e^41 is past 2^53: from here on any price is past its cap, or below its floor. */
const EXPONENT_MAX = 41n * WAD;
/** The accumulator stops a millionth above the cap, so that a price rounded down still reaches it. */
const EXCESS_MARGIN = WAD / 1_000_000n;

/** How the price of normalised work follows utilisation U towards its target U*. */
export type PriceRule = RationalStepPriceRule | ExponentialPriceRule | Eip1559PriceRule | ExcessPriceRule;

interface PriceBounds {
  readonly initialMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly floorMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly capMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly targetUtilisationPpm: Ppm;
}

/** The fields of the step that needs no memory but the price. */
export interface RationalStep extends PriceBounds {
  /** d, per epoch, in p' = p(1 + d(U - U*)/U*), clamped to [floor, cap]. */
  readonly gainPpm: Ppm;
}

interface Breakable {
  readonly breaker: PriceBreakerRule | null;
}

export interface RationalStepPriceRule extends RationalStep, Breakable {
  readonly kind: 'rational-step';
}

/** p' = p e^(d h (U - U*)/U*), h the epoch in hours: the same path whatever the epoch's length. */
export interface ExponentialPriceRule extends PriceBounds, Breakable {
  readonly kind: 'exponential';
  readonly gainPpmPerHour: number;
}

/** EIP-1559's base fee: p' = p ± floor(floor(p |used - target| / target) / denominator), up by at least 1. */
export interface Eip1559PriceRule extends PriceBounds, Breakable {
  readonly kind: 'eip-1559';
  readonly denominator: number;
}

/** EIP-4844's blob fee: excess' = max(0, excess + used - target), p = floor * e^(excess / updateFraction), rounded down. */
export interface ExcessPriceRule extends PriceBounds, Breakable {
  readonly kind: 'excess';
  /** Decimal string above 0. Work, so time: the same path whatever the epoch's length. */
  readonly updateFractionNcuMs: string;
}

/** Everything that a rule remembers, of the latest epoch whose price is fixed. */
export interface PriceState {
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** Work above the target so far, of the kind 'excess'; '0' of the others. Decimal string. */
  readonly excessNcuMs: string;
  /** Prices up to and with this one; empty without a breaker. */
  readonly window: BreakerWindow;
}

/** One epoch of the market. */
export interface CapacityUse {
  readonly usedNcuMs: number;
  readonly offeredNcuMs: number;
  readonly epochMs: number;
}

/** The state whose price is the rule's initial one. */
export function initialPrice(rule: PriceRule): PriceState {
  const price = rule.initialMicrograinsPerNcuS;
  const excess = rule.kind === 'excess' ? excessAt(rule, price) : 0n;
  return {
    priceMicrograinsPerNcuS: price,
    excessNcuMs: excess.toString(),
    window: withPrice(rule.breaker, [], price),
  };
}

/**
 * The next epoch's price. By the protocol's lag price(e) = f(price(e-1), U(e-2)), so `state` is epoch e-1's and `use`
 * epoch e-2's. Rounded up, but for the kind 'excess'; between floor and min(cap, breaker's cap). Above its floor a price
 * that should fall falls by a micrograin at least, where integer steps alone would stall (EIP-1559's at 7).
 * @throws KernelRefusal KERNEL-RANGE if the rational step would pass 2^53 - 1 before its clamp, KERNEL-AMOUNT
 */
export function advancePrice(rule: PriceRule, state: PriceState, use: CapacityUse): PriceState {
  const used = utilisation(use.usedNcuMs, use.offeredNcuMs);
  const excess = rule.kind === 'excess' ? nextExcess(rule, state, use, used) : 0n;
  const moved = used === null ? BigInt(state.priceMicrograinsPerNcuS) : step(rule, state, { ...use, used, excess });
  const floor = rule.floorMicrograinsPerNcuS;
  const cap = Math.max(floor, Math.min(rule.capMicrograinsPerNcuS, breakerCap(rule.breaker, state.window)));
  const price = (moved >= BigInt(cap) ? cap : Math.max(floor, Number(moved))) as MicrograinsPerNcuS;
  return {
    priceMicrograinsPerNcuS: price,
    excessNcuMs: excess.toString(),
    window: withPrice(rule.breaker, state.window, price),
  };
}

/**
 * The price two epochs on: p' = clamp(p(1 + d(U - U*)/U*), floor, cap), rounded up.
 *
 * Rounding up alone would stall a small price above its floor (p - p*x rounds back to p once p*x < 1), so a price above
 * the floor falls by at least one micrograin whenever U < U*; upwards the rounding already gives at least one. With
 * gain <= 100 % and U >= 0 the factor is never negative.
 * @throws KernelRefusal KERNEL-RANGE if twice the price passes 2^53 - 1; the loader refuses such caps
 */
export function nextPrice(rule: RationalStep, price: MicrograinsPerNcuS, utilisationPpm: Ppm): MicrograinsPerNcuS {
  const target = rule.targetUtilisationPpm;
  const factor = target * MILLION + rule.gainPpm * (utilisationPpm - target);
  const moved = mulDivUp(price, factor, target * MILLION);
  const stepped = utilisationPpm < target ? Math.min(moved, price - 1) : moved;
  const { floorMicrograinsPerNcuS: floor, capMicrograinsPerNcuS: cap } = rule;
  return Math.max(floor, Math.min(cap, stepped)) as MicrograinsPerNcuS;
}

/**
 * EIP-1559's step as Ethereum takes it, without floor: it stalls where price / denominator is below 1.
 * @example eip1559Step(1_000_000_000n, 20_000_000n, 10_000_000n, 8n) // 1125000000n
 */
export function eip1559Step(price: bigint, used: bigint, target: bigint, denominator: bigint): bigint {
  if (used === target) return price;
  const away = used > target ? used - target : target - used;
  const change = (price * away) / target / denominator;
  if (used < target) return price - change;
  return price + (change > 1n ? change : 1n);
}

/**
 * Used over offered capacity in ppm, rounded down, at most 1_000_000. Without any offer or use the price should stay, so
 * the answer is null and the caller keeps it.
 */
export function utilisation(usedNcuMs: number, offeredNcuMs: number): Ppm | null {
  if (usedNcuMs >= offeredNcuMs) return usedNcuMs === 0 ? null : (MILLION as Ppm);
  return mulDivDown(usedNcuMs, MILLION, offeredNcuMs) as Ppm;
}

interface Move extends CapacityUse {
  readonly used: Ppm;
  readonly excess: bigint;
}

/** The price before its clamp. */
function step(rule: PriceRule, { priceMicrograinsPerNcuS: price }: PriceState, move: Move): bigint {
  switch (rule.kind) {
    case 'rational-step':
      return BigInt(nextPrice(rule, price, move.used));
    case 'exponential':
      return unstalled(rule, price, move.used, exponentialStep(rule, price, move));
    case 'eip-1559': {
      const { used, target } = usedAndTarget(rule, move);
      return unstalled(rule, price, move.used, eip1559Step(BigInt(price), used, target, BigInt(rule.denominator)));
    }
    case 'excess':
      return fakeExponential(BigInt(rule.floorMicrograinsPerNcuS), move.excess, BigInt(rule.updateFractionNcuMs));
  }
}

/** Exponent and product each rounded up; `expWad` in between is within 1e-18 of the power. */
function exponentialStep(rule: ExponentialPriceRule, price: number, { used, epochMs }: Move): bigint {
  const target = BigInt(rule.targetUtilisationPpm);
  const gain = BigInt(rule.gainPpmPerHour) * BigInt(epochMs) * WAD;
  const exponent = ceilDivide(gain * (BigInt(used) - target), target * BigInt(MILLION) * HOUR_MS);
  if (exponent < -EXPONENT_MAX) return 0n;
  const bounded = exponent > EXPONENT_MAX ? EXPONENT_MAX : exponent;
  return ceilDivide(BigInt(price) * expWad(wad(bounded)), WAD);
}

/** A step that rounding swallowed is one micrograin. */
function unstalled(rule: PriceRule, price: number, used: Ppm, moved: bigint): bigint {
  const old = BigInt(price);
  if (used < rule.targetUtilisationPpm) return moved < old ? moved : old - 1n;
  return used > rule.targetUtilisationPpm && moved <= old ? old + 1n : moved;
}

/** excess + used - target, not below 0 and not past where the price reaches its cap, so that it comes down at once. */
function nextExcess(rule: ExcessPriceRule, state: PriceState, use: CapacityUse, utilised: Ppm | null): bigint {
  const before = standingExcess(rule, state);
  if (utilised === null) return before;
  const { used, target } = usedAndTarget(rule, use);
  const excess = before + used - target;
  if (excess <= 0n) return 0n;
  const most = excessAt(rule, rule.capMicrograinsPerNcuS);
  return excess < most ? excess : most;
}

/** A price above the floor without an excess is another rule's: the excess that would have made it. */
function standingExcess(rule: ExcessPriceRule, state: PriceState): bigint {
  const { priceMicrograinsPerNcuS: price, excessNcuMs } = state;
  const isForeign = excessNcuMs === '0' && price > rule.floorMicrograinsPerNcuS;
  return isForeign ? excessAt(rule, price) : BigInt(excessNcuMs);
}

/** updateFraction * (ln(price / floor) + margin), rounded up. */
function excessAt(rule: ExcessPriceRule, price: number): bigint {
  const ratio = (BigInt(price) * WAD) / BigInt(rule.floorMicrograinsPerNcuS);
  return ceilDivide(BigInt(rule.updateFractionNcuMs) * (lnWad(wad(ratio)) + EXCESS_MARGIN), WAD);
}

/** Use is at most the offer, or the offer at least the use; the target is rounded up, so it is never 0. */
function usedAndTarget(rule: PriceRule, { usedNcuMs, offeredNcuMs }: CapacityUse): { used: bigint; target: bigint } {
  const offered = Math.max(usedNcuMs, offeredNcuMs);
  return { used: BigInt(usedNcuMs), target: BigInt(mulDivUp(offered, rule.targetUtilisationPpm, MILLION)) };
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  // `/` truncates, which is up already below zero.
  return numerator > 0n ? (numerator + denominator - 1n) / denominator : numerator / denominator;
}
