import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { MeteringRule } from '../security/metering.ts';
import { judgeMeter } from '../security/metering.ts';
import type { MeterLine, MeterStanding, Verdict } from './epoch.ts';

type Metering = Extract<Verdict, { kind: 'metering' }>;

/**
 * Judges the meters that somebody measured too in this epoch, each node's test going on from where it stood. What a
 * conviction costs is a fault's to say; here everybody sees how far a node has gone.
 * @throws KernelRefusal KERNEL-NODE-UNKNOWN, KERNEL-NODE-DUPLICATE (two judgements of a node), and those of `judgeMeter`
 */
export function judgeMeters(
  rule: MeteringRule,
  before: readonly MeterStanding[],
  verdicts: readonly Verdict[],
  indexOf: ReadonlyMap<string, number>,
): { readonly lines: readonly MeterLine[]; readonly standings: readonly MeterStanding[] } {
  const sampled = verdicts.filter((verdict): verdict is Metering => verdict.kind === 'metering');
  if (sampled.length === 0) return { lines: [], standings: before };
  const standings = new Map(before.map((standing) => [standing.nodeId, standing]));
  const seen = new Set<string>();
  const lines = sampled.map(({ nodeId, samples }): MeterLine => {
    if (!indexOf.has(nodeId)) throw refuse('KERNEL-NODE-UNKNOWN', 'a node of the economy', nodeId);
    if (seen.has(nodeId)) throw refuse('KERNEL-NODE-DUPLICATE', 'each node once', nodeId);
    seen.add(nodeId);
    // The claims of the epoch were rated as admitted; only the test and the excess are asked for.
    const { payableQuantity: _, ...judged } = judgeMeter(rule, 0, samples, standings.get(nodeId)?.scoreMicronats ?? 0);
    standings.set(nodeId, { nodeId, scoreMicronats: judged.scoreMicronats, excessPpm: judged.excessPpm });
    return { nodeId, samples: samples.length, ...judged };
  });
  return { lines: lines.sort(byNode), standings: [...standings.values()].sort(byNode) };
}

function byNode(x: { readonly nodeId: string }, y: { readonly nodeId: string }): number {
  return compareText(x.nodeId, y.nodeId);
}

function refuse(code: KernelRefusal['code'], expected: string, got: string): KernelRefusal {
  return new KernelRefusal(code, 'verdicts.metering', expected, got);
}
