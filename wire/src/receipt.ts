import { messageCodec } from './message.ts';
import { WireRefusal } from './refusal.ts';

/**
 * Why an accepted batch counts zero usage: the admission's code and its number in a receipt. Only refusals that come
 * after the head advanced are here; earlier ones get an HTTP answer and no receipt. Numbers are never reused.
 */
export const REFUSAL_CODES = {
  'BATCH-EPOCH-CLOSED': 1,
  'BATCH-EPOCH-FUTURE': 2,
  'BATCH-NODE-UNBONDED': 3,
  'BATCH-NODE-STOPPED': 4,
  'BATCH-CLOCK-SKEW': 5,
  'RECORD-RESOURCE-UNRATED': 6,
  'RECORD-LEASE-UNKNOWN': 7,
  'RECORD-LEASE-FOREIGN': 8,
  'RECORD-LEASE-ENDED': 9,
  'RECORD-WINDOW-OUTSIDE-EPOCH': 10,
  'RECORD-WINDOW-OUTSIDE-LEASE': 11,
  'RECORD-WINDOW-OVERLAP': 12,
  'RECORD-QUANTITY-IMPLAUSIBLE': 13,
  'RECORD-EVIDENCE-MISSING': 14,
  'RECORD-EVIDENCE-MISMATCH': 15,
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;

/** chainCode of a batch whose usage counts. */
export const ACCEPTED = 0;

/** The code text of a receipt's chainCode; null for 0, accepted. Errors: RECEIPT-CODE for an unknown number. */
export function refusalOf(chainCode: number): RefusalCode | null {
  if (chainCode === ACCEPTED) return null;
  const row = Object.entries(REFUSAL_CODES).find(([, number]) => number === chainCode);
  if (row === undefined) throw new WireRefusal('RECEIPT-CODE', { expected: 'a known code', got: `${chainCode}` });
  return row[0] as RefusalCode;
}

/** The poster's signed answer: this batch is the node's head now. */
export interface Receipt {
  readonly batchId: string;
  readonly acceptedSeq: number;
  /** 0 accepted, else a number of REFUSAL_CODES: zero usage. */
  readonly chainCode: number;
}

const receiptCodec = messageCodec<Receipt>('receipt', {
  batchId: { key: 1, kind: 'id' },
  acceptedSeq: { key: 2, kind: 'unsigned' },
  chainCode: { key: 3, kind: 'unsigned' },
});

/** The receipt's bytes: the payload of the poster's COSE_Sign1. Errors: as MessageCodec.encode. */
export const encodeReceipt = receiptCodec.encode;

/** Errors: as MessageCodec.decode. A chainCode that is not in this version's table is read as it stands. */
export const decodeReceipt = receiptCodec.decode;
