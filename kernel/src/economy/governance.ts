import type { Grains, Ppm } from '../numbers/quantities.ts';

/** How the rules change. */
export interface GovernanceRule {
  readonly mode: 'multisig' | 'token' | 'committee';
  /** Votes count as of this long before the proposal. */
  readonly snapshotSeconds: number;
  readonly voteSeconds: number;
  readonly quorumPpm: Ppm;
  readonly passPpm: Ppm;
  /** To make a rule laxer. */
  readonly passToLoosenPpm: Ppm;
  readonly timelockSeconds: number;
  readonly guardian: { readonly seats: number; readonly threshold: number; readonly pauseSecondsMax: number };
  /** Most that can leave the treasury in a day. */
  readonly treasuryPerDayPpm: Ppm;
}

/** Who judges what no contract can recompute. */
export interface CommitteeRule {
  readonly seats: number;
  readonly threshold: number;
  /** A larger draw for disputes of at least `largeFromGrains` credits. */
  readonly largeSeats: number;
  readonly largeThreshold: number;
  readonly largeFromGrains: Grains;
  readonly arbiterBondGrains: Grains;
  readonly commitSeconds: number;
  readonly revealSeconds: number;
}

/** What a dispute costs whoever opens it: max(deposit, factor × the victim's cost), lost when it fails. */
export interface ChallengeRule {
  readonly depositGrainsMin: Grains;
  readonly victimCostFactorPpm: number;
}

/** Checks at regulated boundaries. Blocked money is held, never forfeited. */
export interface ComplianceRule {
  readonly gate: 'none' | 'allow-list' | 'travel-rule';
  /** Transfers from this much on carry originator and beneficiary. */
  readonly travelRuleFromGrains: Grains;
  readonly chargebackPpm: Ppm;
  readonly chargebackSeconds: number;
}

/** What happens on the finality chain. */
export interface SettlementRule {
  readonly challengeWindowSeconds: number;
  readonly appealSeconds: number;
  readonly activationSeconds: number;
  readonly unbondingSeconds: number;
  readonly posterBondGrains: Grains;
}
