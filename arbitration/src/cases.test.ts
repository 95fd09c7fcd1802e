import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ppm } from '@stannary/kernel';
import { toHex } from '@stannary/wire';
import fc from 'fast-check';
import { AAD, ECONOMY, equivocationOf, signedReceipt, TestNode, WORK } from './admission.fixture.ts';
import { type CaseRules, type Charge, judgeCase, slashPpmOf } from './cases.ts';
import { encodeEvidence, evidenceHash, type SignedReceipt } from './evidence.ts';

const nodes = [new TestNode(), new TestNode(), new TestNode(), new TestNode()] as const;
const [accused, first, second, other] = nodes;
const HOME_AAD = toHex(AAD);
/** Of the bond, as the economy of the fixture has it for a wrong result; equivocation costs all of it. */
const WORTH_PPM = 500_000;
const EQUIVOCATION = { offence: 'equivocation', mode: 'live', slashPpm: 1_000_000, threshold: 1 };
const economy = { ...ECONOMY, offences: [...ECONOMY.offences, EQUIVOCATION] } as typeof ECONOMY;

const rules: CaseRules = {
  node: (nodeId) => {
    const found = nodes.find((node) => node.nodeId === nodeId);
    return found === undefined ? null : { verify: found.verify, operator: `operator of ${nodeId}` };
  },
  economyOf: (aad) => (toHex(aad) === HOME_AAD ? economy : null),
};

function wrongResult(original: SignedReceipt, ...replicas: SignedReceipt[]): Uint8Array {
  return encodeEvidence({ kind: 'wrong-result', proof: { taskId: WORK.taskId, original, replicas } });
}

const replicas = [
  signedReceipt(first, { taskId: '0a'.repeat(32) }),
  signedReceipt(second, { taskId: '0b'.repeat(32) }),
] as const;
const lie = signedReceipt(accused, { fuel: 1_300_000 });
const proven = wrongResult(lie, ...replicas);

function charge(bytes: Uint8Array, differing: Partial<Charge> = {}): Charge {
  const evidence = evidenceHash(bytes);
  return { nodeId: accused.nodeId, offence: 'wrong-result', evidenceHash: evidence, slashPpm: WORTH_PPM, ...differing };
}

/** Why a charge falls; null where it holds. */
function reason(bytes: Uint8Array, differing: Partial<Charge> = {}, change: Partial<CaseRules> = {}): string | null {
  const finding = judgeCase(charge(bytes, differing), bytes, { ...rules, ...change });
  return finding.isGuilty ? null : finding.reason;
}

describe('a charge holds', () => {
  test('where replicas of two operators contradict the node', () => assert.equal(reason(proven), null));

  test('where the node signed two batches of one number', () => {
    const bytes = encodeEvidence(equivocationOf(accused));
    assert.equal(reason(bytes, { offence: 'equivocation', slashPpm: 1_000_000 }), null);
  });

  test('against a replica that differs from the others', () => {
    const bytes = wrongResult(
      signedReceipt(other),
      ...replicas,
      signedReceipt(accused, { outputHash: '00'.repeat(32) }),
    );
    assert.equal(reason(bytes), null);
  });
});

describe('a charge falls', () => {
  test('where the bytes are not what it names, or have no form', () => {
    const named = charge(proven);
    const finding = judgeCase(named, wrongResult(lie, replicas[0]), rules);
    assert.deepEqual(finding, { isGuilty: false, reason: 'the evidence is not the one that the charge names' });
    assert.equal(reason(Uint8Array.of(1, 2, 3)), 'the evidence has no known form');
  });

  test('where the offence is another, or costs nothing', () => {
    assert.match(
      reason(proven, { offence: 'equivocation' })!,
      /^the evidence is of wrong-result, not of equivocation$/,
    );
    const watched = { ...economy, offences: [{ ...ECONOMY.offences[0]!, mode: 'shadow' as const }] };
    assert.equal(reason(proven, {}, { economyOf: () => watched }), 'wrong-result costs no bond in this economy');
  });

  test('where the node is not the one that the evidence convicts', () => {
    assert.equal(reason(proven, { nodeId: first.nodeId }), 'the evidence convicts others, not the charged node');
    assert.equal(reason(proven, { nodeId: other.nodeId }), 'nothing in the evidence is by the charged node');
    const pair = encodeEvidence(equivocationOf(accused));
    const elsewhere = { nodeId: first.nodeId, offence: 'equivocation' };
    assert.equal(reason(pair, elsewhere), 'the evidence convicts others, not the charged node');
  });

  test('where a receipt was made up for the node', () => {
    const planted = { ...lie, cose: signedReceipt(other, { fuel: 1_300_000 }).cose };
    assert.match(reason(wrongResult(planted, ...replicas))!, /^a signature is not that of node /);
  });

  test('where too few say so, or one operator says it twice', () => {
    assert.equal(reason(wrongResult(lie, replicas[0])), 'too few replicas agree against anyone');
    assert.equal(reason(wrongResult(lie, replicas[0], replicas[0])), 'an operator stands there twice');
  });

  test('where anything in it was signed for another network', () => {
    const abroad = Uint8Array.of(7);
    const said = 'a signature in the evidence is for another network';
    assert.equal(reason(wrongResult(signedReceipt(accused, { fuel: 1_300_000 }, abroad), ...replicas)), said);
    assert.equal(reason(wrongResult(lie, replicas[0], signedReceipt(second, {}, abroad))), said);
  });

  test('where another share of the bond is asked for than the offence costs, a token one too', () => {
    for (const slashPpm of [1, WORTH_PPM - 1, WORTH_PPM + 1, 4_294_967_295]) {
      assert.equal(reason(proven, { slashPpm }), `wrong-result costs 500000 ppm of a bond, not ${slashPpm}`);
    }
  });
});

describe('what an offence costs', () => {
  const against = { nodeId: accused.nodeId, offence: 'wrong-result' };

  test('is by the economy that the node signed under, whatever holds today', () => {
    const later = { offences: [{ ...ECONOMY.offences[0]!, slashPpm: 900_000 as Ppm }] };
    const economyOf = (aad: Uint8Array) => (toHex(aad) === HOME_AAD ? economy : later);
    assert.equal(slashPpmOf(proven, against, economyOf), WORTH_PPM);
    const underLater = wrongResult(signedReceipt(accused, { fuel: 1_300_000 }, Uint8Array.of(7)), ...replicas);
    assert.equal(slashPpmOf(underLater, against, economyOf), 900_000);
  });

  test('is nothing where nothing binds the node', () => {
    const { economyOf } = rules;
    assert.equal(slashPpmOf(Uint8Array.of(1), against, economyOf), null);
    assert.equal(slashPpmOf(proven, { ...against, nodeId: other.nodeId }, economyOf), null);
    assert.equal(
      slashPpmOf(proven, against, () => null),
      null,
    );
    assert.equal(slashPpmOf(proven, { ...against, offence: 'unheard-of' }, economyOf), null);
  });
});

test('law: whatever bytes are published, nobody is convicted by other than the evidence that is named', () => {
  const named = charge(proven);
  fc.assert(
    fc.property(fc.nat(proven.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = proven.slice();
      changed[at] = changed[at]! ^ flip;
      assert.equal(judgeCase(named, changed, rules).isGuilty, false);
      const renamed = { ...named, evidenceHash: evidenceHash(changed), nodeId: other.nodeId };
      assert.equal(judgeCase(renamed, changed, rules).isGuilty, false);
    }),
  );
});
