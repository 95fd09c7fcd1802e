import type { Grains } from '../numbers/quantities.ts';
import { largestRemainder } from '../numbers/wide.ts';
import { KernelRefusal } from '../refusal.ts';
import { advanceBaseline, baselineGenesis, baselineGrains } from './baseline.ts';
import { advanceIntervals, type IntervalFacts, intervalGenesis } from './intervals.ts';
import { CEILING_GENESIS, type CeilingMemory, ceilingAt, mintRoom } from './limits.ts';
import { advancePriced, PRICED_GENESIS, tokenValueDown } from './priced.ts';
import { scheduledGrains } from './schedule.ts';
import type {
  Emission,
  EmissionPart,
  EmissionReason,
  PoolRule,
  StreamMemory,
  StreamState,
  SupplyFacts,
  SupplyRule,
  SupplyRules,
  SupplyState,
  SupplyStream,
  WorkCappedSupplyRule,
} from './supply.ts';

type WidePart = EmissionPart<bigint>;

/** @throws KernelRefusal KERNEL-SUPPLY-STREAMS (names not ascending), KERNEL-AMOUNT (genesis < 0 or past the cap) */
export function supplyGenesis(rules: SupplyRules, genesisGrains: bigint): SupplyState {
  for (const [index, { name }] of rules.streams.entries()) {
    const before = rules.streams[index - 1]?.name;
    if (before !== undefined && before >= name) throw streamsRefused(`a name after ${before}`, name);
  }
  if (genesisGrains < 0n || genesisGrains > BigInt(rules.limits.capGrains)) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'genesisGrains', `from 0 to ${rules.limits.capGrains}`, genesisGrains);
  }
  return {
    elapsedMs: 0,
    mintedGrains: genesisGrains.toString(),
    burnedGrains: '0',
    ceiling: CEILING_GENESIS,
    streams: rules.streams.map((stream) => streamGenesis(stream, 0)),
  };
}

/**
 * A state under other rules, stream by stream: those of the same name go on, a new one begins here and mints nothing for
 * the time before it, one that is gone takes with it what it had carried. The loader refuses changes that would make a
 * stream another one under its name.
 */
export function supplyUnder(rules: SupplyRules, state: SupplyState): SupplyState {
  const isSame = ({ name }: SupplyStream, index: number) => state.streams[index]?.name === name;
  if (rules.streams.length === state.streams.length && rules.streams.every(isSame)) return state;
  const known = new Map(state.streams.map((stream) => [stream.name, stream]));
  const streams = rules.streams.map((stream) => known.get(stream.name) ?? streamGenesis(stream, state.elapsedMs));
  return { ...state, streams };
}

function streamGenesis({ name, rule }: SupplyStream, sinceMs: number): StreamState {
  return { name, sinceMs, scheduledGrains: '0', carriedGrains: '0', memory: genesisMemory(poolOf(rule)) };
}

/**
 * One epoch's emission, as safe integers. The epoch begins where the state ends; the state that comes back holds every
 * remainder, so the sum over epochs is the curve's to the grain and does not depend on where they are cut.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-EPOCH (an era before the last), KERNEL-SUPPLY-STREAMS (the state is of
 * other rules), KERNEL-RANGE (past 2^53 - 1)
 */
export function emissionOf(rules: SupplyRules, state: SupplyState, facts: SupplyFacts): Emission {
  const wide = wideEmissionOf(rules, state, facts);
  return {
    grains: safeGrains(wide.grains),
    parts: wide.parts.map((part) => ({
      ...part,
      dueGrains: safeGrains(part.dueGrains),
      grains: safeGrains(part.grains),
      carriedGrains: safeGrains(part.carriedGrains),
      forgoneGrains: safeGrains(part.forgoneGrains),
    })),
    state: wide.state,
  };
}

/** `emissionOf` for money of 18 decimals and for spans longer than an epoch. Refuses as it does, but for the range. */
export function wideEmissionOf(rules: SupplyRules, state: SupplyState, facts: SupplyFacts): Emission<bigint> {
  checkFacts(state, facts);
  if (rules.streams.length !== state.streams.length) throw streamsRefused(rules.streams.length, state.streams.length);
  const supplyGrains = BigInt(state.mintedGrains) - BigInt(state.burnedGrains);
  const streams = rules.streams.map(({ name, sharePpm, rule }, index) => {
    const stream = state.streams[index]!;
    if (stream.name !== name) throw streamsRefused(name, stream.name);
    const supply = { supplyGrains, sharePpm, capGrains: BigInt(rules.limits.capGrains) };
    return advanceStream(rule, stream, state.elapsedMs, facts, supply);
  });
  const ceiling =
    rules.limits.ceiling === null
      ? state.ceiling
      : ceilingAt(rules.limits.ceiling, state.ceiling, { ...facts, supplyGrains });
  const burnedGrains = BigInt(state.burnedGrains) + facts.burnedGrains;
  const mintedGrains = BigInt(state.mintedGrains);
  const { grains: room, limit } = mintRoom(rules.limits, ceiling, { mintedGrains, burnedGrains });
  const due = streams.flatMap((stream) => stream.parts);
  const owed = rules.streams.filter(({ rule }) => poolOf(rule).kind === 'burn-mint').map(({ name }) => name);
  const parts = cutTo(room, limit, due, owed);
  const grains = sumOf(parts);
  return {
    grains,
    parts,
    state: {
      elapsedMs: state.elapsedMs + facts.epochMs,
      mintedGrains: (mintedGrains + grains).toString(),
      burnedGrains: burnedGrains.toString(),
      ceiling: rules.limits.ceiling === null ? ceiling : counting(ceiling, grains),
      streams: streams.map(({ stream }) => ({ ...stream, carriedGrains: carriedBy(stream.name, parts) })),
    },
  };
}

interface Advanced {
  readonly stream: Omit<StreamState, 'carriedGrains'>;
  readonly parts: readonly WidePart[];
}

type StreamSupply = Pick<IntervalFacts, 'supplyGrains' | 'sharePpm' | 'capGrains'>;

function advanceStream(
  rule: SupplyRule,
  stream: StreamState,
  elapsedMs: number,
  facts: SupplyFacts,
  supply: StreamSupply,
): Advanced {
  const sharePpm = BigInt(supply.sharePpm);
  const before = BigInt(stream.scheduledGrains);
  const pool = advancePool(poolOf(rule), stream, elapsedMs, facts, supply);
  // A difference of floors of the running sum: the shares of a stream add up.
  const shared = (pool.scheduled * sharePpm) / MILLION - (before * sharePpm) / MILLION;
  const dueGrains = BigInt(stream.carriedGrains) + shared;
  const parts =
    rule.kind === 'work-capped'
      ? workAndRest(rule, stream.name, dueGrains, facts, pool.reason)
      : [wholePart(stream.name, 'work', dueGrains, pool.reason)];
  return {
    stream: {
      name: stream.name,
      sinceMs: stream.sinceMs,
      scheduledGrains: pool.scheduled.toString(),
      memory: pool.memory,
    },
    parts,
  };
}

interface AdvancedPool {
  /** Since the stream began. */
  readonly scheduled: bigint;
  readonly memory: StreamMemory;
  readonly reason: EmissionReason;
}

function advancePool(
  rule: PoolRule,
  { scheduledGrains: before, memory, sinceMs }: StreamState,
  elapsedMs: number,
  facts: SupplyFacts,
  supply: StreamSupply,
): AdvancedPool {
  const startMs = elapsedMs - sinceMs;
  const endMs = startMs + facts.epochMs;
  switch (rule.kind) {
    case 'fixed':
    case 'halving':
    case 'exponential':
      return { scheduled: largest(BigInt(before), scheduledGrains(rule, BigInt(endMs))), memory, reason: 'scheduled' };
    case 'baseline': {
      const next = advanceBaseline(rule, ofKind(memory, 'baseline'), endMs, facts.networkPower);
      return { scheduled: largest(BigInt(before), baselineGrains(rule, next)), memory: next, reason: 'scheduled' };
    }
    case 'burn-mint':
    case 'fee-linked': {
      const { grains, memory: next, reason } = advancePriced(rule, ofKind(memory, 'priced'), facts);
      return { scheduled: BigInt(before) + grains, memory: next, reason };
    }
    default: {
      const span = { startMs, endMs };
      const paid = advanceIntervals(rule, ofKind(memory, 'interval'), span, { ...facts, ...supply });
      return { scheduled: BigInt(before) + paid.grains, memory: paid.memory, reason: 'scheduled' };
    }
  }
}

/** Work first, by its worth; then the rest by the rule. */
function workAndRest(
  rule: WorkCappedSupplyRule,
  stream: string,
  pool: bigint,
  facts: SupplyFacts,
  reason: EmissionReason,
): WidePart[] {
  const most = (pool * BigInt(rule.poolSharePpm)) / MILLION;
  const worth =
    (tokenValueDown(facts.workPaidGrains, facts.tokenPriceMicrograins) * BigInt(rule.perWorkPaidPpm)) / MILLION;
  const work = worth < most ? worth : most;
  const rest = pool - work;
  const isHalted = facts.tokenPriceMicrograins === null;
  const bound = rest === 0n ? reason : isHalted ? 'price-halted' : 'work-bound';
  if (rule.rest === 'coverage') {
    return [wholePart(stream, 'work', work, bound), wholePart(stream, 'coverage', rest, reason)];
  }
  const [carriedGrains, forgoneGrains] = rule.rest === 'carried' ? [rest, 0n] : [0n, rest];
  return [{ stream, purpose: 'work', dueGrains: pool, grains: work, carriedGrains, forgoneGrains, reason: bound }];
}

/**
 * Cuts all parts in proportion to at most `room`. What is cut is never minted, lest a fault's mint come back later; but
 * what settled work is `owed` waits.
 */
function cutTo(
  room: bigint,
  limit: EmissionReason,
  parts: readonly WidePart[],
  owed: readonly string[],
): readonly WidePart[] {
  if (sumOf(parts) <= room) return parts;
  const wanted = parts.map((part) => part.grains);
  const shares = largestRemainder(room, wanted);
  return parts.map((part, index) => {
    const grains = shares[index]!;
    const short = part.grains - grains;
    if (short === 0n) return part;
    const cut = { ...part, grains, reason: limit };
    if (owed.includes(part.stream)) return { ...cut, carriedGrains: part.carriedGrains + short };
    return { ...cut, forgoneGrains: part.forgoneGrains + short };
  });
}

const MILLION = 1_000_000n;

function poolOf(rule: SupplyRule): PoolRule {
  return rule.kind === 'work-capped' ? rule.of : rule;
}

function genesisMemory(rule: PoolRule): StreamMemory {
  switch (rule.kind) {
    case 'fixed':
    case 'halving':
    case 'exponential':
      return { kind: 'schedule' };
    case 'baseline':
      return baselineGenesis(rule);
    case 'burn-mint':
    case 'fee-linked':
      return PRICED_GENESIS;
    default:
      return intervalGenesis(rule);
  }
}

function wholePart(stream: string, purpose: 'work' | 'coverage', grains: bigint, reason: EmissionReason): WidePart {
  return { stream, purpose, dueGrains: grains, grains, carriedGrains: 0n, forgoneGrains: 0n, reason };
}

function counting(ceiling: CeilingMemory, grains: bigint): CeilingMemory {
  return { ...ceiling, countedGrains: (BigInt(ceiling.countedGrains) + grains).toString() };
}

function carriedBy(stream: string, parts: readonly WidePart[]): string {
  const own = parts.filter((part) => part.stream === stream);
  return own.reduce((sum, part) => sum + part.carriedGrains, 0n).toString();
}

function sumOf(parts: readonly WidePart[]): bigint {
  return parts.reduce((sum, part) => sum + part.grains, 0n);
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function ofKind<Kind extends StreamMemory['kind']>(
  memory: StreamMemory,
  kind: Kind,
): Extract<StreamMemory, { kind: Kind }> {
  if (memory.kind === kind) return memory as Extract<StreamMemory, { kind: Kind }>;
  throw streamsRefused(`a memory of kind ${kind}`, memory.kind);
}

function checkFacts(state: SupplyState, facts: SupplyFacts): void {
  if (!Number.isSafeInteger(facts.epochMs) || facts.epochMs < 1) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'epochMs', 'an integer above 0', facts.epochMs);
  }
  if (facts.era < state.ceiling.era) {
    throw new KernelRefusal('KERNEL-EPOCH', 'era', `${state.ceiling.era} or later`, facts.era);
  }
  if (facts.burnedGrains > BigInt(state.mintedGrains) - BigInt(state.burnedGrains)) {
    throw new KernelRefusal('KERNEL-AMOUNT', 'burnedGrains', 'at most the supply', facts.burnedGrains);
  }
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'bigint' && value < 0n) throw new KernelRefusal('KERNEL-AMOUNT', name, 'at least 0', value);
  }
}

function safeGrains(value: bigint): Grains {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value) as Grains;
  throw new KernelRefusal('KERNEL-RANGE', "an epoch's emission", 'at most 2^53 - 1 grains', value);
}

function streamsRefused(expected: unknown, got: unknown): KernelRefusal {
  return new KernelRefusal('KERNEL-SUPPLY-STREAMS', "the supply's streams", String(expected), got);
}
