import { isSplitProof, sybilFeeMin, weighClass } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import { plus, ratio, times } from '../decimal.ts';
import type { EconomicCheck, Finding } from './check.ts';
import { mintedPerFee } from './emission.ts';
import {
  creditsOf,
  HOURS_PER_YEAR,
  type NodeClass,
  nodeFigures,
  numberOf,
  numberText,
  percentText,
} from './figures.ts';

const SPLITS_MAX = 100;
/** Work as a multiple of what the node could do: below, at and above what a linear bond covers. */
const WORK_QUARTERS = [1, 2, 4, 8];
/** Other full nodes in the class: curves of the whole class need one, and 1/k of it must be less than a node. */
const OTHERS = 9;
/** Two parts with different shares of work and bond are searched in steps of this part of the whole. */
const GRID = 25;

/**
 * The kernel's own curve, at a full node and its bond and at all their splits, even ones and ones that do all the work on
 * a part of the bond: no split is worth more than the whole. Exact, because weights are whole numbers. Of slopes no
 * search shows that none gains, so those that rise fail by their form.
 */
export const splitCheck: EconomicCheck = {
  id: 'no-split',
  section: 'identities',
  title: 'splitting a node and its bond never gains',
  formula: 'sum of f(w_i, b_i) <= f(w, b) for k = 1..100 parts; of a curve of work alone F >= c(2^(1-a) - 1) w^a',
  source:
    'b * phi(w/b) is homogeneous and concave; Chen, Papadimitriou and Roughgarden 2019 of what depends on work alone',
  attacks: [1],
  assumes: ['assumptions.costOfCapital', 'assumptions.tokenPrice'],
  evaluate: (economy) =>
    economy.classes.map((one) => (one.curve.kind === 'power' ? feeOf(economy, one, one.curve) : splitOf(economy, one))),
};

type PowerCurve = Extract<NodeClass['curve'], { kind: 'power' }>;

/**
 * What an identity costs each hour is interest on its fee and its least bond; the first split gains most. The emission of
 * a full node stands for c w^a.
 */
function feeOf(economy: EconomyProfile, one: NodeClass, curve: PowerCurve): Finding {
  const perFee = economy.supply.streams.reduce((sum, stream) => plus(sum, mintedPerFee(economy, stream)), ratio(0n));
  const emission = numberOf(times(perFee, nodeFigures(economy, one).charge));
  const exponent = curve.exponentNumerator / curve.exponentDenominator;
  const locked = numberOf(creditsOf(economy, economy.bonds.idFeeGrains + one.bond.bondGrainsMin));
  const fee = (locked * economy.assumptions.costOfCapitalPpmPerYear) / 1_000_000 / HOURS_PER_YEAR;
  const needed = sybilFeeMin({ rewardFactor: emission, work: 1, exponent, identityFee: fee });
  const passed = fee >= needed;
  const numbers = `${numberText(fee)} ${passed ? '>=' : '<'} ${numberText(emission)} * (2^(1 - ${numberText(exponent)}) - 1) = ${numberText(needed)} credits an hour`;
  return { about: one.name, passed, numbers, fields: [`classes.${one.name}.bond.min`, 'bonds.idFee'] };
}

function splitOf({ limits, cadence, grainsPerUnit }: EconomyProfile, one: NodeClass): Finding {
  const full = limits.nodeNcuMax * cadence.epochMs;
  const bond = coveringBond(one, full, grainsPerUnit);
  const rises = one.curve.kind === 'perspective' && !isSplitProof(one.curve);
  const gains = WORK_QUARTERS.flatMap((quarters) => {
    const work = Math.floor((full * quarters) / 4);
    const whole = splitWeight(one, work, bond, 1);
    return Array.from({ length: SPLITS_MAX }, (_, index) => {
      const [even, lopsided] = [false, true].map((isLopsided) => splitWeight(one, work, bond, index + 1, isLopsided));
      const pairs = rises && index === 1 ? pairWeight(one, work, bond) : 0;
      return { k: index + 1, gain: Math.max(even!, lopsided!, pairs) - whole, whole };
    });
  });
  const best = gains.reduce((most, each) => (each.gain > most.gain ? each : most));
  const gain = `largest gain ${percentText(ratio(BigInt(best.gain), BigInt(Math.max(1, best.whole))))}, at k = ${best.k}`;
  const passed = best.gain <= roundingOf(one) && !rises;
  return { about: one.name, passed, numbers: rises ? `${gain}: slopes rise` : gain, fields: splitFields(one) };
}

/** Slopes that rise. The other kinds hold by their form, or like the pledge's do not. */
function splitFields({ name, curve }: NodeClass): readonly string[] {
  const at = `classes.${name}.curve`;
  if (curve.kind !== 'perspective') return [];
  const rises = curve.pieces.findIndex(
    ({ slopePpm }, index) => slopePpm > (curve.pieces[index - 1]?.slopePpm ?? slopePpm),
  );
  return rises < 0 ? [] : [`${at}.pieces[${rises}].slope`, `${at}.pieces[${rises - 1}].slope`];
}

/** The rebate's exponential is rounded against each node, and may be by a unit less against many. */
function roundingOf({ curve }: NodeClass): number {
  return curve.kind === 'exponential-rebate' ? 1 : 0;
}

/** The bond that covers a full node where a curve knows one, a token where it does not. */
function coveringBond({ curve }: NodeClass, full: number, grainsPerUnit: number): number {
  if (!('kappaNumerator' in curve)) return grainsPerUnit;
  return Number((BigInt(full) * BigInt(curve.kappaDenominator)) / BigInt(curve.kappaNumerator)) || 1;
}

/**
 * Weight of k parts that together are exactly the whole, among others: the first parts take the remainders. Lopsided: the
 * first does all the work on its part of the bond, which gains where slopes rise.
 */
function splitWeight({ curve }: NodeClass, work: number, bond: number, k: number, isLopsided = false): number {
  const part = (whole: number, index: number) => Math.floor(whole / k) + (index < whole % k ? 1 : 0);
  const share = (index: number) => (isLopsided ? (index === 0 ? work : 0) : part(work, index));
  const nodes = k + OTHERS;
  const columns = {
    classOf: new Int32Array(nodes),
    work: Float64Array.from({ length: nodes }, (_, index) => (index < k ? share(index) : work)),
    bond: Float64Array.from({ length: nodes }, (_, index) => (index < k ? part(bond, index) : bond)),
    curveWeight: new Float64Array(nodes),
  };
  weighClass(curve, 0, columns);
  return columns.curveWeight.subarray(0, k).reduce((sum, weight) => sum + weight, 0);
}

/** The best pair in which one part does more than its part of the bond covers alone. */
function pairWeight({ curve }: NodeClass, work: number, bond: number): number {
  const shares = Array.from({ length: GRID - 1 }, (_, index) => index + 1);
  const pairs = shares.flatMap((ofWork) => shares.map((ofBond) => [ofWork, ofBond] as const));
  const [works, bonds] = [0, 1].map((which) =>
    pairs.flatMap((pair) => {
      const whole = which === 0 ? work : bond;
      const part = Math.floor((whole / GRID) * pair[which]!);
      return [part, whole - part];
    }),
  );
  const columns = {
    classOf: new Int32Array(2 * pairs.length),
    work: Float64Array.from(works!),
    bond: Float64Array.from(bonds!),
    curveWeight: new Float64Array(2 * pairs.length),
  };
  weighClass(curve, 0, columns);
  const { curveWeight } = columns;
  return pairs.reduce((most, _, index) => Math.max(most, curveWeight[2 * index]! + curveWeight[2 * index + 1]!), 0);
}
