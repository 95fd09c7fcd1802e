import { governanceCapture } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import type { EconomicCheck } from './check.ts';
import { creditsOf, FACTOR, numberOf, numberText } from './figures.ts';

/** Votes bought for one decision: all that can leave the treasury before the next one can stop it. */
export const captureCheck: EconomicCheck = {
  id: 'governance-capture',
  section: 'votes',
  title: 'buying a vote costs twice what can leave before the next vote',
  formula:
    'kappa * theta * S * P >= 2 * V, theta: max(quorum, opposition * pass/(1 - pass)), V: treasury by day * timelock',
  source: 'price impact of bought votes against what they reach',
  attacks: [13],
  assumes: [
    'assumptions.marketCap',
    'assumptions.staked',
    'assumptions.priceImpact',
    'assumptions.opposition',
    'assumptions.treasury',
  ],
  evaluate: (economy) => {
    const fields = ['governance.treasuryPerDay', 'governance.timelock', 'governance.pass', 'governance.quorum'];
    if (economy.governance.mode !== 'token') return [{ about: '', passed: true, numbers: 'no votes are sold', fields }];
    const votesNeeded = votesToPass(economy);
    const capture = governanceCapture({
      marketCap: numberOf(creditsOf(economy, economy.assumptions.marketCapGrains)),
      stakedShare: economy.assumptions.stakedPpm / 1_000_000,
      votesNeeded,
      lostShare: economy.assumptions.priceImpactPpm / 1_000_000,
      extractable: extractable(economy),
    });
    const passed = capture.ratio >= FACTOR;
    const numbers = `${numberText(100 * votesNeeded)} % of votes: ${numberText(capture.costCredits)} ${passed ? '>=' : '<'} 2 * ${numberText(capture.returnCredits)} credits`;
    return [{ about: '', passed, numbers, fields }];
  },
};

/** Share of the voting tokens: enough to be heard, and to outvote those who object. */
function votesToPass({ governance, assumptions }: EconomyProfile): number {
  const pass = governance.passPpm / 1_000_000;
  const outvoting = pass === 1 ? 1 : ((assumptions.oppositionPpm / 1_000_000) * pass) / (1 - pass);
  return Math.min(1, Math.max(governance.quorumPpm / 1_000_000, outvoting));
}

function extractable(economy: EconomyProfile): number {
  const { governance, assumptions } = economy;
  const days = governance.timelockSeconds / 86_400;
  const share = Math.min(1, (governance.treasuryPerDayPpm / 1_000_000) * days);
  return numberOf(creditsOf(economy, assumptions.treasuryGrains)) * share;
}
