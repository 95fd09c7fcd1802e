import type { Attack, AttackAccount, AttackSetting } from '../../attacks/attack.ts';
import { COST_RATIO_LINE } from '../campaign/attempt-run.ts';

/** How good a strategy is to the attacker; means over attempts. */
export interface Score {
  readonly costCredits: number;
  readonly returnCredits: number;
  readonly stakeCredits: number;
  /** Stake over the attack's minimum size, at most 1: below it a strategy is no attack. */
  readonly size: number;
  /** (2R - C) over the cost: positive where the attack pays, and best where cost over return is least. */
  readonly profit: number;
}

/** A strategy of full size before any that is not, then the more profitable. */
export function isBetter(a: Score, b: Score): boolean {
  return a.size === b.size ? a.profit > b.profit : a.size > b.size;
}

/** Of simulated attempts of one strategy in one world; at least one. */
export function scoreOf(attack: Attack, setting: AttackSetting, accounts: readonly AttackAccount[]): Score {
  const mean = (figure: keyof AttackAccount) =>
    accounts.reduce((sum, account) => sum + account[figure], 0) / accounts.length;
  const account = {
    costCredits: mean('costCredits'),
    returnCredits: mean('returnCredits'),
    stakeCredits: mean('stakeCredits'),
  };
  return scored(account, attack.minimumSize(setting));
}

/**
 * By the closed form, which knows no stake: what an attempt costs stands for it, so that the best is what costs least over
 * its return; what returns nothing is no attack. Null where nobody has derived one, or where it does not hold.
 */
export function closedScore(attack: Attack, setting: AttackSetting): Score | null {
  const closed = attack.closedForm(setting);
  if (closed === null) return null;
  const { costCredits, returnCredits } = closed;
  if (!(Number.isFinite(costCredits) && Number.isFinite(returnCredits))) return null;
  return scored({ costCredits, returnCredits, stakeCredits: costCredits }, 0);
}

/** What returns nothing is no attack, whatever is at stake: else the best response to a good economy is to abstain. */
function scored(account: AttackAccount, least: number): Score {
  const { costCredits, returnCredits, stakeCredits } = account;
  const size = returnCredits > 0 ? Math.min(1, least > 0 ? stakeCredits / least : 1) : 0;
  // Of what costs nothing, in credits.
  const profit = costCredits > 0 ? (COST_RATIO_LINE * returnCredits) / costCredits - 1 : returnCredits;
  return { ...account, size, profit };
}
