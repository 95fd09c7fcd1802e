import { decodeEventLog, type Hex, numberToHex, pad, toEventSelector } from 'viem';
import { type AddressBook, contractAddress } from './address-book.ts';
import { type EraHeader, headerFromChain } from './era-header.ts';
import { arbitration, bondVault, nodeRegistry, settlement } from './generated/contracts.ts';
import { asking, isAnswered, type Rpc, revertNameOf } from './rpc.ts';
import { addressOf, grainsOf, hexOf, nameOf, numberOf, spkiOf } from './values.ts';

/** Where an event is. `logIndex` counts within the block. */
export interface EventPlace {
  readonly txHash: string;
  readonly blockNumber: number;
  readonly logIndex: number;
}

/** Why a challenge succeeded. */
export type VoidGround = (typeof VOID_GROUNDS)[number];

/** In the order of the contract. */
const VOID_GROUNDS = [
  'leaves-out-of-order',
  'totals-differ',
  'sums-differ',
  'payout-wrong',
  'void-uncovered',
  'accrual-wrong',
  'params-wrong',
  'batch-invalid',
  'receipt-omitted',
  'data-withheld',
] as const;

/** What a committee says of a charge. */
export type CaseVerdict = 'guilty' | 'not-guilty';

/** In the order of the contract. */
export const CASE_VERDICTS: readonly (CaseVerdict | null)[] = [null, 'guilty', 'not-guilty'];

/** A bonded amount that counts from a time on, or is free from then on. */
export interface BondLot {
  readonly grains: number;
  readonly atMs: number;
}

/** What can happen to a network on the chain; amounts in grains, sums that may pass 2^53 as bigint. */
export type ChainEventBody =
  | {
      readonly kind: 'node-registered';
      readonly nodeId: string;
      readonly operator: string;
      readonly className: string;
      readonly evidenceLevel: number;
      readonly milliNcu: number;
      readonly spki: string;
    }
  | { readonly kind: 'node-suspended'; readonly nodeId: string }
  | { readonly kind: 'node-resumed'; readonly nodeId: string }
  | {
      readonly kind: 'bond-deposited';
      readonly nodeId: string;
      readonly operator: string;
      readonly grains: number;
      readonly activeAtMs: number;
    }
  | {
      readonly kind: 'bond-unbonding';
      readonly nodeId: string;
      readonly operator: string;
      readonly grains: number;
      readonly withdrawableAtMs: number;
    }
  | { readonly kind: 'bond-withdrawn'; readonly nodeId: string; readonly operator: string; readonly grains: number }
  | {
      /** The node's whole position after any of the others. */
      readonly kind: 'bond-changed';
      readonly nodeId: string;
      readonly activeGrains: number;
      readonly activating: readonly BondLot[];
      readonly unbonding: readonly BondLot[];
    }
  | {
      readonly kind: 'slash-proposed';
      readonly slashId: number;
      readonly nodeId: string;
      readonly challenger: string;
      readonly grains: number;
      readonly offence: string;
      readonly evidenceHash: string;
      readonly finalisableAtMs: number;
    }
  | {
      readonly kind: 'slash-final';
      readonly slashId: number;
      readonly nodeId: string;
      readonly challenger: string;
      readonly challengerGrains: number;
      readonly insuranceGrains: number;
      readonly burntGrains: number;
    }
  | { readonly kind: 'slash-reversed'; readonly slashId: number; readonly nodeId: string; readonly grains: number }
  | {
      /** Anybody may charge, with any share of the bond. */
      readonly kind: 'case-opened';
      readonly caseId: number;
      readonly nodeId: string;
      readonly challenger: string;
      readonly offence: string;
      readonly evidenceHash: string;
      readonly grains: bigint;
    }
  | {
      readonly kind: 'case-decided';
      readonly caseId: number;
      /** 0: the first committee; 1: the appeal. */
      readonly instance: number;
      readonly verdict: CaseVerdict;
      readonly guiltyVotes: number;
      /** Votes that were revealed. */
      readonly votes: number;
    }
  /** Without a verdict where no committee could be drawn in time. */
  | { readonly kind: 'case-closed'; readonly caseId: number; readonly verdict: CaseVerdict | null }
  | { readonly kind: 'deposit'; readonly account: string; readonly payer: string; readonly grains: number }
  | { readonly kind: 'poster-bonded'; readonly grains: number; readonly bondGrains: number }
  | { readonly kind: 'poster-unbonded'; readonly grains: number; readonly bondGrains: number }
  | {
      readonly kind: 'poster-slashed';
      readonly challenger: string;
      readonly rewardGrains: number;
      readonly burntGrains: number;
    }
  | { readonly kind: 'slashed-burnt'; readonly grains: number }
  | { readonly kind: 'epoch-committed'; readonly epoch: number; readonly batchesRoot: string }
  | {
      readonly kind: 'era-posted';
      readonly era: number;
      readonly headerHash: string;
      readonly header: EraHeader;
      readonly finalisableAtMs: number;
    }
  | {
      readonly kind: 'era-finalised';
      readonly era: number;
      readonly headerHash: string;
      readonly totalCredits: bigint;
      readonly mintedTokens: bigint;
    }
  | {
      /** The eras `era`…`lastEra` are void. */
      readonly kind: 'era-voided';
      readonly era: number;
      readonly lastEra: number;
      readonly headerHash: string;
      readonly challenger: string;
      readonly ground: VoidGround;
    }
  | {
      readonly kind: 'claim';
      readonly account: string;
      readonly recipient: string;
      readonly creditsGrains: bigint;
      readonly tokensGrains: bigint;
    }
  | { readonly kind: 'claim-skipped'; readonly account: string; readonly index: number; readonly reason: string }
  | { readonly kind: 'recipient-set'; readonly account: string; readonly recipient: string };

export type ChainEvent = ChainEventBody & EventPlace;

/** A movement of one of the two tokens; the zero address mints and burns. */
export interface TokenTransfer extends EventPlace {
  readonly asset: Token['asset'];
  readonly from: string;
  readonly to: string;
  readonly grains: bigint;
}

/** Public nodes answer eth_getLogs over some thousands of blocks at most. */
const LOG_BLOCKS_MAX = 5_000;

/** Every event of the network's contracts in a range of blocks, ends included, in order. Errors: CHAIN-RPC-UNREACHABLE. */
export async function readEvents(rpc: Rpc, addressBook: AddressBook, range: BlockRange): Promise<ChainEvent[]> {
  const logs = await readLogs(rpc, { address: eventSources(addressBook) }, range);
  return decodeEvents(addressBook, logs);
}

/** The contracts whose logs are events. */
export function eventSources(addressBook: AddressBook): Hex[] {
  return [...eventReaders(addressBook).keys()];
}

/** What the logs of `eventSources` say, in their order. */
export function decodeEvents(addressBook: AddressBook, logs: readonly EventLog[]): ChainEvent[] {
  const readers = eventReaders(addressBook);
  return logs.flatMap((log) => {
    const body = readers.get(log.address.toLowerCase() as Hex)!(log);
    return body === null ? [] : [{ ...body, ...placeOf(log) }];
  });
}

/** Null where an event is of no concern to a network's books. */
type EventReader = (log: EventLog) => ChainEventBody | null;

function eventReaders(addressBook: AddressBook): Map<Hex, EventReader> {
  const { arbitration: court } = addressBook.contracts as Readonly<Record<string, string>>;
  return new Map<Hex, EventReader>([
    [contractAddress(addressBook, 'nodeRegistry'), registryEvent],
    [contractAddress(addressBook, 'bondVault'), bondEvent],
    [contractAddress(addressBook, 'settlement'), settlementEvent],
    ...(court === undefined ? [] : [[addressOf(court, 'addressBook.contracts.arbitration'), caseEvent] as const]),
  ]);
}

/** The two numbers may be the same; a range whose end is before its start has no blocks. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/**
 * The transfers of a token that leave or reach one address, in no order; of the zero address: mints and burns.
 * Errors: CHAIN-RPC-UNREACHABLE.
 */
export async function readTransfers(rpc: Rpc, token: Token, party: Hex, range: BlockRange): Promise<TokenTransfer[]> {
  const address = contractAddress(token.addressBook, token.asset);
  const [sent, received] = await Promise.all([
    readLogs(rpc, { address, topics: [TRANSFER_TOPIC, pad(party)] }, range),
    readLogs(rpc, { address, topics: [TRANSFER_TOPIC, null, pad(party)] }, range),
  ]);
  return [...sent, ...received].map((log) => {
    const [, from, to] = log.topics as [Hex, Hex, Hex];
    return { asset: token.asset, from: addressIn(from), to: addressIn(to), grains: BigInt(log.data), ...placeOf(log) };
  });
}

export interface Token {
  readonly addressBook: AddressBook;
  readonly asset: 'credit' | 'workToken';
}

const TRANSFER_TOPIC = toEventSelector('Transfer(address,address,uint256)');

export interface EventLog {
  readonly address: Hex;
  readonly data: Hex;
  readonly topics: [signature: Hex, ...args: Hex[]];
  readonly transactionHash: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly logIndex: Hex;
}

export interface LogFilter {
  readonly address: Hex | Hex[];
  /** Of each place: one, one of several, or any. */
  readonly topics?: (Hex | Hex[] | null)[];
}

/**
 * Logs as the node has them, in order, asked for in pieces; a piece that a node finds too large is halved.
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED.
 */
export async function readLogs(rpc: Rpc, filter: LogFilter, { fromBlock, toBlock }: BlockRange): Promise<EventLog[]> {
  const logs: EventLog[][] = [];
  for (let from = fromBlock; from <= toBlock; from += LOG_BLOCKS_MAX) {
    const to = Math.min(toBlock, from + LOG_BLOCKS_MAX - 1);
    logs.push(await readPiece(rpc, filter, { fromBlock: from, toBlock: to }));
  }
  return logs.flat();
}

async function readPiece(rpc: Rpc, filter: LogFilter, { fromBlock, toBlock }: BlockRange): Promise<EventLog[]> {
  const query = { ...filter, fromBlock: numberToHex(fromBlock), toBlock: numberToHex(toBlock) };
  try {
    const found = await asking('eth_getLogs', () => rpc.request({ method: 'eth_getLogs', params: [query] }));
    return found as readonly unknown[] as EventLog[];
  } catch (error) {
    // Nodes say in many words that a range has too many blocks or too many logs; half of it has fewer of both.
    if (fromBlock === toBlock || !isAnswered(error)) throw error;
    const middle = Math.floor((fromBlock + toBlock) / 2);
    const first = await readPiece(rpc, filter, { fromBlock, toBlock: middle });
    return [...first, ...(await readPiece(rpc, filter, { fromBlock: middle + 1, toBlock }))];
  }
}

export function placeOf(log: EventLog): EventPlace {
  return { txHash: log.transactionHash, blockNumber: Number(log.blockNumber), logIndex: Number(log.logIndex) };
}

function registryEvent({ data, topics }: EventLog): ChainEventBody {
  const { eventName, args } = decodeEventLog({ abi: nodeRegistry.abi, data, topics });
  const nodeId = hexOf(args.nodeId);
  switch (eventName) {
    case 'NodeRegistered': {
      const { evidenceLevel, milliNcu } = args;
      const operator = args.operator.toLowerCase();
      const spki = spkiOf(args.x, args.y);
      const className = nameOf(args.className);
      return { kind: 'node-registered', nodeId, operator, className, evidenceLevel, milliNcu, spki };
    }
    case 'NodeSuspended':
      return { kind: 'node-suspended', nodeId };
    case 'NodeResumed':
      return { kind: 'node-resumed', nodeId };
  }
}

function bondEvent({ data, topics }: EventLog): ChainEventBody {
  const { eventName, args } = decodeEventLog({ abi: bondVault.abi, data, topics });
  const nodeId = hexOf(args.nodeId);
  switch (eventName) {
    case 'BondDeposited': {
      const place = { nodeId, operator: args.operator.toLowerCase() };
      const activeAtMs = millisecondsOf(args.activeAt);
      return { kind: 'bond-deposited', ...place, grains: grainsOf(args.grains, eventName), activeAtMs };
    }
    case 'UnbondRequested': {
      const place = { nodeId, operator: args.operator.toLowerCase() };
      const withdrawableAtMs = millisecondsOf(args.withdrawableAt);
      return { kind: 'bond-unbonding', ...place, grains: grainsOf(args.grains, eventName), withdrawableAtMs };
    }
    case 'BondWithdrawn': {
      const operator = args.operator.toLowerCase();
      return { kind: 'bond-withdrawn', nodeId, operator, grains: grainsOf(args.grains, eventName) };
    }
    case 'BondChanged': {
      const [activating, unbonding] = [args.activating.map(lotOf), args.unbonding.map(lotOf)];
      return { kind: 'bond-changed', nodeId, activeGrains: grainsOf(args.active, eventName), activating, unbonding };
    }
    case 'SlashProposed':
      return {
        kind: 'slash-proposed',
        slashId: Number(args.slashId),
        nodeId,
        challenger: args.challenger.toLowerCase(),
        grains: grainsOf(args.grains, eventName),
        offence: nameOf(args.offence),
        evidenceHash: hexOf(args.evidenceHash),
        finalisableAtMs: millisecondsOf(args.finalisableAt),
      };
    case 'SlashFinalised':
      return {
        kind: 'slash-final',
        slashId: Number(args.slashId),
        nodeId,
        challenger: args.challenger.toLowerCase(),
        challengerGrains: grainsOf(args.challengerGrains, eventName),
        insuranceGrains: grainsOf(args.insuranceGrains, eventName),
        burntGrains: grainsOf(args.burntGrains, eventName),
      };
    case 'SlashReversed': {
      const grains = grainsOf(args.grains, eventName);
      return { kind: 'slash-reversed', slashId: Number(args.slashId), nodeId, grains };
    }
  }
}

function caseEvent({ data, topics }: EventLog): ChainEventBody | null {
  const { eventName, args } = decodeEventLog({ abi: arbitration.abi, data, topics });
  switch (eventName) {
    case 'CaseOpened': {
      const { offence, evidenceHash } = args.charge;
      return {
        kind: 'case-opened',
        caseId: Number(args.caseId),
        nodeId: hexOf(args.nodeId),
        challenger: args.challenger.toLowerCase(),
        offence: nameOf(offence),
        evidenceHash: hexOf(evidenceHash),
        grains: args.grains,
      };
    }
    case 'Decided': {
      const verdict = CASE_VERDICTS[args.verdict]!;
      const [guiltyVotes, votes] = [Number(args.guiltyVotes), Number(args.revealedVotes)];
      return {
        kind: 'case-decided',
        caseId: Number(args.caseId),
        instance: args.instance,
        verdict,
        guiltyVotes,
        votes,
      };
    }
    case 'CaseClosed':
      return { kind: 'case-closed', caseId: Number(args.caseId), verdict: CASE_VERDICTS[args.verdict] ?? null };
    default:
      return null;
  }
}

function settlementEvent(log: EventLog): ChainEventBody {
  const { data, topics } = log;
  const event = decodeEventLog({ abi: settlement.abi, data, topics });
  const { eventName, args } = event;
  switch (eventName) {
    case 'Deposited': {
      const grains = grainsOf(args.grains, eventName);
      return { kind: 'deposit', account: args.account.toLowerCase(), payer: args.payer.toLowerCase(), grains };
    }
    case 'PosterBonded':
    case 'PosterUnbonded': {
      const kind = eventName === 'PosterBonded' ? 'poster-bonded' : 'poster-unbonded';
      return { kind, grains: grainsOf(args.grains, eventName), bondGrains: grainsOf(args.bondGrains, eventName) };
    }
    case 'PosterSlashed': {
      const rewardGrains = grainsOf(args.rewardGrains, eventName);
      const burntGrains = grainsOf(args.burntGrains, eventName);
      return { kind: 'poster-slashed', challenger: args.challenger.toLowerCase(), rewardGrains, burntGrains };
    }
    case 'SlashedBurnt':
      return { kind: 'slashed-burnt', grains: grainsOf(args.grains, eventName) };
    case 'EpochCommitted':
      return { kind: 'epoch-committed', epoch: Number(args.epoch), batchesRoot: hexOf(args.batchesRoot) };
    case 'EraPosted':
    case 'EraFinalised':
    case 'EraVoided':
      return eraEvent(event);
    case 'ClaimPaid':
      return {
        kind: 'claim',
        account: args.account.toLowerCase(),
        recipient: args.recipient.toLowerCase(),
        creditsGrains: args.credits,
        tokensGrains: args.tokens,
      };
    case 'ClaimSkipped': {
      const reason = revertNameOf(args.reason);
      return { kind: 'claim-skipped', account: args.account.toLowerCase(), index: args.index, reason };
    }
    case 'RecipientSet': {
      const recipient = args.recipient.toLowerCase();
      return { kind: 'recipient-set', account: args.account.toLowerCase(), recipient };
    }
  }
}

type SettlementEvent = ReturnType<typeof decodeEventLog<typeof settlement.abi>>;
type EraEvent = Extract<SettlementEvent, { eventName: 'EraPosted' | 'EraFinalised' | 'EraVoided' }>;

function eraEvent({ eventName, args }: EraEvent): ChainEventBody {
  const [era, headerHash] = [Number(args.era), hexOf(args.headerHash)];
  switch (eventName) {
    case 'EraPosted': {
      const header = headerFromChain(args.header);
      return { kind: 'era-posted', era, headerHash, header, finalisableAtMs: millisecondsOf(args.finalisableAt) };
    }
    case 'EraFinalised': {
      const { totalCredits, mintedTokens } = args;
      return { kind: 'era-finalised', era, headerHash, totalCredits, mintedTokens };
    }
    case 'EraVoided': {
      const challenger = args.challenger.toLowerCase();
      const ground = VOID_GROUNDS[args.ground]!;
      return { kind: 'era-voided', era, lastEra: Number(args.lastEra), headerHash, challenger, ground };
    }
  }
}

function lotOf({ grains, at }: { readonly grains: bigint; readonly at: bigint }): BondLot {
  return { grains: grainsOf(grains, 'BondChanged'), atMs: millisecondsOf(at) };
}

export function millisecondsOf(seconds: bigint): number {
  return numberOf(seconds * 1000n, 'timestamp');
}

/** The address in an indexed topic. */
function addressIn(topic: Hex): string {
  return `0x${topic.slice(-40)}`;
}
