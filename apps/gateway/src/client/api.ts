import type { EraBundle, PublishedTrees } from '@stannary/chain';
import type { Allocation, Demand, Economy, EconomyState, Epoch, EpochInputs, Offer, Statement } from '@stannary/kernel';

// The public API's answers, as JSON. Money is grains; amounts that may pass 2^53 - 1 are decimal strings.

/** GET /v1/network */
export interface NetworkAnswer {
  readonly name: string;
  /** CAIP-2 id of the home chain, e.g. `eip155:31337`. */
  readonly chain: string;
  readonly rpcUrl: string;
  readonly contracts: {
    readonly workToken: string;
    readonly credit: string;
    readonly nodeRegistry: string;
    readonly bondVault: string;
    readonly settlement: string;
    readonly eraChallenges: string;
  };
  /** The policy in force: its hash and its rules. */
  readonly economyHash: string;
  readonly economy: Economy;
  /** All policies, by the epoch in which they begin. What is of an epoch is signed and settled under its policy. */
  readonly policies: readonly PolicyAnswer[];
  readonly clock: ClockAnswer;
  /** SubjectPublicKeyInfo of the poster's receipt key, DER, hex. */
  readonly posterKey: string;
  /** SHA-256 of each task module the network runs, by name. */
  readonly modules: Readonly<Record<string, string>>;
  readonly fuelCostTable: string;
}

/** One version of the economy. */
export interface PolicyAnswer {
  readonly version: number;
  readonly fromEpoch: number;
  /** Every statement names it, and `external_aad` holds it. */
  readonly economyHash: string;
}

/** GET /v1/policies/:hash */
export interface PolicyEconomyAnswer extends PolicyAnswer {
  readonly economy: Economy;
}

export interface ClockAnswer {
  readonly genesisMs: number;
  readonly epochMs: number;
  readonly epochsPerEra: number;
  /** Times in which the network stood still, oldest first; no epoch passes in them. */
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly nowMs: number;
}

/** One unit of work for a provider: POST /v1/work answers with those of the current epoch that it has not had yet. */
export interface WorkItem {
  readonly taskId: string;
  readonly leaseId: string;
  readonly epoch: Epoch;
  readonly order: number;
  readonly moduleHash: string;
  readonly inputHash: string;
  readonly fuelMax: number;
}

/** POST /v1/tasks (consumer's API key). */
export interface TaskRequest {
  readonly moduleHash: string;
  readonly inputHash: string;
  readonly fuelMax: number;
  readonly chargeGrainsMax: number;
  /** Where it may run. Absent: anywhere. */
  readonly need?: TaskNeed;
}

export type TaskNeed = Pick<Demand, 'className' | 'regions' | 'evidence'>;

export type TaskStatus = 'queued' | 'assigned' | 'done' | 'cancelled';

/** GET /v1/tasks/:id */
export interface TaskAnswer {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly moduleHash: string;
  readonly inputHash: string;
  readonly outputHash: string | null;
  readonly fuel: number | null;
  readonly nodeId: string | null;
  readonly epoch: number | null;
  /** Why it is still waiting, if it is. */
  readonly reason: string | null;
  readonly submittedMs: number;
  readonly doneMs: number | null;
}

/** GET /v1/account: the consumer's money in the ledger. */
export interface AccountAnswer {
  readonly account: string;
  readonly walletGrains: number;
  readonly escrowGrains: number;
  /** Asked for and not yet in an era root. */
  readonly withdrawingGrains: number;
  /** Open faults whose refunds would still come. */
  readonly openFaults: number;
  readonly tasksOpen: number;
}

/** GET /v1/epochs/:epoch/inputs: everything that settled an epoch. */
export interface InputsAnswer {
  readonly inputs: EpochInputs;
  readonly stateBefore: EconomyState;
  /** 32 bytes, hex; hashed epoch + 1 times it is the tip that the poster registered. */
  readonly beaconPreimage: string;
  /** Merkle root over the epoch's batches, and the transaction that committed it before the preimage was shown. */
  readonly batchesRoot: string | null;
  readonly batchesTx: string | null;
}

/** GET /v1/epochs/:epoch/allocation: who got which task, and why the others did not. */
export interface AllocationAnswer {
  readonly inputs: {
    readonly epoch: Epoch;
    readonly beacon: string;
    /** Its state is the `stateBefore` of this epoch's inputs. */
    readonly stateEpoch: Epoch;
    readonly offers: readonly Offer[];
    readonly demands: readonly Demand[];
  };
  readonly result: Allocation;
}

/** GET /v1/status: what the console shows at a glance. */
export interface StatusAnswer {
  readonly nowMs: number;
  readonly epoch: number;
  readonly era: number;
  readonly epochEndsInMs: number;
  readonly settledEpoch: number;
  readonly phase: 'running' | 'draining' | 'drained' | 'halted';
  /** The policy in force, and the next one if there is one. */
  readonly policy: PolicyAnswer & { readonly next: PolicyAnswer | null };
  readonly priceMicrograinsPerNcuS: number;
  readonly utilisationPpm: number;
  readonly grainsPerUnit: number;
  readonly tasks: {
    readonly submitted: number;
    readonly queued: number;
    readonly assigned: number;
    readonly done: number;
    readonly audits: number;
  };
  /** Lifetime sums over settled epochs, decimal strings of grains. */
  readonly totals: { readonly chargedGrains: string; readonly refundedGrains: string; readonly tokensGrains: string };
  /** The last settled epochs, at most 120, oldest first. */
  readonly history: readonly {
    readonly epoch: number;
    readonly priceMicrograinsPerNcuS: number;
    readonly utilisationPpm: number;
    readonly usedNcuMs: number;
    readonly chargedGrains: number;
    readonly tokensGrains: number;
  }[];
  readonly nodes: readonly NodeAnswer[];
  readonly faults: readonly FaultAnswer[];
  readonly eras: readonly EraAnswer[];
  readonly conservation: ConservationAnswer;
}

export interface NodeAnswer {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  readonly status: 'active' | 'stopped' | 'held' | 'slashed';
  readonly bondGrains: number;
  readonly bondRequiredGrains: number;
  readonly earnedCreditsGrains: string;
  readonly earnedTokensGrains: string;
  readonly vestedCreditsGrains: string;
  readonly holdbackCreditsGrains: string;
  readonly heldCreditsGrains: string;
  readonly reputationPpm: number;
  readonly tasksDone: number;
  readonly cpuMs: number;
  readonly fuel: number;
  readonly margins: readonly {
    readonly offence: string;
    readonly mode: 'shadow' | 'live';
    readonly value: number;
    readonly threshold: number;
    readonly usedPpm: number;
  }[];
}

/** What a committee says of a charge. */
export type CaseVerdict = 'guilty' | 'not-guilty';

/** All that one node did of one offence: the first piece of evidence, and how many there are. */
export interface FaultAnswer {
  readonly faultId: string;
  readonly nodeId: string;
  readonly operator: string;
  readonly offence: string;
  readonly stage: 'proposed' | 'final' | 'reversed';
  readonly proposedEpoch: number;
  readonly finalEpoch: number;
  readonly evidenceHash: string;
  /** In words, what the evidence shows; the bytes are at GET /v1/evidence/:hash. */
  readonly evidence: string;
  /** Pieces of evidence, each proven by itself; refunds are summed over all. */
  readonly proofs: number;
  readonly slashedGrains: number;
  readonly refundedGrains: number;
  /** Where committees decide: the case on the chain, once it is opened, and what the committee found. */
  readonly caseId: number | null;
  readonly caseVerdict: CaseVerdict | null;
  /** Transactions: proposed and final slash, when they are on the chain. */
  readonly proposedTx: string | null;
  readonly finalTx: string | null;
}

export interface EraAnswer {
  readonly era: number;
  readonly payoutRoot: string;
  readonly totalCreditsGrains: string;
  readonly totalTokensGrains: string;
  readonly postedTx: string | null;
  readonly finalisedTx: string | null;
  /** `voided`: proven wrong, and not yet posted anew. */
  readonly status: 'computed' | 'posted' | 'finalised' | 'voided';
  /** How often it was posted and proven wrong, and the last transaction that did. */
  readonly voided: number;
  readonly voidedTx: string | null;
}

/** GET /v1/eras/:era/bundle */
export interface EraBundleAnswer extends EraBundle {
  readonly header: EraHeaderAnswer;
  /** Leaves as they were posted, and what hashes in them stand for. */
  readonly trees: PublishedTrees;
  /** Of each statement, in order. */
  readonly inputs: readonly InputsAnswer[];
}

/** GET /v1/timeline : what happened on the chain, in its order, final blocks only. */
export interface TimelineAnswer {
  readonly entries: readonly TimelineEntry[];
  /** Whether the chain has more of the kind after the last of these, as far as it is read. */
  readonly hasMore: boolean;
}

/** Ids and hashes are 64 hex characters, accounts 0x and lower case. */
export interface TimelineFacts {
  'era-posted': {
    readonly era: number;
    readonly headerHash: string;
    /** Of the payout tree: owed by then to all accounts together. */
    readonly totalCreditsGrains: string;
    readonly totalTokensGrains: string;
    readonly finalisableAtMs: number;
  };
  /** The eras `era`…`lastEra` are void. */
  'era-voided': {
    readonly era: number;
    readonly lastEra: number;
    readonly headerHash: string;
    readonly challenger: string;
    readonly ground: string;
  };
  'era-finalised': {
    readonly era: number;
    readonly headerHash: string;
    readonly totalCreditsGrains: string;
    readonly mintedTokensGrains: string;
  };
  'leaf-asked': LeafEntry & { readonly asker: string; readonly answerByMs: number };
  'leaf-shown': LeafEntry & { readonly revealer: string };
  'poster-slashed': {
    readonly challenger: string;
    readonly rewardGrains: number;
    readonly burntGrains: number;
  };
  'slash-proposed': SlashPlace & {
    readonly challenger: string;
    readonly grains: number;
    readonly offence: string;
    readonly evidenceHash: string;
    readonly finalisableAtMs: number;
  };
  'slash-final': SlashPlace & {
    readonly challenger: string;
    readonly challengerGrains: number;
    readonly insuranceGrains: number;
    readonly burntGrains: number;
  };
  'slash-reversed': SlashPlace & { readonly grains: number };
  'case-opened': {
    readonly caseId: number;
    readonly nodeId: string;
    readonly challenger: string;
    readonly offence: string;
    readonly evidenceHash: string;
    readonly grains: string;
  };
  'case-decided': {
    readonly caseId: number;
    /** 0: the first committee; 1: the appeal. */
    readonly instance: number;
    readonly verdict: CaseVerdict;
    readonly guiltyVotes: number;
    /** Votes that were revealed. */
    readonly votes: number;
  };
  /** Without a verdict where no committee could be drawn in time. */
  'case-closed': { readonly caseId: number; readonly verdict: CaseVerdict | null };
  /** The end is on the channels' clock, which stands still while they are paused. */
  'exit-started': { readonly channelId: string; readonly endsAtMs: number };
  'exit-extended': { readonly channelId: string; readonly endsAtMs: number };
  'channel-committed': { readonly channelId: string; readonly payee: string; readonly committedGrains: string };
  'channel-claimed': {
    readonly channelId: string;
    readonly payee: string;
    readonly paidGrains: string;
    /** In all. */
    readonly claimedGrains: string;
  };
  'channel-closed': { readonly channelId: string; readonly refundedGrains: string; readonly keptGrains: string };
  'change-scheduled': {
    readonly version: number;
    readonly economyHash: string;
    readonly gateReportHash: string;
    readonly startsAtMs: number;
    readonly loosens: boolean;
    readonly changes: readonly { readonly name: string; readonly value: string }[];
  };
  /** The event comes with the first change of anything after `startsAtMs`. */
  'change-activated': { readonly version: number; readonly economyHash: string; readonly startsAtMs: number };
  'change-cancelled': { readonly version: number };
  'change-rolled-back': { readonly version: number; readonly goodVersion: number };
  'parameter-tightened': {
    readonly name: string;
    readonly before: string;
    readonly value: string;
    readonly by: string;
  };
  'proposal-created': { readonly proposalId: string; readonly proposer: string; readonly votesEndAtMs: number };
  'proposal-voted': {
    readonly proposalId: string;
    readonly voter: string;
    readonly vote: 'against' | 'for' | 'abstain';
    readonly weightGrains: string;
  };
  'proposal-queued': { readonly proposalId: string; readonly executableAtMs: number };
  'proposal-executed': { readonly proposalId: string };
  'proposal-cancelled': { readonly proposalId: string };
  'motion-put': MotionEntry & { readonly seat: number; readonly target: string; readonly endsAtMs: number };
  'motion-answered': MotionEntry & { readonly seat: number; readonly agrees: boolean };
  'motion-executed': MotionEntry;
  'call-queued': { readonly operationId: string; readonly target: string; readonly executableAtMs: number };
  'call-executed': { readonly operationId: string; readonly target: string };
  'call-cancelled': { readonly operationId: string };
  'pause-started': { readonly scope: string; readonly untilMs: number };
  /** Before its time; one that runs out says nothing. */
  'pause-ended': { readonly scope: string };
  'trigger-fired': {
    readonly name: string;
    readonly value: string;
    readonly line: string;
    readonly asOfMs: number;
    readonly by: string;
  };
  'reserve-attested': {
    readonly attestor: string;
    readonly asOfMs: number;
    readonly assetsGrains: string;
    readonly liabilitiesGrains: string;
    readonly reportHash: string;
  };
  'credits-issued': {
    readonly payer: string;
    readonly to: string;
    readonly creditGrains: string;
    /** Of the asset that was paid with. */
    readonly units: string;
  };
  /** Redemption eras are the reserve's own. */
  'redemption-requested': { readonly redemptionEra: number; readonly account: string; readonly creditGrains: string };
  'redemption-priced': {
    readonly redemptionEra: number;
    readonly requestedGrains: string;
    /** Before it, both. */
    readonly assetsGrains: string;
    readonly outstandingGrains: string;
    readonly dueUnits: string;
  };
}

interface LeafEntry {
  readonly era: number;
  /** accrual, voids, direct, payout or params. */
  readonly tree: string;
  readonly index: number;
}

interface SlashPlace {
  readonly slashId: number;
  readonly nodeId: string;
}

interface MotionEntry {
  readonly body: 'council' | 'guardian';
  readonly motionId: number;
}

export type TimelineKind = keyof TimelineFacts;

/** One event of a contract. */
export type TimelineEntry = TimelinePlace &
  { readonly [Kind in TimelineKind]: { readonly kind: Kind } & TimelineFacts[Kind] }[TimelineKind];

export interface TimelinePlace {
  /** Where to go on reading: rises from event to event. */
  readonly position: number;
  readonly block: number;
  readonly timestampMs: number;
  readonly txHash: string;
  /** Counts within the block. */
  readonly logIndex: number;
}

export interface TimelineQuery {
  /** A position: the oldest entries after it. Left out: the newest entries. */
  readonly after?: number;
  /** 1–500; 100 where it is left out. */
  readonly limit?: number;
  readonly kind?: TimelineKind;
}

/** The two books and whether they say the same. Every `…Grains` is a decimal string. */
export interface ConservationAnswer {
  readonly ledger: {
    readonly balanced: boolean;
    readonly creditsInGrains: string;
    readonly creditsOutGrains: string;
    readonly creditsHeldGrains: string;
    readonly tokensEmittedGrains: string;
  };
  readonly chain: {
    readonly creditsInSettlementGrains: string;
    readonly depositedGrains: string;
    readonly claimedGrains: string;
    readonly tokensMintedGrains: string;
    readonly blockNumber: number;
  } | null;
  readonly agree: boolean;
}

/** GET /v1/epochs/:epoch/statement */
export interface StatementAnswer {
  readonly statement: Statement;
  readonly statementHash: string;
}

/** GET /v1/eras/:era/claims/:account : what `Settlement.claim` takes. */
export interface ClaimAnswer {
  readonly era: number;
  readonly account: string;
  readonly cumulativeCredits: string;
  readonly cumulativeTokens: string;
  readonly index: number;
  readonly leafCount: number;
  /** Siblings from leaf to root: hash and both sums. */
  readonly proof: readonly { readonly hash: string; readonly credits: string; readonly tokens: string }[];
  /** The era's posted header, amounts as decimal strings. */
  readonly header: EraHeaderAnswer;
}

export interface EraHeaderAnswer {
  readonly era: number;
  readonly parentHash: string;
  readonly accrual: TreeRootAnswer;
  readonly voids: TreeRootAnswer;
  readonly direct: TreeRootAnswer;
  readonly payout: TreeRootAnswer;
  readonly params: TreeRootAnswer;
}

/** What is posted of one of an era's trees; amounts as decimal strings. */
export interface TreeRootAnswer {
  readonly root: string;
  readonly credits: string;
  readonly tokens: string;
  readonly leafCount: number;
}

/** Every refusal of the API: HTTP status by code, see docs/reference/refusals.md. */
export interface RefusalAnswer {
  readonly code: string;
  readonly message: string;
  /** What the caller should do: mend its input, try again, or give up. */
  readonly refusalClass?: 'input' | 'retry' | 'give-up';
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;
}
