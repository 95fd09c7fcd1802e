import type { EraAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { count, decimalsFor, largestOf } from './format.ts';
import { html } from './html.ts';
import { Amount, Badge, Empty, Hash, Section } from './parts.ts';
import type { Tone } from './reading.ts';

export interface SettlementProps {
  readonly status: StatusAnswer;
  readonly gatewayUrl: string;
}

const ERAS_SHOWN = 8;
const STATUS_TONES: Record<EraAnswer['status'], Tone> = {
  computed: 'quiet',
  posted: 'quiet',
  finalised: 'good',
  voided: 'bad',
};
const STATUS_WORDS: Record<EraAnswer['status'], string> = {
  computed: 'computed',
  posted: 'posted, open to challenge',
  finalised: 'finalised, claimable',
  voided: 'proven wrong, to be posted anew',
};

/** The newest eras, newest first. */
export function erasShown(status: StatusAnswer): readonly EraAnswer[] {
  return status.eras.toSorted((a, b) => b.era - a.era).slice(0, ERAS_SHOWN);
}

export function Settlement({ status, gatewayUrl }: SettlementProps): VNode {
  return html`<${Section} id="settlement" title="Settlement" note=${html`<${Note} status=${status} gatewayUrl=${gatewayUrl} />`}>
    ${
      status.eras.length === 0
        ? html`<${Empty}>No era has ended yet; its payout root appears here when it does.<//>`
        : html`<${EraTable} eras=${erasShown(status)} older=${status.eras.length - erasShown(status).length} grainsPerUnit=${status.grainsPerUnit} />`
    }
  <//>`;
}

function Note({ status, gatewayUrl }: SettlementProps): VNode {
  const epoch = status.settledEpoch;
  const text = 'One payout root an era, over everything vested so far. Accounts claim against it with a proof.';
  if (epoch < 0) return html`${text}`;
  return html`${text} Last settled epoch ${count(epoch)}:${' '}
    <a href=${`${gatewayUrl}/v1/epochs/${epoch}/statement`} target="_blank" rel="noreferrer">statement</a> and${' '}
    <a href=${`${gatewayUrl}/v1/epochs/${epoch}/inputs`} target="_blank" rel="noreferrer">the inputs that replay it</a>.`;
}

interface EraTableProps {
  /** Newest first. */
  readonly eras: readonly EraAnswer[];
  /** How many there are besides. */
  readonly older: number;
  readonly grainsPerUnit: number;
}

// Laid out as cards on narrow screens, hence the roles.
function EraTable({ eras, older, grainsPerUnit }: EraTableProps): VNode {
  const creditDecimals = decimalsFor(largestOf(eras.map((era) => era.totalCreditsGrains)), grainsPerUnit);
  const tokenDecimals = decimalsFor(largestOf(eras.map((era) => era.totalTokensGrains)), grainsPerUnit);
  const money = (grains: string, decimals: number) =>
    html`<${Amount} grains=${grains} grainsPerUnit=${grainsPerUnit} decimals=${decimals} />`;
  return html`<table class="table stacked" role="table">
      <caption class="visually-hidden">Payout roots by era, newest first</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader" class="number">Era</th>
          <th scope="col" role="columnheader">Status</th>
          <th scope="col" role="columnheader" class="number">Vested in all <span class="unit">credits</span></th>
          <th scope="col" role="columnheader" class="number">Vested in all <span class="unit">tokens</span></th>
          <th scope="col" role="columnheader">Payout root</th>
          <th scope="col" role="columnheader">Posted in</th>
          <th scope="col" role="columnheader">Finalised in</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${eras.map(
          (era) => html`<tr role="row" key=${era.era} id=${`era-${era.era}`}>
            <th scope="row" role="rowheader" class="number" data-label="Era">${count(era.era)}</th>
            <td role="cell" data-label="Status">
              <${Badge} tone=${STATUS_TONES[era.status]} text=${STATUS_WORDS[era.status]} />
              ${era.voided > 0 && html`<span class="second">voided ${era.voided === 1 ? 'once' : `${era.voided} times`} in <${Transaction} hash=${era.voidedTx} /></span>`}
            </td>
            <td role="cell" class="number" data-label="Vested in all, credits">${money(era.totalCreditsGrains, creditDecimals)}</td>
            <td role="cell" class="number" data-label="Vested in all, tokens">${money(era.totalTokensGrains, tokenDecimals)}</td>
            <td role="cell" data-label="Payout root"><${Hash} hash=${era.payoutRoot} what="payout root" /></td>
            <td role="cell" data-label="Posted in"><${Transaction} hash=${era.postedTx} /></td>
            <td role="cell" data-label="Finalised in"><${Transaction} hash=${era.finalisedTx} /></td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${older > 0 && html`<p class="second">${count(older)} older ${older === 1 ? 'era' : 'eras'} at the gateway's /v1/eras.</p>`}`;
}

function Transaction({ hash }: { hash: string | null }): VNode {
  return hash === null ? html`<span>not yet</span>` : html`<${Hash} hash=${hash} what="transaction" />`;
}
