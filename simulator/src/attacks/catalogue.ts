import type { Attack } from './attack.ts';
import { classSpoofing } from './class-spoofing.ts';
import { partialRedemption } from './correctness/partial-redemption.ts';
import { replayDoubleClaim } from './correctness/replay-double-claim.ts';
import { voucherOverspend } from './correctness/voucher-overspend.ts';
import type { CorrectnessAttack } from './correctness.ts';
import { flashStake } from './flash-stake.ts';
import { hoarding } from './hoarding.ts';
import { INSTITUTION_ATTACKS } from './institutions/institutions.ts';
import { lazyWork } from './lazy-work.ts';
import { meteringInflation } from './metering-inflation.ts';
import { selectiveDelivery } from './selective-delivery.ts';
import { sybilSplit } from './sybil-split.ts';
import { washUsage } from './wash-usage.ts';
import { whitewash } from './whitewash.ts';

/** Attacks that must cost twice what they bring, by their numbers. */
export const ECONOMIC_ATTACKS: readonly Attack[] = [
  sybilSplit,
  whitewash,
  flashStake,
  hoarding,
  washUsage,
  meteringInflation,
  lazyWork,
  selectiveDelivery,
  classSpoofing,
  ...INSTITUTION_ATTACKS,
].sort((one, other) => one.number - other.number);

/** Attacks that must be impossible. */
export const CORRECTNESS_ATTACKS: readonly CorrectnessAttack[] = [
  replayDoubleClaim,
  voucherOverspend,
  partialRedemption,
];
