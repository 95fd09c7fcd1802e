import type { Economy } from '../economy.ts';
import { addExact } from '../numbers/exact.ts';
import type { Epoch, Grains } from '../numbers/quantities.ts';
import type { VestingEntry } from '../security/vesting.ts';
import { releaseVested, unvestedGrains } from '../security/vesting.ts';
import type { NodeState } from './epoch.ts';
import { hasLeft } from './roster.ts';

/** What a node's tokens past their holdback become: paid now, or kept. before + due = paid + after. */
export interface VestedTokens {
  readonly paidGrains: Grains;
  readonly entries: readonly VestingEntry[];
}

/**
 * Passes tokens whose holdback has ended through the vesting schedule, at an era's end. Without a schedule all are paid,
 * with what an earlier schedule had kept.
 * Earnings of one merging span share an entry that counts from the latest of them.
 */
export function vestTokens(
  economy: Economy,
  node: Pick<NodeState, 'joinedEpoch' | 'bondGrains' | 'bondRequiredGrains' | 'milliNcu'>,
  entries: readonly VestingEntry[],
  dueGrains: number,
  epoch: Epoch,
): VestedTokens {
  const { schedule, mergeEpochs } = economy.vesting;
  if (schedule === null) return { paidGrains: addExact(dueGrains, unvestedGrains(entries)) as Grains, entries: [] };
  const merged = withEarnings(entries, dueGrains as Grains, epoch, mergeEpochs);
  const standing = { joinedEpoch: node.joinedEpoch, isGracefulExit: hasLeft(node) };
  const { releasedGrains, entries: left } = releaseVested(schedule, economy, standing, merged, epoch);
  return { paidGrains: releasedGrains, entries: left };
}

function withEarnings(
  entries: readonly VestingEntry[],
  dueGrains: Grains,
  epoch: Epoch,
  mergeEpochs: number,
): readonly VestingEntry[] {
  if (dueGrains === 0) return entries;
  const last = entries.at(-1);
  const joins = last !== undefined && Math.floor(last.earnedEpoch / mergeEpochs) === Math.floor(epoch / mergeEpochs);
  const before = joins ? last : { earnedGrains: 0, releasedGrains: 0 };
  const entry: VestingEntry = {
    earnedEpoch: epoch,
    earnedGrains: (before.earnedGrains + dueGrains) as Grains,
    releasedGrains: before.releasedGrains as Grains,
  };
  return [...(joins ? entries.slice(0, -1) : entries), entry];
}
