import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micrograinsPerNcuS, ncuMs, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  idleSurchargeGrains,
  idleSurchargePpm,
  type LeaseRule,
  leasableNcuMs,
  openLease,
  passLease,
  standingGrains,
} from './leases.ts';

const rule: LeaseRule = {
  openingFeePpm: ppm(10_000),
  idleSurchargePpmMax: ppm(500_000),
  idleSurchargeFromPpm: ppm(800_000),
  bondPpm: 1_000_000,
  idleBurnPpm: ppm(250_000),
  consumerSharePpm: ppm(150_000),
};
/** 1 NCU·s costs a thousand grains. */
const price = micrograinsPerNcuS(1_000_000_000);
const hour = ncuMs(3_600_000);
const opened = openLease(rule, { reservedNcuMs: ncuMs(24 * hour), priceMicrograinsPerNcuS: price });
const use = (passed: number, used: number) => ({ passedNcuMs: ncuMs(passed), usedNcuMs: ncuMs(used) });

test('opening costs 1 % of the lease, never returned, and locks the bond', () => {
  assert.equal(opened.openingFeeGrains, 864_000);
  assert.deepEqual(opened.bond, { reservedNcuMs: 24 * hour, lockedGrains: 86_400_000, elapsedNcuMs: 0 });
  const least = { reservedNcuMs: ncuMs(1), priceMicrograinsPerNcuS: micrograinsPerNcuS(1) };
  assert.equal(openLease(rule, least).openingFeeGrains, 1);
});

test('the idle surcharge is zero up to 80 % utilisation and 50 % of the price when all is taken', () => {
  const surcharges = [0, 800_000, 800_001, 900_000, 1_000_000].map((used) => idleSurchargePpm(rule, ppm(used)));
  assert.deepEqual(surcharges, [0, 0, 3, 250_000, 500_000]);
});

test('holding a unit costs p + h p (1 - use)', () => {
  assert.equal(idleSurchargeGrains(rule, price, use(hour, 0), ppm(1_000_000)), 1_800_000);
  assert.equal(idleSurchargeGrains(rule, price, use(hour, hour / 2), ppm(900_000)), 450_000);
  assert.equal(idleSurchargeGrains(rule, price, use(hour, hour), ppm(1_000_000)), 0);
});

test('with h0 = 1/2 a share of up to (1 + h) eta / 2 costs its hoarder twice what it brings', () => {
  // Withhold x, sell m at the raised price: ACR = x (1 + h) / (m ((1 - x)^(-1/eta) - 1)).
  const h = idleSurchargePpm(rule, ppm(1_000_000)) / 1e6;
  const ratio = (m: number, x: number, eta: number) => (x * (1 + h)) / (m * ((1 - x) ** (-1 / eta) - 1));
  assert.equal(ratio(0.15, 0.1, 0.5).toFixed(3), '4.263');
  assert.ok(ratio(((1 + h) * 0.5) / 2, 1e-6, 0.5) > 1.99);
});

test('a used hour returns its slice of the bond; an idle one burns a quarter of it', () => {
  const used = passLease(rule, opened.bond, use(hour, hour));
  assert.deepEqual([used.burnedGrains, used.returnedGrains], [0, 3_600_000]);
  const idle = passLease(rule, used.bond, use(hour, 0));
  assert.deepEqual([idle.burnedGrains, idle.returnedGrains], [900_000, 2_700_000]);
  assert.equal(standingGrains(idle.bond), 22 * 3_600_000);
  assert.deepEqual(passLease(rule, idle.bond, use(0, 0)), { bond: idle.bond, burnedGrains: 0, returnedGrains: 0 });
});

test('conserves: what was locked stands, burned or returned, and nothing stands when the term is over', () => {
  const stretch = fc.tuple(fc.nat({ max: 1e6 }), fc.nat({ max: 1_000_000 }), fc.nat({ max: 2 ** 45 }));
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 30 }), fc.nat({ max: 1e12 }), (stretches, unit) => {
      const reserved = stretches.reduce((sum, [passed]) => sum + passed, 0);
      let { bond } = openLease(rule, {
        reservedNcuMs: ncuMs(reserved),
        priceMicrograinsPerNcuS: micrograinsPerNcuS(unit),
      });
      let gone = 0;
      for (const [passed, share] of stretches) {
        const result = passLease(rule, bond, use(passed, Math.floor((passed * share) / 1_000_000)));
        bond = result.bond;
        gone += result.burnedGrains + result.returnedGrains;
        assert.equal(standingGrains(bond) + gone, bond.lockedGrains);
      }
      assert.equal(standingGrains(bond), 0);
    }),
  );
});

test("the epoch's length burns the same but for a grain a step", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 60_000 }), (steps, used) => {
      const whole = passLease(rule, opened.bond, use(steps * 60_000, steps * used)).burnedGrains;
      let { bond } = opened;
      let burned = 0;
      for (let step = 0; step < steps; step += 1) {
        const result = passLease(rule, bond, use(60_000, used));
        bond = result.bond;
        burned += result.burnedGrains;
      }
      assert.ok(whole <= burned + 1 && burned <= whole + 2 * steps);
    }),
  );
});

test('a consumer may hold its share of a class, rounded down, and no more', () => {
  assert.equal(leasableNcuMs(rule, ncuMs(1_001), ncuMs(0)), 150);
  assert.equal(leasableNcuMs(rule, ncuMs(1_001), ncuMs(150)), 0);
  assert.equal(leasableNcuMs(rule, ncuMs(1_001), ncuMs(900)), 0);
});

test('refuses more use than time, and more time than the lease has: KERNEL-LEASE-USE', () => {
  assert.throws(() => passLease(rule, opened.bond, use(1, 2)), refusal('KERNEL-LEASE-USE'));
  assert.throws(() => passLease(rule, opened.bond, use(24 * hour + 1, 0)), refusal('KERNEL-LEASE-USE'));
  assert.throws(() => idleSurchargeGrains(rule, price, use(1, 2), ppm(0)), refusal('KERNEL-LEASE-USE'));
});
