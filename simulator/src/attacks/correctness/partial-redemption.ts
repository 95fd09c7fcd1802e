import type { CorrectnessAttack } from '../correctness.ts';
import { addressOf, ChannelWorld, EXIT_DELAY_MS, HOUR_MS } from './channel-world.ts';
import { Dice, Protocol } from './playing.ts';
import { type CorrectnessRules, PRODUCTION_RULES } from './rules.ts';

const NUMBER = 20;
const MESSAGES = 18;
const [VICTIM, FRIEND] = [addressOf(0xb1), addressOf(0xb2)] as [string, string];

/** 20, against any rules. */
export function partialRedemptionAgainst(rules: CorrectnessRules): CorrectnessAttack {
  return {
    id: 'partial-redemption',
    number: NUMBER,
    title: 'Griefing by partial redemption',
    strategy:
      'Puts a grain into an empty channel just before the victim collects, or brings its voucher for it, so that a large ' +
      'claim is used up by dust; mixes in exits, top-ups of nothing, bad rows, old vouchers and old charges.',
    defence:
      'A voucher is never used up: what was not there stays claimable, a bad row holds up no other, and a top-up touches ' +
      'no exit.',
    schedule: (seed, run) => {
      const protocol = new Protocol();
      play(rules, protocol, new Dice({ seed, run }, NUMBER), seed);
      return protocol.outcome();
    },
  };
}

/** 20. A face value lost for a grain. */
export const partialRedemption = partialRedemptionAgainst(PRODUCTION_RULES);

/** The victim holds a rising row of vouchers whose last one passes what has been deposited. */
function play(rules: CorrectnessRules, protocol: Protocol, dice: Dice, seed: number): void {
  const deposited = dice.between(1, 50);
  const world = new ChannelWorld(rules, protocol, seed, [
    [VICTIM, deposited],
    [FRIEND, 20],
  ]);
  const faces = [dice.between(1, 40), dice.between(41, 400), dice.between(401, 1_000)];
  const vouchers = faces.map((grains) => world.sign(VICTIM, grains));
  const face = faces.at(-1)!;
  const best = vouchers.at(-1)!;
  protocol.step(`the victim holds ${faces.join(', ')}`);
  for (let index = 0; index < MESSAGES; index += 1) {
    dice.move(index + 1);
    world.nowMs += dice.below(HOUR_MS);
    const [name, act] = dice.oneOf(TRICKS);
    protocol.attempt(name);
    act(world, vouchers, dice);
    if (dice.chance(0.3)) world.redeem([best]);
    if (world.channel.phase === 'closed') break;
  }
  dice.move(MESSAGES + 1);
  finish(world, protocol, best, face, dice.chance(0.5));
}

type Trick = readonly [string, (world: ChannelWorld, vouchers: readonly Uint8Array[], dice: Dice) => void];

const TRICKS: readonly Trick[] = [
  [
    'a top-up of one grain, and the voucher brought for it',
    (world, vouchers) => {
      world.topUp(VICTIM, 1);
      world.redeem([vouchers.at(-1)!]);
    },
  ],
  ['a top-up of dust', (world, _, dice) => world.topUp(VICTIM, dice.between(1, 3))],
  ['a top-up in earnest, to be taken away again', (world, _, dice) => world.topUp(VICTIM, dice.between(50, 300))],
  ['a top-up of nothing', (world) => world.topUp(VICTIM, 0)],
  [
    "a top-up of the friend's, whose voucher takes it",
    (world) => {
      world.topUp(FRIEND, 1);
      world.redeem([world.sign(FRIEND, 1_000_000)]);
    },
  ],
  ['old vouchers of the victim', (world, vouchers, dice) => world.redeem([dice.oneOf(vouchers), dice.oneOf(vouchers)])],
  ['the voucher twice in one call', (world, vouchers) => world.redeem([vouchers.at(-1)!, vouchers.at(-1)!])],
  ['a bad row before the good one', (world, vouchers) => world.redeem([Uint8Array.of(0xd2), vouchers.at(-1)!])],
  ['a commitment to dust', (world, vouchers) => world.commit([vouchers[0]!])],
  [
    'the exit begins',
    (world, _, dice) => {
      if (dice.chance(0.2)) world.startExit();
    },
  ],
  ['the exit is called over', (world) => world.finishExit()],
  [
    "a charge of long ago under the victim's best voucher, to have the rest forgotten",
    (world, vouchers, dice) => {
      const best = vouchers.at(-1)!;
      world.claim([world.charge(best, dice.between(0, 60))]);
    },
  ],
  [
    'the exit begins, and is called over with dust on top',
    (world, _, dice) => {
      if (!dice.chance(0.1)) return;
      world.topUp(VICTIM, dice.between(1, 9));
      world.startExit();
      world.finishExit();
    },
  ],
];

/** What the victim must have in the end, to the grain: all it was signed, as far as it was ever there for it. */
function finish(world: ChannelWorld, protocol: Protocol, best: Uint8Array, face: number, isFunded: boolean): void {
  if (isFunded && world.channel.phase !== 'closed') {
    protocol.step('the payer puts in what is missing');
    world.topUp(VICTIM, face);
  }
  if (world.channel.phase === 'open') world.startExit();
  protocol.step('the victim commits within the exit, and collects after it');
  if (world.channel.phase === 'exiting') {
    world.commit([best]);
    world.nowMs = world.channel.exit!.startedAtMs + 2 * EXIT_DELAY_MS;
    world.finishExit();
  }
  world.redeem([best]);
  const expected = Math.min(face, world.depositedFor(VICTIM));
  const paid = world.paidTo(VICTIM);
  protocol.demand(paid === expected, () => `the victim was paid ${paid} of ${expected}`);
}
