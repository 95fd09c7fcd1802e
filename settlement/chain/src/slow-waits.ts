import { type CoverageThrottleRule, mintPace } from '@stannary/kernel';

/** Most steps that the reserve's contract takes. */
const STEPS_MAX = 256;

/**
 * The waits between two issues after 0, 1, 2 … steps of coverage below the warning line, in seconds, as the reserve's
 * contract is told them: a power with an exact fraction is the kernel's to compute. The last holds for every further
 * step. Refuses as `mintPace` does.
 */
export function slowWaitSeconds(rule: CoverageThrottleRule): number[] {
  const waits: number[] = [];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const pace = mintPace(rule, BigInt(rule.warnPpm) - BigInt(step) * BigInt(rule.stepPpm) - (step === 0 ? 1n : 0n));
    if (pace.kind === 'halted') break;
    waits.push(pace.waitSeconds);
    if (step > 0 && pace.waitSeconds >= rule.waitSecondsMax) break;
  }
  return waits.length === 0 ? [rule.waitSecondsMin] : waits;
}
