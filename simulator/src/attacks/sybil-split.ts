import { type AttackEconomics, sybilSplit as splitOf } from '@stannary/kernel';
import type { AttackSetting } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { courseHolds, epochsIn, heldCost, MEETS, workExponent } from './expectation.ts';
import { bondedCredits } from './lost-value.ts';
import { type MeanEpoch, meanCourse } from './mean-course.ts';

/**
 * 1. Cuts one node and its bond into k identities. Under a reward c·w^α of each identity k of them earn k^(1 - α) times
 * as much (`sybilSplit`); under weights of work and bond together, nothing. The return is what was earned beyond what one
 * identity with all the work would have: the same run with `identities` 1, by common random numbers.
 */
export const sybilSplit = cohortAttack({
  id: 'sybil-split',
  number: 1,
  title: 'Sybil split of one node',
  strategy: 'Cuts one node and its bond into many identities, to stand on the steep part of a curve many times.',
  defence: 'Weights of work and bond together, under which a split earns nothing; an identity fee.',
  defendedBy: ['classes.*.curve', 'bonds.idFee'],
  honest: { identities: 1 },
  parameters: {
    identities: { meaning: 'k: identities of the node', unit: 'identities', least: 1, most: 1_000, value: 2 },
    load: { meaning: 'share of its capacity that works', unit: 'of capacity', least: 0, most: 1, value: 0.7 },
    fee: {
      meaning: 'F: cost of an identity per epoch beside its fee',
      unit: 'credits',
      least: 0,
      most: 1e6,
      value: 0,
      fact: () => 0,
    },
    lifetime: {
      meaning: 'L: epochs that an identity serves, and over which its fee counts',
      unit: 'epochs',
      least: 1,
      most: 1e9,
      value: 2_880,
      fact: ({ economy }) => epochsIn({ economy }, economy.gate.breakEvenSecondsMax),
    },
  },
  minimumSize: ({ economy }) => economy.bonds.idFeeGrains / economy.grainsPerUnit,
  formula: 'R = c·w^α·(k^(1 - α) - 1), 0 where work and bond weigh together; C = (k - 1)·(F + fee / L) an epoch',
  formulaSource: '`sybilSplit` of kernel/src/analysis, c over the mean course',
  formulaTest: MEETS,
  closedForm,
  closedFormHolds: courseHolds,
  cohort: (setting) => {
    const identities = Math.round(setting.parameters.identities!);
    const milliNcu = Math.floor((setting.economy.assumptions.nodeNcu * 1_000) / identities);
    return cohortOf(setting, { nodes: identities, milliNcu });
  },
  // The split's gain must not hang on the lottery: each identity does its part of the same work.
  play: ({ parameters, capacityNcuMs }) => ({
    takesWork: false,
    washNcuMs: Math.floor(capacityNcuMs * parameters.load!),
  }),
  horizonEpochs: ({ economy }) => 2 * economy.cadence.epochsPerEra,
  /** The bond is the node's, cut or whole, and so is what it costs. */
  account: (ledger, setting, honest) => {
    const { economy, parameters } = setting;
    const perCredit = 1 / economy.grainsPerUnit;
    const further = ledger.nodes - 1;
    const fees = further * economy.bonds.idFeeGrains * perCredit;
    const kept = further * parameters.fee! * ledger.epochs;
    const whole = honest?.earnedTokensValueGrains ?? 0;
    return {
      costCredits: fees * shareServed(setting, ledger.epochs) + kept,
      // What more identities lose by rounding is no return.
      returnCredits: Math.max(0, ledger.earnedTokensValueGrains - whole) * perCredit,
      stakeCredits: bondedCredits(ledger, setting) + fees + kept,
    };
  },
});

/**
 * A fee is paid once and serves for an identity's life, which is longer than an attempt: two eras show what a split earns,
 * and bear their part of it.
 */
function shareServed({ parameters }: AttackSetting, epochs: number): number {
  return Math.min(1, epochs / parameters.lifetime!);
}

/** Null under a curve that neither weighs work alone nor is proof against splits, and where nobody else works. */
function closedForm(setting: AttackSetting): AttackEconomics | null {
  const { economy, parameters } = setting;
  const identities = Math.round(parameters.identities!);
  const node = cohortOf(setting, { nodes: 1, milliNcu: economy.assumptions.nodeNcu * 1_000 });
  const exponent = workExponent(economy.classes.find(({ name }) => name === node.className)!.curve);
  const work = (node.milliNcu * economy.cadence.epochMs * parameters.load!) / 1_000;
  const horizonEpochs = sybilSplit.horizonEpochs!(setting);
  const play = { nodes: 1, takesWork: false, washNcuMs: work };
  const world = { economy, scenario: { ...setting.scenario, horizonEpochs } };
  const course = meanCourse(world, node, horizonEpochs, () => play);
  const [{ othersWorkNcuMs, othersNodes }] = course as [MeanEpoch];
  if (exponent === null || othersWorkNcuMs * othersNodes === 0 || work === 0) return null;
  const rewardFactor = course.reduce(
    (sum, one) => sum + one.classTokens / (one.othersNodes * one.othersWorkNcuMs ** exponent + work ** exponent),
    0,
  );
  const identityFee = heldCost(setting, 1, 0) * shareServed(setting, horizonEpochs) + parameters.fee! * horizonEpochs;
  return splitOf({ rewardFactor, work, exponent, identityFee }, identities);
}
