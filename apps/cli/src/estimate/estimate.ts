import {
  type BondReason,
  capacityNcuMs,
  chargeGrains,
  type Economy,
  type Epoch,
  type Grains,
  missesAllowed,
  mulDivDown,
  type NcuMs,
  type NodeClass,
  newcomerDuesGrains,
  type OffenceName,
  probeFalseAlarm,
  slashGrains,
  splitTake,
  vestedGrains,
} from '@stannary/kernel';
import { bondNeeded, grainsOf, revenueMax } from '../curve/bond-needed.ts';
import { firstEmission, rewardOf } from '../curve/reward.ts';

const MILLION = 1_000_000;
const WHOLE = 1_000_000n;
const DAY_MS = 86_400_000n;
const YEAR_DAYS = 365n;
const MONTH_DAYS = 30n;
/** Past two years nobody should lock money on an estimate. */
export const HORIZON_DAYS = 730;
/** Demand a third lower or higher, where the provider says nothing of its own: the range in which the gate draws costs. */
const DEMAND_SPREAD_PPM = 300_000;
/** Of a standard normal: nine of ten are below it. */
const DECILE = 1.2816;

export interface Plan {
  readonly nodeClass: NodeClass;
  /** Of each node. */
  readonly milliNcu: number;
  readonly nodes: number;
  /** p10, p50, p90; null: the economy's assumption, a third lower and higher. */
  readonly utilisationPpm: readonly [number, number, number] | null;
  /** Of each node and day, in credits; or a share of what consumers are charged; null: the economy's assumption. */
  readonly cost: { readonly grainsPerDay: bigint } | { readonly sharePpm: number } | null;
  readonly tokenPriceMicrograins: bigint | null;
  /** Nodes of other operators in the class; null: the economy's assumption, spread over the classes. */
  readonly others: number | null;
}

/** One case of the future; amounts of all nodes together, credits in grains unless named tokens. */
export interface Outlook {
  readonly name: 'p10' | 'p50' | 'p90';
  readonly utilisationPpm: number;
  readonly tokenPriceMicrograins: bigint;
  readonly creditsPerDay: bigint;
  readonly tokensPerDay: bigint;
  /** Credits and tokens at the case's price. */
  readonly earnedPerDay: bigint;
  readonly earnedPerMonth: bigint;
  readonly costPerDay: bigint;
  /** What the bond would earn elsewhere. */
  readonly capitalPerDay: bigint;
  readonly netPerDay: bigint;
  /** First day at whose end what was paid out covers every cost so far; null: not within the horizon. */
  readonly breakEvenDays: number | null;
}

export interface Penalty {
  readonly offence: OffenceName;
  readonly mode: 'shadow' | 'live';
  readonly slashPpm: number;
  /** Tokens, of one node. */
  readonly slashGrains: bigint;
  readonly threshold: string;
}

export interface Estimate {
  readonly className: string;
  readonly milliNcu: number;
  readonly nodes: number;
  readonly bond: {
    /** Of one node. */
    readonly creditsGrains: bigint;
    readonly tokensGrains: bigint;
    readonly reason: BondReason;
    readonly terms: Readonly<Record<BondReason, bigint>>;
    readonly allTokensGrains: bigint;
    readonly marginCallGrains: bigint;
    readonly stopLineGrains: bigint;
  };
  readonly upFront: { readonly idFeesGrains: bigint; readonly duesGrains: bigint };
  /** From a deposit until it counts, and from asking for it until it is back; slashable all the while. */
  readonly lock: { readonly activationSeconds: number; readonly unbondingSeconds: number };
  readonly outlooks: readonly Outlook[];
  readonly worst: Penalty | null;
  readonly penalties: readonly Penalty[];
  /** Earned and not past the holdback, of one node at the median: a verdict voids it. */
  readonly heldGrains: { readonly credits: bigint; readonly tokens: bigint };
  readonly vesting: readonly { readonly afterDays: number; readonly what: string }[];
  readonly margins: readonly { readonly threshold: string; readonly at: string; readonly means: string }[];
  readonly how: readonly string[];
}

/** What a provider can reckon with before it locks money. Pure; refuses as the kernel does. */
export function estimateOf(economy: Economy, plan: Plan): Estimate {
  const { nodeClass, milliNcu, nodes } = plan;
  const tokenPrice = plan.tokenPriceMicrograins ?? BigInt(economy.oracle.priceMicrograins);
  const price = BigInt(economy.price.initialMicrograinsPerNcuS);
  const revenue = revenueMax(economy, BigInt(milliNcu), price);
  const needed = bondNeeded(nodeClass.bond, { revenue, gain: revenue, harm: 0n, tokenPrice });
  const bondTokens = BigInt(needed.tokensGrains);
  const idFees = BigInt(economy.bonds.idFeeGrains) * BigInt(nodes);
  const cases = casesOf(economy, plan, tokenPrice);
  const outlooks = cases.map((one) => outlookOf(economy, plan, one, bondTokens, idFees));
  const median = outlooks[1]!;
  const penalties = penaltiesOf(economy, needed.tokensGrains);
  const perNode = (amount: bigint) => amount / BigInt(nodes);
  const heldMs = BigInt(economy.cadence.holdbackEras + 1) * eraMs(economy);
  return {
    className: nodeClass.name,
    milliNcu,
    nodes,
    bond: {
      creditsGrains: BigInt(needed.creditsGrains),
      tokensGrains: bondTokens,
      reason: needed.reason,
      terms: mapValues(needed.terms),
      allTokensGrains: bondTokens * BigInt(nodes),
      marginCallGrains: BigInt(needed.marginCallGrains),
      stopLineGrains: BigInt(needed.stopLineGrains),
    },
    upFront: { idFeesGrains: idFees, duesGrains: duesOf(economy, median) },
    lock: {
      activationSeconds: economy.settlement.activationSeconds,
      unbondingSeconds: economy.settlement.unbondingSeconds,
    },
    outlooks,
    worst: worstOf(penalties),
    penalties,
    heldGrains: {
      credits: (perNode(median.creditsPerDay) * heldMs) / DAY_MS,
      tokens: (perNode(median.tokensPerDay) * heldMs) / DAY_MS,
    },
    vesting: vestingOf(economy),
    margins: marginsOf(economy, plan, tokenPrice, median),
    how: howOf(economy, plan),
  };
}

interface Case {
  readonly name: Outlook['name'];
  readonly utilisationPpm: number;
  readonly tokenPriceMicrograins: bigint;
}

/** The price's own tenths after a month, of a geometric Brownian motion without drift: p e^(±1.2816 vol sqrt(30/365)). */
function casesOf(economy: Economy, plan: Plan, tokenPrice: bigint): readonly Case[] {
  const { utilisationPpm: assumed, volatilityPpm } = economy.assumptions;
  const spread = mulDivDown(assumed, DEMAND_SPREAD_PPM, MILLION);
  const shares = plan.utilisationPpm ?? [assumed - spread, assumed, Math.min(MILLION, assumed + spread)];
  const move = DECILE * (volatilityPpm / MILLION) * Math.sqrt(Number(MONTH_DAYS) / Number(YEAR_DAYS));
  const moved = (by: number) => (tokenPrice * BigInt(Math.round(Math.exp(by) * MILLION))) / WHOLE;
  return [
    { name: 'p10', utilisationPpm: shares[0], tokenPriceMicrograins: moved(-move) },
    { name: 'p50', utilisationPpm: shares[1], tokenPriceMicrograins: tokenPrice },
    { name: 'p90', utilisationPpm: shares[2], tokenPriceMicrograins: moved(move) },
  ];
}

function outlookOf(economy: Economy, plan: Plan, one: Case, bondTokens: bigint, idFees: bigint): Outlook {
  const { nodeClass, milliNcu, nodes } = plan;
  const all = BigInt(nodes);
  const capacity = capacityNcuMs(milliNcu, economy.cadence.epochMs);
  const work = mulDivDown(capacity, one.utilisationPpm, MILLION) as NcuMs;
  const charged = chargeGrains(work, economy.price.initialMicrograinsPerNcuS);
  const bond = Number(bondTokens);
  const own = { nodes, work, bond, band: 0 };
  const { rewardGrains } = rewardOf(
    economy,
    nodeClass,
    own,
    othersOf(economy, plan, bond),
    grainsOf(firstEmission(economy)),
  );
  const perDay = (perEpoch: number) => (BigInt(perEpoch) * all * DAY_MS) / BigInt(economy.cadence.epochMs);
  const creditsPerDay = perDay(splitTake(economy, charged).earnedGrains);
  const tokensPerDay = perDay(rewardGrains);
  const price = one.tokenPriceMicrograins;
  const earnedPerDay = creditsPerDay + (tokensPerDay * price) / WHOLE;
  const costPerDay = costOf(economy, plan, perDay(charged));
  const bondCredits = (bondTokens * all * price) / WHOLE;
  const capitalPerDay = ceilDivide(
    bondCredits * BigInt(economy.assumptions.costOfCapitalPpmPerYear),
    WHOLE * YEAR_DAYS,
  );
  const flows = { creditsPerDay, tokensPerDay, costPerDay, capitalPerDay, tokenPrice: price };
  return {
    ...one,
    creditsPerDay,
    tokensPerDay,
    earnedPerDay,
    earnedPerMonth: earnedPerDay * MONTH_DAYS,
    costPerDay,
    capitalPerDay,
    netPerDay: earnedPerDay - costPerDay - capitalPerDay,
    breakEvenDays: breakEven(economy, flows, idFees),
  };
}

/** Other nodes of the class are such nodes at the assumed utilisation. */
function othersOf({ assumptions, classes, cadence }: Economy, plan: Plan, bond: number) {
  const nodes = plan.others ?? Math.max(0, Math.floor(assumptions.nodes / classes.length) - plan.nodes);
  const work = mulDivDown(capacityNcuMs(plan.milliNcu, cadence.epochMs), assumptions.utilisationPpm, MILLION);
  return { nodes, work, bond, band: 0 };
}

function costOf({ assumptions }: Economy, { cost, nodes }: Plan, chargedPerDay: bigint): bigint {
  if (cost !== null && 'grainsPerDay' in cost) return cost.grainsPerDay * BigInt(nodes);
  const share = cost === null ? assumptions.providerCostPpm : cost.sharePpm;
  return ceilDivide(chargedPerDay * BigInt(share), WHOLE);
}

interface Flows {
  readonly creditsPerDay: bigint;
  readonly tokensPerDay: bigint;
  readonly costPerDay: bigint;
  readonly capitalPerDay: bigint;
  readonly tokenPrice: bigint;
}

/**
 * Day by day: costs from the first, less is earned while dues are paid, credits are paid when their era's holdback has
 * passed, tokens then by the vesting schedule.
 */
function breakEven(economy: Economy, flows: Flows, idFees: bigint): number | null {
  const held = Number(ceilDivide(BigInt(economy.cadence.holdbackEras + 1) * eraMs(economy), DAY_MS));
  const vestedBy = vestingTable(economy);
  const dues = (day: number) => newcomerShare(economy, day);
  const tokensOf: bigint[] = [];
  let balance = -idFees;
  for (let day = 1; day <= HORIZON_DAYS; day += 1) {
    balance -= flows.costPerDay + flows.capitalPerDay;
    const earned = day - held;
    if (earned >= 1) {
      balance += (flows.creditsPerDay * dues(earned)) / WHOLE;
      tokensOf.push((flows.tokensPerDay * dues(earned)) / WHOLE);
    }
    const vested = tokensOf.reduce(
      (sum, tokens, index) => sum + (tokens * vestedBy(index, tokensOf.length - 1)) / WHOLE,
      0n,
    );
    if (balance + (vested * flows.tokenPrice) / WHOLE >= 0n) return day;
  }
  return null;
}

/** Share of a day's tokens that has vested by another day, both counted from the first that left the holdback; in ppm. */
function vestingTable(economy: Economy): (earnedDay: number, day: number) => bigint {
  const { schedule } = economy.vesting;
  if (schedule === null) return () => WHOLE;
  const epochAt = (day: number) => Number((BigInt(day) * DAY_MS) / BigInt(economy.cadence.epochMs)) as Epoch;
  const node = { joinedEpoch: 0 as Epoch, isGracefulExit: false };
  return (earnedDay, day) => {
    const entry = { earnedEpoch: epochAt(earnedDay), earnedGrains: MILLION as Grains, releasedGrains: 0 as Grains };
    return BigInt(vestedGrains(schedule, economy, node, entry, epochAt(day)));
  };
}

/** Mean multiplier of a day, by the newcomer's ramp; in ppm. */
function newcomerShare({ newcomer, cadence }: Economy, day: number): bigint {
  const age = (BigInt(day - 1) * DAY_MS) / BigInt(cadence.epochMs);
  const ramp = BigInt(newcomer.rampEpochs);
  if (age >= ramp) return WHOLE;
  const least = BigInt(newcomer.multiplierMinPpm);
  return least + ((WHOLE - least) * age) / ramp;
}

function duesOf(economy: Economy, median: Outlook): bigint {
  const perEpoch = (median.earnedPerDay * BigInt(economy.cadence.epochMs)) / DAY_MS;
  return BigInt(newcomerDuesGrains(economy.newcomer, grainsOf(perEpoch)));
}

function penaltiesOf(economy: Economy, bond: Grains): readonly Penalty[] {
  const { metering } = economy;
  return economy.offences.map(({ offence, mode, slashPpm, ceilingPpm, threshold, statistic }) => {
    // A meter's slash grows with its excess, so its worst is the ceiling.
    const own = offence === 'metering-inflation' ? MILLION : slashPpm;
    const share = Math.min(own, ceilingPpm);
    const proven = {
      'proof-count': `${threshold} proof${threshold === 1 ? '' : 's'}`,
      'score-ppm': `a score below ${percent(threshold)}`,
      'share-ppm': `a share of ${percent(threshold)} or more`,
    }[statistic];
    const also = offence === 'metering-inflation' ? `, ${percent(metering.slashLinePpm)} excess` : '';
    return {
      offence,
      mode,
      slashPpm: share,
      slashGrains: BigInt(slashGrains(bond, share * 1_000)),
      threshold: `${proven}${also}`,
    };
  });
}

/** The dearest that is live; the first by name of equals. */
function worstOf(penalties: readonly Penalty[]): Penalty | null {
  const live = penalties.filter(({ mode }) => mode === 'live');
  return live.reduce<Penalty | null>(
    (worst, one) => (worst === null || one.slashPpm > worst.slashPpm ? one : worst),
    null,
  );
}

function vestingOf(economy: Economy): Estimate['vesting'] {
  const { cadence, vesting } = economy;
  const days = (epochs: number) => (epochs * cadence.epochMs) / Number(DAY_MS);
  const held = Number(BigInt(cadence.holdbackEras) * eraMs(economy)) / Number(DAY_MS);
  const first = {
    afterDays: held,
    what: `credits of an era, from its end on (holdback ${cadence.holdbackEras}); until then a verdict can void them`,
  };
  const { schedule } = vesting;
  if (schedule === null) return [first, { afterDays: held, what: 'tokens of that era, all at once' }];
  if (schedule.kind === 'linear') {
    return [
      first,
      { afterDays: held, what: `${percent(MILLION - schedule.sharePpm)} of the tokens of that era` },
      {
        afterDays: held + days(schedule.durationEpochs),
        what: `the other ${percent(schedule.sharePpm)}, evenly until then`,
      },
    ];
  }
  return [
    first,
    ...schedule.withhold.map(({ ageEpochsMin, sharePpm }) => ({
      afterDays: days(ageEpochsMin),
      what: `from this age on ${percent(sharePpm)} of new tokens are withheld`,
    })),
    ...schedule.returns.map(({ ageEpochsMin, sharePpm }) => ({
      afterDays: days(ageEpochsMin),
      what: `${percent(sharePpm)} of what was withheld is back; the rest at a graceful exit`,
    })),
  ];
}

function marginsOf(economy: Economy, plan: Plan, tokenPrice: bigint, median: Outlook): Estimate['margins'] {
  const { bond } = plan.nodeClass;
  const { liveness, reputation, metering, assumptions, grainsPerUnit } = economy;
  const fallen = (linePpm: number) =>
    `token below ${creditsText((tokenPrice * BigInt(linePpm)) / WHOLE, 1_000_000)} credits (${percent(MILLION - linePpm)} lower)`;
  const allowed = missesAllowed(liveness.window);
  const alarm = probeFalseAlarm(liveness.window.probes, allowed, assumptions.honestAvailabilityPpm / MILLION);
  const costs = median.costPerDay + median.capitalPerDay;
  const enough =
    median.earnedPerDay === 0n ? null : ceilDivide(costs * BigInt(median.utilisationPpm), median.earnedPerDay);
  return [
    { threshold: 'margin call', at: fallen(bond.marginCallPpm), means: 'a warning: with exactly the required bond' },
    { threshold: 'stop line', at: fallen(bond.stopLinePpm), means: 'no more work, and none counts' },
    {
      threshold: 'probes',
      at: `more than ${allowed} of ${liveness.window.probes} missed`,
      means: `an honest node at ${percent(assumptions.honestAvailabilityPpm)} falls below by chance in ${alarm.toExponential(1)} of windows`,
    },
    {
      threshold: 'work standing',
      at: `below ${percent(reputation.work.barPpm)}`,
      means: `${straightFailures(reputation.work)} failures in a row from a clean record`,
    },
    {
      threshold: 'metering',
      at: `excess past ${percent(metering.warnPpm)}, ${percent(metering.slashLinePpm)}`,
      means: `a warning, then a slash from ${percent(metering.slashPpm)} on, if the sequential test convicts`,
    },
    {
      threshold: 'costs covered',
      at: enough === null ? 'never' : `utilisation ${percent(Number(enough))}`,
      means: `at the median price, where costs do not move: ${creditsText(costs, grainsPerUnit)} credits a day`,
    },
  ];
}

/** n with lambda^n below the bar: each failure leaves lambda of the successes, and the mass stays. */
function straightFailures({ lambdaPpm, barPpm }: Economy['reputation']['work']): number {
  if (lambdaPpm >= MILLION) return Number.POSITIVE_INFINITY;
  let standing = MILLION;
  let failures = 0;
  for (; standing >= barPpm && standing > 0; failures += 1) standing = mulDivDown(standing, lambdaPpm, MILLION);
  return failures;
}

function howOf(economy: Economy, plan: Plan): readonly string[] {
  const { assumptions } = economy;
  const spread =
    plan.utilisationPpm === null ? `assumed, a third lower and higher (${percent(DEMAND_SPREAD_PPM)})` : 'as given';
  return [
    `utilisation ${spread}; the token's own p10 and p90 after 30 days at ${percent(assumptions.volatilityPpm)} volatility a year`,
    'p10 takes both at once, so a joint p10 would be less low; p90 likewise',
    "credits = capacity * utilisation * first price, less the take; tokens = the class curve beside the others, of the first epoch's emission",
    `others: ${plan.others ?? 'assumed nodes, spread over the classes'}, each like one of these at the assumed utilisation`,
    `cost: ${plan.cost === null ? `${percent(assumptions.providerCostPpm)} of what consumers are charged, assumed` : 'as given'}; capital ${percent(assumptions.costOfCapitalPpmPerYear)} a year on the bond`,
    'break-even counts what is paid out, day by day: after dues, holdback and vesting, less costs, capital and id fees',
    'prices and emission are held; amounts are rounded against the provider',
  ];
}

/** `12.5 %`. */
export function percent(ppm: number): string {
  return `${Number((ppm / 10_000).toPrecision(6))} %`;
}

/** Six significant digits, for people. */
export function creditsText(grains: bigint, grainsPerUnit: number): string {
  return `${Number((Number(grains) / grainsPerUnit).toPrecision(6))}`;
}

function eraMs({ cadence }: Economy): bigint {
  return BigInt(cadence.epochMs) * BigInt(cadence.epochsPerEra);
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function mapValues(terms: Readonly<Record<BondReason, number>>): Readonly<Record<BondReason, bigint>> {
  const { minimum, revenue, deterrence, harm } = terms;
  return { minimum: BigInt(minimum), revenue: BigInt(revenue), deterrence: BigInt(deterrence), harm: BigInt(harm) };
}
