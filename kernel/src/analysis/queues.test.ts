import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertNear } from './near.fixture.ts';
import { erlangB, erlangC, erlangWait, serversNeeded, singleServerQueue } from './queues.ts';

test('anchor 26: M/M/1 at .5, .8, .9 and .95 holds 1, 4, 9 and 19; L = λW', () => {
  for (const [load, inSystem] of [
    [0.5, 1],
    [0.8, 4],
    [0.9, 9],
    [0.95, 19],
  ] as const) {
    const queue = singleServerQueue(load * 7, 7);
    assertNear(queue.inSystem, inSystem, 1e-12);
    assertNear(queue.timeInSystem * load * 7, queue.inSystem, 1e-12);
    assertNear(queue.timeWaiting + 1 / 7, queue.timeInSystem, 1e-12);
  }
  assert.equal(singleServerQueue(2, 1).inSystem, Number.POSITIVE_INFINITY);
});

test('anchor 27: Erlang B and C', () => {
  for (const [servers, load, blocking, waiting] of [
    [10, 8, 0.121661, 0.40918],
    [100, 90, 0.0269574, 0.21694],
    [5, 3, 0.110054, 0.236152],
  ] as const) {
    assertNear(erlangB(servers, load), blocking, 5e-6);
    assertNear(erlangC(servers, load), waiting, 5e-6);
  }
  assertNear(erlangWait(10, 8), 0.20459, 5e-6);
  assert.deepEqual([erlangC(3, 3), erlangWait(3, 3)], [1, Number.POSITIVE_INFINITY]);
});

test('one server of Erlang C is M/M/1', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (load) => {
      assertNear(erlangC(1, load), load, 1e-12);
      assertNear(erlangWait(1, load), singleServerQueue(load, 1).timeWaiting, 1e-9);
    }),
  );
});

test('the servers needed are the fewest that suffice', () => {
  const needed = serversNeeded(8, 0.41);
  assert.equal(needed, 10);
  assert.ok(erlangC(needed - 1, 8) > 0.41);
});
