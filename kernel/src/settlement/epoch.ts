import type { Economy, OffenceRule } from '../economy.ts';
import type { Grant, SubscriptionRule } from '../market/entitlement.ts';
import type { PriceState } from '../market/price.ts';
import type { ResourceKey, ResourcePrice } from '../market/resource-prices.ts';
import type { Epoch, Era, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import type { MeterJudgement, MeterSample } from '../security/metering.ts';
import type { SlashEntry } from '../security/slash.ts';
import type { VestingEntry } from '../security/vesting.ts';
import type { EmissionPart, SupplyState } from '../supply/supply.ts';
import type { Reservation, ReservationInputs, ReservationLine } from './reservation-lines.ts';
import type { Column, Table } from './table.ts';

// The kernel's plain data: what goes into an epoch's settlement and what comes out. All of it survives JSON unchanged
// (bigint quantities are decimal strings), so a statement can be served, hashed and replayed as it stands.
// Identifiers are lower-case hex without prefix (32 bytes: nodeId, leaseId, evidence) or 0x-prefixed addresses.

/** Payees that are not operators or consumers. Never valid EVM accounts of people: see settlement/contracts. */
export const BURN_ACCOUNT = '0x000000000000000000000000000000000000dead';

export interface NodeState {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  /** Normalised capacity, attested, at most the economy's largest node; 0 once it left. NCU in thousandths. */
  readonly milliNcu: number;
  /** Active bond in work-token grains, from the chain facts of the last settled epoch. */
  readonly bondGrains: Grains;
  /** Band that it is attested to stand in; the best is 0. */
  readonly band: number;
  /** What the next epoch asks of it. */
  readonly bondRequiredGrains: Grains;
  /** First epoch in which the chain named the node. */
  readonly joinedEpoch: Epoch;
  readonly status: 'active' | 'stopped' | 'held' | 'slashed';
  /** Forgetting Beta over verdicts on results, both masses in ppm of one observation. */
  readonly reputation: { readonly successPpm: number; readonly failurePpm: number };
  /** Same, over being there: assignments kept and challenges answered, or not, late or in part. */
  readonly liveness: { readonly successPpm: number; readonly failurePpm: number };
  /** CV: consecutive audited results that were confirmed. */
  readonly consecutiveValid: number;
  /** Offences of this node's final faults, in order. */
  readonly convictedOf: readonly string[];
  /** Earned, not yet vested, one entry per era, oldest first. */
  readonly holdback: readonly EraAmounts[];
  /** Same, of a node with a proposed fault: does not vest until the fault is final or reversed. */
  readonly held: readonly EraAmounts[];
  /** Tokens past their holdback that the vesting schedule still keeps; a fault takes them with the rest. */
  readonly vesting: readonly VestingEntry[];
}

/** The nodes of a state. Their holdback has a column an era and asset, because every node has some. */
export interface NodeTable extends Table<Omit<NodeState, 'holdback'>> {
  readonly holdback: EraColumns;
}

/** Unvested amounts by era, oldest first; no era in which nobody has any. */
export interface EraColumns {
  readonly eras: readonly Era[];
  readonly creditsGrains: readonly Column<Grains>[];
  readonly tokensGrains: readonly Column<Grains>[];
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

/** What an offence costs, as the rules were when the fault was proposed: a later change of them does not reach it. */
export type FaultTerms = Pick<OffenceRule, 'mode' | 'slashPpm' | 'ceilingPpm'>;

/** A fault between proposal and its end. */
export interface OpenFault {
  readonly faultId: string;
  readonly nodeId: string;
  readonly offence: string;
  readonly terms: FaultTerms;
  /** The node's at the proposal: the chain holds its slash from then on, and what unbonds meanwhile answers for it. */
  readonly bondGrains: Grains;
  readonly proposedEpoch: Epoch;
  readonly finalEpoch: Epoch;
  readonly evidence: string;
  readonly challenger: string;
  /** What proving it cost the challenger, work tokens: its reward is a multiple of it at most. 0: nobody's cost. */
  readonly challengeCostGrains: Grains;
  /**
   * The proven-bad charges, as past statements fixed them. In the state's open faults burn, insurance and treasury are
   * what really lies in `heldTake` for the window: zero where the take had vested before the proposal.
   */
  readonly windows: readonly ChargedWindow[];
}

/** A slash that the class's limit put off; its fault is final. */
export interface DeferredSlash {
  readonly fault: Omit<OpenFault, 'windows'>;
  readonly className: string;
  /** What waits, work tokens. */
  readonly slashGrains: Grains;
}

/** What offences have cost lately. Lists are sorted by name, then epoch. */
export interface SlashingState {
  /** What was slashed of each class, back to the start of the limit's window. */
  readonly slashed: readonly (SlashEntry & { readonly className: string })[];
  /**
   * Nodes that offended within the correlation's window: their bond then, what they did, and the share of the bond that
   * the span has cost. Offences of one span cost what the dearest costs.
   */
  readonly spans: readonly {
    readonly nodeId: string;
    readonly className: string;
    readonly startEpoch: Epoch;
    readonly bondGrains: Grains;
    /** Each once, sorted. */
    readonly offences: readonly string[];
    readonly chargedPpb: number;
  }[];
  readonly deferred: readonly DeferredSlash[];
}

/** What the samples of a node's meters have said so far. */
export interface MeterStanding {
  readonly nodeId: string;
  /** Sum of the sequential test. */
  readonly scoreMicronats: number;
  /** Excess of the last judgement. */
  readonly excessPpm: Ppm;
}

/** Work that is paid for in another way than at spot: granted to a project, or included in a subscription. */
export interface EntitlementTerms {
  readonly grantId: string;
  /** Who may draw. */
  readonly consumers: readonly string[];
  readonly terms:
    | ({ readonly kind: 'project' } & Grant)
    /** From its first epoch to its last; the first period begins with the first. */
    | ({ readonly kind: 'subscription'; readonly fromEpoch: Epoch; readonly untilEpoch: Epoch } & SubscriptionRule);
  /** Of covered work; 0: it is a gift. */
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
}

export interface Entitlement extends EntitlementTerms {
  /** By period, back to the oldest that late usage may name; a grant has one period, 0. */
  readonly drawn: readonly { readonly period: number; readonly ncuMs: NcuMs }[];
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
  readonly prices: readonly EpochPrices[];
  /** What the price rules remember, of the latest epoch in `prices`. */
  readonly market: PriceState;
  readonly resourceMarkets: readonly ResourcePrice[];
  /** Latest value of the work token that the oracle gave. */
  readonly tokenPrice: TokenPrice;
  /** Sorted by nodeId, bytewise. */
  readonly nodes: NodeTable;
  readonly take: readonly EraTake[];
  readonly heldTake: readonly EraTake[];
  /** Sorted by faultId. */
  readonly openFaults: readonly OpenFault[];
  /** Charges that final faults have refunded, while any part of them is unvested: none is refunded twice. */
  readonly refundedWindows: readonly { readonly epoch: Epoch; readonly leaseId: string; readonly resource: number }[];
  /** Sorted by leaseId. */
  readonly reservations: readonly Reservation[];
  /** Sorted by grantId. */
  readonly entitlements: readonly Entitlement[];
  readonly slashing: SlashingState;
  /** Sorted by nodeId; only of nodes that were ever sampled. */
  readonly meters: readonly MeterStanding[];
  /** Sorted by account. */
  readonly payouts: readonly Payout[];
  /** What the supply rules remember, and what of their finer units does not make a grain yet (decimal string). */
  readonly supply: SupplyState;
  readonly supplyUnitsLeft: string;
  /** Tokens of emission not given out: residue of flooring, caps, epochs without work, voided tokens. */
  readonly carriedTokensGrains: Grains;
  /** Lifetime emission, decimal string of grains, carried included. */
  readonly emittedTokens: string;
}

/** The fixed prices of an epoch: of normalised work, and of the resources that have a market of their own. */
export interface EpochPrices {
  readonly epoch: Epoch;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly resources: readonly (ResourceKey & { readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS })[];
}

/** Millionths of a credit grain for one token grain: now, and the lowest average of the oracle's long window. */
export interface TokenPrice {
  readonly spotMicrograins: number;
  readonly lowMicrograins: number;
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
  /** Attested device class and declared workload, where the benchmark table normalises instead of the resource. */
  readonly benchmark?: { readonly deviceClass: string; readonly profile: string };
  /** The entitlement that it draws from; what that does not cover is charged at spot, or a multiple of it. */
  readonly grantId?: string;
}

export type Verdict =
  /** Moves the reputation (an audited result was confirmed) or the liveness (every other outcome). */
  | {
      readonly kind: 'observation';
      readonly nodeId: string;
      readonly outcome: ObservationOutcome;
      readonly count: number;
    }
  /** Windows of a node's plain meters that somebody measured too, in order; at most one a node and epoch. */
  | { readonly kind: 'metering'; readonly nodeId: string; readonly samples: readonly MeterSample[] }
  | {
      readonly kind: 'fault-proposed';
      readonly faultId: string;
      readonly nodeId: string;
      readonly offence: string;
      readonly evidence: string;
      readonly challenger: string;
      /** Default: 0. */
      readonly challengeCostGrains?: Grains;
      readonly windows: readonly ChargedWindow[];
    }
  | { readonly kind: 'fault-reversed'; readonly faultId: string };

/** Good: a result confirmed, an assignment completed, a challenge answered. Every other is a failure to be there. */
export type ObservationOutcome =
  | 'confirmed'
  | 'completed'
  | 'answered'
  | 'abandoned'
  | 'incomplete'
  | 'late'
  | 'unanswered';

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
    /** Band that the node is attested to stand in, the best is 0; absent: 0. */
    readonly band?: number;
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
  /** Default: nothing opened, nothing delivered, nothing ended. */
  readonly reservations?: ReservationInputs;
  /** Entitlements that begin to be known with this epoch. Default: none. */
  readonly entitlements?: readonly EntitlementTerms[];
  /** Sum of capacity offered for the epoch, for utilisation. */
  readonly offeredNcuMs: NcuMs;
  /** The same by market of its own; a market that is left out was offered nothing. */
  readonly offeredByMarket: readonly (ResourceKey & { readonly offeredNcuMs: NcuMs })[];
  /** null while the oracle is halted: bonds keep their last value, and what is minted for value waits. */
  readonly tokenPrice: TokenPrice | null;
  /** Work tokens burned on the chain since the last settled block. */
  readonly burnedTokensGrains: Grains;
  readonly chain: ChainFacts;
  /** beacon(epoch), 32 bytes hex. */
  readonly beacon: string;
  /** Merkle roots over the canonical lists above, made by the caller with wire; copied into the statement. */
  readonly roots: {
    readonly usage: string;
    readonly verdicts: string;
    readonly chain: string;
    readonly reservations?: string;
    readonly entitlements?: string;
  };
}

/** One rated usage line of purpose `task`. Its work is 0 if the resource is not billed or the node was stopped. */
export interface ChargeLine extends ChargedWindow {
  readonly nodeId: string;
  readonly quantity: number;
  readonly ncuMs: NcuMs;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** Of a line that draws from one: charge = up(covered * its price + overage * the other), rounded once. */
  readonly entitlement?: Covered;
}

/** How an entitlement pays for a line's work; the two parts sum to it. */
export interface Covered {
  readonly grantId: string;
  readonly coveredNcuMs: NcuMs;
  readonly coveredMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly overageNcuMs: NcuMs;
  readonly overageMicrograinsPerNcuS: MicrograinsPerNcuS;
}

/** One node's result of one epoch, with everything that led to it. */
export interface NodeLine {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  /** Work charged to consumers, and audit work beside it; the reward curve takes their sum. */
  readonly ncuMs: NcuMs;
  readonly auditNcuMs: NcuMs;
  /** Reserved capacity of it that was used. Idle capacity is paid for and weighs nothing. */
  readonly reservedNcuMs: NcuMs;
  readonly earnedCreditsGrains: Grains;
  /** Out of unvested credits, oldest first, for reserved capacity that it missed. */
  readonly penaltyCreditsGrains: Grains;
  readonly bondGrains: Grains;
  readonly bondRequiredGrains: Grains;
  /** Weight after the curve, after the operator cap, and why it is below the work done. */
  readonly curveWeight: NcuMs;
  readonly weight: NcuMs;
  readonly weightReason: 'full' | 'bond-cap' | 'operator-cap' | 'stopped' | 'no-work';
  readonly earnedTokensGrains: Grains;
  /** The part of them that was given for being there, not for work. */
  readonly coverageTokensGrains: Grains;
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
  /** Past the holdback, kept by the vesting schedule. */
  readonly vestingTokensGrains: Grains;
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
  /** `slashed`: a further part of a final fault's slash, which the class's limit had put off. */
  readonly stage: 'proposed' | 'final' | 'reversed' | 'slashed';
  readonly evidence: string;
  readonly challenger: string;
  readonly proposedEpoch: Epoch;
  readonly finalEpoch: Epoch;
  /** Bond to slash on chain now, grains of the work token; 0 unless final and live. */
  readonly slashGrains: Grains;
  /** What decided over it; null: nothing is slashed. */
  readonly slashReason: SlashReason | null;
  /** Share of the bond at the span's start that the fault costs, and what of it the others' faults made due. */
  readonly slashSharePpb: number;
  readonly correlationPpb: number;
  /** What the class's limit leaves for later epochs. */
  readonly deferredSlashGrains: Grains;
  /** Where the chain should send what is slashed now; the three sum to it. */
  readonly toChallengerSlashGrains: Grains;
  readonly toInsuranceSlashGrains: Grains;
  readonly burnedSlashGrains: Grains;
  readonly refunds: readonly { readonly consumer: string; readonly leaseId: string; readonly creditsGrains: Grains }[];
  readonly toInsuranceCreditsGrains: Grains;
  readonly toCarriedTokensGrains: Grains;
  /** The part of the last that the vesting schedule had kept. */
  readonly fromVestingTokensGrains: Grains;
}

/**
 * The offence's own share; what absence costs with so many of the class absent; more, because many offended at once; cut
 * to the offence's ceiling; less, because the span was charged already.
 */
export type SlashReason = 'share' | 'common-cause' | 'correlation' | 'ceiling' | 'span';

/** What the samples of an epoch said about a node's meters. */
export interface MeterLine extends Omit<MeterJudgement, 'payableQuantity'> {
  readonly nodeId: string;
  readonly samples: number;
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
  readonly charges: Table<ChargeLine>;
  /** Sorted by nodeId. */
  readonly nodes: Table<NodeLine>;
  readonly faults: readonly FaultLine[];
  /** Sorted by leaseId. */
  readonly reservations: readonly ReservationLine[];
  /** Sorted by nodeId. */
  readonly meters: readonly MeterLine[];
  readonly withdrawals: readonly Withdrawal[];
  readonly tokenPrice: TokenPrice;
  readonly emission: {
    /** By stream, with what bound it; in the units of the supply rules, decimal strings. */
    readonly streams: readonly EmissionPart<string>[];
    /** Minted in this epoch. */
    readonly scheduledGrains: Grains;
    readonly carriedInGrains: Grains;
    readonly distributedGrains: Grains;
    readonly carriedOutGrains: Grains;
  };
  readonly totals: {
    /** Usage and contracts; the next four are its parts. */
    readonly chargedGrains: Grains;
    readonly earnedGrains: Grains;
    readonly burnGrains: Grains;
    readonly insuranceGrains: Grains;
    readonly treasuryGrains: Grains;
    readonly refundedGrains: Grains;
    /** Of reservations: fees and surcharges, all burned. */
    readonly leaseFeesGrains: Grains;
    readonly leaseBondsLockedGrains: Grains;
    readonly leaseBondsBurnedGrains: Grains;
    readonly leaseBondsReturnedGrains: Grains;
    /** Delivery penalties and service credits, out of unvested credits. */
    readonly compensatedGrains: Grains;
    readonly penaltiesToInsuranceGrains: Grains;
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
