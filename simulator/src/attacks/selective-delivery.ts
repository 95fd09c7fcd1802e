import { type AttackEconomics, selectiveDelivery as perUnit, slaCreditGrains } from '@stannary/kernel';
import type { AttackSetting } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { attempted, courseHolds, heldCost, MEETS } from './expectation.ts';
import { bondedCredits, lostCredits, NODES } from './lost-value.ts';
import { bondCredits, type MeanEpoch, meanCourse } from './mean-course.ts';

const MILLION = 1_000_000;

/**
 * 10. Sells its capacity ahead, cheaper than spot, and does not deliver a share of it while spot pays more: (p_s - p_c) of
 * each missed unit against c(p_s - p_c) + f·p_c (`selectiveDelivery` of the kernel's analysis), less what the allowance
 * excuses and with the service credit of the term on top. Penalties come out of the contract's pay, then out of the bond;
 * when that is gone, so is the contract. Before the take, which both sales would pay.
 */
export const selectiveDelivery = cohortAttack({
  id: 'selective-delivery',
  number: 10,
  title: 'Selective delivery of reserved capacity',
  strategy: 'Sells capacity ahead and delivers only while the spot price is not much better.',
  defence: 'A missed unit costs more than twice the gap to the spot price and a fee, and the term’s service credits.',
  defendedBy: [
    'reserved.gapFactor',
    'reserved.missedFee',
    'reserved.allowance',
    'reserved.credits',
    'classes.*.bond.min',
  ],
  parameters: {
    nodes: NODES,
    discount: { meaning: 'contract below the first spot price', unit: 'of it', least: 0, most: 0.99, value: 0.2 },
    margin: {
      meaning: 'spot over contract from which it fails',
      unit: 'of the contract',
      least: 0,
      most: 10,
      value: 0.05,
    },
    missed: { meaning: 'share of the promise that it then misses', unit: 'of it', least: 0, most: 1, value: 0.5 },
    termEpochs: { meaning: 'term of the reservation', unit: 'epochs', least: 1, most: 10_000, value: 168 },
  },
  minimumSize: ({ economy, parameters }) => (parameters.nodes! * economy.assumptions.jobGrains) / economy.grainsPerUnit,
  formula:
    'R = Σ_t missed·(p_t - p_c); C = Σ_t missed·(c·(p_t - p_c) + f·p_c) - excused + service credit + ρ·b·T + fees',
  formulaSource: '`selectiveDelivery` of kernel/src/analysis, over the mean course',
  formulaTest: MEETS,
  closedForm,
  closedFormHolds: (setting) => {
    const contract = contractPrice(setting);
    const fails = contract * (1 + setting.parameters.margin!);
    const near = courseOf(setting).some(
      ({ priceMicrograinsPerNcuS: spot }) => Math.abs(spot / fails - 1) < PRICE_NOISE,
    );
    return courseHolds(setting) ?? (near ? 'whether it fails hangs on the noise of the price' : null);
  },
  cohort: (setting) => cohortOf(setting, { nodes: setting.parameters.nodes! }),
  play: (view) => {
    const contract = contractPrice(view);
    const { margin, missed, termEpochs } = view.parameters;
    return {
      takesWork: false,
      reserves: {
        promisedNcuMs: view.epoch === 0 ? promisedNcuMs(view) : 0,
        contractMicrograinsPerNcuS: contract,
        termEpochs: Math.round(termEpochs!),
      },
      missedShare: view.priceMicrograinsPerNcuS >= contract * (1 + margin!) ? missed! : 0,
    };
  },
  horizonEpochs: ({ parameters }) => Math.round(parameters.termEpochs!),
  account: (ledger, setting) => {
    const { grainsPerUnit } = setting.economy;
    return {
      costCredits: lostCredits(ledger, setting) + ledger.penaltyGrains / grainsPerUnit,
      returnCredits: ledger.resaleGainGrains / grainsPerUnit,
      stakeCredits: bondedCredits(ledger, setting),
    };
  },
});

/** So far from its mean a spot price strays. */
const PRICE_NOISE = 0.03;

function courseOf(setting: AttackSetting): MeanEpoch[] {
  const cohort = cohortOf(setting, { nodes: setting.parameters.nodes! });
  const horizonEpochs = Math.round(setting.parameters.termEpochs!);
  const world = { ...setting, scenario: { ...setting.scenario, horizonEpochs } };
  return meanCourse(world, cohort, horizonEpochs, () => ({ nodes: cohort.nodes, takesWork: false }));
}

function closedForm(setting: AttackSetting): AttackEconomics {
  const { economy, parameters } = setting;
  const { reserved, grainsPerUnit } = economy;
  const contract = contractPrice(setting);
  const factor = reserved.gapFactorPpm / MILLION;
  const terms = { reservedPrice: contract, damagesFactor: factor, fixedShare: reserved.missedFeePpm / MILLION };
  const promisedEach = promisedNcuMs(setting);
  const promised = promisedEach * Math.round(parameters.termEpochs!);
  const perNcuMs = 1 / 1e9 / grainsPerUnit;
  let excused = (promised * reserved.allowancePpm) / MILLION;
  let delivered = promised;
  let returned = 0;
  let penalty = 0;
  for (const { priceMicrograinsPerNcuS: spot } of courseOf(setting)) {
    if (spot < contract * (1 + parameters.margin!)) continue;
    const missed = promisedEach * parameters.missed!;
    const unit = perUnit(terms, spot);
    const free = Math.min(missed, excused);
    excused -= free;
    delivered -= missed;
    returned += (spot - contract) * missed * perNcuMs;
    penalty += (unit.costCredits * missed - (factor - 1) * Math.max(0, spot - contract) * free) * perNcuMs;
  }
  const credit = slaCreditGrains(reserved, {
    promisedNcuMs: Math.floor(promised),
    deliveredNcuMs: Math.floor(delivered),
    chargedGrains: Math.floor((delivered * contract) / 1e9),
  } as never);
  const cohort = cohortOf(setting, { nodes: parameters.nodes! });
  const bonded = bondCredits(setting, cohort) * cohort.nodes * Math.round(parameters.termEpochs!);
  return attempted(returned, penalty + credit / grainsPerUnit + heldCost(setting, cohort.nodes, bonded));
}

function contractPrice({ economy, parameters }: AttackSetting): number {
  return Math.floor(economy.price.initialMicrograinsPerNcuS * (1 - parameters.discount!));
}

/** Of all its nodes, in an epoch. */
function promisedNcuMs(setting: AttackSetting): number {
  const { nodes, milliNcu } = cohortOf(setting, { nodes: setting.parameters.nodes! });
  return Math.floor((nodes * milliNcu * setting.economy.cadence.epochMs) / 1_000);
}
