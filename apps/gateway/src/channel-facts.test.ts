import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { acceptVoucher, acceptWalletVoucher, type ReadVoucher, readVoucher } from '@stannary/billing';
import type { ChannelOnChain } from '@stannary/chain';
import {
  type ChannelConfig,
  channelId,
  channelSeparator,
  type DigestSignature,
  encodeVoucher,
  p256Signature,
  publicPointOf,
  toHex,
  type Voucher,
  voucherDigest,
} from '@stannary/wire';
import { type ChannelSource, readChannelFacts } from './channel-facts.ts';

// What a payee accepts when the chain says this or that; that the chain's reader says it is tested with the reader.

const PLACE = { chain: 'eip155:31337', contract: `0x${'cc'.repeat(20)}` };
const [PAYER, PAYEE, OPERATOR] = ['a1', 'b2', 'c3'].map((byte) => `0x${byte.repeat(20)}`) as [string, string, string];
const NOW_MS = 1_700_000_000_000;
const OPEN: ChannelOnChain = {
  phase: 'open',
  confirmedGrains: 1_000,
  claimedGrains: 0,
  committedGrains: 0,
  exitEndsAtMs: null,
  isExitExtended: false,
  isSignerRevoked: false,
};
const CONTRACT_SAYS: DigestSignature = { signer: 'contract', bytes: Uint8Array.of(7) };
const KEY = newKey();

test('a session key of now is the payer’s; the deposit that is confirmed is the ceiling', async () => {
  const facts = await factsOf({ sessions: [KEY.hex] });
  assert.equal(accept(facts.channel, keyVoucher(1_000)).outcome, 'accepted');
  assert.equal(codeOf(accept(facts.channel, keyVoucher(1_001))), 'VOUCHER-ALLOTMENT');
  const { channel } = await factsOf({ sessions: [] });
  assert.equal(codeOf(accept(channel, keyVoucher(10))), 'VOUCHER-SIGNATURE');
});

test('the config’s own key is the payer’s until it is revoked', async () => {
  const payerSigner = `${'dd'.repeat(20)}${KEY.hex}`;
  const { channel } = await factsOf({ config: { payerSigner } });
  assert.equal(accept(channel, keyVoucher(10, { payerSigner })).outcome, 'accepted');
  const { channel: revoked } = await factsOf({ config: { payerSigner }, onChain: { ...OPEN, isSignerRevoked: true } });
  assert.equal(codeOf(accept(revoked, keyVoucher(10, { payerSigner }))), 'VOUCHER-SIGNATURE');
});

test('an exit that started, a channel that is closed and one that is not there are refused', async () => {
  const sessions = [KEY.hex];
  const exitEndsAtMs = NOW_MS + 1_000;
  const exiting = await factsOf({ sessions, onChain: { ...OPEN, phase: 'exiting', exitEndsAtMs } });
  assert.equal(codeOf(accept(exiting.channel, keyVoucher(10))), 'VOUCHER-PHASE');
  assert.deepEqual(exiting.channel!.exit, {
    startedAtMs: exitEndsAtMs - 86_400_000,
    endsAtMs: exitEndsAtMs,
    isExtended: false,
  });
  const closed = await factsOf({ sessions, onChain: { ...OPEN, phase: 'closed' } });
  assert.equal(codeOf(accept(closed.channel, keyVoucher(10))), 'VOUCHER-PHASE');
  const { channel } = await factsOf({ sessions, onChain: null });
  assert.equal(channel, null);
  assert.equal(codeOf(accept(channel, keyVoucher(10))), 'VOUCHER-CHANNEL');
});

test('a wallet of ERC-1271 is asked of the chain, and known to the channel afterwards', async () => {
  const { channel, verifyWallet } = await factsOf({ signers: [PAYER] });
  const read = voucherOf(10, () => CONTRACT_SAYS);
  const digest = voucherDigest(channelSeparator(PLACE), read.voucher);
  assert.equal(channel!.verifyPayer(digest, CONTRACT_SAYS), false);
  const answer = await acceptWalletVoucher(read, () => acceptance(channel), verifyWallet);
  assert.equal(answer.outcome, 'accepted');
  assert.equal(channel!.verifyPayer(digest, CONTRACT_SAYS), true);
  assert.equal(channel!.verifyPayer(digest, { ...CONTRACT_SAYS, bytes: Uint8Array.of(8) }), false);
  const stranger = await factsOf({ signers: [PAYEE] });
  const refused = await acceptWalletVoucher(read, () => acceptance(stranger.channel), stranger.verifyWallet);
  assert.equal(codeOf(refused), 'VOUCHER-SIGNATURE');
  const revoked = await factsOf({ signers: [PAYER], onChain: { ...OPEN, isSignerRevoked: true } });
  const late = await acceptWalletVoucher(read, () => acceptance(revoked.channel), revoked.verifyWallet);
  assert.equal(codeOf(late), 'VOUCHER-SIGNATURE');
});

test('a charge is the payee’s, or its operator’s, once the chain was asked', async () => {
  const digest = new Uint8Array(32);
  for (const signer of [PAYEE, OPERATOR]) {
    const { channel, verifyPayeeWallet } = await factsOf({ signers: [signer] });
    assert.equal(channel!.verifyPayee(PAYEE, digest, CONTRACT_SAYS), false);
    assert.equal(await verifyPayeeWallet(digest, CONTRACT_SAYS), true);
    assert.equal(channel!.verifyPayee(PAYEE, digest, CONTRACT_SAYS), true);
    assert.equal(channel!.verifyPayee(PAYER, digest, CONTRACT_SAYS), false, 'of this payee only');
  }
  const { channel, verifyPayeeWallet } = await factsOf({ signers: [PAYER] });
  assert.equal(await verifyPayeeWallet(digest, CONTRACT_SAYS), false);
  assert.equal(channel!.verifyPayee(PAYEE, digest, CONTRACT_SAYS), false);
});

interface Said {
  readonly onChain?: ChannelOnChain | null;
  readonly sessions?: readonly string[];
  /** Accounts whose signature the chain takes. */
  readonly signers?: readonly string[];
  readonly config?: Partial<ChannelConfig>;
}

function factsOf({ onChain = OPEN, sessions = [], signers = [], config = {} }: Said) {
  const source: ChannelSource = {
    channel: async () => onChain,
    sessionKeys: async () => sessions.map((key) => ({ key, endsAtMs: NOW_MS + 1 })),
    isSignedBy: async (account) => signers.includes(account),
  };
  return readChannelFacts(source, PLACE, configOf(config), NOW_MS);
}

function configOf(differing: Partial<ChannelConfig>): ChannelConfig {
  return {
    payer: PAYER,
    payerSigner: PAYER.slice(2),
    payee: PAYEE,
    payeeOperator: OPERATOR,
    token: `0x${'ee'.repeat(20)}`,
    exitDelaySeconds: 86_400,
    minConfirmations: 3,
    policyHash: '0'.repeat(64),
    salt: '0'.repeat(64),
    ...differing,
  };
}

function keyVoucher(cumulativeGrains: number, config: Partial<ChannelConfig> = {}): ReadVoucher {
  return voucherOf(cumulativeGrains, KEY.sign, config);
}

function voucherOf(
  cumulativeGrains: number,
  signed: (digest: Uint8Array) => DigestSignature,
  config: Partial<ChannelConfig> = {},
): ReadVoucher {
  const separator = channelSeparator(PLACE);
  const id = channelId(separator, configOf(config));
  const voucher: Voucher = { channelId: id, payee: PAYEE, cumulativeGrains, deadlineMs: NOW_MS * 2 };
  const read = readVoucher(encodeVoucher({ voucher, signature: signed(voucherDigest(separator, voucher)) }));
  assert.equal(read.outcome, 'read');
  return read as ReadVoucher;
}

type Facts = Parameters<typeof acceptVoucher>[1];

function acceptance(channel: Facts['channel']): Facts {
  const policy = { marginMs: 0, unredeemedGrainsMax: 1e9 };
  return { channel, payee: PAYEE, head: null, nowMs: NOW_MS, policy };
}

function accept(channel: Facts['channel'], read: ReadVoucher) {
  return acceptVoucher(read, acceptance(channel));
}

function codeOf(answer: ReturnType<typeof acceptVoucher>): string {
  return answer.outcome === 'refused' ? answer.code : answer.outcome;
}

function newKey() {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicPointOf(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  const signed = (digest: Uint8Array) => p256Signature(sign('sha256', digest, { key, dsaEncoding: 'ieee-p1363' }));
  return { hex: toHex(x) + toHex(y), sign: signed };
}
