import { compareBytes, sha256 } from '@stannary/wire';
import { type Snapshot, TaskInstance } from './instance.ts';
import { ExecutionRefusal } from './refusal.ts';
import { advance, closeTask, openTask, Recorder, type TaskTerms } from './run.ts';

/** One interval as its author claims it: the state before, and the commitments before and after. */
export interface IntervalClaim extends TaskTerms {
  readonly snapshot: Snapshot;
  readonly leafBefore: Uint8Array;
  readonly leafAfter: Uint8Array;
  /** Whether `leafAfter` is the task's last. */
  readonly isLast: boolean;
}

/**
 * `agrees`; `snapshot` (what was disclosed does not open the commitment before); `state` (another state follows, fuel
 * included); `end` (the task ends earlier or later than claimed); `refused` (the re-execution itself is refused).
 */
export type IntervalFinding = 'agrees' | 'snapshot' | 'state' | 'end' | 'refused';

export interface IntervalVerdict {
  readonly finding: IntervalFinding;
  /** The commitment that really follows, if one does. */
  readonly leaf: Uint8Array | null;
  /** The task's output, when the interval is its last. */
  readonly output: Uint8Array | null;
  /** Why the re-execution was refused, if it was. */
  readonly refusal: ExecutionRefusal | null;
}

/**
 * Re-executes a single interval. Between two steps the stack is empty, so the snapshot is the whole state and nothing
 * before it has to be run again.
 *
 * @throws ExecutionRefusal EXECUTION-ENGINE only: this machine could not tell
 */
export function verifyInterval(claim: IntervalClaim): IntervalVerdict {
  const hash = claim.hash ?? sha256;
  const instance = new TaskInstance(claim.module, claim.fuelMax);
  if (!instance.restore(claim.snapshot)) return verdict('snapshot');
  const recorder = new Recorder(instance, hash, undefined, claim.snapshot.index);
  if (!isEqual(recorder.checkpoint(), claim.leafBefore)) return verdict('snapshot');
  try {
    const isDone = advance(instance, claim.checkpointFuel);
    const output = isDone ? closeTask(instance) : null;
    const leaf = recorder.checkpoint();
    if (isDone !== claim.isLast) return verdict('end', leaf, output);
    return verdict(isEqual(leaf, claim.leafAfter) ? 'agrees' : 'state', leaf, output);
  } catch (error) {
    return refused(error);
  }
}

/** Checkpoint 0 as its author claims it. */
export interface OpeningClaim extends TaskTerms {
  readonly input: Uint8Array;
  readonly leaf: Uint8Array;
}

/**
 * Re-executes what comes before checkpoint 0: without it, a chain of honest intervals could start from another input.
 *
 * @throws ExecutionRefusal EXECUTION-ENGINE only
 */
export function verifyOpening(claim: OpeningClaim): IntervalVerdict {
  try {
    const instance = new TaskInstance(claim.module, claim.fuelMax);
    openTask(instance, claim.module, claim.input);
    const leaf = new Recorder(instance, claim.hash ?? sha256).checkpoint();
    return verdict(isEqual(leaf, claim.leaf) ? 'agrees' : 'state', leaf);
  } catch (error) {
    return refused(error);
  }
}

/**
 * Finds where a claimed run leaves the recomputed one, in log2 of their length: the number of the first leaf that
 * differs, or null when none does. `leafAt` is asked for one leaf at a time, so that a disputed party need not send
 * them all.
 *
 * A leaf commits to all fuel used so far, so runs that parted rarely meet again. If a claim is made to meet again, what
 * is found is still a leaf that differs right after one that agrees: all that a proof of fault needs.
 */
export function bisect(
  recomputed: readonly Uint8Array[],
  claimedCount: number,
  leafAt: (index: number) => Uint8Array,
): number | null {
  const differs = (index: number) => !isEqual(recomputed[index]!, leafAt(index));
  const shared = Math.min(recomputed.length, claimedCount);
  if (shared === 0 || !differs(shared - 1)) return firstAfterAgreement(recomputed.length, claimedCount, differs);
  let agreed = -1;
  let differing = shared - 1;
  while (differing - agreed > 1) {
    const middle = Math.floor((agreed + differing) / 2);
    if (differs(middle)) differing = middle;
    else agreed = middle;
  }
  return differing;
}

// The ends agree: the lengths differ, or the difference, if any, lies hidden in between.
function firstAfterAgreement(ours: number, theirs: number, differs: (index: number) => boolean): number | null {
  const shared = Math.min(ours, theirs);
  for (let index = 0; index < shared; index++) if (differs(index)) return index;
  return ours === theirs ? null : shared;
}

function verdict(
  finding: IntervalFinding,
  leaf: Uint8Array | null = null,
  output: Uint8Array | null = null,
): IntervalVerdict {
  return { finding, leaf, output, refusal: null };
}

function refused(error: unknown): IntervalVerdict {
  const isVerdict = error instanceof ExecutionRefusal && error.code !== 'EXECUTION-ENGINE';
  if (!isVerdict) throw error;
  return { finding: 'refused', leaf: null, output: null, refusal: error };
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return compareBytes(left, right) === 0;
}
