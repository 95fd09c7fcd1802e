import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusAnswer } from '@stannary/gateway/client';
import { exampleNetwork, exampleStatus, exampleTimeline } from '../console.fixture.ts';
import {
  type ConsoleEvent,
  type ConsoleState,
  connectionOf,
  epochClockOf,
  initialState,
  pollDelayMs,
  reduce,
  TIMELINE_SHOWN,
} from './state.ts';

const START_MS = 1_000_000;

function after(...events: ConsoleEvent[]): ConsoleState {
  return events.reduce(reduce, initialState(START_MS));
}

const answered = (atMs: number, status: StatusAnswer = exampleStatus()): ConsoleEvent => ({
  kind: 'answered',
  status,
  atMs: START_MS + atMs,
});
const failed = (atMs: number): ConsoleEvent => ({
  kind: 'failed',
  reason: 'GATEWAY-UNREACHABLE',
  atMs: START_MS + atMs,
});
const tick = (atMs: number): ConsoleEvent => ({ kind: 'tick', atMs: START_MS + atMs });
const network: ConsoleEvent = { kind: 'network', network: exampleNetwork() };

test('waits until the first answer, then is live', () => {
  assert.equal(connectionOf(after()).kind, 'waiting');
  assert.equal(connectionOf(after(failed(0))).kind, 'waiting');
  assert.equal(connectionOf(after(answered(0))).kind, 'live');
});

test('one failed poll is not a loss; two are, and the last answer stays', () => {
  assert.equal(connectionOf(after(answered(0), failed(1_000))).kind, 'live');
  const state = after(answered(0), failed(1_000), failed(2_000), tick(3_500));
  assert.deepEqual(connectionOf(state), {
    kind: 'lost',
    silentMs: 3_500,
    retryInMs: 500,
    reason: 'GATEWAY-UNREACHABLE',
  });
  assert.equal(state.status?.epoch, exampleStatus().epoch);
  assert.equal(state.announcement, 'Connection to the gateway lost.');
});

test('silence alone is a loss after five seconds', () => {
  assert.equal(connectionOf(after(answered(0), tick(5_000))).kind, 'live');
  const state = after(answered(0), tick(5_001));
  assert.equal(connectionOf(state).kind, 'lost');
  assert.equal(state.announcement, 'Connection to the gateway lost.');
});

test('a gateway that never answered is a loss too', () => {
  const connection = connectionOf(after(failed(0), failed(1_000)));
  assert.deepEqual(connection, { kind: 'lost', silentMs: 0, retryInMs: 2_000, reason: 'GATEWAY-UNREACHABLE' });
});

test('an answer restores the connection and says so', () => {
  const state = after(answered(0), failed(1_000), failed(2_000), answered(4_000));
  assert.equal(connectionOf(state).kind, 'live');
  assert.equal(state.failures, 0);
  assert.equal(state.announcement, 'Connection restored.');
});

test('polls once a second, backs off by doubling, and never waits longer than fifteen seconds', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 60].map(pollDelayMs), [1000, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('the countdown runs on between answers and stands still while the connection is lost', () => {
  const status = { ...exampleStatus(), epochEndsInMs: 6_000 };
  assert.deepEqual(epochClockOf(after(network, answered(0, status))), { leftMs: 6_000, passed: 0.25 });
  assert.deepEqual(epochClockOf(after(network, answered(0, status), tick(2_000))), { leftMs: 4_000, passed: 0.5 });
  assert.deepEqual(epochClockOf(after(network, answered(0, status), tick(9_000))), { leftMs: 6_000, passed: 0.25 });
  assert.deepEqual(epochClockOf(after(answered(0, status))), { leftMs: 6_000, passed: null });
  assert.equal(epochClockOf(after(network)), null);
});

test('announces new and changed faults, a change of phase and a disagreement of the books; nothing else', () => {
  const status = exampleStatus();
  const [first, ...others] = status.faults;
  const before = { ...status, faults: [{ ...first!, stage: 'proposed' as const }] };
  const next: StatusAnswer = {
    ...status,
    phase: 'draining',
    faults: [first!, others[0]!],
    conservation: { ...status.conservation, agree: false },
  };
  const quiet = after(answered(0, before), answered(1_000, { ...before, epoch: before.epoch + 1 }));
  assert.equal(quiet.announcement, '');
  const node = (fault: { nodeId: string }) => `${fault.nodeId.slice(0, 8)}…`;
  assert.equal(
    after(answered(0, before), answered(1_000, next)).announcement,
    `Draining. Fault final: wrong result, node ${node(first!)}. Fault final: equivocation, node ${node(others[0]!)}. Ledger and chain disagree.`,
  );
});

test('keeps the newest events of the chain, newest first, and none while another kind is asked for', () => {
  const entries = exampleTimeline();
  const [first, ...others] = entries;
  const whole: ConsoleEvent = { kind: 'timeline', entries: [first!], isWhole: true };
  const more: ConsoleEvent = { kind: 'timeline', entries: others, isWhole: false };
  assert.deepEqual(after(whole, more).timeline, { kind: null, entries: entries.toReversed() });
  assert.deepEqual(after(whole, more, whole).timeline.entries, [first]);
  const chosen: ConsoleEvent = { kind: 'timeline-chosen', chosen: 'era-voided' };
  assert.deepEqual(after(whole, chosen).timeline, { kind: 'era-voided', entries: null });
  assert.equal(after(whole, more, more).timeline.entries!.length, TIMELINE_SHOWN);
});
