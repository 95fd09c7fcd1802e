import { griefing as griefingClosedForm, type NodeClass } from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCostPerEpoch } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { creditsOf, fullNode, share } from './reckoning.ts';

const NUMBER = 14;

/**
 * 14. Opens disputes that it knows to be false, so that victims defend themselves and wait for their pay.
 *
 * Drawn: how busy each victim was in each era of its holdback, so what is held. The dispute is walked epoch by epoch until
 * the verdict, and the appeal if the griefer takes it that far. Each dispute costs the challenger its deposit, max(least,
 * factor × this victim's cost as the rule reckons it), and its own expenses. The return is the victims' loss: nothing of
 * it reaches the griefer.
 */
export const griefing: Attack = {
  id: 'griefing',
  number: NUMBER,
  title: 'False disputes',
  strategy: 'Disputes honest work, so that its pay waits and its provider has to defend it.',
  defence: 'A dispute takes a deposit of at least twice what a false one costs its victim, and a lost one loses it.',
  defendedBy: ['challenges.deposit', 'challenges.victimCostFactor', 'cadence.appeal', 'cadence.holdback'],
  parameters: {
    disputes: { meaning: 'disputes, each against another node', unit: 'disputes', least: 1, most: 200, value: 10 },
    appeals: { meaning: 'part of the appeal that it uses', unit: 'of cadence.appeal', least: 0, most: 1, value: 1 },
  },
  minimumSize: ({ economy }) => creditsOf(economy, economy.challenges.depositGrainsMin),
  formula: 'R = ρ·held·T + c_v; C = max(least, factor·R) + expenses, for each dispute',
  formulaSource: '`griefing` of kernel/src/analysis',
  formulaTest: MEETS,
  closedForm: (setting) => {
    const { scenario, economy } = setting;
    const { disputes, epochs, fullHeld, capitalPerEpoch, defence, expenses } = disputeOf(setting);
    const victim = {
      heldAmount: fullHeld * scenario.demand.utilisation,
      capitalCostPerEpoch: capitalPerEpoch,
      disputeEpochs: epochs,
      defenceCost: defence,
    };
    const victimCost = griefingClosedForm(victim, 1).returnCredits;
    const deposit = depositOf(economy, victimCost);
    const { returnCredits, costCredits } = griefingClosedForm(victim, deposit + expenses);
    return attempted(disputes * returnCredits, disputes * costCredits);
  },
  attempt: (setting, run) => {
    const { economy, scenario } = setting;
    const { disputes, epochs, fullHeld, capitalPerEpoch, defence, expenses } = disputeOf(setting);
    const draws = new Draws({ seed: scenario.seed, run });
    const eras = economy.cadence.holdbackEras;
    const { utilisation, noise } = scenario.demand;
    let costCredits = 0;
    let returnCredits = 0;
    for (let victim = 0; victim < disputes; victim += 1) {
      let held = 0;
      for (let era = 0; era < eras; era += 1) {
        const swing = Math.exp(noise * draws.normal('demand', era, NUMBER, victim) - (noise * noise) / 2);
        held += (Math.min(1, utilisation * swing) * fullHeld) / eras;
      }
      let lost = defence;
      for (let epoch = 0; epoch < epochs; epoch += 1) lost += held * capitalPerEpoch;
      costCredits += depositOf(economy, lost) + expenses;
      returnCredits += lost;
    }
    return { costCredits, returnCredits, stakeCredits: costCredits };
  },
};

/** max(deposit, factor × the victim's cost), lost when the dispute is. */
function depositOf({ challenges, grainsPerUnit }: AttackSetting['economy'], victimCost: number): number {
  return Math.max(challenges.depositGrainsMin / grainsPerUnit, share(challenges.victimCostFactorPpm) * victimCost);
}

/** Against full nodes of the class that suffers most for the same deposit. */
function disputeOf({ economy, parameters }: AttackSetting) {
  const { assumptions, classes, cadence } = economy;
  const appealEpochs = Math.round(cadence.appealEpochs * parameters.appeals!);
  const suffered = (one: NodeClass) => {
    const epochs = Math.ceil((one.disputes.verdictSeconds * 1_000) / cadence.epochMs) + appealEpochs;
    return { epochs, fullHeld: fullNode(economy, one).held };
  };
  const worst = classes
    .map(suffered)
    .reduce((most, one) => (one.epochs * one.fullHeld > most.epochs * most.fullHeld ? one : most));
  return {
    ...worst,
    capitalPerEpoch: capitalCostPerEpoch(economy),
    disputes: Math.round(parameters.disputes!),
    defence: creditsOf(economy, assumptions.defenceCostGrains),
    expenses: creditsOf(economy, assumptions.challengeCostGrains),
  };
}
