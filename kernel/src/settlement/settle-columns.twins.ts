import type { NodeClass } from '../economy/classes.ts';
import type { TakeRule } from '../market/rating.ts';
import type { CurveRule, LinearCappedCurve, PerspectiveCurve } from '../rewards/curve.ts';
import type { SettlementColumns } from './settle-columns.ts';

// Two other implementations of `settleColumns`: in BigInt, the oracle of its property test and the upper yardstick of
// its bench; and in plain floating point, wrong past 2^53 and the lower yardstick. Not exported by the package.

const MILLION = 1_000_000n;
const NCU_MS_MICROGRAINS_PER_GRAIN = 1_000_000_000n;

/** `settleColumns` in BigInt throughout: the same columns, no shared arithmetic. */
export function settleColumnsInBigInt(rules: readonly NodeClass[], take: TakeRule, columns: SettlementColumns): void {
  const { lines, nodes, classes } = columns;
  const rates = [take.burnPpm, take.insurancePpm, take.treasuryPpm].map(BigInt);
  const rate = rates.reduce((sum, part) => sum + part, 0n);
  const earned = Array.from(nodes.work, () => 0n);
  for (let line = 0; line < lines.node.length; line += 1) {
    const charge = ceiling(BigInt(lines.ncuMs[line]!) * BigInt(lines.price[line]!), NCU_MS_MICROGRAINS_PER_GRAIN);
    const taken = ceiling(charge * rate, MILLION);
    const parts = largestRemainderInBigInt(taken, rates, rate);
    lines.charge[line] = Number(charge);
    lines.earned[line] = Number(charge - taken);
    lines.burn[line] = Number(parts[0]!);
    lines.insurance[line] = Number(parts[1]!);
    lines.treasury[line] = Number(parts[2]!);
    earned[lines.node[line]!]! += charge - taken;
  }
  const curves = rules.map(({ curve }) => cappingCurve(curve));
  const classWeight = rules.map(() => 0n);
  const operatorWeight = Array.from(columns.operatorWeight, () => 0n);
  const curveWeights = Array.from(nodes.work, (ownWork, node) => {
    const classIndex = nodes.classOf[node]!;
    const weight = weightInBigInt(curves[classIndex]!, BigInt(ownWork), BigInt(nodes.bond[node]!));
    classWeight[classIndex]! += weight;
    operatorWeight[nodes.operatorOf[node]!]! += weight;
    return weight;
  });
  const caps = rules.map((rule, index) => (classWeight[index]! * BigInt(rule.operatorCapPpm)) / MILLION);
  curveWeights.forEach((curveWeight, node) => {
    const classIndex = nodes.classOf[node]!;
    const own = operatorWeight[nodes.operatorOf[node]!]!;
    const cap = caps[classIndex]!;
    const weight = own > cap ? (curveWeight * cap) / own : curveWeight;
    const tokens = weight === 0n ? 0n : (BigInt(classes.emission[classIndex]!) * weight) / classWeight[classIndex]!;
    const vests = nodes.frozen[node] === 0;
    const vestedCredits = vests ? BigInt(nodes.dueCredits[node]!) : 0n;
    const vestedTokens = vests ? BigInt(nodes.dueTokens[node]!) : 0n;
    nodes.curveWeight[node] = Number(curveWeight);
    nodes.weight[node] = Number(weight);
    nodes.earnedCredits[node] = Number(earned[node]!);
    nodes.earnedTokens[node] = Number(tokens);
    nodes.vestedCredits[node] = Number(vestedCredits);
    nodes.vestedTokens[node] = Number(vestedTokens);
    nodes.openCreditsAfter[node] = Number(BigInt(nodes.openCredits[node]!) + earned[node]! - vestedCredits);
    nodes.openTokensAfter[node] = Number(BigInt(nodes.openTokens[node]!) + tokens - vestedTokens);
  });
  classWeight.forEach((weight, index) => {
    classes.weight[index] = Number(weight);
  });
  operatorWeight.forEach((weight, index) => {
    columns.operatorWeight[index] = Number(weight);
  });
}

/** The same loop as anyone would write it in floating point. Right only while every product stays below 2^53. */
export function settleColumnsInFloat(rules: readonly NodeClass[], take: TakeRule, columns: SettlementColumns): void {
  const { lines, nodes, classes, operatorWeight } = columns;
  nodes.earnedCredits.fill(0);
  classes.weight.fill(0);
  operatorWeight.fill(0);
  const rate = (take.burnPpm + take.insurancePpm + take.treasuryPpm) / 1e6;
  for (let line = 0; line < lines.node.length; line += 1) {
    const charge = Math.ceil((lines.ncuMs[line]! * lines.price[line]!) / 1e9);
    const taken = Math.ceil(charge * rate);
    const burn = Math.floor((taken * take.burnPpm) / 1e6 / rate);
    const insurance = Math.floor((taken * take.insurancePpm) / 1e6 / rate);
    lines.charge[line] = charge;
    lines.earned[line] = charge - taken;
    lines.burn[line] = burn;
    lines.insurance[line] = insurance;
    lines.treasury[line] = taken - burn - insurance;
    nodes.earnedCredits[lines.node[line]!]! += charge - taken;
  }
  const kappas = rules
    .map(({ curve }) => cappingCurve(curve))
    .map((curve) => curve.kappaNumerator / curve.kappaDenominator);
  for (let node = 0; node < nodes.work.length; node += 1) {
    const classIndex = nodes.classOf[node]!;
    const weight = Math.min(nodes.work[node]!, Math.floor(nodes.bond[node]! * kappas[classIndex]!));
    nodes.curveWeight[node] = weight;
    classes.weight[classIndex]! += weight;
    operatorWeight[nodes.operatorOf[node]!]! += weight;
  }
  const caps = rules.map((rule, index) => Math.floor((classes.weight[index]! * rule.operatorCapPpm) / 1e6));
  for (let node = 0; node < nodes.work.length; node += 1) {
    const classIndex = nodes.classOf[node]!;
    const own = operatorWeight[nodes.operatorOf[node]!]!;
    const cap = caps[classIndex]!;
    const weight = own > cap ? Math.floor((nodes.curveWeight[node]! * cap) / own) : nodes.curveWeight[node]!;
    const tokens =
      weight === 0 ? 0 : Math.floor((classes.emission[classIndex]! * weight) / classes.weight[classIndex]!);
    const vests = nodes.frozen[node] === 0;
    const vestedCredits = vests ? nodes.dueCredits[node]! : 0;
    const vestedTokens = vests ? nodes.dueTokens[node]! : 0;
    nodes.weight[node] = weight;
    nodes.earnedTokens[node] = tokens;
    nodes.vestedCredits[node] = vestedCredits;
    nodes.vestedTokens[node] = vestedTokens;
    nodes.openCreditsAfter[node] = nodes.openCredits[node]! + nodes.earnedCredits[node]! - vestedCredits;
    nodes.openTokensAfter[node] = nodes.openTokens[node]! + tokens - vestedTokens;
  }
}

/** The twins know the curves that only cap work; the others are BigInt already and have oracles of their own. */
function cappingCurve(curve: CurveRule): LinearCappedCurve | PerspectiveCurve {
  if (curve.kind === 'linear-capped' || curve.kind === 'perspective') return curve;
  throw new Error(`no twin of ${curve.kind}`);
}

function weightInBigInt(curve: LinearCappedCurve | PerspectiveCurve, work: bigint, bond: bigint): bigint {
  const covered = (bond * BigInt(curve.kappaNumerator)) / BigInt(curve.kappaDenominator);
  if (curve.kind === 'linear-capped') return covered < work ? covered : work;
  const ends = curve.pieces.map(({ untilPpm }) => (untilPpm === null ? work : (covered * BigInt(untilPpm)) / MILLION));
  const upTo = (end: bigint) => (end < work ? end : work);
  const parts = ends.map((end, index) => upTo(end) - upTo(ends[index - 1] ?? 0n));
  return parts.reduce((sum, part, index) => sum + part * BigInt(curve.pieces[index]!.slopePpm), 0n) / MILLION;
}

function ceiling(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function largestRemainderInBigInt(total: bigint, weights: readonly bigint[], sum: bigint): bigint[] {
  if (sum === 0n) return weights.map(() => 0n);
  const shares = weights.map((weight) => (total * weight) / sum);
  const remainders = weights.map((weight) => (total * weight) % sum);
  const left = Number(total - shares.reduce((given, share) => given + share, 0n));
  const order = weights.map((_, index) => index).sort((x, y) => Number(remainders[y]! - remainders[x]!) || x - y);
  for (const index of order.slice(0, left)) shares[index]! += 1n;
  return shares;
}
