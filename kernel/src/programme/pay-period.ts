import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { Participant } from './participant.ts';
import { brokenRequirements } from './requirements.ts';
import type { PayoutRule, ProgrammeRule, ProgrammeVersion } from './rules.ts';
import { WEIGHT_PLACES, weightOf } from './weight.ts';

const MILLION = 1_000_000n;

export interface ProgrammePeriod {
  readonly id: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** What a `pool` payout divides, in the smallest unit; null where payouts are yields. */
  readonly pool: bigint | null;
}

export interface ProgrammePayout {
  readonly account: string;
  /** In 2^-128 of the measure's smallest unit. */
  readonly weight: bigint;
  /** What the weight would earn. */
  readonly due: bigint;
  /** The due, or zero for whoever is barred. */
  readonly paid: bigint;
  readonly barredBy: readonly string[];
}

export interface PaidPeriod {
  readonly id: string;
  readonly version: number;
  /** The pool, or the sum of all dues where there is none: paid + unpaid. */
  readonly budget: bigint;
  readonly paid: bigint;
  /** What the barred would have got, and what rounding down left. */
  readonly unpaid: bigint;
  readonly weightSum: bigint;
  /** In the bytewise order of accounts. */
  readonly payouts: readonly ProgrammePayout[];
}

/**
 * Pays one period, every payout rounded down: floor(pool · w / Σ w), or floor(w · rate · period / year).
 * The order of participants does not matter, and paid + unpaid = budget exactly.
 * @throws KernelRefusal KERNEL-CLOCK (an empty period), KERNEL-BEFORE-GENESIS (no version is that old),
 * KERNEL-PARTICIPANT-DUPLICATE, KERNEL-POOL, KERNEL-COLUMN-UNKNOWN, KERNEL-AMOUNT
 */
export function payPeriod(
  rule: ProgrammeRule,
  period: ProgrammePeriod,
  participants: readonly Participant[],
): PaidPeriod {
  if (!(period.endSeconds > period.startSeconds))
    throw new KernelRefusal(
      'KERNEL-CLOCK',
      `period ${period.id}`,
      `an end after ${period.startSeconds}`,
      period.endSeconds,
    );
  const version = versionAt(rule, period.startSeconds);
  const ordered = inOrder(period, participants);
  const weights = ordered.map((participant) => weightOf(version.weight, participant));
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  const dueOf = dues(version.payout, period, weightSum);
  const payouts = ordered.map((participant, index): ProgrammePayout => {
    const weight = weights[index]!;
    const due = dueOf(weight);
    const barredBy = brokenRequirements(version.requirements, participant);
    return { account: participant.account, weight, due, paid: barredBy.length === 0 ? due : 0n, barredBy };
  });
  const paid = payouts.reduce((sum, payout) => sum + payout.paid, 0n);
  const budget = version.payout.kind === 'pool' ? poolOf(period) : payouts.reduce((sum, { due }) => sum + due, 0n);
  // Floors of shares never pass the pool; a negative rest would be a bug of this file.
  if (paid > budget) throw new Error(`period ${period.id}: paid ${paid} of ${budget}`);
  return { id: period.id, version: version.version, budget, paid, unpaid: budget - paid, weightSum, payouts };
}

/** The version in force at a period's start. @throws KernelRefusal KERNEL-BEFORE-GENESIS */
export function versionAt(rule: ProgrammeRule, startSeconds: number): ProgrammeVersion {
  const version = rule.versions.findLast(({ fromSeconds }) => fromSeconds <= startSeconds);
  if (version !== undefined) return version;
  const first = rule.versions[0]?.fromSeconds ?? 'a version';
  throw new KernelRefusal('KERNEL-BEFORE-GENESIS', 'period start', `at least ${first}`, startSeconds);
}

function inOrder(period: ProgrammePeriod, participants: readonly Participant[]): readonly Participant[] {
  const ordered = [...participants].sort((x, y) => compareText(x.account, y.account));
  const twice = ordered.find(({ account }, index) => account === ordered[index - 1]?.account);
  if (twice === undefined) return ordered;
  throw new KernelRefusal('KERNEL-PARTICIPANT-DUPLICATE', `period ${period.id}`, 'each account once', twice.account);
}

/** The due of a weight, rounded down. */
function dues(payout: PayoutRule, period: ProgrammePeriod, weightSum: bigint): (weight: bigint) => bigint {
  if (payout.kind === 'pool') {
    const pool = poolOf(period);
    return (weight) => (weightSum === 0n ? 0n : (pool * weight) / weightSum);
  }
  const rate = BigInt(payout.ratePpm) * BigInt(period.endSeconds - period.startSeconds);
  const unit = (MILLION * BigInt(payout.yearSeconds)) << WEIGHT_PLACES;
  return (weight) => (weight * rate) / unit;
}

function poolOf(period: ProgrammePeriod): bigint {
  if (period.pool !== null && period.pool >= 0n) return period.pool;
  throw new KernelRefusal('KERNEL-POOL', `period ${period.id}`, 'a pool >= 0', period.pool);
}
