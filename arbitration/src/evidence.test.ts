import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeCbor } from '@stannary/wire';
import { equivocationOf, record, signedReceipt, TestGateway, TestNode, WORK } from './admission.fixture.ts';
import {
  decodeEvidence,
  describeEvidence,
  type Evidence,
  type EvidenceRules,
  encodeEvidence,
  evidenceHash,
  type SignedReceipt,
  verifyEvidence,
} from './evidence.ts';

const [cheat, first, second, stranger] = [new TestNode(), new TestNode(), new TestNode(), new TestNode()];
const OPERATORS = new Map([cheat, first, second].map((node, index) => [node!.nodeId, `operator ${index}`]));
const rules: EvidenceRules = {
  replicasToConvict: 2,
  node: (nodeId) => {
    const node = [cheat, first, second].find((known) => known!.nodeId === nodeId);
    return node === undefined ? null : { verify: node.verify, operator: OPERATORS.get(nodeId)! };
  },
};

function wrongResult(...replicas: SignedReceipt[]): Evidence {
  const original = signedReceipt(cheat!, { fuel: 1_300_000 });
  return { kind: 'wrong-result', proof: { taskId: WORK.taskId, original, replicas } };
}

// Replicas are blind: they run under task ids and in epochs of their own.
const REPLICAS = [
  signedReceipt(first!, { taskId: '0a'.repeat(32) }, Uint8Array.of(7)),
  signedReceipt(second!, { taskId: '0b'.repeat(32) }),
];

const finding = (evidence: Evidence) => verifyEvidence(encodeEvidence(evidence), rules);

describe('evidence of equivocation', () => {
  test('comes back from its bytes, and convicts offline', () => {
    const evidence = equivocationOf(cheat!);
    assert.deepEqual(decodeEvidence(encodeEvidence(evidence)), evidence);
    assert.deepEqual(finding(evidence), { holds: true, offence: 'equivocation', guilty: [cheat!.nodeId] });
    assert.match(
      describeEvidence(encodeEvidence(evidence)),
      /^Node [0-9a-f]{8}… signed two different batches as its number 1 /,
    );
    assert.match(evidenceHash(encodeEvidence(evidence)), /^[0-9a-f]{64}$/);
  });

  test('does not hold for one header twice, two numbers, two nodes, a strange node or a signature of another', () => {
    const { proof } = equivocationOf(cheat!);
    const reason = (differing: object) => {
      const found = finding({ kind: 'equivocation', proof: { ...proof, ...differing } });
      return found.holds ? 'it holds' : found.reason;
    };
    const headerOf = (node: TestNode, seq: number) => {
      const gateway = new TestGateway(node);
      gateway.take(node.batch([record(2)], { seq }).body);
      return gateway.stored.get(seq)!;
    };
    assert.equal(reason({ second: proof.first }), 'the headers are one and the same');
    assert.equal(reason({ second: headerOf(cheat!, 2) }), 'the headers have two sequence numbers');
    assert.equal(reason({ second: headerOf(first!, 1) }), 'the headers are of two nodes');
    assert.equal(
      reason({ second: { ...proof.second, signature: proof.first.signature } }),
      "a signature is not the node's",
    );
    assert.equal(reason({ aad: Uint8Array.of(1) }), "a signature is not the node's");
    const strange = [headerOf(stranger!, 1), new TestGateway(stranger!)] as const;
    strange[1].take(stranger!.batch([record(3)]).body);
    assert.match(reason({ first: strange[0], second: strange[1].stored.get(1)! }), /is not registered$/);
  });
});

describe('evidence of a wrong result', () => {
  test('comes back from its bytes, and convicts offline', () => {
    const evidence = wrongResult(...REPLICAS);
    const bytes = encodeEvidence(evidence);
    assert.deepEqual(decodeEvidence(bytes), evidence);
    assert.deepEqual(finding(evidence), { holds: true, offence: 'wrong-result', guilty: [cheat!.nodeId] });
    assert.match(describeEvidence(bytes), /executed 3 times.*fuel 1300000.*fuel 1000000.*fuel 1000000/);
  });

  test('does not hold for other work, too few replicas, one operator twice, a strange node or signature', () => {
    const reason = (...replicas: SignedReceipt[]) => {
      const found = finding(wrongResult(...replicas));
      return found.holds ? 'it holds' : found.reason;
    };
    const [one, other] = REPLICAS as [SignedReceipt, SignedReceipt];
    assert.equal(reason(one), 'too few replicas agree against anyone');
    assert.equal(reason(one, one), 'an operator stands there twice');
    assert.equal(reason(one, signedReceipt(cheat!)), 'an operator stands there twice');
    assert.equal(
      reason(one, signedReceipt(second!, { inputHash: '00'.repeat(32) })),
      'the receipts are of different work',
    );
    assert.match(reason(one, signedReceipt(stranger!)), /is not registered$/);
    assert.match(reason(one, { ...other, cose: signedReceipt(cheat!).cose }), /is not that of node/);
    assert.match(reason(one, { ...other, aad: Uint8Array.of(9) }), /is not that of node/);
    const evidence = wrongResult(one, other) as Evidence & { kind: 'wrong-result' };
    const moved = finding({ kind: 'wrong-result', proof: { ...evidence.proof, taskId: '0f'.repeat(32) } });
    assert.equal(!moved.holds && moved.reason, 'the first receipt is of another task');
  });
});

test('EVIDENCE-MALFORMED: anything that is not evidence, and evidence with a byte too many', () => {
  const bytes = [equivocationOf(cheat!), wrongResult(...REPLICAS)].map(encodeEvidence);
  const malformed = [
    new Uint8Array(0),
    encodeCbor(1),
    encodeCbor(new Map([[1, 'stannary/other/1']])),
    encodeCbor(
      new Map<number, string | number>([
        [1, 'stannary/equivocation/1'],
        [2, 1],
        [3, 1],
      ]),
    ),
    ...bytes.map((one) => Uint8Array.of(...one, 0)),
    ...bytes.map((one) => one.subarray(0, one.length - 1)),
  ];
  for (const one of malformed)
    for (const act of [decodeEvidence, describeEvidence, (it: Uint8Array) => verifyEvidence(it, rules)])
      assert.throws(() => act(one), { code: 'EVIDENCE-MALFORMED', refusalClass: 'input' });
});

test('law: no changed byte of evidence convicts anyone else', () => {
  for (const bytes of [equivocationOf(cheat!), wrongResult(...REPLICAS)].map(encodeEvidence))
    for (let index = 0; index < bytes.length; index++) {
      const changed = bytes.slice();
      changed[index] = changed[index]! ^ 1;
      try {
        const found = verifyEvidence(changed, rules);
        if (found.holds) assert.deepEqual(found.guilty, [cheat!.nodeId]);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'EVIDENCE-MALFORMED', String(error));
      }
    }
});
