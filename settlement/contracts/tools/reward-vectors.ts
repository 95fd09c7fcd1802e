import {
  cappedWeight,
  curveWeight,
  type LinearCappedCurve,
  type NodeClass,
  operatorCap,
  type PerspectiveCurve,
  ppm,
  settleColumns,
  settlementColumns,
  type TakeRule,
} from '@stannary/kernel';
import { Numbers } from './numbers.ts';

// What the kernel makes of random nodes, for RewardMath to make the same of. A row is one line of decimal numbers:
// arguments, then results.

/** Rows by the function that they are of. */
export type RewardVectors = Readonly<Record<keyof typeof ROWS, readonly string[]>>;

/** The same rows for the same number of them, on any machine. */
export function rewardVectors(cases: number): RewardVectors {
  const rows = Object.entries(ROWS).map(([name, row]) => [
    name,
    Array.from({ length: cases }, (_, at) => row(new Numbers(`${name} ${at}`)).join(' ')),
  ]);
  return Object.fromEntries(rows);
}

const MILLION = 1_000_000;
const WORK_MAX = 1_000_000_000;
/** Of a row's curve; fewer are filled up with pieces that nothing reaches. */
const PIECES = 3;
const LINES = 3;
const NOWHERE = 2n ** 64n - 1n;

const ROWS = { curve: curveRow, caps: capsRow, accrual: accrualRow };

type Curve = LinearCappedCurve | PerspectiveCurve;

function curveRow(numbers: Numbers): (bigint | number)[] {
  const curve = randomCurve(numbers);
  const [work, bond] = [numbers.below(WORK_MAX + 1), randomBond(numbers, curve)];
  return [...curveWords(curve), work, bond, curveWeight(curve, work, bond)];
}

function capsRow(numbers: Numbers): (bigint | number)[] {
  const capPpm = numbers.below(MILLION + 1);
  const classWeight = Number(numbers.sized(52));
  const operatorWeight = 1 + Number(numbers.upTo(BigInt(classWeight)));
  const weight = Number(numbers.upTo(BigInt(Math.min(operatorWeight, WORK_MAX))));
  const cap = operatorCap(capPpm, classWeight);
  return [capPpm, classWeight, weight, operatorWeight, cap, cappedWeight(weight, operatorWeight, cap)];
}

/** A node beside another one of its class, of the same operator or not, through the kernel's whole settlement. */
function accrualRow(numbers: Numbers): (bigint | number)[] {
  const curve = randomCurve(numbers);
  const rule = { curve, operatorCapPpm: ppm(numbers.below(MILLION + 1)) } as NodeClass;
  const take: TakeRule = {
    burnPpm: ppm(numbers.below(300_000)),
    insurancePpm: ppm(numbers.below(300_000)),
    treasuryPpm: ppm(numbers.below(300_000)),
  };
  const isAlone = numbers.below(2) === 0;
  const columns = settlementColumns(LINES, 2, 1, isAlone ? 2 : 1);
  const audit = numbers.below(WORK_MAX / 10);
  columns.nodes.operatorOf.set([0, isAlone ? 1 : 0]);
  for (let line = 0; line < LINES; line += 1) {
    columns.lines.ncuMs[line] = numbers.below(3) === 0 ? 0 : numbers.below(WORK_MAX / 10);
    columns.lines.price[line] = Number(numbers.sized(46));
  }
  const ncuMs = columns.lines.ncuMs.reduce((sum, one) => sum + one, 0);
  columns.nodes.work.set([ncuMs + audit, numbers.below(WORK_MAX)]);
  columns.nodes.bond.set([randomBond(numbers, curve), randomBond(numbers, curve)]);
  columns.classes.emission[0] = Number(numbers.sized(50));
  settleColumns([rule], take, columns);
  const { nodes, classes, operatorWeight } = columns;
  return [
    ...[...curveWords(curve), rule.operatorCapPpm, take.burnPpm + take.insurancePpm + take.treasuryPpm],
    ...[classes.emission[0]!, classes.weight[0]!, audit, nodes.bond[0]!, operatorWeight[0]!],
    ...Array.from(columns.lines.ncuMs).flatMap((work, line) => [work, columns.lines.price[line]!]),
    ...[nodes.earnedCredits[0]!, nodes.earnedTokens[0]!],
  ];
}

function randomCurve(numbers: Numbers): Curve {
  const kappa = { kappaNumerator: 1 + numbers.below(10_000), kappaDenominator: 1 + numbers.below(10_000) };
  if (numbers.below(2) === 0) return { kind: 'linear-capped', ...kappa };
  const count = 1 + numbers.below(PIECES);
  const ends = Array.from({ length: count }, () => 1 + numbers.below(3 * MILLION)).sort((a, b) => a - b);
  const isOpen = numbers.below(2) === 0;
  const pieces = [...new Set(ends)].map((end, at, all) => ({
    untilPpm: isOpen && at === all.length - 1 ? null : end,
    slopePpm: ppm(numbers.below(MILLION + 1)),
  }));
  return { kind: 'perspective', ...kappa, pieces };
}

/** Around what covers a node's work, from nothing to plenty. */
function randomBond(numbers: Numbers, { kappaNumerator, kappaDenominator }: Curve): number {
  if (numbers.below(4) === 0) return Number(numbers.sized(50));
  return Math.floor((numbers.below(WORK_MAX) * kappaDenominator) / kappaNumerator);
}

function curveWords(curve: Curve): (bigint | number)[] {
  const pieces = curve.kind === 'perspective' ? curve.pieces : [];
  const words = pieces.flatMap(({ untilPpm, slopePpm }) => [untilPpm ?? NOWHERE, slopePpm]);
  const filled = [pieces.length, ...words, ...new Array(2 * (PIECES - pieces.length)).fill(0)];
  return [curve.kind === 'perspective' ? 1 : 0, curve.kappaNumerator, curve.kappaDenominator, ...filled];
}
