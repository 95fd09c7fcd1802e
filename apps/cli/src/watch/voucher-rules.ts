import { type Channel, commitVouchers, type JudgedCharge, judgeCharge, type RefusedVoucher } from '@stannary/billing';
import type { ChannelOnChain, ChannelReader, ShownVoucher } from '@stannary/chain';
import {
  chargeDigest,
  encodeCharge,
  encodeVoucher,
  fromHex,
  NOBODY,
  spkiOfPoint,
  toHex,
  type VerifyDigest,
  voucherDigest,
} from '@stannary/wire';
import { isSignedBy } from '../signed-by.ts';

// What a payee handed over, judged by the rules that accept and collect vouchers everywhere. The contract says the last word:
// only it knows of pauses, and of how long a revoked key still counts.

const VERIFIER_DIGITS = 40;
const VERIFIER_AND_KEY_DIGITS = 168;
const POINT_BYTES = 32;

/** Who signed what, once the keys and the chain were asked. */
export interface Signatures {
  readonly isPayers: boolean;
  readonly isPayees: boolean;
}

type SignatureSource = Pick<ChannelReader, 'isSignedBy' | 'session'>;

/** Asks about both signatures. A revoked key has signed all the same. Errors: those of the reader. */
export async function askSignatures(
  source: SignatureSource,
  separator: Uint8Array,
  shown: ShownVoucher,
): Promise<Signatures> {
  return {
    isPayers: await isPayers(source, separator, shown),
    isPayees: await isPayees(source, separator, shown),
  };
}

async function isPayers(source: SignatureSource, separator: Uint8Array, shown: ShownVoucher): Promise<boolean> {
  const { config, voucher, signature, sessionKey } = shown;
  const digest = voucherDigest(separator, voucher);
  if (sessionKey !== null) {
    if (!isKeys(sessionKey)(digest, signature)) return false;
    return (await source.session(config.payer, sessionKey)).endsAtMs > 0;
  }
  const { payerSigner } = config;
  if (payerSigner.length === VERIFIER_AND_KEY_DIGITS) {
    return isKeys(payerSigner.slice(VERIFIER_DIGITS))(digest, signature);
  }
  return source.isSignedBy(`0x${payerSigner}`, digest, signature);
}

async function isPayees(source: SignatureSource, separator: Uint8Array, shown: ShownVoucher): Promise<boolean> {
  const { config, charge } = shown;
  if (charge === null) return false;
  const digest = chargeDigest(separator, chargeOf(separator, shown, charge.chargedGrains));
  for (const account of [config.payee, config.payeeOperator]) {
    if (account !== NOBODY && (await source.isSignedBy(account, digest, charge.signature))) return true;
  }
  return false;
}

/**
 * What a commitment would raise the watermark to, or null where there is nothing to raise. Refuses as `commitVouchers` does,
 * but for what time forbids.
 */
export function commitDue(
  separator: Uint8Array,
  shown: ShownVoucher,
  signatures: Signatures,
  onChain: ChannelOnChain,
): RefusedVoucher | number | null {
  const channel = channelOf(separator, shown, signatures, onChain);
  // Deadlines are the contract's to judge: a pause moves them.
  const [row] = commitVouchers(channel, [encodeVoucher(shown)], { atMs: 0 }).rows;
  if (row!.outcome === 'committed') return row!.committedGrains;
  return row!.code === 'VOUCHER-NOTHING-DUE' ? null : row!;
}

/** What was handed over as the payee's charge; null where nothing was. Refuses as `judgeCharge`. */
export function chargeHanded(
  separator: Uint8Array,
  shown: ShownVoucher,
  signatures: Signatures,
  onChain: ChannelOnChain,
): JudgedCharge | RefusedVoucher | null {
  if (shown.charge === null) return null;
  const { chargedGrains, signature } = shown.charge;
  const bytes = encodeCharge({ charge: chargeOf(separator, shown, chargedGrains), signature });
  return judgeCharge(channelOf(separator, shown, signatures, onChain), shown.voucher, bytes);
}

function chargeOf(separator: Uint8Array, { voucher }: ShownVoucher, chargedGrains: number) {
  return { voucherDigest: toHex(voucherDigest(separator, voucher)), chargedGrains };
}

/** The channel as the rules want it: everything paid in counts, since the contract lets as much be committed. */
function channelOf(
  separator: Uint8Array,
  { config, voucher }: ShownVoucher,
  { isPayers, isPayees }: Signatures,
  { phase, confirmedGrains, claimedGrains, committedGrains }: ChannelOnChain,
): Channel {
  const stream = { depositedGrains: confirmedGrains, claimedGrains, committedGrains, refundedGrains: 0 };
  return {
    id: voucher.channelId,
    separator,
    verifyPayer: () => isPayers,
    verifyPayee: () => isPayees,
    exitDelayMs: config.exitDelaySeconds * 1_000,
    phase,
    exit: null,
    streams: new Map([[voucher.payee, stream]]),
  };
}

/** Signatures of one P-256 key, x ‖ y. */
function isKeys(key: string): VerifyDigest {
  const point = fromHex(key);
  const spki = spkiOfPoint(point.subarray(0, POINT_BYTES), point.subarray(POINT_BYTES));
  return (digest, { signer, bytes }) => signer === 'p256' && isSignedBy(spki, digest, bytes);
}
