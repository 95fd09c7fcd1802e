import {
  type GatewayClient,
  GatewayRefusal,
  type StatusAnswer,
  type TimelineKind,
  type TimelineQuery,
} from '@stannary/gateway/client';
import { type ConsoleEvent, pollDelayMs, TIMELINE_SHOWN } from './state.ts';

export interface PollingOptions {
  readonly client: Pick<GatewayClient, 'network' | 'status' | 'timeline'>;
  readonly dispatch: (event: ConsoleEvent) => void;
  readonly nowMs: () => number;
  /** Runs something once after a pause; returns how to call it off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export interface Polling {
  /** Polls at once instead of at the next due time; nothing if a poll is under way. */
  pollNow(): void;
  /** From now on only events of the chain of one kind; null: of all. */
  showKind(kind: TimelineKind | null): void;
  stop(): void;
}

/**
 * Asks the gateway for its status and what is new on the chain once a second, backing off while it does not answer. The
 * network's own description is asked for at the start, again after every loss, since another network may have come up at
 * the same address, and when its rules have changed.
 */
export function startPolling({ client, dispatch, nowMs, after }: PollingOptions): Polling {
  let failures = 0;
  /** Hash of the rules that the known description has; null: none is known. */
  let knownRules: string | null = null;
  let choice: TimelineChoice = { kind: null, position: null };
  let underWay = false;
  let stopped = false;
  let callOff = () => {};

  async function askNetwork(): Promise<void> {
    const network = await client.network();
    knownRules = network.economyHash;
    dispatch({ kind: 'network', network });
  }

  async function askTimeline(): Promise<void> {
    const asked = choice;
    const isWhole = asked.position === null;
    const { entries } = await client.timeline(queryOf(asked));
    if (!Array.isArray(entries)) throw new Error('the answer at /v1/timeline is not a timeline');
    if (asked !== choice) return; // another was chosen meanwhile
    asked.position = entries.at(-1)?.position ?? asked.position;
    dispatch({ kind: 'timeline', entries, isWhole });
  }

  async function ask(): Promise<void> {
    if (knownRules === null) await askNetwork();
    const status = await client.status();
    if (!isStatus(status)) throw new Error('the answer at /v1/status is not a status');
    if (status.policy.economyHash !== knownRules) await askNetwork();
    await askTimeline();
    failures = 0;
    dispatch({ kind: 'answered', status, atMs: nowMs() });
  }

  async function poll(): Promise<void> {
    if (underWay || stopped) return;
    underWay = true;
    callOff();
    try {
      await ask();
    } catch (error) {
      failures += 1;
      knownRules = null;
      choice.position = null;
      dispatch({ kind: 'failed', reason: reasonOf(error), atMs: nowMs() });
    } finally {
      underWay = false;
      if (!stopped) callOff = after(pollDelayMs(failures), () => void poll());
    }
  }

  void poll();
  return {
    pollNow: () => void poll(),
    showKind: (kind) => {
      choice = { kind, position: null };
      dispatch({ kind: 'timeline-chosen', chosen: kind });
      void poll();
    },
    stop: () => {
      stopped = true;
      callOff();
    },
  };
}

/** Which events of the chain are shown, and where the newest known one is; null: all kinds, none known. */
interface TimelineChoice {
  readonly kind: TimelineKind | null;
  position: number | null;
}

function queryOf({ kind, position }: TimelineChoice): TimelineQuery {
  return { limit: TIMELINE_SHOWN, ...(kind !== null && { kind }), ...(position !== null && { after: position }) };
}

/** Whether an answer has the parts that the page walks through; a proxy or an older gateway may send others. */
function isStatus(answer: Partial<StatusAnswer> | null): boolean {
  const lists = [answer?.nodes, answer?.faults, answer?.eras, answer?.history];
  const hasParts = typeof answer?.conservation === 'object' && typeof answer.policy === 'object';
  return typeof answer?.epoch === 'number' && hasParts && lists.every(Array.isArray);
}

function reasonOf(error: unknown): string {
  if (error instanceof GatewayRefusal) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
