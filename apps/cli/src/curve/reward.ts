import {
  bandedWork,
  type CurveRule,
  cappedWeight,
  classCurveWeight,
  classPool,
  collectableGrains,
  curveWeight,
  dividesByWork,
  type Economy,
  type Epoch,
  type Grains,
  lockedBondGrains,
  mulDivDown,
  type NcuMs,
  type NodeClass,
  newcomerMultiplierPpm,
  operatorCap,
  type VestingRule,
  vestedGrains,
} from '@stannary/kernel';
import { BOND_REQUIRED, NETWORK_FEES, NETWORK_POWER, NODE_WORK, TOKEN_PRICE_NOW } from './assumed.ts';
import type { Ask, Column, CurveKind, Drawing, Variable } from './curve.ts';
import { type Cell, COUNT, CREDITS, DURATION, FINE_SHARE, SHARE, TOKENS, WORK } from './quantity.ts';
import { curveRefusal } from './refusal.ts';
import { SupplyWalk } from './supply-walk.ts';

const MILLION = 1_000_000;
const BILLION = 1_000_000_000n;
const HOUR_MS = 3_600_000n;
/** Up to here every curve's products decide rightly. */
const WORK_MAX = 2n ** 33n;

const work: Variable = { quantity: WORK, about: 'of the node in an epoch', assumed: NODE_WORK };
const bond: Variable = { quantity: TOKENS, about: 'of the node', assumed: BOND_REQUIRED };
const age: Variable = { quantity: DURATION, about: 'of the node; a bare number is epochs', assumed: null };

export const REWARD: CurveKind = {
  name: 'reward',
  about: "A node's weight and tokens over its work or bond; or over its age, when what it earns is paid.",
  variables: {
    work,
    bond,
    age,
    band: {
      quantity: COUNT,
      about: 'that the node stands in, the best is 0',
      assumed: () => ({ value: 0n, from: 'the best' }),
    },
    nodes: { quantity: COUNT, about: "such nodes of the node's operator", assumed: () => ({ value: 1n, from: 'one' }) },
    others: {
      quantity: COUNT,
      about: 'nodes of other operators in the class',
      assumed: ({ assumptions, classes }) => ({
        value: BigInt(Math.max(0, Math.floor(assumptions.nodes / classes.length) - 1)),
        from: 'assumptions: nodes, spread over the classes',
      }),
    },
    'other-work': { quantity: WORK, about: 'of each other node in an epoch', assumed: NODE_WORK },
    'other-bond': { quantity: TOKENS, about: 'of each other node', assumed: BOND_REQUIRED },
    emission: {
      quantity: TOKENS,
      about: 'of an epoch, for all classes',
      assumed: (economy) => ({ value: firstEmission(economy), from: 'the first epoch of the assumed network' }),
    },
    earned: {
      quantity: TOKENS,
      about: 'what vests, over an age',
      assumed: ({ grainsPerUnit }) => ({ value: 1_000n * BigInt(grainsPerUnit), from: 'for scale' }),
    },
  },
  axes: ['work', 'bond', 'age'],
  draw: (ask) => (ask.x === 'age' ? drawAge(ask) : drawWeight(ask)),
};

const CURVES: Readonly<Record<CurveRule['kind'], { readonly formula: string; readonly source: string }>> = {
  'linear-capped': { formula: 'min(w, kappa b)', source: 'linear is split-proof (arXiv:1909.10645)' },
  perspective: {
    formula: 'b phi(w / b), phi piecewise linear and concave',
    source: 'homogeneous and concave: split-proof',
  },
  'exponential-rebate': { formula: 'w (1 - alpha e^(-lambda b / w))', source: "The Graph's rebates" },
  'cobb-douglas': { formula: 'W (w / W)^a (b / B)^(1 - a)', source: '0x, ZEIP-61' },
  power: { formula: 'w^a, whatever the bond', source: 'not split-proof: k identities weigh k^(1 - a) times as much' },
  'pledge-capped': {
    formula: 'W / (1 + a0) (x + a0 s (x - s (z - x) / z) / z), z = 1 / k, x = min(w / W, z), s = min(kappa b / W, x)',
    source: "Cardano's pool rewards",
  },
};

/** Of the first epoch of the assumed network, in grains, rounded down. */
export function firstEmission(economy: Economy): bigint {
  const { assumptions, cadence, supply } = economy;
  const fees = NETWORK_FEES(economy).value;
  const walk = new SupplyWalk(economy, {
    bondedPpm: BigInt(assumptions.stakedPpm),
    stake: null,
    networkPower: NETWORK_POWER(economy).value,
    burned: 0n,
    work: fees,
    fees,
    tokenPriceMicrograins: TOKEN_PRICE_NOW(economy).value,
  });
  return walk.pass(BigInt(cadence.epochMs)).grains / BigInt(supply.unitsPerGrain);
}

function drawWeight(ask: Ask): Drawing {
  const { nodeClass } = ask;
  const rows = ask.xs.map((x) => weightRow(ask, x));
  const pool = nodeClass.pool === null ? '' : ', at most what the class pool is worth';
  const bands = nodeClass.bands === null ? [] : ['w is the work times the multiplier of its band'];
  return {
    columns: [
      { name: ask.x, quantity: ask.x === 'work' ? WORK : TOKENS },
      { name: 'counted_work', quantity: WORK },
      { name: 'weight', quantity: WORK },
      { name: 'capped_weight', quantity: WORK },
      { name: 'class_share', quantity: FINE_SHARE },
      { name: 'reward', quantity: TOKENS },
      { name: 'reward_per_ncu_h', quantity: TOKENS },
    ],
    rows,
    formulas: [
      `${nodeClass.name} (${nodeClass.curve.kind}): ${CURVES[nodeClass.curve.kind].formula}`,
      ...bands,
      `reward = class emission${pool} * capped weight / ${dividesByWork(nodeClass.curve) ? "the class's work" : "the class's weight"}`,
    ],
    source: CURVES[nodeClass.curve.kind].source,
    rounding: 'down',
    notes: [
      `an operator's weight is at most ${nodeClass.operatorCapPpm} ppm of the class's; what is above is carried`,
      'the other nodes are alike; rewards are of one epoch',
    ],
    plotted: ['weight', 'capped_weight'],
  };
}

function weightRow(ask: Ask, x: bigint): Cell[] {
  const value = (name: string) => ask.number(name, x);
  const own = { work: value('work'), bond: value('bond'), nodes: value('nodes'), band: value('band') };
  const others = { work: value('other-work'), bond: value('other-bond'), nodes: value('others'), band: 0 };
  const {
    countedNcuMs,
    weight,
    cappedWeight: capped,
    divisor,
    rewardGrains,
  } = rewardOf(ask.economy, ask.nodeClass, own, others, ask.number('emission', x) as Grains);
  const done = ask.value('work', x);
  return [
    x,
    BigInt(countedNcuMs),
    BigInt(weight),
    BigInt(capped),
    divisor === 0 ? 0n : (BigInt(capped) * BILLION) / BigInt(divisor),
    BigInt(rewardGrains),
    done === 0n ? null : (BigInt(rewardGrains) * HOUR_MS) / done,
  ];
}

/** Nodes that are alike: one operator's, or all others of a class. */
export interface Alike {
  readonly nodes: number;
  /** Of each in an epoch. */
  readonly work: number;
  readonly bond: number;
  readonly band: number;
}

/**
 * What settlement pays one of an operator's nodes of what an epoch mints, beside others. Rounded down.
 * Refuses CURVE-RANGE, and as the kernel does.
 */
export function rewardOf(economy: Economy, nodeClass: NodeClass, own: Alike, others: Alike, emission: Grains) {
  const { curve, bands } = nodeClass;
  if (BigInt(own.work) > WORK_MAX) {
    throw curveRefusal('CURVE-RANGE', 'work', `at most ${WORK_MAX} NCU·ms in an epoch`, `${own.work}`);
  }
  const counted = ({ work: ncuMs, band }: Alike) => (bands === null ? ncuMs : bandedWork(bands, band, ncuMs as NcuMs));
  // An idle bond dilutes nobody.
  const all = [own, others].filter((one) => counted(one) > 0);
  const totals = {
    workNcuMs: all.reduce((sum, one) => sum + counted(one) * one.nodes, 0),
    bondGrains: all.reduce((sum, one) => sum + BigInt(one.bond) * BigInt(one.nodes), 0n),
  };
  const weigh = (one: Alike) =>
    curve.kind === 'cobb-douglas' || curve.kind === 'pledge-capped'
      ? classCurveWeight(curve, counted(one), one.bond, totals)
      : curveWeight(curve, counted(one), one.bond);
  const weight = weigh(own);
  const weights = all.reduce((sum, one) => sum + weigh(one) * one.nodes, 0);
  const divisor = dividesByWork(curve) ? totals.workNcuMs : weights;
  const capped = cappedWeight(weight, weight * own.nodes, operatorCap(nodeClass.operatorCapPpm, divisor));
  const share = Math.min(nodeClass.emissionSharePpm, economy.supply.classSharePpmMax);
  const scheduled = mulDivDown(emission, share, MILLION) as Grains;
  const pool =
    nodeClass.pool === null ? scheduled : classPool(nodeClass.pool, scheduled, totals.workNcuMs as NcuMs).poolGrains;
  const rewardGrains = divisor === 0 ? 0 : mulDivDown(pool, capped, divisor);
  return { countedNcuMs: counted(own), weight, cappedWeight: capped, divisor, rewardGrains };
}

/** When earnings are paid: those of the node's first epoch by each age, and how much of an age's own at once. */
function drawAge(ask: Ask): Drawing {
  const { cadence, vesting, newcomer } = ask.economy;
  const { schedule } = vesting;
  const holdback: VestingRule = { kind: 'whole-eras', holdbackEras: cadence.holdbackEras };
  const node = { joinedEpoch: 0 as Epoch, isGracefulExit: false };
  const earnedGrains = ask.number('earned', 0n) as Grains;
  const vested = (rule: VestingRule | null, earned: number, at: number) =>
    rule === null
      ? BigInt(earnedGrains)
      : BigInt(
          vestedGrains(
            rule,
            ask.economy,
            node,
            { earnedEpoch: earned as Epoch, earnedGrains, releasedGrains: 0 as Grains },
            at as Epoch,
          ),
        );
  const rows = ask.xs.map((x): Cell[] => {
    const at = Number(x / ask.scale.epochMs);
    const atOnce = vested(schedule, at, at);
    return [
      x,
      BigInt(newcomerMultiplierPpm(newcomer, at)),
      vested(holdback, 0, at),
      atOnce,
      BigInt(earnedGrains) - atOnce,
      vested(schedule, 0, at),
    ];
  });
  return {
    columns: [
      { name: 'age', quantity: DURATION },
      { name: 'newcomer_multiplier', quantity: SHARE },
      tokens('past_holdback'),
      tokens('paid_at_once'),
      tokens('withheld'),
      tokens('vested'),
    ],
    rows,
    formulas: [
      `past_holdback: earned in the first epoch, when the era ${cadence.holdbackEras} later is settled`,
      `paid_at_once, withheld: of what leaves the holdback at that age; vested: by that age, of what left it at age 0 (${schedule?.kind ?? 'all at once'})`,
      `newcomer_multiplier: from ${newcomer.multiplierMinPpm} ppm to the whole over ${newcomer.rampEpochs} epochs`,
    ],
    source:
      schedule?.kind === 'graduated' ? "Storj's held amounts" : "holdback of whole eras; linear vesting as Filecoin's",
    rounding: 'what is withheld up, what comes back down',
    notes: ['credits are past their holdback and paid; tokens then pass the schedule'],
    plotted: ['past_holdback', 'paid_at_once', 'vested'],
  };
}

export const REBATE: CurveKind = {
  name: 'rebate',
  about: 'What of its fees or work a node keeps for its stake, and the bond that fees lock.',
  variables: {
    work: { ...work, about: 'in the place of fees' },
    stake: { ...bond, about: 'of the node' },
    fees: { quantity: CREDITS, about: 'collected at once', assumed: null },
  },
  axes: ['work', 'stake', 'fees'],
  draw: (ask) => (ask.x === 'fees' ? drawThaw(ask) : drawRebate(ask)),
};

function drawRebate(ask: Ask): Drawing {
  const { curve, name } = ask.nodeClass;
  if (curve.kind !== 'exponential-rebate') {
    throw curveRefusal('CURVE-NONE', `class ${name}`, 'the curve exponential-rebate', curve.kind);
  }
  const rows = ask.xs.map((x): Cell[] => {
    const done = ask.value('work', x);
    const kept = BigInt(curveWeight(curve, ask.number('work', x), ask.number('stake', x)));
    return [x, kept, done - kept, done === 0n ? null : (kept * BILLION) / done];
  });
  return {
    columns: [
      { name: ask.x, quantity: ask.x === 'work' ? WORK : TOKENS },
      { name: 'kept', quantity: WORK },
      { name: 'forgone', quantity: WORK },
      { name: 'kept_share', quantity: FINE_SHARE },
    ],
    rows,
    formulas: [
      `w (1 - alpha e^(-lambda b / w)), alpha ${curve.alphaPpm} ppm, lambda ${curve.lambdaNumerator} / ${curve.lambdaDenominator} NCU·ms per grain`,
    ],
    source: "The Graph's Exponential.sol: rebate = fees (1 - alpha e^(-lambda stake / fees))",
    rounding: 'down, never above the truth; at most two parts of 10^18 below it',
    notes: [`class ${name}`],
    plotted: ['kept_share'],
  };
}

function drawThaw(ask: Ask): Drawing {
  const rule = ask.economy.bonds.thaw;
  if (rule === null) throw curveRefusal('CURVE-NONE', 'bonds.thaw', 'an economy in which fees lock bond', 'none');
  const rows = ask.xs.map((x): Cell[] => {
    const stake = ask.number('stake', x) as Grains;
    const locked = lockedBondGrains(
      rule,
      [{ epoch: 0 as Epoch, feeGrains: ask.number('fees', x) as Grains }],
      0 as Epoch,
    );
    return [
      x,
      BigInt(locked),
      BigInt(collectableGrains(rule, stake, locked)),
      locked <= stake ? 'covered' : 'not covered',
    ];
  });
  return {
    columns: [
      { name: 'fees', quantity: CREDITS },
      tokens('locked_bond'),
      { name: 'still_collectable', quantity: CREDITS },
      { name: 'stake', quantity: null },
    ],
    rows,
    formulas: [
      `locked = fees * ${rule.lockFactorPpm} ppm for ${rule.thawEpochs} epochs; collectable = unlocked / factor`,
    ],
    source: 'The Graph Horizon: ten times the fee for the dispute period',
    rounding: 'locks up, what is collectable down',
    notes: [],
    plotted: ['locked_bond'],
  };
}

function tokens(name: string): Column {
  return { name, quantity: TOKENS };
}
