import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochIndex, grains, micrograinsPerNcuS, ncuMs } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { drawGrant, drawSubscription, subscriptionPeriod, taskChargeGrains } from './entitlement.ts';

const grant = { grantedNcuMs: ncuMs(1_000), fromEpoch: epochIndex(10), untilEpoch: epochIndex(20) };
const monthly = { includedNcuMs: ncuMs(500), periodEpochs: 720 };
const amounts = fc.nat({ max: 2 ** 50 });

test('a grant is drawn down in its term; past it, use is overage and the grant keeps what it had', () => {
  const draw = (drawn: number, epoch: number, usage: number) => {
    const { coveredNcuMs, overageNcuMs, leftNcuMs } = drawGrant(grant, ncuMs(drawn), epochIndex(epoch), ncuMs(usage));
    return [coveredNcuMs, overageNcuMs, leftNcuMs];
  };
  assert.deepEqual(draw(0, 10, 300), [300, 0, 700]);
  assert.deepEqual(draw(900, 20, 300), [100, 200, 0]);
  assert.deepEqual(draw(0, 9, 300), [0, 300, 1_000]);
  assert.deepEqual(draw(400, 21, 300), [0, 300, 600]);
  assert.deepEqual(draw(1_001, 15, 1), [0, 1, 0]);
});

test('a subscription covers what its period has left, the rest is overage', () => {
  const covered = drawSubscription(monthly, ncuMs(450), ncuMs(80));
  assert.deepEqual(covered, { coveredNcuMs: 50, overageNcuMs: 30, leftNcuMs: 0 });
});

test('periods begin anew every so many epochs', () => {
  const period = (epoch: number) => subscriptionPeriod(monthly, epochIndex(100), epochIndex(epoch));
  assert.deepEqual([99, 100, 819, 820].map(period), [-1, 0, 0, 1]);
});

test('conserves: covered and overage are the usage, and drawing in two parts is drawing once', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (granted, x, y) => {
      const large = { ...grant, grantedNcuMs: ncuMs(granted) };
      const draw = (drawn: number, usage: number) => drawGrant(large, ncuMs(drawn), epochIndex(15), ncuMs(usage));
      const once = draw(0, x + y);
      const first = draw(0, x);
      const second = draw(first.coveredNcuMs, y);
      assert.equal(once.coveredNcuMs + once.overageNcuMs, x + y);
      assert.equal(first.coveredNcuMs + second.coveredNcuMs, once.coveredNcuMs);
      assert.equal(second.leftNcuMs, once.leftNcuMs);
      assert.equal(once.coveredNcuMs + once.leftNcuMs, granted);
    }),
  );
});

test('a task costs its price, and what passes the included work at spot, rounded up', () => {
  const rule = { taskGrains: grains(20), includedNcuMs: ncuMs(1_000) };
  const charge = (work: number) => taskChargeGrains(rule, ncuMs(work), micrograinsPerNcuS(1_000_000));
  assert.deepEqual([0, 1_000, 1_001, 2_000, 2_001].map(charge), [20, 20, 21, 21, 22]);
});

test('refuses a task past 2^53 - 1 grains: KERNEL-RANGE', () => {
  const rule = { taskGrains: grains(Number.MAX_SAFE_INTEGER), includedNcuMs: ncuMs(0) };
  assert.throws(() => taskChargeGrains(rule, ncuMs(1), micrograinsPerNcuS(1)), refusal('KERNEL-RANGE'));
});
