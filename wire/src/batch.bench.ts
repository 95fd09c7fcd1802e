import { generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  batchRecordsRoot,
  checkBatchRecords,
  coseOpen,
  coseSign1,
  decodeBatch,
  decodeBatchHeader,
  decodeCbor,
  encodeBatch,
  encodeBatchHeader,
  externalAad,
  FIRST_PREVIOUS_BATCH_ID,
  nodeIdOf,
  recordsRoot,
  sha256,
  toHex,
  totalsOf,
  type UsageRecord,
} from './index.ts';

// What the wire's part of admitting a batch of 1,000 records costs on one core: read, verify, hold against the header.

const RECORDS = 1000;
const MEASURE_MS = 1000;

/** The platform's SHA-256 by way of a binary string: half the cost of letting it allocate a Buffer per digest. */
const nativeSha256 = (bytes: Uint8Array) => Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const aad = externalAad({ chain: 'eip155:31337', settlement: `0x${'00'.repeat(20)}`, economyHash: '00'.repeat(32) });
const ieee = { dsaEncoding: 'ieee-p1363' } as const;
const verifyWithKey = (message: Uint8Array, signature: Uint8Array) =>
  verify('sha256', message, { key: publicKey, ...ieee }, signature);

function recordsOver(leaseCount: number): UsageRecord[] {
  return Array.from({ length: RECORDS }, (_, index) => ({
    leaseId: toHex(sha256(Uint8Array.of(index % leaseCount, (index % leaseCount) >> 8))),
    resource: 7,
    quantity: 5_000_000_000 + index,
    windowStartMs: 1_700_000_000_000 + index * 1000,
    windowMs: 1000,
    evidence: index % 2 === 0 ? null : toHex(sha256(Uint8Array.of(index >> 8, index, 1))),
  }));
}

async function bodyOf(records: readonly UsageRecord[]): Promise<Uint8Array> {
  const header = encodeBatchHeader({
    nodeId: nodeIdOf(publicKey.export({ type: 'spki', format: 'der' })),
    epoch: 1,
    seq: 1,
    previousBatchId: FIRST_PREVIOUS_BATCH_ID,
    recordCount: records.length,
    totals: totalsOf(records),
    recordsRoot: recordsRoot(records),
    sealedAtMs: 1_700_000_000_000,
  });
  const signWithKey = (message: Uint8Array) => sign('sha256', message, { key: privateKey, ...ieee });
  return encodeBatch({ cose: await coseSign1(header, aad, signWithKey), records });
}

function admit(body: Uint8Array): void {
  const batch = decodeBatch(body);
  const { payload } = coseOpen(batch.cose, aad, () => verifyWithKey);
  checkBatchRecords(decodeBatchHeader(payload), batch, nativeSha256);
}

function recordsPerSecond(act: () => unknown): number {
  for (let warm = performance.now() + MEASURE_MS / 4; performance.now() < warm; ) act();
  const beginMs = performance.now();
  let batches = 0;
  for (; performance.now() - beginMs < MEASURE_MS; batches++) act();
  return Math.round((batches * RECORDS * 1000) / (performance.now() - beginMs));
}

const results: Record<string, number> = {};
for (const leaseCount of [10, RECORDS]) {
  const records = recordsOver(leaseCount);
  const body = await bodyOf(records);
  const batch = decodeBatch(body);
  const acts = {
    'read the batch': () => decodeBatch(body),
    'read it by the generic decoder': () => decodeCbor(body),
    'records root, native SHA-256': () => batchRecordsRoot(batch, nativeSha256),
    'records root, portable SHA-256': () => batchRecordsRoot(batch),
    'read, verify, hold against the header': () => admit(body),
    'write the batch': () => encodeBatch({ cose: batch.cose, records }),
  };
  for (const [name, act] of Object.entries(acts)) {
    const rate = recordsPerSecond(act);
    results[`${name}, ${leaseCount} leases`] = rate;
    console.log(
      `${name.padEnd(40)} ${String(leaseCount).padStart(5)} leases ${rate.toLocaleString('en').padStart(12)} records/s`,
    );
  }
}
const folder = new URL('../../bench-results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('wire-batch.json', folder), `${JSON.stringify({ unit: 'records/s', results }, null, 2)}\n`);
