import { type Moments, mergedMoments, NO_MOMENTS, standardError, varianceOf, withValue } from '../experiments/index.ts';

/** The moments of a stream that goes on: an empty one has no mean and no extremes, and says so with NaN. */
export class RunningMoments {
  #state: Moments;

  constructor(state: Moments = NO_MOMENTS) {
    this.#state = state;
  }

  /** Refuses EXPERIMENT-VALUE. */
  add(value: number): void {
    this.#state = withValue(this.#state, value);
  }

  merge(other: Moments): void {
    this.#state = mergedMoments(this.#state, other);
  }

  get count(): number {
    return this.#state.count;
  }

  /** NaN of an empty stream, as are least and most. */
  get mean(): number {
    return this.count === 0 ? Number.NaN : this.#state.mean;
  }

  /** Of the sample, n - 1; 0 of fewer than two. */
  get variance(): number {
    return this.count < 2 ? 0 : varianceOf(this.#state);
  }

  /** Of the mean; 0 of fewer than two values. */
  get standardError(): number {
    return this.count < 2 ? 0 : standardError(this.#state);
  }

  get least(): number {
    return this.count === 0 ? Number.NaN : this.#state.min;
  }

  get most(): number {
    return this.count === 0 ? Number.NaN : this.#state.max;
  }

  /** Plain data; it never changes. */
  get state(): Moments {
    return this.#state;
  }
}
