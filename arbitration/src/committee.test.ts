import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawCommittee, drawPositions } from './committee.ts';

const seed = fc.stringMatching(/^[0-9a-f]{64}$/);

test('positions are of the pool, each at most once; more of them begin with the same', () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat());
  fc.assert(
    fc.property(seed, shape, (seed, [poolSize, a, b]) => {
      const [few, many] = [a % (poolSize + 1), b % (poolSize + 1)].sort((x, y) => x - y) as [number, number];
      const drawn = drawPositions(seed, poolSize, many);
      assert.equal(new Set(drawn).size, many);
      assert.ok(drawn.every((position) => position >= 0 && position < poolSize));
      assert.deepEqual(drawPositions(seed, poolSize, few), drawn.slice(0, few));
    }),
    { numRuns: 200 },
  );
});

test('every member is as likely as any other', () => {
  const counts = new Array<number>(30).fill(0);
  const draws = 3_000;
  for (let at = 0; at < draws; at += 1) {
    for (const position of drawPositions(at.toString(16).padStart(64, '0'), 30, 10)) counts[position]! += 1;
  }
  // Each is drawn 1,000 times, give or take 26; five of those.
  for (const count of counts) assert.ok(Math.abs(count - draws / 3) < 130, `${counts}`);
});

test('nobody judges twice', () => {
  const pool = Array.from({ length: 60 }, (_, at) => `arbiter ${at}`);
  fc.assert(
    fc.property(seed, seed, (first, second) => {
      const before = new Set(drawCommittee(first, pool, 21));
      const appeal = drawCommittee(second, pool, 31, before);
      assert.equal(new Set(appeal).size, 31);
      assert.ok(appeal.every((member) => !before.has(member)));
    }),
    { numRuns: 50 },
  );
});

test('COMMITTEE-POOL: more seats than the pool has', () => {
  for (const [poolSize, count] of [
    [20, 21],
    [20, -1],
    [20, 0.5],
  ] as const) {
    assert.throws(() => drawPositions('00'.repeat(32), poolSize, count), { code: 'COMMITTEE-POOL' });
  }
});
