import { binomialTail } from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import type { Attack, AttackSetting } from '../attack.ts';
import { attempted, MEETS, slashShare } from '../expectation.ts';
import { creditsOf, share } from './reckoning.ts';

const NUMBER = 9;
/** Rarer than any run would see. */
const NEVER = 1e-6;

/**
 * 9. Agrees to results without looking. Each check is drawn: whether it is skipped, and whether it is a canary, whose
 * known answer a skipped check misses. The penalties come out of the verifier's bond and end with it.
 */
export const verifierLaziness: Attack = {
  id: 'verifier-laziness',
  number: NUMBER,
  title: 'Verifiers that do not look',
  strategy: 'Agrees to every result without checking it, and saves what a check costs.',
  defence: 'Some results are wrong on purpose; whoever agrees to one of these pays many times what a check costs.',
  defendedBy: ['verification.canaries.floor', 'verification.canaryPenalty', 'verification.verifierBond'],
  parameters: {
    checks: { meaning: 'checks that it is given', unit: 'checks', least: 1, most: 1_000, value: 100 },
    skipped: { meaning: 'part of them that it does not do', unit: 'of its checks', least: 0, most: 1, value: 1 },
  },
  minimumSize: (setting) => lazinessOf(setting).saved,
  formula:
    'R = skips·cost of a check; C = canaries·skips·penalty + what the offence takes: E[L(M)], M ~ B(checks, skipped·canaries)',
  formulaSource: '`verifierLaziness` of kernel/src/analysis, with its slashes; `binomialTail`',
  formulaTest: MEETS,
  /** Null where misses may use up the bond, after which it has nothing to check. */
  closedForm: (setting) => {
    const lazy = lazinessOf(setting);
    const { checks, skipped, saved, canaries, bond } = lazy;
    let ends = 1;
    while (ends <= checks && lostAfter(lazy, ends) < bond) ends += 1;
    if (binomialTail(checks, skipped * canaries, ends) > NEVER) return null;
    let cost = 0;
    for (let misses = 1; misses <= checks; misses += 1) {
      const atLeast = binomialTail(checks, skipped * canaries, misses);
      cost += atLeast * (lostAfter(lazy, misses) - lostAfter(lazy, misses - 1));
    }
    return attempted(checks * skipped * saved, cost);
  },
  attempt: (setting, run) => {
    const lazy = lazinessOf(setting);
    const { checks, skipped, saved, canaries, bond } = lazy;
    const draws = new Draws({ seed: setting.scenario.seed, run });
    let skips = 0;
    let misses = 0;
    for (let check = 0; check < checks && lostAfter(lazy, misses) < bond; check += 1) {
      if (draws.uniform('attack', 0, NUMBER, check) >= skipped) continue;
      skips += 1;
      if (draws.uniform('audit', 0, NUMBER, check) < canaries) misses += 1;
    }
    const lost = lostAfter(lazy, misses);
    return { costCredits: lost, returnCredits: skips * saved, stakeCredits: checks * skipped * saved };
  },
};

/** A penalty each, and with every so many proofs the offence's share of what is left. */
function lostAfter({ bond, penalty, proofs, slash }: ReturnType<typeof lazinessOf>, misses: number): number {
  let lost = 0;
  for (let miss = 1; miss <= misses && lost < bond; miss += 1) {
    lost = Math.min(bond, lost + penalty);
    if (miss % proofs === 0) lost += slash * (bond - lost);
  }
  return lost;
}

function lazinessOf({ economy, parameters }: AttackSetting) {
  const { verification, assumptions, offences } = economy;
  return {
    checks: Math.round(parameters.checks!),
    skipped: parameters.skipped!,
    saved: creditsOf(economy, assumptions.checkCostGrains),
    canaries: share(verification.canaries.floorPpm),
    penalty: creditsOf(economy, verification.canaryPenaltyGrains),
    bond: creditsOf(economy, verification.verifierBondGrains),
    slash: slashShare({ economy }, 'lazy-verification'),
    proofs: Math.max(1, offences.find(({ offence }) => offence === 'lazy-verification')?.threshold ?? 1),
  };
}
