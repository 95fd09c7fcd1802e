import type { Scenario } from '@stannary/simulator';
import type { DemandFit, Estimate, FitErrors, NotShown } from '@stannary/simulator/lab';

/** A model of demand that was fitted to a trace, and the world with it. */
export interface DemandCalibration {
  readonly source: string;
  readonly fit: DemandFit | NotShown;
  /** Of the logarithm; null where nothing was fitted, and the trace itself stays. */
  readonly noise: number | null;
  readonly scenario: Scenario;
}

/** What was fitted, and how far it is off on what it saw and on what it did not. */
export function calibrationLines({ source, fit, noise }: DemandCalibration): string[] {
  if ('reason' in fit) return [`demand of ${source}: not fitted, ${fit.reason}; the trace itself is simulated`];
  const period = fit.profile === null ? 'flat' : fit.profile.periodSeconds === 86_400 ? 'a day' : 'a week';
  return [
    `demand of ${source}: ${period}, noise ${noise!.toPrecision(3)}, growth ${(100 * Math.expm1(fit.growthPerEpoch)).toPrecision(2)} % an epoch; level ${estimateText(fit.level)}`,
    `  in sample      ${errorsText(fit.errors.inSample)}`,
    `  out of sample  ${errorsText(fit.errors.outOfSample)}`,
  ];
}

/** `0.82 (0.75 … 0.9 at 95 %, 120 seen)`, or why there is none. */
export function estimateText(estimate: Estimate | NotShown): string {
  if (estimate.kind === 'not-shown') return `not shown: ${estimate.reason}`;
  const { value, low, high, confidence, count } = estimate;
  return `${short(value)} (${short(low)} … ${short(high)} at ${confidence * 100} %, ${count} seen)`;
}

/** Errors over what was seen. */
export function errorsText({ count, wape, mape, quantileLoss }: FitErrors): string {
  const share = (value: number | null) => (value === null ? 'none' : `${(value * 100).toPrecision(3)} %`);
  const losses = quantileLoss.map((one) => `p${one.share * 100} ${share(one.loss)}`);
  const quantiles = losses.length === 0 ? '' : `, quantile loss ${losses.join(', ')}`;
  return `${count} values: off by ${share(wape)} of the total, ${share(mape)} of each${quantiles}`;
}

function short(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
