import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import type { CoverageThrottleRule } from './coverage-throttle.ts';
import {
  coverageOf,
  type FullReserveRule,
  type MintBackedReserveRule,
  type MintRequest,
  type MixedReserveRule,
  mintCredits,
  type Reserve,
  type ReserveRule,
  redeemBatch,
  stressedCoverage,
  withdrawTokens,
} from './credit-reserve.ts';

const throttle: CoverageThrottleRule = {
  kind: 'coverage-throttle',
  warnPpm: 1_000_000,
  haltPpm: 999_999,
  stepPpm: 1_000,
  growthPpm: 1_100_000,
  waitSecondsMin: 0,
  waitSecondsMax: 86_400,
  slowMintPpm: 10_000,
};
const FULL: FullReserveRule = {
  kind: 'full',
  mintSpreadPpm: 2_500,
  tokenHaircutPpm: 500_000,
  throttle,
  tokenCoverPpmMin: 0,
};
const MIXED: MixedReserveRule = {
  kind: 'mixed',
  mintSpreadPpm: 2_500,
  tokenHaircutPpm: 0,
  throttle: { ...throttle, warnPpm: 1_200_000, haltPpm: 1_050_000 },
  stableSharePpmMin: 600_000,
};
/** Akash's lines: warned at .95, halted at .90. */
const BACKED: MintBackedReserveRule = {
  kind: 'mint-backed',
  mintSpreadPpm: 2_500,
  tokenHaircutPpm: 0,
  throttle: { ...throttle, warnPpm: 950_000, haltPpm: 900_000 },
};
const PAR = 1_000_000n;
const reserveOf = (stableGrains: bigint, tokenGrains: bigint, outstandingGrains: bigint): Reserve => ({
  stableGrains,
  tokenGrains,
  outstandingGrains,
});
const request = (paidGrains: bigint, changed: Partial<MintRequest> = {}): MintRequest => ({
  paidGrains,
  tokenPriceMicrograins: PAR,
  secondsSinceMint: 0,
  ...changed,
});

test('a full reserve counts stable assets alone, a mixed one tokens too, after the haircut', () => {
  const reserve = reserveOf(900n, 600n, 1_000n);
  const coverage = (rule: ReserveRule) => coverageOf(rule, reserve, PAR).coveragePpm;
  assert.equal(coverage(FULL), 900_000n);
  assert.equal(coverage(MIXED), 1_500_000n);
  assert.equal(coverage({ ...MIXED, tokenHaircutPpm: 500_000 }), 1_200_000n);
  assert.equal(coverageOf(MIXED, reserve, null).coveragePpm, 900_000n, 'no price, no tokens');
  assert.equal(coverageOf(FULL, reserveOf(5n, 0n, 0n), PAR).coveragePpm, null);
});

test('tokens count only as far as stable assets keep their least share', () => {
  assert.equal(coverageOf(MIXED, reserveOf(600n, 9_999n, 1_000n), PAR).assetsGrains, 1_000n);
});

test('stress: coverage 1.5 with 60 % stable is 1.14 after a fall of 60 %; 1.25 is .95; tokens alone .60', () => {
  const stressed = (rule: ReserveRule, stable: bigint, tokens: bigint) =>
    stressedCoverage(rule, reserveOf(stable, tokens, 1_000n), PAR, 600_000).coveragePpm;
  assert.equal(stressed(MIXED, 900n, 600n), 1_140_000n);
  assert.equal(stressed(MIXED, 750n, 500n), 950_000n);
  // A least share of next to nothing, so that one grain lets all tokens count.
  assert.equal(stressed({ ...MIXED, stableSharePpmMin: 1 }, 1n, 1_500n), 601_000n);
  assert.equal(stressed(FULL, 1_000n, 600n), 1_000_000n, 'a full reserve does not feel it');
});

test('minting pays the spread into the reserve: 25 basis points', () => {
  const minted = mintCredits(FULL, reserveOf(0n, 0n, 0n), request(1_000_001n));
  assert.equal(minted.creditGrains, 997_500n);
  assert.deepEqual(minted.reserve, reserveOf(1_000_001n, 0n, 997_500n));
});

const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
const price = fc.bigInt({ min: 1n, max: 10n ** 9n });
const reserves = fc.record({ stableGrains: amount, tokenGrains: amount, outstandingGrains: amount });
const rules = fc
  .record({ rule: fc.constantFrom<ReserveRule>(FULL, MIXED), tokenHaircutPpm: fc.nat({ max: 999_999 }) })
  .map(({ rule, tokenHaircutPpm }): ReserveRule => ({ ...rule, tokenHaircutPpm }));
/** A reserve and a batch that fits it: each request a part of what is outstanding. */
const batches = fc
  .record({ reserve: reserves, parts: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 10 }) })
  .map(({ reserve, parts }) => ({
    reserve,
    requests: parts.map((part, index) => ({
      account: `account-${index}`,
      creditGrains: (reserve.outstandingGrains * BigInt(part)) / (1_000n * BigInt(parts.length)),
    })),
  }));

test('minting never lowers what a credit is worth below one', () => {
  fc.assert(
    fc.property(reserves, amount, fc.nat({ max: 999_999 }), (reserve, paid, mintSpreadPpm) => {
      const full = { ...reserve, stableGrains: reserve.stableGrains + reserve.outstandingGrains };
      const { reserve: after } = mintCredits({ ...FULL, mintSpreadPpm }, full, request(paid));
      assert.ok(after.stableGrains >= after.outstandingGrains);
    }),
  );
});

test('redeeming conserves, pays at most what there is, and at most one for one', () => {
  fc.assert(
    fc.property(rules, batches, price, (rule, { reserve, requests }, at) => {
      const { payments, reserve: after } = redeemBatch(rule, reserve, requests, at);
      const sum = (key: 'stableGrains' | 'tokenGrains' | 'creditGrains') =>
        payments.reduce((all, one) => all + one[key], 0n);
      assert.equal(after.stableGrains + sum('stableGrains'), reserve.stableGrains);
      assert.equal(after.tokenGrains + sum('tokenGrains'), reserve.tokenGrains);
      assert.equal(after.outstandingGrains + sum('creditGrains'), reserve.outstandingGrains);
      assert.ok(after.stableGrains >= 0n && after.tokenGrains >= 0n);
      for (const { creditGrains, stableGrains, tokenGrains } of payments) {
        assert.ok(stableGrains * PAR + tokenGrains * at <= creditGrains * PAR);
      }
    }),
  );
});

test('whoever stays loses nothing: a batch never lowers the coverage', () => {
  fc.assert(
    fc.property(rules, batches, price, (rule, { reserve, requests }, at) => {
      const after = redeemBatch(rule, reserve, requests, at).reserve;
      const before = coverageOf(rule, reserve, at).assetsGrains;
      // Two grains for what the two values are rounded down by.
      const left = coverageOf(rule, after, at).assetsGrains + 2n;
      assert.ok(left * reserve.outstandingGrains >= before * after.outstandingGrains);
    }),
  );
});

test('being first is nothing: a payment depends on no other, and two batches pay the second no less', () => {
  fc.assert(
    fc.property(batches, ({ reserve, requests }) => {
      const pay = (of: Reserve, list: typeof requests) => redeemBatch(FULL, of, list, null);
      const together = pay(reserve, requests).payments;
      assert.deepEqual(pay(reserve, [...requests].reverse()).payments, [...together].reverse());
      const [first, ...others] = requests;
      const later = pay(pay(reserve, [first!]).reserve, others).payments;
      for (const [index, payment] of later.entries()) {
        assert.ok(payment.stableGrains >= together[index + 1]!.stableGrains);
      }
    }),
  );
});

test('splitting a request never gains', () => {
  fc.assert(
    fc.property(rules, reserves, price, fc.nat({ max: 100 }), (rule, reserve, at, percent) => {
      const credits = reserve.outstandingGrains / 2n;
      const part = (credits * BigInt(percent)) / 100n;
      const paid = (...list: bigint[]) => {
        const requests = list.map((creditGrains, index) => ({ account: `${index}`, creditGrains }));
        return redeemBatch(rule, reserve, requests, at).payments.reduce(
          (sum, one) => [sum[0]! + one.stableGrains, sum[1]! + one.tokenGrains],
          [0n, 0n],
        );
      };
      const [whole, parts] = [paid(credits), paid(part, credits - part)];
      assert.ok(parts[0]! <= whole[0]! && parts[1]! <= whole[1]!);
    }),
  );
});

test('a reserve of .8 pays each credit .8, and its last credit too', () => {
  const requests = [
    { account: 'a', creditGrains: 600n },
    { account: 'b', creditGrains: 400n },
  ];
  const { payments, reserve } = redeemBatch(FULL, reserveOf(800n, 50n, 1_000n), requests, null);
  assert.deepEqual(
    payments.map(({ stableGrains, tokenGrains }) => [stableGrains, tokenGrains]),
    [
      [480n, 0n],
      [320n, 0n],
    ],
  );
  assert.deepEqual(reserve, reserveOf(0n, 50n, 0n));
});

test('a mixed reserve pays in kind: each gets the mix, worth min(1, coverage), and the next batch finds the same', () => {
  const requests = [{ account: 'a', creditGrains: 500n }];
  const { payments, reserve } = redeemBatch(MIXED, reserveOf(900n, 1_200n, 1_000n), requests, 500_000n);
  // 1500 at market for 1000: a third of everything is worth 500.
  assert.deepEqual([payments[0]!.stableGrains, payments[0]!.tokenGrains], [300n, 400n]);
  assert.deepEqual(reserve, reserveOf(600n, 800n, 500n));
});

test('a reserve with nothing in it pays nothing, and refuses nobody', () => {
  const { payments } = redeemBatch(MIXED, reserveOf(0n, 0n, 5n), [{ account: 'a', creditGrains: 5n }], null);
  assert.deepEqual(payments, [{ account: 'a', creditGrains: 5n, stableGrains: 0n, tokenGrains: 0n }]);
});

test('refuses to mint at the halting line, and always below one: KERNEL-MINT-HALTED', () => {
  const mint = (rule: ReserveRule, reserve: Reserve) => () => mintCredits(rule, reserve, request(1n));
  assert.throws(mint(MIXED, reserveOf(1_050n, 0n, 1_000n)), refusal('KERNEL-MINT-HALTED'));
  assert.throws(mint(FULL, reserveOf(999_999n, 0n, 1_000_000n)), refusal('KERNEL-MINT-HALTED'));
  const reckless = { ...MIXED, throttle: { ...throttle, warnPpm: 500_000, haltPpm: 0 } };
  assert.throws(mint(reckless, reserveOf(999n, 0n, 1_000n)), refusal('KERNEL-MINT-HALTED'));
});

test('refuses to mint again too early while coverage is low: KERNEL-MINT-WAIT', () => {
  const waiting = { ...MIXED, throttle: { ...MIXED.throttle, waitSecondsMin: 60 } };
  const low = reserveOf(1_190_000n, 0n, 1_000_000n);
  // Ten steps below 1.2: 60 * 1.1^10 = 155.6.
  const after = (secondsSinceMint: number) => mintCredits(waiting, low, request(1n, { secondsSinceMint }));
  assert.throws(() => after(154), refusal('KERNEL-MINT-WAIT'));
  assert.equal(after(155).creditGrains, 0n);
});

test('refuses a large mint while coverage is low: KERNEL-MINT-SLOW', () => {
  const low = reserveOf(1_100_000n, 0n, 1_000_000n);
  const free = { ...MIXED, mintSpreadPpm: 0 };
  assert.equal(mintCredits(free, low, request(10_000n)).creditGrains, 10_000n);
  assert.throws(() => mintCredits(free, low, request(10_001n)), refusal('KERNEL-MINT-SLOW'));
});

test('tokens posted on a full reserve only tighten: refuses to mint without their cover: KERNEL-TOKEN-COVER', () => {
  const covered = { ...FULL, mintSpreadPpm: 0, tokenCoverPpmMin: 100_000 };
  const reserve = reserveOf(1_000n, 220n, 1_000n);
  assert.equal(mintCredits(covered, reserve, request(100n)).creditGrains, 100n, '110 after the haircut, 110 demanded');
  assert.throws(() => mintCredits(covered, reserve, request(101n)), refusal('KERNEL-TOKEN-COVER'));
  const unpriced = request(1n, { tokenPriceMicrograins: null });
  assert.throws(() => mintCredits(covered, reserve, unpriced), refusal('KERNEL-TOKEN-COVER'));
  assert.throws(() => withdrawTokens(covered, reserve, 21n, PAR), refusal('KERNEL-TOKEN-COVER'));
  assert.equal(withdrawTokens(covered, reserve, 20n, PAR).tokenGrains, 200n);
});

test('refuses to give tokens back that hold minting open: KERNEL-MINT-HALTED', () => {
  const reserve = reserveOf(900n, 600n, 1_000n);
  assert.equal(withdrawTokens(MIXED, reserve, 300n, PAR).tokenGrains, 300n);
  assert.throws(() => withdrawTokens(MIXED, reserve, 301n, PAR), refusal('KERNEL-MINT-HALTED'));
});

test('refuses to pay in tokens that have no price: KERNEL-PRICE-UNKNOWN', () => {
  const requests = [{ account: 'a', creditGrains: 1n }];
  assert.throws(() => redeemBatch(MIXED, reserveOf(9n, 9n, 9n), requests, null), refusal('KERNEL-PRICE-UNKNOWN'));
});

test('refuses less than nothing and more than is outstanding: KERNEL-AMOUNT', () => {
  const reserve = reserveOf(9n, 9n, 9n);
  const redeem = (creditGrains: bigint) => () => redeemBatch(FULL, reserve, [{ account: 'a', creditGrains }], PAR);
  assert.throws(redeem(-1n), refusal('KERNEL-AMOUNT'));
  assert.throws(redeem(10n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => mintCredits(FULL, reserve, request(-1n)), refusal('KERNEL-AMOUNT'));
  assert.throws(() => withdrawTokens(FULL, reserve, -1n, PAR), refusal('KERNEL-AMOUNT'));
  assert.throws(() => withdrawTokens(FULL, reserve, 10n, PAR), refusal('KERNEL-AMOUNT'));
  assert.throws(() => coverageOf(FULL, reserveOf(-1n, 0n, 0n), PAR), refusal('KERNEL-AMOUNT'));
});

test('a mint-backed reserve counts all its tokens and sells credits below a coverage of one, down to its own line', () => {
  const reserve = reserveOf(0n, 960n, 1_000n);
  assert.equal(coverageOf(BACKED, reserve, PAR).coveragePpm, 960_000n);
  const bought = mintCredits(BACKED, reserve, request(2_000n));
  assert.equal(bought.creditGrains, 1_995n);
  assert.deepEqual(bought.reserve, reserveOf(0n, 2_960n, 2_995n));
  assert.throws(() => mintCredits(BACKED, reserveOf(0n, 900n, 1_000n), request(1n)), refusal('KERNEL-MINT-HALTED'));
});

test('a mint-backed reserve pays what a credit is worth by now, and mints what it lacks', () => {
  const requests = [
    { account: 'a', creditGrains: 100n },
    { account: 'b', creditGrains: 300n },
  ];
  const fallen = redeemBatch(BACKED, reserveOf(7n, 500n, 1_000n), requests, PAR / 2n);
  assert.deepEqual(
    fallen.payments.map(({ tokenGrains, stableGrains }) => [tokenGrains, stableGrains]),
    [
      [200n, 0n],
      [600n, 0n],
    ],
  );
  assert.equal(fallen.mintedTokenGrains, 300n);
  assert.deepEqual(fallen.reserve, reserveOf(7n, 0n, 600n));
});

test('a mint-backed reserve: tokens paid in and minted are tokens paid out and left; nobody gets more than his credit', () => {
  fc.assert(
    fc.property(batches, price, ({ reserve, requests }, at) => {
      const { payments, reserve: after, mintedTokenGrains } = redeemBatch(BACKED, reserve, requests, at);
      const paid = payments.reduce((sum, { tokenGrains }) => sum + tokenGrains, 0n);
      assert.equal(after.tokenGrains + paid, reserve.tokenGrains + mintedTokenGrains);
      assert.ok(
        mintedTokenGrains === 0n || after.tokenGrains === 0n,
        'nothing is minted while there is something left',
      );
      assert.ok(payments.every(({ tokenGrains, creditGrains }) => tokenGrains * at <= creditGrains * PAR));
    }),
  );
});

test('a mint-backed reserve neither sells nor redeems without a price: KERNEL-PRICE-UNKNOWN', () => {
  const reserve = reserveOf(0n, 9n, 9n);
  for (const unknown of [null, 0n]) {
    const halted = request(1n, { tokenPriceMicrograins: unknown });
    assert.throws(() => mintCredits(BACKED, reserve, halted), refusal('KERNEL-PRICE-UNKNOWN'));
    assert.throws(() => redeemBatch(BACKED, reserve, [], unknown), refusal('KERNEL-PRICE-UNKNOWN'));
  }
});
