import type { ProviderPopulation } from '../scenario/scenario.ts';
import { type AttackSetting, exposurePerEpoch } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { cheatedEpochs, fraudHolds, type LastingFraud, lastingFraud, MEETS } from './expectation.ts';
import { bondedCredits, falseCredits, LEAVE_AFTER, leastBondCredits, NODES, slashedCredits } from './lost-value.ts';

/**
 * 6. Claims more than it did, by ε of each epoch's work, until it is found or leaves. What is older than the holdback when
 * it is found is kept: ε·r·(1 - q)^(W + 1) / q in expectation, against a slashed bond (`revenueFraud` of the kernel's
 * analysis). Whoever leaves in time keeps all: `keptShare`.
 */
export const meteringInflation = cohortAttack({
  id: 'metering-inflation',
  number: 6,
  title: 'Metering inflation against the holdback',
  strategy: 'Claims more than it did in every epoch, until it is found or leaves with what has vested.',
  defence: 'Pay waits out a holdback and is void once an audit has proven the claim wrong; the bond is slashed.',
  defendedBy: [
    'cadence.holdback',
    'verification.auditFloor',
    'verification.detection',
    'verification.canaries.floor',
    'classes.*.verification.canaries',
    'offences.wrong-result.slash',
    'offences.wrong-result.ceiling',
    'classes.*.bond.revenue.exposure',
    'slashLimit.ceiling',
  ],
  parameters: {
    nodes: NODES,
    inflation: { meaning: 'ε: claims beyond the truth', unit: 'of the work done', least: 0.001, most: 10, value: 0.05 },
    leaveAfter: LEAVE_AFTER,
  },
  minimumSize: leastBondCredits,
  formula: 'R = N·Σ_t ε·r_t·(1 - q)^min(vest(t), n); C = N·σb·(1 - (1 - q)^n)',
  formulaSource: '`revenueFraud` and `fraudRetention` of kernel/src/analysis, over the mean course',
  formulaTest: MEETS,
  closedForm: (setting) => lastingFraud(setting, ...fraudOf(setting)),
  closedFormHolds: (setting) => fraudHolds(setting, ...fraudOf(setting)),
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),
  play: (view) => {
    const end = cheatedEpochs(view, view.parameters.leaveAfter!);
    if (view.epoch >= end) return {};
    const probability = exposurePerEpoch(view, view.epoch, view.className);
    return {
      inflation: view.parameters.inflation!,
      exposure: { offence: 'wrong-result', probability },
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
  const { parameters } = setting;
  const cohort = cohortOf(setting, { nodes: parameters.nodes! });
  return [
    cohort,
    {
      play: { inflation: parameters.inflation! },
      detection: exposurePerEpoch(setting, 0, cohort.className),
      epochs: cheatedEpochs(setting, parameters.leaveAfter!),
      offence: 'wrong-result',
    },
  ];
}
