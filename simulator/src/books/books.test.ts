import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activeBond,
  advanceBond,
  type BondAccount,
  bondTotal,
  depositBond,
  type Grains,
  NO_BOND,
  slashBond,
  unbond,
  vestedGrains,
} from '@stannary/kernel';
import * as fc from 'fast-check';
import { economyWith, oneClass, reference, refused } from '../world.fixture.ts';
import { BondBook } from './bond-book.ts';
import { CreditMarket } from './credit-market.ts';
import { Ledger } from './ledger.ts';
import { TakeBook } from './take-book.ts';
import { VestingColumns } from './vesting-columns.ts';

const NODES = 3;
const step = fc.record({
  node: fc.nat(NODES - 1),
  act: fc.constantFrom('deposit', 'leave', 'slash', 'wait'),
  amount: fc.nat(1_000_000),
  epochs: fc.integer({ min: 0, max: 20 }),
});

test('bonds of many nodes move as the kernel moves each of them', () => {
  const settlement = { activationSeconds: 5 * 3_600, unbondingSeconds: 30 * 3_600 };
  const rule = { activationDelay: 5, unbondingDelay: 30 };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const active = new Float64Array(NODES);
      let book = new BondBook(economyWith({ settlement }), active);
      const accounts: BondAccount[] = new Array(NODES).fill(NO_BOND);
      let released = 0;
      let slashed = 0;
      let epoch = 0;
      for (const { node, act, amount, epochs } of steps) {
        if (act === 'deposit') {
          book.deposit(node, amount, epoch);
          accounts[node] = depositBond(rule, accounts[node]!, amount as Grains, epoch);
        } else if (act === 'leave') {
          const { activeGrains, activating } = accounts[node]!;
          const all = activating.reduce((sum, { amountGrains }) => sum + amountGrains, activeGrains as number);
          book.leave(node, epoch);
          accounts[node] = unbond(rule, accounts[node]!, all as Grains, epoch);
        } else if (act === 'slash') {
          const taken = slashBond(accounts[node]!, amount as Grains);
          assert.equal(book.slash(node, amount), taken.slashedGrains);
          accounts[node] = taken.account;
          slashed += taken.slashedGrains;
        } else {
          epoch += epochs;
          book.advance(epoch);
          accounts.forEach((account, index) => {
            const advanced = advanceBond(account, epoch);
            accounts[index] = advanced.account;
            released += advanced.releasedGrains;
          });
          const state = structuredClone(book.state);
          book = new BondBook(economyWith({ settlement }), active);
          book.restore(state);
        }
        book.assertConserved();
        accounts.forEach((account, index) => {
          assert.equal(active[index], activeBond(account, epoch));
          assert.equal(book.bonded(index), bondTotal(account));
        });
      }
      assert.equal(book.totals.returned, released);
      assert.equal(book.totals.slashed, slashed);
    }),
  );
});

test('what passes the holdback once vests as the kernel vests it, and all of it in the end', () => {
  const columns = new VestingColumns(reference, 2);
  const { schedule } = reference.vesting;
  const { cadence } = reference;
  const shared = { bond: Float64Array.of(1, 1), frozen: new Uint8Array(2), joined: new Int32Array(2) };
  const earnedGrains = 1_000_003 as Grains;
  let paid = 0;
  for (let era = 0; era < 100; era += 1) {
    const epoch = (era + 1) * cadence.epochsPerEra - 1;
    const vestedTokens = era === 0 ? Float64Array.of(earnedGrains, 0) : new Float64Array(2);
    paid += columns.release({ ...shared, vestedTokens }, epoch);
    const entry = { earnedEpoch: 23, earnedGrains, releasedGrains: 0 } as never;
    const node = { joinedEpoch: 0, isGracefulExit: false } as never;
    assert.equal(paid, vestedGrains(schedule!, cadence, node, entry, epoch as never));
    assert.equal(columns.total, earnedGrains - paid);
  }
  assert.equal(paid, earnedGrains);
});

test('a steady income vests later by its schedule, and is all there: paid, waiting or voided', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 150 }), (income) => {
      const columns = new VestingColumns(reference, 1);
      const shared = { bond: Float64Array.of(1), frozen: new Uint8Array(1), joined: new Int32Array(1) };
      let earned = 0;
      let paid = 0;
      income.forEach((tokens, era) => {
        earned += tokens;
        paid += columns.release({ ...shared, vestedTokens: Float64Array.of(tokens) }, era * 24 + 23);
        assert.equal(columns.total, earned - paid);
      });
      // Three quarters at once, of a quarter at most all waits; a rounding an entry and era.
      assert.ok(columns.total <= earned / 4 + 2 * income.length);
      const left = new VestingColumns(reference, 1);
      left.restore(structuredClone(columns.state));
      assert.equal(left.void(0), earned - paid);
      assert.equal(left.total, 0);
    }),
  );
});

test('of frozen nodes nothing vests', () => {
  const columns = new VestingColumns(reference, 1);
  const node = { bond: Float64Array.of(1), frozen: Uint8Array.of(1), joined: new Int32Array(1) };
  assert.equal(columns.release({ ...node, vestedTokens: Float64Array.of(0) }, 23), 0);
  columns.release({ ...node, frozen: new Uint8Array(1), vestedTokens: Float64Array.of(1_000) }, 47);
  assert.equal(columns.release({ ...node, vestedTokens: Float64Array.of(0) }, 4_799), 0);
});

test('the take waits for its era’s holdback, and what is held for a refund does not vest', () => {
  const book = new TakeBook(economyWith({ cadence: { epochsPerEra: 2, holdbackEras: 1 } }));
  const parts = { burnGrains: 5, insuranceGrains: 2, treasuryGrains: 3 };
  book.add(parts, 0);
  assert.deepEqual(book.vest(1), { burnGrains: 0, insuranceGrains: 0, treasuryGrains: 0 });
  assert.equal(book.hold(0, { burnGrains: 1, insuranceGrains: 9, treasuryGrains: 0 }), 3);
  assert.equal(book.totalGrains, 7);
  assert.deepEqual(book.vest(3), { burnGrains: 4, insuranceGrains: 0, treasuryGrains: 3 });
  assert.equal(book.totalGrains, 0);
});

const NOTHING = {
  chargedCredits: 0,
  refundedCredits: 0,
  toInsuranceCredits: 0,
  paidCredits: 0,
  paidTake: 0,
  emittedTokens: 0,
  paidTokens: 0,
  carriedTokens: 0,
};

test('a ledger that lacks a grain stops the run', () => {
  const unvested = { openCredits: 90, take: 10, heldTake: 0, openTokens: 0, vestingTokens: 0 };
  new Ledger().enter({ ...NOTHING, chargedCredits: 100 }, unvested);
  assert.throws(() => new Ledger().enter({ ...NOTHING, chargedCredits: 101 }, unvested), /credits .* not conserved/);
  assert.throws(
    () => new Ledger().enter({ ...NOTHING, emittedTokens: 1 }, { ...unvested, openCredits: 0, take: 0 }),
    /tokens/,
  );
});

test('refused: books whose sums are no exact numbers any more (SIMULATION-SIZE)', () => {
  const book = new BondBook(economyWith({}), new Float64Array(2));
  book.found(0, Number.MAX_SAFE_INTEGER);
  book.assertConserved();
  book.found(1, 2);
  assert.throws(() => book.assertConserved(), refused('SIMULATION-SIZE'));
});

test('a ledger’s sums pass 2^53 and come back from a checkpoint', () => {
  const ledger = new Ledger();
  const most = Number.MAX_SAFE_INTEGER;
  const empty = { openCredits: 0, take: 0, heldTake: 0, openTokens: 0, vestingTokens: 0 };
  for (let epoch = 0; epoch < 3; epoch += 1)
    ledger.enter({ ...NOTHING, chargedCredits: most, paidCredits: most }, empty);
  const restored = new Ledger();
  restored.restore(ledger.state);
  restored.enter({ ...NOTHING, chargedCredits: 5 }, { ...empty, openCredits: 5 });
  assert.equal(restored.state.chargedCredits, 3n * BigInt(most) + 5n);
});

const model = { stableGrains: 1_000_000, tokenGrains: 1_000_000, outstandingGrains: 1_500_000, redeemedShare: 1 };
const mixed = { kind: 'mixed', stableSharePpmMin: 600_000 };

test('a fully reserved credit keeps its cover whatever the token does; a mixed one falls with it', () => {
  const full = new CreditMarket(oneClass(), { ...model, outstandingGrains: 1_000_000 });
  full.buy(10_000, 1n);
  full.redeem(500_000, 1n);
  assert.ok(full.coverage(1n).coveragePpm! >= 1_000_000n);
  const market = new CreditMarket(economyWith({ reserve: mixed }), model);
  assert.ok(market.coverage(1_000_000n).coveragePpm! > market.coverage(400_000n).coveragePpm!);
});

test('a halted mint is counted, and redeeming waits while a mixed reserve’s tokens have no price', () => {
  const market = new CreditMarket(economyWith({ reserve: mixed }), model);
  market.buy(1_000, 1n);
  assert.equal(market.refusedMints, 1);
  market.redeem(100_000, null);
  assert.equal(market.outstandingGrains, 1_500_000);
  market.redeem(0, 400_000n);
  assert.equal(market.outstandingGrains, 1_400_000);
});
