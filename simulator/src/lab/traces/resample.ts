import type { DemandSeries } from './demand.ts';
import { TraceRefusal } from './refusal.ts';
import { newTally, type TraceTally } from './schemas.ts';

/** What a draw is for; part of its address. */
export type TracePurpose = 'trace-block' | 'trace-arrivals' | 'trace-pick';

/**
 * A number in [0, 1) that is a pure function of its address, with seed and run bound by the caller: the same whatever was
 * drawn before, and by how many workers.
 */
export type AddressedUniform = (purpose: TracePurpose, epoch: number, agent: number, draw: number) => number;

/** Rows of a trace to draw from, whole: what belongs together in a row stays together. */
export interface RowPool<Row> {
  readonly source: string;
  readonly rows: readonly Row[];
  /** One in so many rows was kept. */
  readonly stride: number;
  readonly tally: Readonly<TraceTally>;
}

const ROWS_MAX = 65_536;

/** Every row of a trace, or every second, fourth … so that at most `rowsMax` are kept. @throws TraceRefusal the reader's */
export async function rowPool<Row>(
  trace: { readonly source: string; rows(tally?: TraceTally): AsyncIterable<Row> },
  rowsMax = ROWS_MAX,
): Promise<RowPool<Row>> {
  const tally = newTally();
  let rows: Row[] = [];
  let stride = 1;
  let seen = 0;
  for await (const row of trace.rows(tally)) {
    if (seen++ % stride !== 0) continue;
    rows.push(row);
    if (rows.length <= rowsMax) continue;
    rows = rows.filter((_, index) => index % 2 === 0);
    stride *= 2;
  }
  return { source: trace.source, rows, stride, tally };
}

/** Where draws are taken from: whose they are, and when. */
export interface DrawAddress {
  readonly uniform: AddressedUniform;
  readonly epoch: number;
  readonly agent: number;
}

/**
 * What arrives in one epoch: a Poisson number with the expected mean, each a row of the pool. Interarrival times within
 * the epoch are exponential then; a trace's own bursts between epochs come through the expected number.
 * @throws TraceRefusal TRACE-SHORT (an empty pool)
 */
export function drawArrivals<Row>(pool: RowPool<Row>, expected: number, address: DrawAddress): Row[] {
  if (pool.rows.length === 0) throw new TraceRefusal('TRACE-SHORT', pool.source, 'at least one row', 'none');
  const { uniform, epoch, agent } = address;
  const count = drawPoisson(expected, address);
  return Array.from({ length: count }, (_, draw) => {
    return pool.rows[Math.floor(uniform('trace-pick', epoch, agent, draw) * pool.rows.length)]!;
  });
}

/** Means above it are drawn in parts: e^-16 is far from the smallest number that there is. */
const MEAN_MAX = 16;

/** By inversion, part by part: exact, and one uniform number a part. */
export function drawPoisson(mean: number, { uniform, epoch, agent }: DrawAddress): number {
  let count = 0;
  let left = mean;
  for (let part = 0; left > 0; part += 1) {
    count += invertPoisson(Math.min(left, MEAN_MAX), uniform('trace-arrivals', epoch, agent, part));
    left -= MEAN_MAX;
  }
  return count;
}

function invertPoisson(mean: number, uniform: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  let count = 0;
  while (uniform >= sum && term > 0) {
    count += 1;
    term *= mean / count;
    sum += term;
  }
  return count;
}

/**
 * A demand series of any length from a trace's: whole blocks (a day, a week) drawn with replacement, so that the shape of
 * a day and the burst of an hour are the trace's (Künsch, Annals of Statistics 1989). What of the trace does not fill a
 * block is not drawn.
 * @throws TraceRefusal TRACE-SHORT (not one whole block)
 */
export function resampleDemand(
  series: DemandSeries,
  {
    epochs,
    blockEpochs,
    uniform,
    agent,
  }: { epochs: number; blockEpochs: number; uniform: AddressedUniform; agent: number },
): DemandSeries {
  const blocks = Math.floor(series.quantities.length / blockEpochs);
  if (blocks === 0)
    throw new TraceRefusal(
      'TRACE-SHORT',
      series.source,
      `at least one block of ${blockEpochs} epochs`,
      `${series.quantities.length} epochs`,
    );
  const quantities = new Float64Array(epochs);
  const arrivals = new Float64Array(epochs);
  for (let start = 0; start < epochs; start += blockEpochs) {
    const from = Math.floor(uniform('trace-block', start, agent, 0) * blocks) * blockEpochs;
    const length = Math.min(blockEpochs, epochs - start);
    quantities.set(series.quantities.subarray(from, from + length), start);
    arrivals.set(series.arrivals.subarray(from, from + length), start);
  }
  return { ...series, quantities, arrivals };
}
