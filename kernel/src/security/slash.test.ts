import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { grains, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  divideSlash,
  limitSlashes,
  type SlashDestinationRule,
  slashedInWindow,
  slashGrains,
  spanSlashPpb,
  windowCorrelationPpb,
} from './slash.ts';

const BILLION = 1_000_000_000;
const amount = fc.nat({ max: 2 ** 46 }).map(grains);
const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);

test('a slash is rounded up, and never more than the bond', () => {
  assert.equal(slashGrains(grains(1_001), 500_000_000), 501);
  assert.equal(slashGrains(grains(1_000), 1), 1);
  assert.equal(slashGrains(grains(0), BILLION), 0);
  fc.assert(
    fc.property(amount, fc.nat({ max: 2 * BILLION }), (bond, share) => {
      const slash = slashGrains(bond, share);
      assert.ok(slash <= bond);
      if (share <= BILLION) assert.ok(BigInt(slash) * BigInt(BILLION) >= BigInt(bond) * BigInt(share));
    }),
  );
});

describe('offences within one span', () => {
  const charge = (rule: 'sum' | 'maximum', shares: readonly number[]) =>
    shares.reduce((charged, share) => charged + spanSlashPpb(rule, charged, share), 0);

  test('by maximum cost their dearest, in any order; by sum all of them, up to the bond', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: BILLION }), { minLength: 1, maxLength: 8 }), (shares) => {
        assert.equal(charge('maximum', shares), Math.max(...shares));
        assert.equal(charge('maximum', shares.toReversed()), Math.max(...shares));
        assert.equal(charge('sum', shares), Math.min(BILLION, sum(shares)));
      }),
    );
  });
});

describe('windows', () => {
  const entries = [100, 101, 130].map((epoch) => ({ epoch, slashedGrains: grains(10) }));

  test('count their last epochs, this one included', () => {
    assert.equal(slashedInWindow(entries, 30, 130), 20);
    assert.equal(slashedInWindow(entries, 31, 130), 30);
    assert.equal(slashedInWindow(entries, 31, 129), 20);
  });

  test('multiply by three what the class has lost in seven days', () => {
    const rule = { factorPpm: 3_000_000, windowEpochs: 168 };
    assert.equal(windowCorrelationPpb(rule, entries, grains(300), 130), 300_000_000);
    assert.equal(windowCorrelationPpb(rule, entries, grains(300), 500), 0);
    assert.equal(windowCorrelationPpb(rule, entries, grains(20), 130), BILLION);
  });
});

describe('the limiter', () => {
  const limit = { ceilingPpm: ppm(100_000), windowEpochs: 24 };

  test('lets a tenth of the class be slashed in a day, and names what waits', () => {
    const spent = [{ epoch: 5, slashedGrains: grains(60) }];
    const wanted = [30, 30, 20].map(grains);
    const now = limitSlashes(limit, spent, grains(1_009), 10, wanted);
    assert.deepEqual(now, { grantedGrains: [15, 15, 10], deferredGrains: [15, 15, 10] });
    const nextDay = limitSlashes(limit, spent, grains(1_009), 29, wanted);
    assert.deepEqual(nextDay.grantedGrains, [30, 30, 20]);
    const closed = limitSlashes(limit, [{ epoch: 10, slashedGrains: grains(500) }], grains(1_000), 10, wanted);
    assert.deepEqual(closed.grantedGrains, [0, 0, 0]);
  });

  test('never passes its ceiling, loses nothing, and grants nobody more than was wanted', () => {
    const list = fc.array(amount, { maxLength: 20 });
    fc.assert(
      fc.property(list, amount, amount, (wanted, bonds, spent) => {
        const entries = [{ epoch: 3, slashedGrains: spent }];
        const { grantedGrains, deferredGrains } = limitSlashes(limit, entries, bonds, 3, wanted);
        wanted.forEach((one, index) => {
          assert.equal(grantedGrains[index]! + deferredGrains[index]!, one);
          assert.ok(grantedGrains[index]! >= 0 && deferredGrains[index]! >= 0);
        });
        const left = Math.max(0, Math.floor(bonds / 10) - spent);
        assert.equal(sum(grantedGrains), Math.min(left, sum(wanted)));
      }),
    );
  });
});

describe('destinations', () => {
  const rule: SlashDestinationRule = {
    challengerPpm: ppm(500_000),
    insurancePpm: ppm(300_000),
    burnPpm: ppm(200_000),
    challengerCapPpm: 50_000_000,
  };

  test('half to the challenger, at most fifty times its cost, the rest three to two', () => {
    const uncapped = { challengerGrains: 500, insuranceGrains: 300, burnGrains: 200 };
    assert.deepEqual(divideSlash(rule, grains(1_000), grains(10)), uncapped);
    const capped = { challengerGrains: 50, insuranceGrains: 570, burnGrains: 380 };
    assert.deepEqual(divideSlash(rule, grains(1_000), grains(1)), capped);
    const noChallenger = { challengerGrains: 0, insuranceGrains: 600, burnGrains: 400 };
    assert.deepEqual(divideSlash(rule, grains(1_000), grains(0)), noChallenger);
  });

  test('conserves, and reporting oneself loses, to the last grain', () => {
    const shares = fc
      .tuple(fc.nat({ max: 999_999 }), fc.nat({ max: 1_000_000 }))
      .map(([challenger, part]) => ({ challenger, insurance: Math.min(part, 1_000_000 - challenger) }));
    fc.assert(
      fc.property(fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 2 ** 50 })), shares, (slash, own) => {
        const burn = 1_000_000 - own.challenger - own.insurance;
        const drawn = {
          ...rule,
          challengerPpm: ppm(own.challenger),
          insurancePpm: ppm(own.insurance),
          burnPpm: ppm(burn),
        };
        const parts = divideSlash(drawn, grains(slash), grains(2 ** 40));
        assert.equal(sum(Object.values(parts)), slash);
        assert.ok(slash === 0 || parts.challengerGrains < slash);
      }),
    );
  });

  test('refuses a rule that gives all to the challenger: KERNEL-DIVIDE-BY-ZERO', () => {
    const all = { ...rule, challengerPpm: ppm(1_000_000), insurancePpm: ppm(0), burnPpm: ppm(0) };
    assert.throws(() => divideSlash(all, grains(1), grains(1)), refusal('KERNEL-DIVIDE-BY-ZERO'));
  });
});
