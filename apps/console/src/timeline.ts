import type { StatusAnswer, TimelineEntry, TimelineKind } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { count, sentence } from './format.ts';
import { html } from './html.ts';
import { Badge, Empty, Hash, Section } from './parts.ts';
import { erasShown } from './settlement.ts';
import type { Timeline as TimelineState } from './state.ts';
import { TIMELINE_GROUPS, tell, utcTime } from './telling.ts';

export interface TimelineProps {
  readonly timeline: TimelineState;
  readonly status: StatusAnswer;
  readonly gatewayUrl: string;
  readonly showKind: (kind: TimelineKind | null) => void;
}

export function Timeline({ timeline, status, gatewayUrl, showKind }: TimelineProps): VNode {
  const { kind, entries } = timeline;
  return html`<${Section} id="timeline" title="Timeline" note=${html`<${Note} gatewayUrl=${gatewayUrl} />`}>
    <p class="timeline-filter">
      <label for="timeline-kind">Show</label>
      <${KindChoice} kind=${kind} showKind=${showKind} />
    </p>
    ${
      entries === null
        ? html`<${Empty}>Reading the chain’s events.<//>`
        : entries.length === 0
          ? html`<${Empty}>${kind === null ? 'Nothing has happened on the chain yet.' : 'Nothing of this kind has happened yet.'}<//>`
          : html`<${EntryTable} entries=${entries} status=${status} gatewayUrl=${gatewayUrl} />`
    }
  <//>`;
}

function Note({ gatewayUrl }: { gatewayUrl: string }): VNode {
  return html`What the contracts say happened, newest first, once its block is final. All of it is at${' '}
    <a href=${`${gatewayUrl}/v1/timeline`} target="_blank" rel="noreferrer">/v1/timeline</a>.`;
}

type KindChoiceProps = Pick<TimelineProps, 'showKind'> & { readonly kind: TimelineKind | null };

function KindChoice({ kind, showKind }: KindChoiceProps): VNode {
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLSelectElement }) =>
    showKind(currentTarget.value === '' ? null : (currentTarget.value as TimelineKind));
  return html`<select id="timeline-kind" onChange=${choose}>
    <option value="" selected=${kind === null}>everything</option>
    ${TIMELINE_GROUPS.map(
      ([name, kinds]) => html`<optgroup key=${name} label=${name}>
        ${kinds.map((one) => html`<option key=${one} value=${one} selected=${one === kind}>${sentence(one)}</option>`)}
      </optgroup>`,
    )}
  </select>`;
}

type EntryTableProps = Pick<TimelineProps, 'status' | 'gatewayUrl'> & { readonly entries: readonly TimelineEntry[] };

// Laid out as cards on narrow screens, hence the roles.
function EntryTable({ entries, status, gatewayUrl }: EntryTableProps): VNode {
  return html`<table class="table stacked timeline" role="table">
    <caption class="visually-hidden">Events of the chain, newest first</caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">When <span class="unit">UTC</span></th>
        <th scope="col" role="columnheader">Event</th>
        <th scope="col" role="columnheader">What happened</th>
        <th scope="col" role="columnheader" class="number">Era</th>
        <th scope="col" role="columnheader" class="number">Block</th>
        <th scope="col" role="columnheader">Transaction</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${entries.map((entry) => {
        const { tone, text } = tell(entry, status.grainsPerUnit);
        return html`<tr role="row" key=${entry.position}>
          <th scope="row" role="rowheader" class="when" data-label="When, UTC">${utcTime(entry.timestampMs)}</th>
          <td role="cell" data-label="Event"><${Badge} tone=${tone} text=${sentence(entry.kind)} /></td>
          <td role="cell" class="telling">${text}</td>
          <td role="cell" class="number" data-label="Era"><${EraLink} entry=${entry} status=${status} gatewayUrl=${gatewayUrl} /></td>
          <td role="cell" class="number" data-label="Block">${count(entry.block)}</td>
          <td role="cell" data-label="Transaction"><${Hash} hash=${entry.txHash} what="transaction" /></td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

type EraLinkProps = Pick<TimelineProps, 'status' | 'gatewayUrl'> & { readonly entry: TimelineEntry };

/** To the era's row on this page; of one that is not on it any more, to the gateway's list. */
function EraLink({ entry, status, gatewayUrl }: EraLinkProps): VNode {
  if (!('era' in entry)) return html`<span>–</span>`;
  const { era } = entry;
  return erasShown(status).some((shown) => shown.era === era)
    ? html`<a href=${`#era-${era}`}>${count(era)}</a>`
    : html`<a href=${`${gatewayUrl}/v1/eras`} target="_blank" rel="noreferrer">${count(era)}</a>`;
}
