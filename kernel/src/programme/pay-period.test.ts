import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mulDivDown } from '../numbers/exact.ts';
import { refusal } from '../refusal.fixture.ts';
import { type ProgrammePeriod, payPeriod, versionAt } from './pay-period.ts';
import { DAY_SECONDS, PERIOD, participant, programme } from './programme.fixture.ts';
import type { ProgrammeRule, Requirement } from './rules.ts';

const HONEST: Requirement = { kind: 'flag', name: 'honest', unless: null, flag: 'honest', mustBe: true };
const POOL = programme({ requirements: [HONEST] });
const YIELD = programme({
  requirements: [HONEST],
  payout: { kind: 'yield', ratePpm: 112_500, yearSeconds: 365 * DAY_SECONDS },
});
const crowd = fc.uniqueArray(
  fc.record({
    account: fc.string({ maxLength: 4 }),
    work: fc.bigInt({ min: 0n, max: 10n ** 27n }),
    honest: fc.boolean(),
  }),
  { selector: ({ account }) => account, maxLength: 20 },
);
const people = (rows: readonly { account: string; work: bigint; honest: boolean }[]) =>
  rows.map(({ account, work, honest }) => participant(account, { work }, { honest }));
const paidTo = (rule: ProgrammeRule, period: ProgrammePeriod, works: readonly bigint[]) =>
  payPeriod(
    rule,
    period,
    works.map((work, index) => participant(`${index}`, { work }, { honest: true })),
  ).payouts.map(({ paid }) => paid);

test('a pool is divided by weight; what the barred would have got stays unpaid and makes no one richer', () => {
  const rows = people([
    { account: 'a', work: 1n, honest: true },
    { account: 'b', work: 2n, honest: false },
    { account: 'c', work: 4n, honest: true },
  ]);
  const { paid, unpaid, budget, payouts } = payPeriod(POOL, PERIOD, rows);
  assert.deepEqual([budget, paid, unpaid], [1_000n, 142n + 571n, 287n]);
  assert.deepEqual(payouts[1], { account: 'b', weight: 2n << 128n, due: 285n, paid: 0n, barredBy: ['honest'] });
});

test('a yield is principal · rate · period / year, rounded down', () => {
  const principal = 52_737_876_567_616_678_466_227_440n;
  const expected = (principal * 1_125n * 30n) / (10_000n * 365n);
  assert.deepEqual(paidTo(YIELD, PERIOD, [principal, 0n]), [expected, 0n]);
  assert.equal(payPeriod(YIELD, { ...PERIOD, pool: null }, []).budget, 0n);
});

test('conserves: paid and unpaid are the budget, and no payout passes its due', () => {
  for (const rule of [POOL, YIELD]) {
    fc.assert(
      fc.property(crowd, fc.bigInt({ min: 0n, max: 10n ** 25n }), (rows, pool) => {
        const result = payPeriod(rule, { ...PERIOD, pool }, people(rows));
        assert.equal(result.paid + result.unpaid, result.budget);
        assert.equal(
          result.paid,
          result.payouts.reduce((sum, payout) => sum + payout.paid, 0n),
        );
        for (const { due, paid, barredBy } of result.payouts) assert.equal(paid, barredBy.length === 0 ? due : 0n);
        if (rule === POOL) assert.equal(result.budget, pool);
      }),
    );
  }
});

test('the order of participants does not matter', () => {
  fc.assert(
    fc.property(crowd, (rows) => {
      assert.deepEqual(payPeriod(POOL, PERIOD, people(rows)), payPeriod(POOL, PERIOD, people(rows.toReversed())));
    }),
  );
});

test('more work is never paid less, beside the same others', () => {
  const work = fc.bigInt({ min: 0n, max: 10n ** 24n });
  fc.assert(
    fc.property(work, work, work, (own, more, other) => {
      for (const rule of [POOL, YIELD]) {
        assert.ok(paidTo(rule, PERIOD, [own + more, other])[0]! >= paidTo(rule, PERIOD, [own, other])[0]!);
      }
    }),
  );
});

test('splitting never gains: two halves are paid at most what the whole is', () => {
  const work = fc.bigInt({ min: 0n, max: 10n ** 24n });
  fc.assert(
    fc.property(work, work, work, (left, right, other) => {
      for (const rule of [POOL, YIELD]) {
        const [first, second] = paidTo(rule, PERIOD, [left, right, other]);
        assert.ok(first! + second! <= paidTo(rule, PERIOD, [left + right, other])[0]!);
      }
    }),
  );
});

test('where numbers suffice, shares are those of mulDivDown', () => {
  const part = fc.nat({ max: 2 ** 40 });
  fc.assert(
    fc.property(part, part, fc.nat({ max: 2 ** 50 }), (own, other, pool) => {
      fc.pre(own + other > 0);
      const [paid] = paidTo(POOL, { ...PERIOD, pool: BigInt(pool) }, [BigInt(own), BigInt(other)]);
      assert.equal(paid, BigInt(mulDivDown(pool, own, own + other)));
    }),
  );
});

test('nobody with weight: the whole pool stays unpaid', () => {
  assert.equal(payPeriod(POOL, PERIOD, people([{ account: 'a', work: 0n, honest: true }])).unpaid, 1_000n);
});

test("a period is paid by the version in force at its start, whatever the period's end", () => {
  const [first] = programme().versions;
  const rule: ProgrammeRule = { kind: 'programme', versions: [first!, { ...first!, version: 2, fromSeconds: 1_000 }] };
  assert.equal(versionAt(rule, 999).version, 1);
  assert.equal(versionAt(rule, 1_000).version, 2);
  assert.equal(payPeriod(rule, { ...PERIOD, startSeconds: 999 }, []).version, 1);
});

test('KERNEL-BEFORE-GENESIS: a period before the first version', () => {
  assert.throws(() => payPeriod(programme({ fromSeconds: 1 }), PERIOD, []), refusal('KERNEL-BEFORE-GENESIS'));
  assert.throws(() => versionAt({ kind: 'programme', versions: [] }, 0), refusal('KERNEL-BEFORE-GENESIS'));
});

test('KERNEL-CLOCK: a period that ends before it starts, or at once', () => {
  assert.throws(() => payPeriod(POOL, { ...PERIOD, endSeconds: 0 }, []), refusal('KERNEL-CLOCK'));
});

test('KERNEL-PARTICIPANT-DUPLICATE: an account twice in a period', () => {
  const twice = people([
    { account: 'a', work: 1n, honest: true },
    { account: 'a', work: 2n, honest: true },
  ]);
  assert.throws(() => payPeriod(POOL, PERIOD, twice), refusal('KERNEL-PARTICIPANT-DUPLICATE'));
});

test('KERNEL-POOL: a pool to divide that is not there, or below zero', () => {
  for (const pool of [null, -1n]) assert.throws(() => payPeriod(POOL, { ...PERIOD, pool }, []), refusal('KERNEL-POOL'));
});
