import { type CurveRule, cumulativeSplit, dividesByWork, type Economy, weighClass } from '@stannary/kernel';
import { DrawSequence } from '../../experiments/index.ts';
import { criterionOf } from './criterion.ts';
import type { GateCheck, GateCriterion } from './report.ts';

/** Cuts of one node into so many at most. */
const SPLITS_MAX = 100;
/** Other full nodes in the class: curves of the whole class need some. */
const OTHERS = 9;
/** Work and bond of the whole, over a full node and its covering bond. */
const WORKS = [0.25, 0.5, 1, 2];
const BONDS = [0.5, 1, 2];
/** What the class divides, grains: little enough that a unit of weight, which a curve may round up, is worth less than one. */
const POOL_GRAINS = 1_000_000_000;

/** What a node and its bond earn cut in parts, beyond what they earn whole. */
export interface SplitGain {
  readonly className: string;
  readonly identities: number;
  /** `even`, or `drawn`: parts of any size. */
  readonly cut: 'even' | 'drawn';
  /** Of a pool of 10^9 grains. */
  readonly wholeGrains: number;
  readonly gainGrains: number;
}

/**
 * The best cut of one node in each class, over works and bonds, even cuts into 1 to 100 and cuts drawn by address: paid
 * by the kernel's own curve and split, among other nodes, without rounding's one grain for each identity.
 */
export function bestSplits(economy: Economy, seed: number, draws = 200): SplitGain[] {
  return economy.classes.map((one, index) => {
    const full = economy.assumptions.nodeNcu * economy.cadence.epochMs;
    const cover = coveringBond(one.curve, full, economy.grainsPerUnit);
    const wholes = WORKS.flatMap((work) =>
      BONDS.map((bond) => ({ work: Math.floor(full * work), bond: Math.floor(cover * bond) })),
    );
    const others = { work: full, bond: cover };
    const even = wholes.flatMap((whole) =>
      Array.from({ length: SPLITS_MAX }, (_, at) => ({ whole, parts: evenParts(whole, at + 1), cut: 'even' as const })),
    );
    const drawn = Array.from({ length: draws }, (_, draw) => {
      const whole = wholes[draw % wholes.length]!;
      return { whole, parts: drawnParts(whole, new DrawSequence(seed, index * draws + draw)), cut: 'drawn' as const };
    });
    const gains = [...even, ...drawn].map(({ whole, parts, cut }): SplitGain => {
      const wholeGrains = earned(one.curve, [whole], others);
      const gainGrains = earned(one.curve, parts, others) - wholeGrains - parts.length;
      return { className: one.name, identities: parts.length, cut, wholeGrains, gainGrains };
    });
    return gains.reduce((a, b) => (b.gainGrains > a.gainGrains ? b : a));
  });
}

/** G13: no cut of a node and its bond earns more than the whole, but for one grain of rounding for each identity. */
export function judgeSybil(economy: Economy, seed: number): GateCriterion {
  const checks = bestSplits(economy, seed).map(({ className, identities, cut, wholeGrains, gainGrains }): GateCheck => {
    const share = wholeGrains === 0 ? 0 : gainGrains / wholeGrains;
    const best = `${identities} ${cut === 'even' ? 'equal' : 'unequal'} identities`;
    return {
      id: className,
      metric: `largest gain of splitting a node of class ${className}`,
      unit: 'of its reward',
      state: gainGrains <= 0 ? 'passed' : 'failed',
      figure: {
        value: Math.max(0, share),
        interval: null,
        confidence: null,
        samples: WORKS.length * BONDS.length * SPLITS_MAX,
      },
      line: { relation: '<=', value: 0 },
      how: gainGrains <= 0 ? `1 to ${SPLITS_MAX} identities, work and bond cut evenly and by lot` : `most with ${best}`,
    };
  });
  return criterionOf('G13', 'Splitting a node earns nothing', 'economics', checks);
}

interface Part {
  readonly work: number;
  readonly bond: number;
}

function evenParts({ work, bond }: Part, count: number): Part[] {
  const part = (whole: number, at: number) => Math.floor(whole / count) + (at < whole % count ? 1 : 0);
  return Array.from({ length: count }, (_, at) => ({ work: part(work, at), bond: part(bond, at) }));
}

/** Two to a hundred parts, work and bond cut apart. */
function drawnParts({ work, bond }: Part, draws: DrawSequence): Part[] {
  const count = 2 + draws.below(SPLITS_MAX - 1);
  const weights = () => Array.from({ length: count }, () => 1 + draws.below(1_000));
  const [works, bonds] = [cumulativeSplit(work, weights()), cumulativeSplit(bond, weights())];
  return works.map((part, at) => ({ work: part, bond: bonds[at]! }));
}

/** What the parts earn together, grains: their weights over what the class divides by, rounded down once each. */
function earned(curve: CurveRule, parts: readonly Part[], other: Part): number {
  const nodes = [...parts, ...Array.from({ length: OTHERS }, () => other)];
  const columns = {
    classOf: new Int32Array(nodes.length),
    work: Float64Array.from(nodes, ({ work }) => work),
    bond: Float64Array.from(nodes, ({ bond }) => bond),
    curveWeight: new Float64Array(nodes.length),
  };
  const total = weighClass(curve, 0, columns);
  const weights = [...columns.curveWeight];
  // What a curve keeps back is nobody's: a last payee stands for it.
  const rest = dividesByWork(curve) ? total - weights.reduce((sum, weight) => sum + weight, 0) : 0;
  const shares = cumulativeSplit(POOL_GRAINS, rest > 0 ? [...weights, rest] : weights);
  return shares.slice(0, parts.length).reduce((sum, share) => sum + share, 0);
}

/** The bond that covers a full node where a curve knows one, a token where it does not. */
function coveringBond(curve: CurveRule, full: number, grainsPerUnit: number): number {
  if (!('kappaNumerator' in curve)) return grainsPerUnit;
  return Number((BigInt(full) * BigInt(curve.kappaDenominator)) / BigInt(curve.kappaNumerator)) || 1;
}
