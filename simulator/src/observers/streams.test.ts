import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { RunSummary } from './run-summary.ts';
import { RunningMoments } from './running-moments.ts';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((one) => (Math.abs(one) < 1e-6 ? 0 : one));
const stream = fc.array(value, { minLength: 1, maxLength: 200 });

test('streams merge to what one stream would be, and survive a clone', () => {
  fc.assert(
    fc.property(stream, stream, (first, second) => {
      const [whole, part, rest] = [new RunningMoments(), new RunningMoments(), new RunningMoments()];
      for (const one of first) for (const moments of [whole, part]) moments.add(one);
      for (const one of second) for (const moments of [whole, rest]) moments.add(one);
      const merged = new RunningMoments(structuredClone(part.state));
      merged.merge(rest.state);
      assert.deepEqual([merged.count, merged.least, merged.most], [whole.count, whole.least, whole.most]);
      assert.ok(Math.abs(merged.mean - whole.mean) <= 1e-9 * (1 + Math.abs(whole.mean)));
      assert.ok(Math.abs(merged.variance - whole.variance) <= 1e-9 * (1 + whole.variance));
    }),
  );
});

test('an empty stream has no numbers', () => {
  const moments = new RunningMoments();
  assert.ok([moments.mean, moments.least, moments.most].every(Number.isNaN));
  assert.deepEqual([moments.count, moments.variance, moments.standardError], [0, 0, 0]);
  const summary = new RunSummary(3_600_000);
  assert.ok([summary.marginQuantile(0.5), summary.priceQuantile(0.5)].every(Number.isNaN));
});

test('what is no number is refused: EXPERIMENT-VALUE', () => {
  assert.throws(() => new RunningMoments().add(Number.NaN), { code: 'EXPERIMENT-VALUE' });
});
