import { CliRefusal } from '../refusal.ts';

const POLL_MS = 250;
/** Longest a drain may take, in eras, before the network is said to hang. */
const DRAIN_ERAS_MAX = 8;

/** Asks until something is ready, or `stop` is aborted. Refuses START-TIMEOUT after `withinMs`. */
export async function untilReady(
  what: string,
  ready: () => Promise<boolean>,
  limits: { readonly withinMs: number; readonly stop: AbortSignal; readonly logs: string },
): Promise<void> {
  const { withinMs, stop, logs } = limits;
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    if ((await ready()) || stop.aborted) return;
    await pause(POLL_MS, stop);
  }
  const expected = `an answer within ${withinMs / 1000} s`;
  throw new CliRefusal('START-TIMEOUT', 'give-up', { where: what, expected, got: 'none', remedy: `see ${logs}` });
}

/** Refuses DRAIN-TIMEOUT when a network that should have drained after `eras` of work is still at it. */
export function refuseHanging(
  status: { readonly era: number; readonly phase: string },
  eras: number | null,
  logs: string,
): void {
  if (eras === null || status.era < eras + DRAIN_ERAS_MAX) return;
  throw new CliRefusal('DRAIN-TIMEOUT', 'give-up', {
    where: 'the network',
    expected: `to drain within ${DRAIN_ERAS_MAX} eras`,
    got: `phase ${status.phase} in era ${status.era}`,
    remedy: `see ${logs}`,
  });
}

/** Waits, but not beyond the abort. */
export function pause(forMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((wake) => {
    if (stop.aborted) return wake();
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      wake();
    };
    const timer = setTimeout(end, forMs);
    stop.addEventListener('abort', end);
  });
}
