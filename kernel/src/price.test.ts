import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEconomy } from './economy.fixture.ts';
import type { PriceRule } from './economy.ts';
import { nextPrice, priceOf, utilisation } from './price.ts';
import { micrograinsPerNcuS, ppm } from './quantities.ts';
import { refusal } from './refusal.fixture.ts';

const rules: fc.Arbitrary<PriceRule> = fc
  .record({
    floor: fc.integer({ min: 1, max: 1_000_000 }),
    span: fc.nat({ max: 2 ** 51 }),
    target: fc.integer({ min: 10_000, max: 1_000_000 }),
    gain: fc.integer({ min: 1, max: 9_999 }),
  })
  .map(({ floor, span, target, gain }) => ({
    initialMicrograinsPerNcuS: micrograinsPerNcuS(floor),
    floorMicrograinsPerNcuS: micrograinsPerNcuS(floor),
    capMicrograinsPerNcuS: micrograinsPerNcuS(floor + span),
    targetUtilisationPpm: ppm(target),
    gainPpm: ppm(gain),
  }));
const utilisations = fc.nat({ max: 1_000_000 }).map(ppm);

/** A price of the rule: anywhere from floor to cap, often close to the floor. */
function priceIn(rule: PriceRule, position: number): ReturnType<typeof micrograinsPerNcuS> {
  const span = rule.capMicrograinsPerNcuS - rule.floorMicrograinsPerNcuS;
  return micrograinsPerNcuS(rule.floorMicrograinsPerNcuS + Math.min(span, position));
}

test('the price is the formula, rounded up', () => {
  fc.assert(
    fc.property(rules, fc.nat({ max: 2 ** 50 }), utilisations, (rule, position, used) => {
      const price = priceIn(rule, position);
      const target = BigInt(rule.targetUtilisationPpm);
      const numerator = BigInt(price) * (target * 1_000_000n + BigInt(rule.gainPpm) * (BigInt(used) - target));
      const denominator = target * 1_000_000n;
      const formula = Number((numerator + denominator - 1n) / denominator);
      // The one deviation: a price that should fall falls by a micrograin at least.
      const stepped = used < rule.targetUtilisationPpm ? Math.min(formula, price - 1) : formula;
      const clamped = Math.max(rule.floorMicrograinsPerNcuS, Math.min(rule.capMicrograinsPerNcuS, stepped));
      assert.equal(nextPrice(rule, price, used), clamped);
    }),
  );
});

test('the price never stalls: it moves towards its limit until it is there, and stands still only on target', () => {
  fc.assert(
    fc.property(rules, fc.nat({ max: 10_000 }), utilisations, (rule, position, used) => {
      const price = priceIn(rule, position);
      const next = nextPrice(rule, price, used);
      if (used < rule.targetUtilisationPpm) assert.ok(next < price || price === rule.floorMicrograinsPerNcuS);
      if (used > rule.targetUtilisationPpm) assert.ok(next > price || price === rule.capMicrograinsPerNcuS);
      if (used === rule.targetUtilisationPpm) assert.equal(next, price);
    }),
    { numRuns: 2_000 },
  );
});

test('an empty network reaches the floor from the smallest price above it', () => {
  const rule: PriceRule = { ...testEconomy.price, floorMicrograinsPerNcuS: micrograinsPerNcuS(1) };
  let price = micrograinsPerNcuS(100);
  // Where an integer rule without the least step stalls at 16 for d = 1/16.
  for (let epoch = 0; epoch < 100; epoch += 1) price = nextPrice(rule, price, ppm(0));
  assert.equal(price, 1);
});

test('more use never means a lower price', () => {
  fc.assert(
    fc.property(rules, fc.nat({ max: 2 ** 50 }), utilisations, utilisations, (rule, position, x, y) => {
      const price = priceIn(rule, position);
      const [less, more] = x < y ? [x, y] : [y, x];
      assert.ok(nextPrice(rule, price, less) <= nextPrice(rule, price, more));
    }),
  );
});

test('utilisation is a share, rounded down, and unknown when nothing is offered or used', () => {
  assert.equal(utilisation(0, 0), null);
  assert.equal(utilisation(1, 0), 1_000_000);
  assert.equal(utilisation(5, 4), 1_000_000);
  assert.equal(utilisation(2, 3), 666_666);
  assert.equal(utilisation(0, 3), 0);
});

test('refuses an epoch whose price is not fixed: KERNEL-PRICE-UNKNOWN', () => {
  assert.throws(() => priceOf({ prices: [] }, 0), refusal('KERNEL-PRICE-UNKNOWN'));
});
