import { KernelRefusal } from '../refusal.ts';

/** How a price is made of many reports. With fewer than half of the reporters lying, it is an honest one's. */
export interface OracleRule {
  readonly kind: 'median';
  /** Fresh reports that there must be; 5 at least, so that two may lie. */
  readonly reportersMin: number;
  /** Reports farther than this from the median are left out; more than half must stay. */
  readonly outlierPpm: number;
  /** Older reports are left out; a newest sample that is older halts the price. */
  readonly stalenessSeconds: number;
  readonly twapSeconds: number;
  /** Bonds are valued at the lowest average of this long: a spike lends no credit. */
  readonly lowSeconds: number;
}

export interface PriceReport {
  readonly reporter: string;
  readonly priceMicrograins: bigint;
  readonly atSeconds: number;
}

export interface LeftOut {
  readonly reporter: string;
  readonly reason: 'stale' | 'future' | 'outlier';
}

export type OraclePrice =
  | { readonly kind: 'live'; readonly priceMicrograins: bigint; readonly leftOut: readonly LeftOut[] }
  | {
      readonly kind: 'halted';
      readonly reason: 'too-few-reports' | 'no-agreement';
      readonly leftOut: readonly LeftOut[];
    };

/**
 * The median of the fresh reports that are near their median; of an even number, the middle two's mean, rounded down.
 * The order of reports is nothing.
 * @throws KernelRefusal KERNEL-REPORT-DUPLICATE, KERNEL-AMOUNT (a price at or below 0)
 */
export function aggregatePrice(rule: OracleRule, reports: readonly PriceReport[], nowSeconds: number): OraclePrice {
  checkReports(reports);
  const leftOut: LeftOut[] = [];
  const keep = (list: readonly PriceReport[], reasonOf: (report: PriceReport) => LeftOut['reason'] | null) =>
    list.filter((report) => {
      const reason = reasonOf(report);
      if (reason !== null) leftOut.push({ reporter: report.reporter, reason });
      return reason === null;
    });
  const fresh = keep(inOrder(reports), ({ atSeconds }) => {
    if (atSeconds > nowSeconds) return 'future';
    return nowSeconds - atSeconds > rule.stalenessSeconds ? 'stale' : null;
  });
  if (fresh.length < rule.reportersMin || fresh.length === 0)
    return { kind: 'halted', reason: 'too-few-reports', leftOut };
  const middle = medianDown(fresh);
  const near = keep(fresh, ({ priceMicrograins: price }) => {
    const off = price > middle ? price - middle : middle - price;
    return off * MILLION > middle * BigInt(rule.outlierPpm) ? 'outlier' : null;
  });
  if (near.length * 2 <= fresh.length) return { kind: 'halted', reason: 'no-agreement', leftOut };
  return { kind: 'live', priceMicrograins: medianDown(near), leftOut };
}

/** A price that held from its moment to the next sample's. */
export interface PriceSample {
  readonly atSeconds: number;
  readonly priceMicrograins: bigint;
}

export interface ValuedPrice {
  /** The newest sample's. */
  readonly spotMicrograins: bigint;
  /** Over the last `twapSeconds`, rounded down. */
  readonly twapMicrograins: bigint;
  /** The lowest such average that ended within `lowSeconds`, or the spot if that is lower. */
  readonly lowMicrograins: bigint;
}

/**
 * What a history of samples is worth now; null while the newest is stale or the history is shorter than an average.
 * @param samples in ascending order of time, none after `nowSeconds`
 * @throws KernelRefusal KERNEL-SAMPLE-ORDER
 */
export function valuedPrice(rule: OracleRule, samples: readonly PriceSample[], nowSeconds: number): ValuedPrice | null {
  const sums = runningSums(samples, nowSeconds);
  const newest = samples.at(-1);
  if (newest === undefined || nowSeconds - newest.atSeconds > rule.stalenessSeconds) return null;
  if (nowSeconds - rule.twapSeconds < samples[0]!.atSeconds) return null;
  const averageTo = (end: number) => averageDown(samples, sums, end - rule.twapSeconds, end);
  const earliest = Math.max(nowSeconds - rule.lowSeconds, samples[0]!.atSeconds + rule.twapSeconds);
  // An average is lowest where it ends at a sample, where it begins at one, or at the ends of the time looked at.
  const ends = [earliest, nowSeconds];
  for (const { atSeconds } of samples) ends.push(atSeconds, atSeconds + rule.twapSeconds);
  const looked = ends.filter((end) => end >= earliest && end <= nowSeconds).map(averageTo);
  const spotMicrograins = newest.priceMicrograins;
  return {
    spotMicrograins,
    twapMicrograins: averageTo(nowSeconds),
    lowMicrograins: looked.reduce((low, one) => (one < low ? one : low), spotMicrograins),
  };
}

/**
 * The average price from one moment to a later one, weighted by time, rounded down.
 * @throws KernelRefusal KERNEL-SAMPLE-ORDER, KERNEL-WINDOW (it begins before the first sample, or is empty)
 */
export function twapDown(samples: readonly PriceSample[], fromSeconds: number, toSeconds: number): bigint {
  const first = samples[0]?.atSeconds ?? Number.POSITIVE_INFINITY;
  if (fromSeconds >= toSeconds || fromSeconds < first) {
    throw new KernelRefusal('KERNEL-WINDOW', 'twapDown', `a window from ${first} on`, `${fromSeconds} to ${toSeconds}`);
  }
  return averageDown(samples, runningSums(samples, Number.POSITIVE_INFINITY), fromSeconds, toSeconds);
}

const MILLION = 1_000_000n;

function medianDown(sorted: readonly PriceReport[]): bigint {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half]!.priceMicrograins;
  return sorted.length % 2 === 1 ? upper : (sorted[half - 1]!.priceMicrograins + upper) / 2n;
}

/** By price, then name. */
function inOrder(reports: readonly PriceReport[]): PriceReport[] {
  return [...reports].sort((x, y) => {
    if (x.priceMicrograins !== y.priceMicrograins) return x.priceMicrograins < y.priceMicrograins ? -1 : 1;
    return x.reporter < y.reporter ? -1 : 1;
  });
}

/** The integral of the price up to each sample. */
function runningSums(samples: readonly PriceSample[], nowSeconds: number): readonly bigint[] {
  let sum = 0n;
  return samples.map(({ atSeconds }, index) => {
    const before = samples[index - 1];
    if (atSeconds > nowSeconds || (before !== undefined && before.atSeconds >= atSeconds)) {
      const expected = before === undefined ? `at most ${nowSeconds}` : `from ${before.atSeconds + 1} to ${nowSeconds}`;
      throw new KernelRefusal('KERNEL-SAMPLE-ORDER', `samples[${index}].atSeconds`, expected, atSeconds);
    }
    if (before !== undefined) sum += before.priceMicrograins * BigInt(atSeconds - before.atSeconds);
    return sum;
  });
}

function averageDown(samples: readonly PriceSample[], sums: readonly bigint[], from: number, to: number): bigint {
  return (integralAt(samples, sums, to) - integralAt(samples, sums, from)) / BigInt(to - from);
}

function integralAt(samples: readonly PriceSample[], sums: readonly bigint[], at: number): bigint {
  let low = 0;
  let high = samples.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.atSeconds <= at) low = middle;
    else high = middle;
  }
  const sample = samples[low]!;
  return sums[low]! + sample.priceMicrograins * BigInt(at - sample.atSeconds);
}

function checkReports(reports: readonly PriceReport[]): void {
  const seen = new Set<string>();
  for (const { reporter, priceMicrograins } of reports) {
    if (seen.has(reporter))
      throw new KernelRefusal('KERNEL-REPORT-DUPLICATE', 'reports', 'one of each reporter', reporter);
    if (priceMicrograins <= 0n) throw new KernelRefusal('KERNEL-AMOUNT', reporter, 'a price above 0', priceMicrograins);
    seen.add(reporter);
  }
}
