import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCose, type UsageRecord } from '@stannary/wire';
import { AAD, EPOCH_START_MS, nativeSha256, record, TestGateway, TestNode } from './admission.fixture.ts';
import { judgeBatch, readBatch } from './admission.ts';

// Every check of admission on one core, in memory: what a gateway does with a batch but for its database. Beside it,
// in the same run, the two things it cannot do without: one P-256 verification a batch, two SHA-256 a record.

const SIZES = [10, 100, 1_000];
const LEASES = 50;
const BATCHES = 16;
const ROUNDS = 7;
const ROUND_MS = 300;
const GOAL_RECORDS_PER_SECOND = 800_000;

const node = new TestNode();
const leaseIds = Array.from({ length: LEASES }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));

/** Seconds of work of many leases at once, as a meter reports them: fuel with its receipt, CPU time without. */
function recordsOf(count: number, batch: number): UsageRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const leaseId = leaseIds[index % LEASES]!;
    const second = Math.floor(index / (2 * LEASES)) + 0.001 * batch;
    const isFuel = Math.floor(index / LEASES) % 2 === 0;
    return isFuel
      ? record(second, { leaseId, quantity: 4_000_000_000 + index, evidence: leaseId })
      : record(second, { leaseId, resource: 1, quantity: 60_000 + index });
  });
}

function gatewayOf(): TestGateway {
  const gateway = new TestGateway(node);
  for (const id of leaseIds) gateway.leases.set(id, gateway.lease({ receiptId: id, quantityMax: { 7: 2 ** 50 } }));
  return gateway;
}

/** Calls per second of processor time, the collector's threads included: a busy machine does not change it much. */
function callsPerSecond(act: (call: number) => void): number {
  const before = process.cpuUsage();
  const started = performance.now();
  let calls = 0;
  while (performance.now() - started < ROUND_MS) for (let burst = 0; burst < 8; burst++) act(calls++);
  const { user, system } = process.cpuUsage(before);
  return (calls * 1e6) / (user + system);
}

function admissionOf(size: number): (call: number) => void {
  const gateway = gatewayOf();
  const bodies = Array.from({ length: BATCHES }, (_, batch) => node.batch(recordsOf(size, batch)).body);
  const facts = gateway.facts(1, { node: node.known, nowMs: EPOCH_START_MS + 30_000 });
  return (call) => {
    const read = readBatch(bodies[call % BATCHES]!);
    const admission = read.outcome === 'read' ? judgeBatch(read, facts) : read;
    if (admission.outcome !== 'accepted' || admission.code !== null) throw new Error(JSON.stringify(admission));
  };
}

function verificationOf(): () => void {
  const { signature, toBeSigned } = parseCose(node.sign(new Uint8Array(150)));
  const message = toBeSigned(AAD);
  return () => {
    if (!node.verify(message, signature)) throw new Error('the signature does not verify');
  };
}

/** A leaf of the usual length and an inner node: what one record adds to its tree. */
function hashingOf(): () => void {
  const [leaf, inner] = [new Uint8Array(76), new Uint8Array(65)];
  return () => {
    nativeSha256(leaf);
    nativeSha256(inner);
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

const acts = [verificationOf(), hashingOf(), ...SIZES.map(admissionOf)];
const measured: number[][] = acts.map(() => []);
// All in turn, round after round: what else the machine does falls on each alike.
for (let round = 0; round <= ROUNDS; round++)
  for (const [index, act] of acts.entries()) {
    const rate = callsPerSecond(act);
    if (round > 0) measured[index]!.push(rate);
  }
const [verifiesPerSecond, hashPairsPerSecond, ...batchesPerSecond] = measured.map(median);

const rows = SIZES.map((size, index) => {
  const recordsPerSecond = batchesPerSecond[index]! * size;
  const verifyLimit = verifiesPerSecond! * size;
  const limit = 1 / (1 / verifyLimit + 1 / hashPairsPerSecond!);
  return {
    recordsPerBatch: size,
    recordsPerSecond: Math.round(recordsPerSecond),
    microsecondsPerBatch: Number((1e6 / batchesPerSecond[index]!).toFixed(1)),
    ofRawVerify: Number((recordsPerSecond / verifyLimit).toFixed(3)),
    ofRawSha256: Number((recordsPerSecond / hashPairsPerSecond!).toFixed(3)),
    ofBothTogether: Number((recordsPerSecond / limit).toFixed(3)),
  };
});
const thousand = rows.at(-1)!;
/** e in time ~ records^e, from each size to the next, ten times larger. */
const exponents = rows
  .slice(1)
  .map((row, index) => Number(Math.log10(row.microsecondsPerBatch / rows[index]!.microsecondsPerBatch).toFixed(2)));

console.table(rows);
console.log(`raw P-256: ${Math.round(verifiesPerSecond!)} verifications/s`);
console.log(`raw SHA-256: ${Math.round(hashPairsPerSecond!)} pairs of a leaf and a node/s`);
console.log(`time grows with (records per batch)^e, e = ${exponents.join(' and ')}`);
console.log(`goal at 1,000: ${GOAL_RECORDS_PER_SECOND} records/s, got ${thousand.recordsPerSecond}`);

const folder = join(process.cwd(), 'bench-results');
mkdirSync(folder, { recursive: true });
const raw = { verifiesPerSecond, hashPairsPerSecond };
const results = { goalRecordsPerSecond: GOAL_RECORDS_PER_SECOND, raw, rows, exponents };
writeFileSync(join(folder, 'admission.json'), `${JSON.stringify(results, null, 2)}\n`);
