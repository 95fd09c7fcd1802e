import { isAmount, mulDivDown } from '../numbers/exact.ts';
import type { Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000;
const BILLION = 1_000_000_000n;

// What absence costs. Shares of a bond are in parts per billion, because one node of a million offends by less than a
// millionth. They depend on the total that offends, never on who: splitting an identity changes nothing. Counts may be
// nodes or grains of bond, the same for both arguments.

/** min(factor·(k − allowance) / n, 1)·ceiling: nothing while the outage may have a common cause (Polkadot's form). */
export interface CommonCauseRule {
  /** Share of the class that may be absent; rounded down to whole nodes. */
  readonly allowancePpm: Ppm;
  /** And this many nodes more: Polkadot allows n/10 + 1. */
  readonly allowanceNodes: number;
  readonly factorPpm: number;
  /** Most of a bond that absence can cost. */
  readonly ceilingPpm: Ppm;
}

/**
 * Share of each absent node's bond, in ppb, rounded up: zero while at most the allowance is absent.
 * @throws KernelRefusal KERNEL-RANGE (offline > total), KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO (total of zero)
 * @example commonCauseSlashPpb({ allowancePpm: 100_000, allowanceNodes: 1, factorPpm: 3_000_000, ceilingPpm: 70_000 }, 200, 1_000)
 *   // 20_790_000: .02079
 */
export function commonCauseSlashPpb(rule: CommonCauseRule, offline: number, total: number): number {
  checkPart(offline, total);
  const allowed = mulDivDown(total, rule.allowancePpm, MILLION) + rule.allowanceNodes;
  if (offline <= allowed) return 0;
  const share = atMostOne(BigInt(rule.factorPpm) * BigInt(offline - allowed), BigInt(MILLION) * BigInt(total));
  return ceilPpb(share.numerator * BigInt(rule.ceilingPpm), share.denominator * BigInt(MILLION));
}

/**
 * Share of each offender's bond for equivocation, min((factor·k / n)², 1), in ppb, rounded up: one that slipped loses
 * next to nothing, a third that acted together loses all (Polkadot; factor 3).
 * @throws KernelRefusal KERNEL-RANGE (offenders > total), KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO
 */
export function equivocationSlashPpb(factorPpm: number, offenders: number, total: number): number {
  checkPart(offenders, total);
  const { numerator, denominator } = atMostOne(BigInt(factorPpm) * BigInt(offenders), BigInt(MILLION) * BigInt(total));
  return ceilPpb(numerator * numerator, denominator * denominator);
}

/**
 * Correlation share min(factor·S, T) / T, in ppb, rounded up, of what S of the class's bonds T has been slashed within
 * the window (Ethereum's form; factor 3: when a third was slashed, offenders lose all).
 * @throws KernelRefusal KERNEL-RANGE (slashed > total), KERNEL-AMOUNT, KERNEL-DIVIDE-BY-ZERO
 */
export function correlationSlashPpb(factorPpm: number, slashed: number, total: number): number {
  checkPart(slashed, total);
  const { numerator, denominator } = atMostOne(BigInt(factorPpm) * BigInt(slashed), BigInt(MILLION) * BigInt(total));
  return ceilPpb(numerator, denominator);
}

/** Answers that a node owes in a window, and the share it must give. */
export interface ProbeWindowRule {
  readonly probes: number;
  /** At least 1.5 points under the promised level, or noise convicts: see `probeFalseAlarm` in analysis. */
  readonly barPpm: Ppm;
}

/** Misses that a window forgives: probes·(1 − bar), rounded down; 28 of 1,440 at a bar of 98 %. */
export function missesAllowed(rule: ProbeWindowRule): number {
  return mulDivDown(rule.probes, MILLION - rule.barPpm, MILLION);
}

/**
 * One node's misses against the bar of its window, with how far it has gone towards it, in ppm, rounded down: a node is
 * at the threshold only when it is surely there.
 */
export function probeStanding(rule: ProbeWindowRule, misses: number): { isBelowBar: boolean; usedPpm: Ppm } {
  const allowed = missesAllowed(rule);
  const isBelowBar = misses > allowed;
  return { isBelowBar, usedPpm: (isBelowBar ? MILLION : mulDivDown(misses, MILLION, allowed + 1)) as Ppm };
}

function atMostOne(numerator: bigint, denominator: bigint): { numerator: bigint; denominator: bigint } {
  return { numerator: numerator < denominator ? numerator : denominator, denominator };
}

function ceilPpb(numerator: bigint, denominator: bigint): number {
  return Number((numerator * BILLION + denominator - 1n) / denominator);
}

function checkPart(part: number, total: number): void {
  if (!isAmount(part) || !isAmount(total)) {
    throw new KernelRefusal(
      'KERNEL-AMOUNT',
      'offenders of a class',
      'integers from 0 to 2^53 - 1',
      `${part}, ${total}`,
    );
  }
  if (total === 0) throw new KernelRefusal('KERNEL-DIVIDE-BY-ZERO', 'offenders of a class', 'a class of somebody', 0);
  if (part > total) throw new KernelRefusal('KERNEL-RANGE', 'offenders of a class', `at most ${total}`, part);
}
