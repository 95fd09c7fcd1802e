import { concatBytes, decodeVoucher, fromHex, toHex, type Voucher } from '@stannary/wire';
import {
  addressOf,
  ChannelWorld,
  claimBy,
  EXIT_DELAY_MS,
  HOME,
  idOf,
  type payeeSigner,
  voucherBy,
} from './channel-world.ts';
import type { Dice, Protocol } from './playing.ts';
import { withABitTurned, withTheEndCut } from './replayed-batches.ts';
import type { CorrectnessRules } from './rules.ts';
import { signerOf } from './signers.ts';

const [PAYEE, OTHER] = [addressOf(0xb1), addressOf(0xb2)] as [string, string];
const MESSAGES = 14;
const FIRST_MOVE = 2_000;

/**
 * An honest payer's vouchers, collected by a payee that tries them again: in every order, on other chains, contracts,
 * and channels, under other charges, and in the second form of its signature.
 */
export function replayVouchers(rules: CorrectnessRules, protocol: Protocol, dice: Dice, seed: number): void {
  const deposits: [string, number][] = [
    [PAYEE, 1_000],
    [OTHER, 1_000],
  ];
  const world = new ChannelWorld(rules, protocol, seed, deposits);
  let signedGrains = 0;
  for (let index = 0; index < MESSAGES; index += 1) {
    dice.move(FIRST_MOVE + index);
    if (index === 0 || dice.chance(0.3)) {
      signedGrains += dice.between(1, 200);
      world.sign(PAYEE, signedGrains);
      protocol.step(`the payer signs ${signedGrains}`);
    }
    if (index === MESSAGES / 2) {
      anotherChannel(world, deposits);
      signedGrains = 0;
    }
    const [name, act] = dice.oneOf(TRIES);
    protocol.attempt(`voucher: ${name}`);
    act(world, dice, seed);
  }
}

/** The channel ends, all is collected, and another begins between the same two. */
function anotherChannel(world: ChannelWorld, deposits: [string, number][]): void {
  world.redeem(world.sent.slice(-1));
  world.startExit();
  world.nowMs += EXIT_DELAY_MS;
  world.finishExit();
  world.renew(deposits);
}

type Try = readonly [string, (world: ChannelWorld, dice: Dice, seed: number) => void];

const TRIES: readonly Try[] = [
  ['collected again', (world, dice) => world.redeem([dice.oneOf(world.sent)])],
  [
    'many at once, in any order',
    (world, dice) => world.redeem(Array.from({ length: 4 }, () => dice.oneOf(world.sent))),
  ],
  [
    'committed, then collected',
    (world, dice) => {
      const voucher = dice.oneOf(world.sent);
      world.commit([voucher, voucher]);
      world.redeem([voucher]);
    },
  ],
  ['cut off', (world, dice) => world.redeem([withTheEndCut(dice.oneOf(world.sent), dice.between(1, 64))])],
  ['with a bit turned', (world, dice) => world.redeem([withABitTurned(dice.oneOf(world.sent), dice)])],
  ['signed for another chain', (world, dice) => world.redeem([abroad(world, dice, { ...HOME, chain: 'eip155:1' })])],
  [
    'signed for another contract',
    (world, dice) => world.redeem([abroad(world, dice, { ...HOME, contract: addressOf(0xcd) })]),
  ],
  [
    'signed for another channel',
    (world, dice) => world.redeem([voucherBy(world.payer, { ...voucherOf(world, dice), channelId: idOf(3) })]),
  ],
  [
    'signed by another',
    (world, dice, seed) => world.redeem([voucherBy(signerOf(`thief ${seed}`), voucherOf(world, dice))]),
  ],
  [
    'for a payee that the channel does not have',
    (world, dice) => world.redeem([voucherBy(world.payer, { ...voucherOf(world, dice), payee: addressOf(0xb9) })]),
  ],
  ["in its signature's second form", (world, dice) => world.redeem([withTheOtherS(dice.oneOf(world.sent))])],
  [
    'charged in part',
    (world, dice) => world.claim([world.charge(...lastAnd(world, (grains) => dice.between(0, grains)))]),
  ],
  [
    'brought by a stranger that charges for the payee',
    (world, _, seed) => world.claim([chargedBy(signerOf(`thief ${seed}`), world, (grains) => grains)]),
  ],
  [
    'charged above its ceiling',
    (world, dice) => world.claim([world.charge(...lastAnd(world, (grains) => grains + dice.between(1, 50)))]),
  ],
  [
    "with another voucher's charge",
    (world, dice) => {
      const [voucher, other] = [dice.oneOf(world.sent), dice.oneOf(world.sent)];
      world.claim([{ voucher, charge: world.charge(other).charge }]);
    },
  ],
];

/** The last voucher, and an amount that depends on its ceiling. */
function lastAnd(world: ChannelWorld, amount: (ceiling: number) => number): [bytes: Uint8Array, grains: number] {
  const bytes = world.sent.at(-1)!;
  return [bytes, amount(wordsOf(bytes).cumulativeGrains)];
}

function chargedBy(signer: ReturnType<typeof payeeSigner>, world: ChannelWorld, amount: (ceiling: number) => number) {
  const [bytes, grains] = lastAnd(world, amount);
  return claimBy(signer, bytes, wordsOf(bytes), grains);
}

function wordsOf(bytes: Uint8Array): Voucher {
  return decodeVoucher(bytes).voucher;
}

/** The signature that verifies as well: (r, n - s) on P-256. */
function withTheOtherS(bytes: Uint8Array): Uint8Array {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const high = order - BigInt(`0x${toHex(bytes.subarray(-32))}`);
  return concatBytes(bytes.subarray(0, -32), fromHex(high.toString(16).padStart(64, '0')));
}

/** What the payer would sign in the same words elsewhere: more than it ever did here. */
function voucherOf({ id: channelId, nowMs }: ChannelWorld, dice: Dice): Voucher {
  const cumulativeGrains = dice.between(900, 1_000);
  return { channelId, payee: PAYEE, cumulativeGrains, deadlineMs: nowMs + 10 * EXIT_DELAY_MS };
}

function abroad(world: ChannelWorld, dice: Dice, domain: typeof HOME): Uint8Array {
  return voucherBy(world.payer, voucherOf(world, dice), domain);
}
