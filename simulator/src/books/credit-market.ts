import {
  type Coverage,
  coverageOf,
  type Economy,
  KernelRefusal,
  mintCredits,
  type Reserve,
  redeemBatch,
} from '@stannary/kernel';
import type { ReserveModel } from '../scenario/scenario.ts';

export interface CreditMarketState {
  readonly reserve: Reserve;
  /** Charges that could not be paid for with new credits, because minting was halted or slowed. */
  readonly refusedMints: number;
  readonly mintedTokens: bigint;
  readonly waitingGrains: number;
}

/**
 * Credits and what stands behind them: consumers buy what their charges need, payees redeem. By the kernel's `mintCredits`
 * and `redeemBatch`, once an era each.
 */
export class CreditMarket {
  readonly #economy: Economy;
  #reserve: Reserve;
  refusedMints = 0;
  mintedTokens = 0n;
  #waitingGrains = 0;

  constructor(economy: Economy, { stableGrains, tokenGrains, outstandingGrains }: ReserveModel) {
    this.#economy = economy;
    this.#reserve = {
      stableGrains: BigInt(stableGrains),
      tokenGrains: BigInt(tokenGrains),
      outstandingGrains: BigInt(outstandingGrains),
    };
  }

  /** What `creditGrains` of charges cost is paid in; a halted or slowed mint is counted. */
  buy(creditGrains: number, tokenPriceMicrograins: bigint | null): void {
    if (creditGrains === 0) return;
    const { reserve: rule, cadence } = this.#economy;
    const paidGrains = this.#payment(creditGrains, tokenPriceMicrograins);
    const secondsSinceMint = Math.floor((cadence.epochMs * cadence.epochsPerEra) / 1_000);
    try {
      const request = { paidGrains, tokenPriceMicrograins, secondsSinceMint };
      this.#reserve = mintCredits(rule, this.#reserve, request).reserve;
    } catch (refusal) {
      if (!(refusal instanceof KernelRefusal)) throw refusal;
      this.refusedMints += 1;
    }
  }

  /** Where tokens would be paid, nothing is while their price is unknown: the request waits for the next batch. */
  redeem(creditGrains: number, tokenPriceMicrograins: bigint | null): void {
    this.#waitingGrains += Math.floor(creditGrains);
    if (tokenPriceMicrograins === null && this.#economy.reserve.kind !== 'full') return;
    const wanted = BigInt(this.#waitingGrains);
    this.#waitingGrains = 0;
    const { outstandingGrains } = this.#reserve;
    const redeemed = wanted < outstandingGrains ? wanted : outstandingGrains;
    if (redeemed === 0n) return;
    const batch = redeemBatch(
      this.#economy.reserve,
      this.#reserve,
      [{ account: 'holders', creditGrains: redeemed }],
      tokenPriceMicrograins,
    );
    this.#reserve = batch.reserve;
    this.mintedTokens += batch.mintedTokenGrains;
  }

  get outstandingGrains(): number {
    return Number(this.#reserve.outstandingGrains);
  }

  coverage(tokenPriceMicrograins: bigint | null): Coverage {
    return coverageOf(this.#economy.reserve, this.#reserve, tokenPriceMicrograins);
  }

  get state(): CreditMarketState {
    return {
      reserve: this.#reserve,
      refusedMints: this.refusedMints,
      mintedTokens: this.mintedTokens,
      waitingGrains: this.#waitingGrains,
    };
  }

  restore({ reserve, refusedMints, mintedTokens, waitingGrains }: CreditMarketState): void {
    this.#reserve = reserve;
    this.refusedMints = refusedMints;
    this.mintedTokens = mintedTokens;
    this.#waitingGrains = waitingGrains;
  }

  /** Paid in stable assets with the spread on top, or in tokens of that value where the reserve is mint-backed. */
  #payment(creditGrains: number, price: bigint | null): bigint {
    const { mintSpreadPpm, kind } = this.#economy.reserve;
    const value = (BigInt(creditGrains) * 1_000_000n) / BigInt(1_000_000 - mintSpreadPpm) + 1n;
    if (kind !== 'mint-backed') return value;
    return price === null || price === 0n ? value : (value * 1_000_000n) / price + 1n;
  }
}
