import type { Economy } from '@stannary/kernel';
import type { Scenario } from './scenario.ts';

const MILLION = 1_000_000;

/** How a class's work is checked in an epoch, as fractions. */
export interface Verifiers {
  /** Share of a node's epochs that are audited, and of audits that see a cheat. */
  readonly auditShare: number;
  readonly detection: number;
  readonly canaryShare: number;
  /** Share of epochs with a surprise benchmark. */
  readonly benchmarkShare: number;
  /** Verifiers that agree to everything. */
  readonly lazyShare: number;
}

/**
 * The economy's own rules of verification, but for what the scenario says otherwise: the least audit rate and the class's
 * canaries, at least their floor. A shock of lazy verifiers counts while it lasts.
 */
export function verifiersAt(economy: Economy, scenario: Scenario, className: string, epoch: number): Verifiers {
  const { verification, shocks } = scenario;
  const rule = economy.verification;
  const ofClass = economy.classes.find(({ name }) => name === className)?.verification;
  const canaryPpm = Math.max(rule.canaries.floorPpm, ofClass?.canaryPpm ?? 0);
  let { lazyShare } = verification;
  for (const shock of shocks) {
    if (shock.kind !== 'lazy-verifiers' || epoch < shock.atEpoch || epoch >= shock.atEpoch + shock.epochs) continue;
    lazyShare = Math.max(lazyShare, shock.share);
  }
  return {
    auditShare: verification.auditShare ?? rule.auditFloorPpm / MILLION,
    detection: verification.detection ?? rule.detectionPpm / MILLION,
    canaryShare: verification.canaryShare ?? canaryPpm / MILLION,
    benchmarkShare: (ofClass?.benchmarkPpm ?? 0) / MILLION,
    lazyShare,
  };
}

/**
 * Probability that a node that cheats at a share of what it does is found in an epoch: by an audit that sees it, or by a
 * known answer. Lazy verifiers see nothing.
 */
export function exposureBy({ auditShare, detection, canaryShare, lazyShare }: Verifiers, cheatedShare = 1): number {
  const diligent = (1 - lazyShare) * cheatedShare;
  return 1 - (1 - auditShare * detection * diligent) * (1 - canaryShare * diligent);
}
