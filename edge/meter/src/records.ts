import { type Epoch, type EpochClock, epochEndMs, epochStartMs } from '@stannary/kernel';
import { RESOURCE_CODES, type UsageRecord } from '@stannary/wire';
import { MeterRefusal } from './refusal.ts';

/** What one executed task used. */
export interface TaskUsage {
  readonly leaseId: string;
  /** The epoch that the lease was given for. */
  readonly epoch: Epoch;
  /** Wall time; fractions are taken as inside the millisecond. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly fuel: number;
  readonly coreMicroseconds: number;
  /** Id of the signed task receipt, which proves the fuel. */
  readonly receiptId: string;
}

/** Turns usage into records. Keeps the end of every lease's last window, so that windows never overlap. */
export interface Recorder {
  /**
   * The task's records: fuel, proven by its receipt, and CPU time, which nothing proves (left out when none was seen).
   * The window is whole milliseconds that cover the task: from the later of its start and the lease's last window, to
   * its end rounded up, but not past the epoch's end. CPU time is bounded by window × cores.
   * @throws MeterRefusal METER-WINDOW-EPOCH: no millisecond of the epoch is left for it (a clock that jumped);
   *   METER-QUANTITY: a quantity is not an integer of 0 to 2^53 - 1
   */
  record(usage: TaskUsage): UsageRecord[];
  /** Forgets leases whose windows ended before `epoch` began; their epochs take no more records. */
  forgetBefore(epoch: Epoch): void;
}

/** `clock` is asked each time, since a network that stood still changes it; `cores` is what can run at once. */
export function createRecorder(clock: () => EpochClock, cores: number): Recorder {
  const windowEndMsByLease = new Map<string, number>();
  return {
    record(usage) {
      const { windowStartMs, windowMs } = windowOf(usage, clock(), windowEndMsByLease.get(usage.leaseId));
      const window = { leaseId: usage.leaseId, windowStartMs, windowMs };
      const fuel = { ...window, resource: RESOURCE_CODES.fuel, quantity: quantityOf('fuel', usage.fuel) };
      const quantity = Math.min(quantityOf('coreMicroseconds', usage.coreMicroseconds), windowMs * 1000 * cores);
      const records: UsageRecord[] = [{ ...fuel, evidence: usage.receiptId }];
      if (quantity > 0) records.push({ ...window, resource: RESOURCE_CODES.cpu, quantity, evidence: null });
      windowEndMsByLease.set(usage.leaseId, windowStartMs + windowMs);
      return records;
    },
    forgetBefore(epoch) {
      const startMs = epochStartMs(clock(), epoch);
      for (const [leaseId, endMs] of windowEndMsByLease) if (endMs <= startMs) windowEndMsByLease.delete(leaseId);
    },
  };
}

/** True when the whole window lies inside the epoch; its end may touch the epoch's. */
export function isInsideEpoch(record: UsageRecord, clock: EpochClock, epoch: Epoch): boolean {
  const endMs = record.windowStartMs + record.windowMs;
  return record.windowStartMs >= epochStartMs(clock, epoch) && endMs <= epochEndMs(clock, epoch);
}

function windowOf(usage: TaskUsage, clock: EpochClock, lastEndMs = 0): { windowStartMs: number; windowMs: number } {
  const epochEnd = epochEndMs(clock, usage.epoch);
  const windowStartMs = Math.max(Math.floor(usage.startedMs), lastEndMs);
  const endMs = Math.min(Math.max(Math.floor(usage.endedMs), windowStartMs) + 1, epochEnd);
  if (windowStartMs < epochStartMs(clock, usage.epoch) || windowStartMs >= endMs) {
    const expected = `${epochStartMs(clock, usage.epoch)}–${epochEnd}, epoch ${usage.epoch}`;
    const got = `from ${windowStartMs}, at ${usage.endedMs}`;
    throw new MeterRefusal('METER-WINDOW-EPOCH', { expected, got, where: `window of lease ${usage.leaseId}` });
  }
  return { windowStartMs, windowMs: endMs - windowStartMs };
}

function quantityOf(where: string, quantity: number): number {
  if (Number.isSafeInteger(quantity) && quantity >= 0) return quantity;
  throw new MeterRefusal('METER-QUANTITY', { expected: 'an integer of 0 to 2^53 - 1', got: `${quantity}`, where });
}
