import type { NodeClass } from '../economy/classes.ts';
import type { Economy } from '../economy.ts';
import { ExactSum, mulDivDown } from '../numbers/exact.ts';
import type { Grains, NcuMs } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import { classPool } from '../rewards/class-pool.ts';
import { supplyUnder, wideEmissionOf } from '../supply/emission.ts';
import type { EmissionPart, SupplyState } from '../supply/supply.ts';
import type { EconomyState, EpochInputs, Statement } from './epoch.ts';
import { eraOf } from './epoch-clock.ts';
import type { Roster } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import { cellAt } from './table.ts';

const MILLION = 1_000_000;

/** What the epoch's charges come to. */
export type ChargeTotals = Pick<
  Statement['totals'],
  'chargedGrains' | 'earnedGrains' | 'burnGrains' | 'insuranceGrains' | 'treasuryGrains'
>;

/** What an epoch mints, and for what. */
export interface Minted {
  /** For work and for being there; the two sum to what is minted. */
  readonly workGrains: Grains;
  readonly coverageGrains: Grains;
  readonly streams: readonly EmissionPart<string>[];
  readonly supply: SupplyState;
  /** Units that do not make a grain yet. Decimal string. */
  readonly unitsLeft: string;
}

/**
 * Mints by the supply rules, knowing what the epoch charged. The rules count in their own units; whole grains of what
 * they have come to are minted, the rest waits. Network power is the capacity of nodes in good standing, milli-NCU.
 * @throws KernelRefusal KERNEL-RANGE, and those of `wideEmissionOf`
 */
export function mint(
  economy: Economy,
  state: EconomyState,
  { nodes: { length, columns } }: Roster,
  charged: ChargeTotals,
  inputs: EpochInputs,
): Minted {
  const units = BigInt(economy.supply.unitsPerGrain);
  const bonded = new ExactSum();
  let networkPower = 0;
  for (let node = 0; node < length; node += 1) {
    bonded.add(cellAt(columns.bondGrains, node));
    if (cellAt(columns.status, node) === 'active') networkPower += cellAt(columns.milliNcu, node);
  }
  const { parts, state: supply } = wideEmissionOf(economy.supply, supplyUnder(economy.supply, state.supply), {
    era: eraOf(economy, inputs.epoch),
    epochMs: economy.cadence.epochMs,
    bondedGrains: bonded.value * units,
    networkPower: BigInt(networkPower),
    burnedGrains: BigInt(inputs.burnedTokensGrains) * units,
    workPaidGrains: BigInt(charged.chargedGrains) * units,
    feesGrains: BigInt(charged.chargedGrains) * units,
    nonRecoverableTakeGrains: BigInt(charged.burnGrains + charged.insuranceGrains) * units,
    tokenPriceMicrograins: inputs.tokenPrice === null ? null : BigInt(inputs.tokenPrice.spotMicrograins),
  });
  const made = parts.reduce((sum, part) => sum + part.grains, BigInt(state.supplyUnitsLeft));
  const forCoverage = parts.reduce((sum, part) => sum + (part.purpose === 'coverage' ? part.grains : 0n), 0n) / units;
  const whole = made / units;
  return {
    workGrains: safe(whole - forCoverage),
    coverageGrains: safe(forCoverage),
    streams: parts.map(asText),
    supply,
    unitsLeft: (made % units).toString(),
  };
}

/** Fills what each class divides: its share, at most what one class may have and what its whole work is worth. */
export function shareAmongClasses(
  economy: Economy,
  grains: Grains,
  columns: SettlementColumns,
  work: Float64Array,
): void {
  const classWork = new Float64Array(economy.classes.length);
  const { classOf } = columns.nodes;
  for (let node = 0; node < work.length; node += 1) classWork[classOf[node]!]! += work[node]!;
  columns.classes.emission.set(classShares(economy, grains, classWork));
}

/** What each class divides of so many grains, by the class's whole work (read only by classes with a pool). */
export function classShares({ classes, supply }: Economy, grains: number, classWork: ArrayLike<number>): number[] {
  return classes.map((rule, index) => classEmissionGrains(supply, rule, grains as Grains, classWork[index] as NcuMs));
}

/**
 * What a class divides of an epoch's emission: its share, at most what one class may have and what its work is worth.
 * Rounded down.
 */
export function classEmissionGrains(
  { classSharePpmMax }: Pick<Economy['supply'], 'classSharePpmMax'>,
  { emissionSharePpm, pool }: Pick<NodeClass, 'emissionSharePpm' | 'pool'>,
  grains: Grains,
  classWork: NcuMs,
): Grains {
  const scheduled = mulDivDown(grains, Math.min(emissionSharePpm, classSharePpmMax), MILLION) as Grains;
  return pool === null ? scheduled : classPool(pool, scheduled, classWork).poolGrains;
}

function safe(grains: bigint): Grains {
  if (grains <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(grains) as Grains;
  throw new KernelRefusal('KERNEL-RANGE', 'emission', 'at most 2^53 - 1 grains an epoch', grains);
}

function asText(part: EmissionPart<bigint>): EmissionPart<string> {
  return {
    ...part,
    dueGrains: part.dueGrains.toString(),
    grains: part.grains.toString(),
    carriedGrains: part.carriedGrains.toString(),
    forgoneGrains: part.forgoneGrains.toString(),
  };
}
