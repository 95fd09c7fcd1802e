import { type AttackEconomics, type CurveRule, isSplitProof, type OffenceName } from '@stannary/kernel';
import { paysCoverage } from '../books/node-books.ts';
import type { ProviderPopulation, Shock } from '../scenario/scenario.ts';
import { upShareLeast } from '../scenario/series.ts';
import { type AttackSetting, capitalCostPerEpoch } from './attack.ts';
import { bondCredits, type MeanEpoch, type MeanPlay, meanCourse, meanEpoch, type World } from './mean-course.ts';

// One rule for all closed forms: the expectation of the very attempt, on the mean course of its world. Cost is all that an
// account counts as lost: penalties, slashes, the take of one's own purchases, fees of identities, and capital at its cost.

const MILLION = 1_000_000;

/** Both sides of an attempt. */
export function attempted(returnCredits: number, costCredits: number): AttackEconomics {
  const ratio = returnCredits > 0 ? costCredits / returnCredits : Number.POSITIVE_INFINITY;
  return { returnCredits, costCredits, ratio, isProfitable: returnCredits > costCredits };
}

/** A node of a cohort in the first epoch: its work, its charges, what the take leaves of them, its bond. Credits. */
export interface ExpectedMarket {
  readonly workNcuMs: number;
  readonly charges: number;
  readonly earned: number;
  readonly bond: number;
}

export function expectedMarket(world: World, cohort: ProviderPopulation): ExpectedMarket {
  const { workNcuMs, charges, earned } = meanEpoch(world, cohort, { nodes: cohort.nodes });
  return { workNcuMs, charges, earned, bond: bondCredits(world, cohort) };
}

/**
 * Share of its bond that an offence costs. An attempt counts offences in shadow mode as live, and so does this: what is
 * worthless to attack only while nobody pays for it is not secure.
 */
export function slashShare({ economy }: Pick<AttackSetting, 'economy'>, offence: OffenceName): number {
  const rule = economy.offences.find((one) => one.offence === offence);
  return rule === undefined ? 0 : Math.min(rule.slashPpm, rule.ceilingPpm) / MILLION;
}

/** Exponent of a weight by work alone: 1 under curves of work and bond that no split gains from, null where neither. */
export function workExponent(curve: CurveRule): number | null {
  if (curve.kind === 'power') return curve.exponentNumerator / curve.exponentDenominator;
  return isSplitProof(curve) ? 1 : null;
}

export function epochsIn({ economy }: Pick<AttackSetting, 'economy'>, seconds: number): number {
  return Math.ceil((seconds * 1_000) / economy.cadence.epochMs);
}

/** The epochs of a run in which a cheat's last verdict still falls within it; at least 1. */
export function cheatedEpochs({ economy, scenario }: World, wanted: number): number {
  const within = scenario.horizonEpochs - economy.cadence.appealEpochs - 2;
  return Math.max(1, Math.min(Math.round(wanted), within, scenario.horizonEpochs));
}

/** Fees of so many identities, and the capital cost of a bond over so many epochs. */
export function heldCost({ economy }: World, identities: number, bondEpochs: number): number {
  return (identities * economy.bonds.idFeeGrains) / economy.grainsPerUnit + bondEpochs * capitalCostPerEpoch(economy);
}

/**
 * Probability that a cheat keeps what it claimed in an epoch of its life: that it is not found before that vests, at the
 * end of the era in which its holdback has passed, or leaves before. Summed without an end, and with eras of an epoch,
 * (1 - q)^(W + 1) / q: `fraudRetention` of the kernel's analysis.
 * @param epoch of the run @param bornEpoch of its life @param epochs that it cheats at most
 */
export function keptShare(
  { economy: { cadence } }: Pick<AttackSetting, 'economy'>,
  detection: number,
  { epoch, bornEpoch = 0, epochs }: { readonly epoch: number; readonly bornEpoch?: number; readonly epochs: number },
): number {
  const { epochsPerEra, holdbackEras } = cadence;
  const vestsAfter = epochsPerEra * (Math.floor(epoch / epochsPerEra) + holdbackEras + 1);
  return (1 - detection) ** Math.min(vestsAfter - bornEpoch, epochs);
}

/** A life of an identity that cheats until it is found, with q an epoch, or leaves. */
export interface CheatsLife {
  readonly detection: number;
  readonly epochs: number;
  readonly offence: OffenceName;
  /** First epoch, and from when its bond lies there. Default: 0. */
  readonly bornEpoch?: number;
  readonly bondedFrom?: number;
  readonly horizonEpochs: number;
}

/** Slash and capital of one such identity with a bond, in expectation, credits. */
export function lifeCost(world: World, bond: number, life: CheatsLife): number {
  return bond * foundShare(life) * slashShare(world, life.offence) + lifeCapital(world, bond, life);
}

/** Probability that it is found before it leaves. */
export function foundShare({ detection, epochs }: Pick<CheatsLife, 'detection' | 'epochs'>): number {
  return 1 - (1 - detection) ** epochs;
}

/** Capital cost of its bond until it is slashed or comes back, or the run ends. */
export function lifeCapital(world: World, bond: number, life: CheatsLife): number {
  const { detection, epochs, bornEpoch = 0, bondedFrom = bornEpoch, horizonEpochs } = life;
  const { cadence, settlement } = world.economy;
  const unbonding = epochsIn(world, settlement.unbondingSeconds);
  const slash = slashShare(world, life.offence);
  const until = (epoch: number) => Math.min(horizonEpochs, epoch) - bondedFrom;
  let bonded = (1 - foundShare(life)) * until(bornEpoch + epochs + unbonding);
  for (let lived = 0, alive = 1; lived < epochs && alive > 1e-12; lived += 1, alive *= 1 - detection) {
    const verdict = bornEpoch + lived + cadence.appealEpochs + 1;
    bonded += alive * detection * (slash * until(verdict) + (1 - slash) * until(verdict + unbonding));
  }
  return heldCost(world, 0, bond * bonded);
}

/** A lasting fraud: part of what a cohort claims in each epoch is false, until it is found or leaves. */
export interface LastingFraud extends Pick<CheatsLife, 'detection' | 'epochs' | 'offence'> {
  readonly play: Pick<MeanPlay, 'inflation' | 'falseShare'>;
}

/**
 * The kernel's `revenueFraud` (ε·r·fraudRetention against σb) of all the cohort's nodes, over a course on which the price
 * moves and those that are found drop out, for a fraud that may end before it is found: only who is found is slashed.
 */
export function lastingFraud(setting: World, cohort: ProviderPopulation, fraud: LastingFraud): AttackEconomics {
  const { detection, epochs } = fraud;
  const course = cheatsCourse(setting, cohort, fraud);
  const kept = course.reduce(
    (sum, one, epoch) => sum + falseOf(one) * keptShare(setting, detection, { epoch, epochs }),
    0,
  );
  const { horizonEpochs } = setting.scenario;
  const cost = lifeCost(setting, bondCredits(setting, cohort), { ...fraud, horizonEpochs });
  return attempted(cohort.nodes * kept, cohort.nodes * cost + heldCost(setting, cohort.nodes, 0));
}

/** The epochs in which a cohort of cheats works, as many of them as are not found yet. */
export function cheatsCourse(
  setting: World,
  cohort: ProviderPopulation,
  { detection, epochs, play }: Pick<LastingFraud, 'detection' | 'epochs' | 'play'>,
): MeanEpoch[] {
  return meanCourse(setting, cohort, epochs, (epoch) => ({ ...play, nodes: cohort.nodes * (1 - detection) ** epoch }));
}

/** The part of a node's pay that it did not earn. */
export function falseOf({ earned, tokens, falseNcuMs, workNcuMs }: MeanEpoch): number {
  return workNcuMs === 0 ? 0 : ((earned + tokens) * falseNcuMs) / workNcuMs;
}

/** Of a class's capacity that is used: beyond this the noise of demand meets the end of what there is. */
const FULL = 0.93;

/** What of a world no mean course knows; null where it knows all. `full`: the class as full as the course makes it. */
export function courseHolds({ economy, scenario }: World): string | null {
  const { token, shocks, network, demand, providers, horizonEpochs } = scenario;
  const lasts = (shock: Shock) => 'epochs' in shock && shock.atEpoch === 0 && shock.epochs >= horizonEpochs;
  const passing = shocks.find((one) => {
    if (one.kind === 'demand' || one.kind === 'redemption' || one.kind === 'challenge-cost') return false;
    return one.kind !== 'lazy-verifiers' || !lasts(one);
  });
  if (passing !== undefined) return `the world has a shock that passes (${passing.kind})`;
  if (token.kind !== 'geometric' || token.driftPerYear !== 0) return 'the token’s price has a course of its own';
  if (providers.some(({ meanBand = 0 }) => meanBand > 0)) return 'nodes count by the band that each stands in';
  if (economy.resourceMarkets.length > 0) return 'resources have prices of their own';
  if (paysCoverage(economy)) return 'part of the emission is for being there';
  if (network.lossShare > 0 || network.meterNoise > 0) return 'reports are lost, or meters misread';
  const up = providers.reduce((least, one) => Math.min(least, upShareLeast(one)), 1);
  const peak = shocks.reduce((most, one) => (one.kind === 'demand' ? Math.max(most, one.factor) : most), 1);
  const crest = demand.trace === null ? 1 : demand.trace.values.reduce((most, one) => Math.max(most, one), 0);
  const target = economy.price.targetUtilisationPpm / MILLION;
  if (Math.max(demand.utilisation * peak * crest, target) > FULL * up) return 'demand meets the end of capacity';
  return null;
}

/** The same for cheats: and the class's limit on slashes lets all of theirs through in the run. */
export function fraudHolds(
  setting: World,
  cohort: ProviderPopulation,
  life: Omit<CheatsLife, 'horizonEpochs'>,
): string | null {
  const course = courseHolds(setting);
  if (course !== null) return course;
  const { economy, scenario } = setting;
  const { slashLimit, cadence } = economy;
  const others = scenario.providers.reduce(
    (sum, one) => (one.className === cohort.className ? sum + one.nodes * bondCredits(setting, one) : sum),
    0,
  );
  const own = cohort.nodes * bondCredits(setting, cohort);
  const wanted = own * foundShare(life) * slashShare(setting, life.offence);
  const windows = Math.floor((scenario.horizonEpochs - cadence.appealEpochs) / slashLimit.windowEpochs);
  const granted = ((others + own) * slashLimit.ceilingPpm * Math.max(1, windows)) / MILLION;
  return wanted <= granted ? null : 'the class’s limit on slashes puts some off beyond the run';
}

/** Where every attack of the catalogue meets its closed form. */
export const MEETS = 'simulator/src/attacks/reference.test.ts: "at the reference the simulation meets the closed form"';
