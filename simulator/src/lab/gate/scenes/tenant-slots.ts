import { type Economy, erlangC } from '@stannary/kernel';
import { STATUS } from '../../../agents/population.ts';
import { upShareAt } from '../../../scenario/series.ts';
import type { SettlementTwin, TwinWorld } from '../../../simulation.ts';

const MILLION = 1_000_000;
/** A class promises its start to all but this share. */
const LATE_SHARE = 0.05;

/**
 * Slots of tenants: one a class and epoch. A slot keeps the promise when what was wanted was served, up to the class's
 * availability, and when no more than one start in twenty waits longer than the class says: the waiting line of M/M/c with
 * the class's nodes as servers, each a job at a time, jobs as long as `assumptions.job` pays for. P(wait > t) = C e^-(c - a)t/s.
 */
export class TenantSlots implements SettlementTwin {
  /** Work of a job, NCU·ms. */
  readonly #jobNcuMs: number;
  /** By group: nodes at work, as of the era's beginning. */
  #active: number[] = [];
  #slots = 0;
  #kept = 0;

  constructor({ assumptions, price }: Economy) {
    this.#jobNcuMs = (assumptions.jobGrains * MILLION * 1_000) / price.initialMicrograinsPerNcuS;
  }

  assign(world: TwinWorld, demandedByClass: readonly number[], work: Float64Array): void {
    const { economy, epoch, population } = world;
    if (epoch % economy.cadence.epochsPerEra === 0) this.#countActive(world);
    population.ranges.forEach(({ rule, from, to }, index) => {
      const demanded = demandedByClass[index]!;
      const { servers, nodeNcuMs } = this.#serversOf(world, index);
      if (demanded < 1 || servers === 0) return;
      let served = 0;
      for (let node = from; node < to; node += 1) served += work[node]!;
      this.#slots += 1;
      const isServed = served + 1 >= (demanded * rule.slo.availabilityPpm) / MILLION;
      const startJobs = (nodeNcuMs / economy.cadence.epochMs) * (rule.slo.startMsP95 / this.#jobNcuMs);
      if (isServed && lateShare(servers, demanded / nodeNcuMs, startJobs) <= LATE_SHARE) this.#kept += 1;
    });
  }

  settle(): void {}

  get figures(): Readonly<Record<'slots' | 'slotsKept', number>> {
    return { slots: this.#slots, slotsKept: this.#kept };
  }

  #countActive({ population }: TwinWorld): void {
    this.#active = population.groups.map(({ from, to }) => {
      let active = 0;
      for (let node = from; node < to; node += 1) if (population.columns.status[node] === STATUS.active) active += 1;
      return active;
    });
  }

  /** Nodes of a class at work that are up in the epoch, in the mean of their churn, and what one of them can do in it. */
  #serversOf({ population, epoch }: TwinWorld, classIndex: number): { servers: number; nodeNcuMs: number } {
    let [servers, capacityNcuMs] = [0, 0];
    population.groups.forEach((group, index) => {
      if (group.classIndex !== classIndex) return;
      const up = Math.floor(this.#active[index]! * upShareAt(group.population, epoch));
      servers += up;
      capacityNcuMs += up * group.capacityNcuMs;
    });
    return { servers, nodeNcuMs: capacityNcuMs / servers };
  }
}

/** Of starts, those that wait longer than so many jobs take. */
function lateShare(servers: number, offeredLoad: number, startJobs: number): number {
  return erlangC(servers, offeredLoad) * Math.exp(-Math.max(0, servers - offeredLoad) * startJobs);
}
