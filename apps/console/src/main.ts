import { GatewayClient } from '@stannary/gateway/client';
import { render } from 'preact';
import { App } from './app.ts';
import { count } from './format.ts';
import { html } from './html.ts';
import { startPolling } from './poll.ts';
import { type ConsoleEvent, type ConsoleState, connectionOf, initialState, reduce } from './state.ts';

// The page's only place with a clock, timers and the network.

const TICK_MS = 500;
const REQUEST_TIMEOUT_MS = 8_000;

async function start(root: HTMLElement): Promise<void> {
  const { gatewayUrl } = (await (await fetch('/config.json')).json()) as { gatewayUrl: string };
  // Browsers refuse `fetch` called as another object's method, hence the arrow.
  const client = new GatewayClient({
    baseUrl: gatewayUrl,
    timeoutMs: REQUEST_TIMEOUT_MS,
    fetch: (input, init) => fetch(input, init),
  });
  let state = initialState(Date.now());

  const dispatch = (event: ConsoleEvent) => {
    state = reduce(state, event);
    document.title = titleOf(state);
    render(
      html`<${App} state=${state} gatewayUrl=${gatewayUrl} pollNow=${polling.pollNow} showKind=${polling.showKind} />`,
      root,
    );
  };
  const after = (delayMs: number, run: () => void) => {
    const timer = window.setTimeout(run, delayMs);
    return () => window.clearTimeout(timer);
  };
  const polling = startPolling({ client, dispatch, nowMs: Date.now, after });

  dispatch({ kind: 'tick', atMs: Date.now() });
  window.setInterval(() => dispatch({ kind: 'tick', atMs: Date.now() }), TICK_MS);
  document.addEventListener('visibilitychange', () => document.hidden || polling.pollNow());
}

function titleOf(state: ConsoleState): string {
  const name = state.network?.name ?? 'network';
  const epoch = state.status === null ? '' : `, epoch ${count(state.status.epoch)}`;
  const lost = connectionOf(state).kind === 'lost' ? 'Connection lost: ' : '';
  return `${lost}${name}${epoch} – Stannary`;
}

void start(document.querySelector<HTMLElement>('#console')!);
