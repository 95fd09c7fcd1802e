import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEconomy } from '../economy.fixture.ts';
import { chargeGrains } from '../market/rating.ts';
import { type Grains, grains, micrograinsPerNcuS, type NcuMs, ncuMs, type Ppm, ppm } from '../numbers/quantities.ts';
import { allocationRuleOf, leaseBondGrains } from './rule.ts';

test('caps, spares and the lease bond are the economy’s', () => {
  const { classes, ...rest } = allocationRuleOf(testEconomy);
  assert.deepEqual(rest, { defaultResource: 'fuel', poolSpares: 1, leaseBondPpm: 1_000_000 });
  assert.deepEqual(
    classes.map((one) => [one.className, one.operatorCapPpm, one.consumerCapPpm, one.weighBy]),
    [
      ['grid', 500_000, 1_000_000, 'bond'],
      ['edge', 1_000_000, 1_000_000, 'bond'],
    ],
  );
});

test('where no bond is asked for, capacity weighs', () => {
  const classes = testEconomy.classes.map((one) => ({ ...one, bond: { ...one.bond, bondGrainsMin: 0 as Grains } }));
  const rule = allocationRuleOf({ ...testEconomy, classes });
  assert.deepEqual(
    rule.classes.map((one) => one.weighBy),
    ['capacity', 'capacity'],
  );
});

test('a lease bond is its share of the price of all capacity-time, rounded up once', () => {
  const price = micrograinsPerNcuS(50_000_000_000);
  // 1000 NCU·ms at 50 000 grains per NCU·s are 50 000 grains; 24 epochs, 10 %.
  assert.equal(leaseBondGrains(ppm(100_000), ncuMs(1_000), 24, price, grains(1e9)), 120_000);
  assert.equal(leaseBondGrains(ppm(100_000), ncuMs(1_000), 24, price, grains(119_999)), null);
  assert.equal(leaseBondGrains(ppm(1), ncuMs(1), 1, micrograinsPerNcuS(1), grains(1)), 1);
  assert.equal(leaseBondGrains(ppm(0), ncuMs(1_000), 24, price, grains(0)), 0);
});

test('a lease bond never passes what the charges for the same capacity-time would be at 100 %', () => {
  const amounts = fc.tuple(fc.nat({ max: 1e9 }), fc.integer({ min: 1, max: 9_000 }), fc.nat({ max: 1e9 }));
  fc.assert(
    fc.property(amounts, fc.nat({ max: 1_000_000 }), ([work, epochs, price], share) => {
      const most = grains(Number.MAX_SAFE_INTEGER);
      const bond = leaseBondGrains(share as Ppm, work as NcuMs, epochs, micrograinsPerNcuS(price), most)!;
      assert.ok(bond <= chargeGrains(ncuMs(work), micrograinsPerNcuS(price)) * epochs);
    }),
  );
});

test('bonds past every amount are more than any limit', () => {
  const price = micrograinsPerNcuS(Number.MAX_SAFE_INTEGER);
  const most = grains(Number.MAX_SAFE_INTEGER);
  assert.equal(leaseBondGrains(ppm(1_000_000), ncuMs(1e15), 1_000_000, price, most), null);
});
