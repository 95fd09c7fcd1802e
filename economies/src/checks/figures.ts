import {
  chargeGrains,
  type Grains,
  type MicrograinsPerNcuS,
  type NcuMs,
  type OffenceName,
  requiredBond,
} from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { over, type Ratio, ratio, roundedText, times } from '../decimal.ts';

// What checks compute with: amounts in credits, rates per hour, so that no verdict hangs on the length of an epoch.

export type NodeClass = EconomyProfile['classes'][number];

const MILLION = 1_000_000n;
const HOUR_MS = 3_600_000n;
const SECONDS_PER_DAY = 86_400;
export const HOURS_PER_YEAR = 8_760;
/** Every attack must cost at least this many times its gain. */
export const FACTOR = 2;

export function parts(ppm: number): Ratio {
  return ratio(BigInt(ppm), MILLION);
}

/** For closed forms in floating point. */
export function numberOf({ numerator, denominator }: Ratio): number {
  return Number(numerator) / Number(denominator);
}

export function creditsOf({ grainsPerUnit }: EconomyProfile, grains: number | bigint): Ratio {
  return ratio(BigInt(grains), BigInt(grainsPerUnit));
}

export function hoursOf(ms: number): Ratio {
  return ratio(BigInt(ms), HOUR_MS);
}

export function eraMs({ cadence }: EconomyProfile): number {
  return cadence.epochMs * cadence.epochsPerEra;
}

export function holdbackMs(economy: EconomyProfile): number {
  return eraMs(economy) * economy.cadence.holdbackEras;
}

/** A full node that is always busy, by the hour. */
export interface NodeFigures {
  /** What its consumers pay. */
  readonly charge: Ratio;
  /** And what the take leaves of it. */
  readonly revenue: Ratio;
  /** The least bond with which it gets work: its tokens are worth that much at least. */
  readonly bond: Ratio;
  /** Revenue that the holdback keeps from it. */
  readonly held: Ratio;
}

export function nodeFigures(
  economy: EconomyProfile,
  one: NodeClass,
  price: MicrograinsPerNcuS = economy.price.initialMicrograinsPerNcuS,
): NodeFigures {
  const { limits, cadence, take, assumptions } = economy;
  const kept = parts(1_000_000 - take.burnPpm - take.insurancePpm - take.treasuryPpm);
  const perHour = BigInt(limits.nodeNcuMax) * BigInt(price) * 3_600n;
  const charge = over(creditsOf(economy, perHour), ratio(MILLION));
  const revenue = times(charge, kept);
  const exposure = {
    revenueGrainsPerEpochMax: chargeGrains((limits.nodeNcuMax * cadence.epochMs) as NcuMs, price),
    oneShotGainGrains: Math.ceil((assumptions.jobGrains * assumptions.cheatGainPpm) / 1_000_000) as Grains,
    harmGrains: 0 as Grains,
  };
  const required = creditsOf(economy, requiredBond(one.bond, exposure).creditsGrains);
  const held = times(revenue, hoursOf(holdbackMs(economy)));
  return { charge, revenue, bond: times(required, parts(one.bond.stopLinePpm)), held };
}

/** Share of its bond that an offence costs; in shadow none. */
export function liveSlash(economy: EconomyProfile, offence: OffenceName): Ratio {
  const rule = economy.offences.find((one) => one.offence === offence);
  return rule?.mode === 'live' ? declaredSlash(economy, offence) : ratio(0n);
}

/** Share that it will cost once it is live. */
export function declaredSlash({ offences }: EconomyProfile, offence: OffenceName): Ratio {
  const rule = offences.find((one) => one.offence === offence);
  return rule === undefined ? ratio(0n) : parts(Math.min(rule.slashPpm, rule.ceilingPpm));
}

/** q·d: that an hour of work is drawn for an audit, at the least rate, and the audit sees the cheat. */
export function detectionPerHour({ verification }: EconomyProfile): Ratio {
  return times(parts(verification.auditFloorPpm), parts(verification.detectionPpm));
}

/** Fields that set a class's bond. */
export function bondFields({ name }: NodeClass): readonly string[] {
  return [`classes.${name}.bond.revenue.exposure`, `classes.${name}.bond.min`];
}

export function percentText(share: Ratio): string {
  return `${roundedText(times(share, ratio(100n)))} %`;
}

/** Six significant digits, or none where a number is infinite. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'infinite';
  const text = `${Number(value.toPrecision(6))}`;
  return text.includes('e') ? text : text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, '_'));
}

const LENGTHS = [
  ['d', SECONDS_PER_DAY],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** In the largest unit that it is a whole number of. */
export function secondsText(seconds: number): string {
  const [unit, length] = LENGTHS.find(([, each]) => seconds !== 0 && seconds % each === 0) ?? ['s', 1];
  return `${numberText(seconds / length)} ${unit}`;
}
