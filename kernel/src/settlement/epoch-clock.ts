import { isAmount } from '../numbers/exact.ts';
import type { Epoch, Era } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

/**
 * Wall-clock moments to epochs. The epochs count active time: time since genesis less the pauses, in which the network
 * stood still and which belong to no epoch. All moments are integer milliseconds.
 */
export interface EpochClock {
  readonly genesisMs: number;
  readonly epochMs: number;
  readonly epochsPerEra: number;
  /** From genesis on, oldest first, not overlapping; `toMs` is the first active moment again. */
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/**
 * The epoch of a moment; inside a pause, the epoch at the pause's start.
 * @throws KernelRefusal KERNEL-BEFORE-GENESIS, KERNEL-CLOCK (malformed clock or moment)
 */
export function epochAt(clock: EpochClock, atMs: number): Epoch {
  checkClock(clock);
  if (!Number.isSafeInteger(atMs)) throw new KernelRefusal('KERNEL-CLOCK', 'atMs', 'an integer', atMs);
  if (atMs < clock.genesisMs) {
    throw new KernelRefusal('KERNEL-BEFORE-GENESIS', 'atMs', `at least ${clock.genesisMs}`, atMs);
  }
  let activeMs = atMs - clock.genesisMs;
  for (const pause of clock.pauses) {
    if (pause.fromMs >= atMs) break;
    activeMs -= Math.min(pause.toMs, atMs) - pause.fromMs;
  }
  return Math.floor(activeMs / clock.epochMs) as Epoch;
}

/** The first moment of an epoch. A pause that starts on the boundary lies inside the new epoch. Refuses as `epochAt`. */
export function epochStartMs(clock: EpochClock, epoch: number): number {
  checkClock(clock);
  if (!isAmount(epoch)) throw new KernelRefusal('KERNEL-CLOCK', 'epoch', 'an integer >= 0', epoch);
  let atMs = clock.genesisMs + epoch * clock.epochMs;
  for (const pause of clock.pauses) {
    if (pause.fromMs >= atMs) break;
    atMs += pause.toMs - pause.fromMs;
  }
  if (!Number.isSafeInteger(atMs)) throw new KernelRefusal('KERNEL-RANGE', 'epochStartMs', 'at most 2^53 - 1', atMs);
  return atMs;
}

/** The first moment after an epoch: exclusive end, equal to the next one's start. */
export function epochEndMs(clock: EpochClock, epoch: number): number {
  return epochStartMs(clock, epoch + 1);
}

/** Anything that knows the length of an era: a clock, a cadence, an economy. */
export type EraLength = { readonly epochsPerEra: number } | { readonly cadence: { readonly epochsPerEra: number } };

export function eraOf(length: EraLength, epoch: number): Era {
  return Math.floor(epoch / epochsPerEraOf(length)) as Era;
}

export function isLastEpochOfEra(length: EraLength, epoch: number): boolean {
  const epochsPerEra = epochsPerEraOf(length);
  return epoch % epochsPerEra === epochsPerEra - 1;
}

function epochsPerEraOf(length: EraLength): number {
  return 'cadence' in length ? length.cadence.epochsPerEra : length.epochsPerEra;
}

function checkClock(clock: EpochClock): void {
  const { genesisMs, epochMs, epochsPerEra, pauses } = clock;
  if (!isAmount(genesisMs)) throw new KernelRefusal('KERNEL-CLOCK', 'clock.genesisMs', 'an integer >= 0', genesisMs);
  if (!isAmount(epochMs) || epochMs === 0) {
    throw new KernelRefusal('KERNEL-CLOCK', 'clock.epochMs', 'an integer > 0', epochMs);
  }
  if (!isAmount(epochsPerEra) || epochsPerEra === 0) {
    throw new KernelRefusal('KERNEL-CLOCK', 'clock.epochsPerEra', 'an integer > 0', epochsPerEra);
  }
  let sinceMs = genesisMs;
  pauses.forEach(({ fromMs, toMs }, index) => {
    if (!(isAmount(fromMs) && isAmount(toMs) && fromMs >= sinceMs && toMs >= fromMs)) {
      const where = `clock.pauses[${index}]`;
      throw new KernelRefusal('KERNEL-CLOCK', where, `${sinceMs} <= fromMs <= toMs`, `${fromMs} to ${toMs}`);
    }
    sinceMs = toMs;
  });
}
