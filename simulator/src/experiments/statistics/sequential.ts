import { ln, power } from '../numbers/elementary.ts';
import { countFrom, ExperimentRefusal, openShare } from '../refusal.ts';
import type { Interval } from './bounds.ts';
import { type Moments, standardError } from './moments.ts';

export interface StoppingRule {
  /** Chance of ever deciding wrongly, however often one looks. */
  readonly error: number;
  /** No decision before so many runs (200 at the gate). */
  readonly runsMin: number;
  /** 'undecided' from here on. */
  readonly runsMax: number;
  /**
   * Runs at which the rule is sharpest (1,000). Only the power depends on it, never the error.
   */
  readonly runsExpected?: number;
}

export type StoppingDecision = 'above' | 'below' | 'continue' | 'undecided';

/**
 * May the runs stop, and is the mean above or below `bar`? Error control: anytime-valid, by the confidence sequence of the
 * scale-invariant mixture t test (`anytimeInterval`). Looking after every run, or only when convenient, costs nothing; an
 * ordinary interval that is looked at until it excludes the bar does so sooner or later even where there is nothing.
 * Refuses EXPERIMENT-COUNT, EXPERIMENT-RANGE.
 */
export function stoppingDecision(moments: Moments, bar: number, rule: StoppingRule): StoppingDecision {
  if (rule.runsMax < countFrom(2, rule.runsMin, 'runsMin')) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'runsMax', `of at least ${rule.runsMin}`, rule.runsMax);
  }
  if (moments.count >= rule.runsMin) {
    const { low, high } = anytimeInterval(moments, rule.error, rule.runsExpected);
    if (low > bar) return 'above';
    if (high < bar) return 'below';
  }
  return moments.count >= rule.runsMax ? 'undecided' : 'continue';
}

/**
 * Confidence sequence of a mean: with probability 1 − error it covers at every n ≥ 2 at once. The Bayes factor of the t
 * test with the right Haar prior on σ and N(0, 1/g) on mean/σ is an e-process under every σ (Lai, Ann. Stat. 4(2), 1976;
 * Pérez-Ortiz, Lardy, de Heide and Grünwald 2022; Wang and Ramdas 2023), so by Ville's inequality it ever passes 1 / error
 * with probability of at most the error. In t it reads √κ·((1 + x) / (1 + κx))^(n/2), κ = g / (n + g), x = t² / (n − 1).
 * Exact for normal values; for others as far as their means are normal, which is what `runsMin` is for.
 * Infinite while no t could decide. Refuses EXPERIMENT-COUNT, EXPERIMENT-RANGE.
 */
export function anytimeInterval(moments: Moments, error: number, runsExpected = 1_000): Interval {
  const n = moments.count;
  const scale = standardError(moments);
  const level = openShare(error, 'error');
  const kappa = 1 / (1 + n * priorScale(level, countFrom(1, runsExpected, 'runsExpected')));
  const ratio = power(1 / (level * level * kappa), 1 / n);
  if (ratio * kappa >= 1) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const reach = scale * Math.sqrt((n - 1) * ((ratio - 1) / (1 - ratio * kappa)));
  return { low: moments.mean - reach, high: moments.mean + reach };
}

/** 1/g that makes the interval nearly narrowest at a number of runs n: n / g ≈ −2·ln error + ln(1 − 2·ln error). */
function priorScale(error: number, runs: number): number {
  const spent = -2 * ln(error);
  return (spent + ln(1 + spent)) / runs;
}
