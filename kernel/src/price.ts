import type { PriceRule } from './economy.ts';
import type { EconomyState } from './epoch.ts';
import { mulDivDown, mulDivUp } from './exact.ts';
import type { MicrograinsPerNcuS, Ppm } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';

const MILLION = 1_000_000;

/**
 * The price two epochs on: p' = clamp(p(1 + d(U - U*)/U*), floor, cap), rounded up.
 *
 * Rounding up alone would stall a small price above its floor (p - p*x rounds back to p once p*x < 1), so a price above
 * the floor falls by at least one micrograin whenever U < U*; upwards the rounding already gives at least one. With
 * gain <= 100 % and U >= 0 the factor is never negative.
 * @throws KernelRefusal KERNEL-RANGE if twice the price passes 2^53 - 1; the loader refuses such caps
 */
export function nextPrice(rule: PriceRule, price: MicrograinsPerNcuS, utilisationPpm: Ppm): MicrograinsPerNcuS {
  const target = rule.targetUtilisationPpm;
  const factor = target * MILLION + rule.gainPpm * (utilisationPpm - target);
  const moved = mulDivUp(price, factor, target * MILLION);
  const stepped = utilisationPpm < target ? Math.min(moved, price - 1) : moved;
  const { floorMicrograinsPerNcuS: floor, capMicrograinsPerNcuS: cap } = rule;
  return Math.max(floor, Math.min(cap, stepped)) as MicrograinsPerNcuS;
}

/**
 * Used over offered capacity in ppm, rounded down, at most 1_000_000. Without any offer or use the price should stay, so
 * the answer is null and the caller keeps it.
 */
export function utilisation(usedNcuMs: number, offeredNcuMs: number): Ppm | null {
  if (usedNcuMs >= offeredNcuMs) return usedNcuMs === 0 ? null : (MILLION as Ppm);
  return mulDivDown(usedNcuMs, MILLION, offeredNcuMs) as Ppm;
}

/**
 * The fixed price of an epoch: of the next two, and back to the oldest that late usage may name.
 * @throws KernelRefusal KERNEL-PRICE-UNKNOWN
 */
export function priceOf(state: Pick<EconomyState, 'prices'>, epoch: number): MicrograinsPerNcuS {
  const entry = state.prices.find((price) => price.epoch === epoch);
  if (entry !== undefined) return entry.priceMicrograinsPerNcuS;
  const known = state.prices.map((price) => price.epoch).join(', ');
  throw new KernelRefusal('KERNEL-PRICE-UNKNOWN', 'priceOf', `an epoch of ${known}`, epoch);
}
