import { KernelRefusal } from '../refusal.ts';

/**
 * Makes minting rarer as coverage falls and stops it in time (Akash's circuit breaker): below the warning line the wait
 * between mints is min * growth^steps, at most max, with one step for each `stepPpm` below the line.
 */
export interface CoverageThrottleRule {
  readonly kind: 'coverage-throttle';
  readonly warnPpm: number;
  /** At and below it nothing is minted. */
  readonly haltPpm: number;
  readonly stepPpm: number;
  /** Above 1_000_000. */
  readonly growthPpm: number;
  readonly waitSecondsMin: number;
  readonly waitSecondsMax: number;
  /** Below the warning line, one mint's most, as a share of the credits outstanding. */
  readonly slowMintPpm: number;
}

export type MintPace =
  | { readonly kind: 'open'; readonly waitSeconds: number }
  | { readonly kind: 'slow'; readonly waitSeconds: number }
  | { readonly kind: 'halted' };

/**
 * How often may be minted at a coverage, or null for one of nothing outstanding. The wait is rounded down once, from the
 * exact power.
 * @throws KernelRefusal KERNEL-AMOUNT (growth at or below 1_000_000, or no step)
 */
export function mintPace(rule: CoverageThrottleRule, coveragePpm: bigint | null): MintPace {
  if (rule.growthPpm <= MILLION || rule.stepPpm < 1) {
    const got = `${rule.growthPpm} and ${rule.stepPpm}`;
    throw new KernelRefusal('KERNEL-AMOUNT', 'the throttle', 'growth above 1_000_000 and a step above 0', got);
  }
  if (coveragePpm === null || coveragePpm >= rule.warnPpm) return { kind: 'open', waitSeconds: rule.waitSecondsMin };
  if (coveragePpm <= rule.haltPpm) return { kind: 'halted' };
  const steps = (BigInt(rule.warnPpm) - coveragePpm) / BigInt(rule.stepPpm);
  return { kind: 'slow', waitSeconds: lengthened(rule, steps) };
}

const MILLION = 1_000_000;

/** The fraction min * growth^steps / 10^(6 steps), until it passes the maximum. */
function lengthened({ waitSecondsMin, waitSecondsMax, growthPpm }: CoverageThrottleRule, steps: bigint): number {
  const most = BigInt(waitSecondsMax);
  let numerator = BigInt(waitSecondsMin);
  let denominator = 1n;
  for (let step = 0n; step < steps && numerator > 0n && numerator < most * denominator; step += 1n) {
    numerator *= BigInt(growthPpm);
    denominator *= BigInt(MILLION);
  }
  const wait = numerator / denominator;
  return Number(wait < most ? wait : most);
}
