import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  commonCauseSlashPpb,
  correlationSlashPpb,
  equivocationSlashPpb,
  missesAllowed,
  probeStanding,
} from './liveness.ts';

const THREE = 3_000_000;
const polkadot = { allowancePpm: ppm(100_000), allowanceNodes: 1, factorPpm: THREE, ceilingPpm: ppm(70_000) };

const part = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 50 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]) => [Math.floor(total * share), total] as const);

describe('anchor 19', () => {
  test('equivocation of 1, 10, 100 and 334 of 1,000', () => {
    const shares = [1, 10, 100, 334].map((k) => equivocationSlashPpb(THREE, k, 1_000));
    assert.deepEqual(shares, [9_000, 900_000, 90_000_000, 1_000_000_000]);
  });

  test('100, 101, 200, 333 and 435 of 1,000 offline', () => {
    const shares = [100, 101, 200, 333, 435].map((k) => commonCauseSlashPpb(polkadot, k, 1_000));
    assert.deepEqual(shares, [0, 0, 20_790_000, 48_720_000, 70_000_000]);
  });
});

describe('shares of a bond', () => {
  test('are never below the formula, and above it by less than one billionth', () => {
    fc.assert(
      fc.property(part, fc.integer({ min: 1, max: 10_000_000 }), ([k, n], factorPpm) => {
        const linear = (BigInt(factorPpm) * BigInt(k) * 10n ** 9n) / (BigInt(n) * 10n ** 6n);
        const share = BigInt(correlationSlashPpb(factorPpm, k, n));
        assert.ok(share === 10n ** 9n ? linear >= 10n ** 9n - 1n : share === linear || share === linear + 1n);
        const squared = BigInt(equivocationSlashPpb(factorPpm, k, n));
        assert.ok(squared <= share && squared * 10n ** 9n <= share * share + 10n ** 9n);
      }),
    );
  });

  test('never fall when more offend', () => {
    fc.assert(
      fc.property(part, ([k, n]) => {
        if (k === n) return;
        assert.ok(commonCauseSlashPpb(polkadot, k + 1, n) >= commonCauseSlashPpb(polkadot, k, n));
        assert.ok(equivocationSlashPpb(THREE, k + 1, n) >= equivocationSlashPpb(THREE, k, n));
        assert.ok(correlationSlashPpb(THREE, k + 1, n) >= correlationSlashPpb(THREE, k, n));
      }),
    );
  });

  test('weigh the total that offends: counted in nodes or in bonds of equal size, the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000 }), fc.integer({ min: 2, max: 1_000_000 }), (k, bond) => {
        assert.equal(equivocationSlashPpb(THREE, k, 1_000), equivocationSlashPpb(THREE, k * bond, 1_000 * bond));
        assert.equal(correlationSlashPpb(THREE, k, 1_000), correlationSlashPpb(THREE, k * bond, 1_000 * bond));
      }),
    );
  });

  test('of one in a million are not rounded to a millionth', () => {
    assert.equal(equivocationSlashPpb(THREE, 1, 1_000_000), 1);
  });

  test('when a third was slashed, offenders lose all', () => {
    assert.equal(correlationSlashPpb(THREE, 333, 999), 1_000_000_000);
    assert.equal(correlationSlashPpb(THREE, 100, 1_000), 300_000_000);
    assert.equal(correlationSlashPpb(THREE, 0, 1_000), 0);
  });

  test('a common cause costs nothing up to the allowance, with or without the odd node', () => {
    const exact = { ...polkadot, allowanceNodes: 0 };
    assert.deepEqual(
      [10, 11].map((k) => commonCauseSlashPpb(exact, k, 109)),
      [0, 1_926_606],
    );
    assert.equal(commonCauseSlashPpb(exact, 109, 109), 70_000_000);
  });
});

describe('probes', () => {
  const day = { probes: 1_440, barPpm: ppm(980_000) };

  test('1,440 a day at a bar of 98 % forgive 28 misses', () => {
    assert.equal(missesAllowed(day), 28);
    assert.deepEqual(probeStanding(day, 0), { isBelowBar: false, usedPpm: 0 });
    assert.deepEqual(probeStanding(day, 28), { isBelowBar: false, usedPpm: 965_517 });
    assert.deepEqual(probeStanding(day, 29), { isBelowBar: true, usedPpm: 1_000_000 });
  });

  test('below the bar means exactly: answered·1e6 < bar·probes', () => {
    const windows = fc.record({ probes: fc.integer({ min: 1, max: 100_000 }), barPpm: fc.nat({ max: 1e6 }).map(ppm) });
    fc.assert(
      fc.property(windows, fc.nat({ max: 100_000 }), (rule, drawn) => {
        const misses = Math.min(drawn, rule.probes);
        const isBelow = BigInt(rule.probes - misses) * 1_000_000n < BigInt(rule.barPpm) * BigInt(rule.probes);
        const standing = probeStanding(rule, misses);
        assert.equal(standing.isBelowBar, isBelow);
        assert.equal(standing.usedPpm === 1_000_000, isBelow);
      }),
    );
  });
});

describe('refuses', () => {
  test('KERNEL-RANGE: more offenders than there are', () => {
    assert.throws(() => equivocationSlashPpb(THREE, 11, 10), refusal('KERNEL-RANGE'));
    assert.throws(() => commonCauseSlashPpb(polkadot, 11, 10), refusal('KERNEL-RANGE'));
  });

  test('KERNEL-DIVIDE-BY-ZERO: a class of nobody', () => {
    assert.throws(() => correlationSlashPpb(THREE, 0, 0), refusal('KERNEL-DIVIDE-BY-ZERO'));
  });

  test('KERNEL-AMOUNT: half a node', () => {
    assert.throws(() => correlationSlashPpb(THREE, 0.5, 10), refusal('KERNEL-AMOUNT'));
  });
});
