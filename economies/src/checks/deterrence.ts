import { classSpoofing, detectionProbability, deterrenceRatio, revenueFraud, whitewash } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { compare, plus, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import { mintedPerFee } from './emission.ts';
import {
  bondFields,
  creditsOf,
  declaredSlash,
  detectionPerHour,
  eraMs,
  FACTOR,
  holdbackMs,
  hoursOf,
  liveSlash,
  type NodeClass,
  nodeFigures,
  numberOf,
  numberText,
  parts,
  percentText,
} from './figures.ts';

const WRONG_RESULT = 'offences.wrong-result.slash';

/**
 * A full node that skips an hour's work, audited at the least rate: what it loses in expectation is at least twice what it
 * saves. At the first price and at the cap; between them both sides are linear in the price.
 */
export const samplingCheck: EconomicCheck = {
  id: 'sampling',
  section: 'cheating',
  title: 'a cheat loses at least twice what it gains, at the least audit rate',
  formula: 'q * d * (slash * bond at the stop line + holdback) >= 2 * gain',
  source: 'Becker 1968',
  attacks: [6, 7],
  assumes: ['assumptions.lazySaving'],
  evaluate: (economy) => economy.classes.map((one) => samplingOf(economy, one)),
};

function samplingOf(economy: EconomyProfile, one: NodeClass): Finding {
  const { price, verification, assumptions } = economy;
  const sides = [price.initialMicrograinsPerNcuS, price.capMicrograinsPerNcuS].map((each) => {
    const { bond, held, revenue } = nodeFigures(economy, one, each);
    const slashed = times(bond, liveSlash(economy, 'wrong-result'));
    const loss = times(detectionPerHour(economy), plus(slashed, held));
    const saved = times(revenue, parts(assumptions.lazySavingPpm));
    return { slashed, held, loss, saved, passes: compare(loss, times(ratio(BigInt(FACTOR)), saved)) >= 0 };
  });
  const shown = sides.find((side) => !side.passes) ?? sides[0]!;
  const [slashed, held, loss, saved] = [shown.slashed, shown.held, shown.loss, shown.saved].map(roundedText);
  const q = `${percentText(parts(verification.auditFloorPpm))} * ${percentText(parts(verification.detectionPpm))}`;
  return {
    about: one.name,
    passed: sides.every((side) => side.passes),
    numbers: `${q} * (${slashed} + ${held}) = ${loss} ${shown.passes ? '>=' : '<'} 2 * ${saved} credits`,
    fields: ['verification.auditFloor', 'cadence.holdback', ...bondFields(one)],
  };
}

/** Revenue that is false altogether, hour after hour, until an audit at the least rate finds it. */
export const fraudCheck: EconomicCheck = {
  id: 'fraud',
  section: 'cheating',
  title: 'a lasting fraud loses at least twice what it keeps past the holdback',
  formula: 'slash * bond >= 2 * revenue * (1 - q)^(W + 1) / q',
  source: 'geometric sum of what is older than the holdback W when it is found',
  attacks: [6],
  assumes: [],
  evaluate: (economy) =>
    economy.classes.map((one) => {
      const { bond, revenue } = nodeFigures(economy, one);
      const slash = numberOf(times(bond, liveSlash(economy, 'wrong-result')));
      const detection = numberOf(detectionPerHour(economy));
      const holdbackEpochs = numberOf(hoursOf(holdbackMs(economy)));
      const revenuePerEpoch = numberOf(revenue);
      const kept = revenueFraud({ revenuePerEpoch, inflation: 1, detection, holdbackEpochs, slash });
      return {
        about: one.name,
        passed: kept.ratio >= FACTOR,
        numbers: against(slash, kept.returnCredits),
        fields: ['cadence.holdback', 'verification.auditFloor', ...bondFields(one), WRONG_RESULT],
      };
    }),
};

/** What a verdict can take, not the bond, deters: a bond of ten times the fees with slashes of a tenth is worth once. */
export const slashCapCheck: EconomicCheck = {
  id: 'slash-cap',
  section: 'cheating',
  title: 'what one verdict can take outweighs what one claim can steal',
  formula: "d * min(slash, ceiling) * bond >= 2 * (1 - d) * an era's revenue",
  source: "Becker 1968; The Graph's bond of ten times the fees under slashes of a tenth",
  attacks: [6, 7],
  assumes: [],
  evaluate: (economy) =>
    economy.classes.map((one) => {
      const { bond, revenue } = nodeFigures(economy, one);
      const slash = numberOf(times(bond, liveSlash(economy, 'wrong-result')));
      const gain = numberOf(times(revenue, hoursOf(eraMs(economy))));
      const d = economy.verification.detectionPpm / 1_000_000;
      const passed = deterrenceRatio(d, slash, gain) >= FACTOR;
      const sides = `${numberText(d)} * ${numberText(slash)} ${passed ? '>=' : '<'} 2 * ${numberText(1 - d)}`;
      return {
        about: one.name,
        passed,
        numbers: `${sides} * ${numberText(gain)} credits`,
        fields: [WRONG_RESULT, 'offences.wrong-result.ceiling', ...bondFields(one)],
      };
    }),
};

/** Cheat for an era, drop the identity, come back as a newcomer. */
export const whitewashCheck: EconomicCheck = {
  id: 'whitewash',
  section: 'identities',
  title: 'leaving a spoilt identity behind costs twice what it hid',
  formula: "Q * slash * bond + id fee + dues >= 2 * an era's revenue",
  source: 'Friedman and Resnick 2001: newcomers pay dues',
  attacks: [2],
  assumes: ['assumptions.tokenPrice'],
  evaluate: (economy) =>
    economy.classes.map((one) => {
      const { bond, revenue } = nodeFigures(economy, one);
      const hours = numberOf(hoursOf(eraMs(economy)));
      const paid = whitewash({
        gain: numberOf(revenue) * hours,
        detection: detectionProbability(numberOf(detectionPerHour(economy)), hours),
        slash: numberOf(times(bond, liveSlash(economy, 'wrong-result'))),
        identityFee: numberOf(creditsOf(economy, economy.bonds.idFeeGrains)),
        dues: duesOf(economy, one),
      });
      return {
        about: one.name,
        passed: paid.ratio >= FACTOR,
        numbers: against(paid.costCredits, paid.returnCredits),
        fields: ['bonds.idFee', 'newcomer.ramp', 'verification.auditFloor', ...bondFields(one)],
      };
    }),
};

/** Emission that a full node forgoes while its multiplier rises evenly to 1. */
function duesOf(economy: EconomyProfile, one: NodeClass): number {
  const { newcomer, cadence, supply } = economy;
  const perFee = supply.streams.reduce((sum, stream) => plus(sum, mintedPerFee(economy, stream)), ratio(0n));
  const perHour = numberOf(times(perFee, nodeFigures(economy, one).charge));
  const rampHours = numberOf(hoursOf(newcomer.rampEpochs * cadence.epochMs));
  return (perHour * rampHours * (1 - newcomer.multiplierMinPpm / 1_000_000)) / 2;
}

/** A device that claims to be the best one of its profile, until a surprise benchmark finds it. */
export const spoofingCheck: EconomicCheck = {
  id: 'class-spoofing',
  section: 'identities',
  title: 'surprise benchmarks make false hardware lose twice what it earns',
  formula: 'slash * bond >= 2 * false share * revenue * (1 - q)^(W + 1) / q, q by benchmarks',
  source: 'geometric sum of what is older than the holdback W when it is found',
  attacks: [18],
  assumes: [],
  evaluate: (economy) => {
    const coefficientGain = falseShare(economy);
    return economy.classes.map((one) => {
      const { bond, revenue } = nodeFigures(economy, one);
      const epochHours = numberOf(hoursOf(economy.cadence.epochMs));
      const spoofed = classSpoofing({
        coefficientGain,
        attestationCost: 0,
        revenuePerEpoch: numberOf(revenue),
        detection: Math.min(1, one.verification.benchmarkPpm / 1_000_000 / epochHours),
        holdbackEpochs: numberOf(hoursOf(holdbackMs(economy))),
        slash: numberOf(times(bond, declaredSlash(economy, 'class-spoofing'))),
      });
      const rule = economy.offences.find(({ offence }) => offence === 'class-spoofing');
      const shadow = rule?.mode === 'live' ? '' : ' once it is live';
      return {
        about: one.name,
        passed: spoofed.ratio >= FACTOR,
        numbers: `${against(spoofed.costCredits, spoofed.returnCredits)}${shadow}`,
        fields: [`classes.${one.name}.verification.benchmarks`, 'cadence.holdback', ...bondFields(one)],
      };
    });
  },
};

/** The largest part of its claimed work that a device can lack, over all profiles of the benchmark table. */
function falseShare({ benchmarks }: EconomyProfile): number {
  const shares = benchmarks.coefficients.map(({ profile, resource, milliNcuPerUnitS: best }) => {
    const same = benchmarks.coefficients.filter((one) => one.profile === profile && one.resource === resource);
    const least = Math.min(...same.map((one) => one.milliNcuPerUnitS));
    return (best - least) / best;
  });
  return Math.max(0, ...shares);
}

/** Reporting oneself through a friend gives back the challenger's share, and must still lose half the bond. */
export const slashSplitCheck: EconomicCheck = {
  id: 'slash-split',
  section: 'cheating',
  title: 'whoever reports itself still loses half of what is slashed',
  formula: '1 - challenger >= 1/2',
  source: 'the challenger may be the accused',
  attacks: [7, 14],
  assumes: [],
  evaluate: ({ slash }) => {
    const lost = parts(1_000_000 - slash.challengerPpm);
    const passed = compare(lost, ratio(1n, 2n)) >= 0;
    const numbers = `1 - ${percentText(parts(slash.challengerPpm))} = ${percentText(lost)} ${passed ? '>=' : '<'} 1/2`;
    return [
      { about: '', passed, numbers, fields: ['slash.challenger - slash.insurance', 'slash.challenger - slash.burn'] },
    ];
  },
};

function against(cost: number, gain: number): string {
  return `${numberText(cost)} ${cost >= FACTOR * gain ? '>=' : '<'} 2 * ${numberText(gain)} credits`;
}
