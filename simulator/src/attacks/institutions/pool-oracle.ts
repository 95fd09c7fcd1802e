import {
  aggregatePrice,
  type Economy,
  type OraclePolicy,
  type PriceReport,
  type PriceSample,
  valuedPrice,
} from '@stannary/kernel';
import type { Draws } from '../../draws/draws.ts';

// A fair price that walks from block to block, and an oracle whose reporters all read the same pool at each block.

const YEAR_SECONDS = 365 * 86_400;

/** Blocks of the pool that cover one average of the oracle. */
export function blocksOfAverage({ oracle, assumptions }: Economy): number {
  return Math.max(1, Math.ceil(oracle.rule.twapSeconds / assumptions.blockSeconds));
}

/** Credits in the pool; where none are assumed, one, so that it has a price. */
export function depthOf({ assumptions, grainsPerUnit }: Economy): bigint {
  return BigInt(Math.max(grainsPerUnit, assumptions.poolDepthGrains));
}

/**
 * Fair prices at blocks 0 to `blocks`, over the first, by the assumed volatility: a geometric Brownian motion without
 * drift, one addressed normal a block.
 */
export function fairPath({ assumptions }: Economy, draws: Draws, group: number, blocks: number): Float64Array {
  const deviation = (assumptions.volatilityPpm / 1e6) * Math.sqrt(assumptions.blockSeconds / YEAR_SECONDS);
  const path = new Float64Array(blocks + 1);
  draws.fillNormals(path, 'token-price', 0, group);
  let logarithm = 0;
  path.forEach((normal, block) => {
    if (block > 0) logarithm += deviation * normal - (deviation * deviation) / 2;
    path[block] = Math.exp(logarithm);
  });
  return path;
}

/**
 * By the kernel's rule: the median without outliers and stale reports, then the average of its history. A price that the
 * economy fixes is never observed.
 */
export class PoolOracle {
  readonly #policy: OraclePolicy;
  readonly #samples: PriceSample[] = [];

  constructor({ oracle }: Economy) {
    this.#policy = oracle;
  }

  /** So many of the reporters, fewer than half, say `lie` instead. */
  observe(atSeconds: number, micrograins: bigint, liars = 0, lie = micrograins): void {
    const { rule, source } = this.#policy;
    if (source === 'fixed') return;
    const reports = Array.from({ length: rule.reportersMin }, (_, reporter): PriceReport => {
      return { reporter: `r${reporter}`, priceMicrograins: reporter < liars ? lie : micrograins, atSeconds };
    });
    const price = aggregatePrice(rule, reports, atSeconds);
    if (price.kind === 'live') this.#samples.push({ atSeconds, priceMicrograins: price.priceMicrograins });
  }

  /** The average that ends now, micrograins. @throws Error where fewer than an average's blocks were observed */
  average(nowSeconds: number): bigint {
    const { rule, source, priceMicrograins } = this.#policy;
    if (source === 'fixed') return BigInt(priceMicrograins);
    const value = valuedPrice(rule, this.#samples, nowSeconds);
    if (value === null) throw new Error(`the oracle has no average at ${nowSeconds} s`);
    return value.twapMicrograins;
  }
}
