import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CEILING_GENESIS, ceilingAt, type DecayingCeiling, type EraCeiling, mintRoom } from './limits.ts';
import { HOUR_MS, NO_LIMITS } from './supply.fixture.ts';

const PER_ERA: EraCeiling = { kind: 'per-era', grains: '100', supplyPpm: 20_000 };
const DECAYING: DecayingCeiling = { kind: 'decaying', grains: '100', supplyPpm: 0, windowSeconds: 86_400 };
const hour = (era: number, supplyGrains = 0n) => ({ era, epochMs: HOUR_MS, supplyGrains });

test("an era's ceiling is set as it begins, by the supply of then, and counts from nothing", () => {
  const first = ceilingAt(PER_ERA, CEILING_GENESIS, hour(0, 1_000n));
  assert.deepEqual(first, { era: 0, countedGrains: '0', ceilingGrains: '120' });
  const counted = { ...first, countedGrains: '70' };
  assert.deepEqual(ceilingAt(PER_ERA, counted, hour(0, 9_999n)), counted);
  assert.deepEqual(ceilingAt(PER_ERA, counted, hour(1, 2_000n)), { era: 1, countedGrains: '0', ceilingGrains: '140' });
});

test('a decaying count falls in a line, is rounded up, and is gone after the window', () => {
  const counted = { era: 0, countedGrains: '100', ceilingGrains: '100' };
  assert.equal(ceilingAt(DECAYING, counted, hour(0)).countedGrains, '96', '100 * 23 / 24 = 95.8');
  assert.equal(ceilingAt(DECAYING, counted, { ...hour(0), epochMs: 43_200_000 }).countedGrains, '50');
  assert.equal(ceilingAt(DECAYING, counted, { ...hour(0), epochMs: 86_400_000 }).countedGrains, '0');
  assert.equal(ceilingAt(DECAYING, counted, { ...hour(0), epochMs: 999_999_999 }).countedGrains, '0');
});

test('no window of time mints more than the ceiling and what decays of it meanwhile', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 48 }), (wanted) => {
      let memory = CEILING_GENESIS;
      let total = 0n;
      for (const want of wanted) {
        memory = ceilingAt(DECAYING, memory, hour(0));
        const { grains: room } = mintRoom({ ...NO_LIMITS, ceiling: DECAYING }, memory, {
          mintedGrains: 0n,
          burnedGrains: 0n,
        });
        const grains = BigInt(want) < room ? BigInt(want) : room;
        memory = { ...memory, countedGrains: (BigInt(memory.countedGrains) + grains).toString() };
        total += grains;
      }
      // A full count decays by a 24th of 100 per hour.
      assert.ok(total <= 100n + BigInt(wanted.length) * 5n);
    }),
  );
});

test('the cap counts everything ever minted, or what is left of it after burns', () => {
  const minted = { mintedGrains: 90n, burnedGrains: 30n };
  const room = (capCounts: 'minted' | 'outstanding', capGrains: string) =>
    mintRoom({ capGrains, capCounts, ceiling: null }, CEILING_GENESIS, minted);
  assert.deepEqual(room('minted', '100'), { grains: 10n, limit: 'lifetime-cap' });
  assert.deepEqual(room('outstanding', '100'), { grains: 40n, limit: 'lifetime-cap' });
  assert.deepEqual(room('minted', '80'), { grains: 0n, limit: 'lifetime-cap' }, 'never negative');
});

test('the tighter limit binds and is named', () => {
  const memory = { era: 0, countedGrains: '40', ceilingGrains: '100' };
  const room = (capGrains: string) =>
    mintRoom({ capGrains, capCounts: 'minted', ceiling: PER_ERA }, memory, { mintedGrains: 0n, burnedGrains: 0n });
  assert.deepEqual(room('59'), { grains: 59n, limit: 'lifetime-cap' });
  assert.deepEqual(room('61'), { grains: 60n, limit: 'mint-ceiling' });
});
