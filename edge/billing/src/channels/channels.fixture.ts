import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import {
  type Close,
  channelSeparator,
  chargeDigest,
  closeDigest,
  type DigestSignature,
  encodeCharge,
  encodeClose,
  encodeVoucher,
  p256Signature,
  toHex,
  type Voucher,
  voucherDigest,
} from '@stannary/wire';
import { type AcceptanceFacts, acceptVoucher } from './acceptance.ts';
import { type Channel, openChannel } from './channel.ts';
import type { ChannelClaim } from './redemption.ts';
import { type ReadVoucher, readVoucher } from './voucher.ts';

// A payer with a real key, payees with theirs, and a channel for two of them. Not exported by the package.

export const [ALICE, BOB, CAROL] = ['a1', 'b0', 'ca'].map((byte) => `0x${byte.repeat(20)}`) as [string, string, string];
export const CHANNEL_ID = 'c4'.repeat(32);
export const HOME = channelSeparator({ chain: 'eip155:31337', contract: `0x${'cc'.repeat(20)}` });
export const NOW_MS = 1_700_000_000_000;
export const HOUR_MS = 3_600_000;
export const END_MS = NOW_MS + 24 * HOUR_MS;

const IEEE = { dsaEncoding: 'ieee-p1363' } as const;

export class TestKey {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  readonly sign = (digest: Uint8Array): DigestSignature =>
    p256Signature(sign('sha256', digest, { key: this.#privateKey, ...IEEE }));

  readonly verify = (digest: Uint8Array, { signer, bytes }: DigestSignature): boolean =>
    signer === 'p256' && verify('sha256', digest, { key: this.#publicKey, ...IEEE }, bytes);
}

const PAYEES = new Map([ALICE, BOB, CAROL].map((payee) => [payee, new TestKey()]));

export class TestPayer {
  readonly key = new TestKey();

  /** A voucher for Alice with whatever differs. */
  voucher(cumulativeGrains: number, differing: Partial<Voucher> = {}, separator = HOME): Uint8Array {
    const usual = { channelId: CHANNEL_ID, payee: ALICE, deadlineMs: NOW_MS + 48 * HOUR_MS };
    const voucher = { ...usual, cumulativeGrains, ...differing };
    return encodeVoucher({ voucher, signature: this.key.sign(voucherDigest(separator, voucher)) });
  }

  /** A close that this payer and Alice sign, or whoever else. */
  close(paidGrains: number, differing: Partial<Close> = {}, payee = PAYEES.get(ALICE)!): Uint8Array {
    const close = { channelId: CHANNEL_ID, paidGrains, deadlineMs: END_MS * 2, ...differing };
    const digest = closeDigest(HOME, close);
    return encodeClose({ close, payerSignature: this.key.sign(digest), payeeSignature: payee.sign(digest) });
  }

  /** 1,000 grains for Alice, 500 for Bob; a day to exit. */
  channel(
    deposits: [string, number][] = [
      [ALICE, 1_000],
      [BOB, 500],
    ],
  ): Channel {
    return openChannel({
      id: CHANNEL_ID,
      separator: HOME,
      verifyPayer: this.key.verify,
      verifyPayee: (payee, digest, signature) => PAYEES.get(payee)!.verify(digest, signature),
      exitDelayMs: 24 * HOUR_MS,
      deposits,
    });
  }
}

/** A charge under a voucher, signed by its payee or whoever else; of the whole ceiling unless said otherwise. */
export function chargeOf(bytes: Uint8Array, chargedGrains?: number, by?: TestKey): Uint8Array {
  const { voucher } = readOf(bytes);
  const { cumulativeGrains, payee } = voucher;
  const charge = {
    voucherDigest: toHex(voucherDigest(HOME, voucher)),
    chargedGrains: chargedGrains ?? cumulativeGrains,
  };
  return encodeCharge({ charge, signature: (by ?? PAYEES.get(payee)!).sign(chargeDigest(HOME, charge)) });
}

/** What the contract is brought; bytes that are no voucher come with a charge that is none. */
export function claimOf(voucher: Uint8Array, chargedGrains?: number): ChannelClaim {
  const isRead = readVoucher(voucher).outcome === 'read';
  return { voucher, charge: isRead ? chargeOf(voucher, chargedGrains) : Uint8Array.of(1) };
}

export function readOf(bytes: Uint8Array): ReadVoucher {
  const read = readVoucher(bytes);
  if (read.outcome === 'refused') throw new Error(read.code);
  return read;
}

export function accept(channel: Channel | null, bytes: Uint8Array, differing: Partial<AcceptanceFacts> = {}) {
  return acceptVoucher(readOf(bytes), factsOf(channel, differing));
}

export function factsOf(channel: Channel | null, differing: Partial<AcceptanceFacts> = {}): AcceptanceFacts {
  const policy = { marginMs: HOUR_MS, unredeemedGrainsMax: 10_000 };
  return { channel, payee: ALICE, head: null, nowMs: NOW_MS, policy, ...differing };
}
