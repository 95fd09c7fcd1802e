import { type Economy, NODE_NCU_MS_MAX } from '@stannary/kernel';
import type { FieldReader } from './fields.ts';

const MILLION = 1_000_000;
/** The price rule multiplies a price by less than two before it clamps it. */
const PRICE_MAX = 2 ** 52;

type Check = (economy: Economy, field: FieldReader) => void;

/**
 * What no single field can show: sums, orders and ranges. The file is refused at the first thing that does not hold.
 * @throws EconomyRefusal ECONOMY-SUMS, ECONOMY-GRACE, ECONOMY-LATE, ECONOMY-HOLDBACK, ECONOMY-UNBONDING,
 *   ECONOMY-PRICE-ORDER, ECONOMY-PRICE-GAIN, ECONOMY-TAKE, ECONOMY-CLASS-SHARES, ECONOMY-BOND-LINES,
 *   ECONOMY-OPERATOR-CAP, ECONOMY-EMISSION-CAP, ECONOMY-DETECTION, ECONOMY-OFFENCE, ECONOMY-SLASH-SPLIT,
 *   ECONOMY-CHALLENGER, ECONOMY-REPUTATION, ECONOMY-NOTHING-BILLED
 */
export function checkEconomy(economy: Economy, field: FieldReader): void {
  for (const check of CHECKS) check(economy, field);
}

const CHECKS: readonly Check[] = [
  checkSums,
  checkCadence,
  checkUnbonding,
  checkPrice,
  checkTake,
  checkClasses,
  checkEmission,
  checkVerification,
  checkOffences,
  checkSlash,
  checkReputation,
  checkResources,
];

/** All work of an epoch, and the dearest epoch of one node, must be safe integers. */
function checkSums({ cadence, price }: Economy, field: FieldReader): void {
  const nodes = field.count('limits.nodes', 1);
  const nodeNcu = field.count('limits.nodeNcu', 1);
  const nodeNcuMs = BigInt(nodeNcu) * BigInt(cadence.epochMs);
  const all = nodeNcuMs * BigInt(nodes);
  if (all > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw field.refuse('ECONOMY-SUMS', 'limits.nodes', 'nodes * nodeNcu * epoch in ms at most 2^53 - 1', `${all}`);
  }
  if (nodeNcuMs > BigInt(NODE_NCU_MS_MAX)) {
    throw field.refuse(
      'ECONOMY-SUMS',
      'limits.nodeNcu',
      `nodeNcu * epoch in ms at most ${NODE_NCU_MS_MAX}`,
      `${nodeNcuMs}`,
    );
  }
  const dearest = (nodeNcuMs * BigInt(nodes) * BigInt(price.capMicrograinsPerNcuS)) / 1_000_000_000n;
  if (dearest > BigInt(Number.MAX_SAFE_INTEGER)) {
    const expected = 'charges of an epoch at most 2^53 - 1 grains if all nodes work at the cap price';
    throw field.refuse('ECONOMY-SUMS', 'price.cap', expected, `${dearest}`);
  }
}

function checkCadence({ cadence }: Economy, field: FieldReader): void {
  if (cadence.graceMs > cadence.epochMs) throw field.refuse('ECONOMY-GRACE', 'cadence.grace', 'at most one epoch');
  if (cadence.lateEpochs > cadence.epochsPerEra) throw field.refuse('ECONOMY-LATE', 'cadence.late', 'at most one era');
  if (cadence.holdbackEras < 1) throw field.refuse('ECONOMY-HOLDBACK', 'cadence.holdback', 'at least one era');
}

/** A bond must stay within reach until the last fault on what it secured is final and its era stands. */
function checkUnbonding({ cadence, settlement }: Economy, field: FieldReader): void {
  const { epochMs, epochsPerEra, holdbackEras, appealEpochs } = cadence;
  const exposureMs = epochMs * (epochsPerEra * holdbackEras + appealEpochs) + settlement.challengeWindowSeconds * 1_000;
  if (settlement.unbondingSeconds * 1_000 >= exposureMs) return;
  const expected = `at least ${exposureMs / 1_000} s: holdback, appeal and challenge window together`;
  throw field.refuse('ECONOMY-UNBONDING', 'settlement.unbonding', expected);
}

function checkPrice({ price }: Economy, field: FieldReader): void {
  const { floorMicrograinsPerNcuS: floor, initialMicrograinsPerNcuS: initial, capMicrograinsPerNcuS: cap } = price;
  if (!(1 <= floor && floor <= initial && initial <= cap && cap <= PRICE_MAX)) {
    const expected = '0 < floor <= initial <= cap <= 2^52 micrograins per NCU·s';
    throw field.refuse('ECONOMY-PRICE-ORDER', 'price.initial', expected, `${floor}, ${initial}, ${cap}`);
  }
  if (price.targetUtilisationPpm === 0 || price.gainPpm === 0) {
    throw field.refuse('ECONOMY-PRICE-GAIN', 'price.gain', 'gain and target utilisation above 0');
  }
  const climb = BigInt(price.gainPpm) * BigInt(MILLION - price.targetUtilisationPpm);
  if (climb >= BigInt(price.targetUtilisationPpm) * BigInt(MILLION)) {
    throw field.refuse('ECONOMY-PRICE-GAIN', 'price.gain', 'a full network to less than double the price in an epoch');
  }
}

function checkTake({ take }: Economy, field: FieldReader): void {
  const total = take.burnPpm + take.insurancePpm + take.treasuryPpm;
  if (total >= MILLION)
    throw field.refuse('ECONOMY-TAKE', 'take.burn', 'burn + insurance + treasury below 100 %', percent(total));
}

function checkClasses({ classes }: Economy, field: FieldReader): void {
  for (const { name, stopLinePpm, marginCallPpm, operatorCapPpm, bondGrainsMin } of classes) {
    if (stopLinePpm > marginCallPpm) {
      throw field.refuse('ECONOMY-BOND-LINES', `classes.${name}.stopLine`, 'at most the margin call');
    }
    if (operatorCapPpm === 0)
      throw field.refuse('ECONOMY-OPERATOR-CAP', `classes.${name}.operatorCap`, 'more than 0 %');
    if (bondGrainsMin === 0 && stopLinePpm > 0) {
      throw field.refuse('ECONOMY-BOND-LINES', `classes.${name}.bondMin`, 'a bond, or a stop line of 0 %');
    }
  }
  const total = classes.reduce((sum, one) => sum + one.emissionSharePpm, 0);
  if (total !== MILLION) {
    const path = `classes.${classes[0]!.name}.emissionShare`;
    throw field.refuse('ECONOMY-CLASS-SHARES', path, 'emission shares of all classes to make 100 %', percent(total));
  }
}

/** All of the emission may end up in the one carried amount, so its cap must be a safe integer, too. */
function checkEmission({ emission }: Economy, field: FieldReader): void {
  const cap = BigInt(emission.capGrains);
  if (cap >= BigInt(emission.grainsPerEpoch) && cap <= BigInt(Number.MAX_SAFE_INTEGER)) return;
  throw field.refuse(
    'ECONOMY-EMISSION-CAP',
    'emission.cap',
    "at least one epoch's emission and at most 2^53 - 1 grains",
  );
}

function checkVerification({ verification }: Economy, field: FieldReader): void {
  if (verification.detectionPpm === 0) {
    throw field.refuse('ECONOMY-DETECTION', 'verification.detection', 'more than 0 %: nothing deters otherwise');
  }
}

function checkOffences({ offences }: Economy, field: FieldReader): void {
  for (const { offence, mode, slashPpm, threshold, statistic } of offences) {
    if (mode === 'live' && slashPpm === 0) {
      throw field.refuse('ECONOMY-OFFENCE', `offences.${offence}.slash`, 'more than 0 % of a live offence');
    }
    if (statistic !== 'proof-count' && (threshold === 0 || threshold === MILLION)) {
      throw field.refuse('ECONOMY-OFFENCE', `offences.${offence}.threshold`, 'between 0 % and 100 %, both excluded');
    }
  }
}

function checkSlash({ slash }: Economy, field: FieldReader): void {
  const total = slash.challengerPpm + slash.insurancePpm + slash.burnPpm;
  if (total !== MILLION) {
    throw field.refuse(
      'ECONOMY-SLASH-SPLIT',
      'slash.challenger',
      'challenger + insurance + burn = 100 %',
      percent(total),
    );
  }
  if (slash.challengerPpm === MILLION) {
    throw field.refuse('ECONOMY-CHALLENGER', 'slash.challenger', 'less than 100 %: reporting oneself must lose');
  }
}

function checkReputation({ reputation }: Economy, field: FieldReader): void {
  const { lambdaPpm, multiplierMinPpm, multiplierMaxPpm } = reputation;
  if (lambdaPpm === MILLION)
    throw field.refuse('ECONOMY-REPUTATION', 'reputation.lambda', 'less than 1: old work is forgotten');
  if (multiplierMinPpm === 0 || multiplierMinPpm > multiplierMaxPpm) {
    throw field.refuse('ECONOMY-REPUTATION', 'reputation.multiplierMin', 'above 0 and at most multiplierMax');
  }
}

function checkResources({ resources }: Economy, field: FieldReader): void {
  if (resources.some((resource) => resource.billed)) return;
  const name = resources[0]?.name ?? 'fuel';
  throw field.refuse('ECONOMY-NOTHING-BILLED', `resources.${name}.billed`, 'at least one billed resource', 'none');
}

function percent(ppm: number): string {
  return `${ppm / 10_000} %`;
}
