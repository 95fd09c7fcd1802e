import { type AttackEconomics, newcomerMultiplierPpm, whitewash as whitewashOf } from '@stannary/kernel';
import type { ProviderPopulation } from '../scenario/scenario.ts';
import { type AttackSetting, exposurePerEpoch } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import {
  attempted,
  type CheatsLife,
  epochsIn,
  falseOf,
  foundShare,
  fraudHolds,
  heldCost,
  keptShare,
  MEETS,
  slashShare,
} from './expectation.ts';
import { bondedCredits, falseCredits, leastBondCredits, NODES, slashedCredits } from './lost-value.ts';
import { bondCredits, type MeanEpoch, meanCourse } from './mean-course.ts';

/**
 * 2. Cheats for n epochs, drops the identity, found or not, and comes back as somebody new: gain g against what whoever is
 * found loses, the fee of an identity and a newcomer's dues (`whitewash` of the kernel's analysis), once an identity.
 */
export const whitewash = cohortAttack({
  id: 'whitewash',
  number: 2,
  title: 'Whitewash of a spoilt identity',
  strategy: 'Cheats for a while, drops the identity before its past catches up with it, and comes back under another.',
  defence: 'A fee for each identity, a bond that waits and can be slashed, and dues that newcomers pay in work.',
  defendedBy: [
    'bonds.idFee',
    'newcomer.multiplierMin',
    'newcomer.ramp',
    'settlement.activation',
    'settlement.unbonding',
    'verification.auditFloor',
    'verification.canaries.floor',
    'classes.*.verification.canaries',
    'offences.wrong-result.slash',
    'classes.*.bond.revenue.exposure',
    'cadence.holdback',
  ],
  parameters: {
    nodes: NODES,
    inflation: { meaning: 'ε: claims beyond the truth', unit: 'of the work done', least: 0.001, most: 10, value: 0.4 },
    cheatEpochs: { meaning: 'n: epochs of an identity', unit: 'epochs', least: 1, most: 10_000, value: 24 },
    identities: { meaning: 'identities used up by a node', unit: 'identities', least: 1, most: 4, value: 2 },
  },
  minimumSize: leastBondCredits,
  formula:
    'per identity R = Σ_t ε·r_t·(1 - q)^min(vest(t), n); C = σb·(1 - (1 - q)^n), and of each but the first fee + dues',
  formulaSource: '`whitewash` of kernel/src/analysis for each identity, over the mean course',
  formulaTest: MEETS,
  closedForm,
  closedFormHolds: (setting) => fraudHolds(setting, cohort(setting), lifeOf(setting, 0)),
  cohort,
  play: (view) => {
    const { inflation, cheatEpochs, identities, nodes } = view.parameters;
    const round = roundEpochs(view);
    const life = Math.floor(view.epoch / round);
    const lived = view.epoch % round;
    if (life >= Math.round(identities!) || lived >= Math.round(cheatEpochs!)) return {};
    const isLast = lived === Math.round(cheatEpochs!) - 1;
    return {
      inflation: inflation!,
      exposure: { offence: 'wrong-result', probability: exposurePerEpoch(view, view.epoch, view.className) },
      leaves: isLast,
      enters: isLast && life < Math.round(identities!) - 1 ? Math.round(nodes!) : 0,
    };
  },
  horizonEpochs: (setting) => {
    const { appealEpochs, epochsPerEra, holdbackEras } = setting.economy.cadence;
    const settles = Math.max(appealEpochs + 1, (holdbackEras + 1) * epochsPerEra);
    return Math.round(setting.parameters.identities!) * roundEpochs(setting) + settles;
  },
  /** An honest provider registers once, too: what further identities cost is the attack's. */
  account: (ledger, setting) => {
    const { grainsPerUnit, bonds } = setting.economy;
    const further = ledger.identityFeesGrains - Math.round(setting.parameters.nodes!) * bonds.idFeeGrains;
    return {
      costCredits: slashedCredits(ledger, setting) + (further + ledger.duesGrains) / grainsPerUnit,
      returnCredits: falseCredits(ledger, setting),
      stakeCredits: bondedCredits(ledger, setting),
    };
  },
});

/** From one identity's first work to the next one's. */
function roundEpochs(setting: AttackSetting): number {
  const { economy, parameters } = setting;
  return Math.round(parameters.cheatEpochs!) + epochsIn(setting, economy.settlement.activationSeconds);
}

function cohort(setting: AttackSetting): ProviderPopulation {
  const nodes = Math.round(setting.parameters.nodes!);
  return cohortOf(setting, { nodes, nodesMax: nodes * Math.round(setting.parameters.identities!) });
}

/** The first identities are as old as everybody else, and were there before; each other enters as one leaves. */
function lifeOf(setting: AttackSetting, life: number): CheatsLife & { readonly joinedEpoch: number } {
  const epochs = Math.round(setting.parameters.cheatEpochs!);
  const bornEpoch = life * roundEpochs(setting);
  const joinedEpoch = life === 0 ? 0 : bornEpoch - roundEpochs(setting) + epochs;
  return {
    detection: exposurePerEpoch(setting, 0, cohort(setting).className),
    epochs,
    offence: 'wrong-result',
    bornEpoch,
    joinedEpoch,
  };
}

function closedForm(setting: AttackSetting): AttackEconomics {
  const { economy, parameters } = setting;
  const own = cohort(setting);
  const bond = bondCredits(setting, own);
  const lives = Array.from({ length: Math.round(parameters.identities!) }, (_, life) => lifeOf(setting, life));
  const { epochs, detection } = lives[0]!;
  const horizonEpochs = whitewash.horizonEpochs!(setting);
  const world = { economy, scenario: { ...setting.scenario, horizonEpochs } };
  const course = meanCourse(world, own, lives.at(-1)!.bornEpoch! + epochs, (epoch) => {
    const lived = epoch % roundEpochs(setting);
    const { joinedEpoch } = lives[Math.floor(epoch / roundEpochs(setting))]!;
    const nodes = lived < epochs ? own.nodes * (1 - detection) ** lived : 0;
    return { nodes, inflation: parameters.inflation!, joinedEpoch };
  });
  const sums = lives.map((life) =>
    whitewashOf({
      ...gainAndDues(setting, life, course),
      detection: foundShare(life),
      slash: slashShare(setting, life.offence) * bond,
      identityFee: life.joinedEpoch === 0 ? 0 : heldCost(setting, 1, 0),
    }),
  );
  const total = (side: 'returnCredits' | 'costCredits') => sums.reduce((sum, one) => sum + one[side], 0);
  return attempted(own.nodes * total('returnCredits'), own.nodes * total('costCredits'));
}

/** What one identity keeps of its claims, and what it earned less than the first would have at its age. */
function gainAndDues(
  setting: AttackSetting,
  { bornEpoch = 0, epochs, detection, joinedEpoch }: ReturnType<typeof lifeOf>,
  course: readonly MeanEpoch[],
) {
  const { newcomer } = setting.economy;
  let gain = 0;
  let dues = 0;
  course.slice(bornEpoch, bornEpoch + epochs).forEach((one, lived) => {
    const epoch = bornEpoch + lived;
    const falsePay = falseOf(one);
    gain += falsePay * keptShare(setting, detection, { epoch, bornEpoch, epochs });
    const own = newcomerMultiplierPpm(newcomer, epoch - joinedEpoch);
    if (joinedEpoch === 0 || own === 0) return;
    const honest = one.earned + one.tokens - falsePay;
    dues += (1 - detection) ** lived * honest * (newcomerMultiplierPpm(newcomer, epoch) / own - 1);
  });
  return { gain, dues };
}
