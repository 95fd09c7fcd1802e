import type { NodeClass } from '../economy/classes.ts';
import type { Economy } from '../economy.ts';
import { capacityNcuMs, chargeGrains } from '../market/rating.ts';
import { mulDivUp } from '../numbers/exact.ts';
import type { Grains, MicrograinsPerNcuS } from '../numbers/quantities.ts';
import { bondTokens, requiredBond, stopLineGrains } from '../security/bond.ts';
import type { TokenPrice } from './epoch.ts';

/** Micrograins to parts per billion: credit grains for 10^9 token grains. */
const PPB_PER_MICROGRAIN = 1_000;
const MILLION = 1_000_000;
/** Highest value of a token grain that is a safe integer as parts per billion, too. */
export const TOKEN_MICROGRAINS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / PPB_PER_MICROGRAIN);

type Bonded = {
  readonly className: string;
  readonly milliNcu: number;
  readonly bondGrains: Grains;
};

export interface BondTerms {
  readonly requiredGrains: Grains;
  readonly stopGrains: Grains;
}

/**
 * What every node must bond for the next epoch, in work tokens: the class's rule in credits, for a node of its capacity
 * working all the time at the price in force, at the oracle's value of the token. The one-shot gain is one epoch's whole
 * revenue: nobody can bill more before an audit can be drawn.
 */
export class BondDesk {
  readonly #classes: ReadonlyMap<string, NodeClass>;
  readonly #epochMs: number;
  readonly #price: MicrograinsPerNcuS;
  readonly #token: TokenPrice;
  /** By class, then capacity: nodes of one kind are many. */
  readonly #known = new Map<string, Map<number, BondTerms>>();

  constructor(economy: Economy, price: MicrograinsPerNcuS, token: TokenPrice) {
    this.#classes = new Map(economy.classes.map((one) => [one.name, one]));
    this.#epochMs = economy.cadence.epochMs;
    this.#price = price;
    this.#token = token;
    for (const { name } of economy.classes) this.#known.set(name, new Map());
  }

  /** @throws KernelRefusal KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO (a token worth nothing cannot be a bond) */
  required({ className, milliNcu }: Bonded): Grains {
    return this.terms(className, milliNcu).requiredGrains;
  }

  /** Below the stop line of its requirement a node gets no work, and what it reports counts zero. */
  status({ className, milliNcu, bondGrains }: Bonded): 'active' | 'stopped' {
    return bondGrains < this.terms(className, milliNcu).stopGrains ? 'stopped' : 'active';
  }

  /** What `required` and `status` go by, for nodes of one class and capacity. Refuses as `required` does. */
  terms(className: string, milliNcu: number): BondTerms {
    const known = this.#known.get(className)!;
    let terms = known.get(milliNcu);
    if (terms === undefined) {
      const { bond } = this.#classes.get(className)!;
      const requiredGrains = this.#requiredTokens(bond, milliNcu);
      terms = { requiredGrains, stopGrains: stopLineGrains(bond, requiredGrains) };
      known.set(milliNcu, terms);
    }
    return terms;
  }

  /** Work tokens worth so many credits at the oracle's value, rounded up, at most the node's bond. */
  worth({ bondGrains }: Bonded, creditsGrains: Grains): Grains {
    if (creditsGrains === 0) return creditsGrains;
    return Math.min(bondGrains, mulDivUp(creditsGrains, MILLION, this.#token.spotMicrograins)) as Grains;
  }

  #requiredTokens(bond: NodeClass['bond'], milliNcu: number): Grains {
    const revenue = chargeGrains(capacityNcuMs(milliNcu, this.#epochMs), this.#price);
    const { creditsGrains } = requiredBond(bond, {
      revenueGrainsPerEpochMax: revenue,
      oneShotGainGrains: revenue,
      harmGrains: 0 as Grains,
    });
    const { spotMicrograins, lowMicrograins } = this.#token;
    const value = { spotPpb: spotMicrograins * PPB_PER_MICROGRAIN, twapLowPpb: lowMicrograins * PPB_PER_MICROGRAIN };
    return creditsGrains === 0 ? creditsGrains : bondTokens(bond, value, creditsGrains);
  }
}
