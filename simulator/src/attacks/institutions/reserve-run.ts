import {
  type BondingCurveRule,
  type CurvePool,
  coverageOf,
  curveRunShare,
  type Economy,
  type Reserve,
  type ReserveRule,
  redeemBatch,
  reserveRun as runClosedForm,
  sellOnCurve,
  swap,
  wide,
} from '@stannary/kernel';
import { Draws } from '../../draws/draws.ts';
import { type Attack, type AttackSetting, capitalCost } from '../attack.ts';
import { attempted, MEETS } from '../expectation.ts';
import { depthOf } from './pool-oracle.ts';
import { creditsOf, share } from './reckoning.ts';

const NUMBER = 12;
const MICRO = 1_000_000n;
/** The crowd needs so many batches. */
const BATCHES = 7;

/** How a run is paid out: the kernel's era batches, each pro rata; or one after the other at par, until nothing is left. */
export type RunRule = 'pro-rata' | 'first-come';

/**
 * 12. Redeems before all others, when the work token has fallen, and leaves the bonding curve before them.
 *
 * Everybody is as large as the attacker and runs. It gains what the first gets more than somebody at a drawn place in the
 * queue; nothing is integrated. Reserve and curve are the kernel's. Tokens that are paid out are sold into the assumed
 * pool, batch after batch, and the next batch is paid at the price that this leaves: where credits are backed by tokens,
 * that is the death spiral.
 */
function reserveRunUnder(rule: RunRule): Attack {
  return {
    id: rule === 'pro-rata' ? 'reserve-run' : 'reserve-run-first-come',
    number: NUMBER,
    title: 'A run on the reserve',
    strategy: 'Redeems its credits and sells its tokens on the curve before everybody else, when the token has fallen.',
    defence:
      'All of an era are redeemed together at min(1, coverage), whoever came first; the credit is fully reserved.',
    defendedBy: ['reserve.kind', 'reserve.spread', 'reserve.throttle.warn', 'bondingCurve'],
    parameters: {
      size: { meaning: 'its share, and everybody else’s', unit: 'of the supply', least: 0.005, most: 0.5, value: 0.05 },
      moment: {
        meaning: 'how far the token has fallen',
        unit: 'of assumptions.tokenFall',
        least: 0,
        most: 1,
        value: 1,
      },
    },
    formula: 'R = max(0, 1 - cover) per unit, 0 pro rata; C = spread + tax + ρ·(size + tokens)',
    formulaSource: '`reserveRun` of kernel/src/analysis',
    formulaTest: MEETS,
    minimumSize: ({ economy, scenario }) => creditsOf(economy, scenario.reserve.outstandingGrains) / 1_000,
    /** Of a full reserve; where tokens are paid out, nobody has derived what selling them does. */
    closedForm: (setting) => {
      const { economy } = setting;
      const run = runOf(setting);
      if (economy.reserve.kind !== 'full') return null;
      const { coveragePpm } = coverageOf(economy.reserve, run.reserve, run.price);
      const cover = Math.min(1, Number(coveragePpm ?? MICRO) / 1e6);
      const { returnCredits } = runClosedForm({ cover, isProRata: rule === 'pro-rata' }, 0);
      const fromCurve = run.curve === null ? 0 : curveGain(economy, run.curve, run.holders);
      return attempted(creditsOf(economy, run.sizeGrains) * returnCredits + fromCurve, costOf(setting));
    },
    attempt: (setting, run) => {
      const { economy } = setting;
      const facts = runOf(setting);
      const { holders, curve, sizeGrains } = facts;
      const draws = new Draws({ seed: setting.scenario.seed, run });
      const place = Math.floor(draws.uniform('attack', 0, NUMBER, 0) * holders);
      const paid = rule === 'pro-rata' ? paidInBatches(economy, facts) : paidInOrder(facts);
      const redeemed = paid(0) - paid(place);
      const sold = curve === null ? 0n : soldAt(curve, holders, 0) - soldAt(curve, holders, place);
      const gain = creditsOf(economy, redeemed + sold);
      return {
        costCredits: costOf(setting) + Math.max(0, -gain),
        returnCredits: Math.max(0, gain),
        stakeCredits: creditsOf(economy, sizeGrains),
      };
    },
  };
}

export const reserveRun = reserveRunUnder('pro-rata');
/** What the batches prevent. */
export const firstComeRun = reserveRunUnder('first-come');

interface Curve {
  readonly rule: BondingCurveRule;
  readonly pool: CurvePool;
}

interface Run {
  readonly holders: number;
  readonly sizeGrains: bigint;
  readonly reserve: Reserve;
  /** Of the token, fallen; micrograins. */
  readonly price: bigint;
  readonly depthGrains: bigint;
  readonly rule: ReserveRule;
  readonly curve: Curve | null;
}

function runOf({ economy, scenario, parameters }: AttackSetting): Run {
  const { assumptions, bondingCurve } = economy;
  const holders = Math.max(2, Math.round(1 / parameters.size!));
  const fallen = 1 - parameters.moment! * share(assumptions.tokenFallPpm);
  const { stableGrains, tokenGrains, outstandingGrains } = scenario.reserve;
  const reserve = {
    stableGrains: BigInt(stableGrains),
    tokenGrains: BigInt(tokenGrains),
    outstandingGrains: BigInt(outstandingGrains),
  };
  const market = BigInt(Math.floor(assumptions.marketCapGrains * fallen));
  const curve =
    bondingCurve?.kind === 'bonding-curve'
      ? { rule: bondingCurve, pool: curvePool(market, bondingCurve, assumptions.tokenPriceMicrograins * fallen) }
      : null;
  return {
    holders,
    sizeGrains: reserve.outstandingGrains / BigInt(holders),
    reserve,
    price: BigInt(Math.max(1, Math.floor(assumptions.tokenPriceMicrograins * fallen))),
    depthGrains: depthOf(economy),
    rule: economy.reserve,
    curve,
  };
}

function curvePool(marketGrains: bigint, { reserveRatioPpm }: BondingCurveRule, micrograins: number): CurvePool {
  return {
    supplyGrains: (marketGrains * MICRO) / BigInt(Math.max(1, Math.floor(micrograins))),
    reserveGrains: (marketGrains * BigInt(reserveRatioPpm)) / MICRO,
  };
}

/** Payment of a holder by its place, when each batch takes an even part of all places. */
function paidInBatches(economy: Economy, run: Run): (place: number) => bigint {
  const batches = Math.min(BATCHES, run.holders);
  const batchOf = (place: number) => Math.floor((place * batches) / run.holders);
  let { reserve, price } = run;
  let pool = { inGrains: (run.depthGrains * MICRO) / price, outGrains: run.depthGrains };
  const paid = Array.from({ length: batches }, (_, batch) => {
    const requests = Array.from({ length: run.holders }, (_, place) => place)
      .filter((place) => batchOf(place) === batch)
      .map((place) => ({ account: `${place}`, creditGrains: run.sizeGrains }));
    const redeemed = redeemBatch(economy.reserve, reserve, requests, price);
    ({ reserve } = redeemed);
    const tokens = redeemed.payments.reduce((sum, { tokenGrains }) => sum + tokenGrains, 0n);
    const stable = redeemed.payments[0]!.stableGrains;
    if (tokens === 0n) return stable;
    const sale = swap({ kind: 'constant-product', feePpm: 0 }, pool, tokens);
    pool = sale.reserves;
    price = wide.mulDivDown(pool.outGrains, MICRO, pool.inGrains);
    if (price === 0n) price = 1n;
    return stable + sale.grains / BigInt(requests.length);
  });
  return (place) => paid[batchOf(place)]!;
}

/** Stable assets at par, in order, until they are gone. */
function paidInOrder({ reserve, sizeGrains }: Run): (place: number) => bigint {
  return (place) => {
    const left = reserve.stableGrains - BigInt(place) * sizeGrains;
    if (left <= 0n) return 0n;
    return left < sizeGrains ? left : sizeGrains;
  };
}

/** What the holder at a place gets for an even part of the curve's supply. */
function soldAt({ rule, pool }: Curve, holders: number, place: number): bigint {
  const part = pool.supplyGrains / BigInt(holders);
  const before = sellOnCurve(rule, pool, part * BigInt(place));
  return sellOnCurve(rule, before.pool, part).grains;
}

/** First place over the mean of all, which is an even part of the curve's reserve. */
function curveGain(economy: Economy, { rule, pool }: Curve, holders: number): number {
  const reserve = creditsOf(economy, pool.reserveGrains);
  return reserve * (curveRunShare(1 / holders, share(rule.reserveRatioPpm)) - 1 / holders);
}

/** Credits and tokens are bought for the run, at the mint's spread and the curve's tax, and are locked for an era. */
function costOf(setting: AttackSetting): number {
  const { economy } = setting;
  const { sizeGrains, curve, holders } = runOf(setting);
  const size = creditsOf(economy, sizeGrains);
  const tokens = curve === null ? 0 : creditsOf(economy, curve.pool.reserveGrains) / holders;
  const tax = curve === null ? 0 : tokens * share(curve.rule.entryTaxPpm);
  const eraSeconds = (economy.cadence.epochMs * economy.cadence.epochsPerEra) / 1_000;
  return size * share(economy.reserve.mintSpreadPpm) + tax + capitalCost(economy, size + tokens, eraSeconds);
}
