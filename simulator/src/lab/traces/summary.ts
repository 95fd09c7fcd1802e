import { QuantileSample, type QuantileTable } from './quantiles.ts';
import type { JobTrace, PriceTrace, RequestTrace, Trace, TraceTally, UsageTrace } from './schemas.ts';
import { newTally } from './schemas.ts';

/** A trace at a glance. */
export interface TraceSummary {
  readonly source: string;
  readonly tally: Readonly<TraceTally>;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** By what they are of: sizes, durations, pauses between arrivals, prices … */
  readonly quantiles: Readonly<Record<string, QuantileTable>>;
}

type Numbers = Readonly<Record<string, number>>;

/**
 * Quantiles of everything that a row says, in one reading. Pauses only where the file is in the order of time.
 * @throws TraceRefusal the reader's
 */
export async function summarise(trace: Exclude<Trace, { schema: 'up-down' }>): Promise<TraceSummary> {
  const samples = new Map<string, QuantileSample>();
  const tally = newTally();
  const hasOrder = trace.mapping.order !== 'any' && (trace.schema === 'job' || trace.schema === 'request');
  let [first, last, before] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  for await (const { seconds, numbers } of readings(trace, tally)) {
    first = Math.min(first, seconds);
    last = Math.max(last, seconds);
    const all = hasOrder && !Number.isNaN(before) ? { ...numbers, pauseSeconds: seconds - before } : numbers;
    before = seconds;
    for (const [name, value] of Object.entries(all)) {
      const sample = samples.get(name) ?? new QuantileSample();
      samples.set(name, sample);
      sample.add(value);
    }
  }
  const tables = [...samples].map(([name, sample]) => {
    const unit = name.endsWith('Seconds') ? 's' : trace.unit;
    return [name, sample.table(`${trace.source}: ${name}`, unit)] as const;
  });
  const [firstSeconds, lastSeconds] = last >= first ? [first, last] : [0, 0];
  return { source: trace.source, tally, firstSeconds, lastSeconds, quantiles: Object.fromEntries(tables) };
}

async function* readings(
  trace: JobTrace | RequestTrace | UsageTrace | PriceTrace,
  tally: TraceTally,
): AsyncGenerator<{ readonly seconds: number; readonly numbers: Numbers }> {
  if (trace.schema === 'job') {
    for await (const { arrivalSeconds, durationSeconds, size } of trace.rows(tally))
      yield { seconds: arrivalSeconds, numbers: { durationSeconds, size } };
  } else if (trace.schema === 'request') {
    for await (const { seconds, sizeIn, sizeOut } of trace.rows(tally)) yield { seconds, numbers: { sizeIn, sizeOut } };
  } else if (trace.schema === 'usage') {
    for await (const { seconds, quantity } of trace.rows(tally)) yield { seconds, numbers: { quantity } };
  } else {
    for await (const { seconds, price } of trace.rows(tally)) yield { seconds, numbers: { price } };
  }
}
