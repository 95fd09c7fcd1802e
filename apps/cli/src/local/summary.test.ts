import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSound, type Summary, summaryTable } from './summary.ts';

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
  ];
  for (const defect of defects) assert.ok(!isSound({ ...sound, ...defect }), JSON.stringify(defect));
});

test('the table says it in words and units', () => {
  const table = summaryTable(sound, 1_000_000);
  assert.match(table, /fees +560 credits after refunds/);
  assert.match(table, /verdict +sound/);
});

test('a verdict that is not sound says all that is wrong', () => {
  const verdict = (defect: Partial<Summary>) =>
    summaryTable({ ...sound, ...defect }, 1_000_000)
      .split('\n')
      .at(-1) ?? '';
  assert.match(verdict({ honest: { count: 5, slashed: 1 } }), /NOT SOUND: 1 of 5 honest providers are slashed$/);
  assert.match(
    verdict({ claims: { ...sound.claims, paid: 4 }, cheats: { planted: 3, slashed: 1 } }),
    /NOT SOUND: a claim is not paid in full; 2 of 3 cheats go free$/,
  );
});
