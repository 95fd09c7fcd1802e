import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mulDivDown } from '../numbers/exact.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  advancePriced,
  type BurnMintSupplyRule,
  type FeeLinkedSupplyRule,
  PRICED_GENESIS,
  type PricedFacts,
  type PricedRule,
  tokensToBurnUp,
  tokenValueDown,
} from './priced.ts';

/** Akash: 25 basis points on minting credit, none on settling. */
const AKASH: BurnMintSupplyRule = { kind: 'burn-mint', mintSpreadPpm: 2_500, settleSpreadPpm: 0 };
const LINKED: FeeLinkedSupplyRule = { kind: 'fee-linked', perFeePpm: 100_000, perNonRecoverablePpm: 400_000 };
const nothing: PricedFacts = {
  workPaidGrains: 0n,
  feesGrains: 0n,
  nonRecoverableTakeGrains: 0n,
  tokenPriceMicrograins: 1_000_000n,
};

test('burn and mint at one price take the spread out of the supply', () => {
  const price = 500_000n;
  assert.equal(tokensToBurnUp(AKASH, 1_000_000n, price), 2_005_013n);
  const facts = { ...nothing, workPaidGrains: 1_000_000n, tokenPriceMicrograins: price };
  assert.equal(advancePriced(AKASH, PRICED_GENESIS, facts).grains, 2_000_000n);
});

test('supply changes by 1 / P_settle - 1 / P_mint for each credit', () => {
  const burned = tokensToBurnUp({ ...AKASH, mintSpreadPpm: 0 }, 10n ** 12n, 4_000_000n);
  const facts = { ...nothing, workPaidGrains: 10n ** 12n, tokenPriceMicrograins: 2_000_000n };
  const { grains } = advancePriced(AKASH, PRICED_GENESIS, facts);
  assert.equal(grains - burned, 10n ** 12n / 2n - 10n ** 12n / 4n);
});

const price = fc.bigInt({ min: 1n, max: 10n ** 12n });
const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
const ppm = fc.nat({ max: 999_999 });

test('buying credit and being paid it at once never gains', () => {
  fc.assert(
    fc.property(price, amount, ppm, ppm, (tokenPriceMicrograins, credits, mintSpreadPpm, settleSpreadPpm) => {
      const rule: BurnMintSupplyRule = { kind: 'burn-mint', mintSpreadPpm, settleSpreadPpm };
      const facts = { ...nothing, workPaidGrains: credits, tokenPriceMicrograins };
      const minted = advancePriced(rule, PRICED_GENESIS, facts).grains;
      assert.ok(minted <= tokensToBurnUp(rule, credits, tokenPriceMicrograins));
    }),
  );
});

test('value in is value out: what is not minted stays owed, through halts and prices', () => {
  const epoch = fc.record({ paid: amount, at: fc.option(price) });
  fc.assert(
    fc.property(fc.array(epoch, { maxLength: 20 }), ppm, (epochs, settleSpreadPpm) => {
      const rule: PricedRule = { ...AKASH, settleSpreadPpm };
      let memory = PRICED_GENESIS;
      let owed = 0n;
      for (const { paid, at } of epochs) {
        const facts = { ...nothing, workPaidGrains: paid, tokenPriceMicrograins: at };
        const result = advancePriced(rule, memory, facts);
        owed += paid * 1_000_000n;
        if (at === null) assert.deepEqual([result.grains, result.reason], [0n, 'price-halted']);
        else {
          const each = at * BigInt(1_000_000 + settleSpreadPpm);
          assert.equal(result.grains, (owed * 1_000_000n) / each);
          owed -= (result.grains * each + 999_999n) / 1_000_000n;
        }
        memory = result.memory;
        assert.equal(memory.owedMicrograins, owed.toString());
      }
    }),
  );
});

test('fee-linked minting is the lesser of both shares, with the reason', () => {
  const of = (feesGrains: bigint, nonRecoverableTakeGrains: bigint) => {
    const result = advancePriced(LINKED, PRICED_GENESIS, { ...nothing, feesGrains, nonRecoverableTakeGrains });
    return [result.grains, result.reason];
  };
  assert.deepEqual(of(1_000n, 70n), [28n, 'take-bound']);
  assert.deepEqual(of(1_000n, 250n), [100n, 'scheduled']);
  assert.deepEqual(of(0n, 0n), [0n, 'scheduled']);
});

test('wash usage loses at least twice what it mints while the bound is at most a half', () => {
  fc.assert(
    fc.property(
      amount,
      fc.nat({ max: 150_000 }),
      fc.nat({ max: 500_000 }),
      fc.nat(),
      (fees, takePpm, bound, perFee) => {
        const take = (fees * BigInt(takePpm)) / 1_000_000n;
        const rule = { ...LINKED, perFeePpm: perFee, perNonRecoverablePpm: bound };
        const facts = { ...nothing, feesGrains: fees, nonRecoverableTakeGrains: take };
        assert.ok(take >= 2n * advancePriced(rule, PRICED_GENESIS, facts).grains);
      },
    ),
  );
});

test('anchor 23: a fixed pool shared by usage is farmed exactly while it exceeds the take of honest usage', () => {
  // A washer of x shares a pool E with honest usage X and loses the take on x. In ten-thousandths.
  const profit = (pool: number, honest: number, takePpm: number, wash: number) =>
    mulDivDown(pool, wash, honest + wash) - mulDivDown(wash, takePpm, 1_000_000);
  const [E, X] = [10_000_000, 1_000_000];
  assert.equal(profit(E, X, 1_000_000, 2_162_278), 4_675_444, '467.5445 less what is rounded down');
  for (const wash of [2_000_000, 2_150_000, 2_175_000, 2_400_000]) {
    assert.ok(profit(E, X, 1_000_000, wash) < 4_675_444);
  }
  assert.equal(profit(E, X, 50_000, 13_142_136), 8_635_787, '863.5786, and the take on x rounded down');
  // Past E / take there is nothing to gain, whatever x is.
  for (const wash of [1_000, 100_000, 10_000_000]) assert.ok(profit(E, 20_000_000, 1_000_000, wash) < 0);
});

test('work is worth its credits over the price, rounded down, and nothing while the price is halted', () => {
  assert.equal(tokenValueDown(10n, 3_000_000n), 3n);
  assert.equal(tokenValueDown(10n, null), 0n);
});

test('refuses a price of nothing: KERNEL-DIVIDE-BY-ZERO', () => {
  assert.throws(() => tokensToBurnUp(AKASH, 1n, 0n), refusal('KERNEL-DIVIDE-BY-ZERO'));
  assert.throws(() => tokensToBurnUp({ ...AKASH, mintSpreadPpm: 1_000_000 }, 1n, 1n), refusal('KERNEL-DIVIDE-BY-ZERO'));
});
