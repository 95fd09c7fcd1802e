import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskReceipt } from '@stannary/wire';
import fc from 'fast-check';
import { judgeReplicas, type TaskResultFact, type Truth } from './replicas.ts';

const HONEST: Truth = { outputHash: 'aa'.repeat(32), fuel: 1_000, checkpointRoot: 'bb'.repeat(32), checkpointCount: 3 };
const WRONG: readonly Truth[] = [
  { ...HONEST, outputHash: 'a0'.repeat(32) },
  { ...HONEST, fuel: 1_300 },
  { ...HONEST, checkpointRoot: 'b0'.repeat(32) },
  { ...HONEST, checkpointCount: 4 },
];

let operators = 0;
function result(nodeId: string, said: Truth, operator = `operator ${operators++}`): TaskResultFact {
  return { nodeId, operator, receipt: { ...WORK, ...said } };
}

const WORK: TaskReceipt = {
  taskId: '01'.repeat(32),
  moduleHash: '02'.repeat(32),
  inputHash: '03'.repeat(32),
  costTableHash: '04'.repeat(32),
  ...HONEST,
};

describe('replicas', () => {
  test('one that agrees confirms', () => {
    const judgement = judgeReplicas(result('n', HONEST), [result('r', HONEST)], 2);
    assert.deepEqual(judgement, { kind: 'confirmed', agreeing: ['n', 'r'] });
  });

  test('without any, one is needed', () => {
    assert.deepEqual(judgeReplicas(result('n', HONEST), [], 2), { kind: 'pending', need: 1 });
  });

  for (const [index, wrong] of WRONG.entries())
    test(`a wrong ${['output', 'fuel', 'checkpoint root', 'checkpoint count'][index]} is found out by two that agree`, () => {
      const cheat = result('n', wrong);
      assert.deepEqual(judgeReplicas(cheat, [result('r1', HONEST)], 2), { kind: 'pending', need: 1 });
      assert.deepEqual(judgeReplicas(cheat, [result('r1', HONEST), result('r2', HONEST)], 2), {
        kind: 'fault',
        offence: 'wrong-result',
        truth: HONEST,
        convicted: ['n'],
        agreeing: ['r1', 'r2'],
      });
    });

  test('an auditor that is wrong is convicted, and the audited node confirmed', () => {
    const replicas = [result('liar', WRONG[0]!), result('r2', HONEST)];
    assert.deepEqual(judgeReplicas(result('n', HONEST), replicas, 2), { kind: 'pending', need: 1 });
    const judgement = judgeReplicas(result('n', HONEST), [...replicas, result('r3', HONEST)], 2);
    assert.ok(judgement.kind === 'fault');
    assert.deepEqual(judgement.convicted, ['liar']);
    assert.deepEqual(judgement.agreeing, ['n', 'r2', 'r3']);
  });

  test('the audited node and one colluding auditor do not outvote an honest one', () => {
    const replicas = [result('r1', HONEST), result('friend', WRONG[0]!)];
    assert.deepEqual(judgeReplicas(result('n', WRONG[0]!), replicas, 2), { kind: 'pending', need: 1 });
    const judgement = judgeReplicas(result('n', WRONG[0]!), [...replicas, result('r3', HONEST)], 2);
    assert.deepEqual(judgement.kind === 'fault' && judgement.convicted, ['n', 'friend']);
  });

  test('nobody is convicted while nobody is left to decide', () => {
    const judgement = judgeReplicas(result('n', WRONG[0]!), [result('r1', HONEST)], 2, 0);
    assert.deepEqual(judgement, {
      kind: 'unresolved',
      reason: '1 more blind replicas are needed, and 0 operators are left to run one',
      need: 1,
    });
    assert.equal(judgeReplicas(result('n', HONEST), [], 2, 0).kind, 'unresolved');
    assert.equal(judgeReplicas(result('n', HONEST), [], 2, 1).kind, 'pending');
  });

  test('two executions of one operator are a fault of the caller', () => {
    const one = [result('r1', HONEST, 'same'), result('r2', HONEST, 'same')];
    assert.throws(() => judgeReplicas(result('n', HONEST), one, 2), /of one operator/);
    assert.throws(() => judgeReplicas(result('n', HONEST, 'same'), [one[0]!], 2), /of one operator/);
  });

  test('law: honest nodes are never convicted while honest replicas are enough and liars too few', () => {
    const scenario = fc.record({ isHonest: fc.boolean(), liars: fc.nat(1), order: fc.infiniteStream(fc.nat(9)) });
    fc.assert(
      fc.property(scenario, ({ isHonest, liars, order }) => {
        const original = result('n', isHonest ? HONEST : WRONG[0]!);
        // The one liar among the auditors says what the cheat says.
        const pool = [
          ...Array.from({ length: liars }, (_, index) => result(`liar${index}`, WRONG[0]!)),
          ...Array.from({ length: 4 }, (_, index) => result(`honest${index}`, HONEST)),
        ];
        const replicas: TaskResultFact[] = [];
        for (;;) {
          const judgement = judgeReplicas(original, replicas, 2, pool.length);
          if (judgement.kind === 'pending') {
            replicas.push(...pool.splice(order.next().value % pool.length, 1));
            continue;
          }
          const convicted = judgement.kind === 'fault' ? judgement.convicted : [];
          assert.ok(convicted.every((nodeId) => nodeId.startsWith('liar') || (nodeId === 'n' && !isHonest)));
          assert.notEqual(judgement.kind, 'unresolved');
          break;
        }
      }),
    );
  });
});
