import { average } from './estimates.ts';
import { QuantileSample, type QuantileTable } from './quantiles.ts';
import { TraceRefusal } from './refusal.ts';
import { newTally, type PriceTrace, type TraceTally } from './schemas.ts';

/** A price by epoch, and how it moves. */
export interface PriceDriver {
  readonly source: string;
  readonly unit: string;
  readonly series: string;
  readonly epochSeconds: number;
  readonly startSeconds: number;
  /** Mean over each epoch's time. */
  readonly prices: Float64Array;
  /** Rows at which the price was another than before. */
  readonly changes: number;
  /** Over the epochs, so weighted by time. */
  readonly quantiles: QuantileTable;
  /** A geometric Brownian motion with jumps fitted to the epochs; null where fewer than three prices are above 0. */
  readonly motion: PriceMotion | null;
  readonly tally: Readonly<TraceTally>;
}

/** Of log returns between epochs. A jump is a return more than four deviations off the mean. */
export interface PriceMotion {
  readonly driftPerDay: number;
  /** Without the jumps. */
  readonly volatilityPerDay: number;
  readonly jumpsPerDay: number;
  /** Of the jumps' log returns; 0 without jumps. */
  readonly jumpMean: number;
  readonly jumpDeviation: number;
}

const DAY_SECONDS = 86_400;
const EPOCHS_MAX = 4_194_304;
const JUMP_DEVIATIONS = 4;

/**
 * One series of a price trace as a step function over epochs: a price holds until the next. `series` may be left out
 * where the trace has only one.
 * @throws TraceRefusal TRACE-SERIES (unknown, or not said which), TRACE-LONG, and the reader's
 */
export async function priceDriver(
  trace: PriceTrace,
  { epochSeconds, series }: { readonly epochSeconds: number; readonly series?: string },
): Promise<PriceDriver> {
  const { name, first, last } = await spanOf(trace, series);
  const startSeconds = Math.floor(first / epochSeconds) * epochSeconds;
  const epochs = Math.floor((last - startSeconds) / epochSeconds) + 1;
  if (epochs > EPOCHS_MAX)
    throw new TraceRefusal('TRACE-LONG', trace.name, `at most ${EPOCHS_MAX} epochs of ${epochSeconds} s`, `${epochs}`);
  const sums = new Float64Array(epochs);
  const covered = new Float64Array(epochs);
  const hold = (price: number, from: number, until: number): void => {
    for (let epoch = Math.floor((from - startSeconds) / epochSeconds); epoch < epochs; epoch += 1) {
      const low = startSeconds + epoch * epochSeconds;
      const seconds = Math.min(until, low + epochSeconds) - Math.max(from, low);
      if (seconds <= 0) break;
      sums[epoch]! += price * seconds;
      covered[epoch]! += seconds;
    }
  };
  const tally = newTally();
  let before: { seconds: number; price: number } | null = null;
  let changes = 0;
  for await (const row of trace.rows(tally)) {
    if (row.series !== name) continue;
    if (before !== null) hold(before.price, before.seconds, row.seconds);
    if (before !== null && before.price !== row.price) changes += 1;
    before = row;
  }
  hold(before!.price, before!.seconds, startSeconds + epochs * epochSeconds);
  const prices = sums.map((sum, epoch) => sum / covered[epoch]!);
  const sample = new QuantileSample();
  for (const price of prices) sample.add(price);
  const quantiles = sample.table(`${trace.source}: ${name}`, trace.unit);
  const motion = motionOf(prices, epochSeconds);
  const { source, unit } = trace;
  return { source, unit, series: name, epochSeconds, startSeconds, prices, changes, quantiles, motion, tally };
}

/** Series that a message lists. */
const SHOWN = 8;

async function spanOf(trace: PriceTrace, wanted: string | undefined) {
  const spans = new Map<string, { first: number; last: number }>();
  for await (const { series, seconds } of trace.rows()) {
    const span = spans.get(series);
    spans.set(series, {
      first: Math.min(span?.first ?? seconds, seconds),
      last: Math.max(span?.last ?? seconds, seconds),
    });
  }
  const name = wanted ?? (spans.size === 1 ? [...spans.keys()][0]! : undefined);
  const found = name === undefined ? undefined : spans.get(name);
  if (name !== undefined && found !== undefined) return { name, ...found };
  const list = `${[...spans.keys()].slice(0, SHOWN).join(', ')}${spans.size > SHOWN ? ` and ${spans.size - SHOWN} more` : ''}`;
  throw new TraceRefusal(
    'TRACE-SERIES',
    trace.name,
    `one of its ${spans.size} series: ${list}`,
    wanted ?? 'none named',
  );
}

function motionOf(prices: Float64Array, epochSeconds: number): PriceMotion | null {
  const logs = [...prices].filter((price) => price > 0).map(Math.log);
  if (logs.length < 3) return null;
  const returns = logs.slice(1).map((log, index) => log - logs[index]!);
  const [mean, deviation] = [average(returns), deviationOf(returns)];
  const isJump = (one: number) => Math.abs(one - mean) > JUMP_DEVIATIONS * deviation;
  const jumps = deviation > 0 ? returns.filter(isJump) : [];
  const calm = deviation > 0 ? returns.filter((one) => !isJump(one)) : returns;
  const perDay = DAY_SECONDS / epochSeconds;
  return {
    driftPerDay: average(calm) * perDay,
    volatilityPerDay: deviationOf(calm) * Math.sqrt(perDay),
    jumpsPerDay: (jumps.length / returns.length) * perDay,
    jumpMean: jumps.length === 0 ? 0 : average(jumps),
    jumpDeviation: deviationOf(jumps),
  };
}

function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
