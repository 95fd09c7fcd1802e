import type { Economy } from './economy.ts';
import type { Epoch, Era, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from './quantities.ts';

// The kernel's plain data: what goes into an epoch's settlement and what comes out. All of it survives JSON unchanged
// (bigint quantities are decimal strings), so a statement can be served, hashed and replayed as it stands.
// Identifiers are lower-case hex without prefix (32 bytes: nodeId, leaseId, evidence) or 0x-prefixed addresses.

/** Payees that are not operators or consumers. Never valid EVM accounts of people: see settlement/contracts. */
export const BURN_ACCOUNT = '0x000000000000000000000000000000000000dead';

export interface NodeState {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  /** Normalised capacity, attested: bounds plausibility. NCU in thousandths. */
  readonly milliNcu: number;
  /** Active bond in work-token grains, from the chain facts of the last settled epoch. */
  readonly bondGrains: Grains;
  readonly status: 'active' | 'stopped' | 'held' | 'slashed';
  /** Forgetting Beta over verdicts on results, both masses in ppm of one observation. */
  readonly reputation: { readonly successPpm: number; readonly failurePpm: number };
  /** Same, over assignments kept (completed) or abandoned. */
  readonly liveness: { readonly successPpm: number; readonly failurePpm: number };
  /** CV: consecutive audited results that were confirmed. */
  readonly consecutiveValid: number;
  /** Earned, not yet vested, one entry per era, oldest first. */
  readonly holdback: readonly EraAmounts[];
  /** Same, of a node with a proposed fault: does not vest until the fault is final or reversed. */
  readonly held: readonly EraAmounts[];
}

export interface EraAmounts {
  readonly era: Era;
  readonly creditsGrains: Grains;
  readonly tokensGrains: Grains;
}

/** The take of an era that has not vested yet. */
export interface EraTake {
  readonly era: Era;
  readonly burnGrains: Grains;
  readonly insuranceGrains: Grains;
  readonly treasuryGrains: Grains;
}

/** Vested and final; never falls. Decimal strings of grains. */
export interface Payout {
  readonly account: string;
  readonly cumulativeCredits: string;
  readonly cumulativeTokens: string;
}

/** A fault between proposal and its end. */
export interface OpenFault {
  readonly faultId: string;
  readonly nodeId: string;
  readonly offence: string;
  readonly proposedEpoch: Epoch;
  readonly finalEpoch: Epoch;
  readonly evidence: string;
  readonly challenger: string;
  /**
   * The proven-bad charges, as past statements fixed them. In the state's open faults burn, insurance and treasury are
   * what really lies in `heldTake` for the window: zero where the take had vested before the proposal.
   */
  readonly windows: readonly ChargedWindow[];
}

/** One charge. In the whole history (leaseId, resource, epoch) names it. */
export interface ChargedWindow {
  readonly epoch: Epoch;
  readonly leaseId: string;
  readonly resource: number;
  readonly consumer: string;
  readonly chargeGrains: Grains;
  readonly earnedGrains: Grains;
  readonly burnGrains: Grains;
  readonly insuranceGrains: Grains;
  readonly treasuryGrains: Grains;
}

export interface EconomyState {
  /** The next epoch to settle. */
  readonly epoch: Epoch;
  /** Payees of the take; fixed at genesis. 0x-prefixed lower-case addresses. */
  readonly accounts: { readonly insurance: string; readonly treasury: string };
  /** Prices by epoch, already fixed: of `epoch` and `epoch + 1`, and back to the oldest that late usage may name. */
  readonly prices: readonly { readonly epoch: Epoch; readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS }[];
  /** Sorted by nodeId, bytewise. */
  readonly nodes: readonly NodeState[];
  readonly take: readonly EraTake[];
  readonly heldTake: readonly EraTake[];
  /** Sorted by faultId. */
  readonly openFaults: readonly OpenFault[];
  /** Charges that final faults have refunded, while any part of them is unvested: none is refunded twice. */
  readonly refundedWindows: readonly { readonly epoch: Epoch; readonly leaseId: string; readonly resource: number }[];
  /** Sorted by account. */
  readonly payouts: readonly Payout[];
  /** Tokens of emission not given out: residue of flooring, caps, epochs without work, voided tokens. */
  readonly carriedTokensGrains: Grains;
  /** Lifetime emission, decimal string of grains, carried included. */
  readonly emittedTokens: string;
}

/** Admitted quantity of one lease and resource in its epoch, summed over batches. */
export interface UsageLine {
  readonly leaseId: string;
  readonly nodeId: string;
  readonly consumer: string;
  /** `task`: paid by the consumer. `audit`: a blind replica; weighs in emission, charged to nobody. */
  readonly purpose: 'task' | 'audit';
  readonly resource: number;
  /** The work's own epoch: equal to the settled one, or up to lateEpochs before it. */
  readonly epoch: Epoch;
  readonly quantity: number;
}

export type Verdict =
  /** An audited result was confirmed, or an assignment ended as `completed` or `abandoned`: moves reputation. */
  | {
      readonly kind: 'observation';
      readonly nodeId: string;
      readonly outcome: 'confirmed' | 'completed' | 'abandoned';
      readonly count: number;
    }
  | {
      readonly kind: 'fault-proposed';
      readonly faultId: string;
      readonly nodeId: string;
      readonly offence: string;
      readonly evidence: string;
      readonly challenger: string;
      readonly windows: readonly ChargedWindow[];
    }
  | { readonly kind: 'fault-reversed'; readonly faultId: string };

/** What the chain said at the last final block before the cut-off. */
export interface ChainFacts {
  readonly blockNumber: number;
  readonly blockHash: string;
  /** Sorted by nodeId. A node joins the economy when it first appears here. */
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly operator: string;
    readonly className: string;
    readonly milliNcu: number;
    readonly bondGrains: Grains;
  }[];
}

/** A consumer's vested claim on its own unspent deposit. */
export interface Withdrawal {
  readonly account: string;
  readonly creditsGrains: Grains;
}

export interface EpochInputs {
  readonly epoch: Epoch;
  readonly usage: readonly UsageLine[];
  readonly verdicts: readonly Verdict[];
  readonly withdrawals: readonly Withdrawal[];
  /** Sum of capacity offered for the epoch, for utilisation. */
  readonly offeredNcuMs: NcuMs;
  readonly chain: ChainFacts;
  /** beacon(epoch), 32 bytes hex. */
  readonly beacon: string;
  /** Merkle roots over the canonical lists above, made by the caller with wire; copied into the statement. */
  readonly roots: { readonly usage: string; readonly verdicts: string; readonly chain: string };
}

/** One rated usage line of purpose `task`. Its work is 0 if the resource is not billed or the node was stopped. */
export interface ChargeLine extends ChargedWindow {
  readonly nodeId: string;
  readonly quantity: number;
  readonly ncuMs: NcuMs;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
}

/** One node's result of one epoch, with everything that led to it. */
export interface NodeLine {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  /** Work charged to consumers, and audit work beside it; the reward curve takes their sum. */
  readonly ncuMs: NcuMs;
  readonly auditNcuMs: NcuMs;
  readonly earnedCreditsGrains: Grains;
  readonly bondGrains: Grains;
  readonly bondRequiredGrains: Grains;
  /** Weight after the curve, after the operator cap, and why it is below the work done. */
  readonly curveWeight: NcuMs;
  readonly weight: NcuMs;
  readonly weightReason: 'full' | 'bond-cap' | 'operator-cap' | 'stopped' | 'no-work';
  readonly earnedTokensGrains: Grains;
  readonly reputationPpm: Ppm;
  readonly multiplierPpm: Ppm;
  readonly consecutiveValid: number;
  readonly status: NodeState['status'];
  readonly vestedCreditsGrains: Grains;
  readonly vestedTokensGrains: Grains;
  readonly holdbackCreditsGrains: Grains;
  readonly holdbackTokensGrains: Grains;
  readonly heldCreditsGrains: Grains;
  readonly heldTokensGrains: Grains;
  /** How far from each slashing threshold: value, threshold and the share of the way already gone (ppm, 1_000_000 = there). */
  readonly margins: readonly {
    readonly offence: string;
    readonly mode: 'shadow' | 'live';
    readonly value: number;
    readonly threshold: number;
    readonly usedPpm: Ppm;
  }[];
}

/**
 * What a fault moved in this epoch. All amounts leave `held` and `heldTake`. What is left of a slashed node's `held` moves
 * with the node's last open fault, so that every consumer is refunded before insurance gains.
 */
export interface FaultLine {
  readonly faultId: string;
  readonly nodeId: string;
  readonly offence: string;
  readonly stage: 'proposed' | 'final' | 'reversed';
  readonly evidence: string;
  readonly challenger: string;
  readonly proposedEpoch: Epoch;
  readonly finalEpoch: Epoch;
  /** Bond to slash on chain, grains of the work token; 0 unless final and live. */
  readonly slashGrains: Grains;
  readonly refunds: readonly { readonly consumer: string; readonly leaseId: string; readonly creditsGrains: Grains }[];
  readonly toInsuranceCreditsGrains: Grains;
  readonly toCarriedTokensGrains: Grains;
}

export interface EraResult {
  readonly era: Era;
  /** Vested to operators in the era's last settlement. */
  readonly vestedCreditsGrains: string;
  readonly vestedTokensGrains: string;
  /** Complete and sorted by account: the payout tree's leaves. */
  readonly payouts: readonly Payout[];
  readonly totalCredits: string;
  readonly totalTokens: string;
}

export interface Statement {
  readonly economyHash: string;
  readonly epoch: Epoch;
  readonly era: Era;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** price(epoch + 2), fixed here. */
  readonly nextPriceMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly usedNcuMs: NcuMs;
  readonly offeredNcuMs: NcuMs;
  readonly utilisationPpm: Ppm;
  readonly beacon: string;
  readonly chain: { readonly blockNumber: number; readonly blockHash: string };
  readonly roots: EpochInputs['roots'];
  /** Sorted by (leaseId, resource, epoch). */
  readonly charges: readonly ChargeLine[];
  /** Sorted by nodeId. */
  readonly nodes: readonly NodeLine[];
  readonly faults: readonly FaultLine[];
  readonly withdrawals: readonly Withdrawal[];
  readonly emission: {
    readonly scheduledGrains: Grains;
    readonly carriedInGrains: Grains;
    readonly distributedGrains: Grains;
    readonly carriedOutGrains: Grains;
  };
  readonly totals: {
    readonly chargedGrains: Grains;
    readonly earnedGrains: Grains;
    readonly burnGrains: Grains;
    readonly insuranceGrains: Grains;
    readonly treasuryGrains: Grains;
    readonly refundedGrains: Grains;
  };
  /** Only in the last epoch of an era. */
  readonly eraResult: EraResult | null;
}

export interface Settled {
  readonly statement: Statement;
  readonly state: EconomyState;
}

/** settleEpoch(economy, state, inputs): see settle.ts. */
export type SettleEpoch = (economy: Economy, economyHash: string, state: EconomyState, inputs: EpochInputs) => Settled;
