import { type ConstantProductRule, type SwapReserves, swap } from '@stannary/kernel';
import type { Draws } from '../draws/draws.ts';
import type {
  GeometricTokenPrice,
  PoolTokenPrice,
  Scenario,
  Series,
  Shock,
  TokenPriceModel,
} from '../scenario/scenario.ts';

/** The world's own draws; no agent has this group. */
export const WORLD = 0xffff_ffff;

export interface TokenMarketState {
  readonly micrograins: number;
  readonly pool: Pool | null;
  readonly lastMove: number;
}

interface Pool {
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** What the network brings to the token's market in an epoch, grains. */
export interface TokenFlows {
  readonly soldTokens: number;
  /** Credits whose burned part buys tokens. */
  readonly burnCredits: number;
}

/** The value of a work token over a run, micrograins of credit for a token grain, at least 1. */
export class TokenMarket {
  readonly #model: TokenPriceModel;
  readonly #shocks: readonly Extract<Shock, { kind: 'token-price' }>[];
  readonly #draws: Draws;
  readonly #epochsPerYear: number;
  #micrograins: number;
  #pool: Pool | null = null;
  #lastMove = 0;

  constructor({ token, shocks }: Scenario, draws: Draws, epochsPerYear: number) {
    this.#model = token;
    this.#shocks = shocks.filter((shock) => shock.kind === 'token-price');
    this.#draws = draws;
    this.#epochsPerYear = epochsPerYear;
    if (token.kind === 'pool')
      this.#pool = { credits: BigInt(token.creditsGrains), tokens: BigInt(token.tokensGrains) };
    this.#micrograins = initialPrice(token);
  }

  get micrograins(): number {
    return Math.max(1, Math.round(this.#micrograins));
  }

  /** One epoch passes. Returns the tokens that the burn bought. */
  advance(epoch: number, flows: TokenFlows): number {
    const before = this.#micrograins;
    let bought = 0;
    if (this.#model.kind === 'geometric') {
      this.#micrograins = before * Math.exp(this.#geometricMove(this.#model, epoch) + this.#shockMove(epoch));
    } else if (this.#model.kind === 'series') {
      this.#micrograins = valueAt(this.#model.micrograins, epoch + 1) * Math.exp(this.#shockSoFar(epoch));
    } else bought = this.#trade(this.#model, epoch, flows);
    this.#lastMove = Math.log(this.#micrograins / before);
    return bought;
  }

  get state(): TokenMarketState {
    return { micrograins: this.#micrograins, pool: this.#pool, lastMove: this.#lastMove };
  }

  restore({ micrograins, pool, lastMove }: TokenMarketState): void {
    this.#micrograins = micrograins;
    this.#pool = pool;
    this.#lastMove = lastMove;
  }

  /** Exact for a step of any length: the mean of the price itself grows by the drift. */
  #geometricMove(model: GeometricTokenPrice, epoch: number): number {
    const years = 1 / this.#epochsPerYear;
    const { driftPerYear, volatilityPerYear, jumps } = model;
    const z = this.#draws.normal('token-price', epoch, WORLD, 0);
    let move = (driftPerYear - volatilityPerYear ** 2 / 2) * years + volatilityPerYear * Math.sqrt(years) * z;
    if (jumps !== null) {
      const expected = jumps.perYear * years;
      const compensator = Math.expm1(jumps.mean + jumps.deviation ** 2 / 2);
      move += this.#draws.jumps(jumps, expected, 'token-jumps', epoch, WORLD) - expected * compensator;
    }
    return move;
  }

  #shockMove(epoch: number): number {
    let move = 0;
    for (const { atEpoch, epochs, factor } of this.#shocks) {
      if (epoch >= atEpoch && epoch < atEpoch + epochs) move += Math.log(Math.max(factor, 1e-12)) / epochs;
    }
    return move;
  }

  #shockSoFar(epoch: number): number {
    let move = 0;
    for (const { atEpoch, epochs, factor } of this.#shocks) {
      const passed = Math.min(Math.max(epoch + 1 - atEpoch, 0), epochs);
      move += (Math.log(Math.max(factor, 1e-12)) * passed) / epochs;
    }
    return move;
  }

  /** Providers sell, the burn buys, speculators do either; a shock is somebody who sells down to the factor. */
  #trade(model: PoolTokenPrice, epoch: number, { soldTokens, burnCredits }: TokenFlows): number {
    this.#sell(model, BigInt(Math.floor(soldTokens)));
    const bought = this.#buy(model, BigInt(Math.floor(burnCredits * model.burnBuysShare)));
    const { trend, value, fairMicrograins, noise } = model.speculators;
    const z = this.#draws.normal('speculation', epoch, WORLD, 0);
    const wish = trend * this.#lastMove + value * Math.log(fairMicrograins / this.#poolPrice()) + noise * z;
    this.#tradeShare(model, Math.min(Math.max(wish, -0.5), 0.5));
    const shock = this.#shockMove(epoch);
    // Price goes with the square of the credits: a move of m takes m / 2 of them.
    if (shock !== 0) this.#tradeShare(model, Math.expm1(shock / 2));
    this.#micrograins = this.#poolPrice();
    return Number(bought);
  }

  #tradeShare(model: PoolTokenPrice, share: number): void {
    const { credits, tokens } = this.#pool!;
    if (share >= 0) this.#buy(model, BigInt(Math.floor(Number(credits) * share)));
    else this.#sell(model, BigInt(Math.floor((Number(tokens) * -share) / (1 + share))));
  }

  #sell(model: PoolTokenPrice, tokens: bigint): void {
    if (tokens <= 0n) return;
    const reserves: SwapReserves = { inGrains: this.#pool!.tokens, outGrains: this.#pool!.credits };
    const after = swap(poolRule(model), reserves, tokens).reserves;
    this.#pool = { credits: after.outGrains, tokens: after.inGrains };
  }

  #buy(model: PoolTokenPrice, credits: bigint): bigint {
    if (credits <= 0n) return 0n;
    const reserves: SwapReserves = { inGrains: this.#pool!.credits, outGrains: this.#pool!.tokens };
    const { grains, reserves: after } = swap(poolRule(model), reserves, credits);
    this.#pool = { credits: after.inGrains, tokens: after.outGrains };
    return grains;
  }

  #poolPrice(): number {
    return (Number(this.#pool!.credits) / Number(this.#pool!.tokens)) * 1_000_000;
  }
}

/** The value in force at an epoch; the last one stays. */
function valueAt({ values, epochsPerValue }: Series, epoch: number): number {
  return values[Math.min(Math.floor(epoch / epochsPerValue), values.length - 1)]!;
}

function initialPrice(token: TokenPriceModel): number {
  if (token.kind === 'series') return valueAt(token.micrograins, 0);
  if (token.kind === 'pool') return (token.creditsGrains / token.tokensGrains) * 1_000_000;
  return token.initialMicrograins;
}

function poolRule({ feePpm }: PoolTokenPrice): ConstantProductRule {
  return { kind: 'constant-product', feePpm };
}
