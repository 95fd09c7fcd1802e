import { DrawSequence } from '../numbers/draws.ts';
import { countFrom, ExperimentRefusal } from '../refusal.ts';
import { initialNumbers, SOBOL_DIMENSIONS_MAX } from './joe-kuo.ts';

const BITS = 32;

/**
 * 'none': the points as published, the first of them the origin. 'shift': one random digital shift for each dimension.
 * 'owen': nested uniform scrambling (Owen 1995), which keeps every net property, makes estimates unbiased and lowers the
 * error of smooth integrals to about n^−1.5.
 */
export type Scramble = 'none' | 'shift' | 'owen';

/**
 * Sobol's sequence with the direction numbers of Joe and Kuo, in the order of Gray codes (Antonov and Saleev 1979). Any
 * point at once, so a sweep is spread over workers or resumed by index. Refuses EXPERIMENT-DIMENSIONS, EXPERIMENT-SEED.
 */
export class SobolSequence {
  readonly dimensions: number;
  readonly #directions: Uint32Array;
  readonly #scramble: Scramble;
  /** Two words for each dimension. */
  readonly #keys: Uint32Array;

  constructor(dimensions: number, scramble: Scramble = 'none', seed = 0) {
    if (!Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > SOBOL_DIMENSIONS_MAX) {
      const range = `1 to ${SOBOL_DIMENSIONS_MAX} dimensions`;
      throw new ExperimentRefusal('EXPERIMENT-DIMENSIONS', 'Sobol sequence', range, dimensions);
    }
    this.dimensions = dimensions;
    this.#scramble = scramble;
    this.#directions = directionsOf(dimensions);
    this.#keys = Uint32Array.from(
      Array.from({ length: dimensions }, (_, dimension) => new DrawSequence(seed, dimension).words()).flat(),
    );
  }

  /** Point `index` (0 … 2^32 − 1) in [0, 1)^d; a scrambled one in the middle of its part of 2^−32, so never at 0. */
  point(index: number, into = new Float64Array(this.dimensions)): Float64Array {
    if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** BITS) {
      throw new ExperimentRefusal('EXPERIMENT-COUNT', 'Sobol sequence', 'an index below 2^32', index);
    }
    const gray = (index ^ (index >>> 1)) >>> 0;
    for (let dimension = 0; dimension < this.dimensions; dimension += 1) {
      let digits = 0;
      for (let rest = gray; rest !== 0; rest &= rest - 1) {
        digits ^= this.#directions[dimension * BITS + 31 - Math.clz32(rest & -rest)]!;
      }
      into[dimension] = this.#scrambled(digits >>> 0, dimension) / 2 ** BITS;
    }
    return into;
  }

  /** `count` points from an index on. */
  points(count: number, from = 0): Float64Array[] {
    countFrom(0, count, 'points');
    return Array.from({ length: count }, (_, index) => this.point(from + index));
  }

  #scrambled(digits: number, dimension: number): number {
    if (this.#scramble === 'none') return digits;
    const first = this.#keys[2 * dimension]!;
    const mask = this.#scramble === 'shift' ? first : nestedFlips(digits, first, this.#keys[2 * dimension + 1]!);
    return ((digits ^ mask) >>> 0) + 0.5;
  }
}

/** v(k) = m(k)·2^−k as the upper bits of a word, by the recurrence of the polynomial (Bratley and Fox 1988). */
function directionsOf(dimensions: number): Uint32Array {
  const directions = new Uint32Array(dimensions * BITS);
  for (let k = 0; k < BITS; k += 1) directions[k] = 1 << (31 - k);
  for (const [index, { polynomial, initial }] of initialNumbers(dimensions).entries()) {
    const own = directions.subarray((index + 1) * BITS, (index + 2) * BITS);
    const degree = initial.length;
    for (let k = 0; k < BITS; k += 1) {
      if (k < degree) {
        own[k] = initial[k]! << (31 - k);
        continue;
      }
      let word = own[k - degree]! ^ (own[k - degree]! >>> degree);
      for (let back = 1; back < degree; back += 1) {
        if (((polynomial >>> (degree - back)) & 1) === 1) word ^= own[k - back]!;
      }
      own[k] = word;
    }
  }
  return directions;
}

/** A coin at every node of the tree of leading digits: each digit is flipped or not by what stands before it. */
function nestedFlips(digits: number, key0: number, key1: number): number {
  let flips = mixed(1 ^ key0, key1) & 0x80000000;
  for (let depth = 1; depth < BITS; depth += 1) {
    // The digits before, with a bit above them that tells the depths apart.
    const node = (1 << depth) | (digits >>> (BITS - depth));
    flips |= (mixed(node ^ key0, key1) >>> 31) << (BITS - 1 - depth);
  }
  return flips;
}

/** A keyed hash of 32 bits: multiply and shift, with the key between the rounds. */
function mixed(value: number, key: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b) ^ key;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
