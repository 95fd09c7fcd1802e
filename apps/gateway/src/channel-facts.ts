import { createPublicKey, verify } from 'node:crypto';
import type { Channel, VerifyWallet } from '@stannary/billing';
import type { ChannelOnChain, ChannelReader } from '@stannary/chain';
import {
  type ChannelConfig,
  channelId,
  channelSeparator,
  fromHex,
  NOBODY,
  spkiOfPoint,
  toHex,
  type VerifyDigest,
} from '@stannary/wire';

/** ERC-7913: an account, or a verifier followed by a P-256 key; hex characters. */
const ACCOUNT_DIGITS = 40;
const VERIFIER_AND_KEY_DIGITS = 168;

export interface ChannelFacts {
  /** As the payee may count on it: confirmed deposits only; null where the chain has no such channel yet. */
  readonly channel: Channel | null;
  /** Asks the chain whether the payer's wallet signed: by key, or by ERC-1271. */
  readonly verifyWallet: VerifyWallet;
  /** Asks the chain whether the payee, or its operator, signed. */
  readonly verifyPayeeWallet: VerifyWallet;
}

/** What is asked of the chain's reader. */
export type ChannelSource = Pick<ChannelReader, 'channel' | 'sessionKeys' | 'isSignedBy'>;

/**
 * What the chain says of a channel, for whoever judges its vouchers and charges. A deposit counts once it has as many blocks
 * over it as the channel's own rules ask for; an exit that started, a revoked signer and a revoked session key count at once.
 *
 * The channel's `verifyPayer` knows the P-256 keys of now, the config's and the sessions'. Accounts sign in ways that only
 * the chain can judge: `verifyPayer` and `verifyPayee` know of these what `verifyWallet` and `verifyPayeeWallet` were told
 * before, so those come first.
 *
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED, CHAIN-RANGE; HEX-FORM, MESSAGE-FIELD for a config out of form.
 */
export async function readChannelFacts(
  source: ChannelSource,
  place: { readonly chain: string; readonly contract: string },
  config: ChannelConfig,
  nowMs: number,
): Promise<ChannelFacts> {
  const separator = channelSeparator(place);
  const id = channelId(separator, config);
  const [onChain, sessions] = await Promise.all([
    source.channel(id, config.minConfirmations),
    source.sessionKeys(config.payer, nowMs),
  ]);
  const isSignerGood = onChain?.isSignerRevoked === false;
  const payer = askedOf(source, isSignerGood ? signerAccounts(config) : []);
  const payee = askedOf(source, [config.payee, config.payeeOperator]);
  const wallets = { verifyWallet: payer.ask, verifyPayeeWallet: payee.ask };
  if (onChain === null) return { channel: null, ...wallets };
  const isSignedByKey = keysVerifier([
    ...(isSignerGood ? signerKeys(config) : []),
    ...sessions.map((session) => session.key),
  ]);
  const verifiers: Pick<Channel, 'verifyPayer' | 'verifyPayee'> = {
    verifyPayer: (...signed) => isSignedByKey(...signed) || payer.was(...signed),
    verifyPayee: (account, ...signed) => account === config.payee && payee.was(...signed),
  };
  return { channel: { id, separator, ...verifiers, ...stateOf(config, onChain) }, ...wallets };
}

function stateOf(config: ChannelConfig, onChain: ChannelOnChain) {
  const { phase, confirmedGrains, claimedGrains, committedGrains, exitEndsAtMs, isExitExtended } = onChain;
  const exitDelayMs = config.exitDelaySeconds * 1_000;
  const stream = { depositedGrains: confirmedGrains, claimedGrains, committedGrains, refundedGrains: 0 };
  const lastedMs = exitDelayMs + (isExitExtended ? exitDelayMs / 4 : 0);
  const exit =
    exitEndsAtMs === null
      ? null
      : { startedAtMs: exitEndsAtMs - lastedMs, endsAtMs: exitEndsAtMs, isExtended: isExitExtended };
  return { exitDelayMs, phase, exit, streams: new Map([[config.payee, stream]]) };
}

/** Signatures of some accounts: those that the chain was asked about and took. */
function askedOf(source: ChannelSource, accounts: readonly string[]) {
  const taken = new Set<string>();
  const was: VerifyDigest = (digest, { bytes }) => taken.has(`${toHex(digest)} ${toHex(bytes)}`);
  const ask: VerifyWallet = async (digest, signature) => {
    for (const account of accounts) {
      if (account === NOBODY || !(await source.isSignedBy(account, digest, signature))) continue;
      taken.add(`${toHex(digest)} ${toHex(signature.bytes)}`);
      return true;
    }
    return false;
  };
  return { ask, was };
}

/** The account that signs for the payer; none where a key does. */
function signerAccounts({ payerSigner }: ChannelConfig): string[] {
  return payerSigner.length === ACCOUNT_DIGITS ? [`0x${payerSigner}`] : [];
}

/** The key that signs for the payer; none where an account does. */
function signerKeys({ payerSigner }: ChannelConfig): string[] {
  return payerSigner.length === VERIFIER_AND_KEY_DIGITS ? [payerSigner.slice(ACCOUNT_DIGITS)] : [];
}

/** Any one of some P-256 keys, x ‖ y. */
function keysVerifier(keys: readonly string[]): VerifyDigest {
  const known = keys.map((key) => {
    const point = fromHex(key, 64, 'session key');
    const spki = Buffer.from(spkiOfPoint(point.subarray(0, 32), point.subarray(32)));
    return { key: createPublicKey({ key: spki, format: 'der', type: 'spki' }), dsaEncoding: 'ieee-p1363' } as const;
  });
  return (digest, { signer, bytes }) => signer === 'p256' && known.some((key) => verify('sha256', digest, key, bytes));
}
