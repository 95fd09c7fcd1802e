import type { NetworkAnswer, StatusAnswer, TimelineEntry, TimelineKind } from '@stannary/gateway/client';
import { sentence, shortId, words } from './format.ts';

/** All that the page shows, and since when. Times are the browser's own clock, in milliseconds. */
export interface ConsoleState {
  readonly nowMs: number;
  readonly network: NetworkAnswer | null;
  readonly status: StatusAnswer | null;
  readonly timeline: Timeline;
  /** When `status` arrived. */
  readonly answeredAtMs: number | null;
  /** Failed polls since the last answer, the last one's reason, and when the next poll is due. */
  readonly failures: number;
  readonly failureReason: string | null;
  readonly nextPollAtMs: number;
  /** The latest event worth saying aloud; read out by the page's live region. */
  readonly announcement: string;
}

/** Events of the chain: those of one kind, or of all (null). */
export interface Timeline {
  readonly kind: TimelineKind | null;
  /** The newest, newest first; null until they have been asked for. */
  readonly entries: readonly TimelineEntry[] | null;
}

export type ConsoleEvent =
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'network'; readonly network: NetworkAnswer }
  | { readonly kind: 'timeline-chosen'; readonly chosen: TimelineKind | null }
  | {
      readonly kind: 'timeline';
      /** In the chain's order. */
      readonly entries: readonly TimelineEntry[];
      /** Whether they are the newest of all, or only what came after the known ones. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'answered'; readonly status: StatusAnswer; readonly atMs: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly atMs: number };

const POLL_MS = 1_000;
/** Most events of the chain on the page. */
export const TIMELINE_SHOWN = 60;
const RETRY_MS_MAX = 15_000;
/** Without an answer for this long the connection counts as lost, even while a request is still open. */
const SILENCE_MS_MAX = 5_000;
/** One failed poll may be chance. */
const FAILURES_OF_LOSS = 2;

export function initialState(nowMs: number): ConsoleState {
  return {
    nowMs,
    network: null,
    status: null,
    timeline: { kind: null, entries: null },
    answeredAtMs: null,
    failures: 0,
    failureReason: null,
    nextPollAtMs: nowMs,
    announcement: '',
  };
}

/** The state after an event; the same event on the same state always gives the same state. */
export function reduce(state: ConsoleState, event: ConsoleEvent): ConsoleState {
  switch (event.kind) {
    case 'tick':
      return withLossAnnounced(state, { ...state, nowMs: event.atMs });
    case 'network':
      return { ...state, network: event.network };
    case 'timeline-chosen':
      return { ...state, timeline: { kind: event.chosen, entries: null } };
    case 'timeline':
      return { ...state, timeline: withEntries(state.timeline, event.entries, event.isWhole) };
    case 'answered':
      return answered(state, event.status, event.atMs);
    case 'failed':
      return failed(state, event.reason, event.atMs);
  }
}

/** Pause before the next poll: one second, doubled with every failure, at most fifteen. */
export function pollDelayMs(failures: number): number {
  return Math.min(RETRY_MS_MAX, POLL_MS * 2 ** Math.max(0, failures - 1));
}

export type Connection =
  /** Nothing has been heard yet. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly silentMs: number; readonly retryInMs: number; readonly reason: string | null };

export function connectionOf(state: ConsoleState): Connection {
  if (state.answeredAtMs === null) {
    return state.failures < FAILURES_OF_LOSS ? { kind: 'waiting' } : lost(state, 0);
  }
  const silentMs = state.nowMs - state.answeredAtMs;
  if (state.failures < FAILURES_OF_LOSS && silentMs <= SILENCE_MS_MAX) return { kind: 'live' };
  return lost(state, silentMs);
}

/** The epoch's clock as of now. It stands still while the connection is lost: the page does not guess. */
export interface EpochClock {
  readonly leftMs: number;
  /** Share of the epoch that has passed, 0 to 1; null while its length is unknown. */
  readonly passed: number | null;
}

export function epochClockOf(state: ConsoleState): EpochClock | null {
  if (state.status === null || state.answeredAtMs === null) return null;
  const sinceAnswerMs = connectionOf(state).kind === 'live' ? state.nowMs - state.answeredAtMs : 0;
  const leftMs = Math.max(0, state.status.epochEndsInMs - Math.max(0, sinceAnswerMs));
  const epochMs = state.network?.clock.epochMs;
  const passed = epochMs === undefined ? null : Math.min(1, Math.max(0, 1 - leftMs / epochMs));
  return { leftMs, passed };
}

function answered(state: ConsoleState, status: StatusAnswer, atMs: number): ConsoleState {
  const restored = connectionOf(state).kind === 'lost' ? ['Connection restored.'] : [];
  const news = [...restored, ...newsBetween(state.status, status)];
  return {
    ...state,
    nowMs: atMs,
    status,
    answeredAtMs: atMs,
    failures: 0,
    failureReason: null,
    nextPollAtMs: atMs + POLL_MS,
    announcement: news.length > 0 ? news.join(' ') : state.announcement,
  };
}

function withEntries(before: Timeline, entries: readonly TimelineEntry[], isWhole: boolean): Timeline {
  const known = isWhole ? [] : (before.entries ?? []);
  return { ...before, entries: [...entries.toReversed(), ...known].slice(0, TIMELINE_SHOWN) };
}

function failed(state: ConsoleState, reason: string, atMs: number): ConsoleState {
  const failures = state.failures + 1;
  return withLossAnnounced(state, {
    ...state,
    nowMs: atMs,
    failures,
    failureReason: reason,
    nextPollAtMs: atMs + pollDelayMs(failures),
  });
}

function lost(state: ConsoleState, silentMs: number): Connection {
  const retryInMs = Math.max(0, state.nextPollAtMs - state.nowMs);
  return { kind: 'lost', silentMs, retryInMs, reason: state.failureReason };
}

function withLossAnnounced(before: ConsoleState, after: ConsoleState): ConsoleState {
  const wentSilent = connectionOf(before).kind !== 'lost' && connectionOf(after).kind === 'lost';
  return wentSilent ? { ...after, announcement: 'Connection to the gateway lost.' } : after;
}

/** What changed that a person who is not looking should hear: faults, phase, and whether the books agree. */
function newsBetween(before: StatusAnswer | null, after: StatusAnswer): string[] {
  if (before === null) return [];
  const stages = new Map(before.faults.map((fault) => [fault.faultId, fault.stage]));
  const faults = after.faults
    .filter((fault) => stages.get(fault.faultId) !== fault.stage)
    .map((fault) => `Fault ${fault.stage}: ${words(fault.offence)}, node ${shortId(fault.nodeId)}.`);
  const rules =
    before.policy.version === after.policy.version ? [] : [`Rules of version ${after.policy.version} are in force.`];
  const phase = before.phase === after.phase ? [] : [`${sentence(after.phase)}.`];
  const agreement =
    before.conservation.agree === after.conservation.agree
      ? []
      : [after.conservation.agree ? 'Ledger and chain agree again.' : 'Ledger and chain disagree.'];
  return [...rules, ...phase, ...faults, ...agreement];
}
