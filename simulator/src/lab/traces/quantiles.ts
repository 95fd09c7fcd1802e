import { TraceRefusal } from './refusal.ts';

/** What a sample looks like: for tables, pictures, and as a distribution to draw from. */
export interface QuantileTable {
  /** Where the numbers come from. */
  readonly source: string;
  readonly unit: string;
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with n - 1; 0 of a single value. */
  readonly deviation: number;
  /** Rising in both; the first is the least value, the last the greatest. */
  readonly rows: readonly { readonly share: number; readonly value: number }[];
  /** Greatest relative error of a value; 0: exact. */
  readonly relativeError: number;
}

const SHARES = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];
/** Values kept as they are: half a megabyte. */
const EXACT_MAX = 65_536;
const ERROR = 0.001;
const GROWTH = Math.log((1 + ERROR) / (1 - ERROR));

/**
 * Collects values >= 0 in bounded memory: exact up to 131,072 values, beyond that in buckets of equal ratio (Masson, Rim,
 * Lee, VLDB 2019), each quantile then within 0.1 % of a value of the sample at that rank. Mean and deviation by Welford's
 * recurrence. The order of values does not matter but for the last digits of these two.
 */
export class QuantileSample {
  #kept: number[] = [];
  #buckets: Map<number, number> | null = null;
  #zeros = 0;
  #count = 0;
  #mean = 0;
  #squares = 0;
  #least = Number.POSITIVE_INFINITY;
  #greatest = 0;

  /** A NaN, an infinity or a number below 0 is a bug of the caller: cells are checked where they are read. */
  add(value: number): void {
    if (!(value >= 0) || value === Number.POSITIVE_INFINITY) throw new Error(`a sample of ${value}`);
    this.#count += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
    this.#least = Math.min(this.#least, value);
    this.#greatest = Math.max(this.#greatest, value);
    if (this.#buckets !== null) this.#drop(value);
    else if (this.#kept.push(value) > 2 * EXACT_MAX) this.#overflow();
  }

  get count(): number {
    return this.#count;
  }

  /** @throws TraceRefusal TRACE-SHORT without values */
  table(source: string, unit: string): QuantileTable {
    if (this.#count === 0) throw new TraceRefusal('TRACE-SHORT', source, 'at least one value', 'none');
    const sorted = Float64Array.from(this.#kept).sort();
    const buckets = [...(this.#buckets ?? [])].sort(([x], [y]) => x - y);
    const at = (share: number) =>
      this.#buckets === null ? interpolate(sorted, share) : this.#bucketAt(buckets, share);
    return {
      source,
      unit,
      count: this.#count,
      mean: this.#mean,
      deviation: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0,
      rows: SHARES.map((share) => ({ share, value: at(share) })),
      relativeError: this.#buckets === null ? 0 : ERROR,
    };
  }

  #overflow(): void {
    this.#buckets = new Map();
    for (const value of this.#kept) this.#drop(value);
    this.#kept = [];
  }

  #drop(value: number): void {
    if (value === 0) {
      this.#zeros += 1;
      return;
    }
    const bucket = Math.ceil(Math.log(value) / GROWTH);
    this.#buckets!.set(bucket, (this.#buckets!.get(bucket) ?? 0) + 1);
  }

  #bucketAt(buckets: readonly (readonly [number, number])[], share: number): number {
    if (share === 0) return this.#least;
    if (share === 1) return this.#greatest;
    let left = share * (this.#count - 1) - this.#zeros;
    if (left < 0) return 0;
    const found = buckets.find(([, count]) => {
      left -= count;
      return left < 0;
    });
    const middle = Math.exp((found?.[0] ?? 0) * GROWTH) * (1 - ERROR);
    return Math.min(this.#greatest, Math.max(this.#least, middle));
  }
}

/** Quantile of sorted values by linear interpolation between ranks (Hyndman and Fan's type 7, as in R and NumPy). */
export function interpolate(sorted: ArrayLike<number>, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  return low + (rank - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
}

/** The value at a share of the table, linear between its rows. With a uniform number it is a draw from the sample. */
export function quantileAt({ rows }: QuantileTable, share: number): number {
  const above = rows.findIndex((row) => row.share >= share);
  const [low, high] = [rows[Math.max(0, above - 1)]!, rows[above]!];
  if (high.share === low.share) return high.value;
  return low.value + ((share - low.share) / (high.share - low.share)) * (high.value - low.value);
}
