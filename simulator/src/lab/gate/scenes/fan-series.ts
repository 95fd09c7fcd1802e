import type { EpochFigures, EraFigures, Observer } from '../../../observers/observer.ts';

/** Points of a fan: as many as a page can tell apart. */
export const FAN_POINTS = 64;

/** What fans are made of, at evenly spaced epochs of the horizon. */
export class FanSeries implements Observer {
  readonly #every: number;
  readonly #series = {
    price: [] as (number | null)[],
    tokenPrice: [] as (number | null)[],
    utilisation: [] as (number | null)[],
    coverage: [] as (number | null)[],
    activeNodes: [] as (number | null)[],
  };
  #coverage: number | null = null;

  constructor(horizonEpochs: number) {
    this.#every = Math.max(1, Math.ceil(horizonEpochs / FAN_POINTS));
  }

  epoch({ epoch, priceMicrograinsPerNcuS, tokenMicrograins, utilisation, activeNodes }: EpochFigures): void {
    if (epoch % this.#every !== 0) return;
    this.#series.price.push(priceMicrograinsPerNcuS);
    this.#series.tokenPrice.push(tokenMicrograins);
    this.#series.utilisation.push(Number.isNaN(utilisation) ? null : utilisation);
    this.#series.coverage.push(this.#coverage);
    this.#series.activeNodes.push(activeNodes);
  }

  era({ coverage }: EraFigures): void {
    this.#coverage = Number.isNaN(coverage) ? null : coverage;
  }

  get series(): Readonly<Record<string, readonly (number | null)[]>> {
    return this.#series;
  }
}
