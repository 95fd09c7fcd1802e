import { allocationRuleOf, type Economy } from '@stannary/kernel';
import { type ClassRange, classRanges } from '../books/layout.ts';
import type { Draws } from '../draws/draws.ts';
import type { ProviderPopulation } from '../scenario/scenario.ts';

const MILLION = 1_000_000;
/** What the column of bands can count. */
const BANDS_MOST = 255;
/** Draws of cohorts stand apart from those of providers, however many populations there are, and of the world's own. */
export const COHORT_GROUPS = { least: 0x1_0000, most: 0xffff_0000 } as const;

/** Where a node stands. Only what is active is offered work. */
export const STATUS = { empty: 0, active: 1, accused: 2, left: 3 } as const;

/** An attacker's nodes, with the address of their draws. */
export interface CohortPlan {
  readonly id: number;
  readonly population: ProviderPopulation;
}

/** Nodes of one population, side by side. */
export interface NodeGroup {
  /** Address of its draws. */
  readonly id: number;
  /** Number of the attack whose cohort it is; null: providers. */
  readonly cohort: number | null;
  readonly population: ProviderPopulation;
  readonly classIndex: number;
  readonly from: number;
  readonly to: number;
  /** First of its operators among those of its class. */
  readonly operatorsFrom: number;
  readonly capacityNcuMs: number;
  /** What the lottery weighs: its bond or its capacity, by the factor of its evidence. */
  readonly weighBy: 'bond' | 'capacity';
  readonly evidencePpm: number;
}

/** Everything about nodes that their agents know, as columns. */
export interface NodeColumns {
  readonly status: Uint8Array;
  readonly joined: Int32Array;
  /** Band of its class that it is attested to stand in. */
  readonly band: Uint8Array;
  /** Weight in the allocation lottery. */
  readonly weight: Float64Array;
  /** Least price at which a node works, micrograins per NCU·s. */
  readonly floor: Float64Array;
  /** Grains an epoch at the target utilisation. */
  readonly cost: Float64Array;
  /** Masses of the reputation, ppm of one observation. */
  readonly successPpm: Float64Array;
  readonly failurePpm: Float64Array;
  /** Eras in a row below the exit's margin. */
  readonly lossEras: Uint8Array;
}

/** Who is there: groups by class, and one entry a node. */
export interface Population {
  readonly groups: readonly NodeGroup[];
  readonly ranges: readonly ClassRange[];
  readonly nodes: number;
  readonly operators: number;
  readonly columns: NodeColumns;
}

/**
 * Lays out cohorts and providers: by class in the economy's order, in it cohorts first, so that the places that stay empty
 * until somebody enters come last.
 */
export function layOut(
  economy: Economy,
  providers: readonly ProviderPopulation[],
  cohorts: readonly CohortPlan[],
): Population {
  const all = [
    ...cohorts.map((plan, index) => ({ ...plan, cohort: index })),
    ...providers.map((population, index) => ({ population, id: index, cohort: null })),
  ];
  const byClass = economy.classes.map(({ name }) => all.filter(({ population }) => population.className === name));
  const counts = byClass.map((groups) => ({
    nodes: groups.reduce((sum, { population }) => sum + population.nodesMax, 0),
    operators: groups.reduce((sum, { population }) => sum + population.operators, 0),
  }));
  const ranges = classRanges(economy, counts);
  const { classes } = allocationRuleOf(economy);
  const groups = byClass.flatMap((ofClass, classIndex) => {
    let { from } = ranges[classIndex]!;
    let operatorsFrom = 0;
    return ofClass.map(({ population, id, cohort }): NodeGroup => {
      const { weighBy, evidenceWeightsPpm } = classes[classIndex]!;
      const to = from + population.nodesMax;
      const capacityNcuMs = Math.floor((population.milliNcu * economy.cadence.epochMs) / 1_000);
      const evidencePpm = evidenceWeightsPpm[population.evidence];
      const group = {
        id,
        cohort,
        population,
        classIndex,
        from,
        to,
        operatorsFrom,
        capacityNcuMs,
        weighBy,
        evidencePpm,
      };
      from = to;
      operatorsFrom += population.operators;
      return group;
    });
  });
  const nodes = ranges.at(-1)?.to ?? 0;
  const operators = ranges.reduce((sum, range) => sum + range.operators, 0);
  return { groups, ranges, nodes, operators, columns: emptyColumns(nodes) };
}

function emptyColumns(nodes: number): NodeColumns {
  return {
    status: new Uint8Array(nodes),
    joined: new Int32Array(nodes),
    band: new Uint8Array(nodes),
    weight: new Float64Array(nodes),
    floor: new Float64Array(nodes),
    cost: new Float64Array(nodes),
    successPpm: new Float64Array(nodes),
    failurePpm: new Float64Array(nodes),
    lossEras: new Uint8Array(nodes),
  };
}

/** The operators of a group's nodes, numbered within the class: operator k runs a share of (k + 1)^-skew, in turns of lots. */
export function assignOperators({ population, from, to, operatorsFrom }: NodeGroup, operatorOf: Int32Array): void {
  const { operators, operatorSkew } = population;
  const nodes = to - from;
  const shares = Array.from({ length: operators }, (_, operator) => (operator + 1) ** -operatorSkew);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (operatorSkew === 0) {
    // In turn, so that entrants do not all belong to the last.
    for (let ordinal = 0; ordinal < nodes; ordinal += 1)
      operatorOf[from + ordinal] = operatorsFrom + (ordinal % operators);
    return;
  }
  let node = from;
  let upTo = 0;
  for (let operator = 0; operator < operators; operator += 1) {
    upTo += shares[operator]! / total;
    const end = operator === operators - 1 ? to : from + Math.round(upTo * nodes);
    for (; node < end; node += 1) operatorOf[node] = operatorsFrom + operator;
  }
}

/** The band that a node stands in, the same for its life: by lot, geometric with its population's mean. */
export function bandOf({ id, from, population: { meanBand = 0 } }: NodeGroup, node: number, draws: Draws): number {
  if (meanBand === 0) return 0;
  const drawn = draws.uniform('band', 0, id, node - from);
  return Math.min(BANDS_MOST, Math.floor(Math.log(drawn) / Math.log(meanBand / (1 + meanBand))));
}

/** Part of what is charged that its provider earns: what the take leaves of it. */
export function earnedShare({ take }: Pick<Economy, 'take'>): number {
  return 1 - (take.burnPpm + take.insurancePpm + take.treasuryPpm) / MILLION;
}

/** A node's cost and the price below which its work would not pay for itself. */
export function setCost(economy: Economy, draws: Draws, group: NodeGroup, node: number, columns: NodeColumns): void {
  const { price } = economy;
  const { revenueShare, deviation, variableShare } = group.population.cost;
  const target = price.targetUtilisationPpm / MILLION;
  const earned = earnedShare(economy);
  const workNcuS = (group.capacityNcuMs / 1_000) * target;
  const revenueGrains = (workNcuS * price.initialMicrograinsPerNcuS * earned) / MILLION;
  const z = deviation === 0 ? 0 : draws.normal('cost', 0, group.id, node - group.from);
  const cost = revenueGrains * revenueShare * Math.exp(deviation * z - deviation ** 2 / 2);
  columns.cost[node] = cost;
  columns.floor[node] = workNcuS === 0 ? 0 : (cost * variableShare * MILLION) / (workNcuS * earned);
}
