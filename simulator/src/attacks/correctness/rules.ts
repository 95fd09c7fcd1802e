import { judgeBatch, readBatch } from '@stannary/arbitration';
import {
  acceptVoucher,
  closeChannel,
  commitVouchers,
  eraClaimDue,
  finishExit,
  readVoucher,
  redeemVouchers,
  startExit,
  topUpChannel,
} from '@stannary/billing';

/**
 * The rules that a schedule is played against: the functions that production runs. A test hands in others, to see that the
 * judge finds what is wrong with them.
 */
export const PRODUCTION_RULES = {
  readBatch,
  judgeBatch,
  eraClaimDue,
  readVoucher,
  acceptVoucher,
  redeemVouchers,
  commitVouchers,
  topUpChannel,
  startExit,
  finishExit,
  closeChannel,
};

export type CorrectnessRules = Readonly<typeof PRODUCTION_RULES>;
