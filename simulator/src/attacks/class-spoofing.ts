import type { ProviderPopulation } from '../scenario/scenario.ts';
import { verifiersAt } from '../scenario/verifiers.ts';
import type { AttackSetting } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { cheatedEpochs, fraudHolds, type LastingFraud, lastingFraud, MEETS } from './expectation.ts';
import { bondedCredits, falseCredits, LEAVE_AFTER, leastBondCredits, NODES, slashedCredits } from './lost-value.ts';

/**
 * 18. Claims the coefficient of better hardware: of each unit that it bills, 1 - 1/g is false, until a surprise benchmark
 * sees it, with q_b per epoch (`classSpoofing` of the kernel's analysis, with an end where it leaves in time).
 */
export const classSpoofing = cohortAttack({
  id: 'class-spoofing',
  number: 18,
  title: 'Spoofing of a class or a benchmark',
  strategy: 'Registers as better hardware than it has, and is paid by a coefficient that it does not reach.',
  defence: 'Surprise benchmarks at a rate that it cannot foresee; pay waits out a holdback; the bond is slashed.',
  defendedBy: [
    'classes.*.verification.benchmarks',
    'cadence.holdback',
    'offences.class-spoofing.slash',
    'offences.class-spoofing.ceiling',
    'classes.*.bond.revenue.exposure',
    'slashLimit.ceiling',
  ],
  parameters: {
    nodes: NODES,
    gain: { meaning: 'g: coefficient claimed over the true one', unit: 'factor', least: 1, most: 100, value: 2 },
    leaveAfter: LEAVE_AFTER,
  },
  minimumSize: leastBondCredits,
  formula: 'R = N·Σ_t (1 - 1/g)·r_t·(1 - q_b)^min(vest(t), n); C = N·σb·(1 - (1 - q_b)^n)',
  formulaSource: '`classSpoofing` and `fraudRetention` of kernel/src/analysis, over the mean course',
  formulaTest: MEETS,
  closedForm: (setting) => lastingFraud(setting, ...fraudOf(setting)),
  closedFormHolds: (setting) => fraudHolds(setting, ...fraudOf(setting)),
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),
  play: (view) => {
    const end = cheatedEpochs(view, view.parameters.leaveAfter!);
    if (view.epoch >= end) return {};
    const { benchmarkShare } = verifiersAt(view.economy, view.scenario, view.className, view.epoch);
    return {
      falseShare: 1 - 1 / view.parameters.gain!,
      exposure: { offence: 'class-spoofing', probability: benchmarkShare },
      leaves: view.epoch === end - 1,
    };
  },
  account: (ledger, setting) => ({
    costCredits: slashedCredits(ledger, setting),
    returnCredits: falseCredits(ledger, setting),
    stakeCredits: bondedCredits(ledger, setting),
  }),
});

function fraudOf(setting: AttackSetting): [ProviderPopulation, LastingFraud] {
  const { economy, scenario, parameters } = setting;
  const cohort = cohortOf(setting, { nodes: parameters.nodes! });
  return [
    cohort,
    {
      play: { falseShare: 1 - 1 / parameters.gain! },
      detection: verifiersAt(economy, scenario, cohort.className, 0).benchmarkShare,
      epochs: cheatedEpochs(setting, parameters.leaveAfter!),
      offence: 'class-spoofing',
    },
  ];
}
