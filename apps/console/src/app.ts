import type { NetworkAnswer } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { Conservation } from './conservation.ts';
import { Faults } from './faults.ts';
import { html } from './html.ts';
import { ConnectionBanner, Masthead } from './masthead.ts';
import { Overview } from './overview.ts';
import { Empty, Hash } from './parts.ts';
import { Providers } from './providers.ts';
import { Settlement } from './settlement.ts';
import { type ConsoleState, connectionOf } from './state.ts';

export interface AppProps {
  readonly state: ConsoleState;
  /** Without a slash at its end. */
  readonly gatewayUrl: string;
  readonly pollNow: () => void;
}

/** The whole page, from the state alone. */
export function App({ state, gatewayUrl, pollNow }: AppProps): VNode {
  return html`<a class="skip" href="#main">Skip to the figures</a>
    <${Masthead} state=${state} gatewayUrl=${gatewayUrl} />
    <${ConnectionBanner} state=${state} gatewayUrl=${gatewayUrl} pollNow=${pollNow} />
    <main id="main" tabindex="-1" data-connection=${connectionOf(state).kind}>
      <${Sections} state=${state} gatewayUrl=${gatewayUrl} />
    </main>
    <${Footer} network=${state.network} gatewayUrl=${gatewayUrl} />
    <p class="visually-hidden" aria-live="polite" id="announcement">${state.announcement}</p>`;
}

function Sections({ state, gatewayUrl }: Omit<AppProps, 'pollNow'>): VNode {
  const { status, network } = state;
  if (status === null) return html`<${Empty}>Waiting for the first answer of the gateway at ${gatewayUrl}.<//>`;
  return html`<${Overview} status=${status} network=${network} />
    <${Providers} status=${status} network=${network} />
    <${Faults} status=${status} gatewayUrl=${gatewayUrl} />
    <${Settlement} status=${status} gatewayUrl=${gatewayUrl} />
    <${Conservation} status=${status} />`;
}

/** Where the figures come from, so that they can be checked without this page. */
function Footer({ network, gatewayUrl }: { network: NetworkAnswer | null; gatewayUrl: string }): VNode {
  const entries: readonly (readonly [string, string])[] = network === null ? [] : referencesOf(network);
  return html`<footer class="footer">
    <dl>
      ${network && html`<div><dt>Chain</dt><dd><code>${network.chain}</code></dd></div>`}
      ${entries.map(([name, hash]) => html`<div key=${name}><dt>${name}</dt><dd><${Hash} hash=${hash} what=${name} /></dd></div>`)}
    </dl>
    <p>
      All figures are from <a href=${`${gatewayUrl}/v1/status`} target="_blank" rel="noreferrer">/v1/status</a> and${' '}
      <a href=${`${gatewayUrl}/v1/network`} target="_blank" rel="noreferrer">/v1/network</a>. Amounts are cut, never
      rounded up; the tooltip of each has the exact grains.
    </p>
  </footer>`;
}

function referencesOf({ economyHash, contracts }: NetworkAnswer): readonly (readonly [string, string])[] {
  return [
    ['Economy', economyHash],
    ['Settlement', contracts.settlement],
    ['Bond vault', contracts.bondVault],
    ['Node registry', contracts.nodeRegistry],
    ['Credit', contracts.credit],
    ['Work token', contracts.workToken],
  ];
}
