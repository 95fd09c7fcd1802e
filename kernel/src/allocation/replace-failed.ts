import { compareText } from '../order.ts';
import type { AllocatedPool, Allocation, Assignment } from './allocation.ts';

export interface Replacement {
  /** Seats of failed pool members stand on their spares, in the same order; lost seats are gone from it. */
  readonly allocation: Allocation;
  /** `not-pooled`: the node was sold alone. `pool-exhausted`: no spare of its pool is left. */
  readonly lost: readonly { readonly seat: Assignment; readonly reason: 'not-pooled' | 'pool-exhausted' }[];
}

/**
 * Failed nodes within an epoch: a failed pool member's seats go to its pool's next spare, all of them, as if the pool had
 * been sold with that spare from the beginning. A spare has no work of its own and at least the member's capacity.
 * Same allocation and failures: same replacement, in whatever order they are named.
 */
export function replaceFailed(allocation: Allocation, failedNodeIds: readonly string[]): Replacement {
  const failed = new Set(failedNodeIds);
  const substitutes = new Map<string, string>();
  const pools = allocation.pools.map((pool) => withoutFailed(pool, failed, substitutes));
  const lost: { readonly seat: Assignment; readonly reason: 'not-pooled' | 'pool-exhausted' }[] = [];
  const assignments = allocation.assignments.flatMap((seat) => {
    if (!failed.has(seat.nodeId)) return [seat];
    const nodeId = substitutes.get(seat.nodeId);
    if (nodeId !== undefined) return [{ ...seat, nodeId }];
    lost.push({ seat, reason: seat.poolId === undefined ? 'not-pooled' : 'pool-exhausted' });
    return [];
  });
  const busy = new Set(assignments.map((one) => one.nodeId));
  const idle = allocation.idle.filter(({ nodeId }) => !busy.has(nodeId));
  return { allocation: { ...allocation, assignments, idle, pools }, lost };
}

function withoutFailed(
  pool: AllocatedPool,
  failed: ReadonlySet<string>,
  substitutes: Map<string, string>,
): AllocatedPool {
  const spares = pool.spares.filter((nodeId) => !failed.has(nodeId));
  const members = pool.members.flatMap((nodeId) => {
    if (!failed.has(nodeId)) return [nodeId];
    const spare = spares.shift();
    if (spare === undefined) return [];
    substitutes.set(nodeId, spare);
    return [spare];
  });
  return { ...pool, members: members.sort(compareText), spares };
}
