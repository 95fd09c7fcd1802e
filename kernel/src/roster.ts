import type { Economy, NodeClass } from './economy.ts';
import type { ChainFacts, EconomyState, NodeState } from './epoch.ts';
import { isAmount, mulDivDown } from './exact.ts';
import { compareText, sortedBy } from './order.ts';
import type { Grains } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';
import { NO_OBSERVATIONS } from './reputation.ts';

const MILLION = 1_000_000;
const NODE_ID = /^[0-9a-f]{64}$/;
export const ACCOUNT = /^0x[0-9a-f]{40}$/;

type ChainNode = ChainFacts['nodes'][number];

/**
 * The nodes of an epoch, sorted by nodeId: those of the state with the chain's present operator, class, capacity and
 * bond, and those that the chain names for the first time. A node that the chain no longer names has no bond.
 * @throws KernelRefusal KERNEL-NODE-DUPLICATE, KERNEL-CLASS-UNKNOWN, KERNEL-AMOUNT, KERNEL-ACCOUNT, KERNEL-NODE-UNKNOWN
 */
export function readRoster(economy: Economy, state: EconomyState, chain: ChainFacts): NodeState[] {
  const facts = sortedBy(chain.nodes, (x, y) => compareText(x.nodeId, y.nodeId));
  const roster: NodeState[] = [];
  let next = 0;
  for (const node of state.nodes) {
    while (next < facts.length && facts[next]!.nodeId < node.nodeId) roster.push(joining(economy, facts, next++));
    const known = next < facts.length && facts[next]!.nodeId === node.nodeId;
    roster.push(known ? refreshed(economy, node, facts, next++) : withoutBond(node));
  }
  while (next < facts.length) roster.push(joining(economy, facts, next++));
  return roster;
}

/** @throws KernelRefusal KERNEL-CLASS-UNKNOWN */
function classNamed(economy: Economy, className: string, where: string): NodeClass {
  const found = economy.classes.find((one) => one.name === className);
  if (found !== undefined) return found;
  const names = economy.classes.map((one) => one.name).join(', ');
  throw new KernelRefusal('KERNEL-CLASS-UNKNOWN', where, `one of ${names}`, className);
}

/** Bond a node of the class must hold to be assigned work in full standing. */
export function bondRequired(nodeClass: NodeClass): Grains {
  return nodeClass.bondGrainsMin;
}

/** Bond < stop line * required bond: the node gets no work and what it reports counts zero. */
export function isBelowStopLine(nodeClass: NodeClass, bondGrains: number): boolean {
  // Floored: at a fraction of a grain the doubt is the node's, and a requirement of zero stops nobody.
  return bondGrains < mulDivDown(bondRequired(nodeClass), nodeClass.stopLinePpm, MILLION);
}

/** The status that a bond gives, unless a fault holds the node. */
export function bondStatus(economy: Economy, className: string, bondGrains: number): 'active' | 'stopped' {
  return isBelowStopLine(classNamed(economy, className, 'className'), bondGrains) ? 'stopped' : 'active';
}

function joining(economy: Economy, facts: readonly ChainNode[], index: number): NodeState {
  const fact = facts[index]!;
  checkFact(economy, facts, index);
  return {
    nodeId: fact.nodeId,
    operator: fact.operator,
    className: fact.className,
    milliNcu: fact.milliNcu,
    bondGrains: fact.bondGrains,
    status: bondStatus(economy, fact.className, fact.bondGrains),
    reputation: NO_OBSERVATIONS,
    liveness: NO_OBSERVATIONS,
    consecutiveValid: 0,
    holdback: [],
    held: [],
  };
}

function refreshed(economy: Economy, node: NodeState, facts: readonly ChainNode[], index: number): NodeState {
  const { operator, className, milliNcu, bondGrains } = facts[index]!;
  const same =
    operator === node.operator &&
    className === node.className &&
    milliNcu === node.milliNcu &&
    bondGrains === node.bondGrains;
  if (same && facts[index + 1]?.nodeId !== node.nodeId) return node;
  checkFact(economy, facts, index);
  return { ...node, operator, className, milliNcu, bondGrains };
}

function withoutBond(node: NodeState): NodeState {
  return node.bondGrains === 0 ? node : { ...node, bondGrains: 0 as Grains };
}

function checkFact(economy: Economy, facts: readonly ChainNode[], index: number): void {
  const fact = facts[index]!;
  const where = `chain.nodes.${fact.nodeId}`;
  if (facts[index + 1]?.nodeId === fact.nodeId) {
    throw new KernelRefusal('KERNEL-NODE-DUPLICATE', 'chain.nodes', 'each node once', fact.nodeId);
  }
  if (!isAmount(fact.bondGrains) || !isAmount(fact.milliNcu)) {
    const got = `bondGrains ${fact.bondGrains}, milliNcu ${fact.milliNcu}`;
    throw new KernelRefusal('KERNEL-AMOUNT', where, 'integers from 0 to 2^53 - 1', got);
  }
  if (!NODE_ID.test(fact.nodeId)) {
    throw new KernelRefusal('KERNEL-NODE-UNKNOWN', 'chain.nodes', '64 lower-case hex digits', fact.nodeId);
  }
  if (!ACCOUNT.test(fact.operator)) {
    throw new KernelRefusal('KERNEL-ACCOUNT', `${where}.operator`, '0x and 40 lower-case hex digits', fact.operator);
  }
  classNamed(economy, fact.className, `${where}.className`);
}
