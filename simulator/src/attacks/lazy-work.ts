import type { ProviderPopulation } from '../scenario/scenario.ts';
import { type AttackSetting, exposurePerEpoch } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import {
  attempted,
  type CheatsLife,
  cheatedEpochs,
  cheatsCourse,
  fraudHolds,
  keptShare,
  MEETS,
  slashExpected,
} from './expectation.ts';
import { bondedCredits, LEAVE_AFTER, NODES, slashedCredits } from './lost-value.ts';
import { bondCredits, meanEpoch } from './mean-course.ts';

const MILLION = 1_000_000;

/**
 * 7. Does not do a share f of its jobs, which saves s of their pay whether it is found or not. A job that was not done is
 * found with q, by an audit or because its answer was known (`lazyWork` of the kernel's analysis: s·r against q(σb + r));
 * an epoch's jobs are found together. Everything unpaid is lost with the bond.
 */
export const lazyWork = cohortAttack({
  id: 'lazy-work',
  number: 7,
  title: 'Lazy work',
  strategy: 'Answers jobs without doing them, by guessing or by copying, and saves what they would have cost.',
  defence: 'Audits and jobs with known answers find it; the bond and all that is unpaid are lost.',
  defendedBy: [
    'verification.auditFloor',
    'verification.detection',
    'verification.canaries.floor',
    'classes.*.verification.canaries',
    'offences.wrong-result.slash',
    'offences.wrong-result.ceiling',
    'classes.*.bond.revenue.exposure',
    'cadence.holdback',
  ],
  parameters: {
    nodes: NODES,
    skipped: { meaning: 'f: share of its jobs that it does not do', unit: 'of jobs', least: 0.001, most: 1, value: 1 },
    leaveAfter: LEAVE_AFTER,
  },
  minimumSize: ({ economy }) => economy.assumptions.jobGrains / economy.grainsPerUnit,
  formula: 'R = N·Σ_t (1 - q)^t·s·r_t; C = N·(Σ_t ((1 - q)^t - (1 - q)^min(vest(t), n))·u_t + σb·(1 - (1 - q)^n))',
  formulaSource: '`lazyWork` of kernel/src/analysis, over the mean course; u: all pay of an epoch',
  formulaTest: MEETS,
  closedForm: (setting) => {
    const [cohort, life] = lifeOf(setting);
    const { detection, epochs } = life;
    let saved = 0;
    let voided = 0;
    cheatsCourse(setting, cohort, { ...life, play: {} }).forEach(({ earned, tokens }, epoch) => {
      const works = (1 - detection) ** epoch;
      saved += works * savedShareOf(setting) * earned;
      voided += (works - keptShare(setting, detection, { epoch, epochs })) * (earned + tokens);
    });
    const each = voided + slashExpected(setting, bondCredits(setting, cohort), life);
    return attempted(cohort.nodes * saved, cohort.nodes * each);
  },
  closedFormHolds: (setting) => fraudHolds(setting, ...lifeOf(setting)),
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),
  play: (view) => {
    const end = cheatedEpochs(view, view.parameters.leaveAfter!);
    if (view.epoch >= end) return {};
    const probability = exposureOf(view, view.epoch, view.className);
    return { exposure: { offence: 'wrong-result', probability }, leaves: view.epoch === end - 1 };
  },
  /** What is saved is a share of the pay of all that was billed until then, and stays saved when the pay is lost. */
  account: (ledger, setting) => {
    const { grainsPerUnit } = setting.economy;
    return {
      costCredits: slashedCredits(ledger, setting) + ledger.voidedValueGrains / grainsPerUnit,
      returnCredits: (savedShareOf(setting) * ledger.earnedCreditsGrains) / grainsPerUnit,
      stakeCredits: bondedCredits(ledger, setting),
    };
  },
});

function savedShareOf({ economy, parameters }: AttackSetting): number {
  return (parameters.skipped! * economy.assumptions.lazySavingPpm) / MILLION;
}

function lifeOf(setting: AttackSetting): [ProviderPopulation, CheatsLife] {
  const { parameters } = setting;
  const cohort = cohortOf(setting, { nodes: parameters.nodes! });
  const detection = exposureOf(setting, 0, cohort.className);
  const epochs = cheatedEpochs(setting, parameters.leaveAfter!);
  return [cohort, { detection, epochs, offence: 'wrong-result' }];
}

/** 1 - (1 - q)^J with the q of a job of which a share f is not done, and the J jobs that a node has in an epoch. */
function exposureOf(setting: AttackSetting, epoch: number, className: string): number {
  const { economy, parameters } = setting;
  const cohort = cohortOf(setting, { nodes: parameters.nodes!, className });
  const { earned } = meanEpoch(setting, cohort, { nodes: cohort.nodes });
  const job = economy.assumptions.jobGrains / economy.grainsPerUnit;
  const jobs = job === 0 ? 1 : earned / job;
  return 1 - (1 - exposurePerEpoch(setting, epoch, className, parameters.skipped!)) ** jobs;
}
