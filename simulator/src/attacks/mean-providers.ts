import type { Economy } from '@stannary/kernel';
import { earnedShare } from '../agents/population.ts';
import { normalCdf } from '../experiments/index.ts';
import type { ProviderPopulation, Scenario } from '../scenario/scenario.ts';
import { upShareAt } from '../scenario/series.ts';

const MILLION = 1_000_000;

/** What the nodes of a class earned in an epoch, credits for all of them, and the share of their capacity that worked. */
export interface MeanPay {
  readonly paid: number;
  readonly workShare: number;
}

interface MeanPopulation {
  readonly population: ProviderPopulation;
  readonly classIndex: number;
  /** Those that work, and those that will once their bonds count, by epoch. */
  nodes: number;
  room: number;
  arrivals: number;
  readonly coming: Map<number, number>;
  /** By era: share of the first nodes that cost too much, always the dearest. */
  readonly losing: number[];
}

/** How many providers there are in the mean: the rules of entry and exit of the simulation's providers, on mean margins. */
export class MeanProviders {
  readonly #economy: Economy;
  readonly #populations: readonly MeanPopulation[];
  readonly #activationEpochs: number;
  readonly #era: { paid: number; workShare: number }[];

  constructor(economy: Economy, { providers }: Scenario) {
    const { classes, settlement, cadence } = economy;
    this.#economy = economy;
    this.#populations = providers.map((population) => ({
      population,
      classIndex: classes.findIndex(({ name }) => name === population.className),
      nodes: population.nodes,
      room: population.nodesMax - population.nodes,
      arrivals: 0,
      coming: new Map(),
      losing: [],
    }));
    this.#activationEpochs = Math.max(1, Math.ceil((settlement.activationSeconds * 1_000) / cadence.epochMs));
    this.#era = classes.map(() => ({ paid: 0, workShare: 0 }));
  }

  /** NCU·ms that those nodes of each class offer that are up in an epoch. */
  up(epoch: number): number[] {
    return this.#sum((population) => upShareAt(population, epoch));
  }

  /** An epoch passes in which each class was paid so much. */
  pass(epoch: number, pay: readonly MeanPay[]): void {
    const { epochsPerEra } = this.#economy.cadence;
    pay.forEach(({ paid, workShare }, classIndex) => {
      this.#era[classIndex]!.paid += paid;
      this.#era[classIndex]!.workShare += workShare / epochsPerEra;
    });
    if ((epoch + 1) % epochsPerEra === 0) this.#endEra();
    for (const one of this.#populations) {
      const entering = Math.min(one.room, one.arrivals);
      one.room -= entering;
      if (entering > 0) one.coming.set(epoch + this.#activationEpochs, entering);
      one.nodes += one.coming.get(epoch) ?? 0;
      one.coming.delete(epoch);
    }
  }

  #endEra(): void {
    const { epochsPerEra } = this.#economy.cadence;
    const capacity = this.#sum(() => 1);
    for (const one of this.#populations) {
      const { entry, exit, cost } = one.population;
      const { paid, workShare } = this.#era[one.classIndex]!;
      const all = capacity[one.classIndex]! * epochsPerEra;
      const spent = all === 0 || paid === 0 ? Number.POSITIVE_INFINITY : (this.#costOf(cost, workShare) * all) / paid;
      const margin = Math.max(-1, 1 - spent);
      one.arrivals = Math.max(0, (entry.sharePerEra * one.nodes * (margin - entry.marginMin)) / epochsPerEra);
      const losing = dearerShare((1 - exit.marginMin) / spent, cost.deviation);
      const leaving = stillThere(losing, one.losing, 1 / exit.patienceEras) / exit.patienceEras;
      one.losing.push(losing);
      one.nodes = Math.max(0, one.nodes - leaving * one.population.nodes);
    }
    for (const sums of this.#era) Object.assign(sums, { paid: 0, workShare: 0 });
  }

  /** Of the mean node, credits for each NCU·ms that it could have done. */
  #costOf({ revenueShare, variableShare }: ProviderPopulation['cost'], workShare: number): number {
    const { price, grainsPerUnit } = this.#economy;
    const target = price.targetUtilisationPpm / MILLION;
    const promised = target * price.initialMicrograinsPerNcuS * earnedShare(this.#economy);
    const atTarget = (promised * revenueShare) / 1e9 / grainsPerUnit;
    const busy = target === 0 ? 0 : workShare / target;
    return atTarget * (1 - variableShare + variableShare * busy);
  }

  #sum(share: (population: ProviderPopulation) => number): number[] {
    const sums = this.#economy.classes.map(() => 0);
    for (const { population, classIndex, nodes } of this.#populations) {
      sums[classIndex]! += (nodes * population.milliNcu * this.#economy.cadence.epochMs * share(population)) / 1_000;
    }
    return sums;
  }
}

/**
 * Of the dearest nodes, those who have not left yet, as a share of all. Each era in which a node lost made a part of its like
 * leave, whoever is dearer as much as whoever is less so: who left is not the same as who is dearest.
 */
function stillThere(dearest: number, losing: readonly number[], leavingPart: number): number {
  const ends = losing.map((share) => Math.min(share, dearest)).sort((one, other) => one - other);
  let from = 0;
  let sum = 0;
  ends.forEach((end, index) => {
    sum += (end - from) * (1 - leavingPart) ** (ends.length - index);
    from = end;
  });
  return sum + dearest - from;
}

/** Share of lognormal costs with a mean of 1 that are above a factor. */
function dearerShare(factor: number, deviation: number): number {
  if (!(factor > 0)) return 1;
  if (deviation === 0) return factor < 1 ? 1 : 0;
  return normalCdf(-(Math.log(factor) + deviation ** 2 / 2) / deviation);
}
