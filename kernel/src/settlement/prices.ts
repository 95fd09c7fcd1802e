import type { Economy } from '../economy.ts';
import { advancePrice, initialPrice, type PriceState, utilisation } from '../market/price.ts';
import {
  advanceResourcePrices,
  initialResourcePrices,
  type ResourceKey,
  type ResourcePrice,
} from '../market/resource-prices.ts';
import type { Epoch, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import type { EconomyState, EpochInputs, EpochPrices } from './epoch.ts';

type Markets = Pick<EconomyState, 'prices' | 'market' | 'resourceMarkets'>;

/** The epoch's work at the common price, and in each market of its own. */
interface MarketUse {
  readonly usedNcuMs: NcuMs;
  readonly usedInMarket: (market: ResourceKey) => NcuMs;
}

/** The first two epochs have the initial prices. */
export function genesisPrices(economy: Economy): Markets {
  const market = initialPrice(economy.price);
  const resourceMarkets = initialResourcePrices(economy.resourceMarkets);
  const prices = [0, 1].map((epoch) => pricesOf(epoch as Epoch, market, resourceMarkets));
  return { prices, market, resourceMarkets };
}

/** Fixes the prices of epoch e + 2 from those of e + 1 and the use of e, and forgets what no usage may name any more. */
export function fixPrices(
  economy: Economy,
  state: EconomyState,
  usage: MarketUse,
  { epoch, offeredNcuMs, offeredByMarket }: EpochInputs,
): Markets & { readonly fixed: MicrograinsPerNcuS; readonly utilisationPpm: Ppm } {
  const { epochMs, lateEpochs } = economy.cadence;
  const market = advancePrice(economy.price, state.market, { usedNcuMs: usage.usedNcuMs, offeredNcuMs, epochMs });
  const uses = offeredByMarket.map((offer) => ({ ...offer, usedNcuMs: usage.usedInMarket(offer) }));
  const resourceMarkets = advanceResourcePrices(economy.resourceMarkets, state.resourceMarkets, uses, epochMs);
  const kept = state.prices.filter((price) => price.epoch >= epoch + 1 - lateEpochs);
  return {
    prices: [...kept, pricesOf((epoch + 2) as Epoch, market, resourceMarkets)],
    market,
    resourceMarkets,
    fixed: market.priceMicrograinsPerNcuS,
    utilisationPpm: utilisation(usage.usedNcuMs, offeredNcuMs) ?? (0 as Ppm),
  };
}

/**
 * The fixed prices of an epoch: of the next two, and back to the oldest that late usage may name.
 * @throws KernelRefusal KERNEL-PRICE-UNKNOWN
 */
export function pricesAt(state: Pick<EconomyState, 'prices'>, epoch: number): EpochPrices {
  const entry = state.prices.find((price) => price.epoch === epoch);
  if (entry !== undefined) return entry;
  const known = state.prices.map((price) => price.epoch).join(', ');
  throw new KernelRefusal('KERNEL-PRICE-UNKNOWN', 'pricesAt', `an epoch of ${known}`, epoch);
}

/** The fixed price of normalised work. @throws KernelRefusal KERNEL-PRICE-UNKNOWN */
export function priceOf(state: Pick<EconomyState, 'prices'>, epoch: number): MicrograinsPerNcuS {
  return pricesAt(state, epoch).priceMicrograinsPerNcuS;
}

function pricesOf(epoch: Epoch, market: PriceState, resourceMarkets: readonly ResourcePrice[]): EpochPrices {
  return {
    epoch,
    priceMicrograinsPerNcuS: market.priceMicrograinsPerNcuS,
    resources: resourceMarkets.map(({ className, resource, state }) => ({
      className,
      resource,
      priceMicrograinsPerNcuS: state.priceMicrograinsPerNcuS,
    })),
  };
}
