import {
  chargeGrains,
  type Economy,
  type Grains,
  type NcuMs,
  type NodeClass,
  requiredBond,
  splitTake,
} from '@stannary/kernel';

// What attackers of institutions reckon with: an economy's rules, in credits and shares.

const MILLION = 1_000_000;

export function share(ppm: number): number {
  return ppm / MILLION;
}

export function creditsOf({ grainsPerUnit }: Economy, grains: number | bigint): number {
  return Number(grains) / grainsPerUnit;
}

/** Rounded down. */
export function grainsOf({ grainsPerUnit }: Economy, credits: number): bigint {
  return BigInt(Math.floor(credits * grainsPerUnit));
}

/** Credits of a full node that is always busy, at the first price. */
export interface FullNode {
  /** The least bond with which it gets work. */
  readonly bond: number;
  /** What the holdback keeps from it. */
  readonly held: number;
}

export function fullNode(economy: Economy, { bond: rule }: NodeClass): FullNode {
  const { limits, cadence, price, assumptions } = economy;
  const work = (limits.nodeNcuMax * cadence.epochMs) as NcuMs;
  const charge = chargeGrains(work, price.initialMicrograinsPerNcuS);
  const { creditsGrains } = requiredBond(rule, {
    revenueGrainsPerEpochMax: charge,
    oneShotGainGrains: Math.ceil(assumptions.jobGrains * share(assumptions.cheatGainPpm)) as Grains,
    harmGrains: 0 as Grains,
  });
  const heldEpochs = cadence.holdbackEras * cadence.epochsPerEra;
  return {
    bond: creditsOf(economy, creditsGrains) * share(rule.stopLinePpm),
    held: creditsOf(economy, splitTake(economy, charge).earnedGrains) * heldEpochs,
  };
}
