import type { SequentialTest } from '../security/metering.ts';
import { binomialTail } from './probability.ts';

// How many samples, probes and jurors a threshold needs (economy.md §1.4 and §1.12).

/** Samples that show an inflated share ε at least once with a confidence: ln(1 − c) / ln(1 − ε), rounded up. */
export function auditSize(inflatedShare: number, confidence: number): number {
  return Math.ceil(Math.log1p(-confidence) / Math.log1p(-inflatedShare));
}

/** Probability that n samples show an inflated share: 1 − (1 − ε)^n. */
export function detectionProbability(inflatedShare: number, samples: number): number {
  return -Math.expm1(samples * Math.log1p(-inflatedShare));
}

/** Samples that estimate a share to ±error with a confidence, whatever its distribution: ln(2 / (1 − c)) / (2·error²) (Hoeffding). */
export function hoeffdingSize(error: number, confidence: number): number {
  return Math.ceil(Math.log(2 / (1 - confidence)) / (2 * error * error));
}

/**
 * Probability that an honest node falls below its bar: more than `allowed` misses of `probes`, each answered with the
 * node's availability. Exact.
 * @example probeFalseAlarm(1_440, 28, .995) // 6.9e-10
 */
export function probeFalseAlarm(probes: number, allowed: number, availability: number): number {
  return binomialTail(probes, 1 - availability, allowed + 1);
}

/** Wald's test of p0 (good samples of the honest) against p1 (of a cheat). */
export interface SequentialTestShape {
  readonly honest: number;
  readonly cheat: number;
  readonly falseConviction: number;
  readonly miss: number;
}

export interface SequentialTestExpectation {
  /** ln((1 − β) / α): at or above it, guilty. */
  readonly upperBound: number;
  /** ln(β / (1 − α)). */
  readonly lowerBound: number;
  /** Expected samples until a decision, under each hypothesis; the overshoot is neglected (Wald 1947). */
  readonly samplesIfCheat: number;
  readonly samplesIfHonest: number;
}

/** Bounds and expected lengths of the test. @example sequentialExpectation(…).samplesIfCheat // about 120 */
export function sequentialExpectation(shape: SequentialTestShape): SequentialTestExpectation {
  const { honest, cheat, falseConviction: alpha, miss: beta } = shape;
  const upperBound = Math.log((1 - beta) / alpha);
  const lowerBound = Math.log(beta / (1 - alpha));
  const good = Math.log(cheat / honest);
  const bad = Math.log((1 - cheat) / (1 - honest));
  const drift = (share: number) => share * good + (1 - share) * bad;
  return {
    upperBound,
    lowerBound,
    samplesIfCheat: ((1 - beta) * upperBound + beta * lowerBound) / drift(cheat),
    samplesIfHonest: (alpha * upperBound + (1 - alpha) * lowerBound) / drift(honest),
  };
}

/**
 * Probability that the kernel's test convicts within some samples, each good with a probability: exact, over the finitely
 * many scores between the bounds, with its renewals after each clearance. α bounds one run of the test only; over a month
 * of samples the runs add up.
 */
export function convictionProbability(test: SequentialTest, goodShare: number, samples: number): number {
  let scores = new Map([[0, 1]]);
  let convicted = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const next = new Map<number, number>();
    for (const [score, weight] of scores) {
      const bad = score + test.badMicronats;
      const good = score + test.goodMicronats;
      addTo(next, good <= test.acquitMicronats ? 0 : good, weight * goodShare);
      if (bad >= test.convictMicronats) convicted += weight * (1 - goodShare);
      else addTo(next, bad, weight * (1 - goodShare));
    }
    scores = next;
  }
  return convicted;
}

function addTo(weights: Map<number, number>, key: number, weight: number): void {
  weights.set(key, (weights.get(key) ?? 0) + weight);
}

/** Probability that a committee drawn from a large pool is captured: at least t of n jurors from a share a. */
export function committeeCapture(attackerShare: number, jurors: number, threshold: number): number {
  return binomialTail(jurors, attackerShare, threshold);
}

/** Probability of at least one event in `trials` independent ones. */
export function anyOf(probability: number, trials: number): number {
  return -Math.expm1(trials * Math.log1p(-probability));
}

/** Probability that an audit by k auditors of whom a share a colludes finds the fault: 1 − a^k. */
export function auditorDetection(colludingShare: number, auditors: number): number {
  return 1 - colludingShare ** auditors;
}
