import type { NetworkAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { ago, count, wholeDuration } from './format.ts';
import { html } from './html.ts';
import { Glyph } from './parts.ts';
import { phaseFinding } from './reading.ts';
import { type Connection, type ConsoleState, connectionOf, epochClockOf } from './state.ts';

const SECTIONS = [
  ['overview', 'Overview'],
  ['providers', 'Providers'],
  ['faults', 'Faults'],
  ['settlement', 'Settlement'],
  ['timeline', 'Timeline'],
  ['conservation', 'Conservation'],
] as const;

export interface MastheadProps {
  readonly state: ConsoleState;
  readonly gatewayUrl: string;
}

/** Which network this is, whether it is heard, and where its epoch stands. */
export function Masthead({ state, gatewayUrl }: MastheadProps): VNode {
  return html`<header class="masthead">
    <div class="masthead-row">
      <h1 class="brand">
        <${Ingot} /><span>Stannary</span> <span class="network-name">${state.network?.name ?? 'network unknown'}</span>
      </h1>
      <nav aria-label="Sections">
        ${SECTIONS.map(([id, title]) => html`<a key=${id} href=${`#${id}`}>${title}</a>`)}
      </nav>
      <${LinkState} connection=${connectionOf(state)} gatewayUrl=${gatewayUrl} />
    </div>
    ${state.status && html`<${EpochStrip} state=${state} status=${state.status} network=${state.network} />`}
  </header>`;
}

/** The mark: a block of tin with the assay corner cut off, which is what a coinage took. */
function Ingot(): VNode {
  return html`<svg class="ingot" viewBox="0 0 20 20" aria-hidden="true"><path d="M2 2h11l5 5v11H2z" /><path d="M13 2v5h5" /></svg>`;
}

const LINK_WORDS: Record<Connection['kind'], string> = { waiting: 'Connecting', live: 'Live', lost: 'Connection lost' };

function LinkState({ connection, gatewayUrl }: { connection: Connection; gatewayUrl: string }): VNode {
  return html`<p class="link-state" data-kind=${connection.kind}>
    <span class="pulse" aria-hidden="true"></span>${LINK_WORDS[connection.kind]}
    <span class="link-host">${new URL(gatewayUrl).host}</span>
  </p>`;
}

interface EpochStripProps {
  readonly state: ConsoleState;
  readonly status: StatusAnswer;
  readonly network: NetworkAnswer | null;
}

function EpochStrip({ state, status, network }: EpochStripProps): VNode {
  const phase = phaseFinding(status);
  return html`<div class="epoch-strip">
    <p><span class="term">Epoch</span> <strong>${count(status.epoch)}</strong></p>
    <p><span class="term">Era</span> <strong>${count(status.era)}</strong>${eraPosition(status, network)}</p>
    <p><span class="term">Rules</span> <strong>version ${status.policy.version}</strong>${nextRules(status)}</p>
    <p class="phase"><${Glyph} tone=${phase.tone} /><strong>${phase.text}</strong></p>
    <${Countdown} state=${state} status=${status} />
    <p class="settled">${settledText(status)}</p>
  </div>`;
}

function eraPosition(status: StatusAnswer, network: NetworkAnswer | null): string {
  const epochsPerEra = network?.clock.epochsPerEra;
  return epochsPerEra === undefined ? '' : `, epoch ${(status.epoch % epochsPerEra) + 1} of ${epochsPerEra}`;
}

function nextRules({ policy: { next } }: StatusAnswer): string {
  return next === null ? '' : `, version ${next.version} from epoch ${count(next.fromEpoch)}`;
}

function settledText(status: StatusAnswer): string {
  return status.settledEpoch < 0 ? 'none settled yet' : `settled up to epoch ${count(status.settledEpoch)}`;
}

function Countdown({ state, status }: { state: ConsoleState; status: StatusAnswer }): VNode {
  const clock = epochClockOf(state);
  const still = status.phase === 'drained' || status.phase === 'halted';
  if (clock === null || still) return html`<p class="countdown-text">no epoch is running</p>`;
  const lost = connectionOf(state).kind === 'lost';
  const text = lost ? 'clock stopped' : `${wholeDuration(clock.leftMs)} to the end of epoch ${count(status.epoch)}`;
  const percentPassed = clock.passed === null ? null : Math.round(clock.passed * 100);
  return html`<div class="countdown">
    ${
      percentPassed !== null &&
      html`<div class="bar" role="progressbar" aria-label="Current epoch" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${percentPassed} aria-valuetext=${text}
      ><span style=${{ transform: `scaleX(${clock.passed})` }}></span></div>`
    }
    <p class="countdown-text">${text}</p>
  </div>`;
}

export interface ConnectionBannerProps {
  readonly state: ConsoleState;
  readonly gatewayUrl: string;
  readonly pollNow: () => void;
}

/** Says that the figures are old, how old, why, and when the page tries again. */
export function ConnectionBanner({ state, gatewayUrl, pollNow }: ConnectionBannerProps): VNode | null {
  const connection = connectionOf(state);
  if (connection.kind !== 'lost') return null;
  const heard = state.answeredAtMs !== null;
  return html`<div class="banner">
    <${Glyph} tone="bad" />
    <p>
      <strong>${heard ? `Connection lost, last seen ${ago(connection.silentMs)}.` : `No answer from ${gatewayUrl}.`}</strong>
      ${' '}${heard && 'The figures below are from then. '}Trying again ${retryText(connection.retryInMs)}.
      ${connection.reason && html`<span class="banner-reason">${connection.reason}</span>`}
    </p>
    <button type="button" onClick=${pollNow}>Try now</button>
  </div>`;
}

function retryText(retryInMs: number): string {
  return retryInMs < 1000 ? 'now' : `in ${wholeDuration(retryInMs)}`;
}
