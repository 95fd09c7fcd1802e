import { addExact, mulDivUp } from '../numbers/exact.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';

const MILLION = 1_000_000;

/** How results are audited, and who audits the auditors. */
export interface VerificationRule {
  /** q_floor of q_i = max(q_floor, (g+E)/(d(R+B_i+E)), 1/CV_i, 1 while CV_i < consecutiveValidMin). */
  readonly auditFloorPpm: Ppm;
  /** d: probability that an audit exposes a cheat. */
  readonly detectionPpm: Ppm;
  readonly consecutiveValidMin: number;
  /** Blind replicas that must agree with each other against the accused. */
  readonly replicasToConvict: number;
  readonly canaries: CanaryRule;
  /** What a verifier bonds, and what it loses for one missed canary, credits. */
  readonly verifierBondGrains: Grains;
  readonly canaryPenaltyGrains: Grains;
}

/** What a node's next result is worth to a cheat, and what it would lose. */
export interface AuditStakes {
  /** CV: consecutive audited results of the node that were confirmed. */
  readonly consecutiveValid: number;
  /** g: what the node saves by not doing the work; at most its cost. */
  readonly gainGrains: Grains;
  /** R: what it is paid. */
  readonly payGrains: Grains;
  /** B_i: what can be slashed for this unit: bond and holdback over the units not audited yet. */
  readonly bondGrains: Grains;
  /** E: what a wrong result is worth to the node outside the network; 0 unless given. */
  readonly outsideBenefitGrains?: Grains;
}

/**
 * Probability with which a result must be audited so that cheating does not pay:
 * q = max(q_floor, (g + E) / (d(R + B_i + E)), 1 / CV, 1 while CV < consecutiveValidMin), in ppm, each term rounded up,
 * at most 1_000_000. The second makes the expected loss at least the gain: a cheat that is found out loses its outside
 * benefit too. The third is BOINC's adaptive replication.
 * All amounts in grains of one value; a gain that is not below pay and bond together is always audited.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 */
export function auditProbabilityPpm(economy: { readonly verification: VerificationRule }, stakes: AuditStakes): Ppm {
  const { auditFloorPpm, detectionPpm, consecutiveValidMin } = economy.verification;
  const { consecutiveValid, gainGrains, payGrains, bondGrains, outsideBenefitGrains = 0 as Grains } = stakes;
  if (consecutiveValid < consecutiveValidMin || detectionPpm === 0) return MILLION as Ppm;
  const gain = addExact(gainGrains, outsideBenefitGrains);
  const atStake = addExact(addExact(payGrains, bondGrains), outsideBenefitGrains);
  if (gain > 0 && gain >= atStake) return MILLION as Ppm;
  const undetected = gain === 0 ? 0 : mulDivUp(gain, MILLION, atStake);
  const deterrent = mulDivUp(undetected, MILLION, detectionPpm);
  const unproven = consecutiveValid === 0 ? 0 : mulDivUp(1, MILLION, consecutiveValid);
  return Math.min(MILLION, Math.max(auditFloorPpm, deterrent, unproven)) as Ppm;
}

/** Known-answer jobs among the checks of a verifier. */
export interface CanaryRule {
  readonly floorPpm: Ppm;
  /** By how much a lazy check's expected loss must exceed what it saves; 2_000_000 is the launch gate's factor 2. */
  readonly safetyPpm: number;
}

/**
 * κ_c: share of canaries at which checking pays, κ_c·P_v >= safety·C, rounded up and at most 1_000_000 (economy.md
 * §1.12). No audit rate alone does it: in the inspection game cheating, and with it the reason to check, fades as checks
 * get diligent.
 * @param checkCostGrains C, what a verifier saves by not checking
 * @param penaltyGrains P_v, what it loses by missing one canary
 */
export function canaryRatePpm(rule: CanaryRule, checkCostGrains: Grains, penaltyGrains: Grains): Ppm {
  if (checkCostGrains > 0 && penaltyGrains === 0) return MILLION as Ppm;
  const diligent = checkCostGrains === 0 ? 0 : mulDivUp(checkCostGrains, rule.safetyPpm, penaltyGrains);
  return Math.min(MILLION, Math.max(rule.floorPpm, diligent)) as Ppm;
}

/** P_v: the penalty for a missed canary that a given share of canaries needs, safety·C / κ_c, rounded up. */
export function canaryPenaltyGrains(rule: CanaryRule, checkCostGrains: Grains, canaryPpm: Ppm): Grains {
  return mulDivUp(checkCostGrains, rule.safetyPpm, canaryPpm) as Grains;
}
