import { countFrom, ExperimentRefusal, finite } from '../refusal.ts';

/** Bits of the fraction that name a bucket: 1,024 buckets for each factor of two, a relative error below 2^−11. */
const FRACTION_BITS = 10;
/** So many values are kept as they are. */
const EXACT_MAX = 1_024;

/** Largest relative error of a quantile once there are more than 1,024 values. */
export const QUANTILE_ERROR = 2 ** -(FRACTION_BITS + 1);

/** Plain data of a sketch, the same for the same values in any order. */
export interface QuantileState {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Ascending; empty once the values are in buckets. */
  readonly exact: readonly number[];
  /** Bucket and count, by bucket; empty while the values are exact. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

/**
 * Quantiles of values that are not kept, in buckets of a set relative width (as DDSketch: Masson, Rim and Lee, VLDB 2019,
 * but bounded by the number's own exponent and leading fraction bits, so without a logarithm). Buckets are counts: merging
 * commutes exactly, and the order of values, parts and workers leaves no trace.
 */
export class QuantileSketch {
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** Null once there were too many. */
  #exact: number[] | null = [];
  readonly #buckets = new Map<number, number>();

  constructor(state?: QuantileState) {
    if (state !== undefined) this.absorb(state);
  }

  /** Refuses EXPERIMENT-VALUE. */
  add(value: number): void {
    this.#span(finite(value, 'quantiles'), value, 1);
    if (this.#exact === null) this.#count1(bucketOf(value), 1);
    else this.#exact.push(value);
    this.#fold();
  }

  absorb(other: QuantileState): void {
    this.#span(other.min, other.max, other.count);
    if (other.buckets.length > 0) this.#toBuckets();
    for (const [bucket, count] of other.buckets) this.#count1(bucket, count);
    for (const value of other.exact) {
      if (this.#exact === null) this.#count1(bucketOf(value), 1);
      else this.#exact.push(value);
    }
    this.#fold();
  }

  get count(): number {
    return this.#count;
  }

  /** Exact and interpolated (see `quantileOf`) up to 1,024 values, then to QUANTILE_ERROR of one of them; the ends exact. */
  quantile(p: number): number {
    countFrom(1, this.#count, 'quantiles');
    if (this.#exact !== null) return quantileOf(this.#exact.toSorted(ascending), p);
    if (shareWithin(p) === 0) return this.#min;
    const rank = p * (this.#count - 1);
    let passed = 0;
    for (const [bucket, count] of this.#sorted()) {
      passed += count;
      if (passed > rank && p < 1) return Math.min(this.#max, Math.max(this.#min, middleOf(bucket)));
    }
    return this.#max;
  }

  state(): QuantileState {
    const exact = this.#exact?.toSorted(ascending) ?? [];
    return { count: this.#count, min: this.#min, max: this.#max, exact, buckets: this.#sorted() };
  }

  #sorted(): (readonly [number, number])[] {
    return [...this.#buckets].sort((a, b) => a[0] - b[0]);
  }

  #span(min: number, max: number, count: number): void {
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#count += count;
  }

  #count1(bucket: number, count: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
  }

  #fold(): void {
    if (this.#exact !== null && this.#exact.length > EXACT_MAX) this.#toBuckets();
  }

  #toBuckets(): void {
    const values = this.#exact ?? [];
    this.#exact = null;
    for (const value of values) this.#count1(bucketOf(value), 1);
  }
}

const view = new DataView(new ArrayBuffer(8));
const DROPPED_BITS = 20 - FRACTION_BITS;

/** Sign, exponent and leading fraction bits as one whole number that grows with the value; 0 for what is nearly 0. */
function bucketOf(value: number): number {
  view.setFloat64(0, Math.abs(value));
  const bucket = view.getUint32(0) >>> DROPPED_BITS;
  return value < 0 ? -bucket : bucket;
}

function middleOf(bucket: number): number {
  const size = Math.abs(bucket);
  if (size === 0) return 0;
  view.setUint32(0, (size << DROPPED_BITS) | (1 << (DROPPED_BITS - 1)));
  view.setUint32(4, 0);
  return bucket < 0 ? -view.getFloat64(0) : view.getFloat64(0);
}

/** Quantile of ascending values, interpolated between the two around p·(n − 1) (type 7 of Hyndman and Fan 1996). */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  const place = shareWithin(p) * (countFrom(1, sorted.length, 'quantiles') - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

function shareWithin(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new ExperimentRefusal('EXPERIMENT-RANGE', 'quantile', 'a share from 0 to 1', p);
  return p;
}

export function ascending(a: number, b: number): number {
  return a - b;
}
