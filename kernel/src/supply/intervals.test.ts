import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  advanceIntervals,
  type BondingProportionalSupplyRule,
  type BondingStepSupplyRule,
  type IntervalFacts,
  type IntervalRule,
  type InverseSqrtStakeSupplyRule,
  intervalGenesis,
  type NetEmissionSupplyRule,
  nextRateWad,
} from './intervals.ts';
import { TOKEN, YEAR } from './supply.fixture.ts';

const LIVEPEER: BondingStepSupplyRule = {
  kind: 'bonding-step',
  ratePpbInitial: 220_500,
  ratePpbStep: 500,
  targetBondedPpm: 500_000,
  intervalSeconds: 5_760 * 12,
};
const COSMOS: BondingProportionalSupplyRule = {
  kind: 'bonding-proportional',
  ratePpmInitial: 130_000,
  ratePpmMin: 70_000,
  ratePpmMax: 200_000,
  rateChangePpm: 130_000,
  goalBondedPpm: 670_000,
  intervalSeconds: YEAR,
};
const ETHEREUM: InverseSqrtStakeSupplyRule = {
  kind: 'inverse-sqrt-stake',
  incrementGrains: '1000000000',
  factor: 64,
  intervalSeconds: 384,
};
const HELIUM: NetEmissionSupplyRule = {
  kind: 'net-emission',
  capGrains: '1644',
  averageIntervals: 7,
  intervalSeconds: 86_400,
};
const NO_CAP = 10n ** 60n;
const quiet: IntervalFacts = {
  supplyGrains: 0n,
  bondedGrains: 0n,
  burnedGrains: 0n,
  sharePpm: 1_000_000,
  capGrains: NO_CAP,
};

/** What one whole interval from genesis pays. */
function firstInterval(rule: IntervalRule, facts: Partial<IntervalFacts>): bigint {
  const span = { startMs: 0, endMs: rule.intervalSeconds * 1000 };
  return advanceIntervals(rule, intervalGenesis(rule), span, { ...quiet, ...facts }).grains;
}

test('Livepeer: the rate steps by 500 parts per billion towards half bonded, and not below 0', () => {
  const rate = (ppb: bigint, bonded: bigint) => nextRateWad(LIVEPEER, ppb * 10n ** 9n, bonded, 1_000n) / 10n ** 9n;
  assert.equal(rate(220_500n, 499n), 221_000n);
  assert.equal(rate(220_500n, 500n), 220_500n);
  assert.equal(rate(220_500n, 501n), 220_000n);
  assert.equal(rate(300n, 501n), 0n);
  assert.equal(rate(0n, 501n), 0n);
  assert.equal(firstInterval(LIVEPEER, { supplyGrains: 10n ** 9n, bondedGrains: 1n }), 221_000n);
});

test('anchor 16: the slopes of Cosmos inflation per year', () => {
  // The band is wide, so that the slope is seen and not the clamp.
  const open = { ...COSMOS, ratePpmMin: 0, ratePpmMax: 1_000_000 };
  const slope = (bondedPercent: bigint) => nextRateWad(open, 5n * 10n ** 17n, bondedPercent, 100n) - 5n * 10n ** 17n;
  assert.equal(slope(0n), 13n * 10n ** 16n);
  assert.equal(slope(33n) / 10n ** 13n, 6_597n);
  assert.equal(slope(67n), 0n);
  assert.equal(slope(100n) / 10n ** 13n, -6_402n, '-.0640299, which rounds to -.06403');
});

test('anchor 16: the rate is clamped to 7 and 20 %, and a supply of nothing leaves it', () => {
  const year = (wad: bigint, bonded: bigint) => nextRateWad(COSMOS, wad, bonded, 100n);
  assert.equal(year(19n * 10n ** 16n, 0n), 20n * 10n ** 16n);
  assert.equal(year(8n * 10n ** 16n, 100n), 7n * 10n ** 16n);
  assert.equal(nextRateWad(COSMOS, 13n * 10n ** 16n, 0n, 0n), 13n * 10n ** 16n);
});

test('the rate rounds towards minus infinity, up or down, and a year of blocks comes to the slope', () => {
  const block = { ...COSMOS, intervalSeconds: 5 };
  for (const bonded of [0n, 33n, 80n, 100n]) {
    const exact = (67n - bonded) * 130_000n * 10n ** 12n * 5n;
    const change = nextRateWad(block, 10n ** 17n, bonded, 100n) - 10n ** 17n;
    const denominator = 67n * 31_536_000n;
    assert.ok(change * denominator <= exact && (change + 1n) * denominator > exact);
  }
});

test("anchor 17: Ethereum's issuance for 100,000 to a million validators of 32 ETH", () => {
  const ether = (validators: bigint) => {
    const perEpoch = firstInterval(ETHEREUM, { bondedGrains: validators * 32n * 10n ** 9n });
    return [perEpoch / (validators * 32n), (perEpoch * 225n * 36_525n + 50n * 10n ** 9n) / (100n * 10n ** 9n)];
  };
  assert.deepEqual(ether(100_000n), [1131n, 297_430n]);
  assert.deepEqual(ether(250_000n), [715n, 470_077n]);
  assert.deepEqual(ether(500_000n), [505n, 664_025n]);
  assert.deepEqual(ether(1_000_000n), [357n, 938_839n]);
  assert.equal(firstInterval(ETHEREUM, { bondedGrains: 0n }), 0n);
});

test('more stake earns more in all and less for each', () => {
  const stake = fc.bigInt({ min: 10n ** 12n, max: 10n ** 18n });
  fc.assert(
    fc.property(stake, stake, (x, y) => {
      const [small, large] = x < y ? [x, y] : [y, x];
      const of = (bondedGrains: bigint) => firstInterval(ETHEREUM, { bondedGrains });
      const increments = (stake: bigint) => stake / 10n ** 9n;
      // Each increment's reward is rounded down, by less than a grain, and so are root and increments; "more" holds to that.
      assert.ok((of(large) + increments(large)) * 1_001n >= of(small) * 1_000n);
      assert.ok(of(large) * increments(small) <= of(small) * increments(large));
    }),
  );
});

test('Helium: the average burn of seven days is minted again, up to the cap', () => {
  let memory = intervalGenesis(HELIUM);
  const day = (index: number, burnedGrains: bigint) => {
    const span = { startMs: index * 86_400_000, endMs: (index + 1) * 86_400_000 };
    const paid = advanceIntervals(HELIUM, memory, span, { ...quiet, burnedGrains });
    memory = paid.memory;
    return paid.grains;
  };
  const burns = [700n, 1_400n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 70_000n, 0n];
  assert.deepEqual(
    burns.map((burned, index) => day(index, burned)),
    [0n, 100n, 300n, 300n, 300n, 300n, 300n, 300n, 200n, 0n, 1_644n],
  );
});

const someRules: fc.Arbitrary<IntervalRule> = fc
  .record({
    rule: fc.constantFrom<IntervalRule>(LIVEPEER, COSMOS, ETHEREUM, HELIUM),
    hours: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ rule, hours }) => ({ ...rule, intervalSeconds: hours * 3_600 }));

test('an interval pays its budget exactly, however epochs cut it', () => {
  const facts = { ...quiet, supplyGrains: 10n ** 9n * TOKEN, bondedGrains: 3n * 10n ** 17n, sharePpm: 0 };
  fc.assert(
    fc.property(someRules, fc.array(fc.integer({ min: 1, max: 99_999_999 }), { maxLength: 10 }), (rule, cuts) => {
      const ends = [...new Set(cuts), 100_000_000].sort((x, y) => x - y);
      const whole = advanceIntervals(rule, intervalGenesis(rule), { startMs: 0, endMs: 100_000_000 }, facts);
      let memory = intervalGenesis(rule);
      let grains = 0n;
      let startMs = 0;
      for (const endMs of ends) {
        const paid = advanceIntervals(rule, memory, { startMs, endMs }, facts);
        memory = paid.memory;
        grains += paid.grains;
        startMs = endMs;
      }
      assert.equal(grains, whole.grains);
      assert.deepEqual(memory, whole.memory);
    }),
  );
});

test('burns of a long epoch are counted in full, spread over the intervals it touches', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 1, max: 600_000_000 }), (burned, endMs) => {
      const span = { startMs: 0, endMs };
      const { memory } = advanceIntervals(HELIUM, intervalGenesis(HELIUM), span, { ...quiet, burnedGrains: burned });
      assert.equal(
        memory.burnedGrains.reduce((sum, one) => sum + BigInt(one), 0n),
        burned,
      );
    }),
  );
});

test('what an epoch mints compounds in the intervals it spans, by its share', () => {
  const rule = { ...LIVEPEER, ratePpbInitial: 500_000_000, ratePpbStep: 0, intervalSeconds: 1 };
  const two = (sharePpm: number) =>
    advanceIntervals(
      rule,
      intervalGenesis(rule),
      { startMs: 0, endMs: 2_000 },
      { ...quiet, supplyGrains: 100n, sharePpm },
    );
  assert.equal(two(1_000_000).grains, 50n + 75n);
  assert.equal(two(0).grains, 50n + 50n);
});

test('compounding stops at the cap, whatever the rate, the share and the number of intervals', () => {
  const rule = { ...LIVEPEER, ratePpbInitial: 1_000_000_000, ratePpbStep: 1_000_000_000, intervalSeconds: 1 };
  for (const sharePpm of [400_000, 1_000_000]) {
    const facts = { ...quiet, supplyGrains: 1_000n, capGrains: 10n ** 15n, sharePpm };
    const { grains } = advanceIntervals(rule, intervalGenesis(rule), { startMs: 0, endMs: 3_600_000 }, facts);
    assert.equal((grains * BigInt(sharePpm)) / 1_000_000n, facts.capGrains);
  }
});
