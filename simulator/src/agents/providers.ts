import {
  allocationWeight,
  type BetaMasses,
  BondDesk,
  bondCover,
  type Economy,
  mulDivDown,
  mulDivUp,
  observe,
  type TokenPrice,
} from '@stannary/kernel';
import type { BondBook } from '../books/bond-book.ts';
import type { NodeBooks } from '../books/node-books.ts';
import type { Draws } from '../draws/draws.ts';
import type { Series } from '../scenario/scenario.ts';
import { seriesAt } from '../scenario/series.ts';
import type { Market } from './market.ts';
import { bandOf, type NodeGroup, type Population, STATUS, setCost } from './population.ts';

const MILLION = 1_000_000;
/** What the column of eras in a row can count. */
const LOSS_ERAS_MOST = 255;

/** What providers look at when an era ends. */
export interface EraView {
  /** The era's last epoch. */
  readonly epoch: number;
  readonly era: number;
  readonly tokenMicrograins: number;
  /** Mean over the era of what a node earned for an NCU·ms, grains of credit. */
  readonly earnedPerNcuMs: number;
  /** By class: share of a node's epochs that is audited and confirmed. */
  readonly auditShares: readonly number[];
}

/** Takes the margin of one node's era. */
export type MarginSink = (margin: number, group: NodeGroup) => void;

export interface ProvidersState {
  /** By group: places taken so far. */
  readonly entered: readonly number[];
  readonly active: readonly number[];
  /** By group: entrants that an epoch expects. */
  readonly arrivals: readonly number[];
  readonly idFeesGrains: number;
  readonly exits: number;
}

/**
 * What providers decide: once an era to stay, and what to bond; in any epoch to enter, as the last era's margins invite. Each
 * has a patience of its own. In floating point; money moves in the books.
 */
export class Providers {
  readonly #economy: Economy;
  readonly #population: Population;
  readonly #books: NodeBooks;
  readonly #bonds: BondBook;
  readonly #market: Market;
  readonly #draws: Draws;
  readonly #entered: number[];
  /** By group: nodes that are active. */
  readonly #active: number[];
  readonly #arrivals: number[];
  readonly #masses: { successPpm: number; failurePpm: number } = { successPpm: 0, failurePpm: 0 };
  #ends: readonly number[] = [];
  idFeesGrains = 0;
  exits = 0;

  constructor(
    economy: Economy,
    population: Population,
    books: NodeBooks,
    bonds: BondBook,
    market: Market,
    draws: Draws,
  ) {
    this.#economy = economy;
    this.#population = population;
    this.#books = books;
    this.#bonds = bonds;
    this.#market = market;
    this.#draws = draws;
    this.#entered = population.groups.map(() => 0);
    this.#active = population.groups.map(() => 0);
    this.#arrivals = population.groups.map(() => 0);
  }

  /** Everybody who is there from the start, with the bond that epoch 0 asks for and no ramp behind them. */
  found(price: number, token: TokenPrice): void {
    const desk = this.#desk(price, token);
    this.#population.groups.forEach((group, index) => {
      const bond = this.#wantedBond(group, desk);
      for (let count = 0; count < group.population.nodes; count += 1) {
        const node = this.#enter(group, index, 0);
        this.#bonds.found(node, bond);
        this.refresh(group, node, 0);
      }
    });
    this.setStopLines(price, token);
    this.#setCapacityShares();
    this.#setEnds();
  }

  /** What each group must bond to be given work in the next epoch, at its price. */
  setStopLines(price: number, token: TokenPrice): void {
    const desk = this.#desk(price, token);
    this.#population.groups.forEach((group, index) => {
      const required = desk.required(bonded(group, 0));
      const { stopLinePpm } = this.#economy.classes[group.classIndex]!.bond;
      this.#market.stopLines[index] = mulDivUp(required, stopLinePpm, MILLION);
    });
  }

  /** An era has ended: nodes weigh their margin, some leave, others think of entering, bonds are topped up, reputations told. */
  endEra(view: EraView, price: number, token: TokenPrice, sink: MarginSink): void {
    const desk = this.#desk(price, token);
    this.#population.groups.forEach((group, index) => {
      const mean = this.#reviewGroup(group, index, view, desk, sink);
      if (group.cohort === null) this.#arrivals[index] = this.#invited(group, index, mean);
    });
    this.#setCapacityShares();
    this.#setEnds();
  }

  /** Whoever was invited enters when it comes, not all at an era's end. */
  arrive(epoch: number, price: number, token: TokenPrice): void {
    let hasGrown = false;
    this.#population.groups.forEach((group, index) => {
      const expected = this.#arrivals[index]!;
      const room = group.population.nodesMax - this.#entered[index]!;
      if (expected === 0 || room === 0) return;
      const count = Math.min(room, this.#draws.poisson(expected, 'entry', epoch, group.id, 0));
      if (count === 0) return;
      this.#register(group, index, count, epoch, this.#wantedBond(group, this.#desk(price, token)));
      hasGrown = true;
    });
    if (!hasGrown) return;
    this.#setCapacityShares();
    this.#setEnds();
  }

  /** A node's bond has changed, or its standing. */
  refresh(group: NodeGroup, node: number, epoch: number): void {
    const { columns } = this.#population;
    if (columns.status[node] !== STATUS.active) {
      columns.weight[node] = 0;
      return;
    }
    const bond = this.#books.columns.nodes.bond[node]!;
    const masses = this.#massesOf(node);
    const age = epoch - columns.joined[node]!;
    const size = group.weighBy === 'bond' ? bond : group.capacityNcuMs;
    const weight = allocationWeight(this.#economy, size, masses, age);
    columns.weight[node] = mulDivDown(weight, group.evidencePpm, MILLION);
  }

  /** A node works no more. Its bond leaves unless a fault has taken care of it. */
  remove(group: NodeGroup, node: number, status: number): void {
    const { columns } = this.#population;
    if (columns.status[node] === STATUS.active) this.#active[this.#population.groups.indexOf(group)]! -= 1;
    columns.status[node] = status;
    columns.weight[node] = 0;
  }

  /** New identities of a cohort, at most what it has places for, from the next epoch on. Returns how many there are. */
  join(group: NodeGroup, count: number, epoch: number, price: number, token: TokenPrice): number {
    const index = this.#population.groups.indexOf(group);
    const joining = Math.min(count, group.population.nodesMax - this.#entered[index]!);
    if (joining <= 0) return 0;
    this.#register(group, index, joining, epoch, this.#wantedBond(group, this.#desk(price, token)));
    this.#setCapacityShares();
    this.#setEnds();
    return joining;
  }

  /** Capacity of all active nodes of a class, NCU·ms an epoch. */
  capacityOf(classIndex: number): number {
    return this.#population.groups.reduce(
      (sum, group, index) => (group.classIndex === classIndex ? sum + group.capacityNcuMs * this.#active[index]! : sum),
      0,
    );
  }

  groupOf(node: number): NodeGroup {
    return this.#population.groups.find(({ from, to }) => node >= from && node < to)!;
  }

  get activeNodes(): number {
    return this.#active.reduce((sum, count) => sum + count, 0);
  }

  get state(): ProvidersState {
    const { idFeesGrains, exits } = this;
    const [entered, active, arrivals] = [[...this.#entered], [...this.#active], [...this.#arrivals]];
    return { entered, active, arrivals, idFeesGrains, exits };
  }

  restore({ entered, active, arrivals, idFeesGrains, exits }: ProvidersState): void {
    arrivals.forEach((expected, index) => {
      this.#arrivals[index] = expected;
    });
    entered.forEach((count, index) => {
      this.#entered[index] = count;
    });
    active.forEach((count, index) => {
      this.#active[index] = count;
    });
    this.idFeesGrains = idFeesGrains;
    this.exits = exits;
    this.#setCapacityShares();
    this.#setEnds();
  }

  /** Mean margin of the group's active nodes; 0 where there are none. */
  #reviewGroup(group: NodeGroup, index: number, view: EraView, desk: BondDesk, sink: MarginSink): number {
    const { columns } = this.#population;
    const required = desk.required(bonded(group, 0));
    const wanted = this.#wantedBond(group, desk);
    const margin = this.#marginOf(group, view);
    const { rampEpochs } = this.#economy.newcomer;
    const { epochsPerEra } = this.#economy.cadence;
    let sum = 0;
    let count = 0;
    for (let node = group.from; node < group.from + this.#entered[index]!; node += 1) {
      if (columns.status[node] !== STATUS.active) continue;
      const own = margin(node);
      sum += own;
      count += 1;
      sink(own, group);
      if (group.cohort === null && this.#leaves(group, node, own)) {
        this.#bonds.leave(node, view.epoch);
        this.remove(group, node, STATUS.left);
        this.exits += 1;
        continue;
      }
      const isConfirmed = this.#confirm(group, node, view);
      this.#topUp(group, node, required, wanted, view.epoch);
      // A weight moves with the reputation, and with age while the newcomer's ramp lasts.
      const isOnRamp = columns.joined[node]! + rampEpochs > view.epoch - epochsPerEra;
      if (isConfirmed || isOnRamp) this.refresh(group, node, view.epoch + 1);
    }
    return count === 0 ? 0 : sum / count;
  }

  /** (revenue - cost) / revenue over the era, at least -1; -1 without revenue. */
  #marginOf(group: NodeGroup, { era, epoch, tokenMicrograins, earnedPerNcuMs }: EraView): (node: number) => number {
    const { cost, joined } = this.#population.columns;
    const { epochsPerEra } = this.#economy.cadence;
    const { credits, tokens } = this.#books.slotOfEra(era);
    const { variableShare, trace } = group.population.cost;
    const factor = meanOver(trace, epoch + 1 - epochsPerEra, epochsPerEra);
    const target = this.#economy.price.targetUtilisationPpm / MILLION;
    const tokenValue = tokenMicrograins / MILLION;
    const workAtTarget = group.capacityNcuMs * target * earnedPerNcuMs;
    return (node) => {
      const revenue = credits[node]! + tokens[node]! * tokenValue;
      if (revenue <= 0) return -1;
      const epochs = Math.min(epochsPerEra, epoch + 1 - joined[node]!);
      const variable = workAtTarget === 0 ? 0 : (variableShare * credits[node]!) / workAtTarget;
      const spent = cost[node]! * factor * ((1 - variableShare) * epochs + variable);
      return Math.max(-1, (revenue - spent) / revenue);
    };
  }

  #leaves(group: NodeGroup, node: number, margin: number): boolean {
    const { lossEras } = this.#population.columns;
    const { marginMin, patienceEras } = group.population.exit;
    if (margin >= marginMin) {
      lossEras[node] = 0;
      return false;
    }
    lossEras[node] = Math.min(LOSS_ERAS_MOST, lossEras[node]! + 1);
    return lossEras[node]! >= this.#patienceOf(group, node, patienceEras);
  }

  /** A node's own, whole eras, the same for its life: geometric, at least 1, with the population's mean. */
  #patienceOf({ id, from }: NodeGroup, node: number, meanEras: number): number {
    if (meanEras === 1) return 1;
    const drawn = this.#draws.uniform('exit', 0, id, node - from);
    return Math.min(LOSS_ERAS_MOST, 1 + Math.floor(Math.log(drawn) / Math.log1p(-1 / meanEras)));
  }

  /** Audits that found nothing: a Poisson number of them. */
  #confirm({ id, from, classIndex }: NodeGroup, node: number, { epoch, auditShares }: EraView): boolean {
    const expected = auditShares[classIndex]! * this.#economy.cadence.epochsPerEra;
    const confirmed = this.#draws.poisson(expected, 'audit', epoch, id, node - from);
    if (confirmed === 0) return false;
    const { columns } = this.#population;
    const { lambdaPpm } = this.#economy.reputation;
    const { successPpm, failurePpm } = observe(lambdaPpm, this.#massesOf(node), confirmed, 0);
    columns.successPpm[node] = successPpm;
    columns.failurePpm[node] = failurePpm;
    return true;
  }

  /**
   * Whoever is called, or stopped, bonds as much as at its entry, less what is on its way. That counts as cover: a newcomer
   * that waits for its bond is not called, and would else bond more at each dip of the token's price but never less.
   */
  #topUp(group: NodeGroup, node: number, required: number, wanted: number, epoch: number): void {
    const { bond } = this.#economy.classes[group.classIndex]!;
    const active = this.#books.columns.nodes.bond[node]!;
    // Most are covered, and what is on its way is looked up.
    if (bondCover(bond, active as never, required as never) === 'covered') return;
    const own = active + this.#bonds.activating(node);
    if (bondCover(bond, own as never, required as never) === 'covered') return;
    this.#bonds.deposit(node, Math.max(0, wanted - own), epoch);
  }

  /** Entrants that each epoch of the next era expects. */
  #invited({ population: { entry } }: NodeGroup, index: number, meanMargin: number): number {
    const expected = entry.sharePerEra * this.#active[index]! * (meanMargin - entry.marginMin);
    return expected > 0 ? expected / this.#economy.cadence.epochsPerEra : 0;
  }

  #register(group: NodeGroup, index: number, count: number, epoch: number, bond: number): void {
    for (let one = 0; one < count; one += 1) {
      const node = this.#enter(group, index, epoch + 1);
      this.#bonds.deposit(node, bond, epoch);
      this.idFeesGrains += this.#economy.bonds.idFeeGrains;
      this.refresh(group, node, epoch + 1);
    }
  }

  /** Nobody looks at places where nobody ever was. */
  #setEnds(): void {
    const { groups, ranges } = this.#population;
    const ends = ranges.map(({ from }) => from);
    groups.forEach(({ from, classIndex }, index) => {
      const end = from + this.#entered[index]!;
      this.#market.setEnd(index, end);
      if (this.#entered[index]! > 0) ends[classIndex] = Math.max(ends[classIndex]!, end);
    });
    if (ends.join() === this.#ends.join()) return;
    this.#ends = ends;
    this.#books.setEnds(ends);
  }

  #enter(group: NodeGroup, index: number, epoch: number): number {
    const { columns } = this.#population;
    const node = group.from + this.#entered[index]!;
    this.#entered[index]! += 1;
    this.#active[index]! += 1;
    columns.status[node] = STATUS.active;
    columns.joined[node] = epoch;
    columns.band[node] = bandOf(group, node, this.#draws);
    setCost(this.#economy, this.#draws, group, node, columns);
    return node;
  }

  #wantedBond(group: NodeGroup, desk: BondDesk): number {
    return Math.ceil(desk.required(bonded(group, 0)) * group.population.bondCushion);
  }

  #desk(price: number, token: TokenPrice): BondDesk {
    return new BondDesk(this.#economy, price as never, token);
  }

  /** Read at once, never kept: an object a node and era would be garbage. */
  #massesOf(node: number): BetaMasses {
    const { successPpm, failurePpm } = this.#population.columns;
    this.#masses.successPpm = successPpm[node]!;
    this.#masses.failurePpm = failurePpm[node]!;
    return this.#masses;
  }

  /** An operator takes at most its cap of what its class offers; who is above it offers as much less. */
  #setCapacityShares(): void {
    const { groups } = this.#population;
    const capacity = this.#economy.classes.map(() => 0);
    groups.forEach((group, index) => {
      capacity[group.classIndex]! += group.capacityNcuMs * this.#active[index]!;
    });
    groups.forEach((group, index) => {
      const { operators, operatorSkew } = group.population;
      const shares = Array.from({ length: operators }, (_, operator) => (operator + 1) ** -operatorSkew);
      const largest = shares[0]! / shares.reduce((sum, share) => sum + share, 0);
      const own = group.capacityNcuMs * this.#active[index]! * largest;
      const cap = (capacity[group.classIndex]! * this.#economy.classes[group.classIndex]!.operatorCapPpm) / MILLION;
      this.#market.capacityShares[index] = own > cap && operatorSkew === 0 ? cap / own : 1;
    });
  }
}

/** Mean of a course over some epochs; 1 without one. */
function meanOver(trace: Series | null | undefined, from: number, epochs: number): number {
  if (trace === null || trace === undefined) return 1;
  let sum = 0;
  for (let epoch = from; epoch < from + epochs; epoch += 1) sum += seriesAt(trace, Math.max(0, epoch), 1);
  return sum / epochs;
}

function bonded(group: NodeGroup, bondGrains: number) {
  return { className: group.population.className, milliNcu: group.population.milliNcu, bondGrains } as never;
}
