import { floorRoot } from '../numbers/root.ts';
import { amountOf, type Participant, readAmount } from './participant.ts';
import type { StakeBoostStep, WeightRule, WeightStep } from './rules.ts';

/**
 * Weights carry 128 binary places. An error of a few 2^-128 in a weight moves a payout by less than one unit as long as
 * pool / Σ weights < 2^120, far past any pool that has been paid.
 */
export const WEIGHT_PLACES = 128n;
const ONE = 1n << WEIGHT_PLACES;
const MILLION = 1_000_000n;

/**
 * A participant's weight in 2^-128 of the measure's smallest unit, each step rounded down.
 * @throws KernelRefusal KERNEL-COLUMN-UNKNOWN, KERNEL-AMOUNT
 * @example weightOf({ measure: { kind: 'column', column: 'locked' }, steps: [] }, { account: 'a', amounts: { locked: 2n }, flags: {} }) // 2n << 128n
 */
export function weightOf(rule: WeightRule, participant: Participant): bigint {
  const measure = amountOf(participant, rule.measure);
  return rule.steps.reduce((weight, step) => applyStep(step, weight, measure, participant), measure << WEIGHT_PLACES);
}

function applyStep(step: WeightStep, weight: bigint, measure: bigint, participant: Participant): bigint {
  switch (step.kind) {
    case 'soft-cap':
      return softCap(BigInt(step.thresholdAmount) << WEIGHT_PLACES, weight);
    case 'hard-cap':
      return least(weight, BigInt(step.capAmount) << WEIGHT_PLACES);
    case 'stake-cap': {
      const stake = amountOf(participant, step.stake) << WEIGHT_PLACES;
      return least(weight, (stake * BigInt(step.kappaNumerator)) / BigInt(step.kappaDenominator));
    }
    case 'stake-boost':
      return (weight * (ONE + boost(step, amountOf(participant, step.stake), measure))) >> WEIGHT_PLACES;
    case 'measured-share':
      return (weight * readAmount(participant, step.shareColumn)) / MILLION;
  }
}

/** x if x < t, else 2·√(t·x) − t: both operands and the result with the weight's places, as the root halves them. */
function softCap(threshold: bigint, weight: bigint): bigint {
  return weight < threshold ? weight : 2n * floorRoot(threshold * weight) - threshold;
}

/** min(K / minimum, √(K / (leverage·E))), rounded down to the weight's places; 0 without a measure. */
function boost(step: StakeBoostStep, stake: bigint, measure: bigint): bigint {
  if (measure === 0n) return 0n;
  const root = floorRoot((stake << (2n * WEIGHT_PLACES)) / (BigInt(step.leverage) * measure));
  return least((stake << WEIGHT_PLACES) / BigInt(step.minimumAmount), root);
}

function least(x: bigint, y: bigint): bigint {
  return y < x ? y : x;
}
