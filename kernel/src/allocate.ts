import type { Allocation, Assignment, Demand, Offer, UnassignedReason } from './allocation.ts';
import { operatorCap } from './curve.ts';
import type { BeaconWords } from './draw.ts';
import { beaconWords, drawBelow, drawWord } from './draw.ts';
import type { Economy, NodeClass } from './economy.ts';
import type { EconomyState, NodeState } from './epoch.ts';
import { addExact, isAmount } from './exact.ts';
import { compareText } from './order.ts';
import { priceOf } from './price.ts';
import type { Epoch, MicrograinsPerNcuS } from './quantities.ts';
import { chargeGrains } from './rating.ts';
import { KernelRefusal } from './refusal.ts';
import { allocationWeight } from './reputation.ts';
import { isBelowStopLine } from './roster.ts';
import { WeightTree } from './weight-tree.ts';

/**
 * Assigns an epoch's tasks to its offers. Tasks come in an order drawn from the beacon. Each goes to the cheapest floor
 * price that still has room for it; among nodes of that price a lottery is drawn, weighted by bond * m(reputation).
 * A node takes work up to its offer, an operator up to its class's cap on what the class offered. Everyone is paid the
 * epoch's price. The order of the lists never matters, and the same inputs and beacon give the same allocation.
 *
 * O((offers + tasks) log offers), plus the excluded operators' nodes per task.
 * @throws KernelRefusal KERNEL-EPOCH, KERNEL-PRICE-UNKNOWN, KERNEL-BEACON, KERNEL-NODE-UNKNOWN, KERNEL-CLASS-UNKNOWN,
 *   KERNEL-OFFER-DUPLICATE, KERNEL-DEMAND-DUPLICATE, KERNEL-AMOUNT
 */
export function allocate(
  economy: Economy,
  state: EconomyState,
  epoch: Epoch,
  offers: readonly Offer[],
  demands: readonly Demand[],
  beacon: string,
): Allocation {
  const price = priceOf(state, epoch);
  const words = beaconWords(beacon);
  const candidates = readOffers(economy, state, offers);
  const willing = candidates.filter((one) => !one.stopped && one.offer.floorMicrograinsPerNcuS <= price);
  const smallestNcuMs = demands.reduce((least, demand) => Math.min(least, demand.ncuMsMax), Number.MAX_SAFE_INTEGER);
  const market = new Market(economy, willing, smallestNcuMs);
  const assignments: Assignment[] = [];
  const unassigned: { taskId: string; reason: UnassignedReason }[] = [];
  for (const demand of orderDemands(words, demands)) {
    const seat = place(market, words, demand, price);
    if (typeof seat === 'string') unassigned.push({ taskId: demand.taskId, reason: seat });
    else assignments.push({ taskId: demand.taskId, nodeId: seat.offer.nodeId, order: seat.taken++ });
  }
  return { epoch, assignments, unassigned, idle: idleOffers(candidates, price, demands.length > 0) };
}

/** An offer with its node, and what it has taken. */
interface Candidate {
  readonly offer: Offer;
  readonly node: NodeState;
  readonly stopped: boolean;
  readonly weight: number;
  free: number;
  taken: number;
}

function place(
  market: Market,
  words: BeaconWords,
  demand: Demand,
  price: MicrograinsPerNcuS,
): Candidate | UnassignedReason {
  if (chargeGrains(demand.ncuMsMax, price) > demand.chargeGrainsMax) return 'price-above-limit';
  if (market.isEmpty) return 'no-offer-at-price';
  return market.draw(words, demand);
}

function readOffers(economy: Economy, state: EconomyState, offers: readonly Offer[]): Candidate[] {
  const nodes = new Map(state.nodes.map((node) => [node.nodeId, node]));
  const classes = new Map(economy.classes.map((one) => [one.name, one]));
  const sorted = [...offers].sort(
    (x, y) => x.floorMicrograinsPerNcuS - y.floorMicrograinsPerNcuS || compareText(x.nodeId, y.nodeId),
  );
  const seen = new Set<string>();
  return sorted.map((offer) => {
    if (seen.has(offer.nodeId))
      throw new KernelRefusal('KERNEL-OFFER-DUPLICATE', 'offers', 'one offer a node', offer.nodeId);
    seen.add(offer.nodeId);
    const node = nodes.get(offer.nodeId);
    if (node === undefined)
      throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'offers', 'a node of the economy', offer.nodeId);
    const nodeClass = classes.get(offer.className);
    if (nodeClass === undefined || node.className !== offer.className) {
      throw new KernelRefusal(
        'KERNEL-CLASS-UNKNOWN',
        `offers.${offer.nodeId}.className`,
        node.className,
        offer.className,
      );
    }
    return candidate(economy, nodeClass, node, offer);
  });
}

function candidate(economy: Economy, nodeClass: NodeClass, node: NodeState, offer: Offer): Candidate {
  if (!isAmount(offer.capacityNcuMs) || !isAmount(offer.floorMicrograinsPerNcuS)) {
    throw new KernelRefusal(
      'KERNEL-AMOUNT',
      `offers.${offer.nodeId}`,
      'integers from 0 to 2^53 - 1',
      JSON.stringify(offer),
    );
  }
  const stopped = node.status !== 'active' || isBelowStopLine(nodeClass, node.bondGrains);
  // At least one, so that a node with no bond in an economy that asks for none still takes part.
  const weight = Math.max(1, allocationWeight(economy, node.bondGrains, node.reputation));
  return { offer, node, stopped, weight, free: offer.capacityNcuMs, taken: 0 };
}

function orderDemands(words: BeaconWords, demands: readonly Demand[]): readonly Demand[] {
  const drawn = demands.map((demand) => ({ demand, rank: drawWord(words, `task:${demand.taskId}`, 0) }));
  drawn.sort((x, y) => x.rank - y.rank || compareText(x.demand.taskId, y.demand.taskId));
  drawn.forEach(({ demand }, index) => {
    if (index > 0 && drawn[index - 1]!.demand.taskId === demand.taskId) {
      throw new KernelRefusal('KERNEL-DEMAND-DUPLICATE', 'demands', 'one demand a task', demand.taskId);
    }
  });
  return drawn.map(({ demand }) => demand);
}

function idleOffers(candidates: readonly Candidate[], price: number, anyDemand: boolean): Allocation['idle'] {
  const idle = candidates
    .filter((one) => one.taken === 0)
    .map((one) => {
      if (one.stopped) return { nodeId: one.offer.nodeId, reason: 'stopped' as const };
      if (one.offer.floorMicrograinsPerNcuS > price)
        return { nodeId: one.offer.nodeId, reason: 'price-above-market' as const };
      return { nodeId: one.offer.nodeId, reason: anyDemand ? ('not-drawn' as const) : ('no-demand' as const) };
    });
  return idle.sort((x, y) => compareText(x.nodeId, y.nodeId));
}

/** Free capacity at the market price, as a lottery: candidates by (floor price, nodeId) with a tree of their weights. */
class Market {
  readonly #candidates: readonly Candidate[];
  readonly #weights: WeightTree;
  /** Smallest task of the epoch: what has less room than this is out of the lottery for good. */
  readonly #smallestNcuMs: number;
  /** First index of each price tier, and one past the last. */
  readonly #tiers: number[] = [];
  #firstTier = 0;
  readonly #byOperator = new Map<string, number[]>();
  /** What each operator may still take in each class. */
  readonly #allowances: Map<string, number>;
  #anyOperatorCapped = false;

  constructor(economy: Economy, candidates: readonly Candidate[], smallestNcuMs: number) {
    this.#candidates = candidates;
    this.#weights = new WeightTree(candidates.map((one) => one.weight));
    this.#smallestNcuMs = smallestNcuMs;
    this.#allowances = operatorAllowances(economy, candidates);
    candidates.forEach(({ offer, node }, index) => {
      if (offer.floorMicrograinsPerNcuS !== candidates[index - 1]?.offer.floorMicrograinsPerNcuS)
        this.#tiers.push(index);
      const own = this.#byOperator.get(node.operator);
      if (own === undefined) this.#byOperator.set(node.operator, [index]);
      else own.push(index);
      this.#closeIfFull(index);
    });
    this.#tiers.push(candidates.length);
  }

  get isEmpty(): boolean {
    return this.#candidates.length === 0;
  }

  /** Draws a node for a task and books its room, or says why there is none. */
  draw(words: BeaconWords, demand: Demand): Candidate | UnassignedReason {
    const setAside = new Map<number, number>();
    for (const operator of demand.excludedOperators) {
      for (const index of this.#byOperator.get(operator) ?? []) this.#setAside(index, setAside);
    }
    const excluded = [...setAside.keys()];
    const drawn = this.#drawFitting(words, demand, setAside);
    for (const [index, weight] of setAside) this.#weights.set(index, weight);
    if (typeof drawn === 'number') return this.#take(drawn, demand.ncuMsMax);
    const excludedHaveRoom = excluded.some((index) => this.#candidates[index]!.free >= demand.ncuMsMax);
    return drawn === 'no-capacity' && excludedHaveRoom ? 'operators-excluded' : drawn;
  }

  /** Cheapest tier first, draws until a node has room; those without are set aside for this task. */
  #drawFitting(words: BeaconWords, demand: Demand, setAside: Map<number, number>): number | UnassignedReason {
    let reason: UnassignedReason = this.#anyOperatorCapped ? 'operator-cap' : 'no-capacity';
    const label = `seat:${demand.taskId}`;
    let attempt = 0;
    for (let tier = this.#firstOpenTier(); tier + 1 < this.#tiers.length; tier += 1) {
      const from = this.#weights.sumBelow(this.#tiers[tier]!);
      let total = this.#weights.sumBelow(this.#tiers[tier + 1]!) - from;
      while (total > 0) {
        const index = this.#weights.find(from + drawBelow(words, label, attempt++, total));
        const candidate = this.#candidates[index]!;
        const hasRoom = candidate.free >= demand.ncuMsMax;
        if (hasRoom && this.#allowances.get(allowanceKey(candidate))! >= demand.ncuMsMax) return index;
        if (hasRoom) reason = 'operator-cap';
        total -= this.#setAside(index, setAside);
      }
    }
    return reason;
  }

  #setAside(index: number, setAside: Map<number, number>): number {
    const weight = this.#weights.at(index);
    if (weight > 0) setAside.set(index, weight);
    this.#weights.set(index, 0);
    return weight;
  }

  #take(index: number, ncuMs: number): Candidate {
    const candidate = this.#candidates[index]!;
    candidate.free -= ncuMs;
    this.#closeIfFull(index);
    const key = allowanceKey(candidate);
    const allowance = this.#allowances.get(key)! - ncuMs;
    this.#allowances.set(key, allowance);
    if (allowance < this.#smallestNcuMs) this.#closeOperator(candidate);
    return candidate;
  }

  #closeIfFull(index: number): void {
    const { free } = this.#candidates[index]!;
    if (free === 0 || free < this.#smallestNcuMs) this.#weights.set(index, 0);
  }

  #closeOperator(candidate: Candidate): void {
    const key = allowanceKey(candidate);
    for (const index of this.#byOperator.get(candidate.node.operator) ?? []) {
      if (allowanceKey(this.#candidates[index]!) !== key || this.#weights.at(index) === 0) continue;
      this.#weights.set(index, 0);
      this.#anyOperatorCapped = true;
    }
  }

  #firstOpenTier(): number {
    const tiers = this.#tiers;
    while (this.#firstTier + 2 < tiers.length && this.#weights.sumBelow(tiers[this.#firstTier + 1]!) === 0) {
      this.#firstTier += 1;
    }
    return this.#firstTier;
  }
}

function allowanceKey({ node }: Candidate): string {
  return `${node.operator} ${node.className}`;
}

/** An operator takes at most its class's cap on all that the class offers at the price. */
function operatorAllowances(economy: Economy, candidates: readonly Candidate[]): Map<string, number> {
  const offered = new Map<string, number>();
  for (const { node, offer } of candidates) {
    offered.set(node.className, addExact(offered.get(node.className) ?? 0, offer.capacityNcuMs));
  }
  const caps = new Map(
    economy.classes.map((one) => [one.name, operatorCap(one.operatorCapPpm, offered.get(one.name) ?? 0)]),
  );
  return new Map(candidates.map((candidate) => [allowanceKey(candidate), caps.get(candidate.node.className)!]));
}
