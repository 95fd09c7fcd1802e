import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { ACCEPTED, coseOpen, decodeReceipt, type Receipt } from '@stannary/wire';
import type { Backoff } from './backoff.ts';
import type { Log } from './log.ts';
import { isRefusal, MeterRefusal } from './refusal.ts';
import type { Spool, SpooledBatch } from './spool.ts';

/** Waits, or ends early when the signal is given; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface SenderOptions {
  readonly spool: Pick<Spool, 'oldest' | 'acknowledge'>;
  /** Resolves to the signed receipt. */
  readonly postBatch: (body: Uint8Array) => Promise<Uint8Array>;
  /** Reads the receipt of a batch, whose body is given with it. */
  readonly openReceipt: (signedReceipt: Uint8Array, body: Uint8Array) => Receipt;
  readonly backoff: Backoff;
  readonly sleep: Sleep;
  readonly log: Log;
}

/**
 * Sends what the spool holds, oldest first, until it is empty or the signal is given; resolves to the number of batches
 * acknowledged. What may pass (no answer, a late clock, a receipt that does not verify) is tried again with backoff, the
 * same bytes each time. A batch leaves the spool only for a receipt of the poster's over its own id.
 * @throws MeterRefusal METER-BATCH-REFUSED: the gateway will never take this batch, which stays in the spool;
 *   METER-SPOOL-TORN
 */
export async function sendWaiting(options: SenderOptions, signal: AbortSignal): Promise<number> {
  const { spool, backoff, sleep, log } = options;
  let acknowledged = 0;
  for (let batch = spool.oldest(); batch !== null && !signal.aborted; batch = spool.oldest()) {
    try {
      const receipt = await send(batch, options);
      spool.acknowledge(batch.batchId);
      acknowledged++;
      backoff.reset();
      if (receipt.chainCode !== ACCEPTED) log('batch-counts-zero', { seq: batch.seq, chainCode: receipt.chainCode });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (error.refusalClass !== 'retry' && !PASSING.has(error.code)) throw refusedForGood(batch, error);
      const waitMs = backoff.nextMs();
      log('batch-not-taken', { seq: batch.seq, code: error.code, reason: error.message, waitMs });
      await sleep(waitMs, signal);
    }
  }
  return acknowledged;
}

/**
 * Reads receipts that the poster signed, under the external_aad of their batch. `posterKey` is its SubjectPublicKeyInfo, DER, hex.
 * @throws MeterRefusal METER-POSTER-KEY; the returned function: METER-RECEIPT-FORMAT, METER-RECEIPT-SIGNATURE
 */
export function receiptOpener(posterKey: string): (signedReceipt: Uint8Array, aad: Uint8Array) => Receipt {
  const key = { key: posterKeyOf(posterKey), dsaEncoding: 'ieee-p1363' } as const;
  const verifyPoster = (message: Uint8Array, signature: Uint8Array) => verify('sha256', message, key, signature);
  return (signedReceipt, aad) => {
    try {
      return decodeReceipt(coseOpen(signedReceipt, aad, () => verifyPoster).payload);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const isForged = cause.code === 'COSE-SIGNATURE';
      const code = isForged ? 'METER-RECEIPT-SIGNATURE' : 'METER-RECEIPT-FORMAT';
      const expected = isForged ? "the poster's signature" : 'a signed receipt';
      throw new MeterRefusal(code, { expected, got: cause.message, where: 'receipt' }, { cause });
    }
  };
}

/** Refusals of the node's clock or registration: time or a fresh signature mends them, whatever their HTTP status says. */
export const PASSING: ReadonlySet<string> = new Set(['DEVICE-CLOCK', 'DEVICE-UNKNOWN']);

function posterKeyOf(posterKey: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(posterKey, 'hex'), format: 'der', type: 'spki' });
  } catch (cause) {
    const details = { expected: 'a public key, DER in hex', got: posterKey.slice(0, 20), where: 'network.posterKey' };
    throw new MeterRefusal('METER-POSTER-KEY', details, { cause });
  }
}

async function send(batch: SpooledBatch, { postBatch, openReceipt }: SenderOptions): Promise<Receipt> {
  const receipt = openReceipt(await postBatch(batch.body), batch.body);
  if (receipt.batchId === batch.batchId && receipt.acceptedSeq >= batch.seq) return receipt;
  const expected = `batch ${batch.batchId}, sequence ${batch.seq}`;
  const got = `batch ${receipt.batchId}, sequence ${receipt.acceptedSeq}`;
  throw new MeterRefusal('METER-RECEIPT-BATCH', { expected, got, where: 'receipt' });
}

function refusedForGood(batch: SpooledBatch, cause: Error & { code: string }): MeterRefusal {
  const details = { expected: 'a receipt', got: `${cause.code}: ${cause.message}`, where: `batch ${batch.seq}` };
  return new MeterRefusal('METER-BATCH-REFUSED', details, { cause });
}
