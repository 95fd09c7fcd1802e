import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { account, id, testBeacon, testEconomy } from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { NO_OBSERVATIONS } from '../security/reputation.ts';
import type { EconomyState, NodeState } from '../settlement/epoch.ts';
import { nodeTable } from '../settlement/node-table.ts';
import { allocate } from './allocate.ts';
import { type Demand, EVIDENCE_LEVELS, type Offer } from './allocation.ts';
import { allocationRuleOf } from './rule.ts';

// How long an epoch's allocation takes by number of offers, with as many demands. `plain`: one class, one price, one
// size. `mixed`: four classes, two resources, eight regions, three evidence levels, a thousand price tiers, sizes from 1
// to 1000, a third of the demands exclude operators, gangs, replicas and reserved leases. `scarce`: mixed with three
// times the work that fits, so caps bind and most demands find nothing. `crowded`: one class, price and region, with
// rooms of every size and three operators that own half of all. Prints a table and writes bench-results/allocate.json.

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = { 1000: 20, 10000: 7, 100000: 3 } as Readonly<Record<number, number>>;
const PRICE = 50_000_000_000;
const CLASSES = ['grid', 'cloud', 'edge', 'ai'] as const;

interface Scenario {
  readonly offers: readonly Offer[];
  readonly demands: readonly Demand[];
  readonly operatorCapPpm: number;
}

/** The same pseudorandom integers in every run (a multiplicative congruence of period 2^31 - 2). */
function integers(): (bound: number) => number {
  let state = 42;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

const economy = {
  ...testEconomy,
  classes: CLASSES.map((name) => ({ ...testEconomy.classes[0]!, name })),
} as Economy;

/** One operator in ten nodes; three of them own half of all nodes. */
function operatorOf(index: number, count: number): string {
  return account(0xa000 + (index % 2 === 0 ? index % 3 : Math.floor(index % Math.max(1, count / 10))));
}

function stateOf(offers: readonly Offer[]): EconomyState {
  const nodes = offers.map(
    ({ nodeId, className }, index) =>
      ({
        nodeId,
        operator: operatorOf(index, offers.length),
        className,
        status: 'active',
        joinedEpoch: 0,
        bondGrains: 1_000_000_000 + ((index * 7_919) % 10_007) * 1_000_000,
        reputation: { successPpm: ((index * 31) % 20) * 1_000_000, failurePpm: 0 },
        liveness: NO_OBSERVATIONS,
        convictedOf: [],
        holdback: [],
        held: [],
        vesting: [],
      }) as unknown as NodeState,
  );
  return {
    epoch: 1,
    nodes: nodeTable(nodes),
    prices: [{ epoch: 1, priceMicrograinsPerNcuS: PRICE }],
  } as unknown as EconomyState;
}

function plainDemand(index: number, ncuMsMax: number): Demand {
  return {
    taskId: id(0xd000000 + index),
    consumer: account(index % 500),
    ncuMsMax: ncuMsMax as NcuMs,
    chargeGrainsMax: 1e15 as Grains,
    excludedOperators: [],
  };
}

function offerOf(index: number, className: string, capacity: number, floor: number): Offer {
  return {
    nodeId: id(index),
    className,
    capacityNcuMs: capacity as NcuMs,
    floorMicrograinsPerNcuS: floor as MicrograinsPerNcuS,
  };
}

function plain(count: number): Scenario {
  return {
    offers: Array.from({ length: count }, (_, index) => offerOf(index, 'grid', 2_000, 1)),
    demands: Array.from({ length: count }, (_, index) => plainDemand(index, 1_000)),
    operatorCapPpm: 1_000_000,
  };
}

function mixed(count: number, load: number): Scenario {
  const below = integers();
  const offers = Array.from(
    { length: count },
    (_, index): Offer => ({
      ...offerOf(index, CLASSES[below(4)]!, 200 + below(1_800), 1_000_000 * (1 + below(1_000))),
      resource: below(3) === 0 ? 'gpu' : 'fuel',
      region: `region-${below(8)}`,
      evidence: EVIDENCE_LEVELS[below(3)]!,
      ...(below(20) === 0 ? { drainEpoch: (2 + below(30)) as Epoch } : {}),
    }),
  );
  const demands = Array.from({ length: count }, (_, index) => mixedDemand(index, below, load, count));
  // Scarce, the three large operators reach 5 %.
  return { offers, demands, operatorCapPpm: load > 1 ? 50_000 : 150_000 };
}

function mixedDemand(index: number, below: (bound: number) => number, load: number, count: number): Demand {
  const lease = { kind: 'reserved', epochs: 1 + below(24), bondGrainsMax: 1e15 as Grains } as const;
  const region = () => `region-${below(8)}`;
  return {
    ...plainDemand(index, 1 + below(1_000 * load)),
    ...(below(3) > 0 ? { className: CLASSES[below(4)]! } : {}),
    resource: below(3) === 0 ? 'gpu' : 'fuel',
    ...(below(2) === 0 ? { regions: [region(), region(), region()] } : {}),
    evidence: EVIDENCE_LEVELS[below(3)]!,
    excludedOperators: below(3) === 0 ? [operatorOf(below(count), count), operatorOf(below(count), count)] : [],
    ...(below(10) === 0 ? { lease } : {}),
    ...(below(50) === 0 ? { gang: { seats: 4, apart: 'operators' } as const } : {}),
    ...(below(50) === 0 ? { assurance: { kind: 'critical', replicas: 3 } as const } : {}),
  };
}

function crowded(count: number): Scenario {
  const below = integers();
  return {
    offers: Array.from({ length: count }, (_, index) => offerOf(index, 'grid', 1 + below(2_000), 1)),
    demands: Array.from({ length: count }, (_, index) => ({
      ...plainDemand(index, 1 + below(2_000)),
      excludedOperators: below(3) === 0 ? [operatorOf(below(count), count)] : [],
    })),
    operatorCapPpm: 150_000,
  };
}

const SCENARIOS: Readonly<Record<string, (count: number) => Scenario>> = {
  plain,
  mixed: (count) => mixed(count, 1),
  scarce: (count) => mixed(count, 3),
  crowded,
};

interface Row {
  readonly scenario: string;
  readonly count: number;
  readonly ms: number;
  /** Of the process, its collector's threads included: what a busy machine cannot stretch. */
  readonly cpuMs: number;
  readonly heapMiB: number;
  readonly assigned: number;
  readonly reasons: Readonly<Record<string, number>>;
}

function measure(scenario: string, count: number): Row {
  const { offers, demands, operatorCapPpm } = SCENARIOS[scenario]!(count);
  const state = stateOf(offers);
  const rule = allocationRuleOf(economy);
  const classes = rule.classes.map((one) => ({
    ...one,
    operatorCapPpm: operatorCapPpm as Ppm,
    consumerCapPpm: 375_000 as Ppm,
  }));
  const run = () =>
    allocate(economy, state, 1 as Epoch, offers, demands, testBeacon, {
      rule: { ...rule, classes, leaseBondPpm: 100_000 as Ppm },
    });
  const { assignments, unassigned } = run();
  const reasons: Record<string, number> = {};
  for (const { reason } of unassigned) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const times: number[] = [];
  const cpuTimes: number[] = [];
  let heapMiB = 0;
  for (let round = 0; round < ROUNDS[count]!; round += 1) {
    globalThis.gc?.();
    const heapBefore = process.memoryUsage().heapUsed;
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    run();
    times.push(performance.now() - start);
    const cpu = process.cpuUsage(cpuBefore);
    cpuTimes.push((cpu.user + cpu.system) / 1000);
    heapMiB = Math.max(heapMiB, (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20);
  }
  const [ms, cpuMs] = [times, cpuTimes].map((all) => all.sort((x, y) => x - y)[Math.floor(all.length / 2)]!);
  const assigned = new Set(assignments.map((one) => one.taskId)).size;
  return { scenario, count, ms: ms!, cpuMs: cpuMs!, heapMiB, assigned, reasons };
}

const rows = Object.keys(SCENARIOS).flatMap((scenario) => SIZES.map((count) => measure(scenario, count)));
console.table(
  rows.map((row) => ({
    scenario: row.scenario,
    'offers = demands': row.count,
    ms: row.ms.toFixed(1),
    'cpu ms': row.cpuMs.toFixed(1),
    'heap MiB': row.heapMiB.toFixed(0),
    assigned: row.assigned,
    unassigned: Object.entries(row.reasons)
      .map(([reason, times]) => `${reason} ${times}`)
      .join(', '),
  })),
);

/** Exponent of growth from the first size to the last: 1 is linear. */
const exponents = Object.fromEntries(
  Object.keys(SCENARIOS).map((scenario) => {
    const own = rows.filter((row) => row.scenario === scenario);
    return [scenario, Math.log(own.at(-1)!.ms / own[0]!.ms) / Math.log(SIZES.at(-1)! / SIZES[0]!)];
  }),
);
console.log(
  `growth exponents: ${Object.entries(exponents)
    .map(([scenario, exponent]) => `${scenario} ${exponent.toFixed(2)}`)
    .join(', ')}`,
);

await mkdir('bench-results', { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
await writeFile('bench-results/allocate.json', `${JSON.stringify({ machine, rows, exponents }, null, 2)}\n`);
