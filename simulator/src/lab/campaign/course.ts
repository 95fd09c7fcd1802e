import type { EpochFigures, EraFigures, Observer } from '../../observers/observer.ts';
import { BINS, SERIES, type SeriesName } from './figures.ts';

const MEANS = ['price', 'tokenPrice', 'utilisation', 'activeNodes', 'emission'] as const;

/** Follows a run in equal parts of its horizon, in bounded memory. A part without an epoch of its own is the one before. */
export class Course implements Observer {
  burnedTokensGrains = 0;
  exits = 0;
  last: Pick<EpochFigures, 'priceMicrograinsPerNcuS' | 'tokenMicrograins' | 'activeNodes'> | null = null;
  readonly #horizonEpochs: number;
  readonly #mintedGrains: () => bigint;
  readonly #sums = Object.fromEntries(MEANS.map((name) => [name, new Float64Array(BINS)]));
  readonly #counts = Object.fromEntries(MEANS.map((name) => [name, new Float64Array(BINS)]));
  readonly #ends = {
    coverage: new Float64Array(BINS).fill(Number.NaN),
    supply: new Float64Array(BINS).fill(Number.NaN),
  };

  constructor(horizonEpochs: number, mintedGrains: () => bigint) {
    this.#horizonEpochs = horizonEpochs;
    this.#mintedGrains = mintedGrains;
  }

  epoch(figures: EpochFigures): void {
    const { priceMicrograinsPerNcuS, tokenMicrograins, activeNodes, utilisation, emissionGrains } = figures;
    const bin = this.#binOf(figures.epoch);
    const values = [priceMicrograinsPerNcuS, tokenMicrograins, utilisation, activeNodes, emissionGrains];
    for (const [at, name] of MEANS.entries()) {
      if (Number.isNaN(values[at])) continue;
      this.#sums[name]![bin]! += values[at]!;
      this.#counts[name]![bin]! += 1;
    }
    this.burnedTokensGrains += figures.burnedTokensGrains;
    this.#ends.supply[bin] = this.supplyTokensGrains;
    this.last = { priceMicrograinsPerNcuS, tokenMicrograins, activeNodes };
  }

  era({ epoch, coverage, exits }: EraFigures): void {
    this.#ends.coverage[this.#binOf(epoch)] = coverage;
    this.exits += exits;
  }

  get supplyTokensGrains(): number {
    return Number(this.#mintedGrains()) - this.burnedTokensGrains;
  }

  get series(): Readonly<Record<SeriesName, readonly (number | null)[]>> {
    const means = MEANS.map((name) => [name, this.#sums[name]!.map((sum, bin) => sum / this.#counts[name]![bin]!)]);
    const all: Readonly<Record<string, Float64Array>> = { ...Object.fromEntries(means), ...this.#ends };
    const names = Object.keys(SERIES) as SeriesName[];
    return Object.fromEntries(names.map((name) => [name, held(all[name]!)])) as Record<SeriesName, (number | null)[]>;
  }

  #binOf(epoch: number): number {
    return Math.min(BINS - 1, Math.floor((epoch * BINS) / this.#horizonEpochs));
  }
}

/** Null before the first value there is. */
function held(values: Float64Array): (number | null)[] {
  let before: number | null = null;
  return Array.from(values, (value) => {
    if (!Number.isNaN(value)) before = value;
    return before;
  });
}
