/** How far a fit is from what was seen. A null is a figure that these data do not have: all of them were 0. */
export interface FitErrors {
  readonly count: number;
  /** Mean of |actual - predicted| / actual, over the actual values that are not 0. */
  readonly mape: number | null;
  /** How many are 0, which have no percentage. */
  readonly zeros: number;
  /** Sum of |actual - predicted| / sum of actual: zeros count too. */
  readonly wape: number | null;
  /** Pinball loss at each share over the mean actual; empty where the fit has no quantiles. */
  readonly quantileLoss: readonly { readonly share: number; readonly loss: number }[];
}

export interface Prediction {
  readonly actual: number;
  readonly predicted: number;
  /** Predicted quantiles, at the same shares in every prediction. */
  readonly quantiles: readonly { readonly share: number; readonly value: number }[];
}

/** Fitted on the earlier part, judged on both. */
export interface HoldOut {
  readonly inSample: FitErrors;
  readonly outOfSample: FitErrors;
}

export function fitErrors(predictions: readonly Prediction[]): FitErrors {
  const total = predictions.reduce((sum, { actual }) => sum + Math.abs(actual), 0);
  const misses = predictions.map(({ actual, predicted }) => Math.abs(actual - predicted));
  const missed = misses.reduce((sum, miss) => sum + miss, 0);
  const percentages = predictions.flatMap(({ actual }, index) =>
    actual === 0 ? [] : [misses[index]! / Math.abs(actual)],
  );
  const shares = predictions[0]?.quantiles.map(({ share }) => share) ?? [];
  return {
    count: predictions.length,
    mape: percentages.length === 0 ? null : percentages.reduce((sum, one) => sum + one, 0) / percentages.length,
    zeros: predictions.length - percentages.length,
    wape: total > 0 ? missed / total : null,
    quantileLoss:
      total > 0 ? shares.map((share, at) => ({ share, loss: pinball(predictions, share, at) / total })) : [],
  };
}

/** Koenker and Bassett, Econometrica 1978; the sum over all predictions. */
function pinball(predictions: readonly Prediction[], share: number, at: number): number {
  return predictions.reduce((sum, { actual, quantiles }) => {
    const miss = actual - quantiles[at]!.value;
    return sum + Math.max(share * miss, (share - 1) * miss);
  }, 0);
}

/** Shares at which fits state quantiles. */
export const FIT_SHARES = [0.1, 0.5, 0.9] as const;
