import type { Economy } from '../economy.ts';
import { isAmount } from '../numbers/exact.ts';
import type { Epoch, Grains } from '../numbers/quantities.ts';
import { compareText, sortedBy } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import { type BetaMasses, initialMasses, NO_OBSERVATIONS } from '../security/reputation.ts';
import type { BondDesk } from './bond-desk.ts';
import type { ChainFacts, EconomyState, NodeState, NodeTable } from './epoch.ts';
import { nodeIndex, nodeStateAt, withNodes } from './node-table.ts';
import { type Column, cellAt, column } from './table.ts';

const MILLI_NCU_PER_NCU = 1_000;
const NODE_ID = /^[0-9a-f]{64}$/;
export const ACCOUNT = /^0x[0-9a-f]{40}$/;

type ChainNode = ChainFacts['nodes'][number];

/** The nodes of an epoch as they are when it begins, sorted by nodeId. */
export class Roster {
  readonly nodes: NodeTable;
  readonly indexOf: ReadonlyMap<string, number>;
  /** 1: what the node reports counts, by its standing when the epoch began. */
  readonly counts: Uint8Array;
  /** Row that was found last. */
  #found = -1;

  constructor(nodes: NodeTable) {
    this.nodes = nodes;
    this.indexOf = nodeIndex(nodes.columns.nodeId);
    this.counts = new Uint8Array(nodes.length);
    const { status } = nodes.columns;
    for (let index = 0; index < nodes.length; index += 1) {
      this.counts[index] = countsWork({ status: cellAt(status, index) }) ? 1 : 0;
    }
  }

  get length(): number {
    return this.nodes.length;
  }

  /** A node's row. Most lists are in the nodes' order, so the row after the last one is tried before the index. */
  find(nodeId: string): number | undefined {
    const { nodeId: ids } = this.nodes.columns;
    if (ids[this.#found] === nodeId) return this.#found;
    const next = this.#found + 1;
    const row = ids[next] === nodeId ? next : this.indexOf.get(nodeId);
    if (row !== undefined) this.#found = row;
    return row;
  }

  /** A row of its own: for the few nodes that something happens to. */
  at(index: number): NodeState {
    return nodeStateAt(this.nodes, index);
  }
}

/** Whether what a node reports counts: by its standing when the epoch began. */
export function countsWork({ status }: Pick<NodeState, 'status'>): boolean {
  return status === 'active' || status === 'held';
}

/**
 * The nodes of an epoch, sorted by nodeId: those of the state with the chain's present operator, class, capacity and
 * bond, and those that the chain names for the first time. Capacity counts up to the economy's largest node, so that nobody
 * can name one whose sums do not fit. A node that the chain no longer names has no bond and no capacity.
 * @throws KernelRefusal KERNEL-NODE-DUPLICATE, KERNEL-CLASS-UNKNOWN, KERNEL-AMOUNT, KERNEL-ACCOUNT, KERNEL-NODE-UNKNOWN
 */
export function readRoster(economy: Economy, state: EconomyState, chain: ChainFacts, desk: BondDesk): Roster {
  const { nodes } = state;
  const { columns } = nodes;
  if (namesExactly(chain, nodes)) return new Roster(refreshed(economy, nodes, chain.nodes));
  const facts = sortedBy(chain.nodes, (x, y) => compareText(x.nodeId, y.nodeId));
  checkUnique(facts);
  const liveness = initialMasses(economy.reputation.liveness);
  const order: number[] = [];
  const ofNodes: (ChainNode | undefined)[] = [];
  const added: NodeState[] = [];
  let next = 0;
  const join = () => {
    const fact = facts[next++]!;
    checkFact(economy, fact);
    added.push(joining(economy, fact, state.epoch, desk, liveness));
    order.push(-added.length);
    ofNodes.push(fact);
  };
  columns.nodeId.forEach((nodeId, row) => {
    while (next < facts.length && facts[next]!.nodeId < nodeId) join();
    order.push(row);
    ofNodes.push(facts[next]?.nodeId === nodeId ? facts[next++] : undefined);
  });
  while (next < facts.length) join();
  // While nobody joins, the column of ids stays the same one, and with it the index of them.
  const standing = added.length === 0 ? nodes : withNodes(nodes, order, added);
  return new Roster(refreshed(economy, standing, ofNodes));
}

/** The usual epoch: nobody joined, nobody left. */
function namesExactly(chain: ChainFacts, { length, columns }: NodeTable): boolean {
  if (chain.nodes.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (chain.nodes[index]!.nodeId !== columns.nodeId[index]) return false;
  }
  return true;
}

function joining(economy: Economy, fact: ChainNode, epoch: Epoch, desk: BondDesk, liveness: BetaMasses): NodeState {
  const milliNcu = capacityOf(economy, fact);
  const bonded = { ...fact, milliNcu };
  return {
    nodeId: fact.nodeId,
    operator: fact.operator,
    className: fact.className,
    milliNcu,
    bondGrains: fact.bondGrains,
    band: fact.band ?? 0,
    bondRequiredGrains: desk.required(bonded),
    joinedEpoch: epoch,
    status: desk.status(bonded),
    reputation: NO_OBSERVATIONS,
    liveness,
    consecutiveValid: 0,
    convictedOf: [],
    holdback: [],
    held: [],
    vesting: [],
  };
}

/** What the chain says of each node; undefined where it names it no more. Columns of which nothing changed are kept. */
function refreshed(economy: Economy, nodes: NodeTable, facts: readonly (ChainNode | undefined)[]): NodeTable {
  const { columns } = nodes;
  let isChanged = false;
  for (let index = 0; index < nodes.length; index += 1) {
    const fact = facts[index];
    if (fact === undefined) {
      isChanged ||= cellAt(columns.bondGrains, index) !== 0 || cellAt(columns.milliNcu, index) !== 0;
    } else if (!isKnown(economy, columns, fact, index)) {
      checkFact(economy, fact);
      isChanged = true;
    }
  }
  if (!isChanged) return nodes;
  const told = <Value>(before: Column<Value>, read: (fact: ChainNode) => Value, ofGone: (known: Value) => Value) => {
    const after = facts.map((fact, index) => (fact === undefined ? ofGone(cellAt(before, index)) : read(fact)));
    return after.every((value, index) => value === cellAt(before, index)) ? before : column(after);
  };
  const same = <Value>(known: Value) => known;
  return {
    ...nodes,
    columns: {
      ...columns,
      operator: told(columns.operator, (fact) => fact.operator, same),
      className: told(columns.className, (fact) => fact.className, same),
      milliNcu: told(
        columns.milliNcu,
        (fact) => capacityOf(economy, fact),
        () => 0,
      ),
      bondGrains: told(
        columns.bondGrains,
        (fact) => fact.bondGrains,
        () => 0 as Grains,
      ),
      band: told(columns.band, (fact) => fact.band ?? 0, same),
    },
  };
}

function isKnown(economy: Economy, columns: NodeTable['columns'], fact: ChainNode, index: number): boolean {
  return (
    fact.bondGrains === cellAt(columns.bondGrains, index) &&
    capacityOf(economy, fact) === cellAt(columns.milliNcu, index) &&
    fact.operator === cellAt(columns.operator, index) &&
    fact.className === cellAt(columns.className, index) &&
    (fact.band ?? 0) === cellAt(columns.band, index)
  );
}

/** A node leaves by taking out the bond that it needs; where it needs none, when the chain names it no more. */
export function hasLeft({
  bondGrains,
  bondRequiredGrains,
  milliNcu,
}: Pick<NodeState, 'bondGrains' | 'bondRequiredGrains' | 'milliNcu'>): boolean {
  return bondGrains === 0 && (bondRequiredGrains > 0 || milliNcu === 0);
}

function capacityOf({ limits }: Economy, { milliNcu }: ChainNode): number {
  return Math.min(milliNcu, limits.nodeNcuMax * MILLI_NCU_PER_NCU);
}

function checkUnique(facts: readonly ChainNode[]): void {
  const twice = facts.find(({ nodeId }, index) => nodeId === facts[index + 1]?.nodeId);
  if (twice === undefined) return;
  throw new KernelRefusal('KERNEL-NODE-DUPLICATE', 'chain.nodes', 'each node once', twice.nodeId);
}

function checkFact(economy: Economy, fact: ChainNode): void {
  const where = `chain.nodes.${fact.nodeId}`;
  if (!isAmount(fact.bondGrains) || !isAmount(fact.milliNcu) || !isAmount(fact.band ?? 0)) {
    const got = `bondGrains ${fact.bondGrains}, milliNcu ${fact.milliNcu}, band ${fact.band ?? 0}`;
    throw new KernelRefusal('KERNEL-AMOUNT', where, 'integers from 0 to 2^53 - 1', got);
  }
  if (!NODE_ID.test(fact.nodeId)) {
    throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'chain.nodes', '64 lower-case hex digits', fact.nodeId);
  }
  if (!ACCOUNT.test(fact.operator)) {
    throw new KernelRefusal('KERNEL-ACCOUNT', `${where}.operator`, '0x and 40 lower-case hex digits', fact.operator);
  }
  if (!economy.classes.some((one) => one.name === fact.className)) {
    const names = economy.classes.map((one) => one.name).join(', ');
    throw new KernelRefusal('KERNEL-CLASS-UNKNOWN', `${where}.className`, `one of ${names}`, fact.className);
  }
}
