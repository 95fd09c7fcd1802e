import type { BootstrapEstimate } from '../statistics/bootstrap.ts';

export interface Judged extends BootstrapEstimate {
  /** The BCa interval lies above 0, or above what noise alone would give. */
  readonly distinguishable: boolean;
  /** A sentence's end: "0.31 (0.29 to 0.34)", "not distinguishable from 0 (-0.01 to 0.02)". */
  readonly words: string;
}

/** `floor` is what noise alone gives. A sensitivity below 0 cannot be: it says that there were too few runs. */
export function judged(estimate: BootstrapEstimate, floor = 0): Judged {
  const { low, high } = estimate.bca;
  const span = `(${rounded(low)} to ${rounded(high)})`;
  if (low > floor) return { ...estimate, distinguishable: true, words: `${rounded(estimate.estimate)} ${span}` };
  if (high < 0) return { ...estimate, distinguishable: false, words: `below 0 ${span}, so more runs are needed` };
  const beyond = floor > 0 ? `noise, ${rounded(floor)}` : '0';
  return { ...estimate, distinguishable: false, words: `not distinguishable from ${beyond} ${span}` };
}

/** Three digits, without an exponent where people expect none. */
function rounded(value: number): string {
  const short = Number(value.toPrecision(3));
  return Math.abs(short) < 5e-4 ? '0' : String(short);
}
