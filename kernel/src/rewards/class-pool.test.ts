import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { grains, micrograinsPerNcuS, ncuMs, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { bandedWork } from './bands.ts';
import { burnCappedPool, type ClassPoolRule, classPool } from './class-pool.ts';

const concave: ClassPoolRule = {
  pieces: [
    { untilNcuMs: ncuMs(1_000_000), rateMicrograinsPerNcuS: micrograinsPerNcuS(4_000_000) },
    { untilNcuMs: ncuMs(3_000_000), rateMicrograinsPerNcuS: micrograinsPerNcuS(1_000_000) },
    { untilNcuMs: null, rateMicrograinsPerNcuS: micrograinsPerNcuS(250_000) },
  ],
};
const amounts = fc.nat({ max: 2 ** 50 });

test("a class's pool grows with its work, ever more slowly, up to what is scheduled", () => {
  const pool = (work: number) => classPool(concave, grains(7_000), ncuMs(work)).poolGrains;
  assert.deepEqual([0, 999, 1_000_000, 2_000_000, 3_000_000, 7_000_000].map(pool), [0, 3, 4_000, 5_000, 6_000, 7_000]);
  assert.equal(pool(2 ** 50), 7_000);
});

test('work past the last end adds nothing', () => {
  const closed = { pieces: concave.pieces.slice(0, 2) };
  assert.equal(classPool(closed, grains(1e12), ncuMs(2 ** 50)).poolGrains, 6_000);
  assert.equal(classPool({ pieces: [] }, grains(5), ncuMs(5)).poolGrains, 0);
});

test('a pool conserves what is offered, is monotone, and one class of two halves gets no more than two', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (offered, x, y) => {
      const { poolGrains, carriedGrains } = classPool(concave, grains(offered), ncuMs(x));
      assert.equal(poolGrains + carriedGrains, offered);
      assert.ok(classPool(concave, grains(offered), ncuMs(x + y)).poolGrains >= poolGrains);
      // Concave: so hopping to an emptier class pays, and attestation must close it.
      const free = (work: number) => classPool(concave, grains(2 ** 52), ncuMs(work)).poolGrains;
      assert.ok(free(x + y) <= free(x) + free(y) + 1);
    }),
  );
});

test('what paid use earns is at most what it burned, one to one', () => {
  const helium = { rewardPerBurnPpm: ppm(1_000_000) };
  // 21,000 dollars' worth of pool against 145 of data credits.
  assert.deepEqual(burnCappedPool(helium, grains(21_000), grains(145)), { poolGrains: 145, carriedGrains: 20_855 });
  assert.deepEqual(burnCappedPool(helium, grains(100), grains(145)), { poolGrains: 100, carriedGrains: 0 });
  assert.equal(burnCappedPool({ rewardPerBurnPpm: ppm(400_000) }, grains(100), grains(4)).poolGrains, 1);
});

test('work weighs by its band: 1, 3/4, 1/4, nothing', () => {
  const hexes = { multipliersPpm: [1_000_000, 750_000, 250_000].map(ppm) };
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((band) => bandedWork(hexes, band, ncuMs(1_001))),
    [1_001, 750, 250, 0, 0],
  );
});

test('splitting within a band never gains', () => {
  const hexes = { multipliersPpm: [750_000].map(ppm) };
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e6 }), { maxLength: 100 }), (parts) => {
      const sum = (list: readonly number[]) => list.reduce((total, part) => total + part, 0);
      const split = sum(parts.map((part) => bandedWork(hexes, 0, ncuMs(part))));
      assert.ok(split <= bandedWork(hexes, 0, ncuMs(sum(parts))));
    }),
  );
});

test('refuses work that is none: KERNEL-AMOUNT', () => {
  const half = { multipliersPpm: [ppm(500_000)] };
  assert.throws(() => bandedWork(half, 0, -1 as ReturnType<typeof ncuMs>), refusal('KERNEL-AMOUNT'));
});
