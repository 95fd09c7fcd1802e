import type { Economy, TokenPrice } from '@stannary/kernel';
import type { Shock } from '../scenario/scenario.ts';

export interface OracleState {
  readonly price: TokenPrice;
  /** Means of the last eras, newest last. */
  readonly eraMeans: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/**
 * What the network knows of the token's value: the market's, unless the oracle stands still, and the lowest mean of an era
 * within the rule's look-back, by which bonds are valued.
 */
export class Oracle {
  readonly #erasBack: number;
  readonly #freezes: readonly Extract<Shock, { kind: 'oracle-freeze' }>[];
  #price: TokenPrice;
  #eraMeans: number[] = [];
  #sum = 0;
  #count = 0;

  constructor({ oracle, cadence }: Economy, shocks: readonly Shock[], micrograins: number) {
    const eraSeconds = (cadence.epochMs * cadence.epochsPerEra) / 1_000;
    this.#erasBack = Math.max(1, Math.ceil(oracle.rule.lowSeconds / eraSeconds));
    this.#freezes = shocks.filter((shock) => shock.kind === 'oracle-freeze');
    this.#price = { spotMicrograins: micrograins, lowMicrograins: micrograins };
  }

  /** The last price that it gave. */
  get price(): TokenPrice {
    return this.#price;
  }

  isFrozen(epoch: number): boolean {
    return this.#freezes.some(({ atEpoch, epochs }) => epoch >= atEpoch && epoch < atEpoch + epochs);
  }

  report(epoch: number, micrograins: number, endsEra: boolean): void {
    if (!this.isFrozen(epoch)) {
      this.#sum += micrograins;
      this.#count += 1;
      const lowest = this.#eraMeans.reduce((low, mean) => Math.min(low, mean), micrograins);
      this.#price = { spotMicrograins: micrograins, lowMicrograins: Math.max(1, Math.floor(lowest)) };
    }
    if (!endsEra || this.#count === 0) return;
    this.#eraMeans = [...this.#eraMeans, this.#sum / this.#count].slice(-this.#erasBack);
    this.#sum = 0;
    this.#count = 0;
  }

  get state(): OracleState {
    return { price: this.#price, eraMeans: this.#eraMeans, sum: this.#sum, count: this.#count };
  }

  restore({ price, eraMeans, sum, count }: OracleState): void {
    this.#price = price;
    this.#eraMeans = [...eraMeans];
    this.#sum = sum;
    this.#count = count;
  }
}
