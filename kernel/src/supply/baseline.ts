import { growthExcessQ128, Q128_ONE } from '../numbers/q128.ts';
import { saturatingGrains, wholeSteps } from './schedule.ts';

/**
 * Contribution-gated minting: M(theta) = M (1 - e^(-ln2 theta / h)), where the effective time theta runs only as fast as
 * the network's power keeps up with a baseline b(s) = b0 2^(s / doubling):
 * sum of b(s) to theta = sum of min(b(s), P(s)) to t. (Filecoin's baseline minting.)
 */
export interface BaselineSupplyRule {
  readonly kind: 'baseline';
  /** M, approached and never reached. Decimal string. */
  readonly totalGrains: string;
  readonly halfLifeSeconds: number;
  /** b0, in the unit of the network's power. Decimal string. */
  readonly baselinePower: string;
  /** A whole number of steps. */
  readonly doublingSeconds: number;
  /** The sums' own grid; an epoch counts the steps that end in it, so its length does not change the curve. */
  readonly stepSeconds: number;
}

/** What the two sums have come to. Powers on 2^128 and differences of sums as decimal strings. */
export interface BaselineMemory {
  readonly kind: 'baseline';
  readonly steps: number;
  /** b of the next step. */
  readonly baselineQ128: string;
  /** Whole steps of theta, counting one that has only begun. */
  readonly effectiveSteps: number;
  /** b of the step that theta is in. */
  readonly effectiveBaselineQ128: string;
  /** Sum of b to `effectiveSteps` less the sum of min(b, P): what that step still lacks, from 0 to below its b. */
  readonly lackingQ128: string;
}

export function baselineGenesis(rule: BaselineSupplyRule): BaselineMemory {
  const first = (BigInt(rule.baselinePower) << 128n).toString();
  return {
    kind: 'baseline',
    steps: 0,
    baselineQ128: first,
    effectiveSteps: 0,
    effectiveBaselineQ128: first,
    lackingQ128: '0',
  };
}

/** The baseline's factor from step to step, 2^(step / doubling). @throws KernelRefusal KERNEL-SUPPLY-STEP */
export function baselineGrowthQ128({ doublingSeconds, stepSeconds }: BaselineSupplyRule): bigint {
  return Q128_ONE + growthExcessQ128(wholeSteps(doublingSeconds, stepSeconds, 'doublingSeconds'));
}

/**
 * Counts the steps that end by `elapsedMs`, all with the same power. Per-step products are rounded down on 2^128.
 * @throws KernelRefusal KERNEL-SUPPLY-STEP
 */
export function advanceBaseline(
  rule: BaselineSupplyRule,
  memory: BaselineMemory,
  elapsedMs: number,
  networkPower: bigint,
): BaselineMemory {
  const growthQ128 = baselineGrowthQ128(rule);
  const powerQ128 = networkPower << 128n;
  const steps = Math.floor(elapsedMs / (rule.stepSeconds * 1000));
  let baseline = BigInt(memory.baselineQ128);
  let effective = BigInt(memory.effectiveBaselineQ128);
  let lacking = BigInt(memory.lackingQ128);
  let effectiveSteps = memory.effectiveSteps;
  for (let step = memory.steps; step < steps; step += 1) {
    lacking -= powerQ128 < baseline ? powerQ128 : baseline;
    while (lacking < 0n) {
      if (effectiveSteps > 0) effective = (effective * growthQ128) >> 128n;
      effectiveSteps += 1;
      lacking += effective;
    }
    baseline = (baseline * growthQ128) >> 128n;
  }
  return {
    kind: 'baseline',
    steps: Math.max(steps, memory.steps),
    baselineQ128: baseline.toString(),
    effectiveSteps,
    effectiveBaselineQ128: effective.toString(),
    lackingQ128: lacking.toString(),
  };
}

/** theta in steps, on 2^128, rounded down. */
export function effectiveStepsQ128(memory: BaselineMemory): bigint {
  const whole = BigInt(memory.effectiveSteps) << 128n;
  const lacking = BigInt(memory.lackingQ128);
  if (lacking === 0n) return whole;
  const effective = BigInt(memory.effectiveBaselineQ128);
  return whole - (lacking * Q128_ONE + effective - 1n) / effective;
}

/** Grains minted since genesis, rounded down. */
export function baselineGrains(rule: BaselineSupplyRule, memory: BaselineMemory): bigint {
  return saturatingGrains(rule, effectiveStepsQ128(memory) * BigInt(rule.stepSeconds) * 1000n);
}
