import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { grains, ncuMs } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { type PoolMember, poolDelivery, poolPay } from './pool.ts';

const member = (nodeId: string, promised: number, delivered: number): PoolMember => ({
  nodeId,
  promisedNcuMs: ncuMs(promised),
  deliveredNcuMs: ncuMs(delivered),
});
const pools = fc
  .array(fc.tuple(fc.constantFrom(0, 0, 100, 1_000), fc.nat({ max: 1_500 })), { minLength: 1, maxLength: 12 })
  .map((list) => list.map(([promised, delivered], index) => member(`n${index}`, promised, delivered)));

const sum = (list: readonly number[]): number => list.reduce((total, part) => total + part, 0);
const counted = (pool: readonly PoolMember[]) => poolDelivery(pool).members.map((one) => one.countedNcuMs);

test('a hot spare fills what a failed member missed, and the pool has delivered', () => {
  const pool = [member('a', 100, 100), member('b', 100, 30), member('s', 0, 100)];
  assert.deepEqual(counted(pool), [100, 30, 70]);
  assert.deepEqual(poolDelivery(pool), {
    promisedNcuMs: 200,
    deliveredNcuMs: 200,
    members: [
      { nodeId: 'a', countedNcuMs: 100 },
      { nodeId: 'b', countedNcuMs: 30 },
      { nodeId: 's', countedNcuMs: 70 },
    ],
  });
});

test('spares come before what members did beyond their promise, and an unneeded spare counts nothing', () => {
  assert.deepEqual(counted([member('a', 100, 500), member('b', 100, 0), member('s', 0, 60)]), [140, 0, 60]);
  assert.deepEqual(counted([member('a', 100, 500), member('s', 0, 60)]), [100, 0]);
});

test('counts at most what was promised and done, whatever the order', () => {
  fc.assert(
    fc.property(pools, (pool) => {
      const { promisedNcuMs, deliveredNcuMs, members } = poolDelivery(pool);
      assert.equal(deliveredNcuMs, Math.min(promisedNcuMs, sum(pool.map((one) => one.deliveredNcuMs))));
      assert.equal(sum(members.map((one) => one.countedNcuMs)), deliveredNcuMs);
      for (const { nodeId, countedNcuMs } of members) {
        assert.ok(countedNcuMs <= pool.find((one) => one.nodeId === nodeId)!.deliveredNcuMs);
      }
      assert.deepEqual(poolDelivery([...pool].reverse()), poolDelivery(pool));
    }),
  );
});

test('conserves: the members together get the pay, by counted work', () => {
  assert.deepEqual(
    poolPay(poolDelivery([member('a', 1, 1), member('b', 1, 1), member('c', 1, 1)]), grains(100)),
    [34, 33, 33],
  );
  fc.assert(
    fc.property(pools, fc.nat({ max: 2 ** 50 }), (pool, pay) => {
      const delivery = poolDelivery(pool);
      fc.pre(delivery.deliveredNcuMs > 0);
      assert.equal(sum(poolPay(delivery, grains(pay))), pay);
    }),
  );
});

test('a pool that did nothing is paid nothing', () => {
  assert.deepEqual(poolPay(poolDelivery([member('a', 5, 0), member('s', 0, 0)]), grains(0)), [0, 0]);
});

test('refuses pay for no work: KERNEL-AMOUNT', () => {
  assert.throws(() => poolPay(poolDelivery([member('a', 5, 0)]), grains(1)), refusal('KERNEL-AMOUNT'));
});

test('refuses a node twice in a pool: KERNEL-NODE-DUPLICATE', () => {
  assert.throws(() => poolDelivery([member('a', 1, 1), member('a', 1, 1)]), refusal('KERNEL-NODE-DUPLICATE'));
});
