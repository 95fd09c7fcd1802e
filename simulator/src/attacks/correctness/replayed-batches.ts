import {
  type BatchHeader,
  batchId,
  encodeBatch,
  encodeBatchHeader,
  externalAad,
  recordsRoot,
  totalsOf,
  type UsageRecord,
} from '@stannary/wire';
import { CLOCK, EPOCH, EPOCH_START_MS, FUEL, leaseOf, MemoryGateway, NETWORK } from './memory-gateway.ts';
import type { Dice, Protocol } from './playing.ts';
import type { CorrectnessRules } from './rules.ts';
import { type Signer, signerOf } from './signers.ts';

const BATCHES = 3;
const HOSTILE_MESSAGES = 14;
const WINDOW_MS = 1_000;
const SECONDS_WORKED = 2 * BATCHES;

interface Made {
  readonly body: Uint8Array;
  readonly id: string;
}

/** What the attacker has: its own device, everything that it ever sent, and what it saw an honest node send. */
interface Loot {
  readonly gateway: MemoryGateway;
  readonly cheat: Signer;
  readonly victim: Signer;
  /** Bodies by either, accepted or still to come. */
  readonly seen: readonly Uint8Array[];
  readonly dice: Dice;
}

/**
 * A cheat has its work admitted and sends it again in every other dress, beside what it saw an honest node send. Then the
 * honest node goes on as if nothing had happened, and must be paid for all of its work.
 */
export function replayBatches(rules: CorrectnessRules, protocol: Protocol, dice: Dice, seed: number): void {
  const [cheat, victim] = [signerOf(`cheat ${seed}`), signerOf(`victim ${seed}`)];
  const known = [cheat, victim].map(({ nodeId, verify }) => {
    return { nodeId, verify, milliNcu: 4_000, status: 'active' as const, isBonded: true };
  });
  const gateway = new MemoryGateway(rules, protocol, known);
  const [own, theirs] = [cheat, victim].map((signer) => honestChain(gateway, signer)) as [Made[], Made[]];
  for (const { body } of own) gateway.send(body);
  gateway.send(theirs[0]!.body);
  const loot = { gateway, cheat, victim, seen: [...own, ...theirs].map(({ body }) => body), dice };
  for (let index = 0; index < HOSTILE_MESSAGES; index += 1) {
    dice.move(index);
    const [name, make] = dice.oneOf(DRESSES);
    protocol.attempt(`batch: ${name}`);
    const body = make(loot);
    if (dice.chance(0.8)) gateway.send(body);
    else {
      const other = dice.chance(0.5) ? body : nextOf(loot, [freshWork(loot)]);
      protocol.attempt('with another at a second gateway at once');
      gateway.race(body, other);
    }
  }
  protocol.step('the honest node sends the rest of its batches');
  for (const { body } of theirs) gateway.send(body);
  const last = theirs.at(-1)!.id;
  protocol.demand(gateway.headOf(victim.nodeId).batchId === last, () => "the honest node's work is lost");
}

/** Work of two seconds a batch, one after the other. */
function honestChain(gateway: MemoryGateway, signer: Signer): Made[] {
  const chain: Made[] = [];
  for (let seq = 1; seq <= BATCHES; seq += 1) {
    const records = [0, 1].map((second) => recordOf(signer, (seq - 1) * 2 + second));
    const previous = chain.at(-1)?.id;
    chain.push(batchOf(gateway, signer, records, { seq, ...(previous && { previousBatchId: previous }) }));
  }
  return chain;
}

const DRESSES: readonly (readonly [string, (loot: Loot) => Uint8Array])[] = [
  ['sent again as it was', ({ seen, dice }) => dice.oneOf(seen)],
  [
    'sent again when the gateway has forgotten it',
    ({ gateway, seen, dice }) => {
      gateway.forget();
      return dice.oneOf(seen);
    },
  ],
  ['cut off', ({ seen, dice }) => withTheEndCut(dice.oneOf(seen), dice.between(1, 80))],
  ['with a bit turned', ({ seen, dice }) => withABitTurned(dice.oneOf(seen), dice)],
  ['the same work under the next number', (loot) => nextOf(loot, [workDone(loot)])],
  ['the same work twice in one batch', (loot) => nextOf(loot, [freshWork(loot), freshWork(loot)])],
  ['old work hidden behind new', (loot) => nextOf(loot, [freshWork(loot), workDone(loot)])],
  ['a window that begins within a paid one', (loot) => nextOf(loot, [shifted(workDone(loot), loot.dice)])],
  [
    'the same work in another epoch',
    (loot) => nextOf(loot, [workDone(loot)], { epoch: EPOCH + loot.dice.oneOf([-1, 1]) }),
  ],
  [
    "the honest node's work as its own",
    (loot) => nextOf(loot, [recordOf(loot.victim, loot.dice.below(SECONDS_WORKED))]),
  ],
  ['a second batch of an old number', (loot) => numbered(loot, loot.dice.between(1, BATCHES))],
  [
    'a batch from the future of its chain',
    (loot) => numbered(loot, loot.gateway.headOf(loot.cheat.nodeId).seq + loot.dice.between(2, 4)),
  ],
  ['signed for another chain', (loot) => nextOf(loot, [workDone(loot)], {}, { ...NETWORK, chain: 'eip155:1' })],
  [
    'signed for another contract',
    (loot) => nextOf(loot, [workDone(loot)], {}, { ...NETWORK, settlement: `0x${'5f'.repeat(20)}` }),
  ],
  ["in the honest node's name", (loot) => nextOf(loot, [workDone(loot)], { nodeId: loot.victim.nodeId })],
  ['with other records than it signed', (loot) => nextOf(loot, [workDone(loot)], { recordsRoot: '00'.repeat(32) })],
];

function recordOf(signer: Signer, second: number): UsageRecord {
  const windowStartMs = EPOCH_START_MS + second * WINDOW_MS;
  return {
    leaseId: leaseOf(signer.nodeId),
    resource: FUEL,
    quantity: 1_000_000,
    windowStartMs,
    windowMs: WINDOW_MS,
    evidence: null,
  };
}

function workDone({ cheat, dice }: Loot): UsageRecord {
  return recordOf(cheat, dice.below(SECONDS_WORKED));
}

/** Not worked before the attack; whether an earlier hostile message had it paid is the gateway's to know. */
function freshWork({ cheat, dice }: Loot): UsageRecord {
  return recordOf(cheat, SECONDS_WORKED + dice.below(4));
}

function shifted(record: UsageRecord, dice: Dice): UsageRecord {
  return { ...record, windowStartMs: record.windowStartMs + dice.between(1, WINDOW_MS - 1) };
}

/** The cheat's next batch: in order, on its head, and its own but for what differs. */
function nextOf(
  { gateway, cheat }: Loot,
  records: UsageRecord[],
  differing: Partial<BatchHeader> = {},
  network = NETWORK,
) {
  const { seq, batchId: previousBatchId } = gateway.headOf(cheat.nodeId);
  return batchOf(gateway, cheat, records, { seq: seq + 1, previousBatchId, ...differing }, network).body;
}

function numbered(loot: Loot, seq: number): Uint8Array {
  return nextOf(loot, [loot.dice.chance(0.5) ? workDone(loot) : freshWork(loot)], { seq });
}

function batchOf(
  gateway: MemoryGateway,
  signer: Signer,
  records: UsageRecord[],
  differing: Partial<BatchHeader>,
  network = NETWORK,
): Made {
  const header: BatchHeader = {
    nodeId: signer.nodeId,
    epoch: EPOCH,
    seq: 1,
    previousBatchId: '0'.repeat(64),
    recordCount: records.length,
    totals: totalsOf(records),
    recordsRoot: recordsRoot(records),
    sealedAtMs: EPOCH_START_MS + CLOCK.epochMs / 2,
    ...differing,
  };
  const payload = encodeBatchHeader(header);
  const aad = network === NETWORK ? gateway.aad : externalAad(network);
  return { id: batchId(payload, aad), body: encodeBatch({ cose: signer.seal(payload, aad), records }) };
}

export function withTheEndCut(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.slice(0, Math.max(0, bytes.length - count));
}

export function withABitTurned(bytes: Uint8Array, dice: Dice): Uint8Array {
  const turned = bytes.slice();
  turned[dice.below(turned.length)]! ^= 1 << dice.below(8);
  return turned;
}
