import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import type { Epoch, EpochClock } from '@stannary/kernel';
import {
  checkBatchRecords,
  coseOpen,
  decodeBatch,
  decodeBatchHeader,
  externalAad,
  nodeIdOf,
  parseCose,
  RESOURCE_CODES,
  type UsageRecord,
} from '@stannary/wire';
import { deviceKeysOf } from './keys.ts';
import { BATCH_RECORDS_MAX, FIRST_HEAD, type SealOptions, sealBatch } from './seal.ts';

const clock: EpochClock = { genesisMs: 1000, epochMs: 5000, epochsPerEra: 4, pauses: [] };
const keys = deviceKeysOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const nodeId = nodeIdOf(keys.spki);
const aad = externalAad({ chain: 'eip155:31337', settlement: `0x${'12'.repeat(20)}`, economyHash: '34'.repeat(32) });
const epoch = 2 as Epoch;

test('a batch carries its records, their sums and root, and the chain, under one signature of the node', async () => {
  const records = recordsOf(7);
  const sealed = await sealBatch(optionsFor(records));
  const batch = decodeBatch(sealed.body);
  const key = createPublicKey({ key: Buffer.from(keys.spki), format: 'der', type: 'spki' });
  const verifyNode = (message: Uint8Array, signature: Uint8Array) =>
    verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  const header = decodeBatchHeader(coseOpen(batch.cose, aad, () => verifyNode).payload);
  assert.deepEqual(batch.records, records);
  checkBatchRecords(header, batch);
  const { nodeId: signer, seq, previousBatchId, sealedAtMs } = header;
  assert.deepEqual([signer, seq, previousBatchId, sealedAtMs], [nodeId, 1, '0'.repeat(64), 12_345]);
  assert.deepEqual([...header.totals], [[RESOURCE_CODES.fuel, 21]]);
});

test('the next batch names the one before it', async () => {
  const first = await sealBatch(optionsFor(recordsOf(1)));
  const head = { nextSeq: 2, previousBatchId: first.batchId };
  const second = await sealBatch({ ...optionsFor(recordsOf(2)), head });
  const header = decodeBatchHeader(parseCose(decodeBatch(second.body).cose).payload);
  assert.deepEqual([header.seq, header.previousBatchId], [2, first.batchId]);
});

test('a thousand records are one batch of less than 128 kB', async () => {
  const sealed = await sealBatch(optionsFor(recordsOf(BATCH_RECORDS_MAX)));
  assert.ok(sealed.body.length < 128 * BATCH_RECORDS_MAX);
});

test('METER-BATCH-COUNT for none or more than a thousand records', async () => {
  for (const count of [0, BATCH_RECORDS_MAX + 1]) {
    await assert.rejects(sealBatch(optionsFor(recordsOf(count))), { code: 'METER-BATCH-COUNT', refusalClass: 'input' });
  }
});

test('METER-BATCH-EPOCH for a window that reaches out of the epoch', async () => {
  for (const [windowStartMs, windowMs] of [
    [10_999, 1],
    [15_990, 11],
  ] as const) {
    const records = recordsOf(2).with(1, { ...recordsOf(1)[0]!, windowStartMs, windowMs });
    await assert.rejects(sealBatch(optionsFor(records)), { code: 'METER-BATCH-EPOCH', refusalClass: 'input' });
  }
});

function optionsFor(records: readonly UsageRecord[]): SealOptions {
  return { nodeId, clock, epoch, head: FIRST_HEAD, records, sealedAtMs: 12_345.6, aad, sign: keys.sign };
}

/** Fuel 0, 1, 2 … in windows of a millisecond, inside epoch 2. */
function recordsOf(count: number): UsageRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    leaseId: 'ab'.repeat(32),
    resource: RESOURCE_CODES.fuel,
    quantity: index,
    windowStartMs: 11_000 + index,
    windowMs: 1,
    evidence: 'cd'.repeat(32),
  }));
}
