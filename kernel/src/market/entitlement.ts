import { addExact } from '../numbers/exact.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs } from '../numbers/quantities.ts';
import { chargeGrains } from './rating.ts';

// Work that is not bought at spot: granted to a project, or included in a subscription, or paid by the task.

/** NCU·ms given to a group for a term, drawn down by use. */
export interface Grant {
  readonly grantedNcuMs: NcuMs;
  readonly fromEpoch: Epoch;
  /** Its last epoch. */
  readonly untilEpoch: Epoch;
}

/** NCU·ms of every period; what is left of one is not taken to the next. */
export interface SubscriptionRule {
  readonly includedNcuMs: NcuMs;
  readonly periodEpochs: number;
}

/** The two sum to the usage. Overage is charged at spot. */
export interface Coverage {
  readonly coveredNcuMs: NcuMs;
  readonly overageNcuMs: NcuMs;
  readonly leftNcuMs: NcuMs;
}

/** A price by the task, known before it starts: what fits a channel's voucher. */
export interface TaskPriceRule {
  readonly taskGrains: Grains;
  /** Work that the task's price includes. */
  readonly includedNcuMs: NcuMs;
}

/** Draws usage from a grant of which some was drawn already. Outside its term it covers nothing, and keeps what it has. */
export function drawGrant(grant: Grant, drawnNcuMs: NcuMs, epoch: Epoch, usageNcuMs: NcuMs): Coverage {
  const left = Math.max(0, grant.grantedNcuMs - drawnNcuMs);
  const stands = grant.fromEpoch <= epoch && epoch <= grant.untilEpoch;
  return cover(left, stands ? left : 0, usageNcuMs);
}

/** Draws usage from the period of a subscription that an epoch is in, of which some was drawn already. */
export function drawSubscription(rule: SubscriptionRule, drawnInPeriodNcuMs: NcuMs, usageNcuMs: NcuMs): Coverage {
  const left = Math.max(0, rule.includedNcuMs - drawnInPeriodNcuMs);
  return cover(left, left, usageNcuMs);
}

/** Which period of a subscription an epoch is in, from 0; negative before it began. */
export function subscriptionPeriod(rule: SubscriptionRule, startEpoch: Epoch, epoch: Epoch): number {
  return Math.floor((epoch - startEpoch) / rule.periodEpochs);
}

/** taskGrains + up(work past the included * spot). @throws KernelRefusal KERNEL-RANGE */
export function taskChargeGrains(rule: TaskPriceRule, work: NcuMs, spot: MicrograinsPerNcuS): Grains {
  const overage = Math.max(0, work - rule.includedNcuMs) as NcuMs;
  return addExact(rule.taskGrains, chargeGrains(overage, spot)) as Grains;
}

function cover(left: number, usable: number, usage: number): Coverage {
  const covered = Math.min(usable, usage);
  return {
    coveredNcuMs: covered as NcuMs,
    overageNcuMs: (usage - covered) as NcuMs,
    leftNcuMs: (left - covered) as NcuMs,
  };
}
