import type { Economy } from '@stannary/kernel';
import type { ChargeSums } from './node-books.ts';

export type TakeParts = Pick<ChargeSums, 'burnGrains' | 'insuranceGrains' | 'treasuryGrains'>;
type Sums = { -readonly [Part in keyof TakeParts]: number };

export interface TakeBookState {
  readonly byEra: ReadonlyMap<number, Sums>;
}

/** The take waits as long as the earnings that it was taken with: by era, until the era's holdback ends. */
export class TakeBook {
  readonly #cadence: Economy['cadence'];
  #byEra = new Map<number, Sums>();

  constructor({ cadence }: Economy) {
    this.#cadence = cadence;
  }

  add(parts: TakeParts, epoch: number): void {
    const era = Math.floor(epoch / this.#cadence.epochsPerEra);
    const sums = this.#byEra.get(era) ?? { burnGrains: 0, insuranceGrains: 0, treasuryGrains: 0 };
    sums.burnGrains += parts.burnGrains;
    sums.insuranceGrains += parts.insuranceGrains;
    sums.treasuryGrains += parts.treasuryGrains;
    this.#byEra.set(era, sums);
  }

  /** Takes out what has waited long enough, this epoch's included where there is no holdback. */
  vest(epoch: number): TakeParts {
    const { epochsPerEra, holdbackEras } = this.#cadence;
    const endsEra = (epoch + 1) % epochsPerEra === 0;
    const through = Math.floor(epoch / epochsPerEra) - holdbackEras - (endsEra ? 0 : 1);
    const vested: Sums = { burnGrains: 0, insuranceGrains: 0, treasuryGrains: 0 };
    for (const [era, sums] of this.#byEra) {
      if (era > through) continue;
      vested.burnGrains += sums.burnGrains;
      vested.insuranceGrains += sums.insuranceGrains;
      vested.treasuryGrains += sums.treasuryGrains;
      this.#byEra.delete(era);
    }
    return vested;
  }

  /** Takes out of an era what there is of a take that may have to be held; returns its sum. */
  hold(era: number, wanted: TakeParts): number {
    const sums = this.#byEra.get(era);
    if (sums === undefined) return 0;
    let held = 0;
    for (const part of ['burnGrains', 'insuranceGrains', 'treasuryGrains'] as const) {
      const moved = Math.min(wanted[part], sums[part]);
      sums[part] -= moved;
      held += moved;
    }
    return held;
  }

  get totalGrains(): number {
    let total = 0;
    for (const sums of this.#byEra.values()) total += sums.burnGrains + sums.insuranceGrains + sums.treasuryGrains;
    return total;
  }

  get state(): TakeBookState {
    return { byEra: this.#byEra };
  }

  restore({ byEra }: TakeBookState): void {
    this.#byEra = new Map(byEra);
  }
}
