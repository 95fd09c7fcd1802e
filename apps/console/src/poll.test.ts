import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GatewayRefusal,
  type NetworkAnswer,
  type StatusAnswer,
  type TimelineEntry,
  type TimelineQuery,
} from '@stannary/gateway/client';
import { exampleNetwork, exampleStatus, exampleTimeline } from '../console.fixture.ts';
import { type Polling, startPolling } from './poll.ts';
import { type ConsoleEvent, TIMELINE_SHOWN } from './state.ts';

/** A gateway and a clock that the test moves by hand. */
class Bench {
  readonly events: ConsoleEvent[] = [];
  readonly delaysMs: number[] = [];
  networkAsked = 0;
  statusOf: () => StatusAnswer = exampleStatus;
  readonly queries: TimelineQuery[] = [];
  timelineOf: (query: TimelineQuery) => readonly TimelineEntry[] = () => [];
  due: (() => void) | null = null;
  readonly polling: Polling;

  constructor() {
    this.polling = startPolling({
      client: {
        network: async (): Promise<NetworkAnswer> => {
          this.networkAsked += 1;
          return exampleNetwork();
        },
        status: async () => this.statusOf(),
        timeline: async (query = {}) => {
          this.queries.push(query);
          return { entries: this.timelineOf(query), hasMore: false };
        },
      },
      dispatch: (event) => this.events.push(event),
      nowMs: () => 0,
      after: (delayMs, run) => {
        this.delaysMs.push(delayMs);
        this.due = run;
        return () => {
          this.due = null;
        };
      },
    });
  }

  /** Lets the poll under way end, then runs the next one as if its time had come. */
  async next(): Promise<void> {
    await settled();
    this.due?.();
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('asks for the network once and for the status again and again', async () => {
  const bench = new Bench();
  await bench.next();
  await bench.next();
  assert.deepEqual(
    bench.events.map((event) => event.kind),
    ['network', 'timeline', 'answered', 'timeline', 'answered', 'timeline', 'answered'],
  );
  assert.deepEqual(bench.delaysMs, [1000, 1000, 1000]);
  assert.equal(bench.networkAsked, 1);
});

test('reads the network afresh when its rules have changed', async () => {
  const bench = new Bench();
  await bench.next();
  const { policy, ...status } = exampleStatus();
  bench.statusOf = () => ({ ...status, policy: { ...policy.next!, next: null } });
  await bench.next();
  assert.equal(bench.networkAsked, 2);
  assert.deepEqual(
    bench.events.slice(-3).map((event) => event.kind),
    ['network', 'timeline', 'answered'],
  );
});

test('backs off while there is no answer, and reads the network afresh after a loss', async () => {
  const bench = new Bench();
  await settled();
  bench.statusOf = () => {
    throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message: 'no answer' }, 503, 'retry');
  };
  await bench.next();
  await bench.next();
  await bench.next();
  assert.deepEqual(bench.delaysMs, [1000, 1000, 2000, 4000]);
  const last = bench.events.at(-1);
  assert.equal(last?.kind === 'failed' && last.reason, 'GATEWAY-UNREACHABLE: no answer');
  bench.statusOf = exampleStatus;
  await bench.next();
  assert.equal(bench.events.at(-1)?.kind, 'answered');
  assert.equal(bench.delaysMs.at(-1), 1000);
  assert.ok(bench.networkAsked >= 2);
});

test('an answer that is not a status is a failure, not a broken page', async () => {
  for (const answer of [null, {}, { ...exampleStatus(), faults: undefined }]) {
    const bench = new Bench();
    bench.statusOf = () => answer as unknown as StatusAnswer;
    await settled();
    assert.deepEqual(bench.events.at(-1), {
      kind: 'failed',
      reason: 'the answer at /v1/status is not a status',
      atMs: 0,
    });
  }
});

test('polling at once replaces the waiting poll and never doubles one under way', async () => {
  const bench = new Bench();
  bench.polling.pollNow();
  await settled();
  assert.equal(bench.events.filter((event) => event.kind === 'answered').length, 1);
  bench.polling.pollNow();
  assert.equal(bench.due, null);
  await settled();
  assert.equal(bench.events.filter((event) => event.kind === 'answered').length, 2);
});

test('reads the newest events of the chain, then what is new, and all anew of a kind that is chosen', async () => {
  const bench = new Bench();
  const entries = exampleTimeline();
  const { position } = entries.at(-1)!;
  bench.timelineOf = ({ after }) => (after === undefined ? entries : []);
  await settled();
  await bench.next();
  bench.polling.showKind('era-voided');
  await settled();
  const limit = TIMELINE_SHOWN;
  assert.deepEqual(bench.queries, [{ limit }, { limit, after: position }, { limit, kind: 'era-voided' }]);
  const told = bench.events.filter((event) => event.kind === 'timeline' || event.kind === 'timeline-chosen');
  assert.deepEqual(told.at(0), { kind: 'timeline', entries, isWhole: true });
  assert.deepEqual(told.at(-2), { kind: 'timeline-chosen', chosen: 'era-voided' });
});

test('what was asked for before another kind was chosen is dropped', async () => {
  const bench = new Bench();
  bench.timelineOf = () => {
    bench.timelineOf = () => exampleTimeline();
    bench.polling.showKind('era-voided');
    return exampleTimeline();
  };
  await settled();
  assert.equal(bench.events.filter((event) => event.kind === 'timeline').length, 0);
  await bench.next();
  assert.deepEqual(bench.queries.at(-1), { limit: TIMELINE_SHOWN, kind: 'era-voided' });
  assert.equal(bench.events.filter((event) => event.kind === 'timeline').length, 1);
});

test('reads the events of the chain anew after a loss, and takes nothing for them that is none', async () => {
  const bench = new Bench();
  bench.timelineOf = () => exampleTimeline();
  await settled();
  bench.timelineOf = () => null as never;
  await bench.next();
  const reason = 'the answer at /v1/timeline is not a timeline';
  assert.deepEqual(bench.events.at(-1), { kind: 'failed', reason, atMs: 0 });
  bench.timelineOf = () => exampleTimeline();
  await bench.next();
  assert.deepEqual(bench.queries.at(-1), { limit: TIMELINE_SHOWN });
});

test('stops', async () => {
  const bench = new Bench();
  await settled();
  bench.polling.stop();
  assert.equal(bench.due, null);
  bench.polling.pollNow();
  await settled();
  assert.equal(bench.events.filter((event) => event.kind === 'answered').length, 1);
});
