import { exponentialReward, inflationPpm, type SupplyRule, type SupplyStream, wide } from '@stannary/kernel';
import { NETWORK_FEES, NETWORK_POWER, TOKEN_PRICE_NOW } from './assumed.ts';
import type { Ask, Column, CurveKind, Drawing, Variable } from './curve.ts';
import {
  type Cell,
  COUNT,
  DURATION,
  EPOCH_INDEX,
  RATE,
  SHARE,
  STEP_INDEX,
  SUPPLY_CREDITS,
  SUPPLY_TOKENS,
  TOKEN_PRICE,
  YEAR_MS,
} from './quantity.ts';
import { genesisOf, isInterval, SupplyWalk } from './supply-walk.ts';

const NONE = () => ({ value: 0n, from: 'nothing is assumed' });

const VARIABLES: Readonly<Record<string, Variable>> = {
  time: { quantity: DURATION, about: 'since genesis; a bare number is an epoch', assumed: NONE },
  bonded: {
    quantity: SHARE,
    about: 'share of the supply that is bonded',
    most: 1_000_000n,
    assumed: ({ assumptions }) => ({ value: BigInt(assumptions.stakedPpm), from: 'assumptions.staked' }),
  },
  stake: { quantity: SUPPLY_TOKENS, about: 'what is bonded, in place of a share', assumed: null },
  supply: { quantity: SUPPLY_TOKENS, about: 'minted so far, in place of what the rules say', assumed: null },
  rate: { quantity: RATE, about: "a controller's rate before, in place of its first", assumed: null },
  step: { quantity: DURATION, about: "of an exponential rule's step reward; without it an epoch", assumed: null },
  power: {
    quantity: COUNT,
    about: "the network's power, in the baseline's unit",
    assumed: NETWORK_POWER,
  },
  burned: { quantity: SUPPLY_TOKENS, about: 'tokens burned in an epoch', assumed: NONE },
  work: { quantity: SUPPLY_CREDITS, about: 'credits paid for work in an epoch', assumed: NETWORK_FEES },
  fees: { quantity: SUPPLY_CREDITS, about: 'all fees of an epoch', assumed: NETWORK_FEES },
  price: { quantity: TOKEN_PRICE, about: 'of the work token', assumed: TOKEN_PRICE_NOW },
};

const { supply: _supply, rate: _rate, step: _step, ...ALONG } = VARIABLES;

export const SUPPLY: CurveKind = {
  name: 'supply',
  about: 'Tokens minted since genesis, by stream, against the cap.',
  variables: ALONG,
  axes: ['time'],
  draw: drawSupply,
};

export const ISSUANCE: CurveKind = {
  name: 'issuance',
  about: 'Tokens minted in one epoch, by stream, and what decides it.',
  variables: VARIABLES,
  axes: ['time', 'bonded', 'stake', 'supply', 'power', 'burned', 'work', 'fees', 'price'],
  draw: (ask) =>
    ask.x === 'time'
      ? drawIssuance(ask, alongTime(ask))
      : drawIssuance(
          ask,
          ask.xs.map((x) => pointAt(ask, x)),
        ),
};

const RULES: Readonly<Record<SupplyRule['kind'], { readonly formula: string; readonly source: string }>> = {
  fixed: { formula: 'M(t) = amount * t / interval', source: 'rewards per block (The Graph)' },
  halving: { formula: 'M(n p + s) = first (2 - 2^(1-n)) + first 2^-n s / p', source: 'Helium HIP-20' },
  exponential: {
    formula: 'M(t) = M (1 - e^(-ln2 t / h)); a step mints M (e^d - 1) e^(-d n), d = ln2 step / h',
    source: 'Filecoin, simple minting',
  },
  baseline: {
    formula: 'M(theta) = M (1 - e^(-ln2 theta / h)), sum b(s) to theta = sum min(b(s), P(s)) to t',
    source: 'Filecoin, baseline minting',
  },
  'bonding-step': {
    formula: "i' = i + step while bonded < target, - step while above; mint supply * i'",
    source: 'Livepeer Minter',
  },
  'bonding-proportional': {
    formula: "i' = clamp(i + (1 - bonded/(supply goal)) change / year, min, max)",
    source: 'Cosmos SDK x/mint',
  },
  'inverse-sqrt-stake': {
    formula: 'floor(increment * factor / floor(sqrt(stake))) for each increment of stake',
    source: 'Ethereum Altair',
  },
  'net-emission': { formula: 'min(mean burn of the last intervals, cap)', source: 'Helium HIP-20, HIP-147' },
  'burn-mint': { formula: 'work / (price (1 + settle spread))', source: 'Akash AEP-76' },
  'fee-linked': {
    formula: 'min(fees * share, lost take * share) / price',
    source: 'the wash condition: emission per fee at most half of the lost take',
  },
  'work-capped': { formula: 'min(pool * share, value of paid work * factor / price)', source: 'Helium HIP-10' },
};

function drawSupply(ask: Ask): Drawing {
  const streams = streamsOf(ask);
  const walk = new SupplyWalk(ask.economy, conditionsAt(ask, 0n));
  const cap = BigInt(ask.economy.supply.limits.capGrains);
  const countsMinted = ask.economy.supply.limits.capCounts === 'minted';
  const rows = ask.xs.map((ms): Cell[] => {
    walk.advanceTo(ms);
    const minted = BigInt(walk.state.mintedGrains);
    const outstanding = minted - BigInt(walk.state.burnedGrains);
    const byStream = streams.map(({ name }) => walk.minted.get(name)!);
    return [
      ms,
      ms / ask.scale.epochMs,
      ...byStream,
      minted,
      outstanding,
      cap,
      cap - (countsMinted ? minted : outstanding),
    ];
  });
  // A cap far above would press all else to the ground.
  const isNear = cap <= 3n * BigInt(walk.state.mintedGrains);
  return {
    columns: [
      { name: 'time', quantity: DURATION },
      { name: 'epoch', quantity: EPOCH_INDEX },
      ...streams.map(({ name }) => tokens(`${name}_minted`)),
      tokens('minted'),
      tokens('outstanding'),
      tokens('cap'),
      tokens('cap_left'),
    ],
    rows,
    ...aboutStreams(streams),
    rounding: 'each stream down to its unit; a share of a stream down; sums over epochs are the curve to the unit',
    notes: notesOf(ask, 'minted includes genesis'),
    plotted: [...streams.slice(0, 6).map(({ name }) => `${name}_minted`), 'minted', ...(isNear ? ['cap'] : [])],
  };
}

interface IssuancePoint {
  readonly x: bigint;
  /** Where it begins. */
  readonly start: SupplyWalk;
  /** Minted so far, before the epoch. */
  readonly before: bigint;
  readonly epoch: bigint;
  readonly parts: ReadonlyMap<string, bigint>;
  readonly reason: string;
}

/** One walk serves all moments. */
function* alongTime(ask: Ask): Generator<IssuancePoint> {
  const walk = new SupplyWalk(ask.economy, conditionsAt(ask, 0n));
  for (const ms of ask.xs) {
    const start = (ms / ask.scale.epochMs) * ask.scale.epochMs;
    walk.advanceTo(start);
    yield passed(ask, ms, walk);
  }
}

/** A walk of its own, so that no position sees another's network. */
function pointAt(ask: Ask, x: bigint): IssuancePoint {
  const conditions = conditionsAt(ask, x);
  const walk = new SupplyWalk(ask.economy, conditions);
  walk.advanceTo(intervalStart(ask, ask.value('time', x)));
  walk.state = {
    ...walk.state,
    ...(ask.isGiven('supply') ? { mintedGrains: ask.value('supply', x).toString(), burnedGrains: '0' } : {}),
    streams: walk.state.streams.map((stream, index) => ({
      ...stream,
      memory: memoryWith(ask, x, ask.economy.supply.streams[index]!.rule, stream.memory),
    })),
  };
  return passed(ask, x, walk);
}

type Memory = SupplyWalk['state']['streams'][number]['memory'];
type IntervalMemory = Extract<Memory, { kind: 'interval' }>;

/** A controller's rate as given, and a net emission that has seen such burns for its whole average. */
function memoryWith(ask: Ask, x: bigint, rule: SupplyRule, memory: Memory): Memory {
  if (memory.kind !== 'interval' || !isInterval(rule)) return memory;
  if (rule.kind === 'net-emission') {
    const burned = (ask.value('burned', x) * BigInt(rule.intervalSeconds) * 1_000n) / ask.scale.epochMs;
    return { ...memory, burnedGrains: Array.from({ length: rule.averageIntervals }, () => burned.toString()) };
  }
  return ask.isGiven('rate') ? { ...memory, rateWad: ask.value('rate', x).toString() } : memory;
}

function passed(ask: Ask, x: bigint, walk: SupplyWalk): IssuancePoint {
  const start = new SupplyWalk(ask.economy, conditionsAt(ask, x), walk.state);
  const before = BigInt(start.state.mintedGrains) - BigInt(start.state.burnedGrains);
  const { parts } = new SupplyWalk(ask.economy, conditionsAt(ask, x), start.state).pass(ask.scale.epochMs);
  const reasons = new Set(parts.map(({ reason }) => reason).filter((reason) => reason !== 'scheduled'));
  const sums = new Map<string, bigint>();
  for (const { stream, grains } of parts) sums.set(stream, (sums.get(stream) ?? 0n) + grains);
  const epoch = start.at / ask.scale.epochMs;
  return { x, start, before, epoch, parts: sums, reason: [...reasons].join(' ') || 'scheduled' };
}

function drawIssuance(ask: Ask, points: Iterable<IssuancePoint>): Drawing {
  const streams = streamsOf(ask);
  const details = streams.map((stream) => detailsOf(ask, stream));
  const rows = [...points].map((point): Cell[] => {
    const minted = [...point.parts.values()].reduce((sum, grains) => sum + grains, 0n);
    const perYear = (minted * YEAR_MS) / ask.scale.epochMs;
    return [
      point.x,
      ...(ask.x === 'time' ? [point.epoch] : []),
      ...streams.map(({ name }) => point.parts.get(name) ?? 0n),
      minted,
      perYear,
      inflationPpm(minted, point.before, Number(ask.scale.epochMs)),
      ...details.flatMap((detail) => detail.cells(point)),
      point.reason,
    ];
  });
  return {
    columns: [
      { name: ask.x, quantity: VARIABLES[ask.x]!.quantity },
      ...(ask.x === 'time' ? [{ name: 'epoch', quantity: EPOCH_INDEX }] : []),
      ...streams.map(({ name }) => tokens(`${name}_minted`)),
      tokens('minted'),
      tokens('minted_per_year'),
      { name: 'inflation_per_year', quantity: SHARE },
      ...details.flatMap(({ columns }) => columns),
      { name: 'bound_by', quantity: null },
    ],
    rows,
    ...aboutStreams(streams),
    rounding: 'down, each stream to its unit; a step reward down once, on 2^256; rates towards minus infinity',
    notes: notesOf(ask, `amounts are of one epoch of ${ask.economy.cadence.epochMs} ms, unless named otherwise`),
    plotted:
      details.flatMap(({ plotted }) => plotted).length > 0
        ? details.flatMap(({ plotted }) => plotted)
        : [...streams.slice(0, 6).map(({ name }) => `${name}_minted`), 'minted'],
  };
}

interface Details {
  readonly columns: readonly Column[];
  readonly cells: (point: IssuancePoint) => readonly Cell[];
  /** What is looked at rather than the epoch's mint. */
  readonly plotted: readonly string[];
}

/** What a network itself would state of a stream: its step's reward, its interval's budget and rate. */
function detailsOf(ask: Ask, { name, sharePpm, rule }: SupplyStream): Details {
  if (rule.kind === 'exponential' && ask.x === 'time') {
    const stepMs = ask.isGiven('step') ? ask.value('step', 0n) : ask.scale.epochMs;
    const isWhole = stepMs % 1_000n === 0n && BigInt(rule.halfLifeSeconds * 1_000) % stepMs === 0n;
    if (!isWhole && !ask.isGiven('step')) return NO_DETAILS;
    const reward = (step: bigint) =>
      (exponentialReward(rule, Number(stepMs) / 1_000, Number(step)) * BigInt(sharePpm)) / 1_000_000n;
    return {
      columns: [{ name: `${name}_step`, quantity: STEP_INDEX }, tokens(`${name}_step_reward`)],
      cells: ({ x }) => [x / stepMs, reward(x / stepMs)],
      plotted: [],
    };
  }
  if (!isInterval(rule)) return NO_DETAILS;
  const index = ask.economy.supply.streams.findIndex((stream) => stream.name === name);
  const intervalMs = BigInt(rule.intervalSeconds) * 1_000n;
  const memoryOf = ({ x, start }: IssuancePoint) => {
    // Of the interval that begins here or is under way: the epoch may hold many.
    const walk = new SupplyWalk(ask.economy, conditionsAt(ask, x), start.state);
    walk.pass(intervalMs < ask.scale.epochMs ? intervalMs : ask.scale.epochMs);
    return walk.state.streams[index]!.memory as IntervalMemory;
  };
  const perYear = (budget: bigint) => (budget * YEAR_MS) / intervalMs;
  const budgetColumns = [tokens(`${name}_per_interval`), tokens(`${name}_interval_per_year`)];
  const budgetCells = (point: IssuancePoint) => {
    const budget = BigInt(memoryOf(point).budgetGrains);
    return [budget, perYear(budget)];
  };
  if (rule.kind === 'inverse-sqrt-stake') {
    const stakeOf = ({ x, before }: IssuancePoint) => stakeAt(ask, x, before);
    return {
      columns: [tokens(`${name}_per_increment`), ...budgetColumns, { name: `${name}_yield_per_year`, quantity: SHARE }],
      cells: (point) => {
        const stake = stakeOf(point);
        const root = wide.floorSqrt(stake);
        const [budget, year] = budgetCells(point);
        const base = root === 0n ? 0n : (BigInt(rule.incrementGrains) * BigInt(rule.factor)) / root;
        return [base, budget!, year!, stake === 0n ? null : (year! * 1_000_000n) / stake];
      },
      plotted: ask.x === 'stake' ? [`${name}_interval_per_year`] : [],
    };
  }
  if (rule.kind === 'net-emission') return { columns: budgetColumns, cells: budgetCells, plotted: [] };
  const first =
    rule.kind === 'bonding-step' ? BigInt(rule.ratePpbInitial) * 10n ** 9n : BigInt(rule.ratePpmInitial) * 10n ** 12n;
  const rateBefore = (x: bigint) => (ask.isGiven('rate') ? ask.value('rate', x) : first);
  const isChange = ask.x !== 'time' && ask.value('time', 0n) === 0n;
  const change = isChange ? [{ name: `${name}_rate_change_per_year`, quantity: RATE }] : [];
  return {
    columns: [{ name: `${name}_rate`, quantity: RATE }, ...change, ...budgetColumns],
    cells: (point) => {
      const rate = BigInt(memoryOf(point).rateWad);
      const perYearChange = ((rate - rateBefore(point.x)) * YEAR_MS) / intervalMs;
      return [rate, ...(isChange ? [perYearChange] : []), ...budgetCells(point)];
    },
    plotted: isChange ? [`${name}_rate_change_per_year`] : [],
  };
}

const NO_DETAILS: Details = { columns: [], cells: () => [], plotted: [] };

/** What each rule looks at. */
const LOOKS_AT: Readonly<Record<SupplyRule['kind'], readonly string[]>> = {
  fixed: [],
  halving: [],
  exponential: [],
  baseline: ['power'],
  'bonding-step': ['bonded', 'stake'],
  'bonding-proportional': ['bonded', 'stake'],
  'inverse-sqrt-stake': ['bonded', 'stake'],
  'net-emission': ['burned'],
  'burn-mint': ['work', 'price'],
  'fee-linked': ['fees', 'price'],
  'work-capped': ['work', 'price'],
};

/** Burns always count: they lower the supply. */
function conditionsAt(ask: Ask, x: bigint) {
  const rules = ask.economy.supply.streams.map(({ rule }) => rule);
  const kinds = rules.flatMap((rule) => (rule.kind === 'work-capped' ? [rule.kind, rule.of.kind] : [rule.kind]));
  const looked = new Set(['burned', ...kinds.flatMap((kind) => LOOKS_AT[kind])]);
  const value = (name: string) => (looked.has(name) ? ask.value(name, x) : 0n);
  return {
    bondedPpm: ask.isGiven('stake') ? 0n : value('bonded'),
    stake: looked.has('stake') && ask.isGiven('stake') ? value('stake') : null,
    networkPower: value('power'),
    burned: value('burned'),
    work: value('work'),
    fees: value('fees'),
    tokenPriceMicrograins: value('price'),
  };
}

function stakeAt(ask: Ask, x: bigint, supply: bigint): bigint {
  return ask.isGiven('stake') ? ask.value('stake', x) : (supply * ask.value('bonded', x)) / 1_000_000n;
}

/** Budgets are set where an interval begins, so a position that is not a moment looks there. */
function intervalStart({ economy, scale }: Ask, ms: bigint): bigint {
  const lengths = economy.supply.streams.flatMap(({ rule }) =>
    isInterval(rule) ? [BigInt(rule.intervalSeconds) * 1_000n] : [],
  );
  const length = lengths.reduce((longest, one) => (one > longest ? one : longest), scale.epochMs);
  return (ms / length) * length;
}

function streamsOf({ economy, stream }: Ask): readonly SupplyStream[] {
  return economy.supply.streams.filter(({ name }) => stream === null || name === stream);
}

function aboutStreams(streams: readonly SupplyStream[]): Pick<Drawing, 'formulas' | 'source'> {
  const kinds = streams.flatMap(({ rule }) => (rule.kind === 'work-capped' ? [rule.kind, rule.of.kind] : [rule.kind]));
  const sources = new Set(kinds.map((kind) => RULES[kind].source));
  const formulas = streams.map(({ name, sharePpm, rule }) => {
    const inner = rule.kind === 'work-capped' ? `; pool: ${RULES[rule.of.kind].formula}` : '';
    const share = sharePpm === 1_000_000 ? '' : `${sharePpm} ppm of `;
    return `${name} (${rule.kind}): ${share}${RULES[rule.kind].formula}${inner}`;
  });
  return { formulas, source: [...sources].join('; ') };
}

function notesOf({ economy, scale }: Ask, first: string): readonly string[] {
  const { capGrains, ceiling } = economy.supply.limits;
  const units =
    scale.unitsPerGrain === 1n ? [] : [`one grain is ${scale.unitsPerGrain} units, in which the rules count`];
  const genesis = BigInt(genesisOf(economy).mintedGrains);
  const unit = SUPPLY_TOKENS.smallest(scale);
  return [
    first,
    `cap ${capGrains} ${unit}, genesis ${genesis} ${unit}${ceiling === null ? '' : `, a ceiling ${ceiling.kind}`}`,
    ...units,
    'conditions are held for the whole time; a year has 365 days',
  ];
}

function tokens(name: string): Column {
  return { name, quantity: SUPPLY_TOKENS };
}
