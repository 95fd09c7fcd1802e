import type { Economy } from '@stannary/kernel';
import type { Draws } from '../draws/draws.ts';
import type { Scenario, Shock } from '../scenario/scenario.ts';
import { seriesAt, upShareAt } from '../scenario/series.ts';
import { type NodeColumns, type NodeGroup, type Population, STATUS } from './population.ts';

const WORDS = 2 ** 32;
/** Rounds in which demand that found a full node is offered to the others. Each at least fills one kind of node. */
const ROUNDS_MAX = 8;

/** What an epoch's market came to in one class, NCU·ms. */
export interface ClassMarket {
  readonly demandedNcuMs: number;
  readonly offeredNcuMs: number;
  readonly assignedNcuMs: number;
  /** Assigned to nodes whose reports never came. */
  readonly lostNcuMs: number;
}

interface IndexedGroup {
  readonly group: NodeGroup;
  readonly index: number;
}

/** Who is up, and whom the demand goes to. */
export class Market {
  readonly #population: Population;
  readonly #draws: Draws;
  readonly #shocks: readonly Shock[];
  readonly #lossShare: number;
  readonly #operatorOf: Int32Array;
  readonly #words: Uint32Array;
  /** By group: the words of its nodes, the share of its capacity that its operators' cap leaves, the stop line. */
  readonly #wordsOf: Uint32Array[];
  /** By group: one past its last node that ever entered. */
  readonly #ends: Int32Array;
  readonly capacityShares: Float64Array;
  readonly stopLines: Float64Array;
  /** By group: 1 where nothing is offered to others in this epoch. */
  readonly withdrawn: Uint8Array;
  /** By group, in the epoch that was opened: words below which a node is up, and what its costs are multiplied by. */
  readonly #upBelow: Float64Array;
  readonly #costFactors: Float64Array;
  readonly #byClass: readonly (readonly IndexedGroup[])[];
  #networkPower = 0;
  readonly #lost = new Map<Shock, readonly number[]>();

  constructor(economy: Economy, scenario: Scenario, population: Population, operatorOf: Int32Array, draws: Draws) {
    this.#population = population;
    this.#draws = draws;
    this.#shocks = scenario.shocks.filter(({ kind }) => kind === 'operator-outage' || kind === 'node-loss');
    this.#lossShare = lossShare(economy, scenario);
    this.#operatorOf = operatorOf;
    this.#words = new Uint32Array(population.nodes);
    this.#wordsOf = population.groups.map(({ from, to }) => this.#words.subarray(from, to));
    this.capacityShares = new Float64Array(population.groups.length).fill(1);
    this.stopLines = new Float64Array(population.groups.length);
    this.#ends = Int32Array.from(population.groups, ({ to }) => to);
    this.withdrawn = new Uint8Array(population.groups.length);
    this.#upBelow = new Float64Array(population.groups.length);
    this.#costFactors = new Float64Array(population.groups.length).fill(1);
    const indexed = population.groups.map((group, index) => ({ group, index }));
    this.#byClass = economy.classes.map((_, classIndex) =>
      indexed.filter(({ group }) => group.classIndex === classIndex),
    );
  }

  /** Places beyond are empty, and not looked at. */
  setEnd(index: number, end: number): void {
    if (this.#ends[index] === end) return;
    this.#ends[index] = end;
    this.#wordsOf[index] = this.#words.subarray(this.#population.groups[index]!.from, end);
  }

  /** Draws who is up in an epoch. */
  open(epoch: number): void {
    this.#population.groups.forEach(({ id, population }, index) => {
      this.#upBelow[index] = threshold(upShareAt(population, epoch));
      this.#costFactors[index] = seriesAt(population.cost.trace, epoch, 1);
      this.#draws.fillWords(this.#wordsOf[index]!, 'availability', epoch, id);
    });
    for (const shock of this.#shocks) this.#takeDown(shock, epoch);
  }

  /**
   * Fills each node's work of the epoch: in proportion of the lottery's weights among those that are up, above their stop
   * line and willing at the price, each at most its capacity: the mean of the lottery that `allocate` draws.
   */
  assign(
    prices: readonly number[],
    demandedByClass: readonly number[],
    bond: Float64Array,
    work: Float64Array,
  ): ClassMarket[] {
    const { columns } = this.#population;
    this.#networkPower = 0;
    return demandedByClass.map((demandedNcuMs, classIndex) => {
      const own = this.#byClass[classIndex]!;
      const price = prices[classIndex]!;
      let weight = 0;
      let offeredNcuMs = 0;
      for (const { group, index } of own) {
        const offer = this.#offerOf(group, index);
        const willing = this.#findWilling(group, index, price, bond, columns, work);
        weight += willing.weight;
        offeredNcuMs += willing.nodes * offer;
      }
      const wanted = Math.floor(Math.min(demandedNcuMs, offeredNcuMs));
      const assignedNcuMs = this.#share(own, wanted, weight, work);
      let lostNcuMs = 0;
      if (this.#lossShare > 0) for (const { group, index } of own) lostNcuMs += this.#lose(group, index, work);
      return { demandedNcuMs, offeredNcuMs, assignedNcuMs, lostNcuMs };
    });
  }

  #offerOf(group: NodeGroup, index: number): number {
    return Math.floor(group.capacityNcuMs * this.capacityShares[index]!);
  }

  /** Capacity of all nodes in good standing in the epoch that was last assigned, up or not; milli-NCU. */
  get networkPower(): number {
    return this.#networkPower;
  }

  /** Fills the capacity of every node in good standing, up or not; NCU·ms. */
  findStanding(bond: Float64Array, capacityNcuMs: Float64Array): void {
    const { status } = this.#population.columns;
    this.#population.groups.forEach(({ from, capacityNcuMs: own }, index) => {
      const stopLine = this.stopLines[index]!;
      for (let node = from; node < this.#ends[index]!; node += 1) {
        capacityNcuMs[node] = status[node] === STATUS.active && bond[node]! >= stopLine ? own : 0;
      }
    });
  }

  /** Whether a node may be given work in the epoch that was opened, and would take it at a price. */
  isWilling(group: NodeGroup, node: number, price: number, bond: number): boolean {
    const { weight, floor } = this.#population.columns;
    const index = this.#population.groups.indexOf(group);
    const stopLine = this.stopLines[index]!;
    if (this.withdrawn[index] === 1) return false;
    const isUp = this.#words[node]! < this.#upBelow[index]!;
    return isUp && weight[node]! > 0 && floor[node]! * this.#costFactors[index]! <= price && bond >= stopLine;
  }

  /** Leaves the weights of those who offer in the work column. */
  #findWilling(
    { from, population }: NodeGroup,
    index: number,
    price: number,
    bond: Float64Array,
    { weight, floor }: NodeColumns,
    work: Float64Array,
  ): { readonly weight: number; readonly nodes: number } {
    const words = this.#words;
    const upBelow = this.withdrawn[index] === 1 ? 0 : this.#upBelow[index]!;
    const costFactor = this.#costFactors[index]!;
    const stopLine = this.stopLines[index]!;
    let sum = 0;
    let nodes = 0;
    let standing = 0;
    const end = this.#ends[index]!;
    for (let node = from; node < end; node += 1) {
      const own = bond[node]! >= stopLine ? weight[node]! : 0;
      if (own > 0) standing += 1;
      const offered = words[node]! < upBelow && floor[node]! * costFactor <= price ? own : 0;
      work[node] = offered;
      sum += offered;
      if (offered > 0) nodes += 1;
    }
    this.#networkPower += standing * population.milliNcu;
    return { weight: sum, nodes };
  }

  /** Replaces weights by work; returns the sum of it. */
  #share(own: readonly IndexedGroup[], wanted: number, weight: number, work: Float64Array): number {
    const { weight: weights } = this.#population.columns;
    let rate = weight === 0 ? 0 : wanted / weight;
    for (let round = 1; ; round += 1) {
      let shared = 0;
      let full = 0;
      let fullWeight = 0;
      for (const { group, index } of own) {
        const offer = this.#offerOf(group, index);
        const end = this.#ends[index]!;
        for (let node = group.from; node < end; node += 1) {
          // From the second round on the column has work: whoever was due less than a unit stays without.
          if (work[node] === 0) continue;
          const due = weights[node]! * rate;
          if (due < offer) {
            const part = Math.floor(due);
            work[node] = part;
            shared += part;
          } else {
            work[node] = offer;
            full += offer;
            fullWeight += weights[node]!;
          }
        }
      }
      const left = weight - fullWeight;
      const next = left <= weight * 1e-12 ? Number.POSITIVE_INFINITY : (wanted - full) / left;
      if (fullWeight === 0 || next <= rate * (1 + 1e-9) || round === ROUNDS_MAX) return shared + full;
      rate = next;
    }
  }

  /** Reports that never come are work that nobody is paid for. */
  #lose({ from }: NodeGroup, index: number, work: Float64Array): number {
    const delivered = this.#upBelow[index]! * (1 - this.#lossShare);
    let lost = 0;
    for (let node = from; node < this.#ends[index]!; node += 1) {
      if (this.#words[node]! < delivered || work[node] === 0) continue;
      lost += work[node]!;
      work[node] = 0;
    }
    return lost;
  }

  #takeDown(shock: Shock, epoch: number): void {
    if (shock.kind !== 'operator-outage' && shock.kind !== 'node-loss') return;
    if (epoch < shock.atEpoch || epoch >= shock.atEpoch + shock.epochs) return;
    let down = this.#lost.get(shock);
    if (down === undefined) {
      down = shock.kind === 'node-loss' ? this.#drawLost(shock.share, shock.atEpoch) : this.#largestOperator();
      this.#lost.set(shock, down);
    }
    for (const node of down) this.#words[node] = WORDS - 1;
  }

  #drawLost(share: number, epoch: number): number[] {
    return this.#population.groups.flatMap(({ id, from, to }) => {
      const nodes: number[] = [];
      for (let node = from; node < to; node += 1) {
        if (this.#draws.uniform('capacity', epoch, id, node - from) < share) nodes.push(node);
      }
      return nodes;
    });
  }

  /** Nodes of the operator with most capacity, of the first nodes of all providers. */
  #largestOperator(): number[] {
    const { groups, ranges } = this.#population;
    const operatorAt = (group: NodeGroup, node: number) =>
      ranges[group.classIndex]!.operatorsFrom + this.#operatorOf[node]!;
    const capacity = new Map<number, number>();
    for (const group of groups) {
      for (let node = group.from; node < group.from + group.population.nodes; node += 1) {
        const operator = operatorAt(group, node);
        capacity.set(operator, (capacity.get(operator) ?? 0) + group.capacityNcuMs);
      }
    }
    const largest = [...capacity].reduce((most, one) => (one[1] > most[1] ? one : most), [-1, 0] as const)[0];
    return groups.flatMap((group) => {
      const nodes: number[] = [];
      for (let node = group.from; node < group.to; node += 1) if (operatorAt(group, node) === largest) nodes.push(node);
      return nodes;
    });
  }
}

/** What never comes, or comes after grace and lateness together. */
function lossShare({ cadence }: Economy, { network }: Scenario): number {
  const latest = cadence.graceMs + cadence.lateEpochs * cadence.epochMs;
  const tooLate = network.latencyMs === 0 ? 0 : Math.exp(-latest / network.latencyMs);
  // Below a word's cell nothing can be drawn.
  const lost = network.lossShare + (1 - network.lossShare) * tooLate;
  return lost < 1 / WORDS ? 0 : lost;
}

/** The last word of all is nobody's: whoever is taken down gets it. */
function threshold(share: number): number {
  return Math.min(share * WORDS, WORDS - 1);
}
