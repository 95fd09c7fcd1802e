import { addExact } from '../numbers/exact.ts';
import { KernelRefusal } from '../refusal.ts';
import type { ObservationOutcome, Verdict } from './epoch.ts';
import type { Roster } from './roster.ts';

/** What each outcome is counted as. Partial and late work counts as not being there; its pay is what it metered. */
const COUNTED_AS: Readonly<Record<ObservationOutcome, keyof ObservationCounts>> = {
  confirmed: 'confirmed',
  completed: 'present',
  answered: 'present',
  abandoned: 'absent',
  incomplete: 'absent',
  late: 'absent',
  unanswered: 'absent',
};

const OTHERS: ReadonlySet<string> = new Set<Verdict['kind']>(['metering', 'fault-proposed', 'fault-reversed']);

/** An epoch's observations: results confirmed, being there, and not; one entry a node of the roster. */
export interface ObservationCounts {
  readonly confirmed: Float64Array;
  readonly present: Float64Array;
  readonly absent: Float64Array;
}

/**
 * The epoch's observations summed by node, so that their order in the input does not matter.
 * @throws KernelRefusal KERNEL-VERDICT-UNKNOWN, KERNEL-NODE-UNKNOWN, KERNEL-AMOUNT, KERNEL-RANGE
 */
export function countObservations(verdicts: readonly Verdict[], roster: Roster): ObservationCounts {
  const column = () => new Float64Array(roster.length);
  const counts: ObservationCounts = { confirmed: column(), present: column(), absent: column() };
  for (const verdict of verdicts) {
    if (verdict.kind !== 'observation' || !Object.hasOwn(COUNTED_AS, verdict.outcome)) {
      if (OTHERS.has(verdict.kind)) continue;
      const outcomes = Object.keys(COUNTED_AS).join(', ');
      const expected = `an observation (${outcomes}), metering, fault-proposed or fault-reversed`;
      throw new KernelRefusal('KERNEL-VERDICT-UNKNOWN', 'verdicts', expected, JSON.stringify(verdict));
    }
    const { nodeId, outcome, count } = verdict;
    const node = roster.find(nodeId);
    if (node === undefined) throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'verdicts', 'a node of the economy', nodeId);
    const counted = counts[COUNTED_AS[outcome]];
    counted[node] = addExact(counted[node]!, count);
  }
  return counts;
}
