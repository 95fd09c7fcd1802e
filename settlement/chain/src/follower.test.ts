import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChainLogFollower } from './follower.ts';
import { agreeingSource, type LogSource } from './log-source.ts';
import { MemoryStore, MODEL_BOOK, ModelChain } from './model-chain.fixture.ts';
import { type Patience, patiently, USUAL_PATIENCE } from './patience.ts';
import { ChainRefusal } from './refusal.ts';

// Against a chain that is an array, so that what was read can be compared with what is there.

const counts = fc.array(fc.nat({ max: 3 }), { maxLength: 6 });
/** What may happen to a chain, or to whoever reads it. */
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), counts }),
    fc.record({ kind: fc.constant('fork' as const), depth: fc.integer({ min: 1, max: 12 }), counts }),
    fc.record({ kind: fc.constant('step' as const) }),
    /** A fork after so many more answers, in the midst of a step. */
    fc.record({
      kind: fc.constant('fork-later' as const),
      answers: fc.nat({ max: 3 }),
      depth: fc.nat({ max: 6 }),
      counts,
    }),
    fc.record({ kind: fc.constant('restart' as const) }),
  ),
  { maxLength: 40 },
);

test('after any forks, at any moment, the store has what the chain has: each event once, in order, none left out', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.nat({ max: 3 }), fc.integer({ min: 1, max: 5 }), async (list, depth, blocksMax) => {
      const chain = new ModelChain(depth);
      const store = new MemoryStore(1_000);
      const open = () => new ChainLogFollower({ addressBook: MODEL_BOOK, source: chain, store, blocksMax });
      let follower = open();
      for (const one of list) {
        if (one.kind === 'grow') chain.grow(one.counts);
        if (one.kind === 'fork') chain.fork(one.depth, one.counts);
        if (one.kind === 'fork-later') forkLater(chain, one);
        if (one.kind === 'restart') follower = open();
        if (one.kind === 'step') await follower.step().catch(unlessReorganised);
        assertWhole(store);
      }
      chain.beforeAnswer = () => {};
      chain.grow(Array.from({ length: 14 }, () => 1));
      for (let isBehind = true; isBehind; ) isBehind = (await follower.step()).isBehind;
      assert.deepEqual(store.blocks, chain.refs().slice(MODEL_BOOK.deploymentBlock, chain.height - depth + 1));
      assert.deepEqual(deposits(store), chain.depositsUpTo(chain.height - depth));
    }),
    { numRuns: 300 },
  );
});

test('behind the depth of every fork, nothing that was taken is ever taken back', async () => {
  const forks = fc.array(fc.record({ depth: fc.integer({ min: 1, max: 4 }), counts }), { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(forks, async (list) => {
      const chain = new ModelChain(4);
      const store = new MemoryStore(1);
      const follower = new ChainLogFollower({ addressBook: MODEL_BOOK, source: chain, store });
      chain.grow([0, 1, 2, 3]);
      for (const { depth, counts } of list) {
        await follower.step();
        chain.fork(depth, [...counts, ...Array.from({ length: depth }, () => 1)]);
      }
      await follower.step();
      assert.equal(store.rewinds, 0);
      assert.deepEqual(deposits(store), chain.depositsUpTo(chain.height - 4));
    }),
  );
});

test('CHAIN-REORG-TOO-DEEP: a fork below the tail stops the follower with nothing taken back', async () => {
  const { chain, store, follower } = following(0, 3);
  chain.grow([1, 1, 1, 1, 1, 1]);
  await follower.step();
  chain.fork(4, [2, 2, 2, 2, 2]);
  const stopped = { code: 'CHAIN-REORG-TOO-DEEP', refusalClass: 'give-up' };
  await assert.rejects(follower.step(), stopped);
  await assert.rejects(follower.step(), stopped);
  assert.equal(store.events.length, 6);
});

test('a node that is behind the cursor is waited for', async () => {
  const { chain, store, follower } = following(0, 10);
  chain.grow([1, 1]);
  await follower.step();
  const behind = { ...chainSource(chain), target: async () => chain.height - 1 };
  const other = new ChainLogFollower({ addressBook: MODEL_BOOK, source: behind, store });
  assert.deepEqual(await other.step(), { kind: 'idle', block: store.blocks.at(-1)!, isBehind: false });
});

test('CHAIN-LOGS-MISSING: a gap in the logs of a range is seen and read at the next step', async () => {
  const { chain, store } = following(0, 10);
  chain.grow([2, 1, 3]);
  const emptied = chain.height - 1;
  let isFaulty = true;
  const source: LogSource = {
    ...chainSource(chain),
    logs: async (filter, range) => {
      const logs = await chain.logs(filter, range);
      return isFaulty ? logs.filter(({ blockNumber }) => Number(blockNumber) !== emptied) : logs;
    },
  };
  const follower = new ChainLogFollower({ addressBook: MODEL_BOOK, source, store });
  const refusal = { code: 'CHAIN-LOGS-MISSING', refusalClass: 'retry', where: `block ${emptied}` };
  await assert.rejects(follower.step(), refusal);
  assert.equal(store.events.length, 0);
  isFaulty = false;
  await follower.step();
  assert.equal(store.events.length, 6);
});

const LIES: readonly (readonly [string, (chain: ModelChain) => Partial<LogSource>])[] = [
  ['a block is left out', (chain) => ({ heads: async (range) => (await chain.heads(range)).slice(1) })],
  [
    'a block is not the child of the one before',
    (chain) => ({
      heads: async (range) =>
        (await chain.heads(range)).map((head, at) =>
          at === 1 ? { ...head, parentHash: `0x${'0'.repeat(64)}` } : head,
        ),
    }),
  ],
  ['a log comes twice', (chain) => ({ logs: async (...asked) => doubled(await chain.logs(...asked)) })],
  ['logs come in another order', (chain) => ({ logs: async (...asked) => (await chain.logs(...asked)).toReversed() })],
  [
    'a log is of a block that is not there',
    (chain) => ({
      logs: async (...asked) =>
        (await chain.logs(...asked)).map((log) => ({ ...log, blockHash: `0x${'0'.repeat(64)}` as const })),
    }),
  ],
  [
    'a log is of a contract that nobody asked for',
    (chain) => ({
      logs: async (...asked) =>
        (await chain.logs(...asked)).map((log) => ({ ...log, address: `0x${'99'.repeat(20)}` as const })),
    }),
  ],
  [
    'a log is of a contract that its block does not announce',
    (chain) => ({
      logs: async (...asked) =>
        (await chain.logs(...asked)).map((log) => ({ ...log, address: `0x${'04'.repeat(20)}` as const })),
    }),
  ],
];

for (const [lie, told] of LIES) {
  test(`CHAIN-RPC-INCONSISTENT: ${lie}`, async () => {
    const { chain, store } = following(0, 10);
    chain.grow([2, 1, 3]);
    const source = { ...chainSource(chain), ...told(chain) };
    const follower = new ChainLogFollower({ addressBook: MODEL_BOOK, source, store });
    await assert.rejects(follower.step(), { code: 'CHAIN-RPC-INCONSISTENT', refusalClass: 'retry' });
    assert.equal(store.blocks.length, 0);
  });
}

test('CHAIN-RPC-DISAGREEMENT names both nodes and both answers', async () => {
  const [one, other] = [new ModelChain(0), new ModelChain(0)];
  one.grow([1, 1]);
  other.fork(1, [1, 1]);
  const nodes = [
    { node: 'a.example', source: one },
    { node: 'b.example', source: other },
  ];
  const source = agreeingSource(nodes, 2);
  const follower = new ChainLogFollower({ addressBook: MODEL_BOOK, source, store: new MemoryStore(1) });
  const { hash: here } = one.refs()[3]!;
  const { hash: there } = other.refs()[3]!;
  await assert.rejects(follower.step(), (error: ChainRefusal) => {
    assert.equal(error.code, 'CHAIN-RPC-DISAGREEMENT');
    assert.equal(error.refusalClass, 'retry');
    assert.match(error.got!, new RegExp(`^a\\.example: .*${here}.*; b\\.example: .*${there}`));
    return true;
  });
});

test('nodes are read up to the block that all of them have, and one that is down is left out', async () => {
  const chain = new ModelChain(0);
  chain.grow([1, 2, 3]);
  const late: LogSource = { ...chainSource(chain), target: async () => chain.height - 2 };
  const down = downSource();
  const of = (...sources: LogSource[]) => sources.map((source, at) => ({ node: `node-${at}`, source }));
  const { store, follower } = following(0, 10, agreeingSource(of(chain, late, down), 2));
  await follower.step();
  assert.equal(store.blocks.at(-1)!.number, chain.height - 2);
  await assert.rejects(agreeingSource(of(chain, down), 2).target(), { code: 'CHAIN-RPC-UNREACHABLE' });
});

test('waits double, are a random part of it each, and end', async () => {
  const waits: number[] = [];
  const halves = [0.5, 0.25, 1 - 2 ** -53, 0];
  const patience: Patience = {
    attemptsMax: 5,
    firstWaitMsMax: 100,
    waitMsMax: 400,
    random: () => halves[waits.length]!,
    wait: async (ms) => void waits.push(ms),
  };
  await assert.rejects(
    patiently(() => downSource().target(), patience),
    { code: 'CHAIN-RPC-UNREACHABLE' },
  );
  assert.deepEqual(waits.map(Math.round), [50, 50, 400, 0]);
  await assert.rejects(
    patiently(() => Promise.reject(new ChainRefusal('CHAIN-REVERTED')), patience),
    { code: 'CHAIN-REVERTED' },
  );
  assert.equal(waits.length, 4, 'no wait for what waiting does not heal');
  assert.equal(await patiently(async () => 7, USUAL_PATIENCE), 7);
});

function following(depth: number, tailMax: number, source?: LogSource) {
  const chain = new ModelChain(depth);
  const store = new MemoryStore(tailMax);
  const follower = new ChainLogFollower({ addressBook: MODEL_BOOK, source: source ?? chain, store });
  return { chain, store, follower };
}

function chainSource({ target, heads, logs, logsOfBlock }: ModelChain): LogSource {
  return { target, heads, logs, logsOfBlock };
}

function downSource(): LogSource {
  const refuse = () => Promise.reject(new ChainRefusal('CHAIN-RPC-UNREACHABLE'));
  return { target: refuse, heads: refuse, logs: refuse, logsOfBlock: refuse };
}

function doubled<Row>(rows: readonly Row[]): Row[] {
  return rows.flatMap((row) => [row, row]);
}

function forkLater(
  chain: ModelChain,
  { answers, depth, counts: list }: { answers: number; depth: number; counts: number[] },
) {
  let left = answers;
  chain.beforeAnswer = () => {
    if (left-- !== 0) return;
    chain.beforeAnswer = () => {};
    chain.fork(depth, list);
  };
}

function unlessReorganised(error: { code?: string }): void {
  if (error.code !== 'CHAIN-RPC-INCONSISTENT') throw error;
}

/** Blocks in a row, and no event outside of them. */
function assertWhole({ blocks, events }: MemoryStore): void {
  for (const [at, { number }] of blocks.entries()) assert.equal(number, MODEL_BOOK.deploymentBlock + at);
  const last = blocks.at(-1)?.number ?? -1;
  assert.ok(events.every(({ blockNumber }) => blockNumber <= last));
}

function deposits({ events }: MemoryStore): string[] {
  return events.map(({ txHash }) => txHash);
}
