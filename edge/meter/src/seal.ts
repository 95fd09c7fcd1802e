import type { Epoch, EpochClock } from '@stannary/kernel';
import {
  batchId,
  coseSign1,
  encodeBatch,
  encodeBatchHeader,
  FIRST_PREVIOUS_BATCH_ID,
  recordsRoot,
  type Sign,
  totalsOf,
  type UsageRecord,
} from '@stannary/wire';
import { nativeSha256 } from './native-hash.ts';
import { isInsideEpoch } from './records.ts';
import { MeterRefusal } from './refusal.ts';

/** One signature covers up to this many records; admission refuses more. */
export const BATCH_RECORDS_MAX = 1000;

/** Where a node's hash chain goes on. */
export interface ChainHead {
  readonly nextSeq: number;
  readonly previousBatchId: string;
}

export const FIRST_HEAD: ChainHead = { nextSeq: 1, previousBatchId: FIRST_PREVIOUS_BATCH_ID };

/** A signed batch: from here on its bytes never change. */
export interface SealedBatch {
  readonly seq: number;
  readonly batchId: string;
  readonly previousBatchId: string;
  readonly epoch: Epoch;
  readonly recordCount: number;
  /** What is posted: the signed header and the records. */
  readonly body: Uint8Array;
}

export interface SealOptions {
  readonly nodeId: string;
  readonly clock: EpochClock;
  readonly epoch: Epoch;
  readonly head: ChainHead;
  /** 1 to BATCH_RECORDS_MAX, all of `epoch`. */
  readonly records: readonly UsageRecord[];
  readonly sealedAtMs: number;
  readonly aad: Uint8Array;
  readonly sign: Sign;
}

/**
 * Signs records as the next batch of the node's chain.
 * @throws MeterRefusal METER-BATCH-COUNT, METER-BATCH-EPOCH (a window is not inside the epoch);
 *   wire's refusals for records that it cannot write
 */
export async function sealBatch(options: SealOptions): Promise<SealedBatch> {
  const { nodeId, clock, epoch, head, records, aad } = options;
  requireCount(records.length);
  for (const record of records) requireEpoch(record, clock, epoch);
  const headerBytes = encodeBatchHeader({
    nodeId,
    epoch,
    seq: head.nextSeq,
    previousBatchId: head.previousBatchId,
    recordCount: records.length,
    totals: totalsOf(records),
    recordsRoot: recordsRoot(records, nativeSha256),
    sealedAtMs: Math.floor(options.sealedAtMs),
  });
  const cose = await coseSign1(headerBytes, aad, options.sign);
  return {
    seq: head.nextSeq,
    batchId: batchId(headerBytes, aad, nativeSha256),
    previousBatchId: head.previousBatchId,
    epoch,
    recordCount: records.length,
    body: encodeBatch({ cose, records }),
  };
}

function requireCount(count: number): void {
  if (count >= 1 && count <= BATCH_RECORDS_MAX) return;
  const expected = `1 to ${BATCH_RECORDS_MAX} records`;
  throw new MeterRefusal('METER-BATCH-COUNT', { expected, got: `${count}`, where: 'batch' });
}

function requireEpoch(record: UsageRecord, clock: EpochClock, epoch: Epoch): void {
  if (isInsideEpoch(record, clock, epoch)) return;
  const got = `${record.windowMs} ms from ${record.windowStartMs}`;
  const where = `window of lease ${record.leaseId}`;
  throw new MeterRefusal('METER-BATCH-EPOCH', { expected: `inside epoch ${epoch}`, got, where });
}
