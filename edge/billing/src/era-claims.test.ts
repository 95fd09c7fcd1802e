import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PayoutLeaf, sumTree } from '@stannary/wire';
import fc from 'fast-check';
import { type Claimed, type EraClaim, eraClaimDue } from './era-claims.ts';

const ACCOUNTS = ['0a', '0b', '0c'].map((byte) => `0x${byte.repeat(20)}`);

function eraOf(era: number, credits: readonly bigint[], tokens = credits) {
  const leaves: PayoutLeaf[] = ACCOUNTS.map((account, index) => ({
    account,
    credits: credits[index]!,
    tokens: tokens[index]!,
  }));
  const tree = sumTree(leaves);
  const claim = (index: number): EraClaim => ({ era, leaf: leaves[index]!, proof: tree.proof(index) });
  return { final: { era, payoutRoot: tree.root }, claim };
}

const NONE: Claimed = { credits: 0n, tokens: 0n };
const first = eraOf(1, [10n, 20n, 0n]);
const second = eraOf(2, [15n, 20n, 7n]);

test('a claim pays the difference to what was paid', () => {
  const one = eraClaimDue(first.final, NONE, first.claim(0));
  assert.deepEqual(one.due, { credits: 10n, tokens: 10n });
  assert.deepEqual(eraClaimDue(second.final, one.claimed, second.claim(0)).due, { credits: 5n, tokens: 5n });
});

test('CLAIM-ERA: nothing is final, an older era, a later one', () => {
  for (const final of [null, second.final, { ...first.final, era: 0 }])
    assert.throws(() => eraClaimDue(final, NONE, first.claim(0)), { code: 'CLAIM-ERA' });
});

test("CLAIM-PROOF: another's leaf, a larger amount, another era's root", () => {
  const claim = first.claim(0);
  const forged = [
    { ...claim, leaf: { ...claim.leaf, credits: 11n } },
    { ...claim, leaf: first.claim(1).leaf },
    { ...claim, proof: first.claim(1).proof },
    { ...second.claim(0), era: 1 },
  ];
  for (const one of forged) assert.throws(() => eraClaimDue(first.final, NONE, one), { code: 'CLAIM-PROOF' });
});

test('CLAIM-NOTHING: the same leaf again, a leaf of nothing', () => {
  const { claimed } = eraClaimDue(first.final, NONE, first.claim(0));
  assert.throws(() => eraClaimDue(first.final, claimed, first.claim(0)), { code: 'CLAIM-NOTHING' });
  assert.throws(() => eraClaimDue(first.final, NONE, first.claim(2)), { code: 'CLAIM-NOTHING' });
});

test('all claims of an account together pay its last leaf, however many eras it leaves out and however often it asks', () => {
  const rising = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rising, fc.infiniteStream(fc.nat({ max: 2 })), (steps, asks) => {
      let cumulative = 0n;
      let had = NONE;
      let paid = 0n;
      for (const [era, step] of steps.entries()) {
        cumulative += step;
        const { final, claim } = eraOf(era, [cumulative, 1n, 1n]);
        const count = era === steps.length - 1 ? 2 : asks.next().value!;
        for (let ask = 0; ask < count; ask += 1) {
          try {
            const { due, claimed } = eraClaimDue(final, had, claim(0));
            paid += due.credits;
            had = claimed;
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'CLAIM-NOTHING');
          }
        }
      }
      assert.equal(paid, cumulative);
    }),
    { numRuns: 50 },
  );
});
