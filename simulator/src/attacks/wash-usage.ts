import { washUsage as contest } from '@stannary/kernel';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { attempted, courseHolds, heldCost, MEETS } from './expectation.ts';
import { lostCredits, NODES } from './lost-value.ts';
import { bondCredits, meanCourse } from './mean-course.ts';

const MILLION = 1_000_000;

/**
 * 5. Buys its own work to earn the emission that goes with it: a share x / (X + x) of an epoch's emission, for τ_nr·x of
 * take that nobody gets back (`washUsage`). The treasury's part is not counted as lost: it may flow back.
 */
export const washUsage = cohortAttack({
  id: 'wash-usage',
  number: 5,
  title: 'Wash usage for emission',
  strategy: 'Buys its own work to earn the emission that goes with it.',
  defence: 'Emission stays below half of the take that nobody gets back.',
  defendedBy: ['take.burn', 'take.insurance', 'supply.streams.*.rule', 'supply.classShareMax'],
  parameters: {
    nodes: { ...NODES, value: 50 },
    load: { meaning: 'share of their capacity that is bought', unit: 'of capacity', least: 0, most: 1, value: 0.7 },
  },
  minimumSize: ({ economy, parameters }) => {
    const ncuS = (parameters.nodes! * economy.assumptions.nodeNcu * economy.cadence.epochMs) / 1_000;
    const epochCredits = (ncuS * economy.price.initialMicrograinsPerNcuS) / 1e6 / economy.grainsPerUnit;
    return epochCredits / 10;
  },
  formula: 'R = Σ_t E_t·x_t/(X_t + x_t); C = Σ_t τ_nr·x_t + ρ·b·T + fees',
  formulaSource: '`washUsage` of kernel/src/analysis, over the mean course',
  formulaTest: MEETS,
  /** Null where nobody else works. */
  closedForm: (setting) => {
    const { economy, scenario, parameters } = setting;
    const cohort = cohortOf(setting, { nodes: parameters.nodes! });
    const washNcuMs = Math.floor((cohort.milliNcu * economy.cadence.epochMs * parameters.load!) / 1_000);
    const play = { nodes: cohort.nodes, takesWork: false, washNcuMs };
    const course = meanCourse(setting, cohort, scenario.horizonEpochs, () => play);
    const { othersWorkNcuMs, othersNodes } = course[0]!;
    if (washNcuMs === 0 || othersWorkNcuMs * othersNodes === 0) return null;
    const lostTake = (economy.take.burnPpm + economy.take.insurancePpm) / MILLION;
    let returned = 0;
    let cost = 0;
    for (const { classTokens, charges, workNcuMs, othersWorkNcuMs: work, othersNodes: others } of course) {
      const market = { emission: classTokens, honestFees: (charges * work * others) / workNcuMs, lostTake };
      const epoch = contest(market, charges * cohort.nodes);
      returned += epoch.returnCredits;
      cost += epoch.costCredits;
    }
    const bonded = bondCredits(setting, cohort) * cohort.nodes * scenario.horizonEpochs;
    return attempted(returned, cost + heldCost(setting, cohort.nodes, bonded));
  },
  closedFormHolds: courseHolds,
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),
  play: ({ parameters, capacityNcuMs }) => ({
    takesWork: false,
    washNcuMs: Math.floor(capacityNcuMs * parameters.load!),
  }),
  account: (ledger, setting) => {
    const perCredit = 1 / setting.economy.grainsPerUnit;
    return {
      costCredits: (ledger.ownBurnGrains + ledger.ownInsuranceGrains) * perCredit + lostCredits(ledger, setting),
      returnCredits: ledger.earnedTokensValueGrains * perCredit,
      stakeCredits: ledger.ownChargesGrains * perCredit,
    };
  },
});
