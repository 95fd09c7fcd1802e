import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { type EpochClock, epochAt, epochEndMs, epochStartMs, eraOf, isLastEpochOfEra } from './epoch-clock.ts';

const steady: EpochClock = { genesisMs: 1_000, epochMs: 100, epochsPerEra: 4, pauses: [] };

/** Clocks with pauses anywhere, also empty, touching, longer than an epoch, and on epoch boundaries. */
const clocks: fc.Arbitrary<EpochClock> = fc
  .record({
    genesisMs: fc.nat({ max: 10_000 }),
    epochMs: fc.integer({ min: 1, max: 50 }),
    epochsPerEra: fc.integer({ min: 1, max: 6 }),
    steps: fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 120 })), { maxLength: 6 }),
  })
  .map(({ steps, ...clock }) => {
    let atMs = clock.genesisMs;
    const pauses = steps.map(([beforeMs, lengthMs]) => {
      const fromMs = atMs + beforeMs;
      atMs = fromMs + lengthMs;
      return { fromMs, toMs: atMs };
    });
    return { ...clock, pauses };
  });

test('without pauses epochs follow one another', () => {
  assert.equal(epochAt(steady, 1_000), 0);
  assert.equal(epochAt(steady, 1_099), 0);
  assert.equal(epochAt(steady, 1_100), 1);
  assert.equal(epochStartMs(steady, 3), 1_300);
  assert.equal(epochEndMs(steady, 3), 1_400);
});

test('time in a pause belongs to no epoch', () => {
  const clock = { ...steady, pauses: [{ fromMs: 1_150, toMs: 2_000 }] };
  assert.equal(epochAt(clock, 1_149), 1);
  assert.equal(epochAt(clock, 1_150), 1, "the pause's start");
  assert.equal(epochAt(clock, 1_999), 1, 'inside: the epoch at its start');
  assert.equal(epochAt(clock, 2_049), 1, 'the other half of the epoch');
  assert.equal(epochAt(clock, 2_050), 2);
  assert.equal(epochStartMs(clock, 1), 1_100);
  assert.equal(epochEndMs(clock, 1), 2_050);
});

test('epochAt never falls', () => {
  fc.assert(
    fc.property(clocks, fc.nat({ max: 1_500 }), fc.nat({ max: 1_500 }), (clock, x, y) => {
      const [earlier, later] = [Math.min(x, y), Math.max(x, y)];
      assert.ok(epochAt(clock, clock.genesisMs + earlier) <= epochAt(clock, clock.genesisMs + later));
    }),
  );
});

test('epochStartMs is the first moment of its epoch', () => {
  fc.assert(
    fc.property(clocks, fc.nat({ max: 40 }), (clock, epoch) => {
      const startMs = epochStartMs(clock, epoch);
      assert.equal(epochAt(clock, startMs), epoch);
      if (epoch > 0) assert.equal(epochAt(clock, startMs - 1), epoch - 1);
      assert.equal(epochEndMs(clock, epoch), epochStartMs(clock, epoch + 1));
    }),
  );
});

test('every epoch has exactly its length of active time', () => {
  fc.assert(
    fc.property(clocks, fc.nat({ max: 40 }), (clock, epoch) => {
      const startMs = epochStartMs(clock, epoch);
      const endMs = epochEndMs(clock, epoch);
      const paused = clock.pauses.map(({ fromMs, toMs }) =>
        Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs)),
      );
      assert.equal(endMs - startMs - paused.reduce((sum, ms) => sum + ms, 0), clock.epochMs);
    }),
  );
});

test('eras are whole epochs', () => {
  for (let epoch = 0; epoch < 20; epoch += 1) {
    assert.equal(eraOf(steady, epoch), Math.floor(epoch / 4));
    assert.equal(isLastEpochOfEra({ cadence: steady }, epoch), epoch % 4 === 3);
  }
});

test('refuses moments before genesis: KERNEL-BEFORE-GENESIS', () => {
  assert.throws(() => epochAt(steady, 999), refusal('KERNEL-BEFORE-GENESIS'));
});

test('refuses malformed clocks: KERNEL-CLOCK', () => {
  const wrong: EpochClock[] = [
    { ...steady, genesisMs: -1 },
    { ...steady, epochMs: 0 },
    { ...steady, epochsPerEra: 1.5 },
    { ...steady, pauses: [{ fromMs: 900, toMs: 1_200 }] },
    { ...steady, pauses: [{ fromMs: 1_200, toMs: 1_100 }] },
    {
      ...steady,
      pauses: [
        { fromMs: 1_100, toMs: 1_300 },
        { fromMs: 1_200, toMs: 1_400 },
      ],
    },
  ];
  for (const clock of wrong) assert.throws(() => epochAt(clock, 2_000), refusal('KERNEL-CLOCK'));
  assert.throws(() => epochAt(steady, 1_000.5), refusal('KERNEL-CLOCK'));
  assert.throws(() => epochStartMs(steady, -1), refusal('KERNEL-CLOCK'));
});

test('refuses epochs past the end of time: KERNEL-RANGE', () => {
  assert.throws(() => epochStartMs(steady, Number.MAX_SAFE_INTEGER), refusal('KERNEL-RANGE'));
});
