import { floorSqrt } from '../numbers/wide.ts';

// Rules that look at the network once per interval and set the interval's budget, which is then paid out evenly: due at
// time t of the interval is floor(budget * t / interval). The interval's sum is the budget, however epochs cut it.

/** The inflation rate steps towards a bonded share, never below 0. Livepeer's minter. */
export interface BondingStepSupplyRule {
  readonly kind: 'bonding-step';
  /** Per interval, in parts per billion of the supply. */
  readonly ratePpbInitial: number;
  readonly ratePpbStep: number;
  readonly targetBondedPpm: number;
  readonly intervalSeconds: number;
}

/** i' = clamp(i + (1 - B/(S goal)) * change, min, max), rates per year of 365 days. Cosmos. */
export interface BondingProportionalSupplyRule {
  readonly kind: 'bonding-proportional';
  readonly ratePpmInitial: number;
  readonly ratePpmMin: number;
  readonly ratePpmMax: number;
  /** The rate's change per year when nothing is bonded. */
  readonly rateChangePpm: number;
  readonly goalBondedPpm: number;
  readonly intervalSeconds: number;
}

/** Each whole increment of bond earns floor(increment * factor / floor(sqrt(bonded))). Ethereum's base reward. */
export interface InverseSqrtStakeSupplyRule {
  readonly kind: 'inverse-sqrt-stake';
  /** Decimal string. */
  readonly incrementGrains: string;
  readonly factor: number;
  readonly intervalSeconds: number;
}

/** Mints again what was burned, averaged over the last intervals and capped. Helium's net emissions. */
export interface NetEmissionSupplyRule {
  readonly kind: 'net-emission';
  /** Per interval. Decimal string. */
  readonly capGrains: string;
  readonly averageIntervals: number;
  readonly intervalSeconds: number;
}

export type IntervalRule =
  | BondingStepSupplyRule
  | BondingProportionalSupplyRule
  | InverseSqrtStakeSupplyRule
  | NetEmissionSupplyRule;

export interface IntervalMemory {
  readonly kind: 'interval';
  /** Of the interval that time is in, with what of it is paid. Decimal strings. */
  readonly budgetGrains: string;
  readonly paidGrains: string;
  /** The controllers' rate in parts of 10^18; '0' where the rule has none. */
  readonly rateWad: string;
  /** What was burned in the present interval and in those before it, latest first; empty where the rule takes none. */
  readonly burnedGrains: readonly string[];
}

/** What the rules look at. `supplyGrains` is that of the span's start; `sharePpm` of what is paid adds to it. */
export interface IntervalFacts {
  readonly supplyGrains: bigint;
  readonly bondedGrains: bigint;
  readonly burnedGrains: bigint;
  readonly sharePpm: number;
  /** The lifetime cap: no supply grows past it, and no span is due more than all of it. */
  readonly capGrains: bigint;
}

export function intervalGenesis(rule: IntervalRule): IntervalMemory {
  return {
    kind: 'interval',
    budgetGrains: '0',
    paidGrains: '0',
    rateWad: initialRateWad(rule).toString(),
    burnedGrains: [],
  };
}

/**
 * Pays a span's part of each interval that it touches; where an interval begins in it, first sets the rate and budget.
 * Burns are spread evenly over the span.
 */
export function advanceIntervals(
  rule: IntervalRule,
  memory: IntervalMemory,
  span: { readonly startMs: number; readonly endMs: number },
  facts: IntervalFacts,
): { readonly grains: bigint; readonly memory: IntervalMemory } {
  const intervalMs = rule.intervalSeconds * 1000;
  const most = mostOf(facts);
  let [budget, paid, rate] = [BigInt(memory.budgetGrains), BigInt(memory.paidGrains), BigInt(memory.rateWad)];
  let burnedGrains = memory.burnedGrains;
  let grains = 0n;
  for (let at = span.startMs; at < span.endMs; ) {
    if (at % intervalMs === 0) {
      const supply = smallest(facts.supplyGrains + (grains * BigInt(facts.sharePpm)) / MILLION, facts.capGrains);
      rate = nextRateWad(rule, rate, facts.bondedGrains, supply);
      // Compounding saturates: it would otherwise outgrow every integer within an epoch of short intervals.
      budget = smallest(budgetOf(rule, rate, facts.bondedGrains, supply, burnedGrains), largest(0n, most - grains));
      paid = 0n;
      if (rule.kind === 'net-emission') burnedGrains = ['0', ...burnedGrains.slice(0, rule.averageIntervals - 1)];
    }
    const begun = at - (at % intervalMs);
    const until = Math.min(begun + intervalMs, span.endMs);
    const due = (budget * BigInt(until - begun)) / BigInt(intervalMs);
    grains += due - paid;
    paid = due;
    burnedGrains = addBurned(burnedGrains, burnedWithin(span, facts.burnedGrains, at, until));
    at = until;
  }
  const amounts = { budgetGrains: `${budget}`, paidGrains: `${paid}`, rateWad: `${rate}` };
  return { grains, memory: { kind: 'interval', ...amounts, burnedGrains } };
}

/** What a span can be due of the rule at most, before the stream's share: its share is the whole cap, rounded up. */
function mostOf({ capGrains, sharePpm }: IntervalFacts): bigint {
  const share = BigInt(sharePpm);
  return share === 0n ? capGrains : (capGrains * MILLION + share - 1n) / share;
}

/** The controllers' next rate in parts of 10^18. Ratios are compared and formed as one fraction, rounded once. */
export function nextRateWad(rule: IntervalRule, rateWad: bigint, bonded: bigint, supply: bigint): bigint {
  if (rule.kind === 'bonding-step') {
    const step = BigInt(rule.ratePpbStep) * PPB_WAD;
    const above = bonded * MILLION - supply * BigInt(rule.targetBondedPpm);
    if (above < 0n) return rateWad + step;
    return above === 0n ? rateWad : largest(0n, rateWad - step);
  }
  if (rule.kind !== 'bonding-proportional' || supply === 0n) return rateWad;
  // Towards minus infinity, so a rate is never above the formula's. Cosmos rounds half to even four times on the way.
  const goal = supply * BigInt(rule.goalBondedPpm);
  const perYear = BigInt(rule.rateChangePpm) * PPM_WAD;
  const change = floorDivide((goal - bonded * MILLION) * perYear * BigInt(rule.intervalSeconds), goal * YEAR_SECONDS);
  const ceiling = BigInt(rule.ratePpmMax) * PPM_WAD;
  return largest(BigInt(rule.ratePpmMin) * PPM_WAD, rateWad + change < ceiling ? rateWad + change : ceiling);
}

export const YEAR_SECONDS = 31_536_000n;
const MILLION = 1_000_000n;
const PPM_WAD = 10n ** 12n;
const PPB_WAD = 10n ** 9n;
const WAD = 10n ** 18n;

function initialRateWad(rule: IntervalRule): bigint {
  if (rule.kind === 'bonding-step') return BigInt(rule.ratePpbInitial) * PPB_WAD;
  return rule.kind === 'bonding-proportional' ? BigInt(rule.ratePpmInitial) * PPM_WAD : 0n;
}

/** An interval's budget, rounded down. `burned` are the intervals that have ended, latest first. */
function budgetOf(
  rule: IntervalRule,
  rateWad: bigint,
  bonded: bigint,
  supply: bigint,
  burned: readonly string[],
): bigint {
  switch (rule.kind) {
    case 'bonding-step':
      return (supply * rateWad) / WAD;
    case 'bonding-proportional':
      return (supply * rateWad * BigInt(rule.intervalSeconds)) / (WAD * YEAR_SECONDS);
    case 'inverse-sqrt-stake': {
      const increment = BigInt(rule.incrementGrains);
      const root = floorSqrt(bonded);
      return root === 0n ? 0n : ((increment * BigInt(rule.factor)) / root) * (bonded / increment);
    }
    case 'net-emission': {
      // Intervals before genesis burned nothing.
      const average = burned.reduce((sum, one) => sum + BigInt(one), 0n) / BigInt(rule.averageIntervals);
      const cap = BigInt(rule.capGrains);
      return average < cap ? average : cap;
    }
  }
}

/** The part of a span's burn from `at` to `until`: a difference of floors, so the parts sum to the whole. */
function burnedWithin(
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  burned: bigint,
  at: number,
  until: number,
): bigint {
  const length = BigInt(endMs - startMs);
  return (burned * BigInt(until - startMs)) / length - (burned * BigInt(at - startMs)) / length;
}

function addBurned(burnedGrains: readonly string[], more: bigint): readonly string[] {
  const [present, ...before] = burnedGrains;
  return present === undefined ? burnedGrains : [(BigInt(present) + more).toString(), ...before];
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smallest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
