import type { Economy } from '@stannary/kernel';
import type { ResourceMarkets } from '../books/resource-markets.ts';
import type { Draws } from '../draws/draws.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { seriesAt } from '../scenario/series.ts';
import { WORLD } from './token-market.ts';

/** What consumers want of each class in an epoch at a price; floating point, for it is a wish. */
export class Demand {
  readonly #economy: Economy;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  readonly #epochsPerYear: number;
  /** By class: capacity at epoch 0, NCU·ms. */
  readonly #capacity: readonly number[];

  constructor(
    economy: Economy,
    scenario: Scenario,
    draws: Draws,
    epochsPerYear: number,
    capacityByClass: readonly number[],
  ) {
    this.#economy = economy;
    this.#scenario = scenario;
    this.#draws = draws;
    this.#epochsPerYear = epochsPerYear;
    this.#capacity = capacityByClass;
  }

  /** NCU·ms by class. Each class has a noise of its own, and where there are markets by resource their prices. */
  at(epoch: number, priceMicrograinsPerNcuS: number, markets: ResourceMarkets | null = null): number[] {
    const { demand } = this.#scenario;
    if (
      markets === null &&
      demand.outsideMicrograinsPerNcuS !== null &&
      priceMicrograinsPerNcuS > demand.outsideMicrograinsPerNcuS
    ) {
      return this.#capacity.map(() => 0);
    }
    const relativePrice = priceMicrograinsPerNcuS / this.#economy.price.initialMicrograinsPerNcuS;
    const common =
      demand.utilisation *
      seriesAt(demand.trace, epoch, 1) *
      (1 + demand.growthPerYear) ** (epoch / this.#epochsPerYear) *
      this.#shocksAt(epoch);
    return this.#capacity.map((capacity, classIndex) => {
      const z = demand.noise === 0 ? 0 : this.#draws.normal('demand', epoch, WORLD, classIndex);
      const answer =
        markets?.ask(classIndex, priceMicrograinsPerNcuS, demand.elasticity, demand.outsideMicrograinsPerNcuS) ??
        relativePrice ** -demand.elasticity;
      return capacity * common * answer * Math.exp(demand.noise * z - demand.noise ** 2 / 2);
    });
  }

  #shocksAt(epoch: number): number {
    let factor = 1;
    for (const shock of this.#scenario.shocks) {
      if (shock.kind !== 'demand') continue;
      if (epoch >= shock.atEpoch && epoch < shock.atEpoch + shock.epochs) factor *= shock.factor;
    }
    return factor;
  }
}
