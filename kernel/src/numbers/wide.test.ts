import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { KernelRefusal } from '../refusal.ts';
import { amount, wideAmount } from './amount.fixture.ts';
import * as exact from './exact.ts';
import { bitLength } from './root.ts';
import * as wide from './wide.ts';

type Twin = Pick<typeof wide, 'mulDivDown' | 'mulDivUp' | 'addExact' | 'largestRemainder' | 'cumulativeSplit'>;

/** The number twin, spoken to in bigints. */
const numbers: Twin = {
  mulDivDown: (a, b, d) => BigInt(exact.mulDivDown(Number(a), Number(b), Number(d))),
  mulDivUp: (a, b, d) => BigInt(exact.mulDivUp(Number(a), Number(b), Number(d))),
  addExact: (a, b) => BigInt(exact.addExact(Number(a), Number(b))),
  largestRemainder: (total, weights) => exact.largestRemainder(Number(total), weights.map(Number)).map(BigInt),
  cumulativeSplit: (total, weights) => exact.cumulativeSplit(Number(total), weights.map(Number)).map(BigInt),
};

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const safe = amount.map(BigInt);
const weights = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 40n }), fc.constant(0n)), { maxLength: 40 });
const total = fc.bigInt({ min: 0n, max: 2n ** 50n });

/** What came of a call: its value, or the code of its refusal. */
function outcome(call: () => bigint | bigint[]): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof KernelRefusal) return error.code;
    throw error;
  }
}

/** As the number twin has to say it: past 2^53 - 1 it refuses. */
function narrowed(result: unknown): unknown {
  return typeof result === 'bigint' && result > SAFE_MAX ? 'KERNEL-RANGE' : result;
}

for (const [name, { mulDivDown, mulDivUp, addExact, largestRemainder, cumulativeSplit }] of [
  ['numbers', numbers],
  ['bigints', wide],
] as const) {
  describe(`exact arithmetic on ${name}`, () => {
    test('mulDiv rounds to its side', () => {
      fc.assert(
        fc.property(safe, safe, safe, (a, b, least) => {
          // No smaller than a, so that the quotient is no larger than b.
          const d = [1n, a, least].reduce((most, one) => (one > most ? one : most));
          const down = mulDivDown(a, b, d);
          const up = mulDivUp(a, b, d);
          assert.ok(down * d <= a * b && a * b < (down + 1n) * d);
          assert.equal(up, (a * b) % d === 0n ? down : down + 1n);
        }),
      );
    });

    test('anchor 30: largest remainder', () => {
      const seats = largestRemainder(10n, [47_000n, 16_000n, 15_900n, 12_000n, 6_000n, 3_100n]);
      assert.deepEqual(seats, [5n, 2n, 1n, 1n, 1n, 0n]);
      assert.deepEqual(largestRemainder(100n, [1n, 1n, 1n]), [34n, 33n, 33n]);
    });

    test('splits conserve, and give each its due but for one unit', () => {
      fc.assert(
        fc.property(total, weights, (amountToSplit, list) => {
          const sum = list.reduce((all, weight) => all + weight, 0n);
          if (sum === 0n) return;
          for (const [split, below] of [[largestRemainder, 0n] as const, [cumulativeSplit, 1n] as const]) {
            const shares = split(amountToSplit, list);
            assert.equal(
              shares.reduce((all, share) => all + share, 0n),
              amountToSplit,
            );
            for (const [index, share] of shares.entries()) {
              const due = (amountToSplit * list[index]!) / sum;
              assert.ok(share >= due - below && share <= due + 1n);
            }
          }
        }),
      );
    });

    test('refuses a negative number, no divisor, no weights: KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO', () => {
      for (const call of [mulDivDown, mulDivUp]) {
        assert.throws(() => call(-1n, 1n, 1n), refusal('KERNEL-AMOUNT'));
        assert.throws(() => call(1n, -1n, 1n), refusal('KERNEL-AMOUNT'));
        assert.throws(() => call(1n, 1n, -1n), refusal('KERNEL-AMOUNT'));
        assert.throws(() => call(0n, 0n, 0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
      }
      assert.throws(() => addExact(1n, -1n), refusal('KERNEL-AMOUNT'));
      for (const split of [largestRemainder, cumulativeSplit]) {
        assert.throws(() => split(-1n, [1n]), refusal('KERNEL-AMOUNT'));
        assert.throws(() => split(1n, [-1n, 2n]), refusal('KERNEL-AMOUNT'));
        assert.throws(() => split(1n, [0n, 0n]), refusal('KERNEL-DIVIDE-BY-ZERO'));
        assert.deepEqual(split(0n, []), []);
      }
    });
  });
}

test('the twins say the same of whatever fits a safe integer, refusals too', () => {
  fc.assert(
    fc.property(safe, safe, safe, (a, b, d) => {
      assert.deepEqual(
        outcome(() => numbers.mulDivDown(a, b, d)),
        narrowed(outcome(() => wide.mulDivDown(a, b, d))),
      );
      assert.deepEqual(
        outcome(() => numbers.mulDivUp(a, b, d)),
        narrowed(outcome(() => wide.mulDivUp(a, b, d))),
      );
      assert.deepEqual(
        outcome(() => numbers.addExact(a, b)),
        narrowed(outcome(() => wide.addExact(a, b))),
      );
    }),
    { numRuns: 10_000 },
  );
  fc.assert(
    fc.property(total, weights, (amountToSplit, list) => {
      assert.deepEqual(
        outcome(() => numbers.largestRemainder(amountToSplit, list)),
        outcome(() => wide.largestRemainder(amountToSplit, list)),
      );
      assert.deepEqual(
        outcome(() => numbers.cumulativeSplit(amountToSplit, list)),
        outcome(() => wide.cumulativeSplit(amountToSplit, list)),
      );
    }),
  );
});

test('anchor 30, with 18 decimals', () => {
  const third = 333_333_333_333_333_333n;
  assert.deepEqual(wide.largestRemainder(10n ** 18n, [1n, 1n, 1n]), [third + 1n, third, third]);
});

test('products take 512 bits, results 256: KERNEL-RANGE', () => {
  const max = wide.WIDE_MAX;
  assert.equal(wide.mulDivDown(max, max, max), max);
  assert.equal(wide.mulDivUp(max, max, max), max);
  assert.equal(wide.mulDivDown(10n ** 60n, 10n ** 60n, 10n ** 50n), 10n ** 70n);
  assert.throws(() => wide.mulDivDown(max, max, max - 1n), refusal('KERNEL-RANGE'));
  // Solady's own edge: the floor fits, the ceiling does not.
  assert.equal(wide.mulDivDown(max, 2n ** 255n + 1n, 2n ** 255n + 1n), max);
  const [a, b, d] = [535006138814359n, 432862656469423142931042426214547535783388063929571229938474969n, 2n];
  assert.equal(wide.mulDivDown(a, b, d), max);
  assert.throws(() => wide.mulDivUp(a, b, d), refusal('KERNEL-RANGE'));
  assert.throws(() => wide.addExact(max, 1n), refusal('KERNEL-RANGE'));
});

test('refuses what is no 256-bit number: KERNEL-AMOUNT', () => {
  for (const wrong of [-1n, wide.WIDE_MAX + 1n, 1 as unknown as bigint, '1' as unknown as bigint]) {
    assert.throws(() => wide.mulDivDown(wrong, 1n, 1n), refusal('KERNEL-AMOUNT'));
    assert.throws(() => wide.mulDivUp(1n, 1n, wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => wide.addExact(wrong, 1n), refusal('KERNEL-AMOUNT'));
    assert.throws(() => wide.floorSqrt(wrong), refusal('KERNEL-AMOUNT'));
  }
});

test('floorSqrt is the root rounded down', () => {
  for (let x = 0n; x < 1000n; x += 1n) {
    const root = wide.floorSqrt(x);
    assert.ok(root * root <= x && x < (root + 1n) * (root + 1n));
  }
  fc.assert(
    fc.property(wideAmount, (x) => {
      const root = wide.floorSqrt(x);
      assert.ok(root * root <= x && x < (root + 1n) * (root + 1n));
      assert.equal(wide.floorSqrt(root * root), root);
    }),
    { numRuns: 5_000 },
  );
});

test('bitLength counts binary digits', () => {
  fc.assert(fc.property(wideAmount, (x) => assert.equal(bitLength(x + 1n), (x + 1n).toString(2).length)));
});
