import { fromHex, toHex } from './bytes.ts';
import { keccak256 } from './hash.ts';
import { messageCodec } from './message.ts';
import { checkedSignature, codeOfKind, type DigestSignature, kindOfCode } from './signature.ts';
import { addressWord, domainSeparator, hashWord, integerWord, textHash, typedDigest } from './typed-data.ts';

// Payment channels: what a payer signs over money that it has deposited, what the payee signs of what it charged, and what
// both sign at the end. Each is signed over its EIP-712 digest, by session keys and wallets alike.

/** Where a channel's money lies. */
export interface ChannelDomain {
  /** CAIP-2 id of an EVM chain, e.g. `eip155:31337`. */
  readonly chain: string;
  /** Address of the Channels contract, 0x and lower case. */
  readonly contract: string;
}

/** The address of nobody: an operator or a recipient that there is none of. */
export const NOBODY = `0x${'0'.repeat(40)}`;

/** What both sides agree to when a channel opens; addresses 0x and lower case, hashes 64 hex characters. */
export interface ChannelConfig {
  readonly payer: string;
  /** ERC-7913: the address of an account, or of the verifier followed by the key; hex. */
  readonly payerSigner: string;
  /** Who is paid; for a task wallet the router that pays many. */
  readonly payee: string;
  /** May charge and close in the payee's name; `NOBODY`: only the payee may. */
  readonly payeeOperator: string;
  readonly token: string;
  readonly exitDelaySeconds: number;
  readonly minConfirmations: number;
  /** Of what the channel may be charged for: classes, prices, service levels. */
  readonly policyHash: string;
  /** Another salt is another channel: a closed one is never opened again. */
  readonly salt: string;
}

/**
 * A ceiling: all that the payee may have charged in this channel so far. A higher one takes a lower one's place; the sum of
 * two means nothing. Its uniqueness key is (chain, contract, channelId, payee, cumulativeGrains).
 */
export interface Voucher {
  readonly channelId: string;
  /** Who may charge: the channel's payee, or one of a task wallet's providers. 0x and lower case. */
  readonly payee: string;
  readonly cumulativeGrains: number;
  /** Last moment at which it can be shown. */
  readonly deadlineMs: number;
  /** What must come true before it can be shown. Absent: nothing. */
  readonly conditionHash?: string;
}

/** What a payee says it has charged so far: at most the voucher's ceiling. */
export interface Charge {
  /** `voucherDigest` of the voucher that covers it, 64 hex characters: names chain, contract, channel and payee. */
  readonly voucherDigest: string;
  readonly chargedGrains: number;
}

/** The end that both sides of a channel agree to: all that the payee has of it; the rest is the payer's. */
export interface Close {
  readonly channelId: string;
  readonly paidGrains: number;
  /** Last moment at which it holds, so that nobody is bound for ever by what the other did not sign. */
  readonly deadlineMs: number;
}

/** The structs of the EIP-712 domain ("Stannary Channels", "1", chain, contract), as the contract has them. */
export const CHANNEL_TYPES = {
  channel:
    'Channel(address payer,bytes payerSigner,address payee,address payeeOperator,address token,uint64 exitDelaySeconds,' +
    'uint32 minConfirmations,bytes32 policyHash,bytes32 salt)',
  voucher: 'Voucher(bytes32 channelId,address payee,uint128 cumulativeGrains,uint64 deadlineMs,bytes32 conditionHash)',
  charge: 'Charge(bytes32 voucherDigest,uint128 chargedGrains)',
  close: 'Close(bytes32 channelId,uint128 paidGrains,uint64 deadlineMs)',
} as const;

const HASHES = {
  channel: textHash(CHANNEL_TYPES.channel),
  voucher: textHash(CHANNEL_TYPES.voucher),
  charge: textHash(CHANNEL_TYPES.charge),
  close: textHash(CHANNEL_TYPES.close),
};
const NO_CONDITION = new Uint8Array(32);

/** Stands for a domain in every digest, 32 bytes; made once per contract. Errors: CHANNEL-CHAIN, HEX-FORM. */
export function channelSeparator({ chain, contract }: ChannelDomain): Uint8Array {
  return domainSeparator({ name: 'Stannary Channels', version: '1', chain, contract });
}

/**
 * The channel's id: the EIP-712 digest of its config, 64 hex characters. The same config is another channel on another
 * chain or contract. Errors: HEX-FORM, MESSAGE-FIELD.
 */
export function channelId(separator: Uint8Array, config: ChannelConfig): string {
  const { exitDelaySeconds, minConfirmations, policyHash, salt } = config;
  const digest = typedDigest(separator, HASHES.channel, [
    addressWord(config.payer, 'payer'),
    keccak256(fromHex(config.payerSigner, undefined, 'payerSigner')),
    addressWord(config.payee, 'payee'),
    addressWord(config.payeeOperator, 'payeeOperator'),
    addressWord(config.token, 'token'),
    integerWord(exitDelaySeconds, 'exitDelaySeconds'),
    integerWord(minConfirmations, 'minConfirmations'),
    hashWord(policyHash, 'policyHash'),
    hashWord(salt, 'salt'),
  ]);
  return toHex(digest);
}

/** What the payer signs, 32 bytes. Errors: HEX-FORM, MESSAGE-FIELD. */
export function voucherDigest(separator: Uint8Array, voucher: Voucher): Uint8Array {
  return typedDigest(separator, HASHES.voucher, [
    hashWord(voucher.channelId, 'channelId'),
    addressWord(voucher.payee, 'payee'),
    integerWord(voucher.cumulativeGrains, 'cumulativeGrains'),
    integerWord(voucher.deadlineMs, 'deadlineMs'),
    voucher.conditionHash === undefined ? NO_CONDITION : hashWord(voucher.conditionHash, 'conditionHash'),
  ]);
}

/** What the payee, or its operator, signs of a charge, 32 bytes. Errors: as `voucherDigest`. */
export function chargeDigest(separator: Uint8Array, charge: Charge): Uint8Array {
  return typedDigest(separator, HASHES.charge, [
    hashWord(charge.voucherDigest, 'voucherDigest'),
    integerWord(charge.chargedGrains, 'chargedGrains'),
  ]);
}

/** What both sides sign of an end, 32 bytes. Errors: as `voucherDigest`. */
export function closeDigest(separator: Uint8Array, close: Close): Uint8Array {
  return typedDigest(separator, HASHES.close, [
    hashWord(close.channelId, 'channelId'),
    integerWord(close.paidGrains, 'paidGrains'),
    integerWord(close.deadlineMs, 'deadlineMs'),
  ]);
}

export interface SignedVoucher {
  readonly voucher: Voucher;
  readonly signature: DigestSignature;
}

export interface SignedCharge {
  readonly charge: Charge;
  readonly signature: DigestSignature;
}

export interface SignedClose {
  readonly close: Close;
  readonly payerSignature: DigestSignature;
  readonly payeeSignature: DigestSignature;
}

const voucherCodec = messageCodec<Voucher & { signer: number; signature: Uint8Array }>('voucher', {
  channelId: { key: 1, kind: 'id' },
  payee: { key: 2, kind: 'address' },
  cumulativeGrains: { key: 3, kind: 'unsigned' },
  deadlineMs: { key: 4, kind: 'unsigned' },
  conditionHash: { key: 5, kind: 'id', optional: true },
  signer: { key: 6, kind: 'unsigned' },
  signature: { key: 7, kind: 'bytes' },
});

const chargeCodec = messageCodec<Charge & { signer: number; signature: Uint8Array }>('charge', {
  voucherDigest: { key: 1, kind: 'id' },
  chargedGrains: { key: 2, kind: 'unsigned' },
  signer: { key: 3, kind: 'unsigned' },
  signature: { key: 4, kind: 'bytes' },
});

interface CloseFields extends Close {
  readonly payerSigner: number;
  readonly payerSignature: Uint8Array;
  readonly payeeSigner: number;
  readonly payeeSignature: Uint8Array;
}

const closeCodec = messageCodec<CloseFields>('close', {
  channelId: { key: 1, kind: 'id' },
  paidGrains: { key: 2, kind: 'unsigned' },
  deadlineMs: { key: 3, kind: 'unsigned' },
  payerSigner: { key: 4, kind: 'unsigned' },
  payerSignature: { key: 5, kind: 'bytes' },
  payeeSigner: { key: 6, kind: 'unsigned' },
  payeeSignature: { key: 7, kind: 'bytes' },
});

/** Errors: as MessageCodec.encode and `checkedSignature`. */
export function encodeVoucher({ voucher, signature }: SignedVoucher): Uint8Array {
  return voucherCodec.encode({ ...voucher, ...written(signature) });
}

/** Nothing is verified yet. Errors: as MessageCodec.decode and `checkedSignature`; SIGNER-KIND. */
export function decodeVoucher(bytes: Uint8Array): SignedVoucher {
  const { signer, signature, ...voucher } = voucherCodec.decode(bytes);
  return { voucher, signature: read(signer, signature) };
}

/** Errors: as `encodeVoucher`. */
export function encodeCharge({ charge, signature }: SignedCharge): Uint8Array {
  return chargeCodec.encode({ ...charge, ...written(signature) });
}

/** Errors: as `decodeVoucher`. */
export function decodeCharge(bytes: Uint8Array): SignedCharge {
  const { signer, signature, ...charge } = chargeCodec.decode(bytes);
  return { charge, signature: read(signer, signature) };
}

/** Errors: as `encodeVoucher`. */
export function encodeClose({ close, payerSignature, payeeSignature }: SignedClose): Uint8Array {
  const [payer, payee] = [written(payerSignature), written(payeeSignature)];
  return closeCodec.encode({
    ...close,
    payerSigner: payer.signer,
    payerSignature: payer.signature,
    payeeSigner: payee.signer,
    payeeSignature: payee.signature,
  });
}

/** Errors: as `decodeVoucher`. */
export function decodeClose(bytes: Uint8Array): SignedClose {
  const { payerSigner, payerSignature, payeeSigner, payeeSignature, ...close } = closeCodec.decode(bytes);
  return {
    close,
    payerSignature: read(payerSigner, payerSignature),
    payeeSignature: read(payeeSigner, payeeSignature),
  };
}

function written(signature: DigestSignature): { signer: number; signature: Uint8Array } {
  return { signer: codeOfKind(signature.signer), signature: checkedSignature(signature).bytes };
}

function read(signer: number, bytes: Uint8Array): DigestSignature {
  return checkedSignature({ signer: kindOfCode(signer), bytes });
}
