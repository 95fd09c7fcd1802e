import type { NetworkAnswer, TimelineKind } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { Conservation } from './conservation.ts';
import { Faults } from './faults.ts';
import { html } from './html.ts';
import { ConnectionBanner, Masthead } from './masthead.ts';
import { Overview } from './overview.ts';
import { Empty, Guard, Hash } from './parts.ts';
import { Providers } from './providers.ts';
import { Settlement } from './settlement.ts';
import { type ConsoleState, connectionOf } from './state.ts';
import { Timeline } from './timeline.ts';

export interface AppProps {
  readonly state: ConsoleState;
  /** Without a slash at its end. */
  readonly gatewayUrl: string;
  readonly pollNow: () => void;
  readonly showKind: (kind: TimelineKind | null) => void;
}

/** The whole page, from the state alone. */
export function App({ state, gatewayUrl, pollNow, showKind }: AppProps): VNode {
  return html`<a class="skip" href="#main">Skip to the figures</a>
    <div class="top" data-connection=${connectionOf(state).kind}>
      <${Masthead} state=${state} gatewayUrl=${gatewayUrl} />
      <${ConnectionBanner} state=${state} gatewayUrl=${gatewayUrl} pollNow=${pollNow} />
    </div>
    <main id="main" tabindex="-1">
      <${Sections} state=${state} gatewayUrl=${gatewayUrl} showKind=${showKind} />
    </main>
    <${Footer} network=${state.network} gatewayUrl=${gatewayUrl} />
    <p class="visually-hidden" aria-live="polite" id="announcement">${state.announcement}</p>`;
}

function Sections({ state, gatewayUrl, showKind }: Omit<AppProps, 'pollNow'>): VNode {
  const { status, network, timeline } = state;
  if (status === null) return html`<${Empty}>Waiting for the first answer of the gateway at ${gatewayUrl}.<//>`;
  // The network's description comes before the first status, and again only with a new one after a loss.
  const guarded = (name: string, section: VNode, from: object = status) =>
    html`<${Guard} key=${name} name=${name} from=${from}>${section}<//>`;
  return html`
    ${guarded('Overview', html`<${Overview} status=${status} network=${network} />`)}
    ${guarded('Providers', html`<${Providers} status=${status} network=${network} />`)}
    ${guarded('Faults', html`<${Faults} status=${status} gatewayUrl=${gatewayUrl} />`)}
    ${guarded('Settlement', html`<${Settlement} status=${status} gatewayUrl=${gatewayUrl} />`)}
    ${guarded(
      'Timeline',
      html`<${Timeline} timeline=${timeline} status=${status} gatewayUrl=${gatewayUrl} showKind=${showKind} />`,
      timeline,
    )}
    ${guarded('Conservation', html`<${Conservation} status=${status} />`)}
  `;
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
