import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import {
  advanceBaseline,
  type BaselineSupplyRule,
  baselineGenesis,
  baselineGrains,
  baselineGrowthQ128,
  effectiveStepsQ128,
} from './baseline.ts';
import { TOKEN, YEAR } from './supply.fixture.ts';

const DAY = 86_400;
const FILECOIN: BaselineSupplyRule = {
  kind: 'baseline',
  totalGrains: (770_000_000n * TOKEN).toString(),
  halfLifeSeconds: 6 * YEAR,
  baselinePower: '2888888880000000000',
  doublingSeconds: YEAR,
  stepSeconds: 30,
};
const DAILY = { ...FILECOIN, stepSeconds: DAY };
const PLENTY = 10n ** 40n;
/** As the anchors are listed: to the nearest. */
const hundredths = (grains: bigint) => (grains + TOKEN / 200n) / (TOKEN / 100n);

test("Filecoin's baseline grows by its factor from epoch to epoch", () => {
  assert.equal(baselineGrowthQ128(FILECOIN), 340282591298641078465964189926313473653n);
});

test('anchor 13: what Filecoin has minted by the baseline after 1, 2, 6, 12 and 20 years of enough power', () => {
  let memory = baselineGenesis(DAILY);
  const after = (years: number) => {
    memory = advanceBaseline(DAILY, memory, years * YEAR * 1000, PLENTY);
    return hundredths(baselineGrains(DAILY, memory));
  };
  const million = 1_000_000_00n;
  assert.deepEqual([1, 2, 6, 12].map(after), [
    84_007_987_03n,
    158_850_594_99n,
    385n * million,
    (5_775n * million) / 10n,
  ]);
  const simple = { ...DAILY, totalGrains: (1_100_000_000n * TOKEN).toString() };
  after(20);
  assert.equal(hundredths(baselineGrains(simple, memory)), 990_866_177_68n, 'with the simple 330 million');
});

test('with enough power the effective time is the time, with none it stands still', () => {
  const enough = advanceBaseline(FILECOIN, baselineGenesis(FILECOIN), 3_000_000, PLENTY);
  assert.equal(effectiveStepsQ128(enough), 100n << 128n);
  const none = advanceBaseline(FILECOIN, enough, 6_000_000, 0n);
  assert.equal(effectiveStepsQ128(none), 100n << 128n);
  assert.equal(none.steps, 200);
});

test('half the power on a flat baseline is half the time, in closed form', () => {
  // Doubling in a thousand years: the baseline grows by a 1e-8th in these hundred steps.
  const flat = { ...FILECOIN, doublingSeconds: 1_000 * YEAR };
  const half = BigInt(flat.baselinePower) / 2n;
  const memory = advanceBaseline(flat, baselineGenesis(flat), 3_000_000, half);
  const off = (50n << 128n) - effectiveStepsQ128(memory);
  assert.ok(off > 0n && off < (1n << 128n) / 1_000_000n, 'a little less, for the baseline grows');
});

/** The two sums in rational arithmetic, as the definition has them: exact for the baselines that are whole numbers. */
function thetaByDefinition(powers: readonly bigint[], baseline: readonly bigint[]): [bigint, bigint] {
  let realised = powers.reduce((sum, power, step) => sum + (power < baseline[step]! ? power : baseline[step]!), 0n);
  for (const [step, b] of baseline.entries()) {
    if (realised < b) return [BigInt(step) * b + realised, b];
    realised -= b;
  }
  return [BigInt(baseline.length), 1n];
}

test('the effective time is the definition, for a baseline that doubles with every step', () => {
  const rule = { ...FILECOIN, baselinePower: '3', doublingSeconds: 60, stepSeconds: 60 };
  const baseline = Array.from({ length: 40 }, (_, step) => 3n << BigInt(step));
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 30 }), (powers) => {
      let memory = baselineGenesis(rule);
      for (const [step, power] of powers.entries()) memory = advanceBaseline(rule, memory, (step + 1) * 60_000, power);
      const [numerator, denominator] = thetaByDefinition(powers, baseline);
      // The factor 2 is one unit of 2^128 short, which each step carries on.
      const off = effectiveStepsQ128(memory) - (numerator << 128n) / denominator;
      assert.ok(off > -256n && off < 256n, `${off}`);
    }),
  );
});

test('more power never mints less, and the effective time never passes the time or falls back', () => {
  const powers = fc.array(fc.bigInt({ min: 0n, max: 10n ** 19n }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(powers, fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.nat({ max: 29 }), (list, more, at) => {
      let less = baselineGenesis(DAILY);
      let greater = less;
      for (const [step, power] of list.entries()) {
        const before = effectiveStepsQ128(less);
        less = advanceBaseline(DAILY, less, (step + 1) * DAY * 1000, power);
        greater = advanceBaseline(DAILY, greater, (step + 1) * DAY * 1000, step === at ? power + more : power);
        assert.ok(effectiveStepsQ128(less) >= before);
        assert.ok(effectiveStepsQ128(less) <= BigInt(step + 1) << 128n);
        assert.ok(effectiveStepsQ128(greater) >= effectiveStepsQ128(less));
      }
    }),
  );
});

test('how epochs cut the time changes nothing: one call or many, between steps or on them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 200_000 }), { maxLength: 20 }), (cuts) => {
      const power = BigInt(FILECOIN.baselinePower) / 3n;
      const once = advanceBaseline(FILECOIN, baselineGenesis(FILECOIN), 4_000_000, power);
      let memory = baselineGenesis(FILECOIN);
      for (const cut of [...cuts.sort((x, y) => x - y), 4_000_000])
        memory = advanceBaseline(FILECOIN, memory, cut, power);
      assert.deepEqual(memory, once);
    }),
  );
});

test('refuses steps that do not fill the doubling: KERNEL-SUPPLY-STEP', () => {
  const wrong = { ...FILECOIN, stepSeconds: 31 };
  assert.throws(() => advanceBaseline(wrong, baselineGenesis(wrong), 31_000, 0n), refusal('KERNEL-SUPPLY-STEP'));
});
