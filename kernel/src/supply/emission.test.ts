import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { emissionOf, supplyGenesis, wideEmissionOf } from './emission.ts';
import { scheduledGrains } from './schedule.ts';
import { factsOf, HOUR_MS, NO_LIMITS, soleStream, YEAR } from './supply.fixture.ts';
import type { PoolRule, SupplyFacts, SupplyRules, SupplyStream, WorkCappedSupplyRule } from './supply.ts';

/** 400 million tokens of a million grains, 30 % by the clock and 70 % by contribution. */
const TOTAL = (400_000_000n * 10n ** 6n).toString();
const CLOCK: SupplyStream = {
  name: 'clock',
  sharePpm: 300_000,
  rule: { kind: 'exponential', totalGrains: TOTAL, halfLifeSeconds: 4 * YEAR },
};
const CONTRIBUTION: SupplyStream = {
  name: 'contribution',
  sharePpm: 700_000,
  rule: {
    kind: 'baseline',
    totalGrains: TOTAL,
    halfLifeSeconds: 4 * YEAR,
    baselinePower: '1000',
    doublingSeconds: YEAR,
    stepSeconds: 3_600,
  },
};
const SHARED: SupplyRules = { streams: [CLOCK, CONTRIBUTION], limits: { ...NO_LIMITS, capGrains: TOTAL } };

/** Emissions of one epoch after another, and the last state. */
function run(rules: SupplyRules, epochs: readonly Partial<SupplyFacts>[], genesisGrains = 0n) {
  let state = supplyGenesis(rules, genesisGrains);
  const emissions = epochs.map((changed) => {
    const emission = emissionOf(rules, state, factsOf(changed));
    state = emission.state;
    return emission;
  });
  return { emissions, state };
}
const hours = (count: number, changed: Partial<SupplyFacts> = {}) => Array.from({ length: count }, () => changed);
const fixed = (grains: number): PoolRule => ({
  kind: 'fixed',
  grainsPerInterval: String(grains),
  intervalSeconds: 3_600,
});

test('30 % by the clock and 70 % by contribution: all of it with enough power, 30 % with none', () => {
  const plenty = run(SHARED, hours(100, { networkPower: 2_000n }));
  const whole = { kind: 'exponential', totalGrains: TOTAL, halfLifeSeconds: 4 * YEAR } as const;
  const curve = scheduledGrains(whole, 360_000_000n);
  assert.equal(BigInt(plenty.state.mintedGrains), (curve * 3n) / 10n + (curve * 7n) / 10n);
  const none = run(SHARED, hours(100));
  assert.equal(BigInt(none.state.mintedGrains), (curve * 3n) / 10n);
  assert.deepEqual(
    none.emissions[99]!.parts.map(({ stream, reason }) => [stream, reason]),
    [
      ['clock', 'scheduled'],
      ['contribution', 'scheduled'],
    ],
  );
});

test('how the time is cut into epochs does not change what is minted', () => {
  const rules: SupplyRules = {
    ...SHARED,
    streams: [
      CLOCK,
      CONTRIBUTION,
      {
        name: 'stake',
        sharePpm: 333_333,
        rule: { kind: 'inverse-sqrt-stake', incrementGrains: '1000', factor: 64, intervalSeconds: 7_200 },
      },
    ],
  };
  const facts = { networkPower: 700n, bondedGrains: 123_456_789n };
  const end = 100 * HOUR_MS;
  const reference = run(rules, [{ ...facts, epochMs: end }]).state;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: end - 1 }), { maxLength: 20 }), (cuts) => {
      const ends = [...new Set(cuts), end].sort((x, y) => x - y);
      const epochs = ends.map((at, index) => ({ ...facts, epochMs: at - (ends[index - 1] ?? 0) }));
      assert.deepEqual(run(rules, epochs).state, reference);
    }),
  );
});

const anyPool: fc.Arbitrary<PoolRule> = fc.constantFrom<PoolRule>(
  fixed(1_000),
  { kind: 'halving', firstPeriodGrains: '1000000', periodSeconds: 36_000 },
  { kind: 'exponential', totalGrains: '1000000', halfLifeSeconds: 36_000 },
  { kind: 'burn-mint', mintSpreadPpm: 2_500, settleSpreadPpm: 2_500 },
  { kind: 'fee-linked', perFeePpm: 500_000, perNonRecoverablePpm: 400_000 },
  {
    kind: 'bonding-step',
    ratePpbInitial: 1_000_000,
    ratePpbStep: 1_000,
    targetBondedPpm: 500_000,
    intervalSeconds: 7_200,
  },
  { kind: 'net-emission', capGrains: '500', averageIntervals: 3, intervalSeconds: 7_200 },
);
const anyRule = fc.oneof(
  anyPool,
  fc.record({
    kind: fc.constant('work-capped' as const),
    of: anyPool,
    poolSharePpm: fc.nat({ max: 1_000_000 }),
    perWorkPaidPpm: fc.nat({ max: 2_000_000 }),
    rest: fc.constantFrom('coverage', 'carried', 'forgone'),
  }) as fc.Arbitrary<WorkCappedSupplyRule>,
);
const anyRules: fc.Arbitrary<SupplyRules> = fc
  .record({
    rules: fc.array(fc.tuple(anyRule, fc.nat({ max: 1_000_000 })), { minLength: 1, maxLength: 4 }),
    cap: fc.nat({ max: 100_000 }),
    capCounts: fc.constantFrom('minted', 'outstanding'),
    ceiling: fc.option(
      fc.record({
        kind: fc.constant('per-era' as const),
        grains: fc.nat({ max: 5_000 }).map(String),
        supplyPpm: fc.nat({ max: 50_000 }),
      }),
    ),
  })
  .map(({ rules, cap, capCounts, ceiling }) => ({
    streams: rules.map(([rule, sharePpm], index) => ({ name: `stream-${index}`, sharePpm, rule })),
    limits: { capGrains: String(cap + 1_000), capCounts, ceiling },
  }));
const someGrains = fc.bigInt({ min: 0n, max: 5_000n });
const anyEpoch = fc.record({
  workPaidGrains: someGrains,
  feesGrains: someGrains,
  nonRecoverableTakeGrains: someGrains,
  bondedGrains: someGrains,
  tokenPriceMicrograins: fc.option(fc.bigInt({ min: 1n, max: 3_000_000n })),
});

test('every epoch: due = minted + carried + forgone, sums agree, and neither cap nor ceiling is passed', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyEpoch, { minLength: 1, maxLength: 30 }), (rules, epochs) => {
      let state = supplyGenesis(rules, 1_000n);
      let inEra = 0n;
      for (const [index, epoch] of epochs.entries()) {
        const era = Math.floor(index / 5);
        if (index % 5 === 0) inEra = 0n;
        const supply = BigInt(state.mintedGrains) - BigInt(state.burnedGrains);
        const facts = factsOf({ ...epoch, era, burnedGrains: supply / 50n });
        const { grains, parts, state: next } = wideEmissionOf(rules, state, facts);
        for (const part of parts) {
          assert.equal(part.dueGrains, part.grains + part.carriedGrains + part.forgoneGrains);
          assert.ok(part.grains >= 0n && part.carriedGrains >= 0n && part.forgoneGrains >= 0n);
        }
        assert.equal(
          grains,
          parts.reduce((sum, part) => sum + part.grains, 0n),
        );
        assert.equal(BigInt(next.mintedGrains), BigInt(state.mintedGrains) + grains);
        const burned = rules.limits.capCounts === 'outstanding' ? BigInt(next.burnedGrains) : 0n;
        assert.ok(BigInt(next.mintedGrains) - burned <= BigInt(rules.limits.capGrains));
        inEra += grains;
        if (rules.limits.ceiling !== null) assert.ok(inEra <= BigInt(next.ceiling.ceilingGrains));
        state = next;
      }
    }),
    { numRuns: 300 },
  );
});

test('the cap cuts all streams in proportion, names itself, and nothing is minted after it', () => {
  const rules: SupplyRules = {
    streams: [
      { name: 'a', sharePpm: 1_000_000, rule: fixed(300) },
      { name: 'b', sharePpm: 1_000_000, rule: fixed(100) },
    ],
    limits: { ...NO_LIMITS, capGrains: '601' },
  };
  const { emissions } = run(rules, hours(3));
  assert.deepEqual(
    emissions.map(({ grains }) => grains),
    [400, 201, 0],
  );
  const cut = emissions[1]!.parts.map(({ grains, forgoneGrains, reason }) => [grains, forgoneGrains, reason]);
  assert.deepEqual(cut, [
    [151, 149, 'lifetime-cap'],
    [50, 50, 'lifetime-cap'],
  ]);
});

test("an era's ceiling stops a stream that runs away, and what it stopped does not come back", () => {
  const rules = soleStream(fixed(1_000), { ...NO_LIMITS, ceiling: { kind: 'per-era', grains: '1500', supplyPpm: 0 } });
  const { emissions } = run(rules, [{ era: 0 }, { era: 0 }, { era: 0 }, { era: 1 }, { era: 1 }]);
  assert.deepEqual(
    emissions.map(({ grains }) => grains),
    [1_000, 500, 0, 1_000, 500],
  );
  assert.equal(emissions[1]!.parts[0]!.reason, 'mint-ceiling');
});

test('what settled work is owed waits behind the ceiling, where a schedule forgoes it', () => {
  const owed: PoolRule = { kind: 'burn-mint', mintSpreadPpm: 0, settleSpreadPpm: 0 };
  const rules: SupplyRules = {
    streams: [
      { name: 'pool', sharePpm: 1_000_000, rule: fixed(300) },
      { name: 'work', sharePpm: 1_000_000, rule: owed },
    ],
    limits: { ...NO_LIMITS, ceiling: { kind: 'per-era', grains: '400', supplyPpm: 0 } },
  };
  const { emissions } = run(rules, [{ era: 0, workPaidGrains: 500n }, { era: 1 }]);
  const parts = emissions.map((emission) =>
    emission.parts.map(({ grains, carriedGrains, forgoneGrains }) => [grains, carriedGrains, forgoneGrains]),
  );
  assert.deepEqual(parts, [
    [
      [150, 0, 150],
      [250, 250, 0],
    ],
    [
      [218, 0, 82],
      [182, 68, 0],
    ],
  ]);
});

const capped = (
  rest: WorkCappedSupplyRule['rest'],
  changed: Partial<WorkCappedSupplyRule> = {},
): WorkCappedSupplyRule => ({
  kind: 'work-capped',
  of: fixed(1_000),
  poolSharePpm: 1_000_000,
  perWorkPaidPpm: 1_000_000,
  rest,
  ...changed,
});

test('Helium: 145 of paid work earn 145 and not the pool; the rest goes to coverage, on, or nowhere', () => {
  const paid = { workPaidGrains: 145n };
  const parts = (rest: WorkCappedSupplyRule['rest']) => run(soleStream(capped(rest)), [paid]).emissions[0]!.parts;
  const coverage = parts('coverage').map(({ purpose, grains, reason }) => [purpose, grains, reason]);
  assert.deepEqual(coverage, [
    ['work', 145, 'work-bound'],
    ['coverage', 855, 'scheduled'],
  ]);
  assert.deepEqual(parts('forgone')[0], {
    stream: 'only',
    purpose: 'work',
    dueGrains: 1_000,
    grains: 145,
    carriedGrains: 0,
    forgoneGrains: 855,
    reason: 'work-bound',
  });
  assert.equal(parts('carried')[0]!.carriedGrains, 855);
});

test('what is carried is there when work comes', () => {
  const { emissions } = run(soleStream(capped('carried')), [{}, { workPaidGrains: 5_000n }, { workPaidGrains: 400n }]);
  assert.deepEqual(
    emissions.map(({ grains }) => grains),
    [0, 2_000, 400],
  );
});

test("work takes at most its share of the pool, by the token's price", () => {
  const of = (changed: Partial<WorkCappedSupplyRule>, facts: Partial<SupplyFacts>) =>
    run(soleStream(capped('coverage', changed)), [facts]).emissions[0]!.parts.map(({ grains }) => grains);
  assert.deepEqual(of({ poolSharePpm: 600_000 }, { workPaidGrains: 9_999n }), [600, 400]);
  assert.deepEqual(of({}, { workPaidGrains: 100n, tokenPriceMicrograins: 500_000n }), [200, 800]);
  assert.deepEqual(of({ perWorkPaidPpm: 35_000 }, { workPaidGrains: 1_000n }), [35, 965]);
});

test('while the price is halted work is worth nothing, and says so', () => {
  const [part] = run(soleStream(capped('carried')), [{ workPaidGrains: 100n, tokenPriceMicrograins: null }])
    .emissions[0]!.parts;
  assert.deepEqual([part!.grains, part!.carriedGrains, part!.reason], [0, 1_000, 'price-halted']);
});

test('never more for work than its worth, whatever the pool', () => {
  fc.assert(
    fc.property(
      anyPool,
      fc.nat({ max: 1_000_000 }),
      fc.array(anyEpoch, { maxLength: 10 }),
      (of, perWorkPaidPpm, epochs) => {
        const rules = soleStream(capped('carried', { of, perWorkPaidPpm }));
        let state = supplyGenesis(rules, 10n ** 6n);
        for (const epoch of epochs) {
          const facts = factsOf(epoch);
          const { grains, state: next } = wideEmissionOf(rules, state, facts);
          const price = facts.tokenPriceMicrograins ?? 10n ** 30n;
          assert.ok(grains * price <= facts.workPaidGrains * BigInt(perWorkPaidPpm));
          state = next;
        }
      },
    ),
  );
});

test('refuses streams out of order or named twice: KERNEL-SUPPLY-STREAMS', () => {
  const twice = { ...SHARED, streams: [CLOCK, CLOCK] };
  assert.throws(() => supplyGenesis(twice, 0n), refusal('KERNEL-SUPPLY-STREAMS'));
  assert.throws(
    () => supplyGenesis({ ...SHARED, streams: [CONTRIBUTION, CLOCK] }, 0n),
    refusal('KERNEL-SUPPLY-STREAMS'),
  );
});

test("refuses another economy's state: KERNEL-SUPPLY-STREAMS", () => {
  const state = supplyGenesis(SHARED, 0n);
  assert.throws(() => emissionOf(soleStream(fixed(1)), state, factsOf()), refusal('KERNEL-SUPPLY-STREAMS'));
  const renamed = { ...SHARED, streams: [{ ...CLOCK, name: 'another' }, CONTRIBUTION] };
  assert.throws(() => emissionOf(renamed, state, factsOf()), refusal('KERNEL-SUPPLY-STREAMS'));
  const changed = { ...SHARED, streams: [CLOCK, { ...CLOCK, name: 'contribution' }] };
  assert.doesNotThrow(() => emissionOf(changed, state, factsOf()), 'a schedule needs no memory');
  const other = { ...SHARED, streams: [{ ...CONTRIBUTION, name: 'clock' }, CONTRIBUTION] };
  assert.throws(() => emissionOf(other, state, factsOf()), refusal('KERNEL-SUPPLY-STREAMS'));
});

test('refuses amounts below 0, a burn of more than there is, and an epoch of no length: KERNEL-AMOUNT', () => {
  const state = supplyGenesis(SHARED, 5n);
  for (const wrong of [{ bondedGrains: -1n }, { burnedGrains: 6n }, { epochMs: 0 }, { epochMs: 0.5 }]) {
    assert.throws(() => emissionOf(SHARED, state, factsOf(wrong)), refusal('KERNEL-AMOUNT'));
  }
  assert.throws(() => supplyGenesis(SHARED, -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => supplyGenesis(SHARED, BigInt(TOTAL) + 1n), refusal('KERNEL-AMOUNT'));
});

test('refuses an era that is past: KERNEL-EPOCH', () => {
  const rules = soleStream(fixed(1), { ...NO_LIMITS, ceiling: { kind: 'per-era', grains: '9', supplyPpm: 0 } });
  const { state } = emissionOf(rules, supplyGenesis(rules, 0n), factsOf({ era: 4 }));
  assert.throws(() => emissionOf(rules, state, factsOf({ era: 3 })), refusal('KERNEL-EPOCH'));
});

test('refuses more in one epoch than a safe integer: KERNEL-RANGE', () => {
  const rules = soleStream({ ...fixed(1), grainsPerInterval: (2n ** 53n).toString() } as PoolRule);
  assert.throws(() => emissionOf(rules, supplyGenesis(rules, 0n), factsOf()), refusal('KERNEL-RANGE'));
  assert.equal(wideEmissionOf(rules, supplyGenesis(rules, 0n), factsOf()).grains, 2n ** 53n);
});

test('a rate that doubles the supply every second mints the cap and no more, epoch after epoch, without a refusal', () => {
  const rule: PoolRule = {
    kind: 'bonding-step',
    ratePpbInitial: 1_000_000_000,
    ratePpbStep: 1_000_000_000,
    targetBondedPpm: 1_000_000,
    intervalSeconds: 1,
  };
  const capGrains = `${Number.MAX_SAFE_INTEGER}`;
  const rules = soleStream(rule, { ...NO_LIMITS, capGrains });
  const { emissions, state } = run(rules, [{ era: 0 }, { era: 1 }, { era: 2 }], 1_000n);
  assert.equal(state.mintedGrains, capGrains);
  assert.deepEqual(
    emissions.map(({ parts }) => parts[0]!.reason),
    ['lifetime-cap', 'lifetime-cap', 'lifetime-cap'],
  );
});
