import type { FaultAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { count, epochs, sentence, shortHash, shortId } from './format.ts';
import { html } from './html.ts';
import { Amount, Badge, Empty, Hash, Section } from './parts.ts';
import { faultsInOrder, stageTone } from './reading.ts';
import { verdictWords } from './telling.ts';

export interface FaultsProps {
  readonly status: StatusAnswer;
  readonly gatewayUrl: string;
}

const NOTE = `What arbitration found, and the evidence anyone can check. A proposed fault takes nothing: it becomes final
  when its appeal window ends, unless it is reversed.`;

export function Faults({ status, gatewayUrl }: FaultsProps): VNode {
  return html`<${Section} id="faults" title="Faults" note=${NOTE}>
    ${
      status.faults.length === 0
        ? html`<${Empty}>No fault has been proposed.<//>`
        : html`<ul class="fault-list">
            ${faultsInOrder(status.faults).map(
              (fault) =>
                html`<${FaultCard} key=${fault.faultId} fault=${fault} status=${status} gatewayUrl=${gatewayUrl} />`,
            )}
          </ul>`
    }
  <//>`;
}

interface FaultCardProps {
  readonly fault: FaultAnswer;
  readonly status: StatusAnswer;
  readonly gatewayUrl: string;
}

function FaultCard({ fault, status, gatewayUrl }: FaultCardProps): VNode {
  const { grainsPerUnit } = status;
  return html`<li><article class="fault" data-stage=${fault.stage} aria-labelledby=${`fault-${fault.faultId}`}>
    <header>
      <h3 id=${`fault-${fault.faultId}`}>${sentence(fault.offence)}</h3>
      <${Badge} tone=${stageTone(fault.stage)} text=${fault.stage} />
    </header>
    <p class="second">
      node <${Hash} hash=${fault.nodeId} what="node id" shown=${shortId(fault.nodeId)} /> of operator${' '}
      <code title=${fault.operator}>${shortHash(fault.operator)}</code>
    </p>
    <p class="evidence">${fault.evidence}</p>
    <dl class="facts">
      <div><dt>Slashed</dt><dd><${Amount} grains=${fault.slashedGrains} grainsPerUnit=${grainsPerUnit} unit="tokens" /></dd></div>
      <div><dt>Refunded</dt><dd><${Amount} grains=${fault.refundedGrains} grainsPerUnit=${grainsPerUnit} unit="credits" /></dd></div>
      <div class="wide"><dt>When</dt><dd>${whenText(fault, status.epoch)}</dd></div>
      <div class="wide"><dt>Evidence</dt><dd>
        <a class="evidence-link" href=${`${gatewayUrl}/v1/evidence/${fault.evidenceHash}`} target="_blank" rel="noreferrer"
          ><code>${fault.evidenceHash}</code></a
        >${fault.proofs > 1 ? html` and ${fault.proofs - 1} more` : ''}</dd></div>
      ${fault.caseId === null ? '' : html`<div class="wide"><dt>Committee</dt><dd>${caseText(fault)}</dd></div>`}
      <div><dt>Proposal on chain</dt><dd><${Transaction} hash=${fault.proposedTx} pending="not posted yet" /></dd></div>
      <div><dt>Slash on chain</dt><dd><${Transaction} hash=${fault.finalTx} pending=${slashPending(fault)} /></dd></div>
    </dl>
  </article></li>`;
}

function caseText({ caseId, caseVerdict }: FaultAnswer): string {
  return `case ${count(caseId!)}, ${caseVerdict === null ? 'not decided yet' : `found ${verdictWords(caseVerdict)}`}`;
}

function Transaction({ hash, pending }: { hash: string | null; pending: string }): VNode {
  return hash === null
    ? html`<span class="second">${pending}</span>`
    : html`<${Hash} hash=${hash} what="transaction" />`;
}

function slashPending(fault: FaultAnswer): string {
  if (fault.stage === 'reversed') return 'none: reversed';
  return fault.stage === 'proposed' ? 'not before it is final' : 'not posted yet';
}

/** The fault's two epochs, seen from the current one. */
function whenText(fault: FaultAnswer, epoch: number): string {
  const proposed = `proposed in epoch ${count(fault.proposedEpoch)}`;
  if (fault.stage === 'reversed') return `${proposed}, ${epochsAgo(epoch - fault.proposedEpoch)}; reversed since`;
  const end = `epoch ${count(fault.finalEpoch)}`;
  if (fault.stage === 'final') return `${proposed}, final in ${end}, ${epochsAgo(epoch - fault.finalEpoch)}`;
  const left = fault.finalEpoch - epoch;
  return `${proposed}, final in ${end}, ${left > 0 ? `in ${epochs(left)}` : 'when it is settled'} unless reversed`;
}

function epochsAgo(howMany: number): string {
  return howMany <= 0 ? 'this epoch' : `${epochs(howMany)} ago`;
}
