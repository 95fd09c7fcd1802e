import type { Economy, ReputationRule } from './economy.ts';
import { isAmount, mulDivDown } from './exact.ts';
import type { Ppm } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';

const MILLION = 1_000_000;
/** More observations of one kind in one epoch than any node can collect; bounds the loop below. */
const OBSERVATIONS_MAX = 100_000;

/**
 * Beta reputation with forgetting (Jøsang and Ismail 2002): two masses in ppm of one observation. A node has two of
 * them: `reputation` counts verdicts on its results (confirmed, or a final fault), `liveness` its assignments
 * (completed or abandoned). Only the first weighs in allocation; neither is ever a price.
 */
export interface BetaMasses {
  readonly successPpm: number;
  readonly failurePpm: number;
}

export const NO_OBSERVATIONS: BetaMasses = { successPpm: 0, failurePpm: 0 };

/**
 * Adds observations one by one, successes first: a' = λa + v, b' = λb + (1 - v), rounded down each. Successes first,
 * because the order within an epoch must not depend on the input's order, and it is the less favourable of the two.
 * @throws KernelRefusal KERNEL-AMOUNT (a count is no integer from 0 to 100000)
 */
export function observe(lambdaPpm: number, masses: BetaMasses, successes: number, failures: number): BetaMasses {
  if (successes === 0 && failures === 0) return masses;
  checkCount(successes);
  checkCount(failures);
  let { successPpm, failurePpm } = masses;
  for (let index = 0; index < successes + failures; index += 1) {
    const success = index < successes ? MILLION : 0;
    successPpm = mulDivDown(successPpm, lambdaPpm, MILLION) + success;
    failurePpm = mulDivDown(failurePpm, lambdaPpm, MILLION) + MILLION - success;
  }
  return { successPpm, failurePpm };
}

/** Mean of the Beta distribution with a uniform prior, (a + 1) / (a + b + 2), rounded down: one half for a newcomer. */
export function scorePpm(masses: BetaMasses): Ppm {
  return mulDivDown(masses.successPpm + MILLION, MILLION, masses.successPpm + masses.failurePpm + 2 * MILLION) as Ppm;
}

/**
 * Share of failures against the same two prior observations, both counted as good: b / (a + b + 2), rounded down. Zero
 * for a newcomer, who has failed at nothing yet; this is what offences compare.
 */
export function failureSharePpm(masses: BetaMasses): Ppm {
  return mulDivDown(masses.failurePpm, MILLION, masses.successPpm + masses.failurePpm + 2 * MILLION) as Ppm;
}

/**
 * Weight in allocation: linear from the minimum at a newcomer's score of one half (or less) to the maximum at 1, rounded
 * down. Newcomers therefore start at the minimum and pay their dues by confirmed work.
 */
export function multiplierPpm(economy: { readonly reputation: ReputationRule }, score: Ppm): Ppm {
  const { multiplierMinPpm: least, multiplierMaxPpm: most } = economy.reputation;
  const aboveNewcomer = Math.max(0, 2 * score - MILLION);
  return (least + mulDivDown(most - least, aboveNewcomer, MILLION)) as Ppm;
}

/** A node's weight in the allocation lottery: bond * m(reputation), rounded down. */
export function allocationWeight(economy: Economy, bondGrains: number, masses: BetaMasses): number {
  return mulDivDown(bondGrains, multiplierPpm(economy, scorePpm(masses)), MILLION);
}

function checkCount(count: number): void {
  if (isAmount(count) && count <= OBSERVATIONS_MAX) return;
  throw new KernelRefusal('KERNEL-AMOUNT', 'observations', `an integer from 0 to ${OBSERVATIONS_MAX}`, count);
}
