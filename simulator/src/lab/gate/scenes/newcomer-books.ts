import { STATUS } from '../../../agents/population.ts';
import { capitalCostPerEpoch } from '../../../attacks/attack.ts';
import type { Simulation } from '../../../simulation.ts';
import type { Json } from '../../campaign/plan.ts';

const MILLION = 1_000_000;

/**
 * What those who enter late have made of it, in cash: what has passed the holdback, less what running costs, the capital
 * that the bond ties up, and the identity's fee. Of tokens only what vests at once counts.
 */
export class NewcomerBooks {
  readonly #simulation: Simulation;
  readonly #joinFrom: number;
  readonly #joinTo: number;
  readonly #followEpochs: number;
  /** By node: cash so far, grains; null once it broke even or was given up. */
  readonly #cash = new Map<number, number | null>();
  readonly #breakEven: number[] = [];

  constructor(simulation: Simulation, options: Readonly<Record<string, Json>>) {
    this.#simulation = simulation;
    this.#joinFrom = Number(options.joinFrom);
    this.#joinTo = Number(options.joinTo);
    this.#followEpochs = Number(options.followEpochs);
  }

  /** After each step, of the epoch that was settled. */
  count(): void {
    const epoch = this.#simulation.epoch - 1;
    if (epoch < this.#joinFrom) return;
    const { population, economy, summary } = this.#simulation;
    const { joined, status } = population.columns;
    const capitalRate = (capitalCostPerEpoch(economy) * summary.moments('tokenPrice').mean) / MILLION;
    for (const group of population.groups) {
      for (let node = group.from + group.population.nodes; node < group.to; node += 1) {
        const since = joined[node]!;
        if (status[node] === STATUS.empty || since < this.#joinFrom || since >= this.#joinTo || since > epoch) continue;
        const before = this.#cash.get(node) ?? (this.#cash.has(node) ? null : -economy.bonds.idFeeGrains);
        if (before === null) continue;
        this.#keep(node, before + this.#flow(group, node, capitalRate), epoch - since + 1);
      }
    }
  }

  /** Seconds until the middle newcomer has earned its cost; who never did counts as the whole time; null without any. */
  get figures(): Readonly<Record<'newcomers' | 'breakEvenSeconds', number | null>> {
    const newcomers = this.#cash.size;
    const never = Array.from({ length: newcomers - this.#breakEven.length }, () => this.#followEpochs + 1);
    const sorted = [...this.#breakEven, ...never].sort((one, other) => one - other);
    const middle = sorted[Math.floor((newcomers - 1) / 2)];
    const { epochMs } = this.#simulation.economy.cadence;
    return { newcomers, breakEvenSeconds: middle === undefined ? null : (middle * epochMs) / 1_000 };
  }

  #keep(node: number, cash: number, ageEpochs: number): void {
    const isDone = cash >= 0 || ageEpochs > this.#followEpochs;
    if (cash >= 0) this.#breakEven.push(ageEpochs);
    this.#cash.set(node, isDone ? null : cash);
  }

  #flow(group: Simulation['population']['groups'][number], node: number, capitalRate: number): number {
    const { books, economy, population, summary } = this.#simulation;
    const { nodes } = books.columns;
    const { cost } = population.columns;
    const { variableShare } = group.population.cost;
    const atTarget = (group.capacityNcuMs * economy.price.targetUtilisationPpm) / MILLION;
    const isActive = population.columns.status[node] === STATUS.active;
    const load = atTarget === 0 ? 0 : books.charges.ncuMs[node]! / atTarget;
    const spent = isActive ? cost[node]! * (1 - variableShare + variableShare * load) : 0;
    const { schedule } = economy.vesting;
    const atOnce = schedule?.kind === 'linear' ? 1 - schedule.sharePpm / MILLION : schedule === null ? 1 : 0;
    const tokens = (nodes.vestedTokens[node]! * atOnce * summary.moments('tokenPrice').mean) / MILLION;
    return nodes.vestedCredits[node]! + tokens - spent - nodes.bond[node]! * capitalRate;
  }
}
