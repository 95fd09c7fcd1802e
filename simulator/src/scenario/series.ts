import type { Series } from './scenario.ts';

/** A step function's value in an epoch; from its start again when it ends. Without a series always `otherwise`. */
export function seriesAt(series: Series | null | undefined, epoch: number, otherwise: number): number {
  if (series === null || series === undefined) return otherwise;
  return series.values[Math.floor(epoch / series.epochsPerValue) % series.values.length]!;
}
