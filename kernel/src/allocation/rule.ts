import type { Economy } from '../economy.ts';
import {
  type Grains,
  type MicrograinsPerNcuS,
  NCU_MS_MICROGRAINS_PER_GRAIN,
  type NcuMs,
  type Ppm,
} from '../numbers/quantities.ts';
import type { AllocationRule } from './allocation.ts';

const MILLION = 1_000_000 as Ppm;

/** The allocation rule of an economy: caps and evidence by class, bonds weigh where they are asked for. */
export function allocationRuleOf(economy: Economy): AllocationRule {
  return {
    classes: economy.classes.map(({ name, operatorCapPpm, consumerCapPpm, bond, evidence }) => ({
      className: name,
      operatorCapPpm,
      consumerCapPpm,
      weighBy: bond.bondGrainsMin === 0 && bond.revenue === null ? 'capacity' : 'bond',
      evidenceMin: evidence.least,
      evidenceWeightsPpm: evidence.weightsPpm,
    })),
    defaultResource: economy.resources.find((resource) => resource.billed)?.name ?? '',
    poolSpares: economy.models.pool.spares,
    leaseBondPpm: economy.leases.bondPpm as Ppm,
  };
}

/**
 * What a reserved lease locks: its share of the price of all its capacity-time (NCU·ms of a seat and epoch, times seats
 * and epochs), which is unused when it begins. Rounded up, once. Null: more than `bondGrainsMax`.
 */
export function leaseBondGrains(
  bondPpm: Ppm,
  ncuMsMax: NcuMs,
  seatEpochs: number,
  price: MicrograinsPerNcuS,
  bondGrainsMax: Grains,
): Grains | null {
  // Capacity-time of a year passes 2^53, and there are few reserved leases: BigInt.
  const divisor = BigInt(NCU_MS_MICROGRAINS_PER_GRAIN) * BigInt(MILLION);
  const product = BigInt(ncuMsMax) * BigInt(seatEpochs) * BigInt(price) * BigInt(bondPpm);
  const bond = (product + divisor - 1n) / divisor;
  return bond > BigInt(bondGrainsMax) ? null : (Number(bond) as Grains);
}
