import type { Economy, Resource } from './economy.ts';
import { NODE_NCU_MS_MAX } from './economy.ts';
import type { EconomyState, EpochInputs, NodeState, UsageLine } from './epoch.ts';
import { addExact, divideProduct, isAmount } from './exact.ts';
import { compareText, sortedBy } from './order.ts';
import { priceOf } from './price.ts';
import type { MicrograinsPerNcuS, NcuMs } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';

/** A usage line with its node, its own epoch's price and its work: 0 if not billed or if the node does not count. */
export interface RatedLine {
  readonly line: UsageLine;
  readonly node: number;
  readonly price: MicrograinsPerNcuS;
  readonly ncuMs: NcuMs;
}

export interface RatedUsage {
  /** Sorted by (leaseId, resource, epoch). */
  readonly tasks: readonly RatedLine[];
  /** Per node of the roster. */
  readonly taskNcuMs: Float64Array;
  readonly auditNcuMs: Float64Array;
  /** Work of the epoch itself, without late corrections: what utilisation is made of. */
  readonly usedNcuMs: NcuMs;
}

/**
 * Usage as work, in canonical order. Work is rounded down once a line; late lines keep their own epoch's price.
 * @throws KernelRefusal KERNEL-NODE-UNKNOWN, KERNEL-RESOURCE-UNKNOWN, KERNEL-PURPOSE-UNKNOWN, KERNEL-AMOUNT,
 *   KERNEL-USAGE-EPOCH, KERNEL-USAGE-DUPLICATE, KERNEL-NODE-WORK
 */
export function rateUsage(
  economy: Economy,
  state: EconomyState,
  roster: readonly NodeState[],
  indexOf: ReadonlyMap<string, number>,
  inputs: EpochInputs,
): RatedUsage {
  const rater = new Rater(economy, state, inputs.epoch);
  const tasks: RatedLine[] = [];
  const taskNcuMs = new Float64Array(roster.length);
  const auditNcuMs = new Float64Array(roster.length);
  let usedNcuMs = 0;
  for (const line of canonicalUsage(inputs.usage)) {
    const node = indexOf.get(line.nodeId);
    if (node === undefined) throw refuse('KERNEL-NODE-UNKNOWN', line, 'a node of the economy', line.nodeId);
    const counts = countsWork(roster[node]!);
    const ncuMs = rater.work(line, counts);
    if (line.purpose === 'task') {
      tasks.push({ line, node, price: rater.price(line), ncuMs });
      taskNcuMs[node]! += ncuMs;
    } else auditNcuMs[node]! += ncuMs;
    if (taskNcuMs[node]! + auditNcuMs[node]! > NODE_NCU_MS_MAX) {
      throw refuse('KERNEL-NODE-WORK', line, `at most ${NODE_NCU_MS_MAX} NCU·ms a node and epoch`, line.nodeId);
    }
    if (line.epoch === inputs.epoch) usedNcuMs = addExact(usedNcuMs, ncuMs);
  }
  return { tasks, taskNcuMs, auditNcuMs, usedNcuMs: usedNcuMs as NcuMs };
}

/** Whether what a node reports counts: by its standing when the epoch began. */
export function countsWork(node: NodeState): boolean {
  return node.status === 'active' || node.status === 'held';
}

export function compareWindows(
  x: { readonly leaseId: string; readonly resource: number; readonly epoch: number },
  y: { readonly leaseId: string; readonly resource: number; readonly epoch: number },
): number {
  return compareText(x.leaseId, y.leaseId) || x.resource - y.resource || x.epoch - y.epoch;
}

function canonicalUsage(usage: readonly UsageLine[]): readonly UsageLine[] {
  const sorted = sortedBy(usage, compareWindows);
  for (let index = 1; index < sorted.length; index += 1) {
    const line = sorted[index]!;
    if (compareWindows(sorted[index - 1]!, line) === 0) {
      throw refuse('KERNEL-USAGE-DUPLICATE', line, 'one line a lease, resource and epoch', line.leaseId);
    }
  }
  return sorted;
}

class Rater {
  readonly #resources: Map<number, Resource>;
  readonly #prices = new Map<number, MicrograinsPerNcuS>();
  readonly #oldest: number;
  readonly #newest: number;

  constructor(economy: Economy, state: EconomyState, epoch: number) {
    this.#resources = new Map(economy.resources.map((resource) => [resource.code, resource]));
    this.#newest = epoch;
    this.#oldest = Math.max(0, epoch - economy.cadence.lateEpochs);
    for (let known = this.#oldest; known <= epoch; known += 1) this.#prices.set(known, priceOf(state, known));
  }

  price(line: UsageLine): MicrograinsPerNcuS {
    const price = this.#prices.get(line.epoch);
    if (price !== undefined) return price;
    throw refuse('KERNEL-USAGE-EPOCH', line, `an epoch from ${this.#oldest} to ${this.#newest}`, line.epoch);
  }

  work(line: UsageLine, counts: boolean): NcuMs {
    this.price(line);
    const resource = this.#resources.get(line.resource);
    if (resource === undefined) {
      throw refuse('KERNEL-RESOURCE-UNKNOWN', line, `one of ${[...this.#resources.keys()].join(', ')}`, line.resource);
    }
    if (line.purpose !== 'task' && line.purpose !== 'audit') {
      throw refuse('KERNEL-PURPOSE-UNKNOWN', line, 'task or audit', line.purpose);
    }
    if (!isAmount(line.quantity)) throw refuse('KERNEL-AMOUNT', line, 'an integer from 0 to 2^53 - 1', line.quantity);
    const counted = counts && resource.billed;
    return (counted ? divideProduct(line.quantity, resource.coefficient, resource.divisor) : 0) as NcuMs;
  }
}

function refuse(code: KernelRefusal['code'], line: UsageLine, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, `usage.${line.leaseId}.${line.resource}.${line.epoch}`, expected, got);
}
