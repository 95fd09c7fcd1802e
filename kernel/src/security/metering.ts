import { addExact, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Ppm } from '../numbers/quantities.ts';
import { floorRoot } from '../numbers/root.ts';
import { divWadDown, lnWad } from '../numbers/wad.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000;
/** In wad. */
const MICRONAT = 10n ** 12n;

/**
 * Wald's sequential test of samples that are good or bad, in millionths of a nat, so that no engine's logarithm decides
 * over a bond. `sequentialTest` derives it; the economy file carries the four numbers.
 */
export interface SequentialTest {
  /** Below 0: what a good sample adds. */
  readonly goodMicronats: number;
  /** Above 0: what a bad sample adds. */
  readonly badMicronats: number;
  /** Below 0: at or under it the node is cleared and the test begins anew. */
  readonly acquitMicronats: number;
  /** Above 0: at or over it the node is convicted. */
  readonly convictMicronats: number;
}

/** How plain meters, which vary with load, are paid and judged. */
export interface MeteringRule {
  /** Student's quantile by number of samples, rising: the last row that is reached counts. Below the first, no judgement. */
  readonly confidence: readonly { readonly samplesMin: number; readonly quantilePpm: number }[];
  /** A sample is bad when its reference is more than this below its claim. */
  readonly tolerancePpm: Ppm;
  /** Excess above which the node is warned. */
  readonly warnPpm: Ppm;
  /** Excess above which it is slashed, if the sequential test convicts too. */
  readonly slashLinePpm: Ppm;
  /** Slashed share of the bond at that line. */
  readonly slashPpm: Ppm;
  /** And what each further part of excess adds. */
  readonly excessFactorPpm: number;
  readonly test: SequentialTest;
}

/** One window that was measured twice: by the node and by somebody else. In the resource's smallest unit. */
export interface MeterSample {
  readonly claimedQuantity: number;
  readonly referenceQuantity: number;
}

export interface MeterJudgement {
  /** What is paid for: the claim times the lower confidence bound, rounded down. */
  readonly payableQuantity: number;
  readonly lowerBoundPpm: Ppm;
  /** Claims over references, less one; rounded down, at most 1_000_000. */
  readonly excessPpm: Ppm;
  /** The test's sum, to be carried into the next judgement; 0 after a conviction or where it began anew. */
  readonly scoreMicronats: number;
  readonly isConvicted: boolean;
  readonly finding: 'unsampled' | 'paid' | 'warned' | 'slashed';
  /** Share of the bond, rounded up; 0 unless slashed. */
  readonly slashPpm: Ppm;
}

/**
 * Judges a meter by its samples, given in order of their windows: pays at the lower confidence bound, warns above the
 * first line, slashes above the second one if the sequential test convicts: noise is no fraud. Below the fewest samples,
 * or where nothing was claimed in them, the claim is paid as it is and only the test goes on.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 */
export function judgeMeter(
  rule: MeteringRule,
  claimedQuantity: number,
  samples: readonly MeterSample[],
  scoreMicronats = 0,
): MeterJudgement {
  const totals = totalsOf(samples);
  const quantilePpm = rule.confidence.findLast((row) => samples.length >= row.samplesMin)?.quantilePpm;
  const test = runTest(rule, samples, scoreMicronats);
  const isSampled = quantilePpm !== undefined && totals.claimed > 0;
  const lowerBoundPpm = isSampled ? lowerBound(totals, samples, quantilePpm) : (MILLION as Ppm);
  const excessPpm = isSampled ? excessOf(totals) : (0 as Ppm);
  const finding = isSampled ? findingOf(rule, excessPpm, test.isConvicted) : 'unsampled';
  const beyond = mulDivUp(Math.max(0, excessPpm - rule.slashLinePpm), rule.excessFactorPpm, MILLION);
  return {
    payableQuantity: mulDivDown(claimedQuantity, lowerBoundPpm, MILLION),
    lowerBoundPpm,
    excessPpm,
    ...test,
    finding,
    slashPpm: (finding === 'slashed' ? Math.min(MILLION, rule.slashPpm + beyond) : 0) as Ppm,
  };
}

/**
 * Derives a sequential test exactly, by the integer logarithm: increments ln(p1/p0) and
 * ln((1−p1)/(1−p0)), bounds ln(β/(1−α)) and ln((1−β)/α). Every number is rounded towards the node: an honest one is
 * convicted with a probability of at most α/(1−β).
 * @throws KernelRefusal KERNEL-RANGE (unless 0 < p1 < p0 < 1, 0 < α, 0 < β and α + β < 1)
 */
export function sequentialTest(probabilities: {
  /** p0: good samples of an honest node. */
  readonly honestPpm: Ppm;
  /** p1: good samples of the least cheat that must be found. */
  readonly cheatPpm: Ppm;
  /** α. */
  readonly falseConvictionPpm: Ppm;
  /** β. */
  readonly missPpm: Ppm;
}): SequentialTest {
  const { honestPpm, cheatPpm, falseConvictionPpm: alpha, missPpm: beta } = probabilities;
  const isTest = 0 < cheatPpm && cheatPpm < honestPpm && honestPpm < MILLION;
  if (!isTest || !(alpha > 0 && beta > 0 && alpha + beta < MILLION)) {
    const expected = '0 < cheat < honest < 1, 0 < falseConviction, 0 < miss and their sum below 1';
    throw new KernelRefusal('KERNEL-RANGE', 'sequentialTest', expected, JSON.stringify(probabilities));
  }
  return {
    goodMicronats: lnMicronatsDown(cheatPpm, honestPpm),
    badMicronats: lnMicronatsDown(MILLION - cheatPpm, MILLION - honestPpm),
    acquitMicronats: lnMicronatsDown(beta, MILLION - alpha),
    convictMicronats: -lnMicronatsDown(alpha, MILLION - beta),
  };
}

interface SampleTotals {
  readonly claimed: number;
  readonly reference: number;
}

function totalsOf(samples: readonly MeterSample[]): SampleTotals {
  let claimed = 0;
  let reference = 0;
  for (const sample of samples) {
    claimed = addExact(claimed, sample.claimedQuantity);
    reference = addExact(reference, sample.referenceQuantity);
  }
  return { claimed, reference };
}

/** Goes through the samples until one convicts; every clearance begins the test anew. */
function runTest(
  { test, tolerancePpm }: MeteringRule,
  samples: readonly MeterSample[],
  scoreMicronats: number,
): { scoreMicronats: number; isConvicted: boolean } {
  let score = scoreMicronats;
  for (const { claimedQuantity, referenceQuantity } of samples) {
    const isBad = referenceQuantity < mulDivUp(claimedQuantity, MILLION - tolerancePpm, MILLION);
    score += isBad ? test.badMicronats : test.goodMicronats;
    if (score >= test.convictMicronats) return { scoreMicronats: 0, isConvicted: true };
    if (score <= test.acquitMicronats) score = 0;
  }
  return { scoreMicronats: score, isConvicted: false };
}

/**
 * R − t·se(R) for the ratio estimator R = Σv / Σc, se² = n·Σ(v_j − R·c_j)² / ((n − 1)·(Σc)²) (Cochran, Sampling
 * Techniques, chapter 6), in ppm: R rounded down, the margin up, at most 1. A ratio of sums, because a mean of ratios
 * could be held up by honest claims in small windows. The squares need 200 bits and more: BigInt.
 */
function lowerBound(totals: SampleTotals, samples: readonly MeterSample[], quantilePpm: number): Ppm {
  const claimed = BigInt(totals.claimed);
  const reference = BigInt(totals.reference);
  const count = BigInt(samples.length);
  let squares = 0n;
  for (const { claimedQuantity, referenceQuantity } of samples) {
    const residual = BigInt(referenceQuantity) * claimed - reference * BigInt(claimedQuantity);
    squares += residual * residual;
  }
  // A single sample has no spread of its own; the quantile of a table that starts at 1 then bounds nothing.
  const degrees = count > 1n ? count - 1n : 1n;
  const numerator = BigInt(quantilePpm) ** 2n * count * squares;
  const margin = sqrtUp(ceilDivide(numerator, degrees * claimed ** 4n));
  const bound = (reference * BigInt(MILLION)) / claimed - margin;
  return Number(bound < 0n ? 0n : bound > BigInt(MILLION) ? BigInt(MILLION) : bound) as Ppm;
}

function excessOf({ claimed, reference }: SampleTotals): Ppm {
  if (claimed <= reference) return 0 as Ppm;
  return (claimed - reference >= reference ? MILLION : mulDivDown(claimed - reference, MILLION, reference)) as Ppm;
}

function findingOf(rule: MeteringRule, excessPpm: Ppm, isConvicted: boolean): MeterJudgement['finding'] {
  if (isConvicted && excessPpm > rule.slashLinePpm) return 'slashed';
  return isConvicted || excessPpm > rule.warnPpm ? 'warned' : 'paid';
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** ceil(√value). */
function sqrtUp(value: bigint): bigint {
  const root = floorRoot(value);
  return root * root < value ? root + 1n : root;
}

/** ln(numerator / denominator) in millionths of a nat, rounded down. */
function lnMicronatsDown(numerator: number, denominator: number): number {
  const value = lnWad(divWadDown(BigInt(numerator), BigInt(denominator)));
  const whole = value / MICRONAT;
  return Number(whole * MICRONAT > value ? whole - 1n : whole);
}
