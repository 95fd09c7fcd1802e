import { type AttackEconomics, idleSurchargePpm } from '@stannary/kernel';
import type { AttackSetting } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { attempted, courseHolds, MEETS } from './expectation.ts';
import { type MeanEpoch, meanCourse } from './mean-course.ts';

const MILLION = 1_000_000;

/**
 * 4. Leases a share x of a class and leaves it idle, to sell its own share m of the market dearer: m((1 - x)^(-1/η) - 1)
 * against x(1 + h) and the leases' fees (`hoarding` of the kernel's analysis, at the price that the hoarding made). The
 * return is what its nodes earned beyond the same run without hoarding; one consumer may hold so much of a class.
 */
export const hoarding = cohortAttack({
  id: 'hoarding',
  number: 4,
  title: 'Hoarding of capacity',
  strategy: 'Leases capacity and leaves it idle, so that its own nodes sell dearer.',
  defence: 'One consumer holds only so much of a class; idle leases cost a fee, a part of their bond, and a surcharge.',
  defendedBy: [
    'classes.*.consumerCap',
    'leases.openingFee',
    'leases.idleSurcharge',
    'leases.idleFrom',
    'leases.bond',
    'leases.idleBurn',
    'classes.*.operatorCap',
    'take.burn',
  ],
  parameters: {
    withheld: {
      meaning: 'x: share of the class that it leaves idle',
      unit: 'of the class',
      least: 0,
      most: 0.95,
      value: 0.1,
    },
    ownShare: {
      meaning: 'm: share of the class that it owns',
      unit: 'of the class',
      least: 0.001,
      most: 0.9,
      value: 0.15,
      fact: ({ economy }) => Math.min(0.9, Math.max(0.001, economy.assumptions.hoarderSharePpm / MILLION)),
    },
  },
  honest: { withheld: 0 },
  minimumSize: (setting) => {
    const { economy } = setting;
    return (classNcuMs(setting) * economy.price.initialMicrograinsPerNcuS) / 1e9 / economy.grainsPerUnit / 100;
  },
  formula:
    'R = Σ_t m·(E_t with x - E_t without); C = Σ_t x·p_t·(1 + h + fees); in the end m·((1 - x)^(-1/η) - 1) against x·(1 + h)',
  formulaSource: '`hoarding` of kernel/src/analysis is where the mean course ends',
  formulaTest: MEETS,
  closedForm,
  closedFormHolds,
  cohort: ownNodes,
  play: (view) => ({ withheldNcuMs: Math.floor(classNcuMs(view) * view.parameters.withheld!) }),
  horizonEpochs: epochsOf,
  /** Its nodes and their bonds are there in any case. */
  account: (ledger, setting, honest) => {
    const { grainsPerUnit } = setting.economy;
    const earned = (one: typeof ledger) => one.earnedCreditsGrains + one.earnedTokensValueGrains;
    const gain = (earned(ledger) - (honest === null ? 0 : earned(honest))) / grainsPerUnit;
    return {
      // Whoever earns less than without hoarding has lost that as well.
      costCredits: ledger.idleCostGrains / grainsPerUnit + Math.max(0, -gain),
      returnCredits: Math.max(0, gain),
      stakeCredits: ledger.idleCostGrains / grainsPerUnit,
    };
  },
});

/** A share m of the class that it is added to, at most what one operator's work may be. */
function ownNodes(setting: AttackSetting) {
  const alike = cohortOf(setting, { nodes: 1 });
  const others = setting.scenario.providers
    .filter(({ className }) => className === alike.className)
    .reduce((sum, { nodes, milliNcu }) => sum + nodes * milliNcu, 0);
  const { operatorCapPpm } = setting.economy.classes.find(({ name }) => name === alike.className)!;
  const share = Math.min(setting.parameters.ownShare!, operatorCapPpm / MILLION);
  return cohortOf(setting, { nodes: Math.max(1, Math.floor((share * others) / (1 - share) / alike.milliNcu)) });
}

/** Capacity of its class with its own nodes, an epoch. */
function classNcuMs(setting: AttackSetting): number {
  const own = ownNodes(setting);
  const milliNcu = setting.scenario.providers.reduce(
    (sum, one) => (one.className === own.className ? sum + one.nodes * one.milliNcu : sum),
    own.nodes * own.milliNcu,
  );
  return (milliNcu * setting.economy.cadence.epochMs) / 1_000;
}

function epochsOf({ economy }: AttackSetting): number {
  return 7 * economy.cadence.epochsPerEra;
}

/**
 * Of the whole attempt, from the first hour on. All classes share one price: withholding a part of one class raises it by so
 * much less, and what is withheld is sold by that class alone. In a network of one class, once the price has found its
 * target again, the return is m((1 - x)^(-1/η) - 1) of what is sold: `hoarding` of the kernel's analysis.
 */
function closedForm(setting: AttackSetting): AttackEconomics {
  const { economy, scenario, parameters } = setting;
  const own = ownNodes(setting);
  const { consumerCapPpm } = economy.classes.find(({ name }) => name === own.className)!;
  const withheldNcuMs = Math.floor(Math.min(parameters.withheld!, consumerCapPpm / MILLION) * classNcuMs(setting));
  const world = { economy, scenario: { ...scenario, horizonEpochs: epochsOf(setting) } };
  const course = (withheld: number) =>
    meanCourse(world, own, epochsOf(setting), () => ({ nodes: own.nodes, withheldNcuMs: withheld }));
  const pay = (epochs: readonly MeanEpoch[]) => epochs.reduce((sum, one) => sum + one.earned + one.tokens, 0);
  const hoarded = course(withheldNcuMs);
  const { leases, grainsPerUnit } = economy;
  const rule = { ...leases, consumerSharePpm: consumerCapPpm };
  const fees = (leases.openingFeePpm + (leases.bondPpm * leases.idleBurnPpm) / MILLION) / MILLION;
  const cost = hoarded.reduce((sum, { idleNcuMs, priceMicrograinsPerNcuS, classUtilisation }) => {
    const surcharge = idleSurchargePpm(rule, Math.floor(classUtilisation * MILLION) as never) / MILLION;
    return sum + ((idleNcuMs * priceMicrograinsPerNcuS) / 1e9 / grainsPerUnit) * (1 + surcharge + fees);
  }, 0);
  const gain = own.nodes * (pay(hoarded) - pay(course(0)));
  return attempted(Math.max(0, gain), cost + Math.max(0, -gain));
}

function closedFormHolds(setting: AttackSetting): string | null {
  const { demand } = setting.scenario;
  return demand.elasticity === 0 ? 'no price moves demand: it rises to its cap' : courseHolds(setting);
}
