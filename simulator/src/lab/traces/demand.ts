import { QuantileSample, type QuantileTable } from './quantiles.ts';
import { TraceRefusal } from './refusal.ts';
import { type JobTrace, newTally, type RequestTrace, type TraceTally, type UsageTrace } from './schemas.ts';

/** Demand by epoch: what was asked for in each, in the trace's unit times seconds (jobs), or in its unit. */
export interface DemandSeries {
  readonly source: string;
  readonly unit: string;
  readonly epochSeconds: number;
  /** Where epoch 0 begins, in the trace's own seconds. */
  readonly startSeconds: number;
  readonly quantities: Float64Array;
  /** Jobs, requests or readings that began in the epoch. */
  readonly arrivals: Float64Array;
  readonly tally: Readonly<TraceTally>;
}

export interface DemandOptions {
  readonly epochSeconds: number;
  /** What one unit in and one unit out weigh in a request. Default 1 each. */
  readonly weightIn?: number;
  readonly weightOut?: number;
  /** An epoch of a usage trace without a reading: refuse (default), repeat the one before, or zero. */
  readonly gaps?: 'refuse' | 'hold' | 'zero';
}

/** Eight years of minutes; two such columns are 64 MiB. */
const EPOCHS_MAX = 4_194_304;

/** A part of demand: from a moment, for a time. */
interface Piece {
  readonly seconds: number;
  readonly durationSeconds: number;
  /** Per second where it has a duration, else in all. */
  readonly amount: number;
}

/**
 * Sums a trace into epochs. A job weighs size × seconds in every epoch that it runs in; requests and readings count where
 * they stand. The trace is read twice, first for its span, so that it need not be in order; memory grows with the epochs.
 * @throws TraceRefusal TRACE-LONG (too many epochs: wrong unit, or too short epochs), TRACE-GAP, and the reader's
 */
export async function demandSeries(
  trace: JobTrace | RequestTrace | UsageTrace,
  options: DemandOptions,
): Promise<DemandSeries> {
  const { epochSeconds } = options;
  if (!(epochSeconds > 0)) throw new Error(`an epoch of ${epochSeconds} s`);
  const { first, last } = await spanOf(trace, options);
  const startSeconds = Math.floor(first / epochSeconds) * epochSeconds;
  const epochs = Math.floor((last - startSeconds) / epochSeconds) + 1;
  if (epochs > EPOCHS_MAX)
    throw new TraceRefusal(
      'TRACE-LONG',
      trace.name,
      `at most ${EPOCHS_MAX} epochs of ${epochSeconds} s`,
      `${epochs} (are the times in the unit that the mapping says?)`,
    );
  const quantities = new Float64Array(epochs);
  const arrivals = new Float64Array(epochs);
  const tally = newTally();
  for await (const { seconds, durationSeconds, amount } of piecesOf(trace, options, tally)) {
    const from = seconds - startSeconds;
    arrivals[Math.floor(from / epochSeconds)]! += 1;
    if (durationSeconds === null) quantities[Math.floor(from / epochSeconds)]! += amount;
    else spread(quantities, epochSeconds, from, durationSeconds, amount);
  }
  if (trace.schema === 'usage') mendGaps(trace.name, quantities, arrivals, options.gaps ?? 'refuse', tally);
  const unit = trace.schema === 'job' ? `${trace.unit}·s` : trace.unit;
  return { source: trace.source, unit, epochSeconds, startSeconds, quantities, arrivals, tally };
}

async function spanOf(trace: JobTrace | RequestTrace | UsageTrace, options: DemandOptions) {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for await (const { seconds, durationSeconds } of piecesOf(trace, options, newTally())) {
    first = Math.min(first, seconds);
    last = Math.max(last, seconds + (durationSeconds ?? 0));
  }
  if (last >= first) return { first, last };
  throw new TraceRefusal('TRACE-EMPTY', trace.name, 'at least one row that is not left out', 'none');
}

async function* piecesOf(
  trace: JobTrace | RequestTrace | UsageTrace,
  { weightIn = 1, weightOut = 1 }: DemandOptions,
  tally: TraceTally,
): AsyncGenerator<Omit<Piece, 'durationSeconds'> & { readonly durationSeconds: number | null }> {
  if (trace.schema === 'job') {
    for await (const { arrivalSeconds, durationSeconds, size } of trace.rows(tally))
      yield { seconds: arrivalSeconds, durationSeconds, amount: size };
  } else if (trace.schema === 'request') {
    for await (const { seconds, sizeIn, sizeOut } of trace.rows(tally))
      yield { seconds, durationSeconds: null, amount: weightIn * sizeIn + weightOut * sizeOut };
  } else {
    for await (const { seconds, quantity } of trace.rows(tally))
      yield { seconds, durationSeconds: null, amount: quantity };
  }
}

/** Adds size × seconds to every epoch between two moments. */
function spread(quantities: Float64Array, epochSeconds: number, from: number, length: number, size: number): void {
  const until = from + length;
  for (let epoch = Math.floor(from / epochSeconds); epoch < quantities.length; epoch += 1) {
    const start = Math.max(from, epoch * epochSeconds);
    const end = Math.min(until, (epoch + 1) * epochSeconds);
    if (end <= start) break;
    quantities[epoch]! += size * (end - start);
  }
}

function mendGaps(
  name: string,
  quantities: Float64Array,
  arrivals: Float64Array,
  rule: 'refuse' | 'hold' | 'zero',
  tally: TraceTally,
): void {
  for (let epoch = 1; epoch < quantities.length; epoch += 1) {
    if (arrivals[epoch] !== 0) continue;
    if (rule === 'refuse')
      throw new TraceRefusal('TRACE-GAP', `${name} epoch ${epoch}`, 'a reading in every epoch', 'none');
    if (rule === 'hold') quantities[epoch] = quantities[epoch - 1]!;
    tally.filled += 1;
  }
}

export interface Rescaled {
  readonly series: DemandSeries;
  /** What every quantity was multiplied by. */
  readonly factor: number;
  /** Share of the epochs that ask for more than the capacity. */
  readonly overloadedShare: number;
}

/**
 * A trace's shape at a network's size: its mean becomes the given share of the capacity of an epoch.
 * @throws TraceRefusal TRACE-SHORT (a trace that asks for nothing has no scale)
 */
export function rescaleDemand(series: DemandSeries, capacityPerEpoch: number, utilisation: number): Rescaled {
  const mean = meanOf(series.quantities);
  if (!(mean > 0)) throw new TraceRefusal('TRACE-SHORT', series.source, 'demand above 0', 'none in any epoch');
  const factor = (capacityPerEpoch * utilisation) / mean;
  const quantities = series.quantities.map((quantity) => quantity * factor);
  const overloaded = quantities.reduce((count, quantity) => count + (quantity > capacityPerEpoch ? 1 : 0), 0);
  return { series: { ...series, quantities }, factor, overloadedShare: overloaded / quantities.length };
}

/** Demand over the hours of a day or a week, as multiples of its mean. */
export interface DemandProfile {
  readonly source: string;
  readonly periodSeconds: number;
  /** One an hour, mean 1 over the hours that were seen; an hour that was never seen is 1. */
  readonly factors: readonly number[];
  /** Epochs behind each. */
  readonly counts: readonly number[];
}

const HOUR_SECONDS = 3_600;
const PERIODS = { daily: 86_400, weekly: 604_800 } as const;
/** 1970-01-01 was a Thursday: weeks begin on Monday. */
const MONDAY_SECONDS = 4 * 86_400;

/** Of all epochs, or of the first `epochs`. @throws TraceRefusal TRACE-SHORT (no demand) */
export function demandProfile(
  series: DemandSeries,
  period: keyof typeof PERIODS,
  epochs = series.quantities.length,
): DemandProfile {
  const periodSeconds = PERIODS[period];
  const hours = periodSeconds / HOUR_SECONDS;
  const sums = new Float64Array(hours);
  const counts = new Array<number>(hours).fill(0);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const hour = hourOf(series.startSeconds + epoch * series.epochSeconds, periodSeconds);
    sums[hour]! += series.quantities[epoch]!;
    counts[hour]! += 1;
  }
  const mean = meanOf(series.quantities.subarray(0, epochs));
  if (!(mean > 0)) throw new TraceRefusal('TRACE-SHORT', series.source, 'demand above 0', 'none in any epoch');
  const factors = counts.map((count, hour) => (count === 0 ? 1 : sums[hour]! / count / mean));
  return { source: series.source, periodSeconds, factors, counts };
}

function hourOf(seconds: number, periodSeconds: number): number {
  const within = (seconds - MONDAY_SECONDS) % periodSeconds;
  return Math.floor((within < 0 ? within + periodSeconds : within) / HOUR_SECONDS);
}

/** The profile's multiple at a moment. */
export function profileAt({ factors, periodSeconds }: DemandProfile, seconds: number): number {
  return factors[hourOf(seconds, periodSeconds)]!;
}

/** Iso-elastic demand: quantity × (price / referencePrice)^-elasticity. A price of 0 asks for the quantity at 1 % of the reference. */
export function elasticDemand(quantity: number, price: number, referencePrice: number, elasticity: number): number {
  return quantity * Math.max(price / referencePrice, 0.01) ** -elasticity;
}

/** How demand is spread over the epochs. */
export function demandQuantiles(series: DemandSeries): QuantileTable {
  const sample = new QuantileSample();
  for (const quantity of series.quantities) sample.add(quantity);
  return sample.table(`${series.source}, per ${series.epochSeconds} s`, series.unit);
}

export function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
