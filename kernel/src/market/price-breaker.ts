/** Caps a price at k times its own time-weighted mean: epochs weigh alike. */
export interface PriceBreakerRule {
  /** k. */
  readonly multiplePpm: number;
  /** The window is this many buckets, the newest one filling. One epoch a bucket slides exactly. */
  readonly buckets: number;
  readonly bucketEpochs: number;
}

/** Sums of prices, oldest bucket first, at most the rule's number: a bounded memory of any window. */
export type BreakerWindow = readonly PriceBucket[];

export interface PriceBucket {
  readonly epochs: number;
  /** Exact; decimal string, because it may pass 2^53. */
  readonly sumMicrograinsPerNcuS: string;
}

/** floor(k * mean); without a breaker, or before any price, no bound. */
export function breakerCap(rule: PriceBreakerRule | null, window: BreakerWindow): number {
  if (rule === null || window.length === 0) return Number.MAX_SAFE_INTEGER;
  const epochs = window.reduce((sum, bucket) => sum + bucket.epochs, 0);
  const prices = window.reduce((sum, bucket) => sum + BigInt(bucket.sumMicrograinsPerNcuS), 0n);
  const cap = (BigInt(rule.multiplePpm) * prices) / (1_000_000n * BigInt(epochs));
  return cap > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(cap);
}

/** The window with one more epoch's price. */
export function withPrice(rule: PriceBreakerRule | null, window: BreakerWindow, price: number): BreakerWindow {
  if (rule === null) return [];
  const newest = window.at(-1);
  if (newest === undefined || newest.epochs >= rule.bucketEpochs) {
    return [...window, { epochs: 1, sumMicrograinsPerNcuS: price.toString() }].slice(-rule.buckets);
  }
  const sumMicrograinsPerNcuS = (BigInt(newest.sumMicrograinsPerNcuS) + BigInt(price)).toString();
  return [...window.slice(0, -1), { epochs: newest.epochs + 1, sumMicrograinsPerNcuS }];
}
