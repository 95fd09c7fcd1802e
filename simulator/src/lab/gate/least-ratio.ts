import type { Score } from '../response/objective.ts';

/** Above it all ratios are alike: nobody attacks. */
export const RATIO_MAX = 20;

/** The least cost over return of several attacks, of all others, and whose it is; null where nobody attacks. */
export interface LeastRatio {
  readonly ratio: number;
  readonly othersRatio: number;
  readonly at: number | null;
}

/** Of attacks in their order, the first of equals; null is one without a closed form. */
export function leastOf(tried: readonly (Pick<Score, 'costCredits' | 'returnCredits'> | null)[]): LeastRatio {
  let least: LeastRatio = { ratio: RATIO_MAX, othersRatio: RATIO_MAX, at: null };
  for (const [at, found] of tried.entries()) {
    if (found === null) continue;
    const ratio = ratioOf(found);
    if (ratio < least.ratio) least = { ratio, othersRatio: least.ratio, at };
    else least = { ...least, othersRatio: Math.min(least.othersRatio, ratio) };
  }
  return least;
}

function ratioOf({ costCredits, returnCredits }: Pick<Score, 'costCredits' | 'returnCredits'>): number {
  return returnCredits > 0 ? Math.min(RATIO_MAX, costCredits / returnCredits) : RATIO_MAX;
}
