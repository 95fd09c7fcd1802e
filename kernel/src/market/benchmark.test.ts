import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { type BenchmarkTable, benchmarkedWork, benchmarkViolations } from './benchmark.ts';

/** ±2 % an era, ±10 % in thirty. */
const rule = { eraChangePpmMax: ppm(20_000), windowChangePpmMax: ppm(100_000), windowEras: 30 };
const integer = { deviceClass: 'server-2024', profile: 'integer', resource: 1 };
const inference = { ...integer, profile: 'inference' };

function table(fromEra: number, milliNcu: number): BenchmarkTable {
  return {
    fromEra,
    coefficients: [
      { ...integer, milliNcuPerUnitS: milliNcu },
      { ...inference, milliNcuPerUnitS: 400 },
    ],
  };
}

const limits = (history: readonly BenchmarkTable[], proposed: BenchmarkTable) =>
  benchmarkViolations(rule, history, proposed).map(({ limit, againstEra }) => `${limit} ${againstEra}`);

test('work is the reading times the coefficient of device class and profile, rounded down', () => {
  assert.equal(benchmarkedWork(table(0, 1_500), integer, 2_001), 3_001);
  assert.equal(benchmarkedWork(table(0, 1_500), inference, 2_001), 800);
});

test('rounds against the claimant: a reading in parts is never more work', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), fc.integer({ min: 1, max: 100_000 }), (x, y, milli) => {
      const work = (reading: number) => benchmarkedWork(table(0, milli), integer, reading);
      assert.ok(work(x) + work(y) <= work(x + y));
    }),
  );
});

test('a coefficient moves by 2 % an era at most, to the unit', () => {
  assert.deepEqual(limits([table(0, 10_000)], table(1, 10_200)), []);
  assert.deepEqual(limits([table(0, 10_000)], table(1, 9_800)), []);
  assert.deepEqual(limits([table(0, 10_000)], table(1, 10_201)), ['era 0']);
  assert.deepEqual(limits([table(0, 10_000)], table(1, 9_799)), ['era 0']);
  // Small coefficients cannot move at all: 2 % of 49 is below one.
  assert.deepEqual(limits([table(0, 49)], table(1, 50)), ['era 0']);
});

test('and by 10 % from any table in force within thirty eras', () => {
  const climb = Array.from({ length: 5 }, (_, era) => table(era, Math.floor(10_000 * 1.02 ** era)));
  assert.deepEqual(limits(climb, table(5, 11_000)), []);
  assert.deepEqual(limits(climb, table(5, 11_030)), ['window 0']);
  // The first table was still in force in era 0; from era 31 on it is out of the window.
  assert.deepEqual(limits(climb, table(30, 11_030)), ['window 0']);
  assert.deepEqual(limits(climb, table(31, 11_030)), []);
  // A table stays in force until the next one, however long ago it began.
  assert.deepEqual(limits([table(0, 10_000)], table(500, 11_030)), ['era 0', 'window 0']);
});

test('a new coefficient is free, a removed one is named', () => {
  const only: BenchmarkTable = { fromEra: 0, coefficients: [table(0, 10_000).coefficients[0]!] };
  assert.deepEqual(benchmarkViolations(rule, [only], table(1, 10_000)), []);
  const removed = { ...inference, limit: 'removed', againstEra: 0, fromMilliNcu: 400, toMilliNcu: 0 };
  assert.deepEqual(benchmarkViolations(rule, [table(0, 10_000)], { ...only, fromEra: 1 }), [removed]);
});

test('no history, no limit; and the future binds nothing', () => {
  assert.deepEqual(limits([], table(0, 1)), []);
  assert.deepEqual(limits([table(5, 10_000)], table(5, 20_000)), []);
});

test('what steps within the limits is never refused for direction or order of history', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20_000, max: 20_000 }), { minLength: 1, maxLength: 4 }), (steps) => {
      let coefficient = 1_000_000_000;
      const history = [table(0, coefficient)];
      steps.forEach((step, index) => {
        coefficient += Math.trunc((coefficient * step) / 1_000_000);
        assert.deepEqual(limits([...history].reverse(), table(index + 1, coefficient)), []);
        history.push(table(index + 1, coefficient));
      });
    }),
  );
});

test('refuses work of a class or profile without a coefficient: KERNEL-BENCHMARK-UNKNOWN', () => {
  const strange = { ...integer, profile: 'vector' };
  assert.throws(() => benchmarkedWork(table(0, 1), strange, 1), refusal('KERNEL-BENCHMARK-UNKNOWN'));
});
