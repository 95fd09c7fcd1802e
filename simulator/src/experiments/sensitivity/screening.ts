import { studentCdf } from '../numbers/distributions.ts';
import { allFinite, countFrom, sameLength } from '../refusal.ts';
import { holmAdjusted } from '../statistics/bounds.ts';
import { pairMomentsOf } from '../statistics/moments.ts';

export interface RankCorrelation {
  /** Spearman's ρ of the parameter with the output. */
  readonly correlation: number;
  /** Two-sided p of no correlation, by t on n − 2 degrees, after Holm's correction over all parameters. */
  readonly p: number;
}

/**
 * A first look at any design's runs, at no further run: which parameters move the output up or down throughout. Blind to
 * what bends both ways (Ishigami's third), so none is dropped for a low correlation alone.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE, EXPERIMENT-COUNT below four points.
 */
export function rankCorrelations(points: readonly ArrayLike<number>[], outputs: ArrayLike<number>): RankCorrelation[] {
  sameLength(countFrom(4, points.length, 'points'), outputs.length, 'outputs');
  allFinite(outputs, 'outputs');
  const ranked = ranksOf(outputs);
  const degrees = points.length - 2;
  const correlations = Array.from({ length: points[0]!.length }, (_, parameter) => {
    const values = points.map((point) => point[parameter]!);
    allFinite(values, `parameter ${parameter}`);
    const pairs = pairMomentsOf(ranksOf(values), ranked);
    const spread = Math.sqrt(pairs.squaresX * pairs.squaresY);
    return spread === 0 ? 0 : Math.max(-1, Math.min(1, pairs.products / spread));
  });
  const p = holmAdjusted(correlations.map((correlation) => twoSidedP(correlation, degrees)));
  return correlations.map((correlation, at) => ({ correlation, p: p[at]! }));
}

function twoSidedP(correlation: number, degrees: number): number {
  const rest = 1 - correlation * correlation;
  return rest <= 0 ? 0 : Math.min(1, 2 * studentCdf(-Math.abs(correlation) * Math.sqrt(degrees / rest), degrees));
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
