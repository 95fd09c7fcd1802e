import { challengerDepositRange, committeeCapture } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { compare, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import {
  bondFields,
  creditsOf,
  FACTOR,
  HOURS_PER_YEAR,
  hoursOf,
  liveSlash,
  type NodeClass,
  nodeFigures,
  numberOf,
  numberText,
  parts,
  percentText,
} from './figures.ts';

/** Without canaries nobody would check where cheats are rare: a checker that skips must lose twice what it saves. */
export const diligenceCheck: EconomicCheck = {
  id: 'diligence',
  section: 'verifiers',
  title: 'a verifier that does not look loses twice what it saves',
  formula: 'canaries * penalty >= 2 * cost of a check',
  source: "the inspection game's checker",
  attacks: [9],
  assumes: ['assumptions.checkCost'],
  evaluate: (economy) => {
    const { canaries, canaryPenaltyGrains } = economy.verification;
    const [share, penalty] = [parts(canaries.floorPpm), creditsOf(economy, canaryPenaltyGrains)];
    const cost = creditsOf(economy, economy.assumptions.checkCostGrains);
    const passed = compare(times(share, penalty), times(ratio(BigInt(FACTOR)), cost)) >= 0;
    const numbers = `${percentText(share)} * ${roundedText(penalty)} ${passed ? '>=' : '<'} 2 * ${roundedText(cost)} credits`;
    return [{ about: '', passed, numbers, fields: ['verification.canaries.floor', 'verification.canaryPenalty'] }];
  },
};

export const committeeCheck: EconomicCheck = {
  id: 'committee',
  section: 'verifiers',
  title: 'lots next to never give a case to an attacker',
  formula: 'P(X >= threshold) <= G4, X ~ Binomial(seats, share of the attacker)',
  source: 'exact binomial tail',
  attacks: [8],
  assumes: ['assumptions.attackerArbiters', 'gate.committee.captureMax', 'gate.committee.largeCaptureMax'],
  evaluate: ({ committee, assumptions, gate }) => {
    const share = assumptions.attackerArbitersPpm / 1_000_000;
    const cases = [
      ['a case', committee.seats, committee.threshold, gate.capturePpbMax, 'threshold', 'seats'],
      [
        'a large case',
        committee.largeSeats,
        committee.largeThreshold,
        gate.largeCapturePpbMax,
        'largeThreshold',
        'largeSeats',
      ],
    ] as const;
    return cases.map(([about, seats, threshold, ppbMax, ...fields]) => {
      const captured = committeeCapture(share, seats, threshold);
      const passed = captured <= ppbMax / 1e9;
      const numbers = `${threshold} of ${seats} at ${numberText(100 * share)} %: ${numberText(captured)} ${passed ? '<=' : '>'} ${numberText(ppbMax / 1e9)}`;
      return { about, passed, numbers, fields: fields.map((field) => `committee.${field}`) };
    });
  },
};

/** Dear enough that false disputes cost twice what they do, cheap enough that an honest challenger expects to win. */
export const depositCheck: EconomicCheck = {
  id: 'challenger-deposit',
  section: 'verifiers',
  title: 'a deposit deters false disputes and lets honest ones win',
  formula: '2(rho * held * T + c_v) <= deposit <= (pi * share * slash * bond - c)/(1 - pi)',
  source: "the victim's loss against the honest challenger's expectation",
  attacks: [14],
  assumes: ['assumptions.costOfCapital', 'assumptions.defenceCost', 'assumptions.challengeCost'],
  evaluate: (economy) => economy.classes.map((one) => depositOf(economy, one)),
};

function depositOf(economy: EconomyProfile, one: NodeClass): Finding {
  const { assumptions, cadence, challenges, slash, verification } = economy;
  const { bond, held } = nodeFigures(economy, one);
  const victim = {
    heldAmount: numberOf(held),
    capitalCostPerEpoch: assumptions.costOfCapitalPpmPerYear / 1_000_000 / HOURS_PER_YEAR,
    disputeEpochs: one.disputes.verdictSeconds / 3_600 + numberOf(hoursOf(cadence.epochMs * cadence.appealEpochs)),
    defenceCost: numberOf(creditsOf(economy, assumptions.defenceCostGrains)),
  };
  const challengeCost = numberOf(creditsOf(economy, assumptions.challengeCostGrains));
  const taken = numberOf(times(bond, liveSlash(economy, 'wrong-result')));
  const cap = (challengeCost * slash.challengerCapPpm) / 1_000_000;
  const reward = Math.min((taken * slash.challengerPpm) / 1_000_000, cap);
  const honest = { winProbability: verification.detectionPpm / 1_000_000, slashShare: 1, slash: reward, challengeCost };
  const cost = victim.capitalCostPerEpoch * victim.heldAmount * victim.disputeEpochs + victim.defenceCost;
  const least = numberOf(creditsOf(economy, challenges.depositGrainsMin));
  const deposit = Math.max(least, (challenges.victimCostFactorPpm / 1_000_000) * cost);
  const range = challengerDepositRange(victim, honest, FACTOR);
  const passed = range !== null && range.least <= deposit && deposit <= range.most;
  const interval = range === null ? 'no deposit' : `${numberText(range.least)} to ${numberText(range.most)}`;
  return {
    about: one.name,
    passed,
    numbers: `${numberText(deposit)} in ${interval} credits`,
    fields: ['challenges.deposit', 'challenges.victimCostFactor', 'slash.challengerCap', ...bondFields(one)],
  };
}
