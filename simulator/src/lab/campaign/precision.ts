import { anytimeInterval } from '../../experiments/statistics/sequential.ts';
import { CampaignRefusal } from './refusal.ts';
import type { PointTally } from './tally.ts';

/** How well a figure's mean is to be known: half the width of its interval, absolute or over the mean. */
export interface Precision {
  readonly figure: string;
  readonly half: number;
  readonly isRelative: boolean;
}

/** Fewer runs decide nothing, however alike they are. */
export const RUNS_LEAST = 8;
const ERROR = 0.05;
/** Where the interval is narrowest: much earlier or later it is a little wider, never wrong. */
const RUNS_EXPECTED = 100;

/** `price ±1 %` is relative, `nakamoto ±0.5` absolute, in the figure's own unit. @throws CAMPAIGN-PRECISION */
export function readPrecision(text: string): Precision {
  const [, figure, digits = '', percent] = /^(\w+)\s*(?:±|\+-)\s*([\d.]+)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (figure === undefined || !(value > 0)) {
    throw new CampaignRefusal('CAMPAIGN-PRECISION', 'until', 'a figure and a width, such as "price ±1 %"', text);
  }
  return { figure, half: percent === '%' ? value / 100 : value, isRelative: percent === '%' };
}

/**
 * Whether a point's runs are enough. The interval holds at every look at once, so that looking again and again costs no
 * confidence (`anytimeInterval`, 95 %).
 * @throws CAMPAIGN-PRECISION for a figure that the runs do not have
 */
export function isPrecise(tally: PointTally, { figure, half, isRelative }: Precision): boolean {
  const moments = tally.moments(figure);
  if (moments.count === 0) {
    const names = tally.figureNames.filter((name) => tally.moments(name).count > 0);
    throw new CampaignRefusal('CAMPAIGN-PRECISION', 'until', `one of ${names.join(', ')}`, figure);
  }
  if (moments.count < RUNS_LEAST) return false;
  const { low, high } = anytimeInterval(moments, ERROR, RUNS_EXPECTED);
  return (high - low) / 2 <= (isRelative ? half * Math.abs(moments.mean) : half);
}
