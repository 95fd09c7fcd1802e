import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micrograinsPerNcuS, ppm } from '../numbers/quantities.ts';
import {
  advancePrice,
  type Eip1559PriceRule,
  type ExcessPriceRule,
  type ExponentialPriceRule,
  eip1559Step,
  initialPrice,
  nextPrice,
  type PriceRule,
  type PriceState,
  type RationalStep,
  type RationalStepPriceRule,
  utilisation,
} from './price.ts';

const rules: fc.Arbitrary<RationalStep> = fc
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
/** 1e9 to start with, floor 1, hardly a cap, U* = 1/2. */
const wide = {
  initialMicrograinsPerNcuS: micrograinsPerNcuS(1_000_000_000),
  floorMicrograinsPerNcuS: micrograinsPerNcuS(1),
  capMicrograinsPerNcuS: micrograinsPerNcuS(2 ** 52),
  targetUtilisationPpm: ppm(500_000),
  breaker: null,
};
const ethereum: Eip1559PriceRule = { ...wide, kind: 'eip-1559', denominator: 8 };
const rational: RationalStepPriceRule = { ...wide, kind: 'rational-step', gainPpm: ppm(62_500) };
const exponential: ExponentialPriceRule = {
  ...wide,
  kind: 'exponential',
  targetUtilisationPpm: ppm(700_000),
  gainPpmPerHour: 62_500,
};
const cancun: ExcessPriceRule = {
  ...wide,
  kind: 'excess',
  initialMicrograinsPerNcuS: micrograinsPerNcuS(1),
  updateFractionNcuMs: '3338477',
};
const kinds: readonly PriceRule[] = [rational, exponential, ethereum, { ...cancun, updateFractionNcuMs: '50000000' }];

const HOUR_MS = 3_600_000;
const utilisations = fc.nat({ max: 1_000_000 }).map(ppm);

/** A price of the rule: anywhere from floor to cap, often close to the floor. */
function priceIn(rule: RationalStep, position: number): ReturnType<typeof micrograinsPerNcuS> {
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
  const rule: RationalStep = { ...rational, floorMicrograinsPerNcuS: micrograinsPerNcuS(1) };
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

/** The price after epochs of so much use of an offer of 20 million NCU·ms each. */
function after(rule: PriceRule, uses: readonly number[], from: PriceState = initialPrice(rule)): PriceState {
  const epoch = { offeredNcuMs: 20_000_000, epochMs: HOUR_MS };
  return uses.reduce((state, usedNcuMs) => advancePrice(rule, state, { ...epoch, usedNcuMs }), from);
}

const priceAfter = (rule: PriceRule, uses: readonly number[]): number => after(rule, uses).priceMicrograinsPerNcuS;
const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

test("EIP-1559's base fee, to the wei", () => {
  const steps = [10_000_000, 9_000_000, 11_000_000, 20_000_000, 0].map((used) => priceAfter(ethereum, [used]));
  assert.deepEqual(steps, [1_000_000_000, 987_500_000, 1_012_500_000, 1_125_000_000, 875_000_000]);
  const full = [1, 2, 3, 4, 5, 20].map((blocks) => priceAfter(ethereum, times(blocks, 20_000_000)));
  assert.deepEqual(full, [1_125_000_000, 1_265_625_000, 1_423_828_125, 1_601_806_640, 1_802_032_470, 10_545_093_826]);
  const empty = [1, 2, 3, 4, 5, 20].map((blocks) => priceAfter(ethereum, times(blocks, 0)));
  assert.deepEqual(empty, [875_000_000, 765_625_000, 669_921_875, 586_181_641, 512_908_936, 69_208_762]);
  assert.equal(priceAfter(ethereum, [20_000_000, 0]), 984_375_000);
  assert.equal(priceAfter(ethereum, times(10, [20_000_000, 0]).flat()), 854_290_850);
});

test("where EIP-1559's own step stalls at 7, the rule goes on to its floor", () => {
  let price = 100n;
  for (let block = 0; block < 100; block += 1) price = eip1559Step(price, 0n, 10n, 8n);
  assert.equal(price, 7n);
  const cheap = { ...ethereum, initialMicrograinsPerNcuS: micrograinsPerNcuS(100) };
  assert.equal(priceAfter(cheap, times(100, 0)), 1);
  assert.equal(eip1559Step(7n, 11n, 10n, 8n), 8n);
});

test("EIP-4844's blob fee of an excess, before and after EIP-7691", () => {
  const fee = (rule: ExcessPriceRule, excess: number) =>
    advancePrice(
      rule,
      { ...initialPrice(rule), excessNcuMs: `${excess - 1}` },
      { usedNcuMs: 2, offeredNcuMs: 2, epochMs: 1 },
    ).priceMicrograinsPerNcuS;
  assert.deepEqual(
    [2_314_057, 2_314_058, 10_485_760].map((excess) => fee(cancun, excess)),
    [1, 2, 23],
  );
  const prague = { ...cancun, updateFractionNcuMs: '5007716' };
  assert.deepEqual(
    [10_485_760, 104_857_600].map((excess) => fee(prague, excess)),
    [8, 1_241_028_881],
  );
  // 6 of 9 blobs of 2^17 are the target: +8.2 % for a full block, -14.5 % for an empty one.
  const blobs = { ...prague, targetUtilisationPpm: ppm(666_667), initialMicrograinsPerNcuS: micrograinsPerNcuS(1e12) };
  const block = { offeredNcuMs: 9 * 2 ** 17, epochMs: 12_000 };
  const next = (usedNcuMs: number) => advancePrice(blobs, initialPrice(blobs), { ...block, usedNcuMs });
  assert.equal((next(9 * 2 ** 17).priceMicrograinsPerNcuS / 1e12).toFixed(3), '1.082');
  assert.equal((next(0).priceMicrograinsPerNcuS / 1e12).toFixed(3), '0.855');
});

test('the excess forgets the order of its epochs, and a capped price comes down at once', () => {
  const rule = { ...cancun, updateFractionNcuMs: '50000000', initialMicrograinsPerNcuS: micrograinsPerNcuS(1e6) };
  const uses = [20_000_000, 3_000_000, 17_000_000, 12_345_678, 9_000_000];
  assert.deepEqual(after(rule, uses), after(rule, [...uses].reverse()));
  const capped = { ...rule, capMicrograinsPerNcuS: micrograinsPerNcuS(2_000_000) };
  const high = after(capped, times(50, 20_000_000));
  assert.equal(high.priceMicrograinsPerNcuS, 2_000_000);
  assert.ok(after(capped, [0], high).priceMicrograinsPerNcuS < 2_000_000);
});

test('a day of the exponential rule at d = 1/16: at most x1.90 up, x0.223 down', () => {
  assert.equal(
    (priceAfter(exponential, times(24, 20_000_000)) / 1e9).toFixed(4),
    Math.exp((24 * 0.3) / 16 / 0.7).toFixed(4),
  );
  assert.equal((priceAfter(exponential, times(24, 0)) / 1e9).toFixed(4), Math.exp(-24 / 16).toFixed(4));
});

test('the exponent is bounded: an absurd gain ends at the cap or the floor', () => {
  const wild = { ...exponential, gainPpmPerHour: 1_000_000_000 };
  assert.equal(priceAfter(wild, [20_000_000]), 2 ** 52);
  assert.equal(priceAfter(wild, [0]), 1);
});

test("the epoch's length changes nothing but rounding: an hour, or sixty minutes of the same use", () => {
  const minuteUses = fc.array(fc.nat({ max: 300_000 }), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(fc.constantFrom(exponential, kinds[3]!), minuteUses, (kind, uses) => {
      const rule = { ...kind, initialMicrograinsPerNcuS: micrograinsPerNcuS(1e12) };
      const inHours = uses.map((used) => ({ usedNcuMs: used * 60, offeredNcuMs: 18_000_000, epochMs: HOUR_MS }));
      const inMinutes = uses.flatMap((usedNcuMs) => times(60, { usedNcuMs, offeredNcuMs: 300_000, epochMs: 60_000 }));
      const [hours, minutes] = [inHours, inMinutes].map((path) => {
        const last = path.reduce((state, use) => advancePrice(rule, state, use), initialPrice(rule));
        return last.priceMicrograinsPerNcuS;
      });
      // Utilisation is the same share; sixty roundings up of a micrograin of 1e12, and of 1e-18 in the exponent.
      assert.ok(Math.abs(minutes! / hours! - 1) < 1e-8);
    }),
    { numRuns: 50 },
  );
});

test('no kind stalls between floor and cap, and each stands still on target and without a market', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds.slice(0, 3)),
      fc.integer({ min: 2, max: 1_000 }),
      utilisations,
      (rule, from, used) => {
        const state = { ...initialPrice(rule), priceMicrograinsPerNcuS: micrograinsPerNcuS(from) };
        const next = advancePrice(rule, state, { usedNcuMs: used, offeredNcuMs: 1_000_000, epochMs: 1 });
        const way = Math.sign(used - rule.targetUtilisationPpm);
        assert.equal(Math.sign(next.priceMicrograinsPerNcuS - from), way);
      },
    ),
  );
  for (const rule of kinds) {
    const state = initialPrice(rule);
    assert.deepEqual(advancePrice(rule, state, { usedNcuMs: 0, offeredNcuMs: 0, epochMs: 1 }), state);
  }
});

test('every kind stays between floor and cap, and more use never means a lower price', () => {
  const use = fc.nat({ max: 20_000_000 });
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(use, { maxLength: 40 }), use, use, (kind, before, x, y) => {
      const rule = {
        ...kind,
        initialMicrograinsPerNcuS: micrograinsPerNcuS(1_000),
        floorMicrograinsPerNcuS: micrograinsPerNcuS(500),
        capMicrograinsPerNcuS: micrograinsPerNcuS(3_000),
      };
      const state = after(rule, before);
      const less = after(rule, [Math.min(x, y)], state).priceMicrograinsPerNcuS;
      const more = after(rule, [Math.max(x, y)], state).priceMicrograinsPerNcuS;
      assert.ok(500 <= less && less <= more && more <= 3_000);
    }),
  );
});

test('rational-step with memory is the step without', () => {
  fc.assert(
    fc.property(rules, fc.nat({ max: 10_000 }), utilisations, (step, position, used) => {
      const rule: RationalStepPriceRule = { ...step, kind: 'rational-step', breaker: null };
      const price = priceIn(step, position);
      const state = { ...initialPrice(rule), priceMicrograinsPerNcuS: price };
      const next = advancePrice(rule, state, { usedNcuMs: used, offeredNcuMs: 1_000_000, epochMs: 1 });
      assert.equal(next.priceMicrograinsPerNcuS, nextPrice(step, price, used));
    }),
  );
});

test('the breaker caps the price at k times its mean over the window, exactly', () => {
  const rule: Eip1559PriceRule = { ...ethereum, breaker: { multiplePpm: 1_100_000, buckets: 3, bucketEpochs: 1 } };
  const prices = [1_000_000_000];
  let state = initialPrice(rule);
  for (let epoch = 0; epoch < 30; epoch += 1) {
    state = after(rule, [20_000_000], state);
    const window = prices.slice(-3).map(BigInt);
    const mean = (11n * window.reduce((sum, price) => sum + price, 0n)) / (10n * BigInt(window.length));
    const free = BigInt(prices.at(-1)!) + BigInt(Math.floor(prices.at(-1)! / 8));
    prices.push(Number(free < mean ? free : mean));
    assert.equal(state.priceMicrograinsPerNcuS, prices.at(-1));
    assert.ok(state.window.length <= 3);
  }
  // Held back, but not held down: 10 % above a trailing mean still climbs.
  assert.ok(prices.at(-1)! > 2 * prices[0]!);
});

test('buckets bound what a long window remembers', () => {
  const rule: Eip1559PriceRule = { ...ethereum, breaker: { multiplePpm: 4_000_000, buckets: 7, bucketEpochs: 24 } };
  const { window } = after(rule, times(400, 10_000_000));
  assert.equal(window.length, 7);
  assert.deepEqual(window[0], { epochs: 24, sumMicrograinsPerNcuS: '24000000000' });
  assert.equal(window.at(-1)!.epochs, 401 % 24);
});

test('the floor is stronger than the breaker', () => {
  const floor = micrograinsPerNcuS(999_999_999);
  const breaker = { multiplePpm: 1, buckets: 1, bucketEpochs: 1 };
  assert.equal(priceAfter({ ...ethereum, floorMicrograinsPerNcuS: floor, breaker }, [20_000_000]), floor);
});

test('a shock dies out by 1 - d*eta an epoch: 36 to 90 % for d = 1/16, 18 for d = 1/8, elasticity 1', () => {
  for (const [gainPpmPerHour, epochs] of [
    [62_500, 36],
    [125_000, 18],
  ] as const) {
    const rule: ExponentialPriceRule = { ...exponential, gainPpmPerHour };
    let state: PriceState = { ...initialPrice(rule), priceMicrograinsPerNcuS: micrograinsPerNcuS(1_010_000_000) };
    let passed = 0;
    for (; state.priceMicrograinsPerNcuS > 1_001_000_000; passed += 1) {
      const demand = Math.round((14_000_000 * 1e9) / state.priceMicrograinsPerNcuS);
      state = after(rule, [demand], state);
    }
    assert.equal(passed, epochs);
  }
});

test("with the protocol's lag, price(e) = f(price(e-1), U(e-2)), d*eta = 1/4 is monotone, below 1 stable, above not", () => {
  const deviations = (gainPpmPerHour: number): number[] => {
    const rule: ExponentialPriceRule = { ...exponential, gainPpmPerHour };
    const states = [1_000_000_000, 1_001_000_000].map((start) => ({
      ...initialPrice(rule),
      priceMicrograinsPerNcuS: micrograinsPerNcuS(start),
    }));
    for (let epoch = 2; epoch < 120; epoch += 1) {
      const demand = Math.round((14_000_000 * 1e9) / states[epoch - 2]!.priceMicrograinsPerNcuS);
      states.push(after(rule, [demand], states[epoch - 1]!));
    }
    return states.map((state) => state.priceMicrograinsPerNcuS - 1e9);
  };
  // A millionth of the shock: roundings of utilisation and price.
  assert.ok(deviations(250_000).every((away) => away > -2_000));
  const damped = deviations(900_000);
  assert.ok(damped.some((away) => away < -100_000) && Math.abs(damped.at(-1)!) < 20_000);
  assert.ok(Math.max(...deviations(1_100_000).slice(-12).map(Math.abs)) > 2_000_000);
});

test('utilisation is a share, rounded down, and unknown when nothing is offered or used', () => {
  assert.equal(utilisation(0, 0), null);
  assert.equal(utilisation(1, 0), 1_000_000);
  assert.equal(utilisation(5, 4), 1_000_000);
  assert.equal(utilisation(2, 3), 666_666);
  assert.equal(utilisation(0, 3), 0);
});
