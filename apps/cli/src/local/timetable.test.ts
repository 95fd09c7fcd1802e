import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Timed, type TimetableOptions, timetable } from './timetable.ts';

const GENESIS_MS = 1_000_000;
const options: TimetableOptions = {
  traced: null,
  workEras: null,
  clock: { genesisMs: GENESIS_MS, epochMs: 5_000, epochsPerEra: 4, pauses: [] },
  nowMs: GENESIS_MS - 500,
  bought: 0,
  random: () => 0.5,
};
const traced = [0, 300, 900].map((atMs) => ({ atMs, contextTokens: 10, generatedTokens: 1 }));

function first(count: number, requests: Iterable<Timed>): Timed[] {
  const taken: Timed[] = [];
  for (const request of requests) if (taken.push(request) === count) break;
  return taken;
}

describe('drawn requests', () => {
  test('begin with the network, each a third of its gap after the one before', () => {
    const [one, two] = first(2, timetable(options));
    assert.deepEqual([one!.index, one!.dueMs], [0, GENESIS_MS]);
    assert.deepEqual([two!.index, two!.dueMs], [1, GENESIS_MS + 118.4 / 3]);
  });

  test('go on at once after a restart, however many were bought before it', () => {
    const nowMs = GENESIS_MS + 600_000;
    const [next] = first(1, timetable({ ...options, nowMs, bought: 5_000 }));
    assert.deepEqual([next!.index, next!.dueMs], [5_000, nowMs]);
  });
});

describe('a trace', () => {
  test('is played three times faster than in life where there is no end', () => {
    const dues = [...timetable({ ...options, traced })].map(({ dueMs }) => dueMs - GENESIS_MS);
    assert.deepEqual(dues, [0, 100, 300]);
  });

  test('is laid over the eras of work, its last request an epoch and a half before their end', () => {
    const dues = [...timetable({ ...options, traced, workEras: 2 })].map(({ dueMs }) => dueMs - GENESIS_MS);
    assert.deepEqual(dues.map(Math.round), [0, 10_833, 32_500]);
  });

  test('is bought once: a restart leaves out what was bought, and what was missed is due at once', () => {
    const rest = [...timetable({ ...options, traced, bought: 2, nowMs: GENESIS_MS + 60_000 })];
    assert.deepEqual(
      rest.map(({ index, dueMs }) => [index, dueMs - GENESIS_MS]),
      [[2, 300]],
    );
  });
});
