import { capitalCostPerEpoch } from '../../../attacks/attack.ts';
import type { Simulation } from '../../../simulation.ts';

/** Margins of providers after what their bonds cost: the run's quantiles, less capital over revenue of all together. */
export class MarginWatch {
  readonly #simulation: Simulation;
  #capitalGrains = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** After each step. */
  count(): void {
    const { bondTotals, summary, economy } = this.#simulation;
    // Tokens; their price of the epoch is what the summary's mean is of, and a mean is all that is asked here.
    const tokenPrice = summary.moments('tokenPrice').mean / 1e6;
    this.#capitalGrains += bondTotals.active * tokenPrice * capitalCostPerEpoch(economy);
  }

  /** Shares of revenue; null before the first era's end. */
  get figures(): Readonly<Record<'marginMedian' | 'marginP10' | 'capitalShare', number | null>> {
    const { summary, economy } = this.#simulation;
    const { burnPpm, insurancePpm, treasuryPpm } = economy.take;
    const revenue = summary.sums.chargedGrains * (1 - (burnPpm + insurancePpm + treasuryPpm) / 1e6);
    const capitalShare = revenue === 0 ? null : this.#capitalGrains / revenue;
    const after = (share: number) => {
      const margin = summary.marginQuantile(share);
      return capitalShare === null || Number.isNaN(margin) ? null : margin - capitalShare;
    };
    return { marginMedian: after(0.5), marginP10: after(0.1), capitalShare };
  }
}
