import { p256 } from '@noble/curves/p256';
import { secp256k1 } from '@noble/curves/secp256k1';
import {
  CHANNEL_TYPES,
  type ChannelConfig,
  channelId,
  channelSeparator,
  chargeDigest,
  closeDigest,
  concatBytes,
  encodeCharge,
  encodeClose,
  encodeVoucher,
  keccak256,
  sha256,
  toHex,
  type Voucher,
  voucherDigest,
} from '../src/index.ts';

/** One digest of test/vectors/voucher.json and its signatures by each key, in the one form that is taken. */
interface SignedVector {
  readonly digest: string;
  /** r‖s over SHA-256(digest), 64 bytes. */
  readonly p256Signature: string;
  /** r‖s‖v over the digest, 65 bytes. */
  readonly ecdsaSignature: string;
  /** The message as it is sent, signed by the P-256 key. */
  readonly message: string;
}

/** Hashes and bytes with 0x, numbers as decimal text, for Forge's JSON reader. */
export interface VoucherVectors {
  readonly types: Readonly<Record<keyof typeof CHANNEL_TYPES, string>>;
  readonly domain: { readonly chainId: string; readonly contract: string; readonly separator: string };
  readonly p256Key: { readonly x: string; readonly y: string };
  readonly ecdsaAddress: string;
  readonly channels: readonly Readonly<Record<keyof ChannelConfig | 'id', string>>[];
  readonly vouchers: readonly (Readonly<Record<keyof Voucher, string>> & SignedVector)[];
  readonly charges: readonly ({ readonly voucherDigest: string; readonly chargedGrains: string } & SignedVector)[];
  readonly closes: readonly ({
    readonly channelId: string;
    readonly paidGrains: string;
    readonly deadlineMs: string;
  } & SignedVector)[];
}

const DOMAIN = { chain: 'eip155:31337', contract: `0x${'c4'.repeat(20)}` };
const SEPARATOR = channelSeparator(DOMAIN);
const P256_SECRET = secretOf('voucher vectors: P-256');
const ECDSA_SECRET = secretOf('voucher vectors: secp256k1');
const DEADLINE_MS = 1_700_000_000_000;

/** Two channels, one paid by a wallet and one by a session key; vouchers from 1 grain to 2^53 - 1, and one under a condition. */
export function voucherVectors(): VoucherVectors {
  const [x, y] = pointOf(p256.getPublicKey(P256_SECRET, false));
  const payer = ecdsaAddress();
  const configs = [
    configOf(payer, payer.slice(2), 1),
    configOf(payer, `${'7e'.repeat(20)}${toHex(x!)}${toHex(y!)}`, 2),
  ];
  const ids = configs.map((config) => channelId(SEPARATOR, config));
  const vouchers = vouchersOf(ids[0]!, ids[1]!);
  return {
    types: CHANNEL_TYPES,
    domain: { chainId: '31337', contract: DOMAIN.contract, separator: hex(SEPARATOR) },
    p256Key: { x: hex(x!), y: hex(y!) },
    ecdsaAddress: payer,
    channels: configs.map((config, index) => ({ ...channelText(config), id: `0x${ids[index]}` })),
    vouchers: vouchers.map((voucher) => ({
      channelId: `0x${voucher.channelId}`,
      payee: voucher.payee,
      cumulativeGrains: String(voucher.cumulativeGrains),
      deadlineMs: String(voucher.deadlineMs),
      conditionHash: `0x${voucher.conditionHash ?? '00'.repeat(32)}`,
      ...signed(voucherDigest(SEPARATOR, voucher), (signature) => encodeVoucher({ voucher, signature })),
    })),
    charges: vouchers.map((voucher, index) => chargeOf(voucher, index)),
    closes: vouchers.map(closeOf),
  };
}

function vouchersOf(walletChannel: string, keyChannel: string): readonly Voucher[] {
  const [payee, provider] = [`0x${'b2'.repeat(20)}`, `0x${'b7'.repeat(20)}`];
  const conditionHash = toHex(keccak256(Uint8Array.of(1)));
  return [
    { channelId: walletChannel, payee, cumulativeGrains: 1, deadlineMs: DEADLINE_MS },
    { channelId: keyChannel, payee, cumulativeGrains: 5_000_000_023, deadlineMs: DEADLINE_MS + 1 },
    { channelId: keyChannel, payee: provider, cumulativeGrains: 250, deadlineMs: DEADLINE_MS, conditionHash },
    { channelId: keyChannel, payee, cumulativeGrains: Number.MAX_SAFE_INTEGER, deadlineMs: Number.MAX_SAFE_INTEGER },
  ];
}

/** Charges from nothing to all of the ceiling. */
function chargeOf(voucher: Voucher, index: number): VoucherVectors['charges'][number] {
  const chargedGrains = [0, 23, voucher.cumulativeGrains, voucher.cumulativeGrains - 1][index]!;
  const charge = { voucherDigest: toHex(voucherDigest(SEPARATOR, voucher)), chargedGrains };
  const digest = chargeDigest(SEPARATOR, charge);
  return {
    voucherDigest: `0x${charge.voucherDigest}`,
    chargedGrains: String(chargedGrains),
    ...signed(digest, (signature) => encodeCharge({ charge, signature })),
  };
}

function closeOf({ channelId, cumulativeGrains, deadlineMs }: Voucher): VoucherVectors['closes'][number] {
  const close = { channelId, paidGrains: cumulativeGrains, deadlineMs };
  const both = (signature: Signature) => ({ payerSignature: signature, payeeSignature: signature });
  return {
    channelId: `0x${channelId}`,
    paidGrains: String(cumulativeGrains),
    deadlineMs: String(deadlineMs),
    ...signed(closeDigest(SEPARATOR, close), (signature) => encodeClose({ close, ...both(signature) })),
  };
}

type Signature = Parameters<typeof encodeVoucher>[0]['signature'];

/** RFC 6979 on both curves: the same bytes each time. */
function signed(digest: Uint8Array, messageOf: (signature: Signature) => Uint8Array): SignedVector {
  const byKey = p256.sign(sha256(digest), P256_SECRET, { lowS: true }).toCompactRawBytes();
  const byAccount = secp256k1.sign(digest, ECDSA_SECRET, { lowS: true });
  return {
    digest: hex(digest),
    p256Signature: hex(byKey),
    ecdsaSignature: hex(concatBytes(byAccount.toCompactRawBytes(), Uint8Array.of(27 + byAccount.recovery))),
    message: hex(messageOf({ signer: 'p256', bytes: byKey })),
  };
}

function configOf(payer: string, payerSigner: string, salt: number): ChannelConfig {
  return {
    payer,
    payerSigner,
    payee: `0x${'b2'.repeat(20)}`,
    payeeOperator: `0x${'b3'.repeat(20)}`,
    token: `0x${'70'.repeat(20)}`,
    exitDelaySeconds: 86_400,
    minConfirmations: 12,
    policyHash: '90'.repeat(32),
    salt: salt.toString(16).padStart(64, '0'),
  };
}

function channelText(config: ChannelConfig): Readonly<Record<keyof ChannelConfig, string>> {
  const { payerSigner, exitDelaySeconds, minConfirmations, policyHash, salt } = config;
  return {
    ...config,
    payerSigner: `0x${payerSigner}`,
    exitDelaySeconds: String(exitDelaySeconds),
    minConfirmations: String(minConfirmations),
    policyHash: `0x${policyHash}`,
    salt: `0x${salt}`,
  };
}

function secretOf(name: string): Uint8Array {
  return sha256(Uint8Array.from(name, (character) => character.charCodeAt(0)));
}

function ecdsaAddress(): string {
  return hex(keccak256(secp256k1.getPublicKey(ECDSA_SECRET, false).subarray(1)).subarray(12));
}

function pointOf(uncompressed: Uint8Array): readonly Uint8Array[] {
  return [uncompressed.slice(1, 33), uncompressed.slice(33)];
}

function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}
