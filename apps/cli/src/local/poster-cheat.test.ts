import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EraTree, type EraTrees } from '@stannary/chain';
import cheat, { POSTER_CHEATS } from './poster-cheat.ts';

const NONE = new EraTree([]);
const NOTHING = { accrual: NONE, voids: NONE, direct: NONE, payout: NONE, params: NONE } as EraTrees;

for (const how of POSTER_CHEATS)
  test(`a poster that would lie of the ${how} posts an era in which nobody earned anything as it is`, () => {
    const posting = { bundle: { era: 2 }, trees: NOTHING, voided: 0 } as Parameters<ReturnType<typeof cheat>>[0];
    assert.equal(cheat(how)(posting), NOTHING);
  });
