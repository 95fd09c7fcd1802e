import type { Verdict } from './epoch.ts';
import { addExact } from './exact.ts';
import { KernelRefusal } from './refusal.ts';

const OUTCOMES = ['confirmed', 'completed', 'abandoned'] as const;

/** An epoch's observations by outcome: one entry a node of the roster. */
export type ObservationCounts = Readonly<Record<(typeof OUTCOMES)[number], Float64Array>>;

/**
 * The epoch's observations summed by node, so that their order in the input does not matter.
 * @throws KernelRefusal KERNEL-VERDICT-UNKNOWN, KERNEL-NODE-UNKNOWN, KERNEL-AMOUNT, KERNEL-RANGE
 */
export function countObservations(
  verdicts: readonly Verdict[],
  indexOf: ReadonlyMap<string, number>,
  nodes: number,
): ObservationCounts {
  const column = () => new Float64Array(nodes);
  const counts: ObservationCounts = { confirmed: column(), completed: column(), abandoned: column() };
  for (const verdict of verdicts) {
    if (verdict.kind === 'fault-proposed' || verdict.kind === 'fault-reversed') continue;
    if (verdict.kind !== 'observation' || !OUTCOMES.includes(verdict.outcome)) {
      const expected = `an observation (${OUTCOMES.join(', ')}), fault-proposed or fault-reversed`;
      throw new KernelRefusal('KERNEL-VERDICT-UNKNOWN', 'verdicts', expected, JSON.stringify(verdict));
    }
    const { nodeId, outcome, count } = verdict;
    const node = indexOf.get(nodeId);
    if (node === undefined) throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'verdicts', 'a node of the economy', nodeId);
    counts[outcome][node] = addExact(counts[outcome][node]!, count);
  }
  return counts;
}
