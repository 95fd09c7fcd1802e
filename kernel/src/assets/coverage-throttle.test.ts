import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { type CoverageThrottleRule, mintPace } from './coverage-throttle.ts';

/** Akash, counting a block as a second. */
const AKASH: CoverageThrottleRule = {
  kind: 'coverage-throttle',
  warnPpm: 950_000,
  haltPpm: 900_000,
  stepPpm: 1_000,
  growthPpm: 1_100_000,
  waitSecondsMin: 10,
  waitSecondsMax: 14_400,
  slowMintPpm: 1_000_000,
};
const waitAt = (coveragePpm: bigint, rule = AKASH) => {
  const pace = mintPace(rule, coveragePpm);
  return pace.kind === 'halted' ? pace.kind : pace.waitSeconds;
};

test('Akash: mints are ten blocks apart from .95 on, a tenth rarer with every ten basis points, none at .90', () => {
  assert.deepEqual(
    [2_000_000n, 950_000n, 949_999n, 949_001n].map((at) => waitAt(at)),
    [10, 10, 10, 10],
  );
  assert.deepEqual(
    [949_000n, 948_000n, 940_000n].map((at) => waitAt(at)),
    [11, 12, 25],
  );
  assert.equal(waitAt(900_001n), 1_067, '10 * 1.1^49');
  assert.deepEqual(
    [900_000n, 0n].map((at) => waitAt(at)),
    ['halted', 'halted'],
  );
  assert.equal(mintPace(AKASH, 949_999n).kind, 'slow');
});

test('the wait stops at its maximum: 76 steps are 13,990 blocks, 77 would be 15,389', () => {
  const deep = { ...AKASH, haltPpm: 0 };
  assert.equal(waitAt(874_000n, deep), 13_990);
  assert.equal(waitAt(873_000n, deep), 14_400);
  assert.equal(waitAt(1n, deep), 14_400);
});

test('less coverage never mints sooner', () => {
  const coverage = fc.bigInt({ min: 0n, max: 1_000_000n });
  fc.assert(
    fc.property(coverage, coverage, fc.integer({ min: 1_000_001, max: 3_000_000 }), (x, y, growthPpm) => {
      const [less, more] = x < y ? [x, y] : [y, x];
      const rule = { ...AKASH, growthPpm };
      const seconds = (at: bigint) => (waitAt(at, rule) === 'halted' ? Number.POSITIVE_INFINITY : waitAt(at, rule));
      assert.ok(seconds(less) >= seconds(more));
    }),
  );
});

test('where no credit is outstanding nothing slows', () => {
  assert.deepEqual(mintPace(AKASH, null), { kind: 'open', waitSeconds: 10 });
});

test('refuses growth that does not grow and steps of nothing: KERNEL-AMOUNT', () => {
  assert.throws(() => mintPace({ ...AKASH, growthPpm: 1_000_000 }, 1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => mintPace({ ...AKASH, stepPpm: 0 }, 1n), refusal('KERNEL-AMOUNT'));
});
