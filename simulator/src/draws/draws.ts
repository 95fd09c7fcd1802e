import { normalQuantile } from '../experiments/numbers/distributions.ts';
import { threefry } from '../experiments/numbers/threefry.ts';
import { poissonParts, poissonQuantile } from './poisson.ts';

/** What a number is drawn for; the numbers are part of every address and never change. */
export const PURPOSES = {
  availability: 1,
  meter: 2,
  demand: 3,
  'token-price': 4,
  'token-jumps': 5,
  capacity: 6,
  cost: 7,
  entry: 8,
  audit: 9,
  speculation: 10,
  attack: 11,
  beacon: 12,
  arrival: 13,
  service: 14,
  exit: 15,
  band: 16,
} as const;
export type Purpose = keyof typeof PURPOSES;

/** A run of a seed. Every run is a world of its own; variants that are compared share their runs. */
export interface Stream {
  /** A safe integer >= 0; 0 is a seed like any other. */
  readonly seed: number;
  /** 0 to 2^32 - 1. */
  readonly run: number;
}

/** 2^-32, and half of it: uniforms lie in the middle of their cells, so neither 0 nor 1 is ever drawn. */
const CELL = 2 ** -32;
const HALF_CELL = 2 ** -33;

/**
 * Random numbers by address (seed, run, epoch, agent, purpose): asking for one never changes another, so a run is the same
 * whatever the number of workers, after a resume, and for everybody else when an agent is added or asks for more.
 *
 * An agent is a group (a class's providers, a cohort of an attack) and its ordinal in it. Where a purpose needs several
 * numbers of one agent in one epoch, `index` tells them apart. Four neighbours share a block of Threefry-4x32-20: key
 * (seed low, seed high, run, purpose), counter (epoch, group, floor(ordinal / 4), index), word = ordinal mod 4.
 */
export class Draws {
  readonly #keys: readonly Int32Array[];
  readonly #block = new Uint32Array(4);

  constructor({ seed, run }: Stream) {
    const purposes = Math.max(...Object.values(PURPOSES)) + 1;
    this.#keys = Array.from({ length: purposes }, (_, purpose) => {
      return Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0, run | 0, purpose);
    });
  }

  /** In (0, 1), a multiple of 2^-33. */
  uniform(purpose: Purpose, epoch: number, group: number, ordinal: number, index = 0): number {
    threefry(this.#keys[PURPOSES[purpose]]!, epoch, group, ordinal >>> 2, index, this.#block, 0);
    return this.#block[ordinal & 3]! * CELL + HALF_CELL;
  }

  /** The words of ordinals 0 to the column's length, unsigned: a threshold on them is a Bernoulli trial. The fast path. */
  fillWords(out: Uint32Array, purpose: Purpose, epoch: number, group: number, index = 0): void {
    const key = this.#keys[PURPOSES[purpose]]!;
    const whole = out.length & ~3;
    for (let at = 0; at < whole; at += 4) threefry(key, epoch, group, at >>> 2, index, out, at);
    if (whole === out.length) return;
    threefry(key, epoch, group, whole >>> 2, index, this.#block, 0);
    for (let at = whole; at < out.length; at += 1) out[at] = this.#block[at & 3]!;
  }

  /** As many uniforms as the column is long: number i is `uniform` of ordinal i. */
  fillUniforms(out: Float64Array, purpose: Purpose, epoch: number, group: number, index = 0): void {
    const key = this.#keys[PURPOSES[purpose]]!;
    const block = this.#block;
    for (let at = 0; at < out.length; at += 4) {
      threefry(key, epoch, group, at >>> 2, index, block, 0);
      const end = Math.min(at + 4, out.length);
      for (let one = at; one < end; one += 1) out[one] = block[one & 3]! * CELL + HALF_CELL;
    }
  }

  /** Standard normal by inversion of one uniform (AS 241): one address, one number; within ±6.4. */
  normal(purpose: Purpose, epoch: number, group: number, ordinal: number, index = 0): number {
    return normalQuantile(this.uniform(purpose, epoch, group, ordinal, index));
  }

  /** As many standard normals as the column is long: number i is `normal` of ordinal i. */
  fillNormals(out: Float64Array, purpose: Purpose, epoch: number, group: number, index = 0): void {
    this.fillUniforms(out, purpose, epoch, group, index);
    for (let at = 0; at < out.length; at += 1) out[at] = normalQuantile(out[at]!);
  }

  /** Mean 1, by inversion. */
  exponential(purpose: Purpose, epoch: number, group: number, ordinal: number, index = 0): number {
    return -Math.log(this.uniform(purpose, epoch, group, ordinal, index));
  }

  /** Exact, by inversion; a mean beyond 30 is drawn in equal parts, each with an index of its own from `index` on. */
  poisson(mean: number, purpose: Purpose, epoch: number, group: number, ordinal: number, index = 0): number {
    const parts = poissonParts(mean);
    let count = 0;
    for (let part = 0; part < parts; part += 1) {
      count += poissonQuantile(mean / parts, this.uniform(purpose, epoch, group, ordinal, index + part));
    }
    return count;
  }

  /** Sum of a Poisson number of normal jumps: given n of them it is normal with mean n·mean and variance n·deviation². */
  jumps(rule: JumpRule, expected: number, purpose: Purpose, epoch: number, group: number): number {
    const count = this.poisson(expected, purpose, epoch, group, 0);
    if (count === 0) return 0;
    return count * rule.mean + Math.sqrt(count) * rule.deviation * this.normal(purpose, epoch, group, 1);
  }
}

/** Of the logarithm of what jumps. */
export interface JumpRule {
  readonly mean: number;
  readonly deviation: number;
}
