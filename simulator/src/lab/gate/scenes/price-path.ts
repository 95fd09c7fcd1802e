import type { Economy } from '@stannary/kernel';
import type { EpochFigures, Observer } from '../../../observers/observer.ts';
import { RunningMoments } from '../../../observers/running-moments.ts';

const DAY_MS = 86_400_000;
/** Where a price has settled when it stays this near. */
const SETTLED = 0.1;

/** Every epoch's price of a run, and what it says of calm and recovery. */
export class PricePath implements Observer {
  readonly #economy: Economy;
  readonly #prices: Float64Array;

  constructor(economy: Economy, horizonEpochs: number) {
    this.#economy = economy;
    this.#prices = new Float64Array(horizonEpochs);
  }

  epoch({ epoch, priceMicrograinsPerNcuS }: EpochFigures): void {
    this.#prices[epoch] = priceMicrograinsPerNcuS;
  }

  /** Micrograins per NCU·s, shares and seconds; the recovery from a step of demand where there was one. */
  figures(stepEpoch: number | null): Readonly<Record<string, number | null>> {
    const sorted = this.#prices.toSorted();
    return {
      priceMean: this.#prices.reduce((sum, price) => sum + price, 0) / this.#prices.length,
      priceP95: sorted[Math.ceil(0.95 * sorted.length) - 1]!,
      hourlyMoveMost: this.#largestMove(),
      dailyLogVolatility: this.#dailyVolatility(),
      recoverySeconds: stepEpoch === null ? null : this.#recoverySeconds(stepEpoch),
    };
  }

  /** Relative, within an hour or, of longer epochs, from one to the next. */
  #largestMove(): number {
    const lag = Math.max(1, Math.round(3_600_000 / this.#economy.cadence.epochMs));
    let most = 0;
    for (let epoch = lag; epoch < this.#prices.length; epoch += 1) {
      most = Math.max(most, Math.abs(this.#prices[epoch]! / this.#prices[epoch - lag]! - 1));
    }
    return most;
  }

  /** Sample standard deviation of the logarithm's move from day to day; null of less than three days. */
  #dailyVolatility(): number | null {
    const perDay = Math.max(1, Math.round(DAY_MS / this.#economy.cadence.epochMs));
    const moves = new RunningMoments();
    for (let epoch = perDay; epoch < this.#prices.length; epoch += perDay) {
      moves.add(Math.log(this.#prices[epoch]! / this.#prices[epoch - perDay]!));
    }
    return moves.count < 2 ? null : Math.sqrt(moves.variance);
  }

  /**
   * From the step until the price leaves the band around its last quarter's mean no more. Null where it leaves it to the
   * end of a run that is shorter than a recovery may be.
   */
  #recoverySeconds(stepEpoch: number): number | null {
    const end = this.#prices.length;
    const late = this.#prices.subarray(end - Math.ceil((end - stepEpoch) / 4));
    const settled = late.reduce((sum, price) => sum + price, 0) / late.length;
    let last = stepEpoch - 1;
    for (let epoch = stepEpoch; epoch < end; epoch += 1) {
      if (Math.abs(this.#prices[epoch]! / settled - 1) > SETTLED) last = epoch;
    }
    const seconds = ((last + 1 - stepEpoch) * this.#economy.cadence.epochMs) / 1_000;
    return last === end - 1 && seconds <= this.#economy.gate.recoverySecondsMax ? null : seconds;
  }
}
