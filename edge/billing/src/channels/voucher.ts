import { type DigestSignature, decodeVoucher, type Voucher, WireRefusal } from '@stannary/wire';
import { BILLING_CODES, type BillingCode, type RefusalClass, type RefusalDetail } from '../refusals.ts';

/** Why a voucher, or a charge under it, is not accepted, committed or paid. */
export type VoucherCode = Extract<BillingCode, `VOUCHER-${string}` | `CHARGE-${string}`>;

/** Nothing is kept and nothing happens; the sender gets the code. */
export interface RefusedVoucher extends RefusalDetail {
  readonly outcome: 'refused';
  readonly code: VoucherCode;
  readonly refusalClass: RefusalClass;
  /** Of VOUCHER-MALFORMED and CHARGE-MALFORMED: the wire format's own code. */
  readonly wireCode?: string;
}

/** A voucher in form; nothing of it is verified. */
export interface ReadVoucher {
  readonly outcome: 'read';
  readonly voucher: Voucher;
  readonly signature: DigestSignature;
  /** As it came: what is kept, and brought to the contract. */
  readonly bytes: Uint8Array;
}

/** A session key's voucher takes 180 bytes at most, a wallet's what its signature takes; nothing larger is looked at. */
export const VOUCHER_BYTES_MAX = 1_200;

/** Says which channel to look up. Refuses with VOUCHER-MALFORMED, a signature's second form included. */
export function readVoucher(bytes: Uint8Array): ReadVoucher | RefusedVoucher {
  const read = inForm('VOUCHER-MALFORMED', bytes, decodeVoucher);
  return 'outcome' in read ? read : { outcome: 'read', ...read, bytes };
}

/** What a decoder makes of bytes that may be anything. */
export function inForm<Message extends object>(
  code: VoucherCode,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Message,
): Message | RefusedVoucher {
  if (bytes.length > VOUCHER_BYTES_MAX)
    return refused(code, { expected: `at most ${VOUCHER_BYTES_MAX} bytes`, got: `${bytes.length}` });
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof WireRefusal)) throw error;
    const { expected, got, where } = error;
    const said = { ...(expected && { expected }), ...(got && { got }), ...(where && { where }) };
    return { ...refused(code, said), wireCode: error.code };
  }
}

export function refused(code: VoucherCode, detail: RefusalDetail): RefusedVoucher {
  return { outcome: 'refused', code, refusalClass: BILLING_CODES[code], ...detail };
}

/** Whether two vouchers say the same; another signature of the same words does not make another voucher. */
export function saysTheSame(one: Voucher, other: Voucher): boolean {
  return (
    one.cumulativeGrains === other.cumulativeGrains &&
    one.deadlineMs === other.deadlineMs &&
    one.payee === other.payee &&
    one.channelId === other.channelId &&
    one.conditionHash === other.conditionHash
  );
}
