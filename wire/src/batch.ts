import { toHex } from './bytes.ts';
import { CborReader, CborWriter, MAJOR } from './cbor.ts';
import { signedId } from './cose.ts';
import { type Hash, sha256 } from './hash.ts';
import { foldLevels, merkleRoot } from './merkle.ts';
import { messageCodec } from './message.ts';
import { encodeRecord, RecordReader, type UsageRecord, writeRecord } from './records.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/** What a node signs over a batch of records; the records stand beside it. */
export interface BatchHeader {
  readonly nodeId: string;
  readonly epoch: number;
  /** 1, 2, 3 … over the node's lifetime. */
  readonly seq: number;
  /** batchId of seq - 1; 64 zeros for the first. */
  readonly previousBatchId: string;
  readonly recordCount: number;
  /** Sum of the records' quantities by resource code; only resources that occur. */
  readonly totals: ReadonlyMap<number, number>;
  readonly recordsRoot: string;
  readonly sealedAtMs: number;
  /** Hash of the node's newest attestation evidence. */
  readonly attestationHash?: string;
}

const headerCodec = messageCodec<BatchHeader>('batch-header', {
  nodeId: { key: 1, kind: 'id' },
  epoch: { key: 2, kind: 'unsigned' },
  seq: { key: 3, kind: 'unsigned' },
  previousBatchId: { key: 4, kind: 'id' },
  recordCount: { key: 5, kind: 'unsigned' },
  totals: { key: 6, kind: 'amounts' },
  recordsRoot: { key: 7, kind: 'id' },
  sealedAtMs: { key: 8, kind: 'unsigned' },
  attestationHash: { key: 9, kind: 'id', optional: true },
});

/** The header's bytes: the payload of the batch's COSE_Sign1. Errors: as MessageCodec.encode. */
export const encodeBatchHeader = headerCodec.encode;

/** Errors: as MessageCodec.decode. */
export const decodeBatchHeader = headerCodec.decode;

/** SHA-256 of the header's Sig_structure: what the next header's previousBatchId names. */
export const batchId: (headerBytes: Uint8Array, aad: Uint8Array, hash?: Hash) => string = signedId;

/** previousBatchId of a node's first batch. */
export const FIRST_PREVIOUS_BATCH_ID = '0'.repeat(64);

/** Root of the records tree (RFC 9162 §2.1) as hex. */
export function recordsRoot(records: readonly UsageRecord[], hash: Hash = sha256): string {
  return toHex(merkleRoot(records.map(encodeRecord), hash));
}

/**
 * Quantities summed by resource code, in ascending order of codes.
 * Errors: BATCH-TOTALS when a sum passes 2^53 - 1.
 */
export function totalsOf(records: readonly UsageRecord[]): Map<number, number> {
  const sums: number[] = [];
  for (const { resource, quantity } of records) {
    const sum = (sums[resource] ?? 0) + quantity;
    if (sum > Number.MAX_SAFE_INTEGER) throw new WireRefusal('BATCH-TOTALS', { expected: 'sums of at most 2^53 - 1' });
    sums[resource] = sum;
  }
  const totals = new Map<number, number>();
  sums.forEach((sum, resource) => {
    totals.set(resource, sum);
  });
  return totals;
}

/** The body of a batch's POST: CBOR[signed header bytes, [records…]]. Errors: as encodeRecord. */
export function encodeBatch(batch: {
  readonly cose: Uint8Array;
  readonly records: readonly UsageRecord[];
}): Uint8Array {
  const writer = new CborWriter();
  writer.head(MAJOR.array, 2);
  writer.byteString(batch.cose);
  writer.head(MAJOR.array, batch.records.length);
  for (const record of batch.records) writeRecord(writer, record);
  return writer.take();
}

/** A batch as it came: parsed, nothing verified. */
export interface DecodedBatch {
  /** The signed header, of its own memory: parseCose, then decodeBatchHeader. */
  readonly cose: Uint8Array;
  readonly records: readonly UsageRecord[];
  /** The records' bytes, a view of the body. */
  readonly recordBytes: Uint8Array;
  /** Record i stands at recordBytes[recordEnds[i - 1] ?? 0] up to recordEnds[i]. */
  readonly recordEnds: Uint32Array;
}

/**
 * Reads a batch's POST body; hashes nothing, since nothing is worth hashing before the signature holds.
 * Errors: those of decodeCbor and RecordReader; BATCH-SHAPE.
 */
export function decodeBatch(body: Uint8Array): DecodedBatch {
  const reader = new CborReader(body);
  requireHead(reader, MAJOR.array, 'an array of 2');
  if (reader.argument() !== 2) throw reader.refusal('BATCH-SHAPE', 'an array of 2', 'another length');
  requireHead(reader, MAJOR.bytes, 'the signed header');
  const cose = reader.content(reader.argument()).slice();
  requireHead(reader, MAJOR.array, 'the records');
  const count = reader.argument();
  if (count > body.length) throw reader.refusal('CBOR-SHORT', `${count} records`, 'fewer bytes');
  return { cose, ...readRecords(reader, count) };
}

/** The records' root as hex, from their bytes as they came: no record is encoded again. */
export function batchRecordsRoot(batch: DecodedBatch, hash: Hash = sha256): string {
  const { recordBytes, recordEnds } = batch;
  const level = new Uint8Array(recordEnds.length * 32 + 1);
  const message = new Uint8Array(RECORD_BYTES_MAX + 1);
  let start = 0;
  for (let index = 0; index < recordEnds.length; index++) {
    const end = recordEnds[index]!;
    message.set(recordBytes.subarray(start, end), 1);
    level.set(hash(message.subarray(0, end - start + 1)), index * 32 + 1);
    start = end;
  }
  return toHex(foldLevels(level, recordEnds.length, hash));
}

/**
 * Holds the records against what the header's signature covers.
 * Errors: BATCH-RECORD-COUNT, BATCH-TOTALS, BATCH-RECORDS-ROOT.
 */
export function checkBatchRecords(header: BatchHeader, batch: DecodedBatch, hash: Hash = sha256): void {
  const count = batch.records.length;
  if (count !== header.recordCount) throw mismatch('BATCH-RECORD-COUNT', `${header.recordCount}`, `${count}`);
  const totals = totalsOf(batch.records);
  for (const resource of new Set([...totals.keys(), ...header.totals.keys()])) {
    const [signed, summed] = [header.totals.get(resource), totals.get(resource)];
    if (signed !== summed) throw mismatch('BATCH-TOTALS', `${signed} of resource ${resource}`, `${summed}`);
  }
  const root = batchRecordsRoot(batch, hash);
  if (root !== header.recordsRoot) throw mismatch('BATCH-RECORDS-ROOT', header.recordsRoot, root);
}

/** Heads of 9 bytes for four integers, two ids with their heads of 2, the array's head. */
const RECORD_BYTES_MAX = 1 + 34 * 2 + 9 * 4;

function readRecords(reader: CborReader, count: number): Omit<DecodedBatch, 'cose'> {
  const first = reader.position;
  const recordReader = new RecordReader(reader);
  const records: UsageRecord[] = [];
  const ends: number[] = [];
  for (let index = 0; index < count; index++) {
    records.push(recordReader.read());
    ends.push(reader.position - first);
  }
  reader.end();
  return { records, recordBytes: reader.bytes.subarray(first), recordEnds: Uint32Array.from(ends) };
}

function requireHead(reader: CborReader, majorType: number, expected: string): void {
  const initial = reader.bytes[reader.position];
  if (initial !== undefined && initial >> 5 === majorType) return;
  const where = `byte ${reader.position}`;
  throw new WireRefusal('BATCH-SHAPE', { expected, got: nameOf(reader.item(0)), where });
}

function mismatch(code: string, expected: string, got: string): WireRefusal {
  return new WireRefusal(code, { expected, got, where: 'batch' });
}
