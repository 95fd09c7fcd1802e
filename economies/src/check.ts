import { type IntervalRule, NODE_NCU_MS_MAX, type PoolRule, type PriceRule, type SupplyRule } from '@stannary/kernel';
import type { EconomyProfile } from './catalogue/economy.ts';
import { type Check, type Refuse, RULE_CHECKS } from './check-rules.ts';
import { EconomyRefusal } from './refusal.ts';
import { nodeAt, type SourceMap, shownNode } from './source.ts';

const MILLION = 1_000_000;
/** The price rule multiplies a price by less than two before it clamps it. */
const PRICE_MAX = 2 ** 52;

/**
 * What no single field can show: sums, orders and ranges. The file is refused at the first thing that does not hold.
 * @throws EconomyRefusal ECONOMY-SUMS, ECONOMY-GRACE, ECONOMY-LATE, ECONOMY-HOLDBACK, ECONOMY-UNBONDING,
 *   ECONOMY-PRICE-ORDER, ECONOMY-PRICE-GAIN, ECONOMY-MARKET, ECONOMY-RESERVED, ECONOMY-LEASES, ECONOMY-TAKE,
 *   ECONOMY-CLASS-SHARES, ECONOMY-BOND-LINES, ECONOMY-OPERATOR-CAP, ECONOMY-PIECES, ECONOMY-EXPONENT, ECONOMY-UNITS,
 *   ECONOMY-EMISSION-CAP, ECONOMY-SUPPLY-STEP, ECONOMY-DETECTION, ECONOMY-OFFENCE, ECONOMY-SLASH-SPLIT,
 *   ECONOMY-CHALLENGER, ECONOMY-REPUTATION, ECONOMY-NOTHING-BILLED, ECONOMY-BENCHMARK,
 *   ECONOMY-METERING, ECONOMY-LIVENESS, ECONOMY-VERIFIER, ECONOMY-VESTING, ECONOMY-ORACLE, ECONOMY-RESERVE,
 *   ECONOMY-CURVE, ECONOMY-COMMITTEE, ECONOMY-GOVERNANCE
 */
export function checkEconomy(economy: EconomyProfile, source: SourceMap): void {
  const refuse: Refuse = (code, path, expected, got) => {
    const node = nodeAt(source, path);
    if (node === undefined) throw new Error(`the economy has no ${path}, which the catalogue requires`);
    return new EconomyRefusal(code, `${node.place} ${path}`, expected, got ?? shownNode(node));
  };
  for (const check of CHECKS) check(economy, refuse);
}

const CHECKS: readonly Check[] = [
  checkSums,
  checkCadence,
  checkUnbonding,
  checkPrice,
  checkMarkets,
  checkSales,
  checkTake,
  checkClasses,
  checkCurves,
  checkEmission,
  checkStreams,
  checkVerification,
  checkOffences,
  checkSlash,
  checkReputation,
  checkResources,
  checkBenchmarks,
  ...RULE_CHECKS,
];

/** All work of an epoch, its charges, and the dearest bond of one node must be safe integers. */
export function checkSums(economy: EconomyProfile, refuse: Refuse): void {
  checkWorkSums(economy, refuse);
  checkBondSums(economy, refuse);
}

function checkWorkSums({ limits, cadence, price }: EconomyProfile, refuse: Refuse): void {
  const { nodesMax, nodeNcuMax } = limits;
  const nodeNcuMs = BigInt(nodeNcuMax) * BigInt(cadence.epochMs);
  const all = nodeNcuMs * BigInt(nodesMax);
  if (all > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refuse('ECONOMY-SUMS', 'limits.nodes', 'nodes * nodeNcu * epoch in ms at most 2^53 - 1', `${all}`);
  }
  if (nodeNcuMs > BigInt(NODE_NCU_MS_MAX)) {
    throw refuse('ECONOMY-SUMS', 'limits.nodeNcu', `nodeNcu * epoch in ms at most ${NODE_NCU_MS_MAX}`, `${nodeNcuMs}`);
  }
  const dearest = (all * BigInt(price.capMicrograinsPerNcuS)) / 1_000_000_000n;
  if (dearest > BigInt(Number.MAX_SAFE_INTEGER)) {
    const expected = 'charges of an epoch at most 2^53 - 1 grains if all nodes work at the cap price';
    throw refuse('ECONOMY-SUMS', 'price.cap', expected, `${dearest}`);
  }
}

/** Of the dearest node, at the cap price. */
function checkBondSums({ limits, cadence, price, classes }: EconomyProfile, refuse: Refuse): void {
  const work = BigInt(limits.nodeNcuMax) * BigInt(cadence.epochMs);
  const revenue = (work * BigInt(price.capMicrograinsPerNcuS)) / 1_000_000_000n + 1n;
  for (const { name, bond } of classes) {
    const exposed = bond.revenue === null ? 0n : BigInt(bond.revenue.sharePpm) * BigInt(bond.revenue.exposureEpochs);
    const required = (revenue * exposed) / 1_000_000n;
    if (exposed <= BigInt(Number.MAX_SAFE_INTEGER) && required <= BigInt(Number.MAX_SAFE_INTEGER)) continue;
    const expected = 'a bond of a full node at the cap price of at most 2^53 - 1 grains';
    throw refuse('ECONOMY-SUMS', `classes.${name}.bond.revenue`, expected, `${required}`);
  }
}

function checkCadence({ cadence }: EconomyProfile, refuse: Refuse): void {
  if (cadence.graceMs > cadence.epochMs) throw refuse('ECONOMY-GRACE', 'cadence.grace', 'at most one epoch');
  if (cadence.lateEpochs > cadence.epochsPerEra) throw refuse('ECONOMY-LATE', 'cadence.late', 'at most one era');
  if (cadence.holdbackEras < 1) throw refuse('ECONOMY-HOLDBACK', 'cadence.holdback', 'at least one era');
}

/** A bond must stay within reach until the last fault on what it secured is final and its era stands. */
function checkUnbonding({ cadence, settlement }: EconomyProfile, refuse: Refuse): void {
  const { epochMs, epochsPerEra, holdbackEras, appealEpochs } = cadence;
  const exposureMs = epochMs * (epochsPerEra * holdbackEras + appealEpochs) + settlement.challengeWindowSeconds * 1_000;
  if (settlement.unbondingSeconds * 1_000 >= exposureMs) return;
  const expected = `at least ${exposureMs / 1_000} s: holdback, appeal and challenge window together`;
  throw refuse('ECONOMY-UNBONDING', 'settlement.unbonding', expected);
}

function checkPrice({ price }: EconomyProfile, refuse: Refuse): void {
  const { floorMicrograinsPerNcuS: floor, initialMicrograinsPerNcuS: initial, capMicrograinsPerNcuS: cap } = price;
  if (!hasPriceOrder(price)) {
    const path = floor < 1 || floor > initial ? 'price.floor' : 'price.cap';
    throw refuse('ECONOMY-PRICE-ORDER', path, PRICE_ORDER, `${floor}, ${initial}, ${cap}`);
  }
  if (!moves(price)) throw refuse('ECONOMY-PRICE-GAIN', 'price.gain', 'gain and target utilisation above 0');
  if (doubles(price)) {
    throw refuse('ECONOMY-PRICE-GAIN', 'price.gain', 'a full network to less than double the price in an epoch');
  }
}

const PRICE_ORDER = '0 < floor <= initial <= cap <= 2^52 micrograins per NCU·s';

function hasPriceOrder(price: PriceRule): boolean {
  const { floorMicrograinsPerNcuS: floor, initialMicrograinsPerNcuS: initial, capMicrograinsPerNcuS: cap } = price;
  return 1 <= floor && floor <= initial && initial <= cap && cap <= PRICE_MAX;
}

/** Steps of the other kinds are never zero: their fields are positive. */
function moves(price: PriceRule): boolean {
  if (price.targetUtilisationPpm === 0) return false;
  if (price.kind === 'rational-step') return price.gainPpm > 0;
  return price.kind !== 'exponential' || price.gainPpmPerHour > 0;
}

/** Only the rational step multiplies before it clamps; the others are clamped in wide numbers. */
function doubles(price: PriceRule): boolean {
  if (price.kind !== 'rational-step') return false;
  const climb = BigInt(price.gainPpm) * BigInt(MILLION - price.targetUtilisationPpm);
  return climb >= BigInt(price.targetUtilisationPpm) * BigInt(MILLION);
}

/** Markets stand in a list that the profile sorts, so the whole list is named. */
function checkMarkets({ resourceMarkets, resources, classes }: EconomyProfile, refuse: Refuse): void {
  const at = 'resourceMarkets';
  resourceMarkets.forEach(({ className, resource, price }, index) => {
    const known = resources.some((one) => one.code === resource && one.billed);
    const inClass = className === null || classes.some((one) => one.name === className);
    const before = resourceMarkets[index - 1];
    const twice = before?.className === className && before?.resource === resource;
    if (!known || !inClass || twice) {
      const got = `resource ${resource} in ${className ?? 'all classes'}`;
      throw refuse('ECONOMY-MARKET', at, 'billed resources and classes of the economy, each pair once', got);
    }
    if (!hasPriceOrder(price)) throw refuse('ECONOMY-PRICE-ORDER', at, PRICE_ORDER);
    if (!moves(price) || doubles(price)) {
      throw refuse('ECONOMY-PRICE-GAIN', at, 'a gain above 0 with which a full market less than doubles its price');
    }
  });
}

/** Where bounds are waived, what the kernel divides by or multiplies with must still make sense. */
function checkSales({ reserved, leases }: EconomyProfile, refuse: Refuse): void {
  if (reserved.gapFactorPpm < MILLION) {
    throw refuse('ECONOMY-RESERVED', 'reserved.gapFactor', 'at least 1: what the consumer lost is paid in full');
  }
  if (leases.idleSurchargeFromPpm === MILLION) {
    throw refuse('ECONOMY-LEASES', 'leases.idleFrom', 'less than 100 %: the surcharge rises from here');
  }
}

function checkTake({ take }: EconomyProfile, refuse: Refuse): void {
  const total = take.burnPpm + take.insurancePpm + take.treasuryPpm;
  if (total >= MILLION) throw refuse('ECONOMY-TAKE', 'take', 'burn + insurance + treasury below 100 %', percent(total));
}

function checkClasses({ classes }: EconomyProfile, refuse: Refuse): void {
  for (const { name, bond, operatorCapPpm } of classes) {
    if (bond.stopLinePpm > bond.marginCallPpm) {
      throw refuse('ECONOMY-BOND-LINES', `classes.${name}.bond.stopLine`, 'at most the margin call');
    }
    if (bond.haircutPpm === MILLION) {
      throw refuse('ECONOMY-BOND-LINES', `classes.${name}.bond.haircut`, 'less than 100 %: no token would be a bond');
    }
    if (operatorCapPpm === 0) throw refuse('ECONOMY-OPERATOR-CAP', `classes.${name}.operatorCap`, 'more than 0 %');
    const asksNothing = bond.bondGrainsMin === 0 && bond.revenue === null && bond.deterrence === null;
    if (asksNothing && bond.stopLinePpm > 0) {
      throw refuse('ECONOMY-BOND-LINES', `classes.${name}.bond.min`, 'a bond, or a stop line of 0 %');
    }
  }
  const total = classes.reduce((sum, one) => sum + one.emissionSharePpm, 0);
  if (total !== MILLION) {
    throw refuse('ECONOMY-CLASS-SHARES', 'classes', 'emission shares of all classes to make 100 %', percent(total));
  }
}

function checkCurves({ classes }: EconomyProfile, refuse: Refuse): void {
  for (const { name, curve, pool } of classes) {
    if (curve.kind === 'perspective' && !endsRise(curve.pieces.map((piece) => piece.untilPpm))) {
      throw refuse('ECONOMY-PIECES', `classes.${name}.curve.pieces`, RISING_ENDS, 'others');
    }
    if (pool !== null && !endsRise(pool.pieces.map((piece) => piece.untilNcuMs))) {
      throw refuse('ECONOMY-PIECES', `classes.${name}.pool.pieces`, RISING_ENDS, 'others');
    }
    const [numerator, denominator] = exponentOf(curve);
    if (numerator >= denominator) {
      throw refuse('ECONOMY-EXPONENT', `classes.${name}.curve.numerator`, `less than the denominator, ${denominator}`);
    }
  }
}

const RISING_ENDS = 'ends that rise from piece to piece, and none but the last without an end';

function endsRise(ends: readonly (number | null)[]): boolean {
  return ends.every((end, index) => index === 0 || (ends[index - 1] ?? Infinity) < (end ?? Infinity));
}

function exponentOf(curve: EconomyProfile['classes'][number]['curve']): readonly [number, number] {
  if (curve.kind === 'power') return [curve.exponentNumerator, curve.exponentDenominator];
  return curve.kind === 'cobb-douglas' ? [curve.workExponentNumerator, curve.workExponentDenominator] : [0, 1];
}

/** All of the emission may end up in the one carried amount, so its cap must be a safe integer, too. */
function checkEmission({ supply, genesis }: EconomyProfile, refuse: Refuse): void {
  if (!/^10*$/.test(`${supply.unitsPerGrain}`)) {
    throw refuse('ECONOMY-UNITS', 'supply.unitsPerGrain', '1 or a power of ten');
  }
  const units = BigInt(supply.unitsPerGrain);
  const cap = BigInt(supply.limits.capGrains);
  if (cap / units > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refuse('ECONOMY-EMISSION-CAP', 'supply.cap', 'at most 2^53 - 1 grains');
  }
  const made = genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n) * units;
  const due = supply.streams.reduce(
    (sum, { rule, sharePpm }) => sum + (totalOf(rule) * BigInt(sharePpm)) / 1_000_000n,
    0n,
  );
  if (made + due > cap) {
    const expected = 'at least the allocations of genesis and all that the streams come to';
    throw refuse('ECONOMY-EMISSION-CAP', 'supply.cap', expected);
  }
  const { ceiling } = supply.limits;
  if (ceiling !== null && BigInt(ceiling.grains) + (made * BigInt(ceiling.supplyPpm)) / 1_000_000n === 0n) {
    throw refuse(
      'ECONOMY-EMISSION-CAP',
      'supply.ceiling',
      'room for a first mint: an amount, or a share of genesis',
      '0',
    );
  }
}

/** What a rule mints in all eternity, where that is bounded without the cap. */
export function totalOf(rule: SupplyRule): bigint {
  switch (rule.kind) {
    case 'work-capped':
      return totalOf(rule.of);
    case 'exponential':
    case 'baseline':
      return BigInt(rule.totalGrains);
    case 'halving':
      return 2n * BigInt(rule.firstPeriodGrains);
    default:
      return 0n;
  }
}

function checkStreams({ supply, cadence }: EconomyProfile, refuse: Refuse): void {
  for (const { name, rule } of supply.streams) {
    const pool = rule.kind === 'work-capped' ? rule.of : rule;
    const at = `supply.streams.${name}.rule${rule.kind === 'work-capped' ? '.of' : ''}`;
    if (pool.kind === 'baseline' && pool.doublingSeconds % pool.stepSeconds !== 0) {
      throw refuse('ECONOMY-SUPPLY-STEP', `${at}.doubling`, `a whole number of steps of ${pool.stepSeconds} s`);
    }
    if (isIntervalRule(pool)) checkInterval(pool, at, cadence.epochMs * cadence.epochsPerEra, refuse);
  }
}

/** An era is settled, and checked, in as many steps as it has intervals; a rate compounds in each of them. */
function checkInterval(rule: IntervalRule, at: string, eraMs: number, refuse: Refuse): void {
  const looks = rule.kind === 'net-emission' ? rule.averageIntervals : 1;
  const least = Math.ceil((eraMs * looks) / 1_000 / LOOKS_PER_ERA_MAX);
  if (rule.intervalSeconds < least) {
    throw refuse('ECONOMY-SUPPLY-STEP', `${at}.interval`, `at least ${least} s in an era of ${eraMs / 1_000} s`);
  }
  if (rule.kind !== 'bonding-step') return;
  const most = Math.floor((rule.intervalSeconds * 1_000_000_000) / SECONDS_PER_DAY);
  for (const [field, ppb] of [
    ['rate', rule.ratePpbInitial],
    ['step', rule.ratePpbStep],
  ] as const) {
    if (ppb <= most) continue;
    throw refuse('ECONOMY-SUPPLY-STEP', `${at}.${field}`, `at most ${most} ppb an interval, the whole supply in a day`);
  }
}

function isIntervalRule(rule: PoolRule): rule is IntervalRule {
  return ['bonding-step', 'bonding-proportional', 'inverse-sqrt-stake', 'net-emission'].includes(rule.kind);
}

const LOOKS_PER_ERA_MAX = 100_000;
const SECONDS_PER_DAY = 86_400;

function checkVerification({ verification }: EconomyProfile, refuse: Refuse): void {
  if (verification.detectionPpm === 0) {
    throw refuse('ECONOMY-DETECTION', 'verification.detection', 'more than 0 %: nothing deters otherwise');
  }
}

function checkOffences({ offences }: EconomyProfile, refuse: Refuse): void {
  for (const { offence, mode, slashPpm, threshold, statistic } of offences) {
    if (mode === 'live' && slashPpm === 0) {
      throw refuse('ECONOMY-OFFENCE', `offences.${offence}.slash`, 'more than 0 % of a live offence');
    }
    if (statistic !== 'proof-count' && (threshold === 0 || threshold === MILLION)) {
      throw refuse('ECONOMY-OFFENCE', `offences.${offence}.threshold`, 'between 0 % and 100 %, both excluded');
    }
  }
}

function checkSlash({ slash }: EconomyProfile, refuse: Refuse): void {
  const total = slash.challengerPpm + slash.insurancePpm + slash.burnPpm;
  if (total !== MILLION) {
    throw refuse('ECONOMY-SLASH-SPLIT', 'slash', 'challenger + insurance + burn = 100 %', percent(total));
  }
  if (slash.challengerPpm === MILLION) {
    throw refuse('ECONOMY-CHALLENGER', 'slash.challenger', 'less than 100 %: reporting oneself must lose');
  }
}

function checkReputation({ reputation }: EconomyProfile, refuse: Refuse): void {
  const { lambdaPpm, multiplierMinPpm, multiplierMaxPpm } = reputation;
  if (lambdaPpm === MILLION)
    throw refuse('ECONOMY-REPUTATION', 'reputation.lambda', 'less than 1: old work is forgotten');
  if (multiplierMinPpm === 0 || multiplierMinPpm > multiplierMaxPpm) {
    throw refuse('ECONOMY-REPUTATION', 'reputation.multiplierMin', 'above 0 and at most multiplierMax');
  }
}

function checkResources({ resources }: EconomyProfile, refuse: Refuse): void {
  if (resources.some((resource) => resource.billed)) return;
  throw refuse('ECONOMY-NOTHING-BILLED', 'resources', 'at least one billed resource', 'none');
}

function checkBenchmarks({ benchmarks, resources }: EconomyProfile, refuse: Refuse): void {
  const unknown = benchmarks.coefficients.find(
    ({ resource }) => !resources.some((one) => one.code === resource && one.billed),
  );
  if (unknown === undefined) return;
  const path = `benchmarks.devices.${unknown.deviceClass}.resource`;
  throw refuse('ECONOMY-BENCHMARK', path, 'a billed resource of the economy');
}

function percent(ppm: number): string {
  return `${ppm / 10_000} %`;
}
