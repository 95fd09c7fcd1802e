import { deliveryPenalty, type Economy, slaCreditPpm } from '@stannary/kernel';
import { STATUS } from '../../../agents/population.ts';
import type { EpochFigures, Observer } from '../../../observers/observer.ts';
import type { Simulation } from '../../../simulation.ts';

const MILLION = 1_000_000;
/** Where a flow is as before when it stays this near. */
const RECOVERED = 0.1;
/** Models under which capacity is sold ahead, so that failing owes something. */
const SOLD_AHEAD: readonly string[] = ['project', 'subscription', 'reserved', 'pool'];

/** A class as it stood when nodes were lost: mean bond, tokens, and its price and work of an epoch. */
interface Standing {
  readonly className: string;
  readonly nodes: number;
  readonly bondTokens: number;
}

/** What the insurance pool has by a shock and what the shock asks of it, and how long a halt lasts. */
export class StressBooks implements Observer {
  readonly #economy: Economy;
  readonly #shockEpoch: number;
  readonly #insured: number[] = [];
  readonly #emissionRate: (number | null)[] = [];
  readonly #offered: number[] = [];
  #standing: readonly Standing[] = [];
  #chargedBefore = 0;
  #priceBefore = 0;
  #tokenLeast = Number.POSITIVE_INFINITY;

  constructor(economy: Economy, shockEpoch: number) {
    this.#economy = economy;
    this.#shockEpoch = shockEpoch;
  }

  epoch(figures: EpochFigures): void {
    const { burnPpm, insurancePpm, treasuryPpm } = this.#economy.take;
    const take = burnPpm + insurancePpm + treasuryPpm;
    this.#insured.push(take === 0 ? 0 : (figures.takeGrains * insurancePpm) / take);
    const { chargedGrains, emissionGrains, tokenMicrograins } = figures;
    this.#emissionRate.push(chargedGrains === 0 ? null : (emissionGrains * tokenMicrograins) / MILLION / chargedGrains);
    this.#offered.push(figures.offeredNcuMs);
    if (figures.epoch < this.#shockEpoch) {
      this.#chargedBefore = chargedGrains;
      this.#priceBefore = figures.priceMicrograinsPerNcuS;
    } else {
      this.#tokenLeast = Math.min(this.#tokenLeast, tokenMicrograins);
    }
  }

  /** As the shock begins. */
  keepBonds({ economy, population, books }: Simulation): void {
    const { bond } = books.columns.nodes;
    this.#standing = economy.classes.map(({ name }, classIndex) => {
      let [nodes, tokens] = [0, 0];
      for (const group of population.groups) {
        if (group.classIndex !== classIndex || group.cohort !== null) continue;
        for (let node = group.from; node < group.to; node += 1) {
          if (population.columns.status[node] !== STATUS.active) continue;
          nodes += 1;
          tokens += bond[node]!;
        }
      }
      return { className: name, nodes, bondTokens: nodes === 0 ? 0 : tokens / nodes };
    });
  }

  /**
   * Grains of credit: what of the take has reached the pool by the shock, and what is asked of it. A lost node owes the
   * service credits of a term whose replacement took `assumptions.replacement`, and the penalty for that time at the cap;
   * its bond, at the token's lowest value, pays first. As much of a class is sold ahead as grants may hold.
   * Null where the shock comes before the first take is free.
   */
  insurance(): Readonly<Record<'insurancePoolGrains' | 'insuranceClaimsGrains', number | null>> {
    const { cadence, models } = this.#economy;
    const vestedThrough = this.#shockEpoch - cadence.holdbackEras * cadence.epochsPerEra;
    if (vestedThrough <= 0) return { insurancePoolGrains: null, insuranceClaimsGrains: null };
    const pool = this.#insured.slice(0, vestedThrough).reduce((sum, grains) => sum + grains, 0);
    const before = this.#offered[this.#shockEpoch - 1]!;
    const lostShare = before === 0 ? 0 : Math.max(0, 1 - this.#offered[this.#shockEpoch]! / before);
    const all = this.#standing.reduce((sum, { nodes }) => sum + nodes, 0);
    const soldAhead = models.project.sharePpmMax / MILLION;
    const claims = this.#standing.map(({ className, nodes, bondTokens }) => {
      const { pricing } = this.#economy.classes.find(({ name }) => name === className)!;
      if (!pricing.some((model) => SOLD_AHEAD.includes(model)) || nodes === 0) return 0;
      const owed = soldAhead * this.#owedByNode(this.#chargedBefore / all);
      return lostShare * nodes * Math.max(0, owed - (bondTokens * this.#tokenLeast) / MILLION);
    });
    return {
      insurancePoolGrains: pool,
      insuranceClaimsGrains: claims.reduce((sum, grains) => sum + grains, 0),
    };
  }

  /** A node's whole term with one outage in it, all of its work sold ahead. */
  #owedByNode(chargePerEpoch: number): number {
    const { cadence, models, assumptions, reserved, price } = this.#economy;
    const term = models.subscription.periodEpochs;
    const missed = Math.min(term, (assumptions.replacementSeconds * 1_000) / cadence.epochMs);
    const workNcuMs = (chargePerEpoch * 1e9) / Math.max(1, this.#priceBefore);
    const promisedNcuMs = Math.floor(workNcuMs * term) as never;
    const deliveredNcuMs = Math.floor(workNcuMs * (term - missed)) as never;
    const credit = (slaCreditPpm(reserved, promisedNcuMs, deliveredNcuMs) / MILLION) * chargePerEpoch * term;
    const { toConsumerGrains, toInsuranceGrains } = deliveryPenalty(reserved, {
      promisedNcuMs: Math.floor(workNcuMs * missed) as never,
      deliveredNcuMs: 0 as never,
      allowanceNcuMs: 0 as never,
      contractMicrograinsPerNcuS: this.#priceBefore as never,
      spotMicrograinsPerNcuS: price.capMicrograinsPerNcuS,
    });
    return credit + toConsumerGrains + toInsuranceGrains;
  }

  /** From a halt's end until emission follows work as before it; null where nothing was minted before. */
  recoverySeconds(haltEpochs: number): number | null {
    const rates = this.#emissionRate;
    const before = rates.slice(0, this.#shockEpoch).filter((rate) => rate !== null);
    const usual = before.reduce((sum, rate) => sum + rate, 0) / before.length;
    if (!(usual > 0)) return null;
    const from = this.#shockEpoch + haltEpochs;
    let last = from - 1;
    for (let epoch = from; epoch < rates.length; epoch += 1) {
      const rate = rates[epoch]!;
      if (rate !== null && Math.abs(rate / usual - 1) > RECOVERED) last = epoch;
    }
    return ((last + 1 - from) * this.#economy.cadence.epochMs) / 1_000;
  }
}
