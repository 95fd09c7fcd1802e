import { setTimeout as sleep } from 'node:timers/promises';
import { ChainRefusal, type ChainRefusalCode } from './refusal.ts';

/** How long a failing node is asked again, and where time and chance come from. */
export interface Patience {
  /** First included. */
  readonly attemptsMax: number;
  /** The longest wait before the second attempt; it doubles with each. */
  readonly firstWaitMsMax: number;
  readonly waitMsMax: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export const USUAL_PATIENCE: Patience = {
  attemptsMax: 6,
  firstWaitMsMax: 250,
  waitMsMax: 8_000,
  random: Math.random,
  wait: sleep,
};

const PASSING: readonly ChainRefusalCode[] = ['CHAIN-RPC-UNREACHABLE', 'CHAIN-RPC-LIMITED'];

/**
 * Asks until there is an answer, waiting a uniformly random part of a doubling time in between: programs that failed
 * together do not come back together. Gives up with the last refusal; refusals that waiting does not heal pass at once.
 *
 * Source: M. Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015 ("full jitter").
 */
export async function patiently<Answer>(request: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  const { attemptsMax, firstWaitMsMax, waitMsMax, random, wait } = patience;
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error) || attempt >= attemptsMax) throw error;
      await wait(random() * Math.min(waitMsMax, firstWaitMsMax * 2 ** (attempt - 1)));
    }
  }
}

/** A node that is down, slow or busy may not be at the next attempt. */
export function isPassing(error: unknown): boolean {
  return error instanceof ChainRefusal && PASSING.includes(error.code);
}
