import {
  chargeGrains,
  deliveryPenalty,
  type Economy,
  payAfterPenalty,
  type ReservedRule,
  slaAllowance,
  slaCreditGrains,
} from '@stannary/kernel';
import type { ReservedTerms } from './attack.ts';

/** A term that runs, of which so much has been delivered and charged. */
export interface OpenTerm extends ReservedTerms {
  readonly epochsLeft: number;
  readonly allowanceNcuMs: number;
  readonly deliveredNcuMs: number;
  readonly chargedGrains: number;
}

/** What an epoch of a term moved, grains of credit. */
export interface TermSums {
  readonly chargedGrains: number;
  /** What the missed brought at spot, beyond its contract price. */
  readonly resaleGainGrains: number;
  /** Owed for what was missed, and by the term's end as service credit; paid out of the charges, then out of bonds. */
  readonly owedGrains: number;
  readonly fromBondGrains: number;
}

const NO_SUMS: TermSums = { chargedGrains: 0, resaleGainGrains: 0, owedGrains: 0, fromBondGrains: 0 };

/** One provider's reservation after the other, every amount by the kernel's functions of reserved capacity. */
export class ReservationDesk {
  readonly #rule: ReservedRule;
  term: OpenTerm | null = null;

  constructor({ reserved }: Economy) {
    this.#rule = reserved;
  }

  /** Opens a term unless one runs. */
  open(terms: ReservedTerms): void {
    if (this.term !== null || terms.promisedNcuMs === 0) return;
    const promised = terms.promisedNcuMs * terms.termEpochs;
    this.term = {
      ...terms,
      epochsLeft: terms.termEpochs,
      allowanceNcuMs: slaAllowance(this.#rule, promised as never),
      deliveredNcuMs: 0,
      chargedGrains: 0,
    };
  }

  /** An epoch passes in which so much of what was promised was missed, and sold at the spot price. */
  pass(missedShare: number, spotMicrograinsPerNcuS: number): TermSums {
    const { term } = this;
    if (term === null) return NO_SUMS;
    const { promisedNcuMs, contractMicrograinsPerNcuS } = term;
    const missed = Math.floor(promisedNcuMs * missedShare);
    const delivered = promisedNcuMs - missed;
    const penalty = deliveryPenalty(this.#rule, {
      promisedNcuMs,
      deliveredNcuMs: delivered,
      allowanceNcuMs: term.allowanceNcuMs,
      contractMicrograinsPerNcuS,
      spotMicrograinsPerNcuS,
    } as never);
    const charged = chargeGrains(delivered as never, contractMicrograinsPerNcuS as never);
    const after = {
      ...term,
      epochsLeft: term.epochsLeft - 1,
      allowanceNcuMs: penalty.allowanceLeftNcuMs,
      deliveredNcuMs: term.deliveredNcuMs + delivered,
      chargedGrains: term.chargedGrains + charged,
    };
    this.term = after.epochsLeft === 0 ? null : after;
    const credit = after.epochsLeft === 0 ? this.#serviceCredit(after) : 0;
    const owed = penalty.toConsumerGrains + penalty.toInsuranceGrains + credit;
    return {
      chargedGrains: charged,
      resaleGainGrains:
        chargeGrains(missed as never, spotMicrograinsPerNcuS as never) -
        chargeGrains(missed as never, contractMicrograinsPerNcuS as never),
      owedGrains: owed,
      fromBondGrains: payAfterPenalty(charged as never, owed as never).fromBondGrains,
    };
  }

  /** Nothing is left to pay from: the term ends without another word. */
  giveUp(): void {
    this.term = null;
  }

  #serviceCredit({ promisedNcuMs, termEpochs, deliveredNcuMs, chargedGrains }: OpenTerm): number {
    const promised = promisedNcuMs * termEpochs;
    return slaCreditGrains(this.#rule, { promisedNcuMs: promised, deliveredNcuMs, chargedGrains } as never);
  }
}
