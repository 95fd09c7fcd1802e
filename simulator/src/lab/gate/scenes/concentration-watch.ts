import { type Economy, giniCoefficient, herfindahlIndex, largestShare, nakamotoCoefficient } from '@stannary/kernel';
import type { EraFigures, Observer } from '../../../observers/observer.ts';

export const CONCENTRATION = ['nakamoto', 'herfindahl', 'gini', 'topOperator'] as const;

/** How revenue is spread over a class's operators: means over eras, by class. */
export class ConcentrationWatch implements Observer {
  readonly #names: readonly string[];
  readonly #sums: { [Measure in (typeof CONCENTRATION)[number]]: number }[];
  readonly #eras: number[];

  constructor({ classes }: Economy) {
    this.#names = classes.map(({ name }) => name);
    this.#sums = classes.map(() => ({ nakamoto: 0, herfindahl: 0, gini: 0, topOperator: 0 }));
    this.#eras = classes.map(() => 0);
  }

  /** Operators without revenue are none: a place that nobody took says nothing about those who have one. */
  era({ operatorRevenue }: EraFigures): void {
    operatorRevenue.forEach((all, index) => {
      const revenue = Array.from(all.filter((one) => one > 0));
      if (revenue.length === 0) return;
      const sums = this.#sums[index]!;
      sums.nakamoto += nakamotoCoefficient(revenue);
      sums.herfindahl += herfindahlIndex(revenue);
      sums.gini += giniCoefficient(revenue);
      sums.topOperator += largestShare(revenue);
      this.#eras[index]! += 1;
    });
  }

  /** `nakamoto.edge` and so on; null for a class that never earned. */
  get figures(): Readonly<Record<string, number | null>> {
    const entries = this.#names.flatMap((name, index) => {
      const eras = this.#eras[index]!;
      return CONCENTRATION.map(
        (one) => [`${one}.${name}`, eras === 0 ? null : this.#sums[index]![one] / eras] as const,
      );
    });
    return Object.fromEntries(entries);
  }
}
