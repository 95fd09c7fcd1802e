import type { Allocation, Demand, StandingLease } from '../allocation/allocation.ts';
import { addExact } from '../numbers/exact.ts';
import type { NcuMs } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { EconomyState } from './epoch.ts';
import { nodeIndex } from './node-table.ts';
import type { ReservationOpening } from './reservation-lines.ts';
import { cellAt } from './table.ts';

/**
 * The reserved leases that an allocation opens, as its epoch's settlement takes them, sorted by leaseId, which is the
 * task's id. Seats of one node are one member; the hot spares of a seat's pool stand by and promise nothing.
 * @throws KernelRefusal KERNEL-LEASE-UNKNOWN (no demand for a lease), KERNEL-RANGE
 */
export function reservationOpenings(
  { reserved, assignments, pools }: Pick<Allocation, 'reserved' | 'assignments' | 'pools'>,
  demands: readonly Demand[],
): ReservationOpening[] {
  const seats = Map.groupBy(assignments, ({ taskId }) => taskId);
  const openings = reserved.map(({ taskId, consumer, endEpoch, priceMicrograinsPerNcuS, bondGrains }) => {
    const demand = demands.find((one) => one.taskId === taskId);
    if (demand === undefined) {
      throw new KernelRefusal('KERNEL-LEASE-UNKNOWN', `reservations.${taskId}`, 'a demand of the allocation', taskId);
    }
    const promises = new Map<string, number>();
    for (const { nodeId, poolId } of seats.get(taskId) ?? []) {
      promises.set(nodeId, addExact(promises.get(nodeId) ?? 0, demand.ncuMsMax));
      const spares = poolId === undefined ? [] : (pools.find((pool) => pool.poolId === poolId)?.spares ?? []);
      for (const spare of spares) promises.set(spare, promises.get(spare) ?? 0);
    }
    const members = [...promises].map(([nodeId, promised]) => ({ nodeId, promisedNcuMs: promised as NcuMs }));
    members.sort((x, y) => compareText(x.nodeId, y.nodeId));
    return { leaseId: taskId, consumer, members, endEpoch, priceMicrograinsPerNcuS, bondGrains };
  });
  return openings.sort((x, y) => compareText(x.leaseId, y.leaseId));
}

/** The capacity that open reservations hold in the next epoch to be allocated. */
export function standingLeases({ reservations, nodes }: Pick<EconomyState, 'reservations' | 'nodes'>): StandingLease[] {
  const rows = nodeIndex(nodes.columns.nodeId);
  return reservations.flatMap(({ consumer, members }) =>
    members
      .filter(({ promisedNcuMs }) => promisedNcuMs > 0)
      .map(({ nodeId, promisedNcuMs }) => ({
        nodeId,
        className: cellAt(nodes.columns.className, rows.get(nodeId)!),
        consumer,
        ncuMsMax: promisedNcuMs,
      })),
  );
}
