import { countFrom, ExperimentRefusal } from '../refusal.ts';
import { SOBOL_DIMENSIONS_MAX } from './joe-kuo.ts';
import { type Scramble, SobolSequence } from './sobol-sequence.ts';

export interface SaltelliShape {
  readonly parameters: number;
  /** Base points n; a power of two balances the sequence. */
  readonly base: number;
  /** Rows BA as well: n·(2d + 2) runs instead of n·(d + 2). */
  readonly secondOrder: boolean;
}

export interface SaltelliOptions extends SaltelliShape {
  readonly seed: number;
  readonly scramble?: Scramble;
}

/** Runs for one base point: A, AB(1) … AB(d), for the second order BA(1) … BA(d), and B. */
export function saltelliBlock({ parameters, secondOrder }: SaltelliShape): number {
  return secondOrder ? 2 * parameters + 2 : parameters + 2;
}

/**
 * The design of Saltelli (Comput. Phys. Commun. 145, 2002) and Saltelli et al. (ibid. 181, 2010): A and B are the two
 * halves of one Sobol' point in 2d dimensions; AB(i) is A with column i of B, BA(i) is B with column i of A. Block after
 * block, so the first n' blocks are the design of n' base points: a run can stop early or go on.
 * Refuses EXPERIMENT-DIMENSIONS, EXPERIMENT-COUNT, EXPERIMENT-SEED.
 */
export class SaltelliDesign {
  readonly shape: SaltelliShape;
  readonly size: number;
  readonly #sequence: SobolSequence;

  constructor({ parameters, base, secondOrder, seed, scramble = 'owen' }: SaltelliOptions) {
    countFrom(1, base, 'base');
    if (parameters > SOBOL_DIMENSIONS_MAX / 2) {
      const range = `at most ${SOBOL_DIMENSIONS_MAX / 2} parameters`;
      throw new ExperimentRefusal('EXPERIMENT-DIMENSIONS', 'Saltelli design', range, parameters);
    }
    this.shape = { parameters, base, secondOrder };
    this.size = base * saltelliBlock(this.shape);
    this.#sequence = new SobolSequence(2 * countFrom(1, parameters, 'parameters'), scramble, seed);
  }

  /** Row `index` of `size`, a point of the unit cube. */
  point(index: number): Float64Array {
    if (!(Number.isSafeInteger(index) && index >= 0 && index < this.size)) {
      throw new ExperimentRefusal('EXPERIMENT-COUNT', 'Saltelli design', `an index from 0 to ${this.size - 1}`, index);
    }
    const { parameters } = this.shape;
    const block = saltelliBlock(this.shape);
    const both = this.#sequence.point(Math.floor(index / block));
    const place = index % block;
    const fromB = place === block - 1 || place > parameters;
    const point = both.slice(fromB ? parameters : 0, fromB ? 2 * parameters : parameters);
    if (place === 0 || place === block - 1) return point;
    const exchanged = (place - 1) % parameters;
    point[exchanged] = both[fromB ? exchanged : parameters + exchanged]!;
    return point;
  }

  points(): Float64Array[] {
    return Array.from({ length: this.size }, (_, index) => this.point(index));
  }
}
