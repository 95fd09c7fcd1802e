import type { Resource } from '../economy/resources.ts';
import type { Economy } from '../economy.ts';
import { NODE_NCU_MS_MAX } from '../economy.ts';
import { benchmarkedWork } from '../market/benchmark.ts';
import type { ResourceKey } from '../market/resource-prices.ts';
import { addExact, divideProduct, isAmount } from '../numbers/exact.ts';
import type { MicrograinsPerNcuS, NcuMs } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { EntitlementBook } from './entitlements.ts';
import type { Covered, EconomyState, EpochInputs, EpochPrices, UsageLine } from './epoch.ts';
import { pricesAt } from './prices.ts';
import type { Roster } from './roster.ts';
import { cellAt } from './table.ts';

/** Usage as work: charged lines in canonical order with columns beside them, and sums by node of the roster. */
export interface RatedUsage {
  /** Lines of purpose `task`, sorted by (leaseId, resource, epoch). */
  readonly tasks: readonly UsageLine[];
  /** Per task line: index of its node, its own epoch's price, its work; 0 if not billed or if the node does not count. */
  readonly nodeOf: Int32Array;
  readonly price: Float64Array;
  readonly ncuMs: Float64Array;
  /** Lines that draw on an entitlement, by index. */
  readonly covered: ReadonlyMap<number, Covered>;
  /** Per node. */
  readonly taskNcuMs: Float64Array;
  readonly auditNcuMs: Float64Array;
  /** Work of the epoch itself, without late corrections, at the common price: what utilisation is made of. */
  readonly usedNcuMs: NcuMs;
  /** The same in a market of its own. */
  readonly usedInMarket: (market: ResourceKey) => NcuMs;
}

/**
 * Usage as work, in canonical order. Work is rounded down once a line; late lines keep their own epoch's price.
 * @throws KernelRefusal KERNEL-NODE-UNKNOWN, KERNEL-RESOURCE-UNKNOWN, KERNEL-PURPOSE-UNKNOWN, KERNEL-AMOUNT,
 *   KERNEL-USAGE-EPOCH, KERNEL-USAGE-DUPLICATE, KERNEL-NODE-WORK, KERNEL-BENCHMARK-UNKNOWN, KERNEL-GRANT-UNKNOWN
 */
export function rateUsage(
  economy: Economy,
  state: EconomyState,
  roster: Roster,
  inputs: EpochInputs,
  entitlements: EntitlementBook,
): RatedUsage {
  const { className } = roster.nodes.columns;
  const rater = new Rater(economy, state, inputs.epoch);
  const lines = canonicalUsage(inputs.usage);
  const tasks: UsageLine[] = [];
  const nodeOf = new Int32Array(lines.length);
  const price = new Float64Array(lines.length);
  const ncuMs = new Float64Array(lines.length);
  const taskNcuMs = new Float64Array(roster.length);
  const auditNcuMs = new Float64Array(roster.length);
  const covered = new Map<number, Covered>();
  const inMarkets = new Map<string, number>();
  let usedNcuMs = 0;
  for (const line of lines) {
    const node = roster.find(line.nodeId);
    if (node === undefined) throw refuse('KERNEL-NODE-UNKNOWN', line, 'a node of the economy', line.nodeId);
    const { price: linePrice, market } = rater.price(line, cellAt(className, node));
    const work = rater.work(line, roster.counts[node] === 1);
    if (line.purpose === 'task') {
      nodeOf[tasks.length] = node;
      price[tasks.length] = linePrice;
      ncuMs[tasks.length] = work;
      if (line.grantId !== undefined) {
        covered.set(tasks.length, entitlements.draw(line, line.grantId, work, linePrice));
      }
      tasks.push(line);
      taskNcuMs[node]! += work;
    } else auditNcuMs[node]! += work;
    if (taskNcuMs[node]! + auditNcuMs[node]! > NODE_NCU_MS_MAX) {
      throw refuse('KERNEL-NODE-WORK', line, `at most ${NODE_NCU_MS_MAX} NCU·ms a node and epoch`, line.nodeId);
    }
    if (line.epoch !== inputs.epoch) continue;
    if (market === null) usedNcuMs = addExact(usedNcuMs, work);
    else inMarkets.set(market, addExact(inMarkets.get(market) ?? 0, work));
  }
  const usedInMarket = (market: ResourceKey) => (inMarkets.get(marketKey(market)) ?? 0) as NcuMs;
  return { tasks, nodeOf, price, ncuMs, covered, taskNcuMs, auditNcuMs, usedNcuMs: usedNcuMs as NcuMs, usedInMarket };
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
    // The usual pair, at the price of one comparison.
    if (lines[index - 1]!.leaseId < line.leaseId) continue;
    const order = compareWindows(lines[index - 1]!, line);
    if (order === 0) throw refuse('KERNEL-USAGE-DUPLICATE', line, 'one line a lease, resource and epoch', line.leaseId);
    if (order < 0 || sorted) continue;
    lines = [...usage].sort(compareWindows);
    sorted = true;
    index = 0;
  }
  return lines;
}

function marketKey({ className, resource }: ResourceKey): string {
  return `${resource} ${className ?? ''}`;
}

/** The price of a line, and the market of its own that made it; null: the common price of normalised work. */
interface LinePrice {
  readonly price: MicrograinsPerNcuS;
  readonly market: string | null;
}

class Rater {
  readonly #economy: Economy;
  readonly #resources: Map<number, Resource>;
  readonly #prices = new Map<number, { readonly prices: EpochPrices; readonly common: LinePrice }>();
  readonly #found = new Map<string, LinePrice>();
  readonly #oldest: number;
  readonly #newest: number;

  constructor(economy: Economy, state: EconomyState, epoch: number) {
    this.#economy = economy;
    this.#resources = new Map(economy.resources.map((resource) => [resource.code, resource]));
    this.#newest = epoch;
    this.#oldest = Math.max(0, epoch - economy.cadence.lateEpochs);
    for (let known = this.#oldest; known <= epoch; known += 1) {
      const prices = pricesAt(state, known);
      this.#prices.set(known, { prices, common: { price: prices.priceMicrograinsPerNcuS, market: null } });
    }
  }

  /** The market of the resource in the node's class, else of the resource, else the common one. */
  price(line: UsageLine, className: string): LinePrice {
    const known = this.#prices.get(line.epoch);
    if (known === undefined) {
      throw refuse('KERNEL-USAGE-EPOCH', line, `an epoch from ${this.#oldest} to ${this.#newest}`, line.epoch);
    }
    const { prices, common } = known;
    if (prices.resources.length === 0) return common;
    const key = `${line.epoch} ${line.resource} ${className}`;
    const found = this.#found.get(key) ?? linePrice(prices, line.resource, className);
    this.#found.set(key, found);
    return found;
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
    if (!counts || !resource.billed) return 0 as NcuMs;
    if (line.benchmark === undefined) {
      return divideProduct(line.quantity, resource.coefficient, resource.divisor) as NcuMs;
    }
    const table = { fromEra: 0, coefficients: this.#economy.benchmarks.coefficients };
    return benchmarkedWork(table, { ...line.benchmark, resource: line.resource }, line.quantity);
  }
}

function linePrice(
  { resources, priceMicrograinsPerNcuS }: EpochPrices,
  resource: number,
  className: string,
): LinePrice {
  const own =
    resources.find((one) => one.resource === resource && one.className === className) ??
    resources.find((one) => one.resource === resource && one.className === null);
  return own === undefined
    ? { price: priceMicrograinsPerNcuS, market: null }
    : { price: own.priceMicrograinsPerNcuS, market: marketKey(own) };
}

function refuse(code: KernelRefusal['code'], line: UsageLine, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, `usage.${line.leaseId}.${line.resource}.${line.epoch}`, expected, got);
}
