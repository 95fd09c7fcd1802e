import type { Series } from '../../scenario/scenario.ts';
import type { DemandFit } from '../traces/calibrate.ts';
import { type DemandSeries, profileAt } from '../traces/demand.ts';

/** Demand as a model instead of the trace itself: what a scenario holds of a fit. */
export interface FittedDemand {
  /** One period of the profile, an epoch a value; null where the fit is flat. */
  readonly trace: Series | null;
  /** Deviation of the logarithm of quantity over profile. */
  readonly noise: number;
  /** As a scenario says it. */
  readonly growthPerYear: number;
}

const YEAR_SECONDS = 31_557_600;
/** What a scenario holds: minutes that are played as hours may grow beyond it in a year. */
const GROWTH_PER_YEAR = { least: -0.999, most: 1e6 } as const;

/**
 * A week or a day over its mean, growth, and what is left as noise. Epochs in which nothing was asked for have no logarithm.
 * `epochSeconds` is the economy's, which one epoch of the trace stands for.
 */
export function fittedDemand(
  { quantities, startSeconds, epochSeconds }: DemandSeries,
  { profile, growthPerEpoch }: DemandFit,
  ownEpochSeconds = epochSeconds,
): FittedDemand {
  const factorAt = (epoch: number) => (profile === null ? 1 : profileAt(profile, startSeconds + epoch * epochSeconds));
  const perYear = Math.expm1((growthPerEpoch * YEAR_SECONDS) / ownEpochSeconds);
  const growthPerYear = Math.min(GROWTH_PER_YEAR.most, Math.max(GROWTH_PER_YEAR.least, perYear));
  const logs = Array.from(
    quantities,
    (quantity, epoch) => [quantity, factorAt(epoch) * Math.exp(growthPerEpoch * epoch)] as const,
  )
    .filter(([quantity, factor]) => quantity > 0 && factor > 0)
    .map(([quantity, factor]) => Math.log(quantity / factor));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const noise = logs.length < 2 ? 0 : Math.sqrt(squares / (logs.length - 1));
  if (profile === null) return { trace: null, noise, growthPerYear };
  const epochs = Math.max(1, Math.round(profile.periodSeconds / epochSeconds));
  return {
    trace: { values: Array.from({ length: epochs }, (_, epoch) => factorAt(epoch)), epochsPerValue: 1 },
    noise,
    growthPerYear,
  };
}
