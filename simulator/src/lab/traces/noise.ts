import { QuantileSample, type QuantileTable, quantileAt } from './quantiles.ts';
import { TraceRefusal } from './refusal.ts';
import type { UsageTrace } from './schemas.ts';

/** How much an honest meter's readings of the same thing differ. */
export interface NoiseModel {
  readonly source: string;
  readonly series: string;
  readonly count: number;
  /** In the trace's unit. */
  readonly mean: number;
  /** Deviation over mean. */
  readonly variation: number;
  /** Readings over their mean, which is 1. */
  readonly ratios: QuantileTable;
}

/**
 * One model a series of the trace. The trace is read twice.
 * @throws TraceRefusal TRACE-SHORT (a series that reads 0 throughout has no ratio), and the reader's
 */
export async function noiseModels(trace: UsageTrace): Promise<ReadonlyMap<string, NoiseModel>> {
  const sums = new Map<string, { sum: number; count: number }>();
  for await (const { series, quantity } of trace.rows()) {
    const { sum, count } = sums.get(series) ?? { sum: 0, count: 0 };
    sums.set(series, { sum: sum + quantity, count: count + 1 });
  }
  const samples = new Map([...sums.keys()].map((series) => [series, new QuantileSample()]));
  for await (const { series, quantity } of trace.rows()) {
    const { sum, count } = sums.get(series)!;
    if (sum === 0) throw new TraceRefusal('TRACE-SHORT', `${trace.name} ${series}`, 'a reading above 0', 'none');
    samples.get(series)!.add(quantity / (sum / count));
  }
  return new Map(
    [...samples].map(([series, sample]) => {
      const { sum, count } = sums.get(series)!;
      const ratios = sample.table(`${trace.source}: ${series}, over the mean`, '1');
      const model = { source: trace.source, series, count, mean: sum / count, variation: ratios.deviation, ratios };
      return [series, model];
    }),
  );
}

/** A reading of a true quantity, with a uniform number from [0, 1). */
export function noisyReading({ ratios }: NoiseModel, quantity: number, uniform: number): number {
  return quantity * quantileAt(ratios, uniform);
}

/** Share of honest readings below this multiple of the mean: the false alarms of a threshold. Linear between the rows. */
export function shareBelow({ ratios: { rows } }: NoiseModel, ratio: number): number {
  const above = rows.findIndex(({ value }) => value >= ratio);
  if (above === -1) return 1;
  if (above === 0) return 0;
  const [low, high] = [rows[above - 1]!, rows[above]!];
  return low.share + ((ratio - low.value) / (high.value - low.value)) * (high.share - low.share);
}
