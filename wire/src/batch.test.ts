import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertRefused, mutations, usageRecord } from '../test/values.ts';
import {
  type BatchHeader,
  batchId,
  batchRecordsRoot,
  type CborValue,
  checkBatchRecords,
  coseOpen,
  coseSign1,
  decodeBatch,
  decodeBatchHeader,
  decodeCbor,
  encodeBatch,
  encodeBatchHeader,
  encodeCbor,
  encodeRecord,
  externalAad,
  FIRST_PREVIOUS_BATCH_ID,
  merkleRoot,
  nodeIdOf,
  parseCose,
  RESOURCE_CODES,
  recordsRoot,
  toHex,
  totalsOf,
  type UsageRecord,
  WireRefusal,
} from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const aad = externalAad({ chain: 'eip155:31337', settlement: `0x${'ab'.repeat(20)}`, economyHash: '0c'.repeat(32) });
const signWithKey = (message: Uint8Array) => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const verifyWithKey = (message: Uint8Array, signature: Uint8Array) =>
  verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
const native = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

const records: UsageRecord[] = Array.from({ length: 7 }, (_, index) => ({
  leaseId: String(index % 3).repeat(64),
  resource: 1 + (index % 8),
  quantity: index * 1_000_003,
  windowStartMs: 1_700_000_000_000 + index,
  windowMs: 1000,
  evidence: index % 2 === 0 ? null : 'ef'.repeat(32),
}));
const cose = Uint8Array.of(0xd2, 0x80);

function headerOf(over: readonly UsageRecord[]): BatchHeader {
  return {
    nodeId: nodeIdOf(publicKey.export({ type: 'spki', format: 'der' })),
    epoch: 3,
    seq: 1,
    previousBatchId: FIRST_PREVIOUS_BATCH_ID,
    recordCount: over.length,
    totals: totalsOf(over),
    recordsRoot: recordsRoot(over),
    sealedAtMs: 1_700_000_001_000,
  };
}

test('a signed batch comes back as it was sealed', async () => {
  const header = headerOf(records);
  const payload = encodeBatchHeader(header);
  const body = encodeBatch({ cose: await coseSign1(payload, aad, signWithKey), records });
  const batch = decodeBatch(body);
  const opened = coseOpen(batch.cose, aad, () => verifyWithKey);
  assert.deepEqual(decodeBatchHeader(opened.payload), header);
  assert.deepEqual(batch.records, records);
  checkBatchRecords(header, batch);
  const id = toHex(native(parseCose(batch.cose).toBeSigned(aad)));
  assert.equal(batchId(payload, aad), id);
});

test('any records come back, and their root is the tree over their encodings', () => {
  fc.assert(
    fc.property(fc.array(usageRecord, { maxLength: 20 }), (some) => {
      const batch = decodeBatch(encodeBatch({ cose, records: some }));
      assert.deepEqual(batch.records, some);
      const root = toHex(merkleRoot(some.map(encodeRecord), native));
      assert.deepEqual(
        [batchRecordsRoot(batch), batchRecordsRoot(batch, native), recordsRoot(some)],
        [root, root, root],
      );
    }),
  );
});

test('a record is the generic encoding of its six fields', () => {
  fc.assert(
    fc.property(usageRecord, (record) => {
      const { leaseId, resource, quantity, windowStartMs, windowMs, evidence } = record;
      const id = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
      const items = [id(leaseId), resource, quantity, windowStartMs, windowMs, evidence === null ? null : id(evidence)];
      assert.equal(toHex(encodeRecord(record)), toHex(encodeCbor(items)));
    }),
  );
});

test('the body may lie anywhere in a larger buffer', () => {
  const body = encodeBatch({ cose, records });
  const pool = Buffer.alloc(body.length + 40, 0xff);
  pool.set(body, 13);
  const batch = decodeBatch(pool.subarray(13, 13 + body.length));
  assert.deepEqual(batch.records, records);
  assert.equal(batchRecordsRoot(batch), recordsRoot(records));
});

test('mutated bodies are refused, or encode to themselves again', () => {
  const mutated = fc
    .array(usageRecord, { maxLength: 4 })
    .chain((some) => mutations(encodeBatch({ cose, records: some })));
  fc.assert(
    fc.property(mutated, (body) => {
      const batch = decoded(body);
      if (batch !== null) assert.equal(toHex(encodeBatch(batch)), toHex(body));
    }),
    { numRuns: 2000 },
  );
});

test('the record reader takes nothing that the generic decoder refuses, and refuses with its codes', () => {
  const mutated = fc
    .array(usageRecord, { minLength: 1, maxLength: 3 })
    .chain((some) => mutations(encodeBatch({ cose, records: some })));
  fc.assert(
    fc.property(mutated, (body) => {
      const [fast, generic] = [refusalCodeOf(() => decodeBatch(body)), refusalCodeOf(() => decodeCbor(body))];
      if (generic !== null) assert.notEqual(fast, null);
      if (fast?.startsWith('CBOR-')) assert.ok(generic?.startsWith('CBOR-'), `${fast} where the generic has none`);
    }),
    { numRuns: 2000 },
  );
});

function decoded(body: Uint8Array) {
  try {
    return decodeBatch(body);
  } catch (error) {
    assert.ok(error instanceof WireRefusal, String(error));
    return null;
  }
}

function refusalCodeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    assert.ok(error instanceof WireRefusal, String(error));
    return error.code;
  }
}

const ID = new Uint8Array(32).fill(1);
const bodyOf = (...record: readonly CborValue[]) => encodeCbor([cose, [record]]);

test('BATCH-SHAPE', () => {
  for (const value of [0, [], [cose], [cose, [], 0], ['a', []], [cose, 0], new Map()]) {
    assertRefused('BATCH-SHAPE', () => decodeBatch(encodeCbor(value)));
  }
});

test('RECORD-SHAPE', () => {
  const good: CborValue[] = [ID, 7, 1, 0, 1, null];
  assert.equal(decodeBatch(bodyOf(...good)).records.length, 1);
  const wrong: [number, CborValue][] = [
    [0, 'a'],
    [0, ID.subarray(1)],
    [0, new Uint8Array(33)],
    [1, 'a'],
    [2, -1],
    [3, null],
    [4, [1]],
    [5, false],
    [5, ID.subarray(1)],
  ];
  for (const [at, value] of wrong) assertRefused('RECORD-SHAPE', () => decodeBatch(bodyOf(...good.with(at, value))));
  assertRefused('RECORD-SHAPE', () => decodeBatch(bodyOf(...good.slice(1))));
  assertRefused('RECORD-SHAPE', () => decodeBatch(bodyOf(...good, 0)));
  assertRefused('RECORD-SHAPE', () => decodeBatch(encodeCbor([cose, [7]])));
});

test('the code of a record’s bad bytes is the generic decoder’s', () => {
  const head = `8242d2808186${'5820'}${'01'.repeat(32)}`;
  const rows: [string, string][] = [
    ['f93c00', 'CBOR-FLOAT'],
    ['c101', 'CBOR-TAG'],
    ['1f', 'CBOR-INDEFINITE'],
    ['1807', 'CBOR-LONG-FORM'],
    ['1b0020000000000000', 'CBOR-RANGE'],
    ['1c', 'CBOR-RESERVED'],
    ['f7', 'CBOR-SIMPLE'],
    ['', 'CBOR-SHORT'],
    ['19ff', 'CBOR-SHORT'],
  ];
  for (const [tail, code] of rows) assertRefused(code, () => decodeBatch(Buffer.from(head + tail, 'hex')));
  assertRefused('CBOR-SHORT', () => decodeBatch(Buffer.from('8242d2809affffffff00', 'hex')));
  assertRefused('CBOR-TRAILING', () => decodeBatch(Buffer.from('8242d2808000', 'hex')));
  assertRefused('CBOR-SHORT', () => decodeBatch(new Uint8Array(0)));
});

test('RECORD-RESOURCE', () => {
  for (const resource of [0, 9, 256]) {
    assertRefused('RECORD-RESOURCE', () => encodeRecord({ ...records[0]!, resource }));
    assertRefused('RECORD-RESOURCE', () => decodeBatch(bodyOf(ID, resource, 1, 0, 1, null)));
  }
  for (const resource of [0.5, Number.NaN]) {
    assertRefused('RECORD-RESOURCE', () => encodeRecord({ ...records[0]!, resource }));
  }
});

test('RECORD-WINDOW', () => {
  const [windowStartMs, windowMs] = [Number.MAX_SAFE_INTEGER - 5, 6];
  assertRefused('RECORD-WINDOW', () => encodeRecord({ ...records[0]!, windowStartMs, windowMs }));
  assertRefused('RECORD-WINDOW', () => decodeBatch(bodyOf(ID, 1, 1, windowStartMs, windowMs, null)));
});

test('a record that is no record is not encoded', () => {
  assertRefused('CBOR-RANGE', () => encodeRecord({ ...records[0]!, quantity: -1 }));
  assertRefused('CBOR-TYPE', () => encodeRecord({ ...records[0]!, quantity: 0.5 }));
  assertRefused('HEX-FORM', () => encodeRecord({ ...records[0]!, leaseId: 'aa' }));
  assertRefused('HEX-FORM', () => encodeRecord({ ...records[0]!, evidence: 'AA'.repeat(32) }));
});

test('totals are by resource, ascending, of those that occur', () => {
  const of = (resource: number, quantity: number) => ({ ...records[0]!, resource, quantity });
  assert.deepEqual(
    [...totalsOf([of(7, 5), of(1, 0), of(7, 6)])],
    [
      [RESOURCE_CODES.cpu, 0],
      [RESOURCE_CODES.fuel, 11],
    ],
  );
  assert.deepEqual([...totalsOf([])], []);
});

test('BATCH-TOTALS', () => {
  const batch = decodeBatch(encodeBatch({ cose, records }));
  const header = headerOf(records);
  for (const totals of [new Map(), new Map([...header.totals, [1, 1]]), new Map([...header.totals]).set(8, 0)]) {
    assertRefused('BATCH-TOTALS', () => checkBatchRecords({ ...header, totals }, batch));
  }
  const full = { ...records[0]!, quantity: Number.MAX_SAFE_INTEGER };
  assertRefused('BATCH-TOTALS', () => totalsOf([full, { ...full, quantity: 1 }]));
});

test('BATCH-RECORD-COUNT', () => {
  const batch = decodeBatch(encodeBatch({ cose, records: records.slice(1) }));
  assertRefused('BATCH-RECORD-COUNT', () => checkBatchRecords(headerOf(records), batch));
});

test('BATCH-RECORDS-ROOT', () => {
  const swapped = [records[1]!, records[0]!, ...records.slice(2)];
  const batch = decodeBatch(encodeBatch({ cose, records: swapped }));
  assertRefused('BATCH-RECORDS-ROOT', () => checkBatchRecords(headerOf(records), batch));
});
