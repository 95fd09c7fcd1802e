import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresOf, isSound, type Summary, summaryTable } from './summary.ts';

const sound: Summary = {
  eras: 3,
  tasks: 1_000,
  ncuMs: 14_000,
  feesGrains: 560_000_000,
  emissionGrains: 2_000_000_000,
  roots: [{ era: 0, txHash: `0x${'a'.repeat(64)}`, totalGrains: 0, totalTokensGrains: 0 }],
  claims: { due: 5, paid: 5, dueTokens: 7, paidTokens: 7 },
  conservation: { ledger: true, chain: true, agree: true },
  cheats: { planted: 3, slashed: 3 },
  honest: { count: 5, slashed: 0 },
  results: { verified: 1_000, wrong: 41 },
  healthySeconds: 9.7,
  payerExit: null,
};

test('a run is sound only if nothing is wrong', () => {
  assert.ok(isSound(sound));
  const defects: Partial<Summary>[] = [
    { claims: { ...sound.claims, paid: 4 } },
    { claims: { ...sound.claims, paidTokens: 6 } },
    { conservation: { ...sound.conservation, ledger: false } },
    { conservation: { ...sound.conservation, chain: false } },
    { conservation: { ...sound.conservation, agree: false } },
    { cheats: { planted: 3, slashed: 2 } },
    { honest: { count: 5, slashed: 1 } },
    { payerExit: { owedGrains: 70, keptGrains: 0 } },
  ];
  for (const defect of defects) {
    const summary = { ...sound, ...defect };
    assert.ok(!isSound(summary), JSON.stringify(defect));
    assert.equal(failuresOf(summary).length, 1);
    assert.ok(
      summaryTable(summary, 1).includes(`NOT SOUND; ${failuresOf(summary)[0]}`),
      'which check, and its figures',
    );
  }
  assert.deepEqual(failuresOf({ ...sound, ...defects[5], ...defects[0] }), [
    'claims: 4 of 5 grains of credit paid',
    'cheats: 2 of 3 slashed',
  ]);
});

test('the table says it in words and units', () => {
  const table = summaryTable(sound, 1_000_000);
  assert.match(table, /fees +560 credits after refunds/);
  assert.match(table, /verdict +sound/);
  assert.doesNotMatch(table, /payer exit/, 'unless one was planted');
  const payerExit = { owedGrains: 70_000_000, keptGrains: 70_000_000 };
  assert.match(
    summaryTable({ ...sound, payerExit }, 1_000_000),
    /payer exit +70 of 70 credits kept.*\n +verdict +sound/,
  );
});
