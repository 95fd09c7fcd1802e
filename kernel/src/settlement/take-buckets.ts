import { addExact } from '../numbers/exact.ts';
import type { Era, Grains } from '../numbers/quantities.ts';
import type { ChargedWindow, EraTake } from './epoch.ts';

type Parts = Pick<ChargedWindow, 'burnGrains' | 'insuranceGrains' | 'treasuryGrains'>;

/** The unvested take, by the era it was charged in. */
export class TakeBuckets {
  readonly #byEra: Map<Era, Parts>;

  constructor(buckets: readonly EraTake[]) {
    this.#byEra = new Map(buckets.map(({ era, ...parts }) => [era, parts]));
  }

  get eras(): Era[] {
    return [...this.#byEra.keys()].sort((x, y) => x - y);
  }

  /** Oldest era first; empty buckets are left out. */
  get list(): readonly EraTake[] {
    return this.eras.map((era) => ({ era, ...this.#byEra.get(era)! }));
  }

  add(era: Era, parts: Parts): void {
    if (isEmpty(parts)) return;
    const known = this.#byEra.get(era) ?? NO_PARTS;
    this.#byEra.set(era, {
      burnGrains: addExact(known.burnGrains, parts.burnGrains) as Grains,
      insuranceGrains: addExact(known.insuranceGrains, parts.insuranceGrains) as Grains,
      treasuryGrains: addExact(known.treasuryGrains, parts.treasuryGrains) as Grains,
    });
  }

  /** Moves what the named eras have of `wanted` to the same eras of `target` (null: out), and says how much it was. */
  moveTo(target: TakeBuckets | null, wanted: Parts, eras: readonly Era[]): Parts {
    let left: Parts = parts(wanted);
    for (const era of eras) {
      const known = this.#byEra.get(era);
      if (known === undefined) continue;
      const moved = combine(left, known, Math.min);
      this.#set(era, combine(known, moved, minus));
      target?.add(era, moved);
      left = combine(left, moved, minus);
    }
    return combine(parts(wanted), left, minus);
  }

  /** Takes out all eras up to and with `through`. */
  vest(through: number): Parts {
    let vested = NO_PARTS;
    for (const [era, known] of [...this.#byEra]) {
      if (era > through) continue;
      vested = combine(vested, known, addExact);
      this.#byEra.delete(era);
    }
    return vested;
  }

  #set(era: Era, parts: Parts): void {
    if (isEmpty(parts)) this.#byEra.delete(era);
    else this.#byEra.set(era, parts);
  }
}

const NO_PARTS: Parts = { burnGrains: 0 as Grains, insuranceGrains: 0 as Grains, treasuryGrains: 0 as Grains };

function parts({ burnGrains, insuranceGrains, treasuryGrains }: Parts): Parts {
  return { burnGrains, insuranceGrains, treasuryGrains };
}

function combine(x: Parts, y: Parts, operation: (a: number, b: number) => number): Parts {
  return {
    burnGrains: operation(x.burnGrains, y.burnGrains) as Grains,
    insuranceGrains: operation(x.insuranceGrains, y.insuranceGrains) as Grains,
    treasuryGrains: operation(x.treasuryGrains, y.treasuryGrains) as Grains,
  };
}

function minus(a: number, b: number): number {
  return a - b;
}

function isEmpty(parts: Parts): boolean {
  return parts.burnGrains === 0 && parts.insuranceGrains === 0 && parts.treasuryGrains === 0;
}
