import { oraclePush, twapLagEdge } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { compare, plus, ratio, roundedText, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import { creditsOf, FACTOR, numberOf, numberText, parts, percentText, secondsText } from './figures.ts';

const WHOLE = 1_000_000;

/** Redeeming is pro rata whatever the kind, so a run gains nothing; what is left is whether all can be paid. */
export const reserveCheck: EconomicCheck = {
  id: 'reserve',
  section: 'assets',
  title: 'credits stay covered while the work token falls',
  formula:
    'full: warning line >= 100 %. else: CR(s + (1 - s)(1 - fall)) >= 1 with stable share s (mint-backed: 0), halt < warning line < CR',
  source: 'stable assets keep their value, tokens lose the fall',
  attacks: [12],
  assumes: ['assumptions.coverage', 'assumptions.tokenFall'],
  evaluate: ({ reserve, assumptions }) => {
    if (reserve.kind === 'full') return [fullFinding(reserve)];
    const { haltPpm, warnPpm } = reserve.throttle;
    // A mint-backed credit has nothing but tokens behind it.
    const stablePpm = reserve.kind === 'mixed' ? reserve.stableSharePpmMin : 0;
    const [cover, stable] = [parts(assumptions.coveragePpm), parts(stablePpm)];
    const rest = parts(WHOLE - stablePpm);
    const stressed = times(cover, plus(stable, times(rest, parts(WHOLE - assumptions.tokenFallPpm))));
    const survives = compare(stressed, ratio(1n)) >= 0;
    const lines = [haltPpm, warnPpm, assumptions.coveragePpm].map((ppm) => percentText(parts(ppm))).join(', ');
    return [
      {
        about: 'stress',
        passed: survives,
        numbers: `${roundedText(cover)} * (${percentText(stable)} + ${percentText(rest)} * ${percentText(parts(WHOLE - assumptions.tokenFallPpm))}) = ${roundedText(stressed)} ${survives ? '>=' : '<'} 1`,
        fields: reserve.kind === 'mixed' ? ['reserve.stableShare'] : [],
      },
      {
        about: 'lines',
        passed: WHOLE <= haltPpm && haltPpm < warnPpm && warnPpm < assumptions.coveragePpm,
        numbers: `100 % <= halt < warning line < coverage: ${lines}`,
        fields: ['reserve.throttle.warn', 'reserve.throttle.halt'],
      },
    ];
  },
};

function fullFinding({ throttle, mintSpreadPpm }: Extract<EconomyProfile['reserve'], { kind: 'full' }>): Finding {
  const passed = throttle.warnPpm >= WHOLE;
  const numbers = `${percentText(parts(throttle.warnPpm))} ${passed ? '>=' : '<'} 100 %; a unit paid in makes ${roundedText(parts(WHOLE - mintSpreadPpm))} credits`;
  return { about: '', passed, numbers, fields: ['reserve.throttle.warn'] };
}

/** The average lags behind a price that moves on; below its edge whoever trades at the average is paid by the reserve. */
export const spreadCheck: EconomicCheck = {
  id: 'spread',
  section: 'assets',
  title: 'the spread is wider than the edge of a stale price in bad times',
  formula: 'spread >= .399 * volatility * sqrt(average / year / 3)',
  source: 'mean of the positive half of spot less average, for Brownian motion',
  attacks: [19],
  assumes: ['assumptions.volatilityStress'],
  evaluate: ({ reserve, oracle, assumptions }) => {
    const edge = twapLagEdge(assumptions.volatilityPpmStress / WHOLE, oracle.rule.twapSeconds / 60);
    const passed = reserve.mintSpreadPpm / WHOLE >= edge;
    const numbers = `${percentText(parts(reserve.mintSpreadPpm))} ${passed ? '>=' : '<'} ${numberText(100 * edge)} % over ${secondsText(oracle.rule.twapSeconds)}`;
    return [{ about: '', passed, numbers, fields: ['reserve.spread', 'oracle.rule.average'] }];
  },
};

/** A push that anybody sees, and the least that is tried where nothing is spread. */
const [PUSH_SEEN, PUSH_MIN] = [0.05, 0.001];

/**
 * A push gains what it is past the spread and costs its square: to first order, twice the spread returns most for its
 * cost. Held in every block of the average.
 */
export const oraclePushCheck: EconomicCheck = {
  id: 'oracle-push',
  section: 'assets',
  title: 'holding the price away for as long as the average is costs twice what can be done with it',
  formula:
    'blocks * depth * (sqrt(1 + x) + 1/sqrt(1 + x) - 2) >= 2 * (x - spread) * what is minted or settled meanwhile, for x of 5 % and of twice the spread',
  source: 'a constant-product pool, arbitraged back in every block',
  attacks: [11],
  assumes: ['assumptions.poolDepth', 'assumptions.block', 'assumptions.atOraclePrice'],
  evaluate: (economy) => {
    const spread = economy.reserve.mintSpreadPpm / WHOLE;
    const pushes = [PUSH_SEEN, Math.max(2 * spread, PUSH_MIN)].map((push) => pushOf(economy, push, spread));
    const [worst] = pushes.toSorted((x, y) => x.ratio - y.ratio);
    const passed = worst!.ratio >= FACTOR;
    const numbers = `${worst!.blocks} blocks by ${numberText(100 * worst!.push)} %: ${numberText(worst!.costCredits)} ${passed ? '>=' : '<'} 2 * ${numberText(worst!.returnCredits)} credits`;
    return [{ about: '', passed, numbers, fields: ['oracle.rule.average', 'reserve.spread'] }];
  },
};

function pushOf(economy: EconomyProfile, push: number, spread: number) {
  const { oracle, assumptions } = economy;
  const blocks = Math.floor(oracle.rule.twapSeconds / assumptions.blockSeconds);
  const poolDepth = numberOf(creditsOf(economy, assumptions.poolDepthGrains));
  const traded = numberOf(creditsOf(economy, assumptions.atOraclePriceGrains));
  const mintLimit = (traded * (push - spread)) / push;
  return { push, blocks, ...oraclePush({ poolDepth, blocks, mintLimit }, push) };
}
