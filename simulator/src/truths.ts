import { Draws, type Stream } from './draws/draws.ts';
import { RunningMoments } from './observers/running-moments.ts';

// Small worlds whose answers are known in closed form: what a simulator built on these draws must reproduce.

export interface QueueRule {
  readonly arrivalRate: number;
  readonly serviceRate: number;
  readonly servers: number;
}

/** Means over all customers but the first tenth, while the queue fills. */
export interface QueueRun {
  readonly timeInSystem: number;
  readonly timeWaiting: number;
  readonly waitingShare: number;
  /** By Little's law from the time in the system. */
  readonly inSystem: number;
}

/** M/M/c, customer by customer: each takes the server that is free first (anchors 26 and 27). */
export function simulateQueue(rule: QueueRule, customers: number, stream: Stream): QueueRun {
  const draws = new Draws(stream);
  const freeAt = new Float64Array(rule.servers);
  const inSystem = new RunningMoments();
  const waiting = new RunningMoments();
  const hasWaited = new RunningMoments();
  let now = 0;
  for (let customer = 0; customer < customers; customer += 1) {
    now += draws.exponential('arrival', 0, 0, customer) / rule.arrivalRate;
    const service = draws.exponential('service', 0, 0, customer) / rule.serviceRate;
    let server = 0;
    for (let other = 1; other < rule.servers; other += 1) if (freeAt[other]! < freeAt[server]!) server = other;
    const start = Math.max(now, freeAt[server]!);
    freeAt[server] = start + service;
    if (customer < customers / 10) continue;
    inSystem.add(start + service - now);
    waiting.add(start - now);
    hasWaited.add(start > now ? 1 : 0);
  }
  return {
    timeInSystem: inSystem.mean,
    timeWaiting: waiting.mean,
    waitingShare: hasWaited.mean,
    inSystem: rule.arrivalRate * inSystem.mean,
  };
}

/**
 * Epochs of revenue that a cheat keeps, one world a run: it is found in an epoch with probability q, and loses what is not
 * older than the holdback. The mean is (1 - q)^(W + 1) / q (`fraudRetention`, anchor 21).
 */
export function simulateRetention(
  detection: number,
  holdbackEpochs: number,
  cheats: number,
  stream: Stream,
): RunningMoments {
  const draws = new Draws(stream);
  const kept = new RunningMoments();
  for (let cheat = 0; cheat < cheats; cheat += 1) {
    let epoch = 0;
    while (draws.uniform('audit', epoch, 0, cheat) >= detection) epoch += 1;
    // Found in `epoch`: what was earned in 0 to epoch - W - 1 has been paid.
    kept.add(Math.max(0, epoch - holdbackEpochs));
  }
  return kept;
}
