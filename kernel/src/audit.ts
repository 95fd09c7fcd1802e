import type { Economy } from './economy.ts';
import { mulDivUp } from './exact.ts';
import type { Grains, Ppm } from './quantities.ts';

const MILLION = 1_000_000;

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
}

/**
 * Probability with which a result must be audited so that cheating does not pay:
 * q = max(q_floor, g / (d(R + B_i)), 1 / CV, 1 while CV < consecutiveValidMin), in ppm, each term rounded up, at most
 * 1_000_000. The first bound makes the expected loss at least the gain, with no benefit outside the network; the third is BOINC's
 * adaptive replication.
 * All amounts in grains of one value; a gain that is not below pay and bond together is always audited.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 */
export function auditProbabilityPpm(economy: Pick<Economy, 'verification'>, stakes: AuditStakes): Ppm {
  const { auditFloorPpm, detectionPpm, consecutiveValidMin } = economy.verification;
  const { consecutiveValid, gainGrains, payGrains, bondGrains } = stakes;
  if (consecutiveValid < consecutiveValidMin || detectionPpm === 0) return MILLION as Ppm;
  const atStake = payGrains + bondGrains;
  if (gainGrains > 0 && gainGrains >= atStake) return MILLION as Ppm;
  const undetected = gainGrains === 0 ? 0 : mulDivUp(gainGrains, MILLION, atStake);
  const deterrent = mulDivUp(undetected, MILLION, detectionPpm);
  const unproven = consecutiveValid === 0 ? 0 : mulDivUp(1, MILLION, consecutiveValid);
  return Math.min(MILLION, Math.max(auditFloorPpm, deterrent, unproven)) as Ppm;
}
