import type { CorrectnessAttack } from '../correctness.ts';
import { Dice, Protocol } from './playing.ts';
import { replayBatches } from './replayed-batches.ts';
import { replayClaims } from './replayed-claims.ts';
import { replayVouchers } from './replayed-vouchers.ts';
import { type CorrectnessRules, PRODUCTION_RULES } from './rules.ts';

const NUMBER = 16;

/** 16, against any rules. */
export function replayDoubleClaimAgainst(rules: CorrectnessRules): CorrectnessAttack {
  return {
    id: 'replay-double-claim',
    number: NUMBER,
    title: 'Replay and double claim',
    strategy:
      'Has work, a voucher or a payout paid, and brings it again: as it was, cut, bent, under other numbers, from other ' +
      'chains, contracts, channels and epochs, and under charges of others.',
    defence:
      'Every message is bound to its chain, contract, channel or epoch, and number; vouchers and payouts are ' +
      'cumulative, so that a second one pays the difference.',
    schedule: (seed, run) => {
      const protocol = new Protocol();
      const dice = new Dice({ seed, run }, NUMBER);
      replayBatches(rules, protocol, dice, seed);
      replayClaims(rules, protocol, dice);
      replayVouchers(rules, protocol, dice, seed);
      return protocol.outcome();
    },
  };
}

/** 16. A second payout for the same work, voucher or payout leaf. */
export const replayDoubleClaim = replayDoubleClaimAgainst(PRODUCTION_RULES);
