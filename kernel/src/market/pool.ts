import { addExact, largestRemainder } from '../numbers/exact.ts';
import type { Grains, NcuMs } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

// Several nodes sold as one. The pool's promise is its regular members'; a spare promises nothing and fills what they
// miss. Service level and reward are measured on the pool, so a failed member that a spare replaced costs no penalty.

export interface PoolMember {
  readonly nodeId: string;
  /** 0 of a hot spare. */
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
}

export interface PoolDelivery {
  readonly promisedNcuMs: NcuMs;
  /** At most what was promised. */
  readonly deliveredNcuMs: NcuMs;
  /** By node id; what counts of each member's work, summing to what was delivered. */
  readonly members: readonly PoolShare[];
}

export interface PoolShare {
  readonly nodeId: string;
  readonly countedNcuMs: NcuMs;
}

/**
 * One slot of a pool. A member's work counts up to its promise; what is missing is filled first by spares, then by what
 * members did beyond their promise, each in order of node id.
 * @throws KernelRefusal KERNEL-NODE-DUPLICATE, KERNEL-AMOUNT, KERNEL-RANGE
 */
export function poolDelivery(pool: readonly PoolMember[]): PoolDelivery {
  const members = [...pool].sort((x, y) => (x.nodeId < y.nodeId ? -1 : 1));
  members.forEach(({ nodeId }, index) => {
    if (nodeId !== members[index + 1]?.nodeId) return;
    throw new KernelRefusal('KERNEL-NODE-DUPLICATE', 'pool', 'each node once', nodeId);
  });
  const promised = members.reduce((sum, member) => addExact(sum, member.promisedNcuMs), 0);
  const counted = members.map((member) => Math.min(member.promisedNcuMs, member.deliveredNcuMs));
  let missing = promised - counted.reduce(addExact, 0);
  for (const isSpareTurn of [true, false]) {
    members.forEach((member, index) => {
      if ((member.promisedNcuMs === 0) !== isSpareTurn) return;
      const filled = Math.min(missing, member.deliveredNcuMs - counted[index]!);
      counted[index]! += filled;
      missing -= filled;
    });
  }
  return {
    promisedNcuMs: promised as NcuMs,
    deliveredNcuMs: (promised - missing) as NcuMs,
    members: members.map(({ nodeId }, index) => ({ nodeId, countedNcuMs: counted[index]! as NcuMs })),
  };
}

/** A pool's pay by counted work, in the order of its members; sums to it exactly (largest remainder). */
export function poolPay(delivery: PoolDelivery, paidGrains: Grains): readonly Grains[] {
  if (delivery.deliveredNcuMs === 0) {
    if (paidGrains > 0) throw new KernelRefusal('KERNEL-AMOUNT', 'poolPay', 'nothing to pay for no work', paidGrains);
    return delivery.members.map(() => 0 as Grains);
  }
  return largestRemainder(
    paidGrains,
    delivery.members.map((member) => member.countedNcuMs),
  ) as Grains[];
}
