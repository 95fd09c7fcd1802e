import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import * as q from './q128.ts';
import { WIDE_MAX } from './wide.ts';

const { expNegQ128, Q128_ONE, q128 } = q;
const VECTORS = process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));

/** A test over the rows of a public file of comma-separated integers. Skipped where it is missing, except in CI. */
function vectorTest(name: string, path: string, check: (rows: readonly (readonly bigint[])[]) => void): void {
  const file = join(VECTORS, path);
  const skip = !existsSync(file) && process.env.CI !== 'true' ? `no public vectors in ${VECTORS}` : false;
  test(name, { skip }, () => {
    const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    check(lines.map((line) => line.split(',').map(BigInt)));
  });
}

const HALF_LIFE = 6n * 1_051_200n;
const RATE = 37396271439864487274534522888786n;
const EXCESS = 37396273494747879394193016954629n;

/** Filecoin's reward of one epoch, M (e^λ - 1) e^(-λ epoch), in attoFIL. */
function simpleReward(epoch: bigint): bigint {
  const supply = 330_000_000n * 10n ** 18n;
  return (supply * EXCESS * expNegQ128(q128(RATE * epoch))) >> 256n;
}

vectorTest('anchor 11: all 512 rewards of Filecoin, to the attoFIL', 'filecoin/TestSimpleReward.golden', (rows) => {
  assert.equal(rows.length, 512);
  for (const [epoch, reward] of rows) assert.equal(simpleReward(epoch!), reward);
});

test('anchor 11: the first four of them', () => {
  const rewards = [36266264293777134739n, 36246341860983438171n, 36226430372336764970n, 36206529821825080595n];
  assert.deepEqual([0n, 5_000n, 10_000n, 15_000n].map(simpleReward), rewards);
});

test("Filecoin's constants follow from its half-life", () => {
  assert.equal(q.decayRateQ128(HALF_LIFE), RATE);
  assert.equal(q.growthExcessQ128(HALF_LIFE), EXCESS);
});

test('the excess, halfLife times over, doubles: at most one unit below', () => {
  for (const halfLife of [1n, 2n, 3n, 8n, 100n, 1000n]) {
    const excess = q.growthExcessQ128(halfLife);
    assert.ok((Q128_ONE + excess) ** halfLife <= 2n * Q128_ONE ** halfLife);
    assert.ok((Q128_ONE + excess + 2n) ** halfLife > 2n * Q128_ONE ** halfLife);
  }
});

/** e^-x on 2^320 as the reciprocal of Taylor's series, right to about 2^-310. */
function truth(x: bigint): bigint {
  const one = 1n << 320n;
  const wide = x << 192n;
  let sum = 0n;
  for (let term = one, index = 1n; term > 0n; index += 1n) {
    sum += term;
    term = ((term * wide) >> 320n) / index;
  }
  return (one * one) / sum;
}

/** How far below the truth, in units of 10^-36, rounded down. */
function shortfall(x: bigint): bigint {
  return ((truth(x) - (expNegQ128(q128(x)) << 192n)) * 10n ** 36n) >> 320n;
}

const upTo = (thousandths: bigint) => fc.bigInt({ min: 0n, max: (thousandths * Q128_ONE) / 1000n - 1n });

test('never above e^-x; below it by less than 3.6e-30 up to 1.725, by less than 5e-15 up to 5', () => {
  const isWithin = (most: bigint) => (x: bigint) => {
    const short = shortfall(x);
    assert.ok(short >= 0n && short < most, `${x}: ${short}e-36`);
  };
  fc.assert(fc.property(upTo(1_725n), isWithin(3_600_000n)), { numRuns: 500 });
  fc.assert(fc.property(upTo(5_000n), isWithin(5n * 10n ** 21n)), { numRuns: 500 });
});

test('past 5, never above e^-x, and below it by less than 3.6e-30 halved as often, and two units', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 5n * Q128_ONE, max: 100n * Q128_ONE }), (x) => {
      const short = truth(x) - (expNegQ128(q128(x)) << 192n);
      const halvings = (x * 10n) / (7n * Q128_ONE);
      const most = (((36n << 320n) / 10n ** 31n) >> halvings) + (2n << 192n);
      assert.ok(short >= 0n && short < most, `${x}`);
    }),
    { numRuns: 300 },
  );
});

test('at the edges', () => {
  assert.equal(expNegQ128(q128(0n)), Q128_ONE);
  assert.equal(expNegQ128(Q128_ONE), 125182886983370532117250726296964572306n);
  assert.equal(expNegQ128(q128(89n * Q128_ONE)), 0n);
  assert.equal(expNegQ128(q128(WIDE_MAX)), 0n);
  const five = 5n * Q128_ONE;
  assert.ok(expNegQ128(q128(five - 1n)) < expNegQ128(q128(five)), 'the step up at 5');
  assert.ok(expNegQ128(q128(five - (five >> 42n))) > expNegQ128(q128(five)), 'is outweighed by 1.2e-12');
});

test('falls with every epoch, whether half of it takes one epoch or a century of seconds', () => {
  const halfLife = fc.bigInt({ min: 1n, max: 3_155_760_000n });
  fc.assert(
    fc.property(halfLife, fc.nat({ max: 50 }), fc.bigInt({ min: 0n, max: 3_155_760_000n }), (half, times, more) => {
      const rate = q.decayRateQ128(half);
      const epoch = half * BigInt(times) + (more % half);
      assert.ok(expNegQ128(q128(rate * epoch)) > expNegQ128(q128(rate * (epoch + 1n))));
    }),
    { numRuns: 1_000 },
  );
});

test('products and ratios round down', () => {
  assert.equal(q.ratioQ128Down(1n, 2n), 2n ** 127n);
  assert.equal(q.ratioQ128Down(2n, 3n), (2n * Q128_ONE) / 3n);
  assert.equal(q.mulQ128Down(3n, q.ratioQ128Down(1n, 2n)), 1n);
  assert.equal(q.mulQ128Down(WIDE_MAX, Q128_ONE), WIDE_MAX);
});

test('refuses what is no Q.128: KERNEL-AMOUNT', () => {
  for (const wrong of [-1n, WIDE_MAX + 1n, 1 as unknown as bigint] as q.Q128[]) {
    assert.throws(() => q128(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => expNegQ128(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => q.mulQ128Down(1n, wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => q.ratioQ128Down(wrong, 1n), refusal('KERNEL-AMOUNT'));
    assert.throws(() => q.decayRateQ128(wrong), refusal('KERNEL-AMOUNT'));
    assert.throws(() => q.growthExcessQ128(wrong), refusal('KERNEL-AMOUNT'));
  }
});

test('refuses to divide by zero: KERNEL-DIVIDE-BY-ZERO', () => {
  assert.throws(() => q.ratioQ128Down(1n, 0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
  assert.throws(() => q.decayRateQ128(0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
  assert.throws(() => q.growthExcessQ128(0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
});

test('refuses results past 256 bits: KERNEL-RANGE', () => {
  assert.throws(() => q.mulQ128Down(WIDE_MAX, q128(2n * Q128_ONE)), refusal('KERNEL-RANGE'));
  assert.throws(() => q.ratioQ128Down(WIDE_MAX, 1n), refusal('KERNEL-RANGE'));
});
