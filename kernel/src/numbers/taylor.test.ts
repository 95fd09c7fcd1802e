import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { fakeExponential } from './taylor.ts';
import { expWad, WAD, wad } from './wad.ts';
import { WIDE_MAX } from './wide.ts';

test('anchor 3: fake_exponential', () => {
  const known: readonly (readonly [bigint, bigint, bigint, bigint])[] = [
    [1n, 0n, 1n, 1n],
    [38493n, 0n, 1000n, 38493n],
    [0n, 1234n, 2345n, 0n],
    [1n, 2n, 1n, 6n],
    [1n, 4n, 2n, 6n],
    [1n, 3n, 1n, 16n],
    [1n, 6n, 2n, 18n],
    [1n, 4n, 1n, 49n],
    [1n, 8n, 2n, 50n],
    [10n, 8n, 2n, 542n],
    [11n, 8n, 2n, 596n],
    [1n, 5n, 1n, 136n],
    [1n, 5n, 2n, 11n],
    [2n, 5n, 2n, 23n],
    [1n, 50000000n, 2225652n, 5709098764n],
  ];
  for (const [factor, numerator, denominator, expected] of known) {
    assert.equal(fakeExponential(factor, numerator, denominator), expected);
  }
});

test('anchor 4: blob fee', () => {
  const cancun = (excess: bigint) => fakeExponential(1n, excess, 3_338_477n);
  const prague = (excess: bigint) => fakeExponential(1n, excess, 5_007_716n);
  assert.deepEqual([2_314_057n, 2_314_058n, 10_485_760n].map(cancun), [1n, 2n, 23n]);
  assert.deepEqual([10_485_760n, 104_857_600n].map(prague), [8n, 1_241_028_881n]);
});

test('anchor 5: with wads it is e^x', () => {
  assert.equal(fakeExponential(WAD, WAD, WAD), 2718281828459045235n);
  assert.equal(fakeExponential(WAD, WAD / 8n, WAD), 1133148453066826316n);
});

test('with wads and exponents from 0 to 5 it is at most 2 units from expWad', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 5n * WAD - 1n }), (x) => {
      const apart = fakeExponential(WAD, x, WAD) - expWad(wad(x));
      assert.ok(apart >= -2n && apart <= 2n, `${x}: ${apart}`);
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

test('never above the true value, and never falls', () => {
  const exponent = fc.bigInt({ min: 0n, max: 60n * WAD });
  fc.assert(
    fc.property(exponent, fc.bigInt({ min: 0n, max: WAD }), (x, up) => {
      const value = fakeExponential(WAD, x, WAD);
      // The same series with 20 more digits, less than a unit of its own below the truth.
      assert.ok(value <= (fakeExponential(WAD * 10n ** 20n, x, WAD) + 1n) / 10n ** 20n);
      assert.ok(value <= fakeExponential(WAD, x + up, WAD));
    }),
  );
});

test('refuses what is no 256-bit number: KERNEL-AMOUNT', () => {
  for (const wrong of [-1n, WIDE_MAX + 1n, 1 as unknown as bigint]) {
    assert.throws(() => fakeExponential(wrong, 1n, 1n), refusal('KERNEL-AMOUNT'));
    assert.throws(() => fakeExponential(1n, wrong, 1n), refusal('KERNEL-AMOUNT'));
    assert.throws(() => fakeExponential(1n, 1n, wrong), refusal('KERNEL-AMOUNT'));
  }
});

test('refuses to divide by zero: KERNEL-DIVIDE-BY-ZERO', () => {
  assert.throws(() => fakeExponential(1n, 1n, 0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
});

test('refuses exponents past 135 and results past 256 bits: KERNEL-RANGE', () => {
  assert.ok(fakeExponential(1n, 135n, 1n) > 2n ** 190n);
  assert.throws(() => fakeExponential(1n, 136n, 1n), refusal('KERNEL-RANGE'));
  assert.throws(() => fakeExponential(1n, WIDE_MAX, 1n), refusal('KERNEL-RANGE'));
  assert.throws(() => fakeExponential(2n ** 100n, 135n, 1n), refusal('KERNEL-RANGE'));
});
