import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { encodeBatch, REFUSAL_CODES, type UsageRecord } from '@stannary/wire';
import fc from 'fast-check';
import { AAD, ECONOMY, EPOCH_START_MS, LEASE_ID, NOW_MS, record, TestGateway, TestNode } from './admission.fixture.ts';
import { type AdmissionFacts, BATCH_LIMITS, HELD_BATCHES_MAX, readBatch } from './admission.ts';
import { ADMISSION_CODES, type AdmissionCode } from './refusals.ts';

const node = new TestNode();
const other = new TestNode();
let gateway: TestGateway;

beforeEach(() => {
  gateway = new TestGateway(node);
});

const RECORDS = [record(0), record(1), record(0, { resource: 1, quantity: 900_000 }), record(2)];

describe('an honest batch', () => {
  test('is accepted: sums by lease and resource, the new head, a receipt', () => {
    const { body, id } = node.batch(RECORDS);
    assert.deepEqual(gateway.take(body), {
      outcome: 'accepted',
      head: { seq: 1, batchId: id },
      receipt: { batchId: id, acceptedSeq: 1, chainCode: 0 },
      code: null,
      settlesInEpoch: 2,
      usage: [
        { leaseId: LEASE_ID, resource: 7, quantity: 3_000_000, windowEndMs: EPOCH_START_MS + 3_000 },
        { leaseId: LEASE_ID, resource: 1, quantity: 900_000, windowEndMs: EPOCH_START_MS + 1_000 },
      ],
    });
  });

  test('may be empty', () => {
    assert.deepEqual(usageOf(gateway.take(node.batch([]).body)), []);
  });

  test('that comes again is acknowledged without effect, whatever its signature', () => {
    const { body, id } = node.batch(RECORDS);
    gateway.take(body);
    assert.deepEqual(gateway.take(body), { outcome: 'duplicate', batchId: id, isHeld: false });
    const read = readBatch(body);
    assert.ok(read.outcome === 'read');
    const differing = body.slice();
    differing[read.batch.cose.length + 2] = differing[read.batch.cose.length + 2]! ^ 1;
    assert.equal(gateway.take(differing).outcome, 'duplicate');
  });

  test('that skips ahead is held, and counts when the missing ones have come', () => {
    const [first, second, third] = chain(3);
    const held = gateway.take(third!.body);
    assert.deepEqual(held, { outcome: 'held', batchId: third!.id, missingSeq: 1 });
    assert.deepEqual(gateway.take(third!.body), { outcome: 'duplicate', batchId: third!.id, isHeld: true });
    gateway.take(second!.body);
    assert.equal(gateway.accepted.size, 0);
    gateway.take(first!.body);
    assert.deepEqual([...gateway.accepted.keys()], [first!.id, second!.id, third!.id]);
    assert.equal(gateway.held.size, 0);
  });

  test('that is late by lateEpochs counts in the open epoch', () => {
    const late = { epoch: 1, sealedAtMs: NOW_MS };
    gateway.leases.set(LEASE_ID, gateway.lease({ epoch: 1, windowStartMs: EPOCH_START_MS - 60_000 }));
    const admission = gateway.take(node.batch([record(-60)], late).body);
    assert.ok(admission.outcome === 'accepted' && admission.code === null);
    assert.equal(admission.settlesInEpoch, 2);
  });

  test('of the epoch before counts there until the cut-off, unless that epoch is closed already', () => {
    const { body } = node.batch([record(59)], { sealedAtMs: EPOCH_START_MS + 60_000 });
    const within = EPOCH_START_MS + 60_000 + ECONOMY.cadence.graceMs - 1;
    const epochOf = (facts: Partial<AdmissionFacts>) => {
      const admission = gateway.judge(body, facts);
      assert.ok(admission.outcome === 'accepted' && admission.code === null);
      return admission.settlesInEpoch;
    };
    assert.equal(epochOf({ nowMs: within }), 2);
    assert.equal(epochOf({ nowMs: within + 1 }), 3);
    assert.equal(epochOf({ nowMs: within, openEpoch: 3 }), 3);
  });

  test('that was sealed long ago is as good as a new one: meters buffer while the gateway is away', () => {
    assert.equal(
      gateway.take(node.batch([record(0)], { sealedAtMs: EPOCH_START_MS + 1_000 }).body).outcome,
      'accepted',
    );
  });
});

describe('a batch that is refused: nothing is stored', () => {
  const refusals: Partial<Record<AdmissionCode, (differing?: object) => unknown>> = {
    'BATCH-OVERSIZED': () => gateway.judge(new Uint8Array(BATCH_LIMITS.bodyBytesMax + 1)),
    'BATCH-MALFORMED': () => gateway.judge(node.batch(RECORDS).body.subarray(1)),
    'BATCH-NODE-UNKNOWN': () => gateway.judge(node.batch(RECORDS).body, { node: null }),
    'BATCH-SIGNATURE': () => gateway.judge(other.batch(RECORDS, { nodeId: node.nodeId }).body),
    'BATCH-RECORD-COUNT': () => gateway.judge(node.batch(RECORDS, { recordCount: 5 }).body),
    'BATCH-TOTALS': () => gateway.judge(node.batch(RECORDS, { totals: new Map([[7, 3_000_001]]) }).body),
    'BATCH-RECORDS-ROOT': () => gateway.judge(node.batch(RECORDS, { recordsRoot: '00'.repeat(32) }).body),
    'BATCH-REPLAYED': () => gateway.judge(node.batch(RECORDS).body, { head: { seq: 5, batchId: 'ff'.repeat(32) } }),
    'BATCH-GAP-LIMIT': () => gateway.judge(node.batch(RECORDS, { seq: 3 }).body, { heldCount: HELD_BATCHES_MAX }),
    'BATCH-CHAIN': () => gateway.judge(node.batch(RECORDS, { previousBatchId: 'ff'.repeat(32) }).body),
  };
  for (const [code, attempt] of Object.entries(refusals))
    test(code, () => {
      const admission = attempt() as { outcome: string; code: string; refusalClass: string };
      assert.equal(admission.outcome, 'refused');
      assert.equal(admission.code, code);
      assert.equal(admission.refusalClass, ADMISSION_CODES[code as AdmissionCode].refusalClass);
    });

  test('BATCH-OVERSIZED: more records than the limit', () => {
    const read = readBatch(node.batch(RECORDS).body, { ...BATCH_LIMITS, recordsMax: 3 });
    assert.deepEqual(read, {
      outcome: 'refused',
      code: 'BATCH-OVERSIZED',
      refusalClass: 'input',
      expected: 'at most 3 records',
      got: '4',
    });
  });

  test("BATCH-MALFORMED carries the wire format's own code", () => {
    const { body } = node.batch(RECORDS);
    const wireCode = (bytes: Uint8Array) => {
      const read = readBatch(bytes);
      return read.outcome === 'refused' && read.code === 'BATCH-MALFORMED' ? read.wireCode : null;
    };
    assert.equal(wireCode(body.subarray(0, body.length - 1)), 'CBOR-SHORT');
    assert.equal(wireCode(Uint8Array.of(...body, 0)), 'CBOR-TRAILING');
    assert.equal(wireCode(encodeBatch({ cose: Uint8Array.of(0xd2, 0xf6), records: [] })), 'COSE-SHAPE');
    assert.equal(wireCode(encodeBatch({ cose: node.sign(Uint8Array.of(0xa0)), records: [] })), 'MESSAGE-KEY-MISSING');
  });

  test("BATCH-SIGNATURE: the node's own signature for another chain or economy", () => {
    const elsewhere = Uint8Array.of(...AAD.subarray(0, AAD.length - 1), 0);
    const admission = gateway.judge(node.batch(RECORDS, {}, elsewhere).body);
    assert.equal(admission.outcome === 'refused' && admission.code, 'BATCH-SIGNATURE');
  });

  test('BATCH-REPLAYED: an old seq signed again for another economy is no equivocation', () => {
    const { body } = node.batch(RECORDS);
    gateway.take(body);
    const stored = { ...gateway.stored.get(1)!, aad: new Uint8Array(1), batchId: 'ab'.repeat(32) };
    const admission = gateway.judge(body, { stored });
    assert.equal(admission.outcome === 'refused' && admission.code, 'BATCH-REPLAYED');
  });

  test('facts of another node are a fault of the caller', () => {
    assert.throws(() => gateway.judge(node.batch(RECORDS).body, { node: other.known }), /facts of node/);
  });
});

test('BATCH-EQUIVOCATION: another signed header of an accepted or held seq, with both as proof', () => {
  const [first, second] = [node.batch(RECORDS), node.batch([record(0)])];
  for (const seq of [1, 3]) {
    const versions = [RECORDS, [record(0)]].map((records) => node.batch(records, { seq }));
    gateway = new TestGateway(node);
    gateway.take(versions[0]!.body);
    const admission = gateway.take(versions[1]!.body);
    assert.ok(admission.outcome === 'equivocation');
    assert.equal(admission.code, 'BATCH-EQUIVOCATION');
    const [one, two] = versions.map(({ body }) => {
      const read = readBatch(body);
      assert.ok(read.outcome === 'read');
      return { header: read.cose.payload, signature: read.cose.signature };
    });
    assert.deepEqual(admission.proof, { aad: AAD, first: one, second: two });
  }
  assert.notEqual(first.id, second.id);
});

describe('a batch that is accepted with zero usage: the head advances, the receipt says why', () => {
  const zero: Record<keyof typeof REFUSAL_CODES, () => ReturnType<TestGateway['take']>> = {
    'BATCH-EPOCH-FUTURE': () => gateway.take(node.batch([], { epoch: 3 }).body),
    'BATCH-EPOCH-CLOSED': () => gateway.take(node.batch([], { epoch: 0 }).body),
    'BATCH-NODE-STOPPED': () => gateway.take(node.batch(RECORDS).body, { node: { ...node.known, status: 'stopped' } }),
    'BATCH-NODE-UNBONDED': () => gateway.take(node.batch(RECORDS).body, { node: { ...node.known, isBonded: false } }),
    'BATCH-CLOCK-SKEW': () => gateway.take(node.batch(RECORDS, { sealedAtMs: NOW_MS + 501 }).body),
    'RECORD-RESOURCE-UNRATED': () => takeRecord({ resource: 6 }),
    'RECORD-LEASE-UNKNOWN': () => takeRecord({ leaseId: 'ff'.repeat(32) }),
    'RECORD-LEASE-FOREIGN': () => {
      gateway.leases.set(LEASE_ID, gateway.lease({ nodeId: other.nodeId }));
      return takeRecord({});
    },
    'RECORD-LEASE-ENDED': () => {
      gateway.leases.set(LEASE_ID, gateway.lease({ epoch: 1 }));
      return takeRecord({});
    },
    'RECORD-WINDOW-OUTSIDE-EPOCH': () => takeRecord({ windowStartMs: EPOCH_START_MS - 1 }),
    'RECORD-WINDOW-OUTSIDE-LEASE': () => {
      gateway.leases.set(LEASE_ID, gateway.lease({ windowEndMs: EPOCH_START_MS + 999 }));
      return takeRecord({});
    },
    'RECORD-WINDOW-OVERLAP': () => gateway.take(node.batch([record(0), record(0.999)]).body),
    'RECORD-QUANTITY-IMPLAUSIBLE': () => takeRecord({ quantity: 4 * 64_000_000 * 1_000 + 1 }),
    'RECORD-EVIDENCE-MISSING': () => {
      gateway.leases.set(LEASE_ID, gateway.lease({ receiptId: 'ee'.repeat(32) }));
      return takeRecord({});
    },
    'RECORD-EVIDENCE-MISMATCH': () => {
      gateway.leases.set(LEASE_ID, gateway.lease({ receiptId: 'ee'.repeat(32) }));
      return takeRecord({ evidence: 'ef'.repeat(32) });
    },
  };
  for (const [code, attempt] of Object.entries(zero))
    test(code, () => {
      const admission = attempt();
      assert.ok(admission.outcome === 'accepted');
      assert.equal(admission.code, code);
      assert.deepEqual(admission.usage, []);
      assert.equal(admission.receipt.chainCode, REFUSAL_CODES[code as keyof typeof REFUSAL_CODES]);
      assert.equal(gateway.head.seq, 1);
      assert.equal(ADMISSION_CODES[code as AdmissionCode].stage, 'zero-usage');
    });

  test('never blocks the next one', () => {
    zero['RECORD-LEASE-UNKNOWN']();
    const next = gateway.take(node.batch(RECORDS, { seq: 2, previousBatchId: gateway.head.batchId }).body);
    assert.equal(usageOf(next).length, 2);
  });

  test('BATCH-NODE-STOPPED: a slashed node; one with a proposed fault goes on', () => {
    const { body } = node.batch(RECORDS);
    const slashed = gateway.judge(body, { node: { ...node.known, status: 'slashed' } });
    assert.equal(slashed.outcome === 'accepted' && slashed.code, 'BATCH-NODE-STOPPED');
    assert.equal(usageOf(gateway.judge(body, { node: { ...node.known, status: 'held' } })).length, 2);
  });

  test('BATCH-CLOCK-SKEW: a window that ends after its seal, or after now', () => {
    const code = (second: number, sealedAtMs: number) => {
      const admission = gateway.judge(node.batch([record(second)], { sealedAtMs }).body);
      return admission.outcome === 'accepted' && [admission.code, admission.where];
    };
    assert.deepEqual(code(29.5, NOW_MS), [null, undefined]);
    assert.deepEqual(code(29.501, NOW_MS), ['BATCH-CLOCK-SKEW', 'records[0]']);
    assert.deepEqual(code(20, NOW_MS - 9_501), ['BATCH-CLOCK-SKEW', 'records[0]']);
    assert.deepEqual(code(20, NOW_MS - 9_500), [null, undefined]);
  });

  test('RECORD-WINDOW-OVERLAP: with a window of an earlier batch; another resource has its own', () => {
    gateway.take(node.batch([record(5)]).body);
    const again = (records: UsageRecord[]) =>
      gateway.judge(node.batch(records, { seq: 2, previousBatchId: gateway.head.batchId }).body);
    const overlapping = again([record(6), record(5.5)]);
    assert.equal(overlapping.outcome === 'accepted' && overlapping.code, 'RECORD-WINDOW-OVERLAP');
    assert.equal(overlapping.outcome === 'accepted' && overlapping.where, 'records[1]');
    assert.equal(usageOf(again([record(0, { resource: 1 }), record(6)])).length, 2);
  });

  test('RECORD-EVIDENCE-MISSING: no receipt came; resources that are not billed need none', () => {
    gateway.leases.set(LEASE_ID, gateway.lease({ receiptId: null }));
    const missing = gateway.judge(node.batch([record(0, { evidence: 'ee'.repeat(32) })]).body);
    assert.equal(missing.outcome === 'accepted' && missing.code, 'RECORD-EVIDENCE-MISSING');
    assert.equal(usageOf(gateway.judge(node.batch([record(0, { resource: 1 })]).body)).length, 1);
  });

  test('RECORD-QUANTITY-IMPLAUSIBLE: more than the lease allows, over batches', () => {
    gateway.leases.set(LEASE_ID, gateway.lease({ quantityMax: { 7: 5_000_000 } }));
    gateway.take(node.batch([record(0, { quantity: 4_000_000 })]).body);
    const next = { seq: 2, previousBatchId: gateway.head.batchId };
    assert.equal(usageOf(gateway.judge(node.batch([record(1)], next).body)).length, 1);
    const more = gateway.judge(node.batch([record(1), record(2, { quantity: 1 })], next).body);
    assert.equal(more.outcome === 'accepted' && more.code, 'RECORD-QUANTITY-IMPLAUSIBLE');
    assert.equal(more.outcome === 'accepted' && more.where, 'records[1]');
  });

  test('RECORD-QUANTITY-IMPLAUSIBLE: many leases do not make one machine many', () => {
    const full = 4 * 64_000_000 * 1_000;
    const ids = ['b1', 'b2'].map((byte) => byte.repeat(32));
    for (const id of ids) gateway.leases.set(id, gateway.lease());
    const records = ids.map((leaseId) => record(0, { leaseId, quantity: full }));
    const admission = gateway.judge(node.batch(records).body);
    assert.equal(admission.outcome === 'accepted' && admission.code, 'RECORD-QUANTITY-IMPLAUSIBLE');
    assert.equal(usageOf(gateway.judge(node.batch([records[0]!]).body)).length, 1);
  });

  test('RECORD-QUANTITY-IMPLAUSIBLE: nor many batches an epoch longer', () => {
    const full = 4 * 64_000_000 * 60_000;
    const { body } = node.batch([record(0)]);
    assert.equal(usageOf(gateway.judge(body, { usedInEpoch: () => full - 1_000_000 })).length, 1);
    const more = gateway.judge(body, { usedInEpoch: () => full - 999_999 });
    assert.equal(more.outcome === 'accepted' && more.code, 'RECORD-QUANTITY-IMPLAUSIBLE');
  });

  test('the bound is exact beyond 2^53, where no quantity can be implausible', () => {
    const vast = { ...node.known, milliNcu: Number.MAX_SAFE_INTEGER };
    const records = [record(0, { quantity: Number.MAX_SAFE_INTEGER })];
    assert.equal(usageOf(gateway.judge(node.batch(records).body, { node: vast })).length, 1);
  });
});

test('every code has its text, its stage and its test, and those with zero usage are the numbered ones', () => {
  const zeroUsage = Object.values(ADMISSION_CODES).flatMap(({ code, stage }) => (stage === 'zero-usage' ? [code] : []));
  assert.deepEqual(new Set<string>(zeroUsage), new Set(Object.keys(REFUSAL_CODES)));
  for (const { text } of Object.values(ADMISSION_CODES)) assert.match(text, /^[A-Z].*\.$/);
});

describe('laws', () => {
  test('a changed byte anywhere is refused, or changes nothing', () => {
    const { body } = node.batch(RECORDS);
    const honest = usageOf(gateway.judge(body));
    const outcomes = new Set<string>();
    for (let index = 0; index < body.length; index++)
      for (const flip of [1, 0x80, 0xff]) {
        const changed = body.slice();
        changed[index] = changed[index]! ^ flip;
        const admission = gateway.judge(changed);
        outcomes.add(admission.outcome);
        if (admission.outcome === 'accepted') assert.deepEqual(admission.usage, honest);
      }
    assert.deepEqual([...outcomes], ['refused']);
  });

  test('a body cut anywhere, or with more behind it, is refused', () => {
    const { body } = node.batch(RECORDS);
    for (let length = 0; length < body.length; length++)
      assert.equal(gateway.judge(body.subarray(0, length)).outcome, 'refused');
    assert.equal(gateway.judge(Uint8Array.of(...body, 0)).outcome, 'refused');
  });

  test('any bytes at all are judged without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => gateway.judge(bytes).outcome === 'refused'));
  });

  test('any order, any repeats: the same batches are accepted with the same usage', () => {
    const batches = chain(8);
    const inOrder = new TestGateway(node);
    for (const { body } of batches) inOrder.take(body);
    assert.equal(inOrder.accepted.size, 8);
    const deliveries = fc
      .array(fc.nat(7), { maxLength: 20 })
      .chain((extra) => fc.shuffledSubarray([...batches.keys(), ...extra], { minLength: extra.length + 8 }));
    fc.assert(
      fc.property(deliveries, (order) => {
        const scattered = new TestGateway(node);
        for (const index of order) {
          const { outcome } = scattered.take(batches[index]!.body);
          assert.ok(outcome === 'accepted' || outcome === 'held' || outcome === 'duplicate');
        }
        assert.deepEqual(scattered.accepted, inOrder.accepted);
        assert.deepEqual(scattered.used, inOrder.used);
        assert.deepEqual(scattered.head, inOrder.head);
      }),
      { numRuns: 60 },
    );
  });

  test('what is accepted never passes what the node can do, whatever its records say', () => {
    const capacity = 4 * 64_000_000 * 60_000;
    const anyRecord = fc.record({
      second: fc.nat(28),
      windowMs: fc.integer({ min: 0, max: 2_000 }),
      quantity: fc.oneof(fc.nat(1_000_000), fc.integer({ min: 0, max: 2 ** 50 })),
    });
    fc.assert(
      fc.property(fc.array(fc.array(anyRecord, { maxLength: 4 }), { maxLength: 4 }), (batches) => {
        gateway = new TestGateway(node);
        for (const fields of batches) {
          const records = fields.map(({ second, ...rest }) => record(second, rest));
          gateway.take(node.batch(records, { seq: gateway.head.seq + 1, previousBatchId: gateway.head.batchId }).body);
        }
        assert.equal(gateway.head.seq, batches.length);
        assert.ok((gateway.used.get(`${LEASE_ID} 7`)?.quantity ?? 0) <= capacity);
      }),
      { numRuns: 40 },
    );
  });
});

/** Batches 1 to `count` of the node, a second of work each. */
function chain(count: number) {
  let previousBatchId = gateway.head.batchId;
  return Array.from({ length: count }, (_, index) => {
    const made = node.batch([record(index)], { seq: index + 1, previousBatchId });
    previousBatchId = made.id;
    return made;
  });
}

function takeRecord(differing: Partial<UsageRecord>) {
  return gateway.take(node.batch([record(0, differing)]).body);
}

function usageOf(admission: ReturnType<TestGateway['judge']>) {
  assert.ok(admission.outcome === 'accepted', JSON.stringify(admission));
  assert.equal(admission.code, null, JSON.stringify(admission));
  return admission.usage;
}
