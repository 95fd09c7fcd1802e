import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { account, id } from '../economy.fixture.ts';
import type { Epoch } from '../numbers/quantities.ts';
import type { Allocation, Assignment } from './allocation.ts';
import { replaceFailed } from './replace-failed.ts';

function seat(task: number, node: number, order: number, poolId?: string): Assignment {
  const assignment = { taskId: id(100 + task), nodeId: id(node), order, seat: 0 };
  return poolId === undefined ? assignment : { ...assignment, poolId };
}

/** Nodes 1 and 2 with spare 3 and 4 as a pool; 5 alone. */
const allocation: Allocation = {
  epoch: 1 as Epoch,
  assignments: [seat(1, 1, 0, 'p'), seat(2, 1, 1, 'p'), seat(3, 2, 0, 'p'), seat(4, 5, 0)],
  unassigned: [],
  idle: [
    { nodeId: id(3), reason: 'hot-spare' },
    { nodeId: id(4), reason: 'hot-spare' },
  ],
  reserved: [],
  pools: [{ poolId: 'p', operator: account(1), members: [id(1), id(2)], spares: [id(4), id(3)] }],
};

test('a hot spare takes all seats of a failed member, in its order', () => {
  const { allocation: replaced, lost } = replaceFailed(allocation, [id(1)]);
  assert.deepEqual(replaced.assignments, [seat(1, 4, 0, 'p'), seat(2, 4, 1, 'p'), seat(3, 2, 0, 'p'), seat(4, 5, 0)]);
  assert.deepEqual(replaced.pools[0], { ...allocation.pools[0]!, members: [id(2), id(4)], spares: [id(3)] });
  assert.deepEqual(replaced.idle, [{ nodeId: id(3), reason: 'hot-spare' }]);
  assert.deepEqual(lost, []);
});

test('a node that was sold alone loses its seats', () => {
  const { allocation: replaced, lost } = replaceFailed(allocation, [id(5)]);
  assert.deepEqual(lost, [{ seat: seat(4, 5, 0), reason: 'not-pooled' }]);
  assert.equal(replaced.assignments.length, 3);
});

test('failed spares stand in for nobody', () => {
  const { lost } = replaceFailed(allocation, [id(1), id(3), id(4)]);
  assert.deepEqual(
    lost.map((one) => one.reason),
    ['pool-exhausted', 'pool-exhausted'],
  );
});

test('no seat is doubled or forgotten, and the order of the failures never matters', () => {
  const failures = fc.shuffledSubarray([1, 2, 3, 4, 5].map((node) => id(node)));
  fc.assert(
    fc.property(failures, (failed) => {
      const { allocation: replaced, lost } = replaceFailed(allocation, failed);
      const tasks = [...replaced.assignments, ...lost.map((one) => one.seat)].map((one) => one.taskId);
      assert.deepEqual(tasks.sort(), allocation.assignments.map((one) => one.taskId).sort());
      assert.ok(replaced.assignments.every((one) => !failed.includes(one.nodeId)));
      assert.deepEqual(replaceFailed(allocation, [...failed].reverse()).allocation, replaced);
    }),
  );
});

test('a failure later in the epoch goes on from the first replacement', () => {
  const first = replaceFailed(allocation, [id(1)]).allocation;
  const second = replaceFailed(first, [id(4)]).allocation;
  assert.deepEqual(
    second.assignments.map((one) => one.nodeId),
    [3, 3, 2, 5].map((node) => id(node)),
  );
});
