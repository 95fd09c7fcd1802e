import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from './backoff.ts';

test('waits double from the first to the largest, and begin again after a success', () => {
  const backoff = new Backoff({ random: () => 1, firstMs: 100, maxMs: 700 });
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => backoff.nextMs()),
    [100, 200, 400, 700, 700],
  );
  backoff.reset();
  assert.equal(backoff.nextMs(), 100);
});

test('half of a wait is left to chance', () => {
  const least = new Backoff({ random: () => 0, firstMs: 100 });
  const middle = new Backoff({ random: () => 0.5, firstMs: 100 });
  assert.deepEqual([least.nextMs(), middle.nextMs()], [50, 75]);
});

test('a year of failures does not overflow', () => {
  const backoff = new Backoff({ random: () => 0.999 });
  for (let failure = 0; failure < 10_000; failure++) assert.ok(backoff.nextMs() <= 10_000);
});
