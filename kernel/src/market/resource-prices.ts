import type { MicrograinsPerNcuS } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import { advancePrice, type CapacityUse, initialPrice, type PriceRule, type PriceState } from './price.ts';

// A price for each resource, or for each class and resource: the dual of that capacity's constraint. With the rule
// 'exponential' it is lambda' = lambda e^(d (D - C U*)/(C U*)), the multi-dimensional fee market of Diamandis, Evans,
// Chitra and Angeris (arXiv:2208.07919): every resource finds its own level, none is dear because another is short.

/** className null: the resource in every class that has no market of its own. */
export interface ResourceKey {
  readonly className: string | null;
  /** Code on the wire. */
  readonly resource: number;
}

export interface ResourceMarketRule extends ResourceKey {
  readonly price: PriceRule;
}

export interface ResourcePrice extends ResourceKey {
  readonly state: PriceState;
}

export interface ResourceUse extends ResourceKey, Omit<CapacityUse, 'epochMs'> {}

/**
 * Every market at its initial price, by class, then resource; those of no class first.
 * @throws KernelRefusal KERNEL-MARKET-DUPLICATE
 */
export function initialResourcePrices(rules: readonly ResourceMarketRule[]): readonly ResourcePrice[] {
  refuseDuplicates(rules);
  const prices = rules.map(({ className, resource, price }) => ({ className, resource, state: initialPrice(price) }));
  return prices.sort(byKey);
}

/**
 * Every market's next price. Order of rules and uses does not matter. A market without use in the list keeps its price
 * as one that nobody offers to; a market new among the rules begins at its initial price.
 * @throws KernelRefusal KERNEL-MARKET-DUPLICATE (twice the same market or use), KERNEL-MARKET-UNKNOWN (use of no market),
 *   and those of `advancePrice`
 */
export function advanceResourcePrices(
  rules: readonly ResourceMarketRule[],
  prices: readonly ResourcePrice[],
  uses: readonly ResourceUse[],
  epochMs: number,
): readonly ResourcePrice[] {
  refuseDuplicates(uses);
  for (const use of uses) {
    if (!rules.some((rule) => isSame(rule, use))) throw unknownMarket(use);
  }
  return initialResourcePrices(rules).map((initial) => {
    const before = prices.find((price) => isSame(price, initial));
    if (before === undefined) return initial;
    const rule = rules.find((one) => isSame(one, initial))!;
    const { usedNcuMs, offeredNcuMs } = uses.find((use) => isSame(use, initial)) ?? { usedNcuMs: 0, offeredNcuMs: 0 };
    return { ...initial, state: advancePrice(rule.price, before.state, { usedNcuMs, offeredNcuMs, epochMs }) };
  });
}

/**
 * The price of a resource in a class: of their own market, else of the resource's.
 * @throws KernelRefusal KERNEL-MARKET-UNKNOWN
 */
export function resourcePrice(prices: readonly ResourcePrice[], key: ResourceKey): MicrograinsPerNcuS {
  const shared = { className: null, resource: key.resource };
  const own = prices.find((price) => isSame(price, key)) ?? prices.find((price) => isSame(price, shared));
  if (own === undefined) throw unknownMarket(key);
  return own.state.priceMicrograinsPerNcuS;
}

function isSame(a: ResourceKey, b: ResourceKey): boolean {
  return a.resource === b.resource && a.className === b.className;
}

function byKey(a: ResourceKey, b: ResourceKey): number {
  if (a.className === b.className) return a.resource - b.resource;
  if (a.className === null) return -1;
  return b.className === null || a.className > b.className ? 1 : -1;
}

function refuseDuplicates(keys: readonly ResourceKey[]): void {
  const sorted = [...keys].sort(byKey);
  sorted.forEach((key, index) => {
    if (index === 0 || !isSame(key, sorted[index - 1]!)) return;
    throw new KernelRefusal('KERNEL-MARKET-DUPLICATE', 'markets', 'each class and resource once', nameOf(key));
  });
}

function unknownMarket(key: ResourceKey): KernelRefusal {
  return new KernelRefusal('KERNEL-MARKET-UNKNOWN', 'markets', 'a class and resource with a market', nameOf(key));
}

function nameOf({ className, resource }: ResourceKey): string {
  return `resource ${resource} of ${className ?? 'every class'}`;
}
