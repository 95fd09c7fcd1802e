import type { Economy, EpochInputs, NcuMs } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import type { Database } from './context.ts';

/** Capacity that nodes of a class offer, NCU·ms. */
interface OfferedByClass {
  readonly className: string;
  readonly ncuMs: number;
}

/** Of all offers for an epoch. */
export async function offeredByClass(db: Database, epoch: number): Promise<OfferedByClass[]> {
  const rows = await db
    .selectFrom('offer')
    .innerJoin('device', 'device.node_id', 'offer.node_id')
    .select(({ fn }) => ['class_name', fn.sum('capacity_ncu_ms').as('sum')])
    .where('epoch', '=', epoch)
    .groupBy('class_name')
    .orderBy('class_name')
    .execute();
  return rows.map(({ class_name, sum }) => ({ className: class_name, ncuMs: Number(sum) }));
}

/**
 * What is offered at the common price, and in each market of its own: what is paid for here is fuel, so that a class's
 * capacity belongs to its own market for fuel, else to that of all classes, else to the common price. Use is counted in the
 * same markets, and only where something is offered does it move a price.
 */
export function offeredIn(
  { resourceMarkets }: Pick<Economy, 'resourceMarkets'>,
  byClass: readonly OfferedByClass[],
): Pick<EpochInputs, 'offeredNcuMs' | 'offeredByMarket'> {
  const ofFuel = resourceMarkets.filter(({ resource }) => resource === RESOURCE_CODES.fuel);
  const marketOf = (name: string) =>
    ofFuel.find(({ className }) => className === name) ?? ofFuel.find(({ className }) => className === null) ?? null;
  const offeredTo = (market: (typeof ofFuel)[number] | null) =>
    byClass.reduce((sum, { className, ncuMs }) => (marketOf(className) === market ? sum + ncuMs : sum), 0) as NcuMs;
  return {
    offeredNcuMs: offeredTo(null),
    offeredByMarket: ofFuel.map((market) => {
      const { className, resource } = market;
      return { className, resource, offeredNcuMs: offeredTo(market) };
    }),
  };
}
