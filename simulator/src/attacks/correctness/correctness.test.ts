import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel, RedeemedRow, Stream } from '@stannary/billing';
import { toHex, voucherDigest } from '@stannary/wire';
import { CORRECTNESS_ATTACKS } from '../catalogue.ts';
import type { CorrectnessAttack } from '../correctness.ts';
import { partialRedemptionAgainst } from './partial-redemption.ts';
import { replayDoubleClaimAgainst } from './replay-double-claim.ts';
import { type CorrectnessRules, PRODUCTION_RULES } from './rules.ts';
import { voucherOverspendAgainst } from './voucher-overspend.ts';

const RUNS = 40;
/** Schedules within which a mutant must be found. */
const RUNS_TO_FIND = 20;
const [replay, overspend, partial] = CORRECTNESS_ATTACKS as [CorrectnessAttack, CorrectnessAttack, CorrectnessAttack];

/** No schedule succeeds; and production had to refuse with each of the codes, else nothing was attacked. */
function assertImpossible(attack: CorrectnessAttack, codes: readonly string[]): void {
  const refused = new Set<string>();
  for (let run = 0; run < RUNS; run += 1) {
    const { attempts, successes, refusals, trace } = attack.schedule(run % 2, run);
    assert.equal(successes, 0, trace?.join('\n'));
    assert.equal(trace, null);
    assert.ok(attempts > 0);
    for (const code of Object.keys(refusals)) refused.add(code);
  }
  assert.deepEqual(
    codes.filter((code) => !refused.has(code)),
    [],
  );
}

test('nothing is paid twice: work, voucher or payout, in whatever dress it comes again', () => {
  assertImpossible(replay, [
    ...['BATCH-CHAIN', 'BATCH-EPOCH-FUTURE', 'BATCH-EQUIVOCATION', 'BATCH-MALFORMED', 'BATCH-RECORDS-ROOT'],
    ...['BATCH-REPLAYED', 'BATCH-SIGNATURE', 'RECORD-LEASE-ENDED', 'RECORD-LEASE-FOREIGN', 'RECORD-WINDOW-OVERLAP'],
    ...['CLAIM-ERA', 'CLAIM-NOTHING', 'CLAIM-PROOF', 'CHARGE-CEILING', 'CHARGE-SIGNATURE', 'CHARGE-VOUCHER'],
    ...['VOUCHER-CHANNEL', 'VOUCHER-MALFORMED', 'VOUCHER-NOTHING-DUE', 'VOUCHER-PAYEE', 'VOUCHER-SIGNATURE'],
  ]);
});

test('every provider is paid for what it accepted, whatever the payer signs, to whom, and when it leaves', () => {
  assertImpossible(overspend, [
    ...['CHANNEL-EXIT-EARLY', 'CLOSE-CHANNEL', 'CLOSE-SIGNATURE', 'VOUCHER-ALLOTMENT', 'VOUCHER-CHANNEL'],
    ...['VOUCHER-CONDITIONAL', 'VOUCHER-DEADLINE', 'VOUCHER-EXPIRED', 'VOUCHER-EXPOSURE', 'VOUCHER-PAYEE'],
    ...['VOUCHER-PHASE', 'VOUCHER-SIGNATURE', 'VOUCHER-SIGNER', 'VOUCHER-STALE'],
  ]);
});

test('a voucher is never used up by less than it says, to the grain', () => {
  const codes = ['BILLING-AMOUNT', 'CHANNEL-EXIT-EARLY', 'CHANNEL-PHASE', 'VOUCHER-MALFORMED', 'VOUCHER-UNFUNDED'];
  assertImpossible(partial, codes);
});

for (const attack of CORRECTNESS_ATTACKS) {
  test(`${attack.number}. ${attack.id}: a schedule is its seed and run`, () => {
    const outcome = attack.schedule(0, 3);
    assert.deepEqual(attack.schedule(0, 3), outcome);
    const others = [attack.schedule(1, 3), attack.schedule(0, 4)].map((other) => JSON.stringify(other.refusals));
    assert.ok(!others.includes(JSON.stringify(outcome.refusals)));
  });
}

type Mutant = Partial<CorrectnessRules>;
const { judgeBatch, eraClaimDue, readVoucher, acceptVoucher, closeChannel, redeemVouchers, topUpChannel, finishExit } =
  PRODUCTION_RULES;

const yes = () => true;

function eachStream(channel: Channel, change: (stream: Stream) => Partial<Stream>): Channel {
  const streams = [...channel.streams].map(([payee, stream]) => [payee, { ...stream, ...change(stream) }] as const);
  return { ...channel, streams: new Map(streams) };
}

function allDeposits({ streams }: Channel): number {
  return [...streams.values()].reduce((sum, { depositedGrains }) => sum + depositedGrains, 0);
}

/** Redeems one voucher after the other, each at a channel that was changed to suit it. */
function redeemingAt(change: (channel: Channel, bytes: Uint8Array) => Channel): CorrectnessRules['redeemVouchers'] {
  return (channel, claims, facts) => {
    let now = channel;
    const rows = claims.flatMap((claim) => {
      const done = redeemVouchers(change(now, claim.voucher), [claim], facts);
      now = { ...now, streams: done.channel.streams };
      return done.rows;
    });
    return { channel: now, rows };
  };
}

/** The fault that burned face values elsewhere: something is paid, and the voucher is marked as used. */
function markingUsed(isEnough: (ceiling: number, row: PaidRow, now: Channel) => boolean) {
  const usedUp = new Set<string>();
  const redeem: CorrectnessRules['redeemVouchers'] = (channel, claims, facts) => {
    const fresh = claims.filter(({ voucher }) => !usedUp.has(toHex(voucher)));
    const done = redeemVouchers(channel, fresh, facts);
    for (const [index, row] of done.rows.entries()) {
      const read = readVoucher(fresh[index]!.voucher);
      if (row.outcome !== 'paid' || read.outcome !== 'read') continue;
      if (isEnough(read.voucher.cumulativeGrains, row, done.channel)) usedUp.add(toHex(fresh[index]!.voucher));
    }
    return done;
  };
  return redeem;
}

type PaidRow = Extract<RedeemedRow, { outcome: 'paid' }>;

/** Pays all that a payee charges, whatever the payer signed. */
const payingAboveCeilings: CorrectnessRules['redeemVouchers'] = (channel, claims, facts) => {
  let now = channel;
  const rows = claims.flatMap((claim) => {
    const done = redeemVouchers(now, [claim], facts);
    now = done.channel;
    const [row] = done.rows;
    const read = readVoucher(claim.voucher);
    if (row!.outcome !== 'refused' || row!.code !== 'CHARGE-CEILING' || read.outcome !== 'read') return done.rows;
    const { payee } = read.voucher;
    const stream = now.streams.get(payee)!;
    const paidGrains = Math.min(Number(row!.got), stream.depositedGrains) - stream.claimedGrains;
    const claimedGrains = stream.claimedGrains + paidGrains;
    now = { ...now, streams: new Map(now.streams).set(payee, { ...stream, claimedGrains }) };
    return [{ outcome: 'paid' as const, payee, paidGrains, leftGrains: 0 }];
  });
  return { channel: now, rows };
};

const REPLAY_MUTANTS: Record<string, Mutant> = {
  'windows are forgotten': { judgeBatch: (read, facts) => judgeBatch(read, { ...facts, used: () => null }) },
  'leases have no owner': {
    judgeBatch: (read, facts) => {
      const lease = (id: string) => ({ ...facts.lease(id)!, nodeId: read.header.nodeId });
      return judgeBatch(read, { ...facts, lease });
    },
  },
  "a batch's signature is not checked": {
    judgeBatch: (read, facts) => judgeBatch(read, { ...facts, node: facts.node && { ...facts.node, verify: yes } }),
  },
  'a claim pays its whole leaf': {
    eraClaimDue: (final, had, claim) => ({ ...eraClaimDue(final, had, claim), due: claim.leaf }),
  },
  'a claim is not proved': {
    eraClaimDue: (_, had, { leaf }) => ({ due: { credits: leaf.credits - had.credits, tokens: 0n }, claimed: leaf }),
  },
  'a voucher pays its whole ceiling': {
    redeemVouchers: redeemingAt((channel) => eachStream(channel, () => ({ claimedGrains: 0 }))),
  },
  "a voucher's signature is not checked": {
    redeemVouchers: redeemingAt((channel) => ({ ...channel, verifyPayer: yes })),
  },
  "a voucher's channel is not checked": {
    redeemVouchers: redeemingAt((channel, bytes) => {
      const read = readVoucher(bytes);
      return read.outcome === 'read' ? { ...channel, id: read.voucher.channelId } : channel;
    }),
  },
  "a charge's signature is not checked": {
    redeemVouchers: redeemingAt((channel) => ({ ...channel, verifyPayee: yes })),
  },
  "a charge is not held to its voucher's ceiling": { redeemVouchers: payingAboveCeilings },
};

const OVERSPEND_MUTANTS: Record<string, Mutant> = {
  'every provider counts on the whole deposit': {
    acceptVoucher: (read, facts) => {
      const { channel } = facts;
      if (channel === null) return acceptVoucher(read, facts);
      const depositedGrains = allDeposits(channel);
      const policy = { ...facts.policy, unredeemedGrainsMax: depositedGrains };
      return acceptVoucher(read, { ...facts, policy, channel: eachStream(channel, () => ({ depositedGrains })) });
    },
  },
  'the last voucher is forgotten': { acceptVoucher: (read, facts) => acceptVoucher(read, { ...facts, head: null }) },
  'a signature is not checked': {
    acceptVoucher: (read, facts) =>
      acceptVoucher(read, { ...facts, channel: facts.channel && { ...facts.channel, verifyPayer: yes } }),
  },
  'an exit is not looked at': {
    acceptVoucher: (read, facts) =>
      acceptVoucher(read, { ...facts, channel: facts.channel && { ...facts.channel, phase: 'open' } }),
  },
  'a condition is not looked at': {
    acceptVoucher: (read, facts) => {
      const { conditionHash: _, ...voucher } = read.voucher;
      const channel = facts.channel && {
        ...facts.channel,
        verifyPayer: (_digest: Uint8Array, signature: typeof read.signature) =>
          facts.channel!.verifyPayer(voucherDigest(facts.channel!.separator, read.voucher), signature),
      };
      return acceptVoucher({ ...read, voucher }, { ...facts, channel });
    },
  },
  'a payee is not looked at': {
    acceptVoucher: (read, facts) => acceptVoucher(read, { ...facts, payee: read.voucher.payee }),
  },
  'a channel is not looked at': {
    acceptVoucher: (read, facts) =>
      acceptVoucher(read, { ...facts, channel: facts.channel && { ...facts.channel, id: read.voucher.channelId } }),
  },
  'a deadline is not looked at': {
    acceptVoucher: (read, facts) => {
      const head = facts.head && { ...facts.head, voucher: { ...facts.head.voucher, deadlineMs: 0 } };
      return acceptVoucher(read, { ...facts, head, nowMs: -facts.policy.marginMs });
    },
  },
  'a kind of signer is not looked at': {
    acceptVoucher: (read, facts) => {
      const channel = facts.channel && {
        ...facts.channel,
        verifyPayer: (digest: Uint8Array, signature: typeof read.signature) =>
          read.signature.signer === 'contract' || facts.channel!.verifyPayer(digest, signature),
      };
      return acceptVoucher({ ...read, signature: { ...read.signature, signer: 'p256' } }, { ...facts, channel });
    },
  },
  "a close is not held to the payee's signature": {
    closeChannel: (channel, bytes, atMs) => closeChannel({ ...channel, verifyPayee: yes }, bytes, atMs),
  },
  'an exit is over at once': { finishExit: (channel) => finishExit(channel, Number.MAX_SAFE_INTEGER) },
  'commitments are forgotten': {
    finishExit: (channel, atMs) =>
      finishExit(
        eachStream(channel, () => ({ committedGrains: 0 })),
        atMs,
      ),
  },
};

const PARTIAL_MUTANTS: Record<string, Mutant> = {
  'what is there is paid, and the voucher marked as used': { redeemVouchers: markingUsed(yes) },
  'what is there is paid, and the ceiling counts as paid': {
    redeemVouchers: (channel, claims, facts) => {
      const done = redeemVouchers(channel, claims, facts);
      const marked = eachStream(done.channel, ({ claimedGrains }) => ({
        claimedGrains:
          claimedGrains + done.rows.reduce((sum, row) => sum + (row.outcome === 'paid' ? row.leftGrains : 0), 0),
      }));
      return { ...done, channel: marked };
    },
  },
  'a top-up ends an exit': {
    topUpChannel: (channel, payee, grains) => ({ ...topUpChannel(channel, payee, grains), phase: 'open', exit: null }),
  },
  'an exit is over at once': { finishExit: (channel) => finishExit(channel, Number.MAX_SAFE_INTEGER) },
  'commitments are forgotten': {
    finishExit: (channel, atMs) =>
      finishExit(
        eachStream(channel, () => ({ committedGrains: 0 })),
        atMs,
      ),
  },
  'a charge of less than the ceiling is the last': {
    redeemVouchers: markingUsed(
      (ceiling, { payee, leftGrains }, now) => leftGrains === 0 && now.streams.get(payee)!.claimedGrains < ceiling,
    ),
  },
};

for (const [against, mutants] of [
  [replayDoubleClaimAgainst, REPLAY_MUTANTS],
  [voucherOverspendAgainst, OVERSPEND_MUTANTS],
  [partialRedemptionAgainst, PARTIAL_MUTANTS],
] as const) {
  for (const [name, mutant] of Object.entries(mutants)) {
    const attack = against({ ...PRODUCTION_RULES, ...mutant });
    test(`${attack.number}. ${attack.id}: found within ${RUNS_TO_FIND} schedules where ${name}`, () => {
      const runs = Array.from({ length: RUNS_TO_FIND }, (_, run) => run);
      const found = runs.find((run) => attack.schedule(5, run).successes > 0);
      assert.ok(found !== undefined);
      const { trace } = attack.schedule(5, found);
      assert.match(trace!.at(-1)!, /SUCCESS/);
    });
  }
}
