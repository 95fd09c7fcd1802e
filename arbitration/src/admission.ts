import { type Epoch, epochAt, epochStartMs } from '@stannary/kernel';
import {
  ACCEPTED,
  type BatchHeader,
  checkBatchRecords,
  type DecodedBatch,
  decodeBatch,
  decodeBatchHeader,
  FIRST_PREVIOUS_BATCH_ID,
  type Hash,
  type ParsedCose,
  parseCose,
  type Receipt,
  type RefusalClass,
  sha256,
  toHex,
  type Verify,
  WireRefusal,
} from '@stannary/wire';
import type { EquivocationProof } from './evidence.ts';
import { type AcceptedUsage, type Finding, finding, judgeRecords, type RecordFacts } from './plausibility.ts';
import {
  ADMISSION_CODES,
  type AdmissionCode,
  chainCodeOf,
  type RefusalDetail,
  type ZeroUsageCode,
} from './refusals.ts';

// Admission decides whether a node's batch becomes usage. It comes in two steps, so that the caller can look up what
// the header names between them, and reads no clock, database or chain of its own. protocol.md §3 is the order of the
// checks. Cheap ones come first: nothing is hashed or verified for a sender nobody knows.

/** Sizes that bound the work done for a sender nobody knows yet. */
export interface BatchLimits {
  readonly bodyBytesMax: number;
  readonly recordsMax: number;
}

/** A thousand records of the longest form are 105 kB. */
export const BATCH_LIMITS: BatchLimits = { bodyBytesMax: 131_072, recordsMax: 1_000 };

/** Batches of one node that may wait for missing ones before them. */
export const HELD_BATCHES_MAX = 64;

/** A node's head before its first batch, whose seq is 1. */
export const FIRST_HEAD: NodeHead = { seq: 0, batchId: FIRST_PREVIOUS_BATCH_ID };

/** A batch in form; nothing of it is verified. */
export interface ReadBatch {
  readonly outcome: 'read';
  readonly header: BatchHeader;
  readonly cose: ParsedCose;
  readonly batch: DecodedBatch;
}

/** Nothing is stored and nothing happens; the sender gets the code. */
export interface RefusedBatch extends RefusalDetail {
  readonly outcome: 'refused';
  readonly code: AdmissionCode;
  readonly refusalClass: RefusalClass;
  /** Of BATCH-MALFORMED: the wire format's own code. */
  readonly wireCode?: string;
}

/**
 * First step: sizes, then form. Says which node, epoch and seq to look up for the second step.
 * Refuses with BATCH-OVERSIZED, BATCH-MALFORMED, BATCH-RECORD-COUNT.
 */
export function readBatch(body: Uint8Array, limits: BatchLimits = BATCH_LIMITS): ReadBatch | RefusedBatch {
  if (body.length > limits.bodyBytesMax) return oversized('bytes', limits.bodyBytesMax, body.length);
  try {
    const batch = decodeBatch(body);
    if (batch.records.length > limits.recordsMax) return oversized('records', limits.recordsMax, batch.records.length);
    const cose = parseCose(batch.cose);
    const header = decodeBatchHeader(cose.payload);
    return wrongCount(header, batch) ?? { outcome: 'read', header, cose, batch };
  } catch (error) {
    if (!(error instanceof WireRefusal)) throw error;
    return refused('BATCH-MALFORMED', error, { wireCode: error.code });
  }
}

/** A registered node as it stands at the last settled epoch. */
export interface KnownNode {
  readonly nodeId: string;
  /** Attested capacity, thousandths of an NCU. */
  readonly milliNcu: number;
  readonly status: 'active' | 'stopped' | 'held' | 'slashed';
  /** The bond is active and at or above the class's stop line. */
  readonly isBonded: boolean;
  readonly verify: Verify;
}

/** The last accepted batch of a node. */
export interface NodeHead {
  readonly seq: number;
  readonly batchId: string;
}

/** A batch of the same node and seq that was accepted before, or waits for missing ones. */
export interface StoredHeader {
  readonly batchId: string;
  readonly isHeld: boolean;
  /** The header's bytes, its signature and the external data that it is bound to. */
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly aad: Uint8Array;
}

/** Everything that the second step has to know and cannot see in the batch. */
export interface AdmissionFacts extends RecordFacts {
  /** The header's node, or null. */
  readonly node: KnownNode | null;
  readonly head: NodeHead;
  /** Accepted or held, of the header's seq. */
  readonly stored: StoredHeader | null;
  /** Batches of the node that wait for missing ones. */
  readonly heldCount: number;
  /** The earliest epoch that the caller has not closed for usage: its settlement's own state. */
  readonly openEpoch: number;
  /** The external data of the header's epoch: chain, Settlement and economy, as wire's externalAad writes it. */
  readonly aad: Uint8Array;
  /** SHA-256; a server passes a native one. */
  readonly hash?: Hash;
}

export type Admission =
  | RefusedBatch
  /** Byte for byte what was accepted (or held) before: acknowledged with the receipt of then, no effect. */
  | { readonly outcome: 'duplicate'; readonly batchId: string; readonly isHeld: boolean }
  /** In order of form, signature and root, but not next: to be kept, and judged again when its turn comes. */
  | { readonly outcome: 'held'; readonly batchId: string; readonly missingSeq: number }
  /** Two signed headers of one seq: slashable. */
  | {
      readonly outcome: 'equivocation';
      readonly code: 'BATCH-EQUIVOCATION';
      readonly batchId: string;
      readonly proof: EquivocationProof;
    }
  | AcceptedBatch;

/** The node's head advances to this batch and a receipt goes out; with a code, the usage is empty. */
export interface AcceptedBatch extends RefusalDetail {
  readonly outcome: 'accepted';
  readonly head: NodeHead;
  readonly receipt: Receipt;
  readonly code: ZeroUsageCode | null;
  /** The epoch whose statement counts the usage: the header's own, or the open one for a late batch. */
  readonly settlesInEpoch: Epoch;
  readonly usage: readonly AcceptedUsage[];
}

/**
 * Second step: everything else, in the order of protocol.md §3, against what the caller looked up for the header.
 * Never throws for what a node may send. To be called again for a held batch when the one before it was accepted.
 */
export function judgeBatch(read: ReadBatch, facts: AdmissionFacts): Admission {
  const { node, stored, hash = sha256 } = facts;
  const { header, cose, batch } = read;
  if (node === null) return refused('BATCH-NODE-UNKNOWN', { expected: 'a registered node', got: header.nodeId });
  if (node.nodeId !== header.nodeId) throw new Error(`facts of node ${node.nodeId}, batch of ${header.nodeId}`);
  const signed = cose.toBeSigned(facts.aad);
  const batchId = toHex(hash(signed));
  if (stored?.batchId === batchId && !isTurnOfHeld(stored, header, facts))
    return { outcome: 'duplicate', batchId, isHeld: stored.isHeld };
  if (!node.verify(signed, cose.signature)) return refused('BATCH-SIGNATURE', { expected: "the node's signature" });
  const mismatch = recordsRefusal(header, batch, hash);
  if (mismatch !== null) return mismatch;
  return chainFinding(read, facts, batchId) ?? accepted(read, facts, batchId);
}

/** A held batch is judged in full when the batches before it have come. */
function isTurnOfHeld(stored: StoredHeader, header: BatchHeader, { head }: AdmissionFacts): boolean {
  return stored.isHeld && header.seq === head.seq + 1;
}

function recordsRefusal(header: BatchHeader, batch: DecodedBatch, hash: Hash): RefusedBatch | null {
  try {
    checkBatchRecords(header, batch, hash);
    return null;
  } catch (error) {
    if (!(error instanceof WireRefusal)) throw error;
    return refused(error.code as AdmissionCode, error);
  }
}

/** Sequence and chain: null when the batch is the node's next. */
function chainFinding({ header, cose }: ReadBatch, facts: AdmissionFacts, batchId: string): Admission | null {
  const { head, stored, heldCount, aad } = facts;
  if (stored !== null && stored.batchId !== batchId && sameBytes(stored.aad, aad)) {
    const first = { header: stored.header, signature: stored.signature };
    const proof = { aad, first, second: { header: cose.payload, signature: cose.signature } };
    return { outcome: 'equivocation', code: 'BATCH-EQUIVOCATION', batchId, proof };
  }
  const next = head.seq + 1;
  if (header.seq < next || (stored !== null && stored.batchId !== batchId))
    return refused('BATCH-REPLAYED', { expected: `seq ${next}`, got: `seq ${header.seq}` });
  if (header.seq > next) {
    if (heldCount < HELD_BATCHES_MAX) return { outcome: 'held', batchId, missingSeq: next };
    return refused('BATCH-GAP-LIMIT', { expected: `seq ${next}`, got: `seq ${header.seq}, ${heldCount} held` });
  }
  if (header.previousBatchId === head.batchId) return null;
  return refused('BATCH-CHAIN', { expected: `previous batch ${head.batchId}`, got: header.previousBatchId });
}

function accepted(read: ReadBatch, facts: AdmissionFacts, batchId: string): AcceptedBatch {
  const { seq, epoch } = read.header;
  const usage = batchFinding(read.header, facts) ?? judgeRecords(read.header, read.batch.records, facts);
  const isCounted = Array.isArray(usage);
  return {
    outcome: 'accepted',
    head: { seq, batchId },
    receipt: { batchId, acceptedSeq: seq, chainCode: isCounted ? ACCEPTED : chainCodeOf(usage.code) },
    settlesInEpoch: Math.max(epoch, openEpochOf(facts)) as Epoch,
    ...(isCounted ? { code: null, usage } : { ...usage, usage: [] }),
  };
}

/** What holds for the whole batch: its epoch, the node's standing, its clock. */
function batchFinding(header: BatchHeader, facts: AdmissionFacts): Finding | null {
  const { clock, nowMs, economy, node } = facts;
  const { clockSkewMs, lateEpochs } = economy.cadence;
  const newest = epochAt(clock, nowMs + clockSkewMs);
  if (header.epoch > newest) return finding('BATCH-EPOCH-FUTURE', `epoch ${newest} at most`, `${header.epoch}`);
  const oldest = openEpochOf(facts) - lateEpochs;
  if (header.epoch < oldest) return finding('BATCH-EPOCH-CLOSED', `epoch ${oldest} at least`, `${header.epoch}`);
  if (node!.status === 'stopped' || node!.status === 'slashed')
    return finding('BATCH-NODE-STOPPED', 'an active node', node!.status);
  if (!node!.isBonded) return finding('BATCH-NODE-UNBONDED', 'a bond above the stop line', 'less');
  if (header.sealedAtMs > nowMs + clockSkewMs)
    return finding('BATCH-CLOCK-SKEW', `sealed at ${nowMs + clockSkewMs} at most`, `${header.sealedAtMs}`);
  return null;
}

/** The epoch that takes usage now: the first whose cut-off has not passed and that the caller has not closed. */
function openEpochOf({ clock, nowMs, openEpoch, economy }: AdmissionFacts): number {
  const current = epochAt(clock, nowMs);
  // Grace is at most one epoch, so the current epoch and the one before it are the only candidates.
  const isPreviousOpen = current > 0 && nowMs < epochStartMs(clock, current) + economy.cadence.graceMs;
  return Math.max(openEpoch, isPreviousOpen ? current - 1 : current);
}

function wrongCount({ recordCount }: BatchHeader, { records }: DecodedBatch): RefusedBatch | null {
  if (records.length === recordCount) return null;
  return refused('BATCH-RECORD-COUNT', { expected: `${recordCount} records`, got: `${records.length}` });
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function oversized(unit: string, most: number, got: number): RefusedBatch {
  return refused('BATCH-OVERSIZED', { expected: `at most ${most} ${unit}`, got: `${got}` });
}

function refused(code: AdmissionCode, detail: RefusalDetail, more: { wireCode?: string } = {}): RefusedBatch {
  const { expected, got, where } = detail;
  const said = { ...(expected && { expected }), ...(got && { got }), ...(where && { where }) };
  return { outcome: 'refused', code, refusalClass: ADMISSION_CODES[code].refusalClass, ...said, ...more };
}
