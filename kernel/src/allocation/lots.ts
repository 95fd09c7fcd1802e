import type { Economy } from '../economy.ts';
import { addExact, isAmount, mulDivDown } from '../numbers/exact.ts';
import { compareText, sortedBy } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import { operatorCap } from '../rewards/curve.ts';
import { allocationWeight } from '../security/reputation.ts';
import type { EconomyState, NodeState, NodeTable } from '../settlement/epoch.ts';
import { nodeIndex } from '../settlement/node-table.ts';
import { cellAt } from '../settlement/table.ts';
import {
  type AllocatedPool,
  type AllocationRule,
  type ClassAllocationRule,
  EVIDENCE_LEVELS,
  type IdleReason,
  type Offer,
  type StandingLease,
} from './allocation.ts';

const MILLION = 1_000_000;
/** Sum of weights past which all are halved: a lottery's sums must stay exact in a number. */
const WEIGHT_SUM_MAX = 2 ** 52;

const TOP_EVIDENCE: number = EVIDENCE_LEVELS.length - 1;

/** One draw in the lottery: a node's offer, or a pool's. */
export interface Lot {
  readonly className: string;
  readonly resource: string;
  readonly region: string | undefined;
  readonly evidence: number;
  /** Infinity: does not drain. */
  readonly drainEpoch: number;
  readonly floor: number;
  /** Of all lots that take part at the price, by (first) nodeId. */
  readonly index: number;
  readonly seller: Seller;
  readonly members: readonly Member[];
  readonly pool: AllocatedPool | null;
  /** Chance in the lottery, relative to others; 0: none. */
  weight: number;
  /** Most room that one member has left: a seat never stands on two nodes. */
  free: number;
  /** How many of the epoch's demand sizes fit into it. */
  rank: number;
}

export interface Member {
  readonly nodeId: string;
  free: number;
  taken: number;
}

/** An operator in a class: what the operator cap counts. */
export interface Seller {
  readonly index: number;
  readonly operator: string;
  readonly className: string;
  readonly lots: Lot[];
  /** What it may still take of the class's capacity. */
  allowance: number;
  /** How many of the epoch's demand sizes fit into that. */
  rank: number;
}

export interface Lots {
  /** By index. */
  readonly lots: readonly Lot[];
  readonly sellers: readonly Seller[];
  readonly pools: readonly AllocatedPool[];
  /** Capacity that each class offers at the price. */
  readonly offered: ReadonlyMap<string, number>;
  /** Offers that no demand can reach, by nodeId. */
  readonly idle: ReadonlyMap<string, IdleReason>;
}

/**
 * Reads an epoch's offers into lots at a price; standing leases hold their room and their share of the caps first.
 * @throws KernelRefusal KERNEL-NODE-UNKNOWN, KERNEL-CLASS-UNKNOWN, KERNEL-OFFER-DUPLICATE, KERNEL-AMOUNT
 */
export function readLots(
  economy: Economy,
  rule: AllocationRule,
  state: EconomyState,
  price: number,
  offers: readonly Offer[],
  standing: readonly StandingLease[],
): Lots {
  const book = new LotBook(economy, rule, state.epoch, standing);
  const pools = new Map<string, Candidate[]>();
  for (const one of readCandidates(rule, state, offers)) {
    const reason = reasonApart(one, price);
    const { poolId } = one.offer;
    if (reason !== null) book.idle.set(one.offer.nodeId, reason);
    else if (poolId === undefined) book.add([one], [one], null);
    else entryOf(pools, poolKey(poolId, one), () => []).push(one);
  }
  for (const members of pools.values()) book.addPool(members);
  return book.finish();
}

/** What an allocation asks about a node. */
type OfferedNode = Pick<NodeState, 'operator' | 'className' | 'status' | 'bondGrains' | 'joinedEpoch' | 'reputation'>;

/** An offer with its node and what it counts as. */
interface Candidate {
  readonly offer: Offer;
  readonly node: OfferedNode;
  readonly rule: ClassAllocationRule;
  readonly evidence: number;
}

/** Offers by nodeId. */
function readCandidates(rule: AllocationRule, state: EconomyState, offers: readonly Offer[]): readonly Candidate[] {
  const rows = nodeIndex(state.nodes.columns.nodeId);
  const rules = new Map(rule.classes.map((one) => [one.className, one]));
  const sorted = sortedBy(offers, (x, y) => compareText(x.nodeId, y.nodeId));
  return sorted.map((offer, index) => {
    const { nodeId, className } = offer;
    if (sorted[index + 1]?.nodeId === nodeId)
      throw new KernelRefusal('KERNEL-OFFER-DUPLICATE', 'offers', 'one offer a node', nodeId);
    const row = rows.get(nodeId);
    if (row === undefined) throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'offers', 'a node of the economy', nodeId);
    const node = offeredNode(state.nodes, row);
    const classRule = rules.get(className);
    if (classRule === undefined || node.className !== className) {
      throw new KernelRefusal('KERNEL-CLASS-UNKNOWN', `offers.${nodeId}.className`, node.className, className);
    }
    checkAmounts(offer);
    return { offer, node, rule: classRule, evidence: evidenceOf(offer, classRule) };
  });
}

function offeredNode({ columns }: NodeTable, row: number): OfferedNode {
  const { successPpm, failurePpm } = columns.reputation;
  return {
    operator: cellAt(columns.operator, row),
    className: cellAt(columns.className, row),
    status: cellAt(columns.status, row),
    bondGrains: cellAt(columns.bondGrains, row),
    joinedEpoch: cellAt(columns.joinedEpoch, row),
    reputation: { successPpm: cellAt(successPpm, row), failurePpm: cellAt(failurePpm, row) },
  };
}

function checkAmounts(offer: Offer): void {
  const { nodeId, capacityNcuMs, floorMicrograinsPerNcuS, drainEpoch = 0 } = offer;
  if (isAmount(capacityNcuMs) && isAmount(floorMicrograinsPerNcuS) && isAmount(drainEpoch)) return;
  throw new KernelRefusal('KERNEL-AMOUNT', `offers.${nodeId}`, 'integers from 0 to 2^53 - 1', JSON.stringify(offer));
}

function evidenceOf(offer: Offer, rule: ClassAllocationRule): number {
  const level = EVIDENCE_LEVELS.indexOf(offer.evidence ?? rule.evidenceMin);
  if (level >= 0) return level;
  const where = `offers.${offer.nodeId}.evidence`;
  throw new KernelRefusal('KERNEL-EVIDENCE-UNKNOWN', where, `one of ${EVIDENCE_LEVELS.join(', ')}`, offer.evidence);
}

function reasonApart({ offer, node, rule, evidence }: Candidate, price: number): IdleReason | null {
  if (node.status !== 'active') return 'stopped';
  if (evidence < EVIDENCE_LEVELS.indexOf(rule.evidenceMin)) return 'evidence-below-class';
  return offer.floorMicrograinsPerNcuS > price ? 'price-above-market' : null;
}

/** The same name under another operator, class, resource or region is another pool. */
function poolKey(poolId: string, { offer, node }: Candidate): string {
  return JSON.stringify([poolId, node.operator, offer.className, offer.resource, offer.region]);
}

class LotBook {
  readonly idle = new Map<string, IdleReason>();
  readonly #economy: Economy;
  readonly #rule: AllocationRule;
  readonly #epoch: number;
  /** What standing leases hold, by nodeId. */
  readonly #held = new Map<string, number>();
  readonly #lots: Lot[] = [];
  readonly #sellers = new Map<string, Map<string, Seller>>();
  #sellerCount = 0;
  readonly #pools: AllocatedPool[] = [];
  readonly #offered = new Map<string, number>();

  constructor(economy: Economy, rule: AllocationRule, epoch: number, standing: readonly StandingLease[]) {
    this.#economy = economy;
    this.#rule = rule;
    this.#epoch = epoch;
    for (const { nodeId, ncuMsMax } of standing) {
      this.#held.set(nodeId, addExact(this.#held.get(nodeId) ?? 0, ncuMsMax));
    }
  }

  /** @param group whose bonds weigh; @param active those of them that take work */
  add(group: readonly Candidate[], active: readonly Candidate[], pool: AllocatedPool | null): void {
    const { offer, node } = group[0]!;
    const { className } = offer;
    const seller = this.#seller(node.operator, className);
    const members = active.map(({ offer: { nodeId, capacityNcuMs } }) => {
      const held = this.#held.get(nodeId) ?? 0;
      this.#offered.set(className, addExact(this.#offered.get(className) ?? 0, capacityNcuMs));
      seller.allowance -= held;
      return { nodeId, free: Math.max(0, capacityNcuMs - held), taken: 0 };
    });
    const lot: Lot = {
      className,
      resource: offer.resource ?? this.#rule.defaultResource,
      region: offer.region,
      evidence: group.reduce((least, one) => Math.min(least, one.evidence), TOP_EVIDENCE),
      drainEpoch: group.reduce(
        (first, one) => Math.min(first, one.offer.drainEpoch ?? first),
        Number.POSITIVE_INFINITY,
      ),
      floor: group.reduce((most, one) => Math.max(most, one.offer.floorMicrograinsPerNcuS), 0),
      index: this.#lots.length,
      seller,
      members,
      pool,
      weight: group.reduce((sum, one) => sum + this.#weightOf(one), 0),
      free: members.reduce((most, member) => Math.max(most, member.free), 0),
      rank: 0,
    };
    this.#lots.push(lot);
    seller.lots.push(lot);
  }

  /** All but its spares take work: its largest members, of equal ones the last, so that each can replace any other. */
  addPool(group: readonly Candidate[]): void {
    const spares = [...group]
      .sort((x, y) => y.offer.capacityNcuMs - x.offer.capacityNcuMs || compareText(y.offer.nodeId, x.offer.nodeId))
      .slice(0, this.#rule.poolSpares);
    const active = group.filter((one) => !spares.includes(one));
    for (const { offer } of spares) this.idle.set(offer.nodeId, active.length === 0 ? 'pool-too-small' : 'hot-spare');
    if (active.length === 0) return;
    const { offer, node } = group[0]!;
    const [members, standingBy] = [active, spares].map((list) => list.map((one) => one.offer.nodeId));
    const pool = { poolId: offer.poolId!, operator: node.operator, members: members!, spares: standingBy! };
    this.#pools.push(pool);
    this.add(group, active, pool);
  }

  finish(): Lots {
    const sellers = [...this.#sellers.values()].flatMap((byClass) => [...byClass.values()]);
    sellers.sort((x, y) => x.index - y.index);
    const caps = new Map(
      this.#rule.classes.map(({ className, operatorCapPpm }) => [
        className,
        operatorCap(operatorCapPpm, this.#offered.get(className) ?? 0),
      ]),
    );
    // An allowance is below zero by what standing leases hold.
    for (const seller of sellers) seller.allowance = Math.max(0, caps.get(seller.className)! + seller.allowance);
    scaleDown(this.#lots);
    return { lots: this.#lots, sellers, pools: this.#pools, offered: this.#offered, idle: this.idle };
  }

  /** (bond or capacity) * m(reputation) * evidence, rounded down: linear, so parts weigh together at most what a whole did. */
  #weightOf({ offer, node, rule, evidence }: Candidate): number {
    const size = rule.weighBy === 'bond' ? node.bondGrains : offer.capacityNcuMs;
    const factor = rule.evidenceWeightsPpm[EVIDENCE_LEVELS[evidence]!];
    return mulDivDown(
      allocationWeight(this.#economy, size, node.reputation, this.#epoch - node.joinedEpoch),
      factor,
      MILLION,
    );
  }

  #seller(operator: string, className: string): Seller {
    const own = entryOf(this.#sellers, operator, () => new Map<string, Seller>());
    const known = own.get(className);
    if (known !== undefined) return known;
    const seller: Seller = { index: this.#sellerCount++, operator, className, lots: [], allowance: 0, rank: 0 };
    own.set(className, seller);
    return seller;
  }
}

/** Halves all weights, rounded down, until they sum to at most 2^52; a lottery's odds move by less than 2^-20. */
function scaleDown(lots: readonly Lot[]): void {
  const sum = lots.reduce((total, lot) => total + lot.weight, 0);
  let divisor = 1;
  while (sum / divisor > WEIGHT_SUM_MAX) divisor *= 2;
  if (divisor > 1) for (const lot of lots) lot.weight = Math.floor(lot.weight / divisor);
}

/** The map's value for a key, made if there is none. */
export function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
