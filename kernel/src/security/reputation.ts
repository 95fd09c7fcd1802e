import { addExact, divideProduct, isAmount, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000;
/** More observations of one kind in one epoch than any node can collect; bounds the loop below. */
const OBSERVATIONS_MAX = 100_000;

/** How a record of results weighs, and from where on it is an offence. */
export interface ReputationRule {
  /** Forgetting factor of the Beta reputation: a' = lambda*a + v, b' = lambda*b + (1 - v). */
  readonly lambdaPpm: Ppm;
  readonly multiplierMinPpm: Ppm;
  readonly multiplierMaxPpm: Ppm;
  /** Standings with a bar of their own: work done right, and being there. */
  readonly work: StandingRule;
  readonly liveness: StandingRule;
}

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

/** `observe` for all nodes at once, one entry each. @throws KernelRefusal KERNEL-AMOUNT */
export function observeColumns(
  lambdaPpm: number,
  masses: { readonly successPpm: Float64Array; readonly failurePpm: Float64Array },
  successes: Float64Array,
  failures: Float64Array,
): void {
  const { successPpm, failurePpm } = masses;
  for (let node = 0; node < successes.length; node += 1) {
    const good = successes[node]!;
    const all = good + failures[node]!;
    if (all === 0) continue;
    checkCount(good);
    checkCount(failures[node]!);
    let success = successPpm[node]!;
    let failure = failurePpm[node]!;
    for (let index = 0; index < all; index += 1) {
      const isGood = index < good;
      success = divideProduct(success, lambdaPpm, MILLION) + (isGood ? MILLION : 0);
      failure = divideProduct(failure, lambdaPpm, MILLION) + (isGood ? 0 : MILLION);
    }
    successPpm[node] = success;
    failurePpm[node] = failure;
  }
}

/** Mean of the Beta distribution with a uniform prior, (a + 1) / (a + b + 2), rounded down: one half for a newcomer. */
export function scorePpm({ successPpm, failurePpm }: BetaMasses): Ppm {
  return scoreOfMasses(successPpm, failurePpm);
}

/** `scorePpm` for columns. */
export function scoreOfMasses(successPpm: number, failurePpm: number): Ppm {
  return mulDivDown(successPpm + MILLION, MILLION, successPpm + failurePpm + 2 * MILLION) as Ppm;
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

interface Standings {
  readonly reputation: ReputationRule;
  readonly newcomer: NewcomerRule;
}

/**
 * m of a node of an age: by its score, and while its newcomer's ramp lasts at most what the ramp allows, so that a fresh
 * identity cannot buy standing with a few quick successes.
 */
export function standingMultiplierPpm(economy: Standings, score: Ppm, ageEpochs: number): Ppm {
  const earned = multiplierPpm(economy, score);
  if (ageEpochs >= economy.newcomer.rampEpochs) return earned;
  return Math.min(earned, newcomerMultiplierPpm(economy.newcomer, ageEpochs)) as Ppm;
}

/** A node's weight in the allocation lottery: bond (or capacity) * m, rounded down. */
export function allocationWeight(
  economy: Standings,
  sizeGrains: number,
  masses: BetaMasses,
  ageEpochs: number,
): number {
  return mulDivDown(sizeGrains, standingMultiplierPpm(economy, scorePpm(masses), ageEpochs), MILLION);
}

/** Forgetting factor and bar of one kind of offence: liveness λ .999, bar .96; work λ .95, bar .6. */
export interface StandingRule {
  readonly lambdaPpm: Ppm;
  /** Below this share of remembered successes the node has offended. */
  readonly barPpm: Ppm;
  /** Successes that a newcomer is credited with, so that its first failure is not its last; 1 / (1 − λ) is the steady mass. */
  readonly initialSuccesses: number;
}

/** A newcomer's masses. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function initialMasses(rule: StandingRule): BetaMasses {
  return { successPpm: mulDivDown(rule.initialSuccesses, MILLION, 1), failurePpm: 0 };
}

/** Remembered successes among all that is remembered, a / (a + b), rounded down; 1 where nothing is. Shown, not compared. */
export function standingPpm({ successPpm, failurePpm }: BetaMasses): Ppm {
  const all = addExact(successPpm, failurePpm);
  return (all === 0 ? MILLION : mulDivDown(successPpm, MILLION, all)) as Ppm;
}

/** a / (a + b) < bar, compared exactly: a is an integer, so it is below bar·(a + b) exactly when below that rounded up. */
export function isBelowBar(rule: Pick<StandingRule, 'barPpm'>, { successPpm, failurePpm }: BetaMasses): boolean {
  return successPpm < mulDivUp(addExact(successPpm, failurePpm), rule.barPpm, MILLION);
}

/** Dues by age instead of by work: the multiplier rises from its minimum to 1 over a ramp. */
export interface NewcomerRule {
  readonly multiplierMinPpm: Ppm;
  readonly rampEpochs: number;
}

/** m of a node of an age, rounded down; 1 from the ramp's end on. */
export function newcomerMultiplierPpm(rule: NewcomerRule, ageEpochs: number): Ppm {
  const { multiplierMinPpm: least, rampEpochs } = rule;
  if (ageEpochs >= rampEpochs) return MILLION as Ppm;
  return (least + mulDivDown(MILLION - least, ageEpochs, rampEpochs)) as Ppm;
}

/**
 * D = Σ_t (1 − m_t)·r over the ramp: what an identity's dues cost, and therefore what dropping one loses; rounded down.
 * Closed form r·(1 − m_0)·(ramp + 1) / 2, without the rounding of each m_t, which only adds to it.
 */
export function newcomerDuesGrains(rule: NewcomerRule, revenueGrainsPerEpoch: Grains): Grains {
  if (rule.rampEpochs === 0) return 0 as Grains;
  return mulDivDown(
    revenueGrainsPerEpoch,
    (MILLION - rule.multiplierMinPpm) * (rule.rampEpochs + 1),
    2 * MILLION,
  ) as Grains;
}

/**
 * Weight of a worker's vote on a result: max(⌊score / 3⌋, 3) − 1, its score being a count of confirmed results. Votes for
 * one result multiply (iExec's proof of contribution).
 */
export function credibilityWeight(confirmedResults: number): number {
  return Math.max(mulDivDown(confirmedResults, 1, 3), 3) - 1;
}

/** Credibility of a result above 1 − 1 / trust: group·trust > total·(trust − 1) (Sarmenta 2002). */
export function isCredible(groupWeight: bigint, totalWeight: bigint, trust: number): boolean {
  return groupWeight * BigInt(trust) > totalWeight * (BigInt(trust) - 1n);
}

function checkCount(count: number): void {
  if (isAmount(count) && count <= OBSERVATIONS_MAX) return;
  throw new KernelRefusal('KERNEL-AMOUNT', 'observations', `an integer from 0 to ${OBSERVATIONS_MAX}`, count);
}
