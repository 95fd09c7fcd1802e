import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { amount } from './amount.fixture.ts';
import { addExact, cumulativeSplit, ExactSum, largestRemainder, mulDivDown, mulDivUp } from './exact.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const bigMax = BigInt(MAX);

const divisor = amount.map((value) => Math.max(1, value));

function checkAgainstBigInt(a: number, b: number, d: number): void {
  const product = BigInt(a) * BigInt(b);
  const down = product / BigInt(d);
  const up = (product + BigInt(d) - 1n) / BigInt(d);
  if (down <= bigMax) assert.equal(mulDivDown(a, b, d), Number(down), `down ${a} ${b} ${d}`);
  else assert.throws(() => mulDivDown(a, b, d), refusal('KERNEL-RANGE'));
  if (up <= bigMax) assert.equal(mulDivUp(a, b, d), Number(up), `up ${a} ${b} ${d}`);
  else assert.throws(() => mulDivUp(a, b, d), refusal('KERNEL-RANGE'));
}

test('mulDiv equals BigInt for 100,000 triples of every size', () => {
  fc.assert(fc.property(amount, amount, divisor, checkAgainstBigInt), { numRuns: 50_000 });
  // Quotients that just fit, or just do not: d close below a * b / 2^53.
  const tight = fc.tuple(amount, amount, fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(tight, ([a, b, off]) => {
      const d = Number((BigInt(a) * BigInt(b)) / bigMax) + off;
      if (d >= 1 && d <= MAX) checkAgainstBigInt(a, b, d);
    }),
    { numRuns: 25_000 },
  );
  // Exact multiples and their neighbours, where floor(fl(p / d)) could slip to the next integer.
  fc.assert(
    fc.property(amount, divisor, fc.integer({ min: -2, max: 2 }), (quotient, d, off) => {
      const product = BigInt(quotient) * BigInt(d) + BigInt(off);
      if (product >= 0n && product <= bigMax) checkAgainstBigInt(Number(product), 1, d);
    }),
    { numRuns: 25_000 },
  );
});

test('mulDiv at the edges of the range', () => {
  for (const a of [0, 1, 2, 3, MAX - 1, MAX]) {
    for (const b of [0, 1, 2, 3, MAX - 1, MAX]) for (const d of [1, 2, 3, MAX - 1, MAX]) checkAgainstBigInt(a, b, d);
  }
});

test('a zero is never negative', () => {
  assert.throws(() => mulDivDown(-0, 5, 3), refusal('KERNEL-AMOUNT'));
  assert.ok(Object.is(mulDivDown(0, 5, 3), 0));
  assert.ok(Object.is(mulDivUp(5, 0, 3), 0));
});

test('refuses what is no amount: KERNEL-AMOUNT', () => {
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1' as unknown as number]) {
    assert.throws(() => mulDivDown(wrong, 1, 1), refusal('KERNEL-AMOUNT'));
    assert.throws(() => mulDivDown(1, wrong, 1), refusal('KERNEL-AMOUNT'));
    assert.throws(() => mulDivUp(1, 1, wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => addExact(1, wrong), refusal('KERNEL-AMOUNT'));
  }
});

test('refuses to divide by zero: KERNEL-DIVIDE-BY-ZERO', () => {
  assert.throws(() => mulDivDown(1, 1, 0), refusal('KERNEL-DIVIDE-BY-ZERO'));
  assert.throws(() => mulDivUp(0, 0, 0), refusal('KERNEL-DIVIDE-BY-ZERO'));
  assert.throws(() => largestRemainder(1, [0, 0]), refusal('KERNEL-DIVIDE-BY-ZERO'));
});

test('refuses results past 2^53 - 1: KERNEL-RANGE', () => {
  assert.throws(() => mulDivDown(MAX, 2, 1), refusal('KERNEL-RANGE'));
  assert.throws(() => mulDivUp(MAX, MAX, MAX - 1), refusal('KERNEL-RANGE'));
  assert.throws(() => addExact(MAX, 1), refusal('KERNEL-RANGE'));
  assert.equal(mulDivUp(MAX, MAX, MAX), MAX);
});

const weights = fc
  .array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 50 })
  .filter((list) => list.some((w) => w > 0));
const total = fc.nat({ max: 2 ** 50 });

test('largestRemainder sums to the total, gives everyone the floor or one more, and the larger remainder first', () => {
  fc.assert(
    fc.property(total, weights, (amountToSplit, list) => {
      const sum = list.reduce((all, weight) => all + BigInt(weight), 0n);
      const shares = largestRemainder(amountToSplit, list);
      assert.equal(
        shares.reduce((all, share) => all + share, 0),
        amountToSplit,
      );
      const rest = list.map((weight) => (BigInt(amountToSplit) * BigInt(weight)) % sum);
      const extra = list.map(
        (weight, index) => BigInt(shares[index]!) - (BigInt(amountToSplit) * BigInt(weight)) / sum,
      );
      assert.ok(extra.every((one) => one === 0n || one === 1n));
      for (const [index, one] of extra.entries()) {
        for (const [other, none] of extra.entries()) {
          if (one === 1n && none === 0n)
            assert.ok(rest[index]! > rest[other]! || (rest[index] === rest[other] && index < other));
        }
      }
    }),
  );
});

test('anchor 30: largest remainder', () => {
  assert.deepEqual(largestRemainder(10, [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]), [5, 2, 1, 1, 1, 0]);
  assert.deepEqual(largestRemainder(100, [1, 1, 1]), [34, 33, 33]);
  const third = 333_333_333_333_333;
  assert.deepEqual(largestRemainder(1e15, [1, 1, 1]), [third + 1, third, third]);
});

test('cumulativeSplit sums to the total, each share within one of its due', () => {
  fc.assert(
    fc.property(total, weights, (amountToSplit, list) => {
      const sum = list.reduce((all, weight) => all + BigInt(weight), 0n);
      const shares = cumulativeSplit(amountToSplit, list);
      assert.equal(
        shares.reduce((all, share) => all + share, 0),
        amountToSplit,
      );
      for (const [index, share] of shares.entries()) {
        const due = (BigInt(amountToSplit) * BigInt(list[index]!)) / sum;
        assert.ok(BigInt(share) >= due - 1n && BigInt(share) <= due + 1n);
      }
    }),
  );
});

test('ExactSum is exact past 2^53', () => {
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 200 }), (amounts) => {
      const sum = new ExactSum();
      for (const one of amounts) sum.add(one);
      const expected = amounts.reduce((all, one) => all + BigInt(one), 0n);
      assert.equal(sum.value, expected);
      assert.equal(sum.value, expected, 'reading changes nothing');
    }),
  );
});
