import type { NetworkAnswer, NodeAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { ComponentChildren, VNode } from 'preact';
import {
  compactCount,
  count,
  decimalsFor,
  duration,
  type GrainsText,
  largestOf,
  ratioDown,
  shortHash,
  shortId,
} from './format.ts';
import { html } from './html.ts';
import { Amount, Badge, Empty, Hash, Section } from './parts.ts';
import { MARGIN_MARKS, type MarginReading, marginReading, statusTone } from './reading.ts';

export interface ProvidersProps {
  readonly status: StatusAnswer;
  readonly network: NetworkAnswer | null;
}

const NOTE = `What each provider staked, did and earned, and how far it is from every slashing threshold. Marks on a bar:
  warnings at 50 % and 80 % of the way. Shadow: evaluated and published, moves nothing.`;

export function Providers({ status, network }: ProvidersProps): VNode {
  return html`<${Section} id="providers" title="Providers" note=${NOTE}>
    ${
      status.nodes.length === 0
        ? html`<${Empty}>No provider has registered a node and bonded it yet.<//>`
        : html`<${ProviderTable} status=${status} network=${network} />`
    }
  <//>`;
}

/** Decimal places of each money column: one per column, so that its figures stand under each other. */
interface ColumnDecimals {
  readonly bond: number;
  readonly credits: number;
  readonly tokens: number;
}

function decimalsOf({ nodes, grainsPerUnit }: StatusAnswer): ColumnDecimals {
  const decimals = (amounts: readonly GrainsText[]) => decimalsFor(largestOf(amounts), grainsPerUnit);
  return {
    bond: decimals(nodes.flatMap((node) => [node.bondGrains, node.bondRequiredGrains])),
    credits: decimals(nodes.map((node) => node.earnedCreditsGrains)),
    tokens: decimals(nodes.map((node) => node.earnedTokensGrains)),
  };
}

// On narrow screens the table is laid out as cards; its roles are spelled out because browsers drop them with `display`.
function ProviderTable({ status, network }: ProvidersProps): VNode {
  const decimals = decimalsOf(status);
  return html`<table class="table providers" role="table">
    <caption class="visually-hidden">Providers: bond, credits, tokens, work and margins to slashing thresholds</caption>
    <thead role="rowgroup">
      <tr role="row">
        <${Head}>Provider<//>
        <${Head}>Status<//>
        <${Head} unit="tokens" number>Bond<//>
        <${Head} unit="credits" number>Earned<//>
        <${Head} unit="credits" number>Vested<//>
        <${Head} unit="credits" number>Holdback<//>
        <${Head} unit="credits" number>Held<//>
        <${Head} unit="tokens" number>Earned<//>
        <${Head} unit="0 to 1" number>Reputation<//>
        <${Head} unit="done" number>Tasks<//>
        <${Head} unit="time" number>CPU<//>
        <${Head} unit="units" number>Fuel<//>
      </tr>
    </thead>
    ${status.nodes.map(
      (node) =>
        html`<${ProviderRows} key=${node.nodeId} node=${node} network=${network} decimals=${decimals}
          grainsPerUnit=${status.grainsPerUnit} />`,
    )}
  </table>`;
}

interface HeadProps {
  readonly unit?: string;
  readonly number?: boolean;
  readonly children?: ComponentChildren;
}

function Head({ unit, number, children }: HeadProps): VNode {
  return html`<th scope="col" role="columnheader" class=${number ? 'number' : ''}>
    ${children} <span class="unit">${unit}</span>
  </th>`;
}

interface ProviderRowsProps {
  readonly node: NodeAnswer;
  readonly network: NetworkAnswer | null;
  readonly decimals: ColumnDecimals;
  readonly grainsPerUnit: number;
}

function ProviderRows({ node, network, decimals, grainsPerUnit }: ProviderRowsProps): VNode {
  const money = (grains: GrainsText, places: number) =>
    html`<${Amount} grains=${grains} grainsPerUnit=${grainsPerUnit} decimals=${places} />`;
  return html`<tbody role="rowgroup" class="provider">
    <tr role="row">
      <${ProviderName} node=${node} />
      <td role="cell" class="provider-status"><${Badge} tone=${statusTone(node.status)} text=${node.status} /></td>
      <${Figure} name="Bond, tokens" of="bond">
        ${money(node.bondGrains, decimals.bond)}
        ${' '}<span class="second">of ${money(node.bondRequiredGrains, decimals.bond)} required</span>
      <//>
      <${Figure} name="Earned, credits">${money(node.earnedCreditsGrains, decimals.credits)}<//>
      <${Figure} name="Vested, credits">${money(node.vestedCreditsGrains, decimals.credits)}<//>
      <${Figure} name="Holdback, credits">${money(node.holdbackCreditsGrains, decimals.credits)}<//>
      <${Figure} name="Held, credits">${money(node.heldCreditsGrains, decimals.credits)}<//>
      <${Figure} name="Earned, tokens">${money(node.earnedTokensGrains, decimals.tokens)}<//>
      <${Figure} name="Reputation">${ratioDown(node.reputationPpm)}<//>
      <${Figure} name="Tasks done">${count(node.tasksDone)}<//>
      <${Figure} name="CPU time"><span title=${`${count(node.cpuMs)} ms`}>${duration(node.cpuMs)}</span><//>
      <${Figure} name="Fuel"><span title=${`${count(node.fuel)} units of fuel`}>${compactCount(node.fuel)}</span><//>
    </tr>
    <tr role="row" class="margins-row">
      <td role="cell" colspan="12"><${Margins} node=${node} network=${network} /></td>
    </tr>
  </tbody>`;
}

function ProviderName({ node }: { node: NodeAnswer }): VNode {
  return html`<th scope="row" role="rowheader" class="provider-name">
    <${Hash} hash=${node.nodeId} what="node id" shown=${shortId(node.nodeId)} />
    <span class="second">${node.className}, <code title=${`operator ${node.operator}`}>${shortHash(node.operator)}</code></span>
  </th>`;
}

function Figure({ name, of = '', children }: { name: string; of?: string; children?: ComponentChildren }): VNode {
  return html`<td role="cell" class=${`number ${of}`} data-label=${name}><span>${children}</span></td>`;
}

function Margins({ node, network }: { node: NodeAnswer; network: NetworkAnswer | null }): VNode {
  if (node.margins.length === 0) return html`<p class="second">no threshold has been evaluated yet</p>`;
  return html`<ul class="margins" aria-label=${`Margins of ${shortId(node.nodeId)} to slashing`}>
    ${node.margins.map((margin) => html`<${Margin} key=${margin.offence} margin=${marginReading(margin, network)} />`)}
  </ul>`;
}

function Margin({ margin }: { margin: MarginReading }): VNode {
  return html`<li class="margin" data-tone=${margin.tone} data-shadow=${margin.shadow}>
    <span class="margin-name"
      >${margin.offence}${margin.shadow && html` <span class="tag">shadow</span>`} <span class="margin-text">${margin.text}</span></span
    >
    <span class="margin-used">${margin.usedText}</span>
    <span class="bar" aria-hidden="true"
      ><span style=${{ width: `${margin.used * 100}%` }}></span>${MARGIN_MARKS.map(
        (mark) => html`<i key=${mark} style=${{ left: `${mark * 100}%` }}></i>`,
      )}</span
    >
  </li>`;
}
