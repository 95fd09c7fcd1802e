import { type AttackSetting, type CohortLedger, capitalCostPerEpoch } from './attack.ts';

/** What an attack loses whose nodes are there for it alone, credits: slashes, fees of identities, its bonds' capital cost. */
export function lostCredits(ledger: CohortLedger, { economy }: Pick<AttackSetting, 'economy'>): number {
  const capital = ledger.bondEpochsGrains * capitalCostPerEpoch(economy);
  return (ledger.slashedValueGrains + ledger.identityFeesGrains + capital) / economy.grainsPerUnit;
}

/**
 * What verdicts take from an attack that does honest work all the same, credits. The fees of its identities and the capital
 * in its bonds are what that work costs anybody, and its pay covers: they are not spent on the cheat.
 */
export function slashedCredits(ledger: CohortLedger, { economy }: Pick<AttackSetting, 'economy'>): number {
  return ledger.slashedValueGrains / economy.grainsPerUnit;
}

/** What false claims brought, credits: what has vested, and what waits and was never accused, which will vest. */
export function falseCredits(ledger: CohortLedger, { economy }: Pick<AttackSetting, 'economy'>): number {
  return (ledger.falseVestedGrains + ledger.falseHeldGrains) / economy.grainsPerUnit;
}

/** Mean of what its bonds were worth, credits. */
export function bondedCredits(ledger: CohortLedger, { economy }: Pick<AttackSetting, 'economy'>): number {
  return ledger.bondEpochsGrains / Math.max(1, ledger.epochs) / economy.grainsPerUnit;
}

/** The least bond that anything can be done with, credits. */
export function leastBondCredits({ economy }: Pick<AttackSetting, 'economy'>): number {
  return Math.min(...economy.classes.map(({ bond }) => bond.bondGrainsMin)) / economy.grainsPerUnit;
}

/** Never more than a run: an attack with this lasts as long as it can. */
const EPOCHS_MOST = 1_000_000;

export const NODES = { meaning: 'nodes of the attacker', unit: 'nodes', least: 1, most: 10_000, value: 10 } as const;

export const LEAVE_AFTER = {
  meaning: 'n: leaves with what it has after so many epochs, unless the run ends sooner',
  unit: 'epochs',
  least: 1,
  most: EPOCHS_MOST,
  value: EPOCHS_MOST,
} as const;
