import {
  type BetaMasses,
  commonCauseSlashPpb,
  correlationSlashPpb,
  equivocationSlashPpb,
  failureSharePpm,
  type Grains,
  initialMasses,
  isBelowBar,
  mulDivDown,
  mulDivUp,
  multiplierPpm,
  newcomerMultiplierPpm,
  observe,
  scorePpm,
  slashGrains,
  standingPpm,
} from '@stannary/kernel';
import { BOND_REQUIRED, NODE_CAPACITY, NODES, TOKEN_PRICE_NOW, WORK_PRICE_NOW } from './assumed.ts';
import { bondNeeded, revenueMax } from './bond-needed.ts';
import type { Ask, Column, CurveKind, Drawing } from './curve.ts';
import {
  CAPACITY,
  type Cell,
  COUNT,
  CREDITS,
  DURATION,
  FINE_SHARE,
  SHARE,
  TOKEN_PRICE,
  TOKENS,
  WORK_PRICE,
} from './quantity.ts';

const MILLION = 1_000_000;
const WHOLE = 1_000_000n;
const NOTHING = () => ({ value: 0n, from: 'nothing is assumed' });

export const BOND: CurveKind = {
  name: 'bond',
  about: 'What a node must bond, which term decides, and where it is warned and stopped.',
  variables: {
    capacity: { quantity: CAPACITY, about: 'of the node', assumed: NODE_CAPACITY },
    revenue: {
      quantity: CREDITS,
      about: 'most that it can earn in one epoch, in place of capacity and price',
      assumed: null,
    },
    'token-price': { quantity: TOKEN_PRICE, about: "the oracle's, and its low", assumed: TOKEN_PRICE_NOW },
    price: { quantity: WORK_PRICE, about: 'of work', assumed: WORK_PRICE_NOW },
    gain: { quantity: CREDITS, about: "of a single cheat; without it one epoch's revenue", assumed: null },
    harm: { quantity: CREDITS, about: 'worst to third parties', assumed: NOTHING },
  },
  axes: ['capacity', 'revenue', 'token-price', 'price', 'gain', 'harm'],
  draw: drawBond,
};

function drawBond(ask: Ask): Drawing {
  const { bond: rule, name } = ask.nodeClass;
  const rows = ask.xs.map((x): Cell[] => {
    const value = (variable: string) => ask.value(variable, x);
    const revenue = ask.isGiven('revenue')
      ? value('revenue')
      : revenueMax(ask.economy, value('capacity'), value('price'));
    const gain = ask.isGiven('gain') ? value('gain') : revenue;
    const needed = bondNeeded(rule, { revenue, gain, harm: value('harm'), tokenPrice: value('token-price') });
    const { minimum, revenue: byRevenue, deterrence, harm } = needed.terms;
    const { creditsGrains, tokensGrains, marginCallGrains, stopLineGrains, reason } = needed;
    const amounts = [
      creditsGrains,
      tokensGrains,
      marginCallGrains,
      stopLineGrains,
      minimum,
      byRevenue,
      deterrence,
      harm,
    ];
    return [x, reason, ...amounts.map(BigInt)];
  });
  return {
    columns: [
      { name: ask.x, quantity: BOND.variables[ask.x]!.quantity },
      { name: 'binding', quantity: null },
      credits('required'),
      { name: 'bond', quantity: TOKENS },
      { name: 'margin_call', quantity: TOKENS },
      { name: 'stop_line', quantity: TOKENS },
      ...['minimum', 'revenue', 'deterrence', 'harm'].map((term) => credits(`term_${term}`)),
    ],
    rows,
    formulas: [
      'max(minimum, share revenue exposure, factor gain / (slash detection), factor harm)',
      `tokens: credits / (min(spot, low) (1 - haircut)), haircut ${rule.haircutPpm} ppm`,
      `margin call below ${rule.marginCallPpm} ppm of it, stopped below ${rule.stopLinePpm} ppm`,
    ],
    source: 'the larger of deterrence (Becker 1968) and revenue at risk',
    rounding: 'up',
    notes: [`class ${name}`],
    plotted: ['bond', 'margin_call', 'stop_line'],
  };
}

export const SLASH: CurveKind = {
  name: 'slash',
  about: 'What offences cost: over how many offend together, or over the excess of a meter.',
  variables: {
    offenders: { quantity: COUNT, about: 'nodes of the class', assumed: null },
    offending: { quantity: SHARE, about: 'share of the class', assumed: null, most: WHOLE },
    excess: { quantity: SHARE, about: 'claims over references, less one', assumed: null },
    nodes: { quantity: COUNT, about: 'in the class', assumed: NODES },
    bond: { quantity: TOKENS, about: 'of each', assumed: BOND_REQUIRED },
  },
  axes: ['offenders', 'offending', 'excess'],
  draw: (ask) => (ask.x === 'excess' ? drawExcess(ask) : drawTogether(ask)),
};

function drawTogether(ask: Ask): Drawing {
  const { correlation, liveness } = ask.economy;
  const total = ask.number('nodes', 0n);
  const bond = ask.number('bond', 0n) as Grains;
  const rows = ask.xs.map((x): Cell[] => {
    const offenders = ask.x === 'offenders' ? Number(x) : mulDivDown(total, Number(x), MILLION);
    const shares = [
      commonCauseSlashPpb(liveness.commonCause, offenders, total),
      equivocationSlashPpb(correlation.factorPpm, offenders, total),
      correlationSlashPpb(correlation.factorPpm, offenders, total),
    ];
    return [
      x,
      ...(ask.x === 'offending' ? [BigInt(offenders)] : []),
      ...shares.flatMap((ppb) => [BigInt(ppb), BigInt(slashGrains(bond, ppb))]),
    ];
  });
  const { allowancePpm, allowanceNodes, factorPpm, ceilingPpm } = liveness.commonCause;
  return {
    columns: [
      ...(ask.x === 'offending' ? [{ name: 'offending', quantity: SHARE }] : []),
      { name: 'offenders', quantity: COUNT },
      ...['offline', 'equivocation', 'correlation'].flatMap((name) => [
        { name, quantity: FINE_SHARE },
        { name: `${name}_of_bond`, quantity: TOKENS },
      ]),
    ],
    rows,
    formulas: [
      `offline: min(${factorPpm} ppm (k - n ${allowancePpm} ppm - ${allowanceNodes}) / n, 1) * ${ceilingPpm} ppm, 0 below`,
      `equivocation: min((${correlation.factorPpm} ppm k / n)^2, 1)`,
      `correlation: min(${correlation.factorPpm} ppm S, T) / T, S of the class's bonds T slashed in ${correlation.windowEpochs} epochs; here S / T = k / n`,
    ],
    source: "Polkadot's offline and equivocation slashes; Ethereum's correlation",
    rounding: 'up, at most the bond',
    notes: ["each is a share of one offender's bond", 'correlation is a minimum on a slash, not an addition'],
    plotted: ['offline', 'equivocation', 'correlation'],
  };
}

function drawExcess(ask: Ask): Drawing {
  const { warnPpm, slashLinePpm, slashPpm, excessFactorPpm } = ask.economy.metering;
  const bond = ask.number('bond', 0n) as Grains;
  const rows = ask.xs.map((x): Cell[] => {
    const beyond = mulDivUp(Math.max(0, Number(x) - slashLinePpm), excessFactorPpm, MILLION);
    const isPast = x > BigInt(slashLinePpm);
    const share = isPast ? Math.min(MILLION, slashPpm + beyond) : 0;
    const finding = isPast ? 'slashed' : x > BigInt(warnPpm) ? 'warned' : 'paid';
    return [x, finding, BigInt(share), BigInt(slashGrains(bond, share * 1_000))];
  });
  return {
    columns: [
      { name: 'excess', quantity: SHARE },
      { name: 'finding', quantity: null },
      { name: 'metering', quantity: SHARE },
      { name: 'metering_of_bond', quantity: TOKENS },
    ],
    rows,
    formulas: [
      `past ${slashLinePpm} ppm: ${slashPpm} ppm + ${excessFactorPpm} ppm (excess - line), at most the whole; warned past ${warnPpm} ppm`,
    ],
    source: "Wald's sequential test convicts; noise is no fraud",
    rounding: 'up',
    notes: ['slashed only if the sequential test convicts too; until then such a node is warned'],
    plotted: ['metering'],
  };
}

export const REPUTATION: CurveKind = {
  name: 'reputation',
  about: "Score, allocation weight and standings after verdicts; or the newcomer's weight by age.",
  variables: {
    failures: { quantity: COUNT, about: 'after the successes', assumed: NOTHING },
    successes: { quantity: COUNT, about: 'first', assumed: NOTHING },
    age: { quantity: DURATION, about: 'of the node', assumed: null },
  },
  axes: ['failures', 'successes', 'age'],
  draw: (ask) => (ask.x === 'age' ? drawNewcomer(ask) : drawReputation(ask)),
};

function drawReputation(ask: Ask): Drawing {
  const { reputation } = ask.economy;
  const { lambdaPpm, work, liveness } = reputation;
  const rows = ask.xs.map((x): Cell[] => {
    const after = (lambda: number, masses: BetaMasses) =>
      observe(lambda, masses, ask.number('successes', x), ask.number('failures', x));
    const masses = after(lambdaPpm, { successPpm: 0, failurePpm: 0 });
    const score = scorePpm(masses);
    const standings = [work, liveness].map((rule) => {
      const standing = after(rule.lambdaPpm, initialMasses(rule));
      return [BigInt(standingPpm(standing)), isBelowBar(rule, standing) ? 'below' : 'above'] as const;
    });
    return [
      x,
      BigInt(score),
      BigInt(failureSharePpm(masses)),
      BigInt(multiplierPpm(ask.economy, score)),
      ...standings.flat(),
    ];
  });
  return {
    columns: [
      { name: ask.x, quantity: COUNT },
      { name: 'score', quantity: SHARE },
      { name: 'failure_share', quantity: SHARE },
      { name: 'multiplier', quantity: SHARE },
      { name: 'work_standing', quantity: SHARE },
      { name: 'work_bar', quantity: null },
      { name: 'liveness_standing', quantity: SHARE },
      { name: 'liveness_bar', quantity: null },
    ],
    rows,
    formulas: [
      `a' = lambda a + v, b' = lambda b + (1 - v), lambda ${lambdaPpm} ppm; score (a + 1) / (a + b + 2)`,
      `standing a / (a + b): work lambda ${work.lambdaPpm} ppm, bar ${work.barPpm} ppm, ${work.initialSuccesses} successes to begin with; liveness ${liveness.lambdaPpm}, ${liveness.barPpm}, ${liveness.initialSuccesses}`,
    ],
    source: 'Beta reputation with forgetting (Jøsang and Ismail 2002)',
    rounding: 'down',
    notes: ['the multiplier weighs in allocation, never in a price'],
    plotted: ['score', 'multiplier', 'work_standing', 'liveness_standing'],
  };
}

function drawNewcomer(ask: Ask): Drawing {
  const { newcomer } = ask.economy;
  return {
    columns: [
      { name: 'age', quantity: DURATION },
      { name: 'newcomer_multiplier', quantity: SHARE },
    ],
    rows: ask.xs.map((x) => [x, BigInt(newcomerMultiplierPpm(newcomer, Number(x / ask.scale.epochMs)))]),
    formulas: [`m0 + (1 - m0) age / ramp, m0 ${newcomer.multiplierMinPpm} ppm, ramp ${newcomer.rampEpochs} epochs`],
    source: 'dues of newcomers (Friedman and Resnick 2001)',
    rounding: 'down',
    notes: [],
    plotted: ['newcomer_multiplier'],
  };
}

function credits(name: string): Column {
  return { name, quantity: CREDITS };
}
