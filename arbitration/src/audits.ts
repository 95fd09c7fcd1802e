import {
  auditProbabilityPpm,
  drawPpm,
  type Economy,
  type EconomyState,
  type Grains,
  nodeState,
  type Ppm,
} from '@stannary/kernel';
import { concatBytes, fromHex, sha256 } from '@stannary/wire';
import { ArbitrationRefusal } from './refusals.ts';

/** A task's delivered result, up for the epoch's audit lottery. */
export interface DeliveredResult {
  readonly taskId: string;
  readonly nodeId: string;
  /** What the node is to be paid for it: the gain of not having done it. */
  readonly payGrains: Grains;
  /** Somebody disputes it: it is executed again whatever the lottery says. */
  readonly isDisputed: boolean;
}

/** What the lottery said of one result, with the values it compared. */
export interface AuditDraw {
  readonly taskId: string;
  readonly nodeId: string;
  readonly isAudited: boolean;
  readonly reason: 'disputed' | 'drawn' | 'not-drawn';
  readonly probabilityPpm: Ppm;
  /** Uniform in [0, 1_000_000); audited below `probabilityPpm`. */
  readonly drawnPpm: number;
}

/**
 * Which results of an epoch are executed again. The beacon comes after the epoch's batches are committed, so nobody
 * can know the draw while working. Probability as the kernel has it, with the bond at stake per result: a bond that
 * covers ten unaudited results deters a tenth of itself on each. Same order as `results`.
 *
 * Errors: AUDIT-NODE-UNKNOWN for a result of a node that the state does not have; the kernel's KERNEL-BEACON.
 */
export function drawAudits(
  economy: Economy,
  state: EconomyState,
  epochBeacon: string,
  results: readonly DeliveredResult[],
): AuditDraw[] {
  const counts = new Map<string, number>();
  for (const { nodeId } of results) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const slashPpm = liveSlashPpm(economy);
  return results.map(({ taskId, nodeId, payGrains, isDisputed }) => {
    const node = nodeState(state, nodeId);
    if (node === undefined) throw unknownNode(taskId, nodeId);
    const stake = Number((BigInt(node.bondGrains) * BigInt(slashPpm)) / 1_000_000n / BigInt(counts.get(nodeId)!));
    const probabilityPpm = auditProbabilityPpm(economy, {
      consecutiveValid: node.consecutiveValid,
      gainGrains: payGrains,
      payGrains,
      bondGrains: stake as Grains,
    });
    const drawnPpm = drawPpm(epochBeacon, `audit ${taskId}`, 0);
    const isDrawn = drawnPpm < probabilityPpm;
    const reason = isDisputed ? 'disputed' : isDrawn ? 'drawn' : 'not-drawn';
    return { taskId, nodeId, isAudited: isDisputed || isDrawn, reason, probabilityPpm, drawnPpm };
  });
}

/** A node that could run a replica. */
export interface ReplicaCandidate {
  readonly nodeId: string;
  readonly operator: string;
  readonly bondGrains: Grains;
}

export interface ReplicaDraw {
  readonly beacon: string;
  /** The audited task: another one draws other nodes. */
  readonly taskId: string;
  readonly accusedOperator: string;
  readonly candidates: readonly ReplicaCandidate[];
  readonly count: number;
  /** Operators of earlier replicas, and whoever else may not. */
  readonly excludedOperators: readonly string[];
}

/**
 * Draws up to `count` nodes for blind replicas, without replacement, each with a chance in proportion to its bond
 * (identities are free, bonds are not), at most one of each operator and none of the accused's. Fewer when there are
 * no more. The order of `candidates` does not matter.
 */
export function replicaNodes({ beacon, taskId, accusedOperator, candidates, count, ...draw }: ReplicaDraw): string[] {
  const excluded = new Set([accusedOperator, ...draw.excludedOperators]);
  const drawn: string[] = [];
  while (drawn.length < count) {
    const open = candidates.filter(({ operator, bondGrains }) => !excluded.has(operator) && bondGrains > 0);
    if (open.length === 0) break;
    const chosen = weightedChoice(beacon, taskId, drawn.length, open);
    excluded.add(chosen.operator);
    drawn.push(chosen.nodeId);
  }
  return drawn;
}

function weightedChoice(
  beacon: string,
  taskId: string,
  round: number,
  open: readonly ReplicaCandidate[],
): ReplicaCandidate {
  const sorted = [...open].sort((one, other) => (one.nodeId < other.nodeId ? -1 : 1));
  const total = sorted.reduce((sum, { bondGrains }) => sum + BigInt(bondGrains), 0n);
  // 256 bits scaled down to the bonds' sum: no bond is off its share by more than 2^-190.
  let ticket = (uniform256(beacon, taskId, round) * total) >> 256n;
  for (const candidate of sorted) {
    ticket -= BigInt(candidate.bondGrains);
    if (ticket < 0n) return candidate;
  }
  throw new Error('a ticket beyond the sum of the bonds');
}

function uniform256(beacon: string, taskId: string, round: number): bigint {
  const seed = concatBytes(REPLICA_TAG, fromHex(beacon, 32), fromHex(taskId, 32), Uint8Array.of(round));
  return sha256(seed).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const REPLICA_TAG = new TextEncoder().encode('stannary/replica/1');

/** What a proven wrong result costs of the bond: nothing while the offence is only watched. */
function liveSlashPpm({ offences }: Economy): number {
  const rule = offences.find(({ offence }) => offence === 'wrong-result');
  return rule?.mode === 'live' ? rule.slashPpm : 0;
}

function unknownNode(taskId: string, nodeId: string): ArbitrationRefusal {
  return new ArbitrationRefusal('AUDIT-NODE-UNKNOWN', {
    expected: 'a node of the state',
    got: nodeId,
    where: `task ${taskId}`,
  });
}
