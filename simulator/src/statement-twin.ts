import {
  allocate,
  conservationOf,
  type Demand,
  type Economy,
  type EconomyState,
  type EpochInputs,
  genesisState,
  type NodeLine,
  nodeLines,
  type Offer,
  priceOf,
  type Statement,
  settleEpoch,
  type UsageLine,
  type Verdict,
} from '@stannary/kernel';
import type { NodeGroup } from './agents/population.ts';
import { STATUS } from './agents/population.ts';
import type { Proposal } from './books/fault-book.ts';
import type { Draws } from './draws/draws.ts';
import { SimulationRefusal } from './refusal.ts';
import type { SettledEpoch, SettlementTwin, TwinWorld } from './simulation.ts';

/** Consumers among whom the demand is divided: more than any consumer's cap needs. */
const CONSUMERS = 40;
/** Tasks that fill a node. */
const TASKS_PER_NODE = 4;
const ECONOMY_HASH = '0'.repeat(64);
const INSURANCE = account(1);
const TREASURY = account(2);

export interface StatementTwinOptions {
  /** Shares out work by the kernel's `allocate` too, task by task. Default: as the columns do. */
  readonly allocates?: boolean;
}

/**
 * The same decisions settled by `settleEpoch` itself, with names, offers, tasks, usage lines, verdicts and statements: for
 * small networks, and to prove the columns. After each epoch every node's earnings, the totals, the emission, what vests,
 * what faults move and the next price must be the same to the grain; a difference throws a plain Error.
 * Where the economy has a vesting schedule, the moment at which tokens pass it may differ: the columns keep fewer entries.
 */
export class StatementTwin implements SettlementTwin {
  state: EconomyState;
  statement: Statement | null = null;
  readonly #draws: Draws;
  readonly #allocates: boolean;
  readonly #resource: Economy['resources'][number];

  /** @throws SimulationRefusal SIMULATION-RULE (no billed resource counts whole NCU·ms) */
  constructor(economy: Economy, draws: Draws, { allocates = false }: StatementTwinOptions = {}) {
    this.state = genesisState(economy, { insurance: INSURANCE, treasury: TREASURY });
    this.#draws = draws;
    this.#allocates = allocates;
    const whole = economy.resources
      .filter(({ billed, divisor, coefficient }) => billed && divisor % coefficient === 0)
      .sort((x, y) => x.divisor / x.coefficient - y.divisor / y.coefficient)[0];
    if (whole === undefined) {
      throw new SimulationRefusal('SIMULATION-RULE', 'resources', 'a billed one that counts whole NCU·ms', 'none');
    }
    this.#resource = whole;
  }

  /** In epoch 0 the kernel knows no node yet, so nothing can be allocated. */
  assign(
    { economy, epoch, population, books, market }: TwinWorld,
    demandedByClass: readonly number[],
    work: Float64Array,
  ) {
    if (!this.#allocates || epoch === 0) return;
    const price = priceOf(this.state, epoch);
    const offers: Offer[] = [];
    for (const group of population.groups) {
      for (let node = group.from; node < group.to; node += 1) {
        if (!market.isWilling(group, node, price, books.columns.nodes.bond[node]!)) continue;
        const { className, evidence } = group.population;
        const capacityNcuMs = group.capacityNcuMs as Offer['capacityNcuMs'];
        const floorMicrograinsPerNcuS = economy.price.floorMicrograinsPerNcuS;
        offers.push({ nodeId: id(node), className, capacityNcuMs, floorMicrograinsPerNcuS, evidence });
      }
    }
    const demands = economy.classes.flatMap(({ name }, classIndex) => {
      const capacities = population.groups.filter((group) => group.classIndex === classIndex);
      return demandsOf(name, demandedByClass[classIndex]!, capacities);
    });
    const { assignments } = allocate(economy, this.state, epoch as never, offers, demands, this.#beacon(epoch));
    const wanted = new Map(demands.map(({ taskId, ncuMsMax }) => [taskId, ncuMsMax]));
    work.fill(0);
    for (const { taskId, nodeId } of assignments) work[Number.parseInt(nodeId, 16)]! += wanted.get(taskId)!;
  }

  settle(world: TwinWorld, settled: SettledEpoch): void {
    const inputs = this.#inputsOf(world, settled);
    const { statement, state } = settleEpoch(world.economy, ECONOMY_HASH, this.state, inputs);
    this.state = state;
    this.statement = statement;
    compare(world, settled, statement);
    comparePrices(world, settled, state);
    if (!conservationOf(state).tokensBalanced)
      throw new Error(`epoch ${world.epoch}: the statement's tokens do not add up`);
  }

  #inputsOf(world: TwinWorld, settled: SettledEpoch): EpochInputs {
    const { epoch, oracle } = world;
    return {
      epoch: epoch as never,
      usage: this.#usageOf(world, settled),
      verdicts: settled.proposals.map((proposal) => this.#verdictOf(world, proposal, settled)),
      withdrawals: [],
      offeredNcuMs: settled.offeredNcuMs as never,
      offeredByMarket: (settled.markets?.uses ?? []) as never,
      tokenPrice: settled.tokenPriceIsKnown ? oracle.price : null,
      burnedTokensGrains: settled.burnedTokensGrains as never,
      chain: { blockNumber: epoch, blockHash: `0x${id(epoch)}`, nodes: chainNodes(world, settled.bonds) },
      beacon: this.#beacon(epoch),
      roots: { usage: id(0), verdicts: id(0), chain: id(0) },
    };
  }

  #usageOf(world: TwinWorld, { columns, markets }: SettledEpoch): UsageLine[] {
    const { epoch } = world;
    const lines: UsageLine[] = [];
    columns.lines.ncuMs.forEach((ncuMs, line) => {
      if (ncuMs === 0) return;
      const node = Math.floor(line / (markets?.linesPerNode ?? 1));
      const { divisor, coefficient, code } = this.#resourceOf(world, markets, line);
      const quantity = (ncuMs * divisor) / coefficient;
      const named = { leaseId: id(node), nodeId: id(node), consumer: consumerOf(node) };
      lines.push({ ...named, purpose: 'task', resource: code, epoch: epoch as never, quantity });
    });
    return lines;
  }

  /** What a line is of: one whose units count whole NCU·ms, sold at the line's price. */
  #resourceOf({ economy, population }: TwinWorld, markets: SettledEpoch['markets'], line: number) {
    if (markets === null) return this.#resource;
    const node = Math.floor(line / markets.linesPerNode);
    const classIndex = population.ranges.findIndex(({ from, to }) => node >= from && node < to);
    const { resource } = markets.parts[classIndex]![line % markets.linesPerNode]!;
    return economy.resources.find(({ code }) => code === resource)!;
  }

  #verdictOf(
    world: TwinWorld,
    { node, offence, proposedEpoch, challengeCostGrains }: Proposal,
    { columns, markets }: SettledEpoch,
  ): Verdict {
    const { charge, earned, burn, insurance, treasury } = columns.lines;
    const linesPerNode = markets?.linesPerNode ?? 1;
    const lines = Array.from({ length: linesPerNode }, (_, part) => node * linesPerNode + part);
    return {
      kind: 'fault-proposed',
      // In order of nodes, as the columns go through them.
      faultId: id(proposedEpoch * 2 ** 24 + node),
      nodeId: id(node),
      offence,
      evidence: id(node),
      challenger: account(3),
      challengeCostGrains: challengeCostGrains as never,
      windows: lines
        .filter((line) => columns.lines.ncuMs[line]! > 0)
        .map((line) => ({
          epoch: proposedEpoch as never,
          leaseId: id(node),
          resource: this.#resourceOf(world, markets, line).code,
          consumer: consumerOf(node),
          chargeGrains: charge[line] as never,
          earnedGrains: earned[line] as never,
          burnGrains: burn[line] as never,
          insuranceGrains: insurance[line] as never,
          treasuryGrains: treasury[line] as never,
        })),
    };
  }

  #beacon(epoch: number): string {
    const words = new Uint32Array(8);
    this.#draws.fillWords(words, 'beacon', epoch, 0);
    return [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}

/** Everybody who has entered, with the bond that counts. */
function chainNodes({ population, books }: TwinWorld, bonds: Float64Array): EpochInputs['chain']['nodes'] {
  const { operatorOf } = books.columns.nodes;
  return population.groups
    .flatMap((group) => {
      const nodes = [];
      for (let node = group.from; node < group.to; node += 1) {
        if (population.columns.status[node] === STATUS.empty) continue;
        const { operatorsFrom } = population.ranges[group.classIndex]!;
        nodes.push({
          nodeId: id(node),
          operator: account(0x1000 + operatorsFrom + operatorOf[node]!),
          className: group.population.className,
          milliNcu: group.population.milliNcu,
          bondGrains: bonds[node] as never,
          band: population.columns.band[node]!,
        });
      }
      return nodes;
    })
    .sort((x, y) => (x.nodeId < y.nodeId ? -1 : 1));
}

/** Tasks of a class: a quarter of its smallest node each, and one of what is left. */
function demandsOf(className: string, demandedNcuMs: number, groups: readonly NodeGroup[]): Demand[] {
  if (groups.length === 0 || demandedNcuMs < 1) return [];
  const task = Math.floor(Math.min(...groups.map(({ capacityNcuMs }) => capacityNcuMs)) / TASKS_PER_NODE);
  const whole = Math.floor(demandedNcuMs / task);
  const rest = Math.floor(demandedNcuMs - whole * task);
  const sizes = [...new Array<number>(whole).fill(task), ...(rest > 0 ? [rest] : [])];
  return sizes.map((ncuMsMax, index) => ({
    taskId: `${className}-${index}`,
    consumer: consumerOf(index),
    ncuMsMax: ncuMsMax as never,
    chargeGrainsMax: Number.MAX_SAFE_INTEGER as never,
    excludedOperators: [],
    className,
  }));
}

function compare({ economy, epoch }: TwinWorld, settled: SettledEpoch, statement: Statement): void {
  const { totals, emission, faults } = statement;
  const nodes = nodeLines(statement);
  const { columns, charged, rewards } = settled;
  const sum = (of: (line: NodeLine) => number) => nodes.reduce((all, line) => all + of(line), 0);
  const sumFaults = (of: (line: Statement['faults'][number]) => number) =>
    faults.reduce((all, line) => all + of(line), 0);
  const verdicts = (of: (verdict: SettledEpoch['faults']['verdicts'][number]) => number) =>
    settled.faults.verdicts.reduce((all, verdict) => all + of(verdict), 0);
  const pairs: readonly (readonly [string, number, number])[] = [
    ['charges', charged.chargedGrains, totals.chargedGrains],
    ['earnings', charged.earnedGrains, totals.earnedGrains],
    ['burn', charged.burnGrains, totals.burnGrains],
    ['insurance', charged.insuranceGrains, totals.insuranceGrains],
    ['treasury', charged.treasuryGrains, totals.treasuryGrains],
    ['refunds', settled.faults.refundedFromNodes + settled.faults.refundedFromTake, totals.refundedGrains],
    ['emission', settled.emissionGrains, emission.scheduledGrains],
    ['distributed emission', rewards.earnedTokens, emission.distributedGrains],
    ['vested credits', rewards.vestedCredits, sum((line) => line.vestedCreditsGrains)],
    ['next price', settled.nextPriceMicrograinsPerNcuS, statement.nextPriceMicrograinsPerNcuS],
    [
      'slashes',
      settled.faults.slashes.reduce((all, one) => all + one.slashedTokens, 0),
      sumFaults((line) => line.slashGrains),
    ],
    [
      'credits to insurance',
      verdicts((one) => one.toInsuranceCredits),
      sumFaults((line) => line.toInsuranceCreditsGrains),
    ],
  ];
  for (const [what, own, stated] of pairs) {
    if (own !== stated) throw new Error(`epoch ${epoch}: ${what} are ${own} in columns and ${stated} in the statement`);
  }
  if (economy.vesting.schedule === null && rewards.paidTokens !== sum((line) => line.vestedTokensGrains)) {
    throw new Error(`epoch ${epoch}: paid tokens differ from the statement's`);
  }
  for (const line of nodes) {
    const node = Number.parseInt(line.nodeId, 16);
    const { earnedCredits, earnedTokens } = columns.nodes;
    if (earnedCredits[node] === line.earnedCreditsGrains && earnedTokens[node] === line.earnedTokensGrains) continue;
    throw new Error(`epoch ${epoch}: node ${node} earned other amounts than the statement says`);
  }
}

function comparePrices({ epoch }: TwinWorld, { markets }: SettledEpoch, state: EconomyState): void {
  for (const { className, resource, state: own } of markets?.newest ?? []) {
    const stated = state.resourceMarkets.find((one) => one.className === className && one.resource === resource);
    if (stated?.state.priceMicrograinsPerNcuS === own.priceMicrograinsPerNcuS) continue;
    throw new Error(`epoch ${epoch}: resource ${resource} of ${className} has another price than the statement says`);
  }
}

function id(number: number): string {
  return number.toString(16).padStart(64, '0');
}

function account(number: number): string {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

function consumerOf(number: number): string {
  return account(0x100 + (number % CONSUMERS));
}
