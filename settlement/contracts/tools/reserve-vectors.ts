import { drawPositions } from '@stannary/arbitration';
import { slowWaitSeconds } from '@stannary/chain';
import {
  type BondingCurveRule,
  buyOnCurve,
  type CoverageThrottleRule,
  type FullReserveRule,
  KernelRefusal,
  mintCredits,
  mintPace,
  redeemBatch,
  sellOnCurve,
} from '@stannary/kernel';
import { Numbers } from './numbers.ts';

// What the kernel makes of random reserves, curves and pools, for the contracts to make the same of. A row is one line of
// decimal numbers: arguments, then results.

/** Rows by the function that they are of. */
export type ReserveVectors = Readonly<Record<keyof typeof ROWS, readonly string[]>>;

/** The same rows for the same number of them, on any machine. */
export function reserveVectors(cases: number): ReserveVectors {
  const rows = Object.entries(ROWS).map(([name, row]) => [
    name,
    Array.from({ length: cases }, (_, at) => row(new Numbers(`${name} ${at}`)).join(' ')),
  ]);
  return Object.fromEntries(rows);
}

/** Seats drawn in each row of `draw`. */
const DRAWN = 12;
/** Entries of each row's list of waits, the last repeated. */
const WAITS = 9;
const OUTCOMES = ['', 'KERNEL-MINT-HALTED', 'KERNEL-MINT-WAIT', 'KERNEL-MINT-SLOW', 'KERNEL-TOKEN-COVER'];
const PACES = ['open', 'slow', 'halted'];
const MILLION = 1_000_000;

const ROWS = { issue: issueRow, redeem: redeemRow, pace: paceRow, buy: buyRow, sell: sellRow, draw: drawRow };

function issueRow(numbers: Numbers): (bigint | number)[] {
  const throttle = randomThrottle(numbers);
  const rule: FullReserveRule = {
    kind: 'full',
    mintSpreadPpm: numbers.below(50_000),
    tokenHaircutPpm: numbers.below(MILLION + 1),
    tokenCoverPpmMin: numbers.below(3) === 0 ? numbers.below(MILLION) : 0,
    throttle,
  };
  const outstandingGrains = numbers.below(8) === 0 ? 0n : numbers.sized(100);
  // Around the coverages where something changes.
  const stableGrains = (outstandingGrains * BigInt(980_000 + numbers.below(80_000))) / 1_000_000n;
  const reserve = { stableGrains, tokenGrains: numbers.sized(100), outstandingGrains };
  const tokenPriceMicrograins = numbers.below(8) === 0 ? null : numbers.sized(27);
  const paidGrains = numbers.below(2) === 0 ? outstandingGrains / 10n + 2n : 2n + numbers.sized(100);
  const secondsSinceMint = 1 + numbers.below(throttle.waitSecondsMax * 3);
  const [outcome, creditGrains] = minted(rule, reserve, { paidGrains, tokenPriceMicrograins, secondsSinceMint });
  return [
    ...[rule.mintSpreadPpm, rule.tokenHaircutPpm, rule.tokenCoverPpmMin],
    ...throttleWords(throttle),
    ...[stableGrains, reserve.tokenGrains, outstandingGrains, tokenPriceMicrograins ?? 0n, paidGrains],
    ...[secondsSinceMint, outcome, creditGrains],
  ];
}

function minted(...request: Parameters<typeof mintCredits>): [number, bigint] {
  try {
    return [0, mintCredits(...request).creditGrains];
  } catch (error) {
    if (error instanceof KernelRefusal) return [OUTCOMES.indexOf(error.code), 0n];
    throw error;
  }
}

function redeemRow(numbers: Numbers): (bigint | number)[] {
  const outstandingGrains = 1n + numbers.sized(127);
  const stableGrains = numbers.below(4) === 0 ? numbers.sized(127) : numbers.upTo(outstandingGrains * 2n);
  const creditGrains = numbers.upTo(outstandingGrains);
  const rule: FullReserveRule = {
    kind: 'full',
    mintSpreadPpm: 0,
    tokenHaircutPpm: 0,
    tokenCoverPpmMin: 0,
    throttle: randomThrottle(numbers),
  };
  const reserve = { stableGrains, tokenGrains: 0n, outstandingGrains };
  const { payments } = redeemBatch(rule, reserve, [{ account: 'a', creditGrains }], null);
  return [stableGrains, outstandingGrains, creditGrains, payments[0]!.stableGrains];
}

function paceRow(numbers: Numbers): (bigint | number)[] {
  const throttle = randomThrottle(numbers);
  const coveragePpm = BigInt(throttle.haltPpm - 10_000 + numbers.below(throttle.warnPpm - throttle.haltPpm + 20_000));
  const pace = mintPace(throttle, coveragePpm);
  return [
    ...throttleWords(throttle),
    coveragePpm,
    PACES.indexOf(pace.kind),
    pace.kind === 'halted' ? 0 : pace.waitSeconds,
  ];
}

function randomThrottle(numbers: Numbers): CoverageThrottleRule {
  const haltPpm = MILLION - 10_000 + numbers.below(20_000);
  const stepPpm = 1_000 + numbers.below(9_000);
  const waitSecondsMin = numbers.below(100);
  return {
    kind: 'coverage-throttle',
    haltPpm,
    warnPpm: haltPpm + 1 + numbers.below(stepPpm * (WAITS - 1)),
    stepPpm,
    growthPpm: MILLION + 1 + numbers.below(MILLION),
    waitSecondsMin,
    waitSecondsMax: waitSecondsMin + 1 + numbers.below(2_000),
    slowMintPpm: numbers.below(200_000),
  };
}

function throttleWords(throttle: CoverageThrottleRule): number[] {
  const waits = slowWaitSeconds(throttle);
  const padded = Array.from({ length: WAITS }, (_, at) => waits[Math.min(at, waits.length - 1)]!);
  const { warnPpm, haltPpm, stepPpm, slowMintPpm, waitSecondsMin } = throttle;
  return [warnPpm, haltPpm, stepPpm, slowMintPpm, waitSecondsMin, ...padded];
}

function buyRow(numbers: Numbers): (bigint | number)[] {
  const rule = randomCurve(numbers);
  const [supplyGrains, reserveGrains] = [1n + numbers.sized(127), 1n + numbers.sized(127)];
  const deposit = numbers.upTo(reserveGrains);
  const { grains, taxGrains } = buyOnCurve(rule, { supplyGrains, reserveGrains }, deposit);
  return [rule.reserveRatioPpm, rule.entryTaxPpm, supplyGrains, reserveGrains, deposit, grains, taxGrains];
}

function sellRow(numbers: Numbers): (bigint | number)[] {
  const rule = randomCurve(numbers);
  const [supplyGrains, reserveGrains] = [1n + numbers.sized(127), 1n + numbers.sized(127)];
  const tokens = numbers.below(20) === 0 ? supplyGrains : numbers.upTo(supplyGrains / 2n);
  const { grains } = sellOnCurve(rule, { supplyGrains, reserveGrains }, tokens);
  return [rule.reserveRatioPpm, supplyGrains, reserveGrains, tokens, grains];
}

function randomCurve(numbers: Numbers): BondingCurveRule {
  const reserveRatioPpm = numbers.below(8) === 0 ? MILLION : 20_000 + numbers.below(980_000);
  return { kind: 'bonding-curve', reserveRatioPpm, entryTaxPpm: numbers.below(100_000) };
}

function drawRow(numbers: Numbers): (bigint | number)[] {
  const seed = numbers.word();
  const poolSize = DRAWN + numbers.below(500);
  return [seed, poolSize, ...drawPositions(seed.toString(16).padStart(64, '0'), poolSize, DRAWN)];
}
