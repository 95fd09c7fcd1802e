import { addExact, largestRemainder, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';
import { correlationSlashPpb } from './liveness.ts';

const MILLION = 1_000_000;
const BILLION = 1_000_000_000;

/** A share of a bond in grains: rounded up, at most the bond. */
export function slashGrains(bondGrains: Grains, sharePpb: number): Grains {
  return Math.min(bondGrains, mulDivUp(bondGrains, sharePpb, BILLION)) as Grains;
}

/** How offences of one node within one span add up. */
export type SpanRule = 'sum' | 'maximum';

/**
 * What a further offence costs, in ppb of the bond at the span's start, after what the span was charged already: by
 * `sum` the whole share, by `maximum` only what it exceeds the dearest by. Never past the whole bond.
 * With `maximum`, one fault found in many places is paid for once (Polkadot).
 */
export function spanSlashPpb(rule: SpanRule, chargedPpb: number, sharePpb: number): number {
  const further = rule === 'sum' ? sharePpb : Math.max(0, sharePpb - chargedPpb);
  return Math.min(further, Math.max(0, BILLION - chargedPpb));
}

/** What was slashed in one epoch, of one class. */
export interface SlashEntry {
  readonly epoch: number;
  readonly slashedGrains: Grains;
}

/** Slashes of the last `windowEpochs` epochs, `epoch` included. @throws KernelRefusal KERNEL-RANGE */
export function slashedInWindow(entries: readonly SlashEntry[], windowEpochs: number, epoch: number): Grains {
  const recent = entries.filter((entry) => entry.epoch > epoch - windowEpochs && entry.epoch <= epoch);
  return recent.reduce((sum, entry) => addExact(sum, entry.slashedGrains), 0) as Grains;
}

/** Slashes of one class multiply when many fall together. */
export interface CorrelationRule {
  readonly factorPpm: number;
  readonly windowEpochs: number;
}

/**
 * Share of each offender's bond that is due because of the others: min(factor·S, T) / T, S = slashed in the window, T =
 * the class's bonds at its start; in ppb, rounded up. It is a minimum on the slash, not an addition.
 */
export function windowCorrelationPpb(
  rule: CorrelationRule,
  entries: readonly SlashEntry[],
  classBondGrains: Grains,
  epoch: number,
): number {
  const slashed = Math.min(slashedInWindow(entries, rule.windowEpochs, epoch), classBondGrains);
  return correlationSlashPpb(rule.factorPpm, slashed, classBondGrains);
}

/** Most of a class's bonds that may be slashed within a window: bounds what any bug or captured committee can do. */
export interface SlashLimit {
  readonly ceilingPpm: Ppm;
  readonly windowEpochs: number;
}

/**
 * Grants slashes of one epoch up to what the window has left, in proportion by largest remainder; the rest waits, named,
 * for a later epoch. The ceiling is rounded down. Granted + deferred = wanted, one by one.
 */
export function limitSlashes(
  limit: SlashLimit,
  entries: readonly SlashEntry[],
  classBondGrains: Grains,
  epoch: number,
  wantedGrains: readonly Grains[],
): { grantedGrains: Grains[]; deferredGrains: Grains[] } {
  const ceiling = mulDivDown(classBondGrains, limit.ceilingPpm, MILLION);
  const left = Math.max(0, ceiling - slashedInWindow(entries, limit.windowEpochs, epoch));
  const wanted = wantedGrains.reduce((sum, one) => addExact(sum, one), 0);
  const granted = wanted <= left ? [...wantedGrains] : largestRemainder(left, wantedGrains);
  return {
    grantedGrains: granted as Grains[],
    deferredGrains: wantedGrains.map((one, index) => (one - granted[index]!) as Grains),
  };
}

/** Where a slash goes; the three sum to 1_000_000, and the challenger's is below it: reporting oneself must lose. */
export interface SlashDestinationRule {
  readonly challengerPpm: Ppm;
  readonly insurancePpm: Ppm;
  readonly burnPpm: Ppm;
  /** The challenger gets at most this many times what the challenge cost; 50_000_000 is 50 times. */
  readonly challengerCapPpm: number;
}

export interface SlashDestinations {
  readonly challengerGrains: Grains;
  readonly insuranceGrains: Grains;
  readonly burnGrains: Grains;
}

/**
 * Divides a slash. The challenger's share is rounded down and capped by its cost (the cap rounded down too), so it is
 * always below the slash; the rest goes to insurance and burn by largest remainder. Nothing is lost:
 * challenger + insurance + burn = slash. A finding without a challenger has a cost of zero.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE, KERNEL-DIVIDE-BY-ZERO (no share for insurance or burn)
 */
export function divideSlash(rule: SlashDestinationRule, slash: Grains, challengeCostGrains: Grains): SlashDestinations {
  const share = mulDivDown(slash, rule.challengerPpm, MILLION);
  const challenger = Math.min(share, mulDivDown(challengeCostGrains, rule.challengerCapPpm, MILLION));
  const [insurance, burn] = largestRemainder(slash - challenger, [rule.insurancePpm, rule.burnPpm]);
  return {
    challengerGrains: challenger as Grains,
    insuranceGrains: insurance as Grains,
    burnGrains: burn as Grains,
  };
}
