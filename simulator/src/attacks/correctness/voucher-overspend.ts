import type { AcceptanceFacts, ReadVoucher } from '@stannary/billing';
import { encodeVoucher } from '@stannary/wire';
import type { CorrectnessAttack } from '../correctness.ts';
import { addressOf, ChannelWorld, EXIT_DELAY_MS, HOUR_MS, short, voucherBy } from './channel-world.ts';
import { Dice, Protocol } from './playing.ts';
import { type CorrectnessRules, PRODUCTION_RULES } from './rules.ts';
import { signerOf } from './signers.ts';

const NUMBER = 17;
const MESSAGES = 30;
const STEP_MS_MOST = 3 * HOUR_MS;
/** The chain's blocks are final after this at the latest. */
const FINALITY_MS_MOST = 2 * HOUR_MS;
const POLICY = { marginMs: 8 * HOUR_MS, unredeemedGrainsMax: 250 };

/**
 * An honest provider: works for each step that it accepts, sees the chain only as far as it is final, collects when the
 * payer wants out, before a deadline, and when it would have too much outstanding.
 */
class Provider {
  readonly payee: string;
  head: ReadVoucher | null = null;
  /** Work done for steps that it accepted. */
  workedGrains = 0;
  /** It leaves a watermark and collects after the end, as one does whose fees are high. */
  readonly commits: boolean;

  constructor(payee: string, commits: boolean) {
    this.payee = payee;
    this.commits = commits;
  }

  /** True when it must collect now: it never waits for the last moment. */
  mustCollect({ channel, nowMs }: ChannelWorld): boolean {
    const { head } = this;
    if (head === null) return false;
    const ends = Math.min(head.voucher.deadlineMs, channel.exit?.endsAtMs ?? Number.MAX_SAFE_INTEGER);
    return nowMs >= ends - 2 * STEP_MS_MOST;
  }
}

interface Play {
  readonly rules: CorrectnessRules;
  readonly protocol: Protocol;
  readonly dice: Dice;
  readonly world: ChannelWorld;
  readonly providers: readonly Provider[];
  /** The channel as of the last final block, and when that was. */
  final: ChannelWorld['channel'];
  finalAtMs: number;
}

/** 17, against any rules. */
export function voucherOverspendAgainst(rules: CorrectnessRules): CorrectnessAttack {
  return {
    id: 'voucher-overspend',
    number: NUMBER,
    title: 'Equivocating vouchers, one deposit spent at many providers',
    strategy:
      'Pays k providers out of one deposit with vouchers that together pass it, take each other back, come before the ' +
      'deposit is final or when the exit has begun, and takes the deposit out, or closes without the provider.',
    defence:
      'Each provider has an allotment that no other can spend; it accepts rising ceilings within it only, no voucher takes ' +
      'a lower one back, and an end at once takes both signatures.',
    schedule: (seed, run) => {
      const protocol = new Protocol();
      const dice = new Dice({ seed, run }, NUMBER);
      play(rules, protocol, dice, seed);
      return protocol.outcome();
    },
  };
}

/** 17. Work of k providers for one deposit. */
export const voucherOverspend = voucherOverspendAgainst(PRODUCTION_RULES);

function play(rules: CorrectnessRules, protocol: Protocol, dice: Dice, seed: number): void {
  const count = dice.between(1, 5);
  const providers = Array.from(
    { length: count },
    (_, index) => new Provider(addressOf(0xb1 + index), dice.chance(0.4)),
  );
  const deposits = providers.map(({ payee }): [string, number] => [payee, dice.between(100, 600)]);
  const world = new ChannelWorld(rules, protocol, seed, deposits);
  const now: Play = { rules, protocol, dice, world, providers, final: world.channel, finalAtMs: world.nowMs };
  for (let index = 0; index < MESSAGES; index += 1) {
    dice.move(index + 1);
    world.nowMs += dice.below(STEP_MS_MOST);
    if (dice.chance(0.7) || world.nowMs > now.finalAtMs + FINALITY_MS_MOST) {
      now.final = world.channel;
      now.finalAtMs = world.nowMs;
    }
    hostileMove(now, seed);
    for (const provider of providers) if (provider.mustCollect(world) || dice.chance(0.1)) collect(now, provider);
  }
  takeTheDepositOut(now);
  for (const { payee, workedGrains } of providers) {
    const paid = world.paidTo(payee);
    protocol.demand(paid >= workedGrains, () => `${short(payee)} worked for ${workedGrains} and got ${paid}`);
  }
}

function hostileMove(now: Play, seed: number): void {
  const { protocol, dice, world, providers } = now;
  const provider = dice.oneOf(providers);
  const kind = dice.below(10);
  if (kind === 0 && world.channel.phase === 'open' && dice.chance(0.4)) {
    protocol.attempt('the payer wants out');
    world.startExit();
  } else if (kind === 1) {
    protocol.attempt('takes the deposit out before the time');
    world.finishExit();
  } else if (kind === 2) {
    protocol.attempt('a deposit that is not final yet');
    if (world.channel.phase !== 'closed') world.topUp(provider.payee, dice.between(1, 100));
  } else if (kind === 3 && dice.chance(0.3)) {
    protocol.attempt('closes with its own signature twice');
    world.closeUnsigned(world.closeBy(world.payer, world.payer, world.paidTo(provider.payee)));
  } else {
    const [said, bytes] = voucherFor(now, provider, seed);
    protocol.attempt(`to ${short(provider.payee)}: ${said}`);
    offer(now, provider, bytes);
  }
}

/** What the payer sends: mostly what an honest one would, so that the rest has something to contradict. */
function voucherFor({ dice, world, final, providers }: Play, provider: Provider, seed: number): [string, Uint8Array] {
  const last = provider.head?.voucher ?? { cumulativeGrains: 0, deadlineMs: world.nowMs + EXIT_DELAY_MS };
  const had = last.cumulativeGrains;
  const allotment = final.streams.get(provider.payee)!.depositedGrains;
  const more = Math.min(allotment, had + dice.between(1, 120));
  const sign = (grains: number, differing = {}) => world.sign(provider.payee, grains, differing);
  const kinds: readonly [string, () => Uint8Array][] = [
    ['a step', () => sign(more)],
    ['the whole deposit of all', () => sign(5 * 600)],
    ['one grain beyond the allotment', () => sign(allotment + 1)],
    ['the last ceiling again, to be had sooner', () => sign(had, { deadlineMs: last.deadlineMs - HOUR_MS })],
    ['the last ceiling again, under a condition', () => sign(had, { conditionHash: 'cd'.repeat(32) })],
    ['less than before', () => sign(Math.max(0, had - dice.between(1, 50)))],
    ['no time to collect it', () => sign(more, { deadlineMs: world.nowMs + dice.below(POLICY.marginMs) })],
    ['no time at all', () => sign(more, { deadlineMs: world.nowMs - 1 })],
    ['a deadline that comes soon', () => sign(more, { deadlineMs: world.nowMs + POLICY.marginMs + HOUR_MS })],
    ['under a condition', () => sign(more, { conditionHash: 'cd'.repeat(32) })],
    ['for another channel', () => sign(more, { channelId: 'c7'.repeat(32) })],
    ['made out to another', () => world.sign(dice.oneOf(providers).payee, more)],
    ["another's voucher", () => dice.oneOf([...world.sent, sign(more)])],
    ['signed by another key', () => voucherBy(signerOf(`thief ${seed}`), wordsOf(sign(more)))],
    ["said to be a wallet's", () => asOfAWallet(sign(more))],
  ];
  const [said, make] = dice.chance(0.3) ? kinds[0]! : dice.oneOf(kinds);
  return [said, make()];
}

function wordsOf(bytes: Uint8Array): ReadVoucher['voucher'] {
  const read = PRODUCTION_RULES.readVoucher(bytes);
  if (read.outcome !== 'read') throw new Error('a voucher of our own is not read');
  return read.voucher;
}

/** Words that no wallet signed, to have them believed where only a session key is looked at. */
function asOfAWallet(bytes: Uint8Array): Uint8Array {
  return encodeVoucher({ voucher: wordsOf(bytes), signature: { signer: 'contract', bytes: Uint8Array.of(1) } });
}

function offer(now: Play, provider: Provider, bytes: Uint8Array): void {
  const { rules, protocol, world, final } = now;
  const read = rules.readVoucher(bytes);
  if (read.outcome === 'refused') {
    protocol.refused(read.code);
    return;
  }
  const { head, payee } = provider;
  const facts: AcceptanceFacts = { channel: final, payee, head, nowMs: world.nowMs, policy: POLICY };
  const answer = rules.acceptVoucher(read, facts);
  if (answer.outcome === 'refused') protocol.refused(answer.code);
  if (answer.outcome !== 'accepted') return;
  provider.head = answer.head;
  provider.workedGrains += answer.stepGrains;
  protocol.step(`  ${short(payee)} works for ${answer.stepGrains}`);
}

function collect({ world, protocol }: Play, { head, payee, commits }: Provider): void {
  if (head === null) return;
  protocol.step(`${short(payee)} collects`);
  if (commits) world.commit([head.bytes]);
  else world.redeem([head.bytes]);
}

/** The end: the exit runs its time, providers do what they must, and then whoever committed collects. */
function takeTheDepositOut(now: Play): void {
  const { world, providers, protocol } = now;
  protocol.step('the end');
  if (world.channel.phase === 'open') world.startExit();
  while (world.channel.phase === 'exiting') {
    for (const provider of providers) if (provider.mustCollect(world)) collect(now, provider);
    const isOver = world.nowMs >= world.channel.exit!.endsAtMs;
    if (isOver) world.finishExit();
    else world.nowMs += STEP_MS_MOST;
    if (world.nowMs > world.channel.exit!.startedAtMs + 3 * EXIT_DELAY_MS) {
      protocol.success('the payer cannot get out');
      break;
    }
  }
  for (const { head } of providers) if (head !== null) world.redeem([head.bytes]);
}
