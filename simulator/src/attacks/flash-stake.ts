import { flashStake as flashStakeFor } from '@stannary/kernel';
import { type AttackSetting, capitalCostPerEpoch } from './attack.ts';
import { cohortAttack } from './cohort-attack.ts';
import { cohortOf } from './cohort-population.ts';
import { attempted, courseHolds, epochsIn, heldCost, MEETS } from './expectation.ts';
import { bondedCredits, leastBondCredits, lostCredits, NODES } from './lost-value.ts';
import { bondCredits, meanCourse } from './mean-course.ts';

/**
 * 3. Bonds for a payout and leaves after it: n epochs of a share S / (T + S) of the emission, for capital that is bound for
 * n epochs and for the queues on both sides, ρ·S·(n + a + u) (`flashStake` of the kernel's analysis). What its work was
 * paid by consumers is pay for work and no return of the stake.
 */
export const flashStake = cohortAttack({
  id: 'flash-stake',
  number: 3,
  title: 'Flash stake',
  strategy: 'Bonds just before a payout, takes its share of the emission for a few epochs, and takes the bond out.',
  defence: 'A bond counts only after its activation, earns like a newcomer’s, and comes back only after the unbonding.',
  defendedBy: ['settlement.activation', 'settlement.unbonding', 'newcomer.multiplierMin', 'bonds.idFee'],
  parameters: {
    nodes: NODES,
    // Whoever stays for longer is no flash: its bond is at stake like anybody's.
    epochs: { meaning: 'n: epochs in which the bond earns', unit: 'epochs', least: 1, most: 168, value: 24 },
  },
  minimumSize: leastBondCredits,
  formula:
    'R = Σ_t E_t·S/(T + S); C = ρ·S·(n + a + u) + fees; S: by work, which follows the weights of newcomers’ bonds',
  formulaSource: '`flashStake` of kernel/src/analysis, over the mean course',
  formulaTest: MEETS,
  closedForm: (setting) => {
    const { economy, parameters } = setting;
    const cohort = cohortOf(setting, { nodes: parameters.nodes! });
    const horizonEpochs = flashStake.horizonEpochs!(setting);
    const [waits, last] = [epochsIn(setting, economy.settlement.activationSeconds), lastEpoch(setting)];
    const world = { economy, scenario: { ...setting.scenario, horizonEpochs } };
    const course = meanCourse(world, cohort, last + 1, (epoch) => ({
      nodes: epoch > waits ? cohort.nodes : 0,
      joinedEpoch: 1,
    }));
    const stake = bondCredits(setting, cohort) * cohort.nodes;
    const network = {
      stake,
      otherStake: 0,
      rewardPerEpoch: 0,
      capitalCostPerEpoch: capitalCostPerEpoch(economy),
      activationEpochs: waits,
      unbondingEpochs: epochsIn(setting, economy.settlement.unbondingSeconds),
    };
    const { costCredits } = flashStakeFor(network, Math.round(parameters.epochs!));
    const earned = course.slice(waits + 1).reduce((sum, { tokens }) => sum + tokens, 0);
    return attempted(cohort.nodes * earned, costCredits + heldCost(setting, cohort.nodes, 0));
  },
  closedFormHolds: courseHolds,
  cohort: (setting) => cohortOf(setting, { nodes: 0, nodesMax: setting.parameters.nodes! }),
  play: (view) => ({
    enters: view.epoch === 0 ? Math.round(view.parameters.nodes!) : 0,
    leaves: view.epoch === lastEpoch(view),
  }),
  horizonEpochs: (setting) => lastEpoch(setting) + epochsIn(setting, setting.economy.settlement.unbondingSeconds) + 1,
  account: (ledger, setting) => ({
    costCredits: lostCredits(ledger, setting),
    returnCredits: ledger.earnedTokensValueGrains / setting.economy.grainsPerUnit,
    stakeCredits: bondedCredits(ledger, setting),
  }),
});

/** The first earns once the activation has passed, at the soonest epoch 1. */
function lastEpoch(setting: AttackSetting): number {
  const { economy, parameters } = setting;
  return epochsIn(setting, economy.settlement.activationSeconds) + Math.round(parameters.epochs!);
}
