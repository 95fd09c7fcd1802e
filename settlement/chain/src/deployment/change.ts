import {
  type Address,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseEventLogs,
  toBytes,
} from 'viem';
import { signerOf } from '../account.ts';
import {
  type EconomyField,
  parameterName,
  type RegistryDiff,
  type RegistryRow,
  registryDiff,
} from '../economy-parameters.ts';
import { readLogs } from '../events.ts';
import { council, economyRegistry, timelock, tokenGovernor } from '../generated/contracts.ts';
import { queueOf, type Send } from '../queue.ts';
import { ChainRefusal } from '../refusal.ts';
import { asking, openRpc, type Rpc } from '../rpc.ts';
import { addressOf, bytes32Of, uintOf } from '../values.ts';
import type { DeploymentBook } from './deploy.ts';
import { type MotionStep, stepMotion } from './motion.ts';

// A new version of the economy on its way to the registry: what it changes there, and the next step that a key can do for
// it. Whoever may act runs the same thing; each run looks at the chain and does what is due.

/** The registry as it is at this moment. */
export interface RegistryState {
  readonly versionInForce: number;
  readonly goodVersion: number;
  readonly rows: readonly RegistryRow[];
  /** Second in which epoch 0 begins. */
  readonly genesisAt: number;
  readonly epochSeconds: number;
}

export interface EconomyChange {
  readonly version: number;
  /** SHA-256 of the new version and of its launch gate's report, 64 hex characters each. */
  readonly economyHash: string;
  readonly gateReportHash: string;
  readonly fields: readonly EconomyField[];
}

export interface GovernanceAccess {
  readonly rpcUrl: string;
  /** Of a seat, of a holder of tokens, or of anyone who carries out what was decided. */
  readonly privateKey: string;
  readonly book: DeploymentBook;
}

/** What a run did, or what it waits for. */
export type ChangeStep =
  | { readonly did: MotionStep | 'proposed' | 'voted' | 'queued' | 'scheduled'; readonly fromEpoch: number }
  | { readonly did: 'nothing'; readonly waitsFor: 'votes' | 'timelock'; readonly fromEpoch: number }
  | { readonly did: 'nothing'; readonly waitsFor: 'epoch' | 'nothing'; readonly startsAt: number };

const STATUS = { scheduled: 1, active: 2 } as const;
const STATE = { active: 1, succeeded: 4, queued: 5 } as const;
const AYE = 1;
const NO_VALUE = 0n;
const NO_PREDECESSOR: Hex = `0x${'0'.repeat(64)}`;

/** Errors: CHAIN-RANGE, CHAIN-ADDRESS-BOOK (no registry in it), CHAIN-RPC-UNREACHABLE. */
export async function readRegistry(rpcUrl: string, book: DeploymentBook): Promise<RegistryState> {
  const rpc = openRpc(rpcUrl);
  const read = { abi: economyRegistry.abi, address: placeIn(book, 'economyRegistry') } as const;
  return asking('economyRegistry', async () => {
    const [names, versionInForce, goodVersion, genesisAt, epochSeconds] = await Promise.all([
      rpc.readContract({ ...read, functionName: 'names' }),
      rpc.readContract({ ...read, functionName: 'versionInForce' }),
      rpc.readContract({ ...read, functionName: 'goodVersion' }),
      rpc.readContract({ ...read, functionName: 'genesisAt' }),
      rpc.readContract({ ...read, functionName: 'epochSeconds' }),
    ]);
    const parameters = await Promise.all(
      names.map((name) => rpc.readContract({ ...read, functionName: 'parameterOf', args: [name] })),
    );
    const rows = parameters.map(({ row }) => row);
    return { versionInForce, goodVersion, rows, genesisAt: Number(genesisAt), epochSeconds };
  });
}

/**
 * Does the next thing for a change: puts it to the vote, votes for it, carries out what was decided. The change is in
 * force from the first epoch that the vote, the timelock and, where it loosens, its notice leave time for. One whose epoch
 * came before it was carried out can never be, and is put to the vote anew.
 * Errors: CHAIN-BOUNDS (outside of bounds or steps, or was in force before), CHAIN-REVERTED (what the registry says of it,
 * before anyone votes: `ZeroHash`, `VersionNotNew`, `VersionPending`, `TooSoon`; or what a contract says of this key),
 * CHAIN-RANGE, CHAIN-ADDRESS-BOOK, CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function advanceChange(access: GovernanceAccess, change: EconomyChange): Promise<ChangeStep> {
  const rpc = openRpc(access.rpcUrl);
  const account = signerOf(access.privateKey);
  const registry = await readRegistry(access.rpcUrl, access.book);
  const known = await recordOf(rpc, access.book, change);
  if (known !== null) return known;
  const diff = registryDiff(registry.rows, change.fields);
  refuseOutside(diff);
  return queueOf(rpc, access.rpcUrl, account).run((send) => {
    const way = { rpc, send, account: account.address, book: access.book, registry, change, diff };
    return access.book.contracts.council === undefined ? byTokens(way) : bySeats(way);
  });
}

/** Errors: CHAIN-BOUNDS, with the first change that the registry would refuse. */
export function refuseOutside({ changes }: RegistryDiff): void {
  const refused = changes.find(({ refusedBy }) => refusedBy !== null);
  if (refused === undefined) return;
  const { path, before, value, refusedBy } = refused;
  const expected = refusedBy === 'step' ? `a step from ${before} within its largest` : 'a value within its bounds';
  throw new ChainRefusal('CHAIN-BOUNDS', { where: path, expected, got: `${value}` });
}

/**
 * The guardian's way back to the set that last proved itself: puts the motion, answers it, carries it out.
 * Errors: as `advanceChange`, but CHAIN-BOUNDS.
 */
export async function advanceRollback(access: GovernanceAccess): Promise<MotionStep> {
  const rpc = openRpc(access.rpcUrl);
  const account = signerOf(access.privateKey);
  const data = encodeFunctionData({ abi: economyRegistry.abi, functionName: 'rollback' });
  const motion = { target: placeIn(access.book, 'economyRegistry'), data, reasonHash: NO_PREDECESSOR };
  const at = placeIn(access.book, 'guardian');
  return queueOf(rpc, access.rpcUrl, account).run((send) =>
    stepMotion({ rpc, send, account: account.address, at }, motion),
  );
}

interface Way {
  readonly rpc: Rpc;
  readonly send: Send;
  readonly account: Address;
  readonly book: DeploymentBook;
  readonly registry: RegistryState;
  readonly change: EconomyChange;
  readonly diff: RegistryDiff;
}

/** A call of the registry that was proposed already, or one to be proposed. */
interface Proposed {
  readonly data: Hex;
  readonly fromEpoch: number;
}

/** Seats agree that the timelock schedules it; after the timelock anyone has it done. */
async function bySeats(way: Way): Promise<ChangeStep> {
  const { rpc, send, account, book, change } = way;
  const lock = { abi: timelock.abi, address: placeIn(book, 'timelock') } as const;
  const target = placeIn(book, 'economyRegistry');
  const salt = bytes32Of(change.economyHash, 'economyHash');
  const proposed = (await proposedBySeats(way)) ?? (await newProposal(way));
  const { data, fromEpoch } = proposed;
  const operation = [target, NO_VALUE, data, NO_PREDECESSOR, salt] as const;
  const id = await ask(rpc, { ...lock, functionName: 'hashOperation', args: operation });
  if (await ask(rpc, { ...lock, functionName: 'isOperation', args: [id] })) {
    if (!(await ask(rpc, { ...lock, functionName: 'isOperationReady', args: [id] }))) {
      return { did: 'nothing', waitsFor: 'timelock', fromEpoch };
    }
    const execute = encodeFunctionData({ abi: timelock.abi, functionName: 'execute', args: operation });
    await send({ to: lock.address, data: execute, what: 'timelock.execute' });
    return { did: 'scheduled', fromEpoch };
  }
  const delay = await ask<bigint>(rpc, { ...lock, functionName: 'getMinDelay', args: [] });
  const schedule = encodeFunctionData({ abi: timelock.abi, functionName: 'schedule', args: [...operation, delay] });
  const motion = {
    target: lock.address,
    data: schedule,
    reasonHash: bytes32Of(change.gateReportHash, 'gateReportHash'),
  };
  const did = await stepMotion({ rpc, send, account, at: placeIn(book, 'council') }, motion);
  return did === 'waiting' ? { did: 'nothing', waitsFor: 'votes', fromEpoch } : { did, fromEpoch };
}

/** The motion for this change, if one was put that can still be answered, or was carried out. */
async function proposedBySeats(way: Way): Promise<Proposed | null> {
  const { rpc, book } = way;
  const address = placeIn(book, 'council');
  const [logs, block] = await Promise.all([
    readLogs(rpc, { address }, { fromBlock: book.deploymentBlock, toBlock: await newest(rpc) }),
    asking('eth_getBlockByNumber', () => rpc.getBlock()),
  ]);
  const put = parseEventLogs({ abi: council.abi, eventName: 'MotionPut', logs: logs as never });
  const executed = parseEventLogs({ abi: council.abi, eventName: 'MotionExecuted', logs: logs as never });
  const done = new Set(executed.map(({ args }) => args.motionId));
  const living = put.filter(({ args }) => done.has(args.motionId) || args.endsAt > Number(block.timestamp));
  const calls = living.map(({ args }) => scheduledIn(args.data));
  return newestThatCan(way, calls, Number(block.timestamp));
}

/** What a call of the timelock's `schedule` would have the registry do. */
function scheduledIn(data: Hex): Proposed | null {
  const outer = decoded(timelock.abi, data);
  return outer?.functionName === 'schedule' ? registryCallIn(outer.args[2] as Hex) : null;
}

function registryCallIn(data: Hex): Proposed | null {
  const inner = decoded(economyRegistry.abi, data);
  if (inner?.functionName !== 'scheduleTightening' && inner?.functionName !== 'scheduleLoosening') return null;
  const { fromEpoch } = inner.args[0] as { fromEpoch: bigint };
  return { data, fromEpoch: Number(fromEpoch) };
}

function decoded(abi: typeof timelock.abi | typeof economyRegistry.abi, data: Hex) {
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data });
    return { functionName: functionName as string, args: args as readonly unknown[] };
  } catch {
    return null; // a call of something else
  }
}

/** Tokens vote; what they decide is queued in the timelock and done after it. */
async function byTokens(way: Way): Promise<ChangeStep> {
  const { rpc, send, account, book } = way;
  const governor = { abi: tokenGovernor.abi, address: placeIn(book, 'tokenGovernor') } as const;
  const known = await proposedByTokens(way);
  const { data, fromEpoch } = known ?? (await newProposal(way));
  const description = descriptionOf(way);
  const calls = [[placeIn(book, 'economyRegistry')], [NO_VALUE], [data]] as const;
  const doing = async (functionName: 'propose' | 'castVote' | 'queue' | 'execute', args: readonly unknown[]) => {
    const call = encodeFunctionData({ abi: governor.abi, functionName, args: args as never });
    await send({ to: governor.address, data: call, what: `tokenGovernor.${functionName}` });
  };
  if (known === null) {
    await doing('propose', [...calls, description]);
    return { did: 'proposed', fromEpoch };
  }
  const hash = keccak256(toBytes(description));
  const id = await ask(rpc, { ...governor, functionName: 'hashProposal', args: [...calls, hash] });
  const state = await ask<number>(rpc, { ...governor, functionName: 'state', args: [id] });
  if (state === STATE.active && !(await ask(rpc, { ...governor, functionName: 'hasVoted', args: [id, account] }))) {
    await doing('castVote', [id, AYE]);
    return { did: 'voted', fromEpoch };
  }
  if (state === STATE.succeeded) {
    await doing('queue', [...calls, hash]);
    return { did: 'queued', fromEpoch };
  }
  const [eta, block] = await Promise.all([
    ask<bigint>(rpc, { ...governor, functionName: 'proposalEta', args: [id] }),
    asking('eth_getBlockByNumber', () => rpc.getBlock()),
  ]);
  if (state !== STATE.queued) return { did: 'nothing', waitsFor: 'votes', fromEpoch };
  if (block.timestamp < eta) return { did: 'nothing', waitsFor: 'timelock', fromEpoch };
  await doing('execute', [...calls, hash]);
  return { did: 'scheduled', fromEpoch };
}

function descriptionOf({ change }: Way): string {
  return `economy ${change.economyHash}`;
}

async function proposedByTokens(way: Way): Promise<Proposed | null> {
  const { rpc, book } = way;
  const address = placeIn(book, 'tokenGovernor');
  const [logs, block] = await Promise.all([
    readLogs(rpc, { address }, { fromBlock: book.deploymentBlock, toBlock: await newest(rpc) }),
    asking('eth_getBlockByNumber', () => rpc.getBlock()),
  ]);
  const created = parseEventLogs({ abi: tokenGovernor.abi, eventName: 'ProposalCreated', logs: logs as never });
  // A proposal's id follows from its description: the same call under another one is another proposal.
  const same = created.filter(({ args }) => args.calldatas.length === 1 && args.description === descriptionOf(way));
  const calls = same.map(({ args }) => registryCallIn(args.calldatas[0]!));
  return newestThatCan(way, calls, Number(block.timestamp));
}

/**
 * The newest call that is, to the byte, what this file and this report come to, so that nobody votes for values or a report
 * that are not their own; and that the registry can still take: later than its epoch, less its notice, it cannot.
 */
function newestThatCan(way: Way, calls: readonly (Proposed | null)[], time: number): Proposed | null {
  const { genesisAt, epochSeconds } = way.registry;
  const newest = calls.findLast((one) => one !== null && one.data === registryCall(way, one.fromEpoch));
  if (!newest) return null;
  return time + noticeSecondsOf(way) < genesisAt + newest.fromEpoch * epochSeconds ? newest : null;
}

/** The registry's call, from the first epoch that leaves time for everything before it; one that it would take now. */
async function newProposal(way: Way): Promise<Proposed> {
  const { rpc, book, registry } = way;
  const { timestamp } = await asking('eth_getBlockByNumber', () => rpc.getBlock());
  const address = placeIn(book, 'economyRegistry');
  const inForce = (name: Hex) =>
    ask<bigint>(rpc, { abi: economyRegistry.abi, address, functionName: 'valueOf', args: [name] });
  const voteSeconds = Number(await inForce(parameterName('governance.vote')));
  const lockSeconds = Number(await inForce(parameterName('governance.timelock')));
  const { genesisAt, epochSeconds } = registry;
  // An epoch more for whoever carries out each of the two decisions.
  const earliest = Number(timestamp) + voteSeconds + lockSeconds + noticeSecondsOf(way) + 2 * epochSeconds;
  const fromEpoch = Math.max(0, Math.ceil((earliest - genesisAt) / epochSeconds));
  const data = registryCall(way, fromEpoch);
  // Asked as the timelock will: a vote of days must not end in what the registry would have said at once.
  const rehearsal = { account: placeIn(book, 'timelock'), to: address, data };
  await asking(`economyRegistry.${way.diff.entry}`, () => rpc.call(rehearsal));
  return { data, fromEpoch };
}

function registryCall({ registry, change, diff }: Way, fromEpoch: number): Hex {
  const version = {
    version: change.version,
    base: registry.versionInForce,
    economyHash: bytes32Of(change.economyHash, 'economyHash'),
    gateReportHash: bytes32Of(change.gateReportHash, 'gateReportHash'),
    fromEpoch: uintOf(fromEpoch, 'fromEpoch'),
    changes: diff.changes.map(({ name, value }) => ({ name, value })),
  };
  return encodeFunctionData({ abi: economyRegistry.abi, functionName: diff.entry, args: [version] });
}

/** How long before its epoch the registry must have a change. */
function noticeSecondsOf({ registry, diff }: Way): number {
  if (diff.entry === 'scheduleTightening') return 0;
  const notices = diff.changes.map(({ name }) => registry.rows.find((row) => row.name === name)!.delaySeconds);
  return Math.max(0, ...notices);
}

/** Null while the registry has not heard of it. */
async function recordOf(rpc: Rpc, book: DeploymentBook, { economyHash }: EconomyChange): Promise<ChangeStep | null> {
  const read = { abi: economyRegistry.abi, address: placeIn(book, 'economyRegistry') } as const;
  const hash = bytes32Of(economyHash, 'economyHash');
  const version = await ask<number>(rpc, { ...read, functionName: 'versionOfHash', args: [hash] });
  if (version === 0) return null;
  const record = await ask<{ status: number; startsAt: bigint }>(rpc, {
    ...{ ...read, functionName: 'versionOf', args: [version] },
  });
  const startsAt = Number(record.startsAt);
  if (record.status === STATUS.scheduled) return { did: 'nothing', waitsFor: 'epoch', startsAt };
  if (record.status === STATUS.active) return { did: 'nothing', waitsFor: 'nothing', startsAt };
  const got = `version ${version}, which was replaced, cancelled or rolled back`;
  throw new ChainRefusal('CHAIN-BOUNDS', { where: 'economyHash', expected: 'a file that was never in force', got });
}

async function newest(rpc: Rpc): Promise<number> {
  return Number(await asking('eth_blockNumber', () => rpc.getBlockNumber({ cacheTime: 0 })));
}

function ask<Answer = boolean | Hex>(
  rpc: Rpc,
  query: { readonly abi: unknown; readonly address: Address; readonly functionName: string; readonly args: unknown },
): Promise<Answer> {
  return asking(query.functionName, () => rpc.readContract(query as never) as Promise<Answer>);
}

export function placeIn({ contracts }: DeploymentBook, name: string): Address {
  const address = contracts[name];
  if (address !== undefined) return addressOf(address, `book.contracts.${name}`);
  throw new ChainRefusal('CHAIN-ADDRESS-BOOK', {
    where: `book.contracts.${name}`,
    expected: 'an address',
    got: 'nothing',
  });
}
