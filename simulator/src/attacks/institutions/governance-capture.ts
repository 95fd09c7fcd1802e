import { binomialTail, governanceCapture as captureClosedForm, type GovernanceRule } from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { creditsOf, share } from './reckoning.ts';

const NUMBER = 13;
/** Others' votes come in so many equal blocks, each of which is drawn. */
const HOLDERS = 200;
const HOUR_SECONDS = 3_600;

/**
 * 13. Buys or borrows votes, passes a payment to itself, and takes out of the treasury what the limit lets through until a
 * decision against it has passed its own timelock.
 *
 * Drawn, holder by holder: who votes against it. Bought votes lose the price impact; all votes are of staked tokens, so
 * they stay locked from before the snapshot until they are unbonded, and that costs their capital. Borrowed ones lose
 * nothing else, but the market lends no more than its depth. A flash loan votes only where nothing is snapshot.
 */
export const governanceCapture: Attack = {
  id: 'governance-capture',
  number: NUMBER,
  title: 'Buying a vote',
  strategy: 'Buys or borrows enough votes to pay itself out of the treasury, and draws until it is stopped.',
  defence:
    'Votes count as of a snapshot, a treasury pays out a small part a day, and buying the votes loses more than that.',
  defendedBy: [
    'governance.snapshot',
    'governance.quorum',
    'governance.pass',
    'governance.timelock',
    'governance.treasuryPerDay',
    'settlement.unbonding',
  ],
  parameters: {
    votes: { meaning: 'votes that it brings', unit: 'of the voting tokens', least: 0.01, most: 1, value: 0.4 },
    borrowed: { meaning: 'part of them that is borrowed', unit: 'of its votes', least: 0, most: 1, value: 0 },
    flash: { meaning: 'votes of a flash loan on top', unit: 'of the voting tokens', least: 0, most: 1, value: 0 },
  },
  formula: 'R = treasury·min(1, a day’s share·timelock) if nobody stops it; C = lost share·votes·market + ρ·votes',
  formulaSource: '`governanceCapture` of kernel/src/analysis',
  formulaTest: MEETS,
  minimumSize: ({ economy }) => votingCredits(economy) * share(economy.governance.quorumPpm),
  closedForm: (setting) => {
    const { economy } = setting;
    const { votes, bought, extractable, capital } = captureOf(setting);
    const { assumptions, governance } = economy;
    const against = share(assumptions.oppositionPpm);
    let passed = 0;
    for (let count = 0; count <= HOLDERS; count += 1) {
      if (!passes(governance, votes, count / HOLDERS)) continue;
      passed += binomialTail(HOLDERS, against, count) - binomialTail(HOLDERS, against, count + 1);
    }
    const { returnCredits, costCredits } = captureClosedForm({
      marketCap: creditsOf(economy, assumptions.marketCapGrains),
      stakedShare: share(assumptions.stakedPpm),
      votesNeeded: bought,
      lostShare: share(assumptions.priceImpactPpm),
      extractable,
    });
    return attempted(passed * returnCredits, costCredits + capital);
  },
  attempt: (setting, run) => {
    const { economy, scenario } = setting;
    const { votes, bought, capital, all } = captureOf(setting);
    const draws = new Draws({ seed: scenario.seed, run });
    const against = share(economy.assumptions.oppositionPpm);
    let opposed = 0;
    for (let holder = 0; holder < HOLDERS; holder += 1) {
      if (draws.uniform('attack', 0, NUMBER, holder) < against) opposed += 1;
    }
    const passed = passes(economy.governance, votes, opposed / HOLDERS);
    return {
      costCredits: share(economy.assumptions.priceImpactPpm) * bought * all + capital,
      returnCredits: passed ? drained(setting) : 0,
      stakeCredits: votes * all,
    };
  },
};

/** Whether a payment passes, of votes for and against it, both of all voting tokens. */
function passes({ mode, quorumPpm, passPpm }: GovernanceRule, votes: number, opposed: number): boolean {
  if (mode !== 'token') return false;
  const cast = votes + Math.min(opposed, 1 - votes);
  return cast >= share(quorumPpm) && votes >= share(passPpm) * cast;
}

/** Hour by hour, by the treasury's limit, until the next decision can have its effect. */
function drained({ economy }: AttackSetting): number {
  const { governance, assumptions } = economy;
  const whole = creditsOf(economy, assumptions.treasuryGrains);
  let left = whole;
  for (let seconds = 0; seconds < governance.timelockSeconds; seconds += HOUR_SECONDS) {
    const stretch = Math.min(HOUR_SECONDS, governance.timelockSeconds - seconds);
    left -= Math.min(left, (whole * share(governance.treasuryPerDayPpm) * stretch) / 86_400);
  }
  return whole - left;
}

function votingCredits(economy: AttackSetting['economy']): number {
  return creditsOf(economy, economy.assumptions.marketCapGrains) * share(economy.assumptions.stakedPpm);
}

function captureOf({ economy, parameters }: AttackSetting) {
  const { governance, assumptions, settlement } = economy;
  const all = votingCredits(economy);
  const lent = Math.min(
    parameters.votes! * parameters.borrowed!,
    creditsOf(economy, assumptions.poolDepthGrains) / all,
  );
  const flash = governance.snapshotSeconds === 0 ? parameters.flash! : 0;
  const votes = Math.min(1, parameters.votes! + flash);
  const { activationSeconds, unbondingSeconds } = settlement;
  const votingSeconds = governance.snapshotSeconds + governance.voteSeconds + governance.timelockSeconds;
  const days = governance.timelockSeconds / 86_400;
  const treasury = creditsOf(economy, assumptions.treasuryGrains);
  return {
    all,
    votes,
    bought: parameters.votes! - lent,
    extractable: treasury * Math.min(1, share(governance.treasuryPerDayPpm) * days),
    capital: capitalCost(economy, parameters.votes! * all, activationSeconds + votingSeconds + unbondingSeconds),
  };
}
