import { addExact, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Epoch, Grains, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import { type EraLength, eraOf, isLastEpochOfEra } from '../settlement/epoch-clock.ts';

const MILLION = 1_000_000;

/** When earnings become payable. What is not payable can be voided by a verdict: the holdback deters, more than a bond. */
export type VestingRule = WholeEraVesting | LinearVesting | GraduatedVesting;

/** All of an era's earnings, with the settlement of the era this many later. */
export interface WholeEraVesting {
  readonly kind: 'whole-eras';
  readonly holdbackEras: number;
}

/** A share vests evenly over a duration, the rest at once (Filecoin: 75 % over 180 d). */
export interface LinearVesting {
  readonly kind: 'linear';
  /** Rounded up. */
  readonly sharePpm: Ppm;
  readonly durationEpochs: number;
}

/**
 * Withholds by the node's age when it earns, and returns by its age later; what is still withheld then comes back when
 * the node leaves in order (Storj: 75, 50, 25, 0 % from months 0, 3, 6, 9; half back at month 15).
 */
export interface GraduatedVesting {
  readonly kind: 'graduated';
  /** Rising ages from 0 on: from each age on this share is withheld, rounded up. */
  readonly withhold: readonly { readonly ageEpochsMin: number; readonly sharePpm: Ppm }[];
  /** Rising ages and shares: by each age this share of what was withheld is back, rounded down. */
  readonly returns: readonly { readonly ageEpochsMin: number; readonly sharePpm: Ppm }[];
}

/** One epoch's or era's earnings of a node in one asset, and how much of them was released. */
export interface VestingEntry {
  readonly earnedEpoch: Epoch;
  readonly earnedGrains: Grains;
  readonly releasedGrains: Grains;
}

/** What a schedule asks about the node itself. */
export interface VestingNode {
  /** Its first epoch. */
  readonly joinedEpoch: Epoch;
  /** It has left, its work handed over. */
  readonly isGracefulExit: boolean;
}

/**
 * How much of an entry has vested by the settlement of epoch `at`, in total, rounded down. It never falls, and reaches
 * all that was earned (graduated: at the last return of the whole, or at the node's graceful exit).
 * @throws KernelRefusal KERNEL-EPOCH (before the earnings, or earnings before the node), KERNEL-AMOUNT, KERNEL-RANGE
 */
export function vestedGrains(
  rule: VestingRule,
  era: EraLength,
  node: VestingNode,
  entry: VestingEntry,
  at: Epoch,
): Grains {
  const { earnedEpoch, earnedGrains } = entry;
  if (at < earnedEpoch || earnedEpoch < node.joinedEpoch) {
    const expected = `joined ${node.joinedEpoch} <= earned ${earnedEpoch} <= now`;
    throw new KernelRefusal('KERNEL-EPOCH', 'vestedGrains', expected, at);
  }
  switch (rule.kind) {
    case 'whole-eras':
      return isEraVested(rule, era, earnedEpoch, at) ? earnedGrains : (0 as Grains);
    case 'linear':
      return linearlyVested(rule, earnedGrains, at - earnedEpoch);
    case 'graduated':
      return graduallyVested(rule, node, entry, at);
  }
}

/**
 * Releases what has vested since the last time. Entries that are released in full are dropped; released + left =
 * earned, for every entry. Entries keep their order.
 * Refuses as `vestedGrains` does.
 */
export function releaseVested(
  rule: VestingRule,
  era: EraLength,
  node: VestingNode,
  entries: readonly VestingEntry[],
  at: Epoch,
): { readonly releasedGrains: Grains; readonly entries: readonly VestingEntry[] } {
  let releasedGrains = 0;
  const left: VestingEntry[] = [];
  for (const entry of entries) {
    // Never below what was released: a rule may have become stricter since.
    const vested = Math.max(entry.releasedGrains, vestedGrains(rule, era, node, entry, at));
    releasedGrains = addExact(releasedGrains, vested - entry.releasedGrains);
    if (vested < entry.earnedGrains) left.push({ ...entry, releasedGrains: vested as Grains });
  }
  return { releasedGrains: releasedGrains as Grains, entries: left };
}

/** What a verdict can still void: earned and not released. */
export function unvestedGrains(entries: readonly VestingEntry[]): Grains {
  return entries.reduce((sum, entry) => addExact(sum, entry.earnedGrains - entry.releasedGrains), 0) as Grains;
}

/** Fees lock bond instead of being held: `factor` times the fee, for a dispute period (The Graph: 10 times, 28 d). */
export interface ThawLockRule {
  readonly lockFactorPpm: number;
  readonly thawEpochs: number;
}

/** A collected fee. */
export interface Collection {
  readonly epoch: Epoch;
  readonly feeGrains: Grains;
}

/** Bond that collections keep locked at an epoch, each lock rounded up; a lock ends `thawEpochs` after its collection. */
export function lockedBondGrains(rule: ThawLockRule, collections: readonly Collection[], at: Epoch): Grains {
  return collections
    .filter(({ epoch }) => epoch <= at && at < epoch + rule.thawEpochs)
    .reduce((sum, { feeGrains }) => addExact(sum, lockGrains(rule, feeGrains)), 0) as Grains;
}

/** Largest fee that the bond left unlocked can still cover, rounded down; what is above it has to wait. */
export function collectableGrains(rule: ThawLockRule, bondGrains: Grains, lockedGrains: Grains): Grains {
  return mulDivDown(Math.max(0, bondGrains - lockedGrains), MILLION, rule.lockFactorPpm) as Grains;
}

function lockGrains(rule: ThawLockRule, feeGrains: Grains): number {
  return mulDivUp(feeGrains, rule.lockFactorPpm, MILLION);
}

/** Era N is settled with its last epoch; what was earned in era N − K vests then. */
function isEraVested(rule: WholeEraVesting, era: EraLength, earned: Epoch, at: Epoch): boolean {
  const settledEra = isLastEpochOfEra(era, at) ? eraOf(era, at) : eraOf(era, at) - 1;
  return eraOf(era, earned) + rule.holdbackEras <= settledEra;
}

function linearlyVested(rule: LinearVesting, earnedGrains: Grains, elapsed: number): Grains {
  const { sharePpm, durationEpochs } = rule;
  if (elapsed >= durationEpochs) return earnedGrains;
  const vesting = mulDivUp(earnedGrains, sharePpm, MILLION);
  return (earnedGrains - vesting + mulDivDown(vesting, elapsed, durationEpochs)) as Grains;
}

function graduallyVested(rule: GraduatedVesting, node: VestingNode, entry: VestingEntry, at: Epoch): Grains {
  const { earnedEpoch, earnedGrains } = entry;
  if (node.isGracefulExit) return earnedGrains;
  const withheld = mulDivUp(earnedGrains, stepAt(rule.withhold, earnedEpoch - node.joinedEpoch), MILLION);
  const returned = mulDivDown(withheld, stepAt(rule.returns, at - node.joinedEpoch), MILLION);
  return (earnedGrains - withheld + returned) as Grains;
}

/** Share of the last step that an age has reached; zero before the first. */
function stepAt(steps: GraduatedVesting['withhold'], ageEpochs: number): number {
  return steps.findLast((step) => ageEpochs >= step.ageEpochsMin)?.sharePpm ?? 0;
}
