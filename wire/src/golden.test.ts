import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as cbor2 from 'cbor2';
import { GOLDEN_DOMAIN, GOLDEN_HEADER, GOLDEN_RECORDS, GOLDEN_SPKI, goldenMessages } from '../test/golden.ts';
import { GOLDEN_FILE } from '../test/write-vectors.ts';
import { checkBatchRecords, coseOpen, decodeBatch, decodeBatchHeader, externalAad, normaliseLowS } from './index.ts';

const golden = JSON.parse(readFileSync(GOLDEN_FILE, 'utf8'));
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const readByOracle = (hex: string): unknown =>
  cbor2.decode(bytesOf(hex), { ...cbor2.cdeDecodeOptions, preferMap: true });

test('bytes and hashes of every message are the pinned ones', () => {
  assert.deepEqual(goldenMessages(), golden);
});

test('the pinned batch verifies, its signature low, its records held by its header', () => {
  const key = createPublicKey({ key: Buffer.from(GOLDEN_SPKI), format: 'der', type: 'spki' });
  const batch = decodeBatch(bytesOf(golden.batch.body));
  const opened = coseOpen(batch.cose, externalAad(GOLDEN_DOMAIN), () => (message, signature) => {
    assert.deepEqual(normaliseLowS(signature), signature);
    return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  });
  const header = decodeBatchHeader(opened.payload);
  assert.deepEqual(header, GOLDEN_HEADER);
  assert.deepEqual(batch.records, GOLDEN_RECORDS);
  checkBatchRecords(header, batch);
});

test('ids are SHA-256 of Sig_structures that another CBOR library reads', () => {
  for (const { bytes, sigStructure, id } of [
    golden.batchHeader,
    golden.receipt,
    golden.taskReceipt,
    golden.deviceRequest,
  ]) {
    assert.equal(createHash('sha256').update(bytesOf(sigStructure)).digest('hex'), id);
    const expected = ['Signature1', bytesOf('a10126'), bytesOf(golden.domain.externalAad), bytesOf(bytes)];
    assert.deepEqual(readByOracle(sigStructure), expected);
  }
});

test('another CBOR library reads the header and the domain alike', () => {
  assert.deepEqual(readByOracle(golden.domain.externalAad), [
    'eip155:31337',
    bytesOf('00112233445566778899aabbccddeeff00112233'),
    bytesOf('ec'.repeat(32)),
  ]);
  const header = readByOracle(golden.batchHeader.bytes) as Map<number, unknown>;
  assert.deepEqual([...header.keys()], [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(header.get(6), GOLDEN_HEADER.totals);
});
