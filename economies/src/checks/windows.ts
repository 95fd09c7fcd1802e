import { flashStake } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import type { EconomicCheck } from './check.ts';
import { eraMs, FACTOR, holdbackMs, type NodeClass, numberText, secondsText } from './figures.ts';

/** What is paid out can no longer be voided, so nothing vests while its evidence may still change. */
export const holdbackCheck: EconomicCheck = {
  id: 'holdback',
  section: 'windows',
  title: 'earnings vest after every window in which they can be disputed',
  formula: 'holdback >= max(dispute window, late + grace + challenge window)',
  source: 'what is paid cannot be voided',
  attacks: [6, 15],
  assumes: [],
  evaluate: (economy) =>
    economy.classes.map((one) => {
      const { cadence, settlement } = economy;
      const held = holdbackMs(economy) / 1_000;
      const late = (cadence.epochMs * cadence.lateEpochs) / 1_000;
      const windows = [late, cadence.graceMs / 1_000, settlement.challengeWindowSeconds];
      const evidence = windows.reduce((sum, each) => sum + each, 0);
      const passed = held >= Math.max(one.disputes.windowSeconds, evidence);
      const numbers = `${secondsText(held)} ${passed ? '>=' : '<'} max(${secondsText(one.disputes.windowSeconds)}, ${windows.map(secondsText).join(' + ')})`;
      const fields = [
        'cadence.holdback',
        `classes.${one.name}.disputes.window`,
        'cadence.late',
        'settlement.challengeWindow',
      ];
      return { about: one.name, passed, numbers, fields };
    }),
};

/** A bond must stay within reach until the last fault on what it secured is final and its era stands. */
export const unbondingCheck: EconomicCheck = {
  id: 'unbonding',
  section: 'windows',
  title: 'a bond can be slashed until the last fault it answers for is final',
  formula: 'unbonding >= max(holdback, dispute window) + appeal + challenge window',
  source: 'a bond that has left cannot be slashed',
  attacks: [6, 7, 15],
  assumes: [],
  evaluate: (economy) => economy.classes.map((one) => unbondingOf(economy, one)),
};

function unbondingOf(economy: EconomyProfile, { name, disputes }: NodeClass) {
  const { cadence, settlement } = economy;
  const { challengeWindowSeconds, appealSeconds, unbondingSeconds } = settlement;
  const exposed = Math.max(holdbackMs(economy) / 1_000, disputes.windowSeconds);
  const appeal = Math.max((cadence.epochMs * cadence.appealEpochs) / 1_000, appealSeconds);
  const windows = [exposed, appeal, challengeWindowSeconds];
  const passed = unbondingSeconds >= windows.reduce((sum, each) => sum + each, 0);
  const numbers = `${secondsText(unbondingSeconds)} ${passed ? '>=' : '<'} ${windows.map(secondsText).join(' + ')}`;
  return { about: name, passed, numbers, fields: ['settlement.unbonding', `classes.${name}.disputes.window`] };
}

/** A stake that comes for one era's payout: at yields near the cost of capital it pays interest while it is locked. */
export const flashStakeCheck: EconomicCheck = {
  id: 'flash-stake',
  section: 'windows',
  title: 'a stake that comes for one era is locked long enough to lose',
  formula: '(n + activation + unbonding) / n >= 2, n: an era',
  source: 'interest on locked capital against its yield',
  attacks: [3],
  assumes: [],
  evaluate: (economy) => {
    const { activationSeconds, unbondingSeconds } = economy.settlement;
    const era = eraMs(economy) / 1_000;
    // At a yield equal to the cost of capital only the times are left of the closed form.
    const stay = {
      stake: 1,
      otherStake: 0,
      rewardPerEpoch: 1,
      capitalCostPerEpoch: 1,
      activationEpochs: activationSeconds / era,
      unbondingEpochs: unbondingSeconds / era,
    };
    const { ratio } = flashStake(stay, 1);
    const times = [era, activationSeconds, unbondingSeconds].map(secondsText).join(' + ');
    const numbers = `(${times}) / ${secondsText(era)} = ${numberText(ratio)}`;
    const fields = ['settlement.unbonding', 'settlement.activation'];
    return [{ about: '', passed: ratio >= FACTOR, numbers, fields }];
  },
};
