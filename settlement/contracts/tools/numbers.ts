import { createHash } from 'node:crypto';

/** A stream of numbers that its label fixes. */
export class Numbers {
  readonly #label: string;
  #index = 0;

  constructor(label: string) {
    this.#label = label;
  }

  word(): bigint {
    this.#index += 1;
    return BigInt(`0x${createHash('sha256').update(`${this.#label} ${this.#index}`).digest('hex')}`);
  }

  /** From 0 to `end` - 1. */
  below(end: number): number {
    return Number(this.word() % BigInt(end));
  }

  /** From 0 to `most`: of any length up to its own, so that small ones come too. */
  upTo(most: bigint): bigint {
    return this.sized(most.toString(2).length) % (most + 1n);
  }

  /** Of any number of bits up to `bits`. */
  sized(bits: number): bigint {
    return this.word() & ((1n << BigInt(1 + this.below(bits))) - 1n);
  }
}
