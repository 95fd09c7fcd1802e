import {
  type ConstantProductRule,
  mintCredits,
  paymentToPushUp,
  oraclePush as pushClosedForm,
  type ReserveRule,
  type SwapReserves,
  swap,
  wide,
} from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { blocksOfAverage, depthOf, fairPath, PoolOracle } from './pool-oracle.ts';
import { creditsOf, grainsOf, share } from './reckoning.ts';

const NUMBER = 11;
const MICRO = 1_000_000n;
/** The pool's fee would only make a push dearer. */
const POOL: ConstantProductRule = { kind: 'constant-product', feePpm: 0 };

/**
 * 11. Holds the pool that the oracle reads above the fair price for a part of the oracle's average, and pays with tokens
 * at that average up to what is minted or settled at the oracle's price.
 *
 * Walked block by block over a fair price that moves: arbitrageurs bring the pool back to it before each of the
 * attacker's payments, so each push is paid anew, and what it bought is worth the fair price. The oracle aggregates its
 * reporters' readings and averages them; the credits come from the kernel's mint, spread and all. Nothing is integrated.
 *
 * What the average lags behind the fair price without a push is no return of the push: it is what a stale price pays
 * (19). So what was paid in is worth the average of the same path unpushed.
 */
export const oraclePush: Attack = {
  id: 'oracle-push',
  number: NUMBER,
  title: 'Pushing the oracle',
  strategy:
    "Buys in the pool that the oracle reads, block after block, and pays with tokens at the oracle's raised average.",
  defence:
    'The price is an average over many blocks, each of which has to be pushed anew; liars short of a majority are left out.',
  defendedBy: ['oracle.rule.average', 'oracle.rule.outlier', 'oracle.rule.reporters', 'reserve.spread'],
  parameters: {
    push: { meaning: 'δ: how far above the fair price', unit: 'of the price', least: 0.0005, most: 1, value: 0.05 },
    held: {
      meaning: 'part of the average for which it is held',
      unit: 'of the average',
      least: 0.01,
      most: 1,
      value: 1,
    },
    liars: { meaning: 'reporters that say half as much again', unit: 'reporters', least: 0, most: 2, value: 0 },
  },
  /** Payments of all blocks below which the average cannot pass the spread. */
  minimumSize: (setting) => {
    const { depthGrains, window } = pushOf(setting);
    const { reserve, assumptions } = setting.economy;
    const each = paymentToPushUp(atPrice(depthGrains, share(assumptions.tokenPriceMicrograins)), reserve.mintSpreadPpm);
    return creditsOf(setting.economy, each) * window;
  },
  formula: 'R = limit·((1 + δ·blocks/window)·(1 - spread) - 1); C = blocks·depth·(√(1 + δ) + 1/√(1 + δ) - 2) + ρ·limit',
  formulaSource: '`oraclePush` of kernel/src/analysis',
  formulaTest: MEETS,
  closedForm: (setting) => {
    const { push, blocks, window, depthGrains, limit, spread, capital } = pushOf(setting);
    const poolDepth = creditsOf(setting.economy, depthGrains);
    const raised = setting.economy.oracle.source === 'fixed' ? 0 : (push * blocks) / window;
    const mintLimit = (limit * Math.max(0, (1 + raised) * (1 - spread) - 1)) / push;
    const { returnCredits, costCredits } = pushClosedForm({ poolDepth, blocks, mintLimit }, push);
    return attempted(returnCredits, costCredits + capital);
  },
  attempt: (setting, run) => {
    const { economy } = setting;
    const { blocks, window, limit, liars, capital } = pushOf(setting);
    const fair = fairPath(economy, new Draws({ seed: setting.scenario.seed, run }), NUMBER, window);
    const pushed = pushPool(setting, fair);
    const oracle = new PoolOracle(economy);
    const unpushed = new PoolOracle(economy);
    const { blockSeconds, tokenPriceMicrograins } = economy.assumptions;
    for (let block = 0; block <= window; block += 1) {
      const honest = BigInt(Math.round(tokenPriceMicrograins * fair[block]!));
      const price = pushed.prices[block - (window - blocks)] ?? honest;
      const seen = block === window ? honest : price;
      unpushed.observe(block * blockSeconds, honest);
      oracle.observe(block * blockSeconds, seen, liars, (seen * 3n) / 2n);
    }
    const now = window * blockSeconds;
    const tokens = wide.mulDivDown(grainsOf(economy, limit), MICRO, unpushed.average(now));
    const { creditGrains } = mintCredits(deskRule(economy.reserve), EMPTY, {
      paidGrains: tokens,
      tokenPriceMicrograins: oracle.average(now),
      secondsSinceMint: Number.MAX_SAFE_INTEGER,
    });
    const returnCredits = Math.max(0, creditsOf(economy, creditGrains) - limit);
    return { costCredits: pushed.costCredits + capital, returnCredits, stakeCredits: pushed.stakeCredits };
  },
};

const EMPTY = { stableGrains: 0n, tokenGrains: 0n, outstandingGrains: 0n };

/** Whatever takes tokens at the oracle's price: it keeps the reserve's spread. */
function deskRule({ mintSpreadPpm, throttle }: ReserveRule): ReserveRule {
  return { kind: 'mint-backed', mintSpreadPpm, tokenHaircutPpm: 0, throttle };
}

/** Pushes the pool in each block and lets it be arbitraged back; prices at the ends of the pushed blocks, micrograins. */
function pushPool(setting: AttackSetting, fair: Float64Array) {
  const { economy } = setting;
  const { push, blocks, window, depthGrains } = pushOf(setting);
  const pushPpm = Math.round(push * 1e6);
  const tokenPrice = economy.assumptions.tokenPriceMicrograins / 1e6;
  const prices: bigint[] = [];
  let pool = atPrice(depthGrains, tokenPrice);
  let costCredits = 0;
  let stakeCredits = 0;
  for (let block = 0; block < blocks; block += 1) {
    const fairPrice = tokenPrice * fair[window - blocks + block]!;
    pool = arbitraged(pool, fairPrice);
    const paid = paymentToPushUp(pool, pushPpm);
    const bought = swap(POOL, pool, paid);
    pool = bought.reserves;
    costCredits += creditsOf(economy, paid) - creditsOf(economy, bought.grains) * fairPrice;
    stakeCredits += creditsOf(economy, paid);
    prices.push(wide.mulDivDown(pool.inGrains, MICRO, pool.outGrains));
  }
  return { prices, costCredits, stakeCredits };
}

/** Credits in, tokens out. */
function atPrice(depthGrains: bigint, price: number): SwapReserves {
  return { inGrains: depthGrains, outGrains: BigInt(Math.round(Number(depthGrains) / price)) };
}

/** Traded on the side that is too cheap until its price is the fair one, to a millionth. */
function arbitraged(pool: SwapReserves, fairPrice: number): SwapReserves {
  const ratio = fairPrice / (Number(pool.inGrains) / Number(pool.outGrains));
  if (ratio >= 1) return swap(POOL, pool, paymentToPushUp(pool, Math.round((ratio - 1) * 1e6))).reserves;
  const reversed = { inGrains: pool.outGrains, outGrains: pool.inGrains };
  const back = swap(POOL, reversed, paymentToPushUp(reversed, Math.round((1 / ratio - 1) * 1e6))).reserves;
  return { inGrains: back.outGrains, outGrains: back.inGrains };
}

function pushOf({ economy, parameters }: AttackSetting) {
  const { assumptions, reserve } = economy;
  const window = blocksOfAverage(economy);
  const limit = creditsOf(economy, assumptions.atOraclePriceGrains);
  return {
    push: parameters.push!,
    window,
    blocks: Math.max(1, Math.round(parameters.held! * window)),
    depthGrains: depthOf(economy),
    limit,
    /** What is paid in has to lie ready. */
    capital: capitalCost(economy, limit, economy.oracle.rule.twapSeconds),
    spread: share(reserve.mintSpreadPpm),
    // With half of them nothing that others report would count, whatever the rule.
    liars: Math.min(Math.round(parameters.liars!), Math.ceil(economy.oracle.rule.reportersMin / 2) - 1),
  };
}
