import type { Economy, NodeClass, OffenceName, OffenceRule, Resource } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import { checkEconomy } from './check.ts';
import { type FieldReader, fieldReader } from './fields.ts';
import { OFFENCES } from './schema.ts';
import type { Source } from './source.ts';

type Plain<Value> = Value extends number | string | boolean
  ? Value extends number
    ? number
    : Value
  : { [Key in keyof Value]: Plain<Value[Key]> };

/**
 * A validated file as the kernel reads it: decimals, durations and shares as integers, exactly or not at all; lists in
 * canonical order (resources by code, classes and offences by name).
 * @throws EconomyRefusal for a value that is not of its kind, and those of `checkEconomy`
 */
export function readEconomy(source: Source): Economy {
  const field = fieldReader(source);
  const cadence = readCadence(field);
  const economy = {
    name: field.text('name'),
    version: field.count('version', 1),
    grainsPerUnit: field.grainsPerUnit,
    cadence,
    resources: field
      .keys('resources')
      .map((name) => readResource(field, name))
      .sort((x, y) => x.code - y.code),
    classes: field
      .keys('classes')
      .sort()
      .map((name) => readClass(field, name, cadence.epochMs)),
    price: readPrice(field),
    take: {
      burnPpm: field.share('take.burn'),
      insurancePpm: field.share('take.insurance'),
      treasuryPpm: field.share('take.treasury'),
    },
    emission: {
      kind: 'fixed-per-epoch',
      grainsPerEpoch: field.perEpoch('emission.amount', 'emission.every'),
      capGrains: field.largeTokens('emission.cap').toString(),
    },
    verification: {
      auditFloorPpm: field.share('verification.auditFloor'),
      detectionPpm: field.share('verification.detection'),
      consecutiveValidMin: field.count('verification.consecutiveValidMin', 1),
      replicasToConvict: field.count('verification.replicasToConvict', 1),
    },
    offences: OFFENCES.map((offence) => readOffence(field, offence)),
    slash: {
      challengerPpm: field.share('slash.challenger'),
      insurancePpm: field.share('slash.insurance'),
      burnPpm: field.share('slash.burn'),
    },
    reputation: {
      lambdaPpm: field.share('reputation.lambda'),
      multiplierMinPpm: field.multiple('reputation.multiplierMin'),
      multiplierMaxPpm: field.multiple('reputation.multiplierMax'),
    },
    settlement: {
      challengeWindowSeconds: field.seconds('settlement.challengeWindow'),
      appealSeconds: field.seconds('settlement.appeal'),
      activationSeconds: field.seconds('settlement.activation'),
      unbondingSeconds: field.seconds('settlement.unbonding'),
      posterBondGrains: field.tokens('settlement.posterBond'),
    },
  } satisfies Plain<Economy>;
  // The kinds are compile-time marks on plain integers, and every one of these was read as what it is.
  const branded = economy as unknown as Economy;
  checkEconomy(branded, field);
  return branded;
}

function readCadence(field: FieldReader): Plain<Economy['cadence']> {
  return {
    epochMs: field.epochMs,
    epochsPerEra: field.epochsPerEra,
    graceMs: field.milliseconds('cadence.grace'),
    lateEpochs: field.epochs('cadence.late'),
    holdbackEras: field.eras('cadence.holdback'),
    appealEpochs: field.epochs('cadence.appeal'),
    clockSkewMs: field.milliseconds('cadence.clockSkew'),
  };
}

function readResource(field: FieldReader, name: string): Plain<Resource> {
  const at = `resources.${name}`;
  return {
    code: RESOURCE_CODES[name as keyof typeof RESOURCE_CODES],
    name,
    coefficient: field.count(`${at}.coefficient`, 1),
    divisor: field.count(`${at}.divisor`, 1),
    billed: field.flag(`${at}.billed`),
    quantityPerNcuMsMax: field.count(`${at}.quantityPerNcuMsMax`, 1),
  };
}

/** kappa in NCU·ms per grain and epoch: the capacity that a bond covers, times the epoch, over the bond. */
function readClass(field: FieldReader, name: string, epochMs: number): Plain<NodeClass> {
  const at = `classes.${name}`;
  const covered = BigInt(field.count(`${at}.curve.ncu`, 1)) * BigInt(epochMs);
  const bond = BigInt(field.tokens(`${at}.curve.bond`, 1));
  const divisor = greatestCommonDivisor(covered, bond);
  return {
    name,
    emissionSharePpm: field.share(`${at}.emissionShare`),
    curve: {
      kind: 'linear-capped',
      kappaNumerator: Number(covered / divisor),
      kappaDenominator: Number(bond / divisor),
    },
    operatorCapPpm: field.share(`${at}.operatorCap`),
    bondGrainsMin: field.tokens(`${at}.bondMin`),
    marginCallPpm: field.share(`${at}.marginCall`),
    stopLinePpm: field.share(`${at}.stopLine`),
  };
}

function readPrice(field: FieldReader): Plain<Economy['price']> {
  return {
    initialMicrograinsPerNcuS: field.price('price.initial'),
    floorMicrograinsPerNcuS: field.price('price.floor'),
    capMicrograinsPerNcuS: field.price('price.cap'),
    targetUtilisationPpm: field.share('price.targetUtilisation'),
    gainPpm: field.share('price.gain'),
  };
}

const STATISTICS = { 'proof-count': 'proof-count', share: 'share-ppm', score: 'score-ppm' } as const;

function readOffence(field: FieldReader, offence: OffenceName): Plain<OffenceRule> {
  const at = `offences.${offence}`;
  const statistic = STATISTICS[field.text(`${at}.statistic`) as keyof typeof STATISTICS];
  return {
    offence,
    mode: field.text(`${at}.mode`) as OffenceRule['mode'],
    slashPpm: field.share(`${at}.slash`),
    threshold: statistic === 'proof-count' ? field.count(`${at}.threshold`, 1) : field.share(`${at}.threshold`),
    statistic,
  };
}

function greatestCommonDivisor(x: bigint, y: bigint): bigint {
  return y === 0n ? x : greatestCommonDivisor(y, x % y);
}
