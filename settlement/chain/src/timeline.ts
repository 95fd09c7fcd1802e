import { decodeEventLog, type Hex, numberToHex } from 'viem';
import type { AddressBook } from './address-book.ts';
import { ERA_TREES, type EraTreeName } from './era-leaf.ts';
import { type ChainEvent, type ChainEventBody, type EventLog, millisecondsOf, type VoidGround } from './events.ts';
import {
  channels,
  council,
  economyRegistry,
  emergencyPause,
  eraChallenges,
  reserve,
  rollbackTriggers,
  timelock,
  tokenGovernor,
} from './generated/contracts.ts';
import { addressOf, hexOf, numberOf, textOf } from './values.ts';

// What happens to a network on its chain that anybody may want to know of, contract by contract. Amounts that strangers
// choose are bigint: nothing that they do may be out of range here.

/** Ids and hashes are 64 hex characters, accounts 0x and lower case. */
interface TimelineFacts {
  'era-posted': {
    readonly era: number;
    readonly headerHash: string;
    /** Of the payout tree: owed by then to all accounts together. */
    readonly totalCreditsGrains: bigint;
    readonly totalTokensGrains: bigint;
    readonly finalisableAtMs: number;
  };
  /** The eras `era`…`lastEra` are void. */
  'era-voided': {
    readonly era: number;
    readonly lastEra: number;
    readonly headerHash: string;
    readonly challenger: string;
    readonly ground: VoidGround;
  };
  'era-finalised': {
    readonly era: number;
    readonly headerHash: string;
    readonly totalCreditsGrains: bigint;
    readonly mintedTokensGrains: bigint;
  };
  'leaf-asked': LeafPlace & { readonly asker: string; readonly answerByMs: number };
  'leaf-shown': LeafPlace & { readonly revealer: string };
  'poster-slashed': FactsOf<'poster-slashed'>;
  'slash-proposed': FactsOf<'slash-proposed'>;
  'slash-final': FactsOf<'slash-final'>;
  'slash-reversed': FactsOf<'slash-reversed'>;
  'case-opened': FactsOf<'case-opened'>;
  'case-decided': FactsOf<'case-decided'>;
  'case-closed': FactsOf<'case-closed'>;
  /** The end is on the channels' clock, which stands still while they are paused. */
  'exit-started': { readonly channelId: string; readonly endsAtMs: number };
  'exit-extended': { readonly channelId: string; readonly endsAtMs: number };
  'channel-committed': { readonly channelId: string; readonly payee: string; readonly committedGrains: bigint };
  'channel-claimed': {
    readonly channelId: string;
    readonly payee: string;
    readonly paidGrains: bigint;
    /** In all. */
    readonly claimedGrains: bigint;
  };
  'channel-closed': { readonly channelId: string; readonly refundedGrains: bigint; readonly keptGrains: bigint };
  'change-scheduled': {
    readonly version: number;
    readonly economyHash: string;
    readonly gateReportHash: string;
    readonly startsAtMs: number;
    readonly loosens: boolean;
    readonly changes: readonly { readonly name: string; readonly value: bigint }[];
  };
  /** The event comes with the first change of anything after `startsAtMs`. */
  'change-activated': { readonly version: number; readonly economyHash: string; readonly startsAtMs: number };
  'change-cancelled': { readonly version: number };
  'change-rolled-back': { readonly version: number; readonly goodVersion: number };
  'parameter-tightened': {
    readonly name: string;
    readonly before: bigint;
    readonly value: bigint;
    readonly by: string;
  };
  'proposal-created': { readonly proposalId: string; readonly proposer: string; readonly votesEndAtMs: number };
  'proposal-voted': {
    readonly proposalId: string;
    readonly voter: string;
    readonly vote: 'against' | 'for' | 'abstain';
    readonly weightGrains: bigint;
  };
  'proposal-queued': { readonly proposalId: string; readonly executableAtMs: number };
  'proposal-executed': { readonly proposalId: string };
  'proposal-cancelled': { readonly proposalId: string };
  'motion-put': SeatedMotion & { readonly seat: number; readonly target: string; readonly endsAtMs: number };
  'motion-answered': SeatedMotion & { readonly seat: number; readonly agrees: boolean };
  'motion-executed': SeatedMotion;
  'call-queued': { readonly operationId: string; readonly target: string; readonly executableAtMs: number };
  'call-executed': { readonly operationId: string; readonly target: string };
  'call-cancelled': { readonly operationId: string };
  'pause-started': { readonly scope: string; readonly untilMs: number };
  /** Before its time; one that runs out says nothing. */
  'pause-ended': { readonly scope: string };
  'trigger-fired': {
    readonly name: string;
    readonly value: bigint;
    readonly line: bigint;
    readonly asOfMs: number;
    readonly by: string;
  };
  'reserve-attested': {
    readonly attestor: string;
    readonly asOfMs: number;
    readonly assetsGrains: bigint;
    readonly liabilitiesGrains: bigint;
    readonly reportHash: string;
  };
  'credits-issued': {
    readonly payer: string;
    readonly to: string;
    readonly creditGrains: bigint;
    /** Of the asset that was paid with. */
    readonly units: bigint;
  };
  /** Redemption eras are the reserve's own. */
  'redemption-requested': { readonly redemptionEra: number; readonly account: string; readonly creditGrains: bigint };
  'redemption-priced': {
    readonly redemptionEra: number;
    readonly requestedGrains: bigint;
    /** Before it, both. */
    readonly assetsGrains: bigint;
    readonly outstandingGrains: bigint;
    readonly dueUnits: bigint;
  };
}

interface LeafPlace {
  readonly era: number;
  readonly tree: EraTreeName;
  readonly index: number;
}

interface SeatedMotion {
  readonly body: SeatedBody;
  readonly motionId: number;
}

type SeatedBody = 'council' | 'guardian';
type FactsOf<Kind extends ChainEventBody['kind']> = Omit<Extract<ChainEventBody, { kind: Kind }>, 'kind'>;

export type TimelineKind = keyof TimelineFacts;
const KINDS = {
  'era-posted': true,
  'era-voided': true,
  'era-finalised': true,
  'leaf-asked': true,
  'leaf-shown': true,
  'poster-slashed': true,
  'slash-proposed': true,
  'slash-final': true,
  'slash-reversed': true,
  'case-opened': true,
  'case-decided': true,
  'case-closed': true,
  'exit-started': true,
  'exit-extended': true,
  'channel-committed': true,
  'channel-claimed': true,
  'channel-closed': true,
  'change-scheduled': true,
  'change-activated': true,
  'change-cancelled': true,
  'change-rolled-back': true,
  'parameter-tightened': true,
  'proposal-created': true,
  'proposal-voted': true,
  'proposal-queued': true,
  'proposal-executed': true,
  'proposal-cancelled': true,
  'motion-put': true,
  'motion-answered': true,
  'motion-executed': true,
  'call-queued': true,
  'call-executed': true,
  'call-cancelled': true,
  'pause-started': true,
  'pause-ended': true,
  'trigger-fired': true,
  'reserve-attested': true,
  'credits-issued': true,
  'redemption-requested': true,
  'redemption-priced': true,
} as const satisfies Record<TimelineKind, true>;

/** All there are. */
export const TIMELINE_KINDS = Object.keys(KINDS) as readonly TimelineKind[];

type TimelineBody = { [Kind in TimelineKind]: { readonly kind: Kind } & TimelineFacts[Kind] }[TimelineKind];

export type TimelineEvent = TimelineBody & {
  readonly block: number;
  readonly timestampMs: number;
  readonly txHash: string;
  /** Counts within the block. */
  readonly logIndex: number;
};

type Reader = (log: EventLog, timestampMs: number) => TimelineBody | null;

const VOTES = ['against', 'for', 'abstain'] as const;

/** By name in the address book. Those of the first deployments are read into `ChainEvent` already. */
const READERS: Readonly<Record<string, Reader>> = {
  eraChallenges: leafEvent,
  channels: channelEvent,
  economyRegistry: registryEvent,
  tokenGovernor: proposalEvent,
  council: (log) => motionEvent(log, 'council'),
  guardian: (log) => motionEvent(log, 'guardian'),
  timelock: callEvent,
  emergencyPause: pauseEvent,
  rollbackTriggers: triggerEvent,
  reserve: reserveEvent,
};

/** The contracts whose logs `timelineOf` reads, as far as the network has them. */
export function timelineSources(addressBook: AddressBook): Hex[] {
  return [...readersIn(addressBook).keys()];
}

/**
 * What is worth knowing of some blocks, in the chain's order, out of the logs of `timelineSources` and the events of the
 * same blocks. Errors: CHAIN-RANGE.
 */
export function timelineOf(
  addressBook: AddressBook,
  logs: readonly EventLog[],
  events: readonly ChainEvent[],
  timestampMsOf: (blockNumber: number) => number,
): TimelineEvent[] {
  const readers = readersIn(addressBook);
  const told = logs.flatMap((log) => {
    const { transactionHash: txHash, logIndex } = log;
    const block = Number(log.blockNumber);
    const timestampMs = timestampMsOf(block);
    const body = readers.get(log.address.toLowerCase() as Hex)!(log, timestampMs);
    return body === null ? [] : [{ ...body, block, timestampMs, txHash, logIndex: Number(logIndex) }];
  });
  const known = events.flatMap((event) => {
    const { txHash, blockNumber: block, logIndex } = event;
    const body = notableBody(event);
    return body === null ? [] : [{ ...body, block, timestampMs: timestampMsOf(block), txHash, logIndex }];
  });
  return [...told, ...known].sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
}

function readersIn(addressBook: AddressBook): Map<Hex, Reader> {
  const contracts: Readonly<Record<string, string>> = addressBook.contracts;
  // The governor says itself what it has the timelock do.
  const isSaidTwice = (name: string) => name === 'timelock' && contracts.tokenGovernor !== undefined;
  const names = Object.keys(READERS).filter((name) => contracts[name] !== undefined && !isSaidTwice(name));
  return new Map(names.map((name) => [addressOf(contracts[name]!, `addressBook.contracts.${name}`), READERS[name]!]));
}

function notableBody(event: ChainEvent): TimelineBody | null {
  switch (event.kind) {
    case 'era-posted': {
      const { kind, era, headerHash, finalisableAtMs } = event;
      const { credits: totalCreditsGrains, tokens: totalTokensGrains } = event.header.payout;
      return { kind, era, headerHash, totalCreditsGrains, totalTokensGrains, finalisableAtMs };
    }
    case 'era-finalised': {
      const { kind, era, headerHash, totalCredits, mintedTokens } = event;
      return { kind, era, headerHash, totalCreditsGrains: totalCredits, mintedTokensGrains: mintedTokens };
    }
    case 'era-voided':
    case 'poster-slashed':
    case 'slash-proposed':
    case 'slash-final':
    case 'slash-reversed':
    case 'case-opened':
    case 'case-decided':
    case 'case-closed': {
      const { txHash: _, blockNumber: __, logIndex: ___, ...body } = event;
      return body;
    }
    default:
      return null;
  }
}

function leafEvent({ data, topics }: EventLog): TimelineBody {
  const { eventName, args } = decodeEventLog({ abi: eraChallenges.abi, data, topics });
  const place = { era: numberOf(args.era, eventName), tree: ERA_TREES[args.tree]!, index: args.index };
  if (eventName === 'LeafRevealed') return { kind: 'leaf-shown', ...place, revealer: args.revealer.toLowerCase() };
  const answerByMs = millisecondsOf(args.answerBy);
  return { kind: 'leaf-asked', ...place, asker: args.asker.toLowerCase(), answerByMs };
}

function channelEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: channels.abi, data, topics });
  switch (eventName) {
    case 'ExitStarted':
    case 'ExitExtended': {
      const kind = eventName === 'ExitStarted' ? 'exit-started' : 'exit-extended';
      return { kind, channelId: hexOf(args.id), endsAtMs: millisecondsOf(args.endsAt) };
    }
    case 'Committed': {
      const { id, payee, committedGrains } = args;
      return { kind: 'channel-committed', channelId: hexOf(id), payee: payee.toLowerCase(), committedGrains };
    }
    case 'Claimed': {
      const { id, payee, paidGrains, claimedGrains } = args;
      return { kind: 'channel-claimed', channelId: hexOf(id), payee: payee.toLowerCase(), paidGrains, claimedGrains };
    }
    case 'ChannelClosed': {
      const { id, refundedGrains, keptGrains } = args;
      return { kind: 'channel-closed', channelId: hexOf(id), refundedGrains, keptGrains };
    }
    case 'Paused':
      return { kind: 'pause-started', scope: 'channels', untilMs: millisecondsOf(args.endsAt) };
    default:
      return null;
  }
}

function registryEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: economyRegistry.abi, data, topics });
  switch (eventName) {
    case 'VersionScheduled': {
      const hashes = { economyHash: hexOf(args.economyHash), gateReportHash: hexOf(args.gateReportHash) };
      const changes = args.changes.map(({ name, value }) => ({ name: textOf(name), value }));
      const { version, loosens } = args;
      return {
        kind: 'change-scheduled',
        version,
        ...hashes,
        startsAtMs: millisecondsOf(args.startsAt),
        loosens,
        changes,
      };
    }
    case 'VersionActivated': {
      const { version, economyHash, startsAt } = args;
      return {
        kind: 'change-activated',
        version,
        economyHash: hexOf(economyHash),
        startsAtMs: millisecondsOf(startsAt),
      };
    }
    case 'VersionCancelled':
      return { kind: 'change-cancelled', version: args.version };
    case 'VersionRolledBack':
      return { kind: 'change-rolled-back', version: args.version, goodVersion: args.goodVersion };
    case 'ParameterTightened': {
      const { name, before, value, by } = args;
      return { kind: 'parameter-tightened', name: textOf(name), before, value, by: by.toLowerCase() };
    }
    default:
      return null;
  }
}

function proposalEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: tokenGovernor.abi, data, topics });
  switch (eventName) {
    case 'ProposalCreated': {
      const place = { proposalId: idOf(args.proposalId), proposer: args.proposer.toLowerCase() };
      return { kind: 'proposal-created', ...place, votesEndAtMs: millisecondsOf(args.voteEnd) };
    }
    case 'VoteCast':
    case 'VoteCastWithParams': {
      // Anyone may vote without a vote to give.
      if (args.weight === 0n) return null;
      const place = { proposalId: idOf(args.proposalId), voter: args.voter.toLowerCase() };
      return { kind: 'proposal-voted', ...place, vote: VOTES[args.support]!, weightGrains: args.weight };
    }
    case 'ProposalQueued': {
      const executableAtMs = millisecondsOf(args.etaSeconds);
      return { kind: 'proposal-queued', proposalId: idOf(args.proposalId), executableAtMs };
    }
    case 'ProposalExecuted':
      return { kind: 'proposal-executed', proposalId: idOf(args.proposalId) };
    case 'ProposalCanceled':
      return { kind: 'proposal-cancelled', proposalId: idOf(args.proposalId) };
    default:
      return null;
  }
}

function motionEvent({ data, topics }: EventLog, body: SeatedBody): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: council.abi, data, topics });
  switch (eventName) {
    case 'MotionPut': {
      const { motionId, seat, target, endsAt } = args;
      const endsAtMs = millisecondsOf(BigInt(endsAt));
      return { kind: 'motion-put', body, motionId, seat, target: target.toLowerCase(), endsAtMs };
    }
    case 'MotionAnswered':
      return { kind: 'motion-answered', body, motionId: args.motionId, seat: args.seat, agrees: args.agrees };
    case 'MotionExecuted':
      return { kind: 'motion-executed', body, motionId: args.motionId };
    default:
      return null;
  }
}

function callEvent({ data, topics }: EventLog, timestampMs: number): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: timelock.abi, data, topics });
  switch (eventName) {
    case 'CallScheduled': {
      const place = { operationId: hexOf(args.id), target: args.target.toLowerCase() };
      return { kind: 'call-queued', ...place, executableAtMs: timestampMs + millisecondsOf(args.delay) };
    }
    case 'CallExecuted':
      return { kind: 'call-executed', operationId: hexOf(args.id), target: args.target.toLowerCase() };
    case 'Cancelled':
      return { kind: 'call-cancelled', operationId: hexOf(args.id) };
    default:
      return null;
  }
}

function pauseEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: emergencyPause.abi, data, topics });
  if (eventName === 'Resumed') return { kind: 'pause-ended', scope: textOf(args.scope) };
  if (eventName !== 'Paused') return null;
  return { kind: 'pause-started', scope: textOf(args.scope), untilMs: millisecondsOf(args.until) };
}

function triggerEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: rollbackTriggers.abi, data, topics });
  if (eventName !== 'TriggerFired') return null;
  const { name, value, line, asOf, by } = args;
  return {
    kind: 'trigger-fired',
    name: textOf(name),
    value,
    line,
    asOfMs: millisecondsOf(asOf),
    by: by.toLowerCase(),
  };
}

function reserveEvent({ data, topics }: EventLog): TimelineBody | null {
  const { eventName, args } = decodeEventLog({ abi: reserve.abi, data, topics });
  switch (eventName) {
    case 'Attested': {
      const { assetsGrains, liabilitiesGrains } = args;
      const place = { attestor: args.attestor.toLowerCase(), asOfMs: millisecondsOf(args.asOf) };
      const reportHash = hexOf(args.reportHash);
      return { kind: 'reserve-attested', ...place, assetsGrains, liabilitiesGrains, reportHash };
    }
    case 'Issued': {
      const { payer, to, creditGrains, units } = args;
      return { kind: 'credits-issued', payer: payer.toLowerCase(), to: to.toLowerCase(), creditGrains, units };
    }
    case 'RedemptionRequested': {
      const redemptionEra = numberOf(args.era, eventName);
      const account = args.account.toLowerCase();
      return { kind: 'redemption-requested', redemptionEra, account, creditGrains: args.grains };
    }
    case 'RedemptionPriced': {
      const { era, ...amounts } = args;
      return { kind: 'redemption-priced', redemptionEra: numberOf(era, eventName), ...amounts };
    }
    default:
      return null;
  }
}

function idOf(uint256: bigint): string {
  return hexOf(numberToHex(uint256, { size: 32 }));
}
