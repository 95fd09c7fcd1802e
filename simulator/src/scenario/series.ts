import type { ProviderPopulation, Series } from './scenario.ts';

/** A step function's value in an epoch; from its start again when it ends. Without a series always `otherwise`. */
export function seriesAt(series: Series | null | undefined, epoch: number, otherwise: number): number {
  if (series === null || series === undefined) return otherwise;
  return series.values[Math.floor(epoch / series.epochsPerValue) % series.values.length]!;
}

/** Share of a population's nodes that are up in an epoch, in the mean: its churn's where it has one. */
export function upShareAt({ churn, availability }: ProviderPopulation, epoch: number): number {
  return seriesAt(churn, epoch, availability);
}

/** The lowest that it ever is. */
export function upShareLeast({ churn, availability }: ProviderPopulation): number {
  return churn === null || churn === undefined
    ? availability
    : churn.values.reduce((least, one) => Math.min(least, one));
}
