import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Abi, encodeAbiParameters, encodeEventTopics, type Hex, numberToHex, pad, stringToHex } from 'viem';
import type { EventLog } from './events.ts';
import {
  channels,
  economyRegistry,
  emergencyPause,
  eraChallenges,
  reserve,
  rollbackTriggers,
} from './generated/contracts.ts';
import { MODEL_BOOK } from './model-chain.fixture.ts';
import { type TimelineEvent, timelineOf, timelineSources } from './timeline.ts';

// Logs as the contracts' own ABIs encode them, of the contracts that seldom speak.

const CONTRACTS = { channels, economyRegistry, emergencyPause, rollbackTriggers, reserve, eraChallenges };
type Name = keyof typeof CONTRACTS;

const places = Object.fromEntries(
  Object.keys(CONTRACTS).map((name, index) => [name, numberToHex(index + 100, { size: 20 })]),
);
const BOOK = { ...MODEL_BOOK, contracts: { ...MODEL_BOOK.contracts, ...places } };
const ID: Hex = `0x${'ab'.repeat(32)}`;
const SOMEBODY: Hex = `0x${'0a'.repeat(20)}`;
const TX: Hex = `0x${'cd'.repeat(32)}`;

function logOf(name: Name, eventName: string, args: Readonly<Record<string, unknown>>, logIndex = 0): EventLog {
  const abi = CONTRACTS[name].abi as Abi;
  const event = abi.find((item) => item.type === 'event' && item.name === eventName);
  if (event?.type !== 'event') throw new Error(`${name} has no ${eventName}`);
  const unindexed = event.inputs.filter((input) => input.indexed !== true);
  return {
    address: BOOK.contracts[name as keyof typeof BOOK.contracts] as Hex,
    topics: encodeEventTopics({ abi, eventName, args }) as EventLog['topics'],
    data: encodeAbiParameters(
      unindexed,
      unindexed.map(({ name: field }) => args[field!]),
    ),
    transactionHash: TX,
    blockNumber: '0x7',
    blockHash: pad('0x07'),
    logIndex: numberToHex(logIndex),
  };
}

/** What one log tells, without its place; undefined: nothing. */
function told(...log: Parameters<typeof logOf>): unknown {
  const [event] = timelineOf(BOOK, [logOf(...log)], [], () => 9_000);
  if (event === undefined) return undefined;
  const { block, timestampMs, txHash, logIndex, ...body } = event;
  assert.deepEqual([block, timestampMs, txHash, logIndex], [7, 9_000, TX, 0]);
  return body;
}

const id = ID.slice(2);

test('channels: an exit, its extension, commitments, claims, the close; a deposit is no news', () => {
  assert.deepEqual(told('channels', 'ExitStarted', { id: ID, endsAt: 5n }), {
    kind: 'exit-started',
    channelId: id,
    endsAtMs: 5_000,
  });
  assert.deepEqual(told('channels', 'ExitExtended', { id: ID, endsAt: 6n }), {
    kind: 'exit-extended',
    channelId: id,
    endsAtMs: 6_000,
  });
  const place = { channelId: id, payee: SOMEBODY };
  const payee = { id: ID, payee: SOMEBODY };
  assert.deepEqual(told('channels', 'Committed', { ...payee, committedGrains: 3n }), {
    kind: 'channel-committed',
    ...place,
    committedGrains: 3n,
  });
  assert.deepEqual(told('channels', 'Claimed', { ...payee, paidGrains: 2n, claimedGrains: 5n }), {
    kind: 'channel-claimed',
    ...place,
    paidGrains: 2n,
    claimedGrains: 5n,
  });
  assert.deepEqual(told('channels', 'ChannelClosed', { id: ID, refundedGrains: 4n, keptGrains: 1n }), {
    kind: 'channel-closed',
    channelId: id,
    refundedGrains: 4n,
    keptGrains: 1n,
  });
  assert.deepEqual(told('channels', 'Paused', { startedAt: 1n, endsAt: 8n }), {
    kind: 'pause-started',
    scope: 'channels',
    untilMs: 8_000,
  });
  const topUp = { id: ID, from: SOMEBODY, grains: 1n, depositedGrains: 1n };
  assert.equal(told('channels', 'ToppedUp', topUp), undefined);
});

test('emergencies: a pause and its early end, a trigger, a parameter tightened, a version cancelled', () => {
  const scope = stringToHex('settlement', { size: 32 });
  assert.deepEqual(told('emergencyPause', 'Paused', { scope, until: 8n, freeAt: 9n, reasonHash: ID }), {
    kind: 'pause-started',
    scope: 'settlement',
    untilMs: 8_000,
  });
  assert.deepEqual(told('emergencyPause', 'Resumed', { scope, at: 7n }), { kind: 'pause-ended', scope: 'settlement' });
  const name = stringToHex('falseSlashRate', { size: 32 });
  const fired = { name, value: -5n, line: 2n, asOf: 3n, by: SOMEBODY };
  assert.deepEqual(told('rollbackTriggers', 'TriggerFired', fired), {
    kind: 'trigger-fired',
    name: 'falseSlashRate',
    value: -5n,
    line: 2n,
    asOfMs: 3_000,
    by: SOMEBODY,
  });
  assert.deepEqual(told('economyRegistry', 'ParameterTightened', { name: ID, before: 1n, value: 2n, by: SOMEBODY }), {
    kind: 'parameter-tightened',
    name: id,
    before: 1n,
    value: 2n,
    by: SOMEBODY,
  });
  assert.deepEqual(told('economyRegistry', 'VersionCancelled', { version: 4 }), {
    kind: 'change-cancelled',
    version: 4,
  });
});

test('the reserve: what is asked back, and at which ratio', () => {
  assert.deepEqual(told('reserve', 'RedemptionRequested', { era: 2n, account: SOMEBODY, grains: 10n }), {
    kind: 'redemption-requested',
    redemptionEra: 2,
    account: SOMEBODY,
    creditGrains: 10n,
  });
  const amounts = { requestedGrains: 10n, assetsGrains: 90n, outstandingGrains: 99n, dueUnits: 9n };
  assert.deepEqual(told('reserve', 'RedemptionPriced', { era: 2n, ...amounts }), {
    kind: 'redemption-priced',
    redemptionEra: 2,
    ...amounts,
  });
});

test('no amount of a stranger is out of range', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (grains) => {
      const claimed = { id: ID, payee: SOMEBODY, paidGrains: grains, claimedGrains: grains };
      const { paidGrains, claimedGrains } = told('channels', 'Claimed', claimed) as Record<string, bigint>;
      assert.deepEqual([paidGrains, claimedGrains], [grains, grains]);
    }),
  );
});

test('CHAIN-RANGE: a time that no number holds', () => {
  const endsAt = 2n ** 64n - 1n;
  assert.throws(() => told('channels', 'ExitStarted', { id: ID, endsAt }), { code: 'CHAIN-RANGE', where: 'timestamp' });
});

test('events and logs come in the chain’s order, and of contracts that the book lacks none is asked', () => {
  const place = { txHash: TX, blockNumber: 7, logIndex: 1 };
  const slash = { kind: 'poster-slashed', challenger: SOMEBODY, rewardGrains: 1, burntGrains: 1, ...place } as const;
  const shown = { era: 1n, tree: 3, index: 2, revealer: SOMEBODY };
  const logs = [0, 2].map((logIndex) => logOf('eraChallenges', 'LeafRevealed', shown, logIndex));
  const deposit = { kind: 'deposit', account: SOMEBODY, payer: SOMEBODY, grains: 1, ...place } as const;
  const timeline = timelineOf(BOOK, logs, [slash, deposit], () => 0);
  const order = timeline.map(({ kind, logIndex }: TimelineEvent) => [kind, logIndex]);
  assert.deepEqual(order, [
    ['leaf-shown', 0],
    ['poster-slashed', 1],
    ['leaf-shown', 2],
  ]);
  assert.deepEqual(timelineSources(MODEL_BOOK), [MODEL_BOOK.contracts.eraChallenges]);
  const governed = { ...MODEL_BOOK.contracts, timelock: SOMEBODY, tokenGovernor: pad('0x01', { size: 20 }) };
  assert.ok(!timelineSources({ ...MODEL_BOOK, contracts: governed }).includes(SOMEBODY), 'the governor says it');
});
