import { allFinite, countFrom, ExperimentRefusal } from '../refusal.ts';
import { momentsOf, varianceOf } from '../statistics/moments.ts';

/** Runs of a design, several for each row, with the draws' noise taken apart from the parameters' effect. */
export interface Replicates {
  /** Mean of each row's runs. */
  readonly means: Float64Array;
  /** Unbiased variance among each row's runs; 0 throughout where a row has one run. */
  readonly variances: Float64Array;
  readonly perRow: number;
}

/**
 * Runs one row after the other, `perRow` each. One run a row is taken as free of noise: its noise then counts as effect.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-COUNT, EXPERIMENT-VALUE.
 */
export function replicatesOf(outputs: ArrayLike<number>, perRow: number): Replicates {
  countFrom(1, perRow, 'replicates');
  if (outputs.length % perRow !== 0) {
    throw new ExperimentRefusal('EXPERIMENT-LENGTH', 'outputs', `a multiple of ${perRow} values`, outputs.length);
  }
  allFinite(outputs, 'outputs');
  const rows = outputs.length / perRow;
  const [means, variances] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row += 1) {
    const moments = momentsOf(Array.from({ length: perRow }, (_, run) => outputs[row * perRow + run]!));
    means[row] = moments.mean;
    variances[row] = perRow === 1 ? 0 : varianceOf(moments);
  }
  return { means, variances, perRow };
}
