import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { participant } from './programme.fixture.ts';
import { brokenRequirements } from './requirements.ts';
import type { Requirement } from './rules.ts';

const LEVEL: Requirement = {
  kind: 'success-share',
  name: 'level',
  unless: null,
  countColumn: 'count',
  failureColumn: 'failures',
  smallSampleCount: 10,
  smallSampleFailures: 1,
  successSharePpm: 800_000,
};

function meetsLevel(count: number, failures: number): boolean {
  const row = participant('a', { count: BigInt(count), failures: BigInt(failures) });
  return brokenRequirements([LEVEL], row).length === 0;
}

test('a service level by counts: few may fail in a small sample, a share in a large one', () => {
  const cases: readonly (readonly [number, number, boolean])[] = [
    [0, 0, true],
    [9, 1, true],
    [9, 2, false],
    [10, 2, true],
    [10, 3, false],
    [14, 2, true],
    [11, 11, false],
  ];
  for (const [count, failures, meets] of cases)
    assert.equal(meetsLevel(count, failures), meets, `${failures}/${count}`);
});

test('one more failure never mends a service level', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }), (count, failures) => {
      assert.ok(meetsLevel(count, failures) || !meetsLevel(count, failures + 1));
    }),
  );
});

test('flags, least amounts and measured shares, each at its bar and just below', () => {
  const requirements: readonly Requirement[] = [
    { kind: 'flag', name: 'honest', unless: null, flag: 'fraudulent', mustBe: false },
    {
      kind: 'minimum-amount',
      name: 'stake',
      unless: null,
      amount: { kind: 'column', column: 'stake' },
      minimumAmount: '100',
    },
    { kind: 'measured-share', name: 'uptime', unless: null, shareColumn: 'uptime', minimumPpm: 960_000 },
  ];
  const good = participant('a', { stake: 100n, uptime: 960_000n }, { fraudulent: false });
  const bad = participant('b', { stake: 99n, uptime: 959_999n }, { fraudulent: true });
  assert.deepEqual(brokenRequirements(requirements, good), []);
  assert.deepEqual(brokenRequirements(requirements, bad), ['honest', 'stake', 'uptime']);
});

test('an exception lifts its own requirement and no other', () => {
  const stake: Requirement = { kind: 'flag', name: 'stake', unless: 'leaving', flag: 'staked', mustBe: true };
  const factory: Requirement = { kind: 'flag', name: 'factory', unless: null, flag: 'staked', mustBe: true };
  const leaving = participant('a', {}, { staked: false, leaving: true });
  const staying = participant('b', {}, { staked: false, leaving: false });
  assert.deepEqual(brokenRequirements([stake, factory], leaving), ['factory']);
  assert.deepEqual(brokenRequirements([stake, factory], staying), ['stake', 'factory']);
});

test('KERNEL-COLUMN-UNKNOWN: a flag that the participant does not have', () => {
  const flag: Requirement = { kind: 'flag', name: 'x', unless: null, flag: 'constructor', mustBe: true };
  assert.throws(() => brokenRequirements([flag], participant('a', {})), refusal('KERNEL-COLUMN-UNKNOWN'));
});
