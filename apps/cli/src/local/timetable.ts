import type { EpochClock } from '@stannary/kernel';
import { drawRequests, fitInto, type Request } from './demand.ts';

/** The last requests come this many epochs before the end, so that each can still be allocated in time. */
const SPARE_EPOCHS = 1.5;
/** How much faster than in life requests come when no end is set. */
const SPEED_UP = 3;

/** A request, the how-manieth it is of this consumer's whole life, and when it is to be bought. */
export interface Timed extends Request {
  readonly index: number;
  readonly dueMs: number;
}

export interface TimetableOptions {
  /** The requests of a trace; null: drawn ones, without end. */
  readonly traced: readonly Request[] | null;
  /** Work is sold in this many eras; null: without end. */
  readonly workEras: number | null;
  readonly clock: EpochClock;
  readonly nowMs: number;
  /** Requests that were bought before this start. */
  readonly bought: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * When each request is due that was not bought before. A trace is laid over the eras of work, or played SPEED_UP times
 * faster when there is no end; after a restart what was missed is due at once. Drawn requests begin now, whenever now is.
 */
export function timetable(options: TimetableOptions): Iterable<Timed> {
  return options.traced === null ? drawn(options) : laidOver(options.traced, options);
}

function* drawn({ clock, nowMs, bought, random }: TimetableOptions): Generator<Timed> {
  const beganMs = Math.max(clock.genesisMs, nowMs);
  let index = bought;
  for (const request of drawRequests(random)) {
    yield { ...request, index, dueMs: beganMs + request.atMs / SPEED_UP };
    index += 1;
  }
}

function* laidOver(traced: readonly Request[], { workEras, clock, bought }: TimetableOptions): Generator<Timed> {
  const spanMs = ((workEras ?? 0) * clock.epochsPerEra - SPARE_EPOCHS) * clock.epochMs;
  const requests = workEras === null ? traced : fitInto(traced, spanMs);
  const speedUp = workEras === null ? SPEED_UP : 1;
  for (let index = bought; index < requests.length; index += 1) {
    const request = requests[index]!;
    yield { ...request, index, dueMs: clock.genesisMs + request.atMs / speedUp };
  }
}
