import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Epoch, type EpochClock, epochEndMs, epochStartMs } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import fc from 'fast-check';
import { createRecorder, isInsideEpoch, type TaskUsage } from './records.ts';

const GENESIS_MS = 1_760_000_000_000;
const CLOCK: EpochClock = { genesisMs: GENESIS_MS, epochMs: 5000, epochsPerEra: 4, pauses: [] };
const CORES = 2;
const LEASE = 'ab'.repeat(32);
const usage: TaskUsage = {
  leaseId: LEASE,
  epoch: 1 as Epoch,
  startedMs: GENESIS_MS + 5010.9,
  endedMs: GENESIS_MS + 5020.2,
  fuel: 12_345,
  coreMicroseconds: 9000,
  receiptId: 'cd'.repeat(32),
};

test('a task gives a fuel record proven by its receipt and a CPU record that nothing proves', () => {
  const window = { leaseId: LEASE, windowStartMs: GENESIS_MS + 5010, windowMs: 11 };
  assert.deepEqual(createRecorder(() => CLOCK, CORES).record(usage), [
    { ...window, resource: RESOURCE_CODES.fuel, quantity: 12_345, evidence: usage.receiptId },
    { ...window, resource: RESOURCE_CODES.cpu, quantity: 9000, evidence: null },
  ]);
});

test('CPU time is bounded by window × cores and left out when none was seen', () => {
  const record = (coreMicroseconds: number) =>
    createRecorder(() => CLOCK, CORES).record({ ...usage, coreMicroseconds });
  assert.equal(record(1_000_000)[1]?.quantity, 11 * 1000 * CORES);
  assert.equal(record(0).length, 1);
});

describe('windows', () => {
  const task = fc.record({
    lease: fc.integer({ min: 0, max: 2 }),
    epoch: fc.integer({ min: 0, max: 3 }),
    startMs: fc.double({ min: -3000, max: 22_000, noNaN: true }),
    lengthMs: fc.double({ min: -50, max: 3000, noNaN: true }),
  });

  test('lie inside their epoch, last a millisecond or more and never overlap within a lease, whatever the clock did', () => {
    fc.assert(
      fc.property(fc.array(task, { maxLength: 40 }), (tasks) => {
        const clock: EpochClock = { ...CLOCK, pauses: [{ fromMs: GENESIS_MS + 7000, toMs: GENESIS_MS + 9000 }] };
        const recorder = createRecorder(() => clock, CORES);
        const endByLease = new Map<string, number>();
        for (const { lease, epoch, startMs, lengthMs } of tasks) {
          const leaseId = String(lease).repeat(64);
          const startedMs = GENESIS_MS + startMs;
          const timed = { ...usage, leaseId, epoch: epoch as Epoch, startedMs, endedMs: startedMs + lengthMs };
          const records = recordOrRefuse(() => recorder.record(timed));
          for (const record of records) {
            assert.ok(isInsideEpoch(record, clock, epoch as Epoch) && record.windowMs >= 1);
            assert.ok(record.windowStartMs >= (endByLease.get(leaseId) ?? 0));
          }
          const [first] = records;
          if (first !== undefined) endByLease.set(leaseId, first.windowStartMs + first.windowMs);
        }
      }),
    );
  });

  test('end with the epoch when the task ran over it', () => {
    const [fuel] = createRecorder(() => CLOCK, CORES).record({ ...usage, endedMs: GENESIS_MS + 12_000 });
    assert.equal(fuel!.windowStartMs + fuel!.windowMs, epochEndMs(CLOCK, 1 as Epoch));
  });

  test('are forgotten once their epoch is past', () => {
    const recorder = createRecorder(() => CLOCK, CORES);
    const [first] = recorder.record(usage);
    recorder.forgetBefore(1 as Epoch);
    assert.equal(recorder.record(usage)[0]!.windowStartMs, first!.windowStartMs + first!.windowMs);
    recorder.forgetBefore(2 as Epoch);
    assert.equal(recorder.record(usage)[0]!.windowStartMs, first!.windowStartMs);
  });
});

test('METER-WINDOW-EPOCH when the clock has left the epoch', () => {
  const recorder = createRecorder(() => CLOCK, CORES);
  const refused = { code: 'METER-WINDOW-EPOCH', refusalClass: 'input' };
  const late = epochEndMs(CLOCK, 1 as Epoch);
  assert.throws(() => recorder.record({ ...usage, startedMs: late, endedMs: late + 1 }), refused);
  const early = epochStartMs(CLOCK, 1 as Epoch) - 1;
  assert.throws(() => recorder.record({ ...usage, startedMs: early, endedMs: early + 10 }), refused);
});

test('METER-QUANTITY for what is not a count', () => {
  const recorder = createRecorder(() => CLOCK, CORES);
  for (const quantity of [-1, 0.5, 2 ** 53, Number.NaN]) {
    const refused = { code: 'METER-QUANTITY', refusalClass: 'input' };
    assert.throws(() => recorder.record({ ...usage, fuel: quantity }), refused);
    assert.throws(() => recorder.record({ ...usage, coreMicroseconds: quantity }), refused);
  }
});

function recordOrRefuse<Records>(record: () => Records): Records | [] {
  try {
    return record();
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'METER-WINDOW-EPOCH');
    return [];
  }
}
