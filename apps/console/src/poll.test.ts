import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayRefusal, type NetworkAnswer, type StatusAnswer } from '@stannary/gateway/client';
import { exampleNetwork, exampleStatus } from '../console.fixture.ts';
import { type Polling, startPolling } from './poll.ts';
import type { ConsoleEvent } from './state.ts';

/** A gateway and a clock that the test moves by hand. */
class Bench {
  readonly events: ConsoleEvent[] = [];
  readonly delaysMs: number[] = [];
  networkAsked = 0;
  statusOf: () => StatusAnswer = exampleStatus;
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
    ['network', 'answered', 'answered', 'answered'],
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
    bench.events.slice(-2).map((event) => event.kind),
    ['network', 'answered'],
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

test('stops', async () => {
  const bench = new Bench();
  await settled();
  bench.polling.stop();
  assert.equal(bench.due, null);
  bench.polling.pollNow();
  await settled();
  assert.equal(bench.events.filter((event) => event.kind === 'answered').length, 1);
});
