import type { NodeClass } from '../economy/classes.ts';
import { type TakeRule, takeParts, takeRatePpm } from '../market/rating.ts';
import { divideProduct, lastRemainder } from '../numbers/exact.ts';
import { cappedWeight, operatorCap, weighClass } from '../rewards/curve.ts';

const MILLION = 1_000_000;
const NCU_MS_MICROGRAINS_PER_GRAIN = 1_000_000_000;

/**
 * One epoch's amounts as columns: safe integers in Float64Array, indexes in Int32Array. Inputs are filled by the caller,
 * results by `settleColumns`; the arrays may be used again for the next epoch. No names, no order, no hashes.
 */
export interface SettlementColumns {
  /** Charged usage: one entry a line. */
  readonly lines: {
    readonly node: Int32Array;
    readonly ncuMs: Float64Array;
    readonly price: Float64Array;
    /** Results, grains. charge = earned + burn + insurance + treasury. */
    readonly charge: Float64Array;
    readonly earned: Float64Array;
    readonly burn: Float64Array;
    readonly insurance: Float64Array;
    readonly treasury: Float64Array;
  };
  readonly nodes: {
    readonly classOf: Int32Array;
    /** One number for each operator and class. */
    readonly operatorOf: Int32Array;
    /** Work that counts: tasks and audits; zero for a stopped node. */
    readonly work: Float64Array;
    readonly bond: Float64Array;
    /** 1: nothing of this node vests. */
    readonly frozen: Uint8Array;
    /** Unvested amounts before this epoch, and the part of them whose era vests now. */
    readonly openCredits: Float64Array;
    readonly openTokens: Float64Array;
    readonly dueCredits: Float64Array;
    readonly dueTokens: Float64Array;
    /** Results. open before + earned = open after + vested. */
    readonly curveWeight: Float64Array;
    readonly weight: Float64Array;
    readonly earnedCredits: Float64Array;
    readonly earnedTokens: Float64Array;
    readonly vestedCredits: Float64Array;
    readonly vestedTokens: Float64Array;
    readonly openCreditsAfter: Float64Array;
    readonly openTokensAfter: Float64Array;
  };
  readonly classes: {
    /** What each class divides, grains. */
    readonly emission: Float64Array;
    /** Result: the divisor of every share (`weighClass`). */
    readonly weight: Float64Array;
  };
  /** Result: sum of curve weights by operator and class. */
  readonly operatorWeight: Float64Array;
}

/** Empty columns of the given lengths. */
export function settlementColumns(lines: number, nodes: number, classes: number, operators: number): SettlementColumns {
  const column = (length: number) => new Float64Array(length);
  return {
    lines: {
      node: new Int32Array(lines),
      ncuMs: column(lines),
      price: column(lines),
      charge: column(lines),
      earned: column(lines),
      burn: column(lines),
      insurance: column(lines),
      treasury: column(lines),
    },
    nodes: {
      classOf: new Int32Array(nodes),
      operatorOf: new Int32Array(nodes),
      work: column(nodes),
      bond: column(nodes),
      frozen: new Uint8Array(nodes),
      openCredits: column(nodes),
      openTokens: column(nodes),
      dueCredits: column(nodes),
      dueTokens: column(nodes),
      curveWeight: column(nodes),
      weight: column(nodes),
      earnedCredits: column(nodes),
      earnedTokens: column(nodes),
      vestedCredits: column(nodes),
      vestedTokens: column(nodes),
      openCreditsAfter: column(nodes),
      openTokensAfter: column(nodes),
    },
    classes: { emission: column(classes), weight: column(classes) },
    operatorWeight: column(operators),
  };
}

/**
 * The arithmetic of one epoch: charges and their split, reward weights after curve and operator cap, emission shares,
 * what vests. Rounding is against the claimant: charges up, everything else down. Serves production and simulator alike.
 * @throws KernelRefusal KERNEL-RANGE if a result passes 2^53 - 1
 */
export function settleColumns(classes: readonly NodeClass[], take: TakeRule, columns: SettlementColumns): void {
  chargeColumns(take, columns);
  rewardColumns(classes, columns);
}

/** The first half, which emission may depend on: every line's charge and its parts. */
export function chargeColumns(take: TakeRule, columns: SettlementColumns): void {
  columns.nodes.earnedCredits.fill(0);
  rateLines(take, columns);
}

/** The second half: weights, emission shares, what vests. */
export function rewardColumns(classes: readonly NodeClass[], columns: SettlementColumns): void {
  columns.operatorWeight.fill(0);
  weighNodes(classes, columns);
  rewardNodes(classes, columns);
  vestNodes(columns);
}

/**
 * What is minted for being there: capacity weighs where work else does, through the same curves and caps. Fills `coverage`
 * by node, grains; leaves the columns to `rewardColumns`, after which `addCoverage` enters it.
 */
export function coverColumns(
  classes: readonly NodeClass[],
  columns: SettlementColumns,
  capacityNcuMs: Float64Array,
  coverage: Float64Array,
): void {
  rewardColumns(classes, { ...columns, nodes: { ...columns.nodes, work: capacityNcuMs } });
  coverage.set(columns.nodes.earnedTokens);
}

/** What was minted for being there is earned and not vested, like what was minted for work. */
export function addCoverage({ nodes }: SettlementColumns, coverage: Float64Array): void {
  for (let node = 0; node < coverage.length; node += 1) {
    nodes.earnedTokens[node]! += coverage[node]!;
    nodes.openTokensAfter[node]! += coverage[node]!;
  }
}

function rateLines(take: TakeRule, { lines, nodes }: SettlementColumns): void {
  const rate = takeRatePpm(take);
  for (let line = 0; line < lines.node.length; line += 1) {
    let charge = divideProduct(lines.ncuMs[line]!, lines.price[line]!, NCU_MS_MICROGRAINS_PER_GRAIN);
    if (lastRemainder() > 0) charge += 1;
    let taken = divideProduct(charge, rate, MILLION);
    if (lastRemainder() > 0) taken += 1;
    const parts = takeParts(take, rate, taken);
    const earned = charge - taken;
    lines.charge[line] = charge;
    lines.earned[line] = earned;
    lines.burn[line] = parts.burn;
    lines.insurance[line] = parts.insurance;
    lines.treasury[line] = taken - parts.burn - parts.insurance;
    nodes.earnedCredits[lines.node[line]!]! += earned;
  }
}

function weighNodes(rules: readonly NodeClass[], { nodes, classes, operatorWeight }: SettlementColumns): void {
  rules.forEach((rule, classIndex) => {
    classes.weight[classIndex] = weighClass(rule.curve, classIndex, nodes);
  });
  for (let node = 0; node < nodes.work.length; node += 1) {
    operatorWeight[nodes.operatorOf[node]!]! += nodes.curveWeight[node]!;
  }
}

function rewardNodes(rules: readonly NodeClass[], { nodes, classes, operatorWeight }: SettlementColumns): void {
  const caps = rules.map((rule, index) => operatorCap(rule.operatorCapPpm, classes.weight[index]!));
  for (let node = 0; node < nodes.work.length; node += 1) {
    const classIndex = nodes.classOf[node]!;
    const ownWeight = nodes.curveWeight[node]!;
    const weight = cappedWeight(ownWeight, operatorWeight[nodes.operatorOf[node]!]!, caps[classIndex]!);
    nodes.weight[node] = weight;
    nodes.earnedTokens[node] =
      weight === 0 ? 0 : divideProduct(classes.emission[classIndex]!, weight, classes.weight[classIndex]!);
  }
}

function vestNodes({ nodes }: SettlementColumns): void {
  for (let node = 0; node < nodes.work.length; node += 1) {
    const vests = nodes.frozen[node] === 0;
    const credits = vests ? nodes.dueCredits[node]! : 0;
    const tokens = vests ? nodes.dueTokens[node]! : 0;
    nodes.vestedCredits[node] = credits;
    nodes.vestedTokens[node] = tokens;
    nodes.openCreditsAfter[node] = nodes.openCredits[node]! + nodes.earnedCredits[node]! - credits;
    nodes.openTokensAfter[node] = nodes.openTokens[node]! + nodes.earnedTokens[node]! - tokens;
  }
}
