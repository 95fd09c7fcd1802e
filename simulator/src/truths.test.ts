import assert from 'node:assert/strict';
import { test } from 'node:test';
import { erlangC, erlangWait, fraudRetention, singleServerQueue } from '@stannary/kernel';
import { RunningMoments } from './observers/running-moments.ts';
import { simulateQueue, simulateRetention } from './truths.ts';
import { assertWithin } from './world.fixture.ts';

const RUNS = 24;

/** Mean and spread of independent runs. */
function over(runs: number, measure: (run: number) => number): RunningMoments {
  const moments = new RunningMoments();
  for (let run = 0; run < runs; run += 1) moments.add(measure(run));
  return moments;
}

for (const load of [0.5, 0.8, 0.9]) {
  test(`M/M/1 at a load of ${load}: customers in the system by Little's law`, () => {
    const rule = { arrivalRate: load, serviceRate: 1, servers: 1 };
    const customers = Math.round(20_000 / (1 - load));
    const simulated = over(RUNS, (run) => simulateQueue(rule, customers, { seed: 26, run }).inSystem);
    assertWithin('L', simulated, singleServerQueue(load, 1).inSystem);
    assert.ok(simulated.standardError < 0.03 * simulated.mean);
  });
}

for (const [servers, load] of [
  [10, 8],
  [5, 3],
] as const) {
  test(`M/M/${servers} at a load of ${load}: who waits, and how long (Erlang C)`, () => {
    const rule = { arrivalRate: load, serviceRate: 1, servers };
    const runs = Array.from({ length: RUNS }, (_, run) => simulateQueue(rule, 40_000, { seed: 27, run }));
    assertWithin(
      'C',
      over(RUNS, (run) => runs[run]!.waitingShare),
      erlangC(servers, load),
    );
    assertWithin(
      'Wq',
      over(RUNS, (run) => runs[run]!.timeWaiting),
      erlangWait(servers, load),
    );
  });
}

// Anchor 21: closed forms 49, 30.17, 1.645, 5.548 by (1 - q)^(W + 1) / q.
const RETENTION = [
  [0.02, 0, 49],
  [0.02, 24, 30.17],
  [0.02, 168, 1.645],
  [0.05, 24, 5.548],
] as const;

for (const [detection, holdback, anchor] of RETENTION) {
  test(`a cheat found with ${detection} an epoch keeps ${anchor} epochs' revenue of a holdback of ${holdback}`, () => {
    const truth = fraudRetention(detection, holdback);
    assert.ok(Math.abs(truth - anchor) < 0.005);
    const kept = simulateRetention(detection, holdback, 100_000, { seed: 21, run: 0 });
    assertWithin('kept', kept, truth);
    assert.ok(kept.standardError < 0.03 * truth);
  });
}
