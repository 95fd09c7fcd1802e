import type { Economy, Resource } from './economy.ts';
import { NODE_NCU_MS_MAX } from './economy.ts';
import type { EconomyState, EpochInputs, NodeState, UsageLine } from './epoch.ts';
import { addExact, divideProduct, isAmount } from './exact.ts';
import { compareText } from './order.ts';
import { priceOf } from './price.ts';
import type { MicrograinsPerNcuS, NcuMs } from './quantities.ts';
import { KernelRefusal } from './refusal.ts';

/** Usage as work: charged lines in canonical order with columns beside them, and sums by node of the roster. */
export interface RatedUsage {
  /** Lines of purpose `task`, sorted by (leaseId, resource, epoch). */
  readonly tasks: readonly UsageLine[];
  /** Per task line: index of its node, its own epoch's price, its work; 0 if not billed or if the node does not count. */
  readonly nodeOf: Int32Array;
  readonly price: Float64Array;
  readonly ncuMs: Float64Array;
  /** Per node. */
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
  const lines = canonicalUsage(inputs.usage);
  const tasks: UsageLine[] = [];
  const nodeOf = new Int32Array(lines.length);
  const price = new Float64Array(lines.length);
  const ncuMs = new Float64Array(lines.length);
  const taskNcuMs = new Float64Array(roster.length);
  const auditNcuMs = new Float64Array(roster.length);
  let usedNcuMs = 0;
  for (const line of lines) {
    const node = indexOf.get(line.nodeId);
    if (node === undefined) throw refuse('KERNEL-NODE-UNKNOWN', line, 'a node of the economy', line.nodeId);
    const linePrice = rater.price(line);
    const work = rater.work(line, countsWork(roster[node]!));
    if (line.purpose === 'task') {
      nodeOf[tasks.length] = node;
      price[tasks.length] = linePrice;
      ncuMs[tasks.length] = work;
      tasks.push(line);
      taskNcuMs[node]! += work;
    } else auditNcuMs[node]! += work;
    if (taskNcuMs[node]! + auditNcuMs[node]! > NODE_NCU_MS_MAX) {
      throw refuse('KERNEL-NODE-WORK', line, `at most ${NODE_NCU_MS_MAX} NCU·ms a node and epoch`, line.nodeId);
    }
    if (line.epoch === inputs.epoch) usedNcuMs = addExact(usedNcuMs, work);
  }
  return { tasks, nodeOf, price, ncuMs, taskNcuMs, auditNcuMs, usedNcuMs: usedNcuMs as NcuMs };
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

/** Sorted if it is not yet; equal neighbours are the same line twice. */
function canonicalUsage(usage: readonly UsageLine[]): readonly UsageLine[] {
  let lines = usage;
  let sorted = false;
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index]!;
    const order = compareWindows(lines[index - 1]!, line);
    if (order === 0) throw refuse('KERNEL-USAGE-DUPLICATE', line, 'one line a lease, resource and epoch', line.leaseId);
    if (order < 0 || sorted) continue;
    lines = [...usage].sort(compareWindows);
    sorted = true;
    index = 0;
  }
  return lines;
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
