import {
  advanceResourcePrices,
  type Economy,
  initialResourcePrices,
  type ResourceKey,
  type ResourcePrice,
} from '@stannary/kernel';

/** What is asked for of a class at one price. */
export interface MixPart {
  /** null: the common price of normalised work. */
  readonly market: ResourceKey | null;
  /** A billed resource that is sold at this price. */
  readonly resource: number;
  /** Of the class's capacity. */
  readonly share: number;
}

export interface ResourceMarketsState {
  /** Of this epoch and of the next. */
  readonly fixed: readonly [readonly ResourcePrice[], readonly ResourcePrice[]];
  readonly newest: readonly ResourcePrice[];
}

/** Of a market in an epoch, NCU·ms. */
export interface MarketUse extends ResourceKey {
  readonly usedNcuMs: number;
  readonly offeredNcuMs: number;
}

/**
 * Prices by class and resource over a run: the kernel's `advanceResourcePrices` on what each market used. A class offers its
 * billed resources in equal parts, and they are asked for in these parts at their initial prices; each part's demand answers
 * its own price.
 */
export class ResourceMarkets {
  /** By class: those of one price together. */
  readonly parts: readonly (readonly MixPart[])[];
  readonly #economy: Economy;
  /** By class and part: what is asked for in this epoch, relative. */
  readonly #asked: number[][];
  #fixed: readonly [readonly ResourcePrice[], readonly ResourcePrice[]];
  #newest: readonly ResourcePrice[];
  /** What the last epoch's prices were moved by; of the common price as well. */
  uses: readonly MarketUse[] = [];
  common = { usedNcuMs: 0, offeredNcuMs: 0 };

  constructor(economy: Economy) {
    this.#economy = economy;
    this.parts = economy.classes.map(({ name }) => partsOf(economy, name));
    this.#asked = this.parts.map((parts) => parts.map(({ share }) => share));
    this.#newest = initialResourcePrices(economy.resourceMarkets);
    this.#fixed = [this.#newest, this.#newest];
  }

  /** Lines that a node may have in an epoch. */
  get linesPerNode(): number {
    return Math.max(1, ...this.parts.map(({ length }) => length));
  }

  /** The last prices that were fixed, which are those of the epoch after the next. */
  get newest(): readonly ResourcePrice[] {
    return this.#newest;
  }

  /** What a class is asked for over what it is at the initial prices, each part by its own price. */
  ask(classIndex: number, commonPrice: number, elasticity: number, outsidePrice: number | null): number {
    const asked = this.#asked[classIndex]!;
    this.parts[classIndex]!.forEach((part, index) => {
      const price = this.#priceOf(part, commonPrice);
      const isBoughtElsewhere = outsidePrice !== null && price > outsidePrice;
      asked[index] = isBoughtElsewhere ? 0 : part.share * (price / this.#initialOf(part)) ** -elasticity;
    });
    return asked.reduce((sum, one) => sum + one, 0);
  }

  /** By part of a class: share of what was asked for, and price. */
  mix(classIndex: number, commonPrice: number): readonly { readonly share: number; readonly price: number }[] {
    const asked = this.#asked[classIndex]!;
    const all = asked.reduce((sum, one) => sum + one, 0);
    return this.parts[classIndex]!.map((part, index) => ({
      share: all === 0 ? part.share : asked[index]! / all,
      price: this.#priceOf(part, commonPrice),
    }));
  }

  /** What an NCU·s of a class sells for in the mean of its parts, micrograins. */
  meanPrice(classIndex: number, commonPrice: number): number {
    return this.mix(classIndex, commonPrice).reduce((sum, { share, price }) => sum + share * price, 0);
  }

  /** Fixes the prices of the epoch after the next. `used` by class and part, `offered` by class, NCU·ms. */
  advance(used: readonly (readonly number[])[], offered: readonly number[]): void {
    const uses = new Map<string, { usedNcuMs: number; offeredNcuMs: number; market: ResourceKey | null }>();
    this.parts.forEach((parts, classIndex) => {
      parts.forEach(({ market, share }, index) => {
        const key = market === null ? '' : `${market.resource} ${market.className}`;
        const use = uses.get(key) ?? { usedNcuMs: 0, offeredNcuMs: 0, market };
        use.usedNcuMs += used[classIndex]![index]!;
        use.offeredNcuMs += Math.floor(offered[classIndex]! * share);
        uses.set(key, use);
      });
    });
    this.common = uses.get('') ?? { usedNcuMs: 0, offeredNcuMs: 0 };
    this.uses = [...uses.values()].flatMap(({ market, usedNcuMs, offeredNcuMs }) =>
      market === null ? [] : [{ className: market.className, resource: market.resource, usedNcuMs, offeredNcuMs }],
    );
    const { resourceMarkets, cadence } = this.#economy;
    this.#newest = advanceResourcePrices(resourceMarkets, this.#newest, this.uses as never, cadence.epochMs);
    this.#fixed = [this.#fixed[1], this.#newest];
  }

  get state(): ResourceMarketsState {
    return { fixed: this.#fixed, newest: this.#newest };
  }

  restore({ fixed, newest }: ResourceMarketsState): void {
    this.#fixed = fixed;
    this.#newest = newest;
  }

  #priceOf({ market }: MixPart, commonPrice: number): number {
    if (market === null) return commonPrice;
    const own = this.#fixed[0].find((one) => isSame(one, market))!;
    return own.state.priceMicrograinsPerNcuS;
  }

  #initialOf({ market }: MixPart): number {
    if (market === null) return this.#economy.price.initialMicrograinsPerNcuS;
    return this.#economy.resourceMarkets.find((one) => isSame(one, market))!.price.initialMicrograinsPerNcuS;
  }
}

function partsOf({ resources, resourceMarkets }: Economy, className: string): MixPart[] {
  const billed = resources.filter((one) => one.billed);
  const parts = new Map<string, MixPart>();
  for (const { code } of billed) {
    const own = resourceMarkets.filter(({ resource }) => resource === code);
    const market = own.find((one) => one.className === className) ?? own.find((one) => one.className === null) ?? null;
    const key = market === null ? '' : `${code}`;
    const { share = 0, resource = code } = parts.get(key) ?? {};
    parts.set(key, { market, resource, share: share + 1 / billed.length });
  }
  return [...parts.values()];
}

function isSame(one: ResourceKey, other: ResourceKey): boolean {
  return one.resource === other.resource && one.className === other.className;
}
