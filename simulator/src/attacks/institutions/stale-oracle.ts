import {
  mintCredits,
  type Reserve,
  redeemBatch,
  staleOracle as staleClosedForm,
  twapLagEdge,
  wide,
} from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { normalCdf } from '../../experiments/index.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { blocksOfAverage, fairPath, PoolOracle } from './pool-oracle.ts';
import { creditsOf, grainsOf, share } from './reckoning.ts';

const NUMBER = 19;
const MICRO = 1_000_000n;
/** Mean of the positive half of a standard normal, 1 / √(2π): `twapLagEdge` is so many deviations of the lag. */
const ONE_SIDED = 1 / Math.sqrt(2 * Math.PI);

/**
 * 19. Waits until the oracle's average lags behind the market by a threshold, then mints with tokens that the average
 * thinks dearer than they are, or redeems for tokens that it thinks cheaper.
 *
 * The market's price is walked block by block, the kernel's oracle averages it, the kernel's reserve takes and gives.
 * Nothing is integrated. Only the reserve is a counter at which a trader chooses the moment: what settlement converts, it
 * converts when its epoch ends. Of a full reserve credits are bought and redeemed for stable assets alone, so no price of
 * a token is ever stale there, and what is left is the spread.
 *
 * In expectation a mint of size S beyond a lag of g returns S·φ(0)σ·e^(-g² / 2σ²) for a spread on S·P(lag > g), σ =
 * volatility·√(average / 3): whoever waits for lags beyond the spread gains at any spread.
 */
export const staleOracle: Attack = {
  id: 'stale-oracle',
  number: NUMBER,
  title: 'Trading at a stale price',
  strategy: "Mints or redeems whenever the oracle's average is behind the market by more than a threshold.",
  defence:
    'Credits are bought and redeemed for stable assets alone, so no price is ever stale. No spread does as much: where a mint takes tokens, whoever waits for a lag beyond the spread gains at any spread, only more rarely at a wider one; a short average and the throttle limit how much.',
  defendedBy: ['reserve.kind', 'reserve.spread', 'oracle.rule.average'],
  parameters: {
    size: { meaning: 'traded at once', unit: 'of assumptions.atOraclePrice', least: 0.01, most: 1, value: 0.1 },
    threshold: { meaning: 'least lag at which it trades', unit: 'of the price', least: 0, most: 0.1, value: 0 },
    redeems: { meaning: 'whether it redeems too, from a half on', unit: 'yes or no', least: 0, most: 1, value: 0 },
  },
  minimumSize: (setting) => creditsOf(setting.economy, setting.economy.assumptions.atOraclePriceGrains) / 100,
  formula: 'R = S·φ(0)·σ_lag·e^(-g²/2σ_lag²); C = S·spread·(P(lag > g) + edge) + ρ·S; σ_lag = volatility·√(average/3)',
  formulaSource: '`staleOracle` and `twapLagEdge` of kernel/src/analysis',
  formulaTest: MEETS,
  /** Of mints; null for redeeming, which of tokens has no spread, and where the price is fixed. */
  closedForm: (setting) => {
    const { size, threshold, spread, redeems, capital } = tradeOf(setting);
    const { reserve, oracle } = setting.economy;
    if (redeems || (oracle.source === 'fixed' && reserve.kind === 'mint-backed')) return null;
    const { volatilityPpm } = setting.economy.assumptions;
    const atOnce = twapLagEdge(share(volatilityPpm), oracle.rule.twapSeconds / 60);
    // A price that stands still is never behind.
    const lags = atOnce === 0 ? Number.POSITIVE_INFINITY : threshold * (ONE_SIDED / atOnce);
    const traded = normalCdf(-lags);
    const edge = reserve.kind === 'mint-backed' ? atOnce * Math.exp(-(lags * lags) / 2) : 0;
    const { returnCredits, costCredits } = staleClosedForm(edge, spread * (traded + edge));
    return attempted(size * returnCredits, size * costCredits + capital);
  },
  attempt: (setting, run) => {
    const { threshold, redeems, size, capital } = tradeOf(setting);
    const { average, spot } = pricesOf(setting, run);
    const lag = Number(average) / spot - 1;
    const isMint = lag > threshold;
    if (!isMint && !(redeems && lag < -threshold)) return { costCredits: capital, returnCredits: 0, stakeCredits: 0 };
    const { costCredits, returnCredits } = isMint ? mint(setting, average, spot) : redeem(setting, average, spot);
    return { costCredits: costCredits + capital, returnCredits, stakeCredits: size };
  },
};

/** What the oracle says after one average, and what the market says by then, micrograins. */
function pricesOf({ economy, scenario }: AttackSetting, run: number): { average: bigint; spot: number } {
  const { blockSeconds, tokenPriceMicrograins } = economy.assumptions;
  const blocks = blocksOfAverage(economy);
  const fair = fairPath(economy, new Draws({ seed: scenario.seed, run }), NUMBER, blocks);
  const oracle = new PoolOracle(economy);
  for (let block = 0; block <= blocks; block += 1) {
    oracle.observe(block * blockSeconds, BigInt(Math.round(tokenPriceMicrograins * fair[block]!)));
  }
  return { average: oracle.average(blocks * blockSeconds), spot: tokenPriceMicrograins * fair[blocks]! };
}

/** Pays in what was bought at the market for the size: tokens, or stable assets where the reserve takes no tokens. */
function mint(setting: AttackSetting, price: bigint, spot: number) {
  const { economy } = setting;
  const { size } = tradeOf(setting);
  const takesTokens = economy.reserve.kind === 'mint-backed';
  const sizeGrains = grainsOf(economy, size);
  const paidGrains = takesTokens ? BigInt(Math.floor((Number(sizeGrains) * 1e6) / spot)) : sizeGrains;
  const gross = takesTokens ? wide.mulDivDown(paidGrains, price, MICRO) : paidGrains;
  const none = { stableGrains: 0n, tokenGrains: 0n, outstandingGrains: 0n };
  const request = { paidGrains, tokenPriceMicrograins: price, secondsSinceMint: Number.MAX_SAFE_INTEGER };
  const { creditGrains } = mintCredits(economy.reserve, none, request);
  return {
    costCredits: creditsOf(economy, gross - creditGrains),
    returnCredits: Math.max(0, creditsOf(economy, gross) - size),
  };
}

/** Redeems credits that cost their unit, of a reserve at its assumed coverage. */
function redeem(setting: AttackSetting, price: bigint, spot: number) {
  const { economy } = setting;
  const creditGrains = grainsOf(economy, tradeOf(setting).size);
  const reserve = reserveFor(setting, creditGrains, spot);
  const { payments } = redeemBatch(economy.reserve, reserve, [{ account: 'attacker', creditGrains }], price);
  const [{ stableGrains, tokenGrains }] = payments as [(typeof payments)[0]];
  const worth = creditsOf(economy, stableGrains) + (creditsOf(economy, tokenGrains) * spot) / 1e6;
  const gain = worth - creditsOf(economy, creditGrains);
  return { costCredits: Math.max(0, -gain), returnCredits: Math.max(0, gain) };
}

function reserveFor({ economy }: AttackSetting, outstandingGrains: bigint, spot: number): Reserve {
  const { reserve, assumptions } = economy;
  if (reserve.kind === 'full') return { stableGrains: outstandingGrains, tokenGrains: 0n, outstandingGrains };
  const stable = reserve.kind === 'mixed' ? share(reserve.stableSharePpmMin) : 0;
  const assets = Number(outstandingGrains) * share(assumptions.coveragePpm);
  return {
    stableGrains: BigInt(Math.floor(assets * stable)),
    tokenGrains: BigInt(Math.floor((assets * (1 - stable) * 1e6) / spot)),
    outstandingGrains,
  };
}

function tradeOf({ economy, parameters }: AttackSetting) {
  const size = creditsOf(economy, economy.assumptions.atOraclePriceGrains) * parameters.size!;
  return {
    size,
    threshold: parameters.threshold!,
    redeems: parameters.redeems! >= 0.5,
    spread: share(economy.reserve.mintSpreadPpm),
    /** It has to stand by, whether it trades or not. */
    capital: capitalCost(economy, size, economy.oracle.rule.twapSeconds),
  };
}
