import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import {
  batchId,
  batchRecordsRoot,
  checkBatchRecords,
  coseOpen,
  coseSign1,
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  encodeBatchHeader,
  externalAad,
  FIRST_PREVIOUS_BATCH_ID,
  nodeIdOf,
  parseCose,
  recordsRoot,
  totalsOf,
  type UsageRecord,
} from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = publicKey.export({ type: 'spki', format: 'der' });
const aad = externalAad({
  chain: 'eip155:31337',
  settlement: `0x${'ab'.repeat(20)}`,
  economyHash: '0c'.repeat(32),
});
const signBytes = (message: Uint8Array) => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const verifyBytes = (message: Uint8Array, signature: Uint8Array) =>
  verify('sha256', message, { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' }, signature);

const records: UsageRecord[] = Array.from({ length: 7 }, (_, index) => ({
  leaseId: String(index % 3).repeat(64),
  resource: 1 + (index % 8),
  quantity: index * 1_000_003,
  windowStartMs: 1_700_000_000_000 + index,
  windowMs: 1000,
  evidence: index % 2 === 0 ? null : 'ef'.repeat(32),
}));

function headerOf(over: readonly UsageRecord[]) {
  return {
    nodeId: nodeIdOf(spki),
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
  const body = encodeBatch({ cose: await coseSign1(payload, aad, signBytes), records });
  const batch = decodeBatch(body);
  const opened = coseOpen(batch.cose, aad, () => verifyBytes);
  assert.deepEqual(decodeBatchHeader(opened.payload), header);
  assert.deepEqual(batch.records, records);
  checkBatchRecords(header, batch);
  assert.equal(batchRecordsRoot(batch), header.recordsRoot);
  const id = createHash('sha256').update(parseCose(batch.cose).toBeSigned(aad)).digest('hex');
  assert.equal(batchId(payload, aad), id);
});
