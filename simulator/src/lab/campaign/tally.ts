import { type Interval, meanInterval, shareInterval } from '../../experiments/statistics/bounds.ts';
import { type Moments, NO_MOMENTS, withValue } from '../../experiments/statistics/moments.ts';
import { QuantileSketch } from '../../experiments/statistics/quantiles.ts';
import { FIGURES, type FigureName } from './figures.ts';
import type { JobResult } from './plan.ts';

/** One figure over the runs of a point. */
export interface FigureSummary {
  readonly count: number;
  /** Runs that do not have it. */
  readonly missing: number;
  readonly mean: number;
  /** Of the mean, 95 %, two-sided; null below two runs. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly deviation: number | null;
  readonly least: number;
  readonly most: number;
  /** By share. */
  readonly quantiles: Readonly<Record<'p5' | 'p50' | 'p95', number>>;
}

/** Quantiles over the runs of a point, part by part of the horizon; null where no run has a value. */
export type Fan = Readonly<Record<'p5' | 'p25' | 'p50' | 'p75' | 'p95', readonly (number | null)[]>>;

const CONFIDENCE = 0.95;
const FAN_SHARES = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;

interface Column {
  moments: Moments;
  missing: number;
  readonly quantiles: QuantileSketch;
}

/** Part of a whole, or any number. */
function intervalOf(figure: string, moments: Moments): Interval {
  const isPart = Object.hasOwn(FIGURES, figure) && FIGURES[figure as FigureName].isPart === true;
  // A sum of parts may be 1 and its last bit.
  const isWithin = moments.min >= 0 && moments.max <= 1;
  return isPart && isWithin ? shareInterval(moments, CONFIDENCE) : meanInterval(moments, CONFIDENCE);
}

/** What the runs of one point come to, in memory that does not grow with them. Fed in the order of runs. */
export class PointTally {
  readonly #figures = new Map<string, Column>();
  readonly #series = new Map<string, QuantileSketch[]>();

  add({ figures, series }: JobResult): void {
    for (const [name, value] of Object.entries(figures)) {
      const column = this.#figures.get(name) ?? { moments: NO_MOMENTS, missing: 0, quantiles: new QuantileSketch() };
      this.#figures.set(name, column);
      if (value === null) column.missing += 1;
      else {
        column.moments = withValue(column.moments, value);
        column.quantiles.add(value);
      }
    }
    for (const [name, values] of Object.entries(series)) {
      const bins = this.#series.get(name) ?? values.map(() => new QuantileSketch());
      this.#series.set(name, bins);
      for (const [bin, value] of values.entries()) if (value !== null) bins[bin]!.add(value);
    }
  }

  moments(figure: string): Moments {
    return this.#figures.get(figure)?.moments ?? NO_MOMENTS;
  }

  /** Null for a figure that no run has. */
  summary(figure: string): FigureSummary | null {
    const column = this.#figures.get(figure);
    if (column === undefined || column.moments.count === 0) return null;
    const { moments, missing, quantiles } = column;
    const { count, mean, squares, min, max } = moments;
    const interval = count < 2 ? null : intervalOf(figure, moments);
    return {
      count,
      missing,
      mean,
      interval: interval === null ? null : [interval.low, interval.high],
      deviation: count < 2 ? null : Math.sqrt(squares / (count - 1)),
      least: min,
      most: max,
      quantiles: { p5: quantiles.quantile(0.05), p50: quantiles.quantile(0.5), p95: quantiles.quantile(0.95) },
    };
  }

  get figureNames(): readonly string[] {
    return [...this.#figures.keys()];
  }

  get seriesNames(): readonly string[] {
    return [...this.#series.keys()];
  }

  fan(series: string): Fan {
    const bins = this.#series.get(series) ?? [];
    const shares = Object.entries(FAN_SHARES).map(([name, share]) => {
      return [name, bins.map((bin) => (bin.count === 0 ? null : bin.quantile(share)))];
    });
    return Object.fromEntries(shares) as Fan;
  }
}
