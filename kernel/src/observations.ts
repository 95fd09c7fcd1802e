import type { NodeState, Verdict } from './epoch.ts';
import { addExact } from './exact.ts';
import { KernelRefusal } from './refusal.ts';
import type { BetaMasses } from './reputation.ts';
import { observe } from './reputation.ts';

/** Observations of one node in one epoch, by outcome. */
export interface ObservationCounts {
  readonly confirmed: number;
  readonly completed: number;
  readonly abandoned: number;
}

const OUTCOMES = ['confirmed', 'completed', 'abandoned'] as const;
const NONE: ObservationCounts = { confirmed: 0, completed: 0, abandoned: 0 };

/**
 * The epoch's observations summed by node of the roster, so that their order in the input does not matter.
 * @throws KernelRefusal KERNEL-VERDICT-UNKNOWN, KERNEL-NODE-UNKNOWN, KERNEL-AMOUNT, KERNEL-RANGE
 */
export function countObservations(
  verdicts: readonly Verdict[],
  indexOf: ReadonlyMap<string, number>,
): ReadonlyMap<number, ObservationCounts> {
  const counts = new Map<number, ObservationCounts>();
  for (const verdict of verdicts) {
    if (verdict.kind === 'fault-proposed' || verdict.kind === 'fault-reversed') continue;
    if (verdict.kind !== 'observation' || !OUTCOMES.includes(verdict.outcome)) {
      const expected = `an observation (${OUTCOMES.join(', ')}), fault-proposed or fault-reversed`;
      throw new KernelRefusal('KERNEL-VERDICT-UNKNOWN', 'verdicts', expected, JSON.stringify(verdict));
    }
    const { nodeId, outcome, count } = verdict;
    const node = indexOf.get(nodeId);
    if (node === undefined) throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'verdicts', 'a node of the economy', nodeId);
    const known = counts.get(node) ?? NONE;
    counts.set(node, { ...known, [outcome]: addExact(known[outcome], count) });
  }
  return counts;
}

export interface Standing {
  readonly reputation: BetaMasses;
  readonly liveness: BetaMasses;
  readonly consecutiveValid: number;
}

/**
 * A node's standing after an epoch. Confirmed results and final faults move `reputation`, completed and abandoned
 * assignments `liveness`. A final fault ends the run of valid results.
 */
export function standingAfter(
  lambdaPpm: number,
  node: NodeState,
  counts: ObservationCounts | undefined,
  failures: number,
): Standing {
  if (counts === undefined && failures === 0) return node;
  const { confirmed, completed, abandoned } = counts ?? NONE;
  return {
    reputation: observe(lambdaPpm, node.reputation, confirmed, failures),
    liveness: observe(lambdaPpm, node.liveness, completed, abandoned),
    consecutiveValid: failures > 0 ? 0 : addExact(node.consecutiveValid, confirmed),
  };
}
