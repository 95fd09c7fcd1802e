import { ExperimentRefusal } from '../refusal.ts';
import { normalQuantile } from './distributions.ts';
import { threefry } from './threefry.ts';

/**
 * One draw after the other at an address: a seed and a path of whole numbers below it. Two addresses give independent
 * draws; the same one gives the same draws on any machine, whatever else was drawn. Seed 0 is a seed.
 * Refuses EXPERIMENT-SEED.
 */
export class DrawSequence {
  readonly #key: Int32Array;
  readonly #block = new Uint32Array(4);
  #at = 0;

  constructor(seed: number, ...path: readonly number[]) {
    const [low, high] = wordsOf(seed);
    this.#key = Int32Array.of(low, high, 0, 0);
    for (const step of path) {
      const [stepLow, stepHigh] = wordsOf(step);
      threefry(this.#key, stepLow, stepHigh, 0, 0, this.#block, 0);
      this.#key.set(this.#block);
    }
  }

  /** Two words of 32 bits: half a block. */
  words(): readonly [number, number] {
    const half = 2 * (this.#at % 2);
    const block = (this.#at - (this.#at % 2)) / 2;
    // The third word of the counter keeps a draw apart from a path's step.
    if (half === 0) threefry(this.#key, block, Math.floor(block / 2 ** 32), 1, 0, this.#block, 0);
    this.#at += 1;
    return [this.#block[half]!, this.#block[half + 1]!];
  }

  /** Uniform in (0, 1): the middle of one of 2^52 equal parts, so never 0 and never 1. */
  uniform(): number {
    const [high, low] = this.words();
    return ((high >>> 6) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 52;
  }

  /** Standard normal, by inversion: one draw of `uniform` each. */
  normal(): number {
    return normalQuantile(this.uniform());
  }

  /** A whole number from 0 to n − 1; uneven by less than n / 2^52. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A permutation of 0 … n − 1 (Fisher and Yates; Durstenfeld 1964). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, index) => index);
    for (let last = n - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      const kept = order[last]!;
      order[last] = order[other]!;
      order[other] = kept;
    }
    return order;
  }
}

function wordsOf(value: number): readonly [number, number] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ExperimentRefusal('EXPERIMENT-SEED', 'seed', 'a whole number from 0 to 2^53 − 1', value);
  }
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}
