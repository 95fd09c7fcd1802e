import type { ConservationAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { VNode } from 'preact';
import { count, decimalsFor, largestOf } from './format.ts';
import { html } from './html.ts';
import { Amount, Glyph, Section } from './parts.ts';
import { type BookLine, bookLines, heldByArithmetic } from './reading.ts';

const NOTE = `Two books of the same money: the ledger's double entries, and what the contracts hold. Nothing may be
  made or lost between them, to the last grain.`;

export function Conservation({ status }: { status: StatusAnswer }): VNode {
  const { conservation, grainsPerUnit } = status;
  return html`<${Section} id="conservation" title="Conservation" note=${NOTE}>
    <${Verdict} conservation=${conservation} />
    <${Books} lines=${bookLines(conservation)} grainsPerUnit=${grainsPerUnit} />
    <${Checks} conservation=${conservation} />
  <//>`;
}

function Verdict({ conservation }: { conservation: ConservationAnswer }): VNode {
  if (conservation.chain === null) {
    return html`<p class="verdict" data-tone="quiet"><${Glyph} tone="quiet" />The chain has not been read yet.</p>`;
  }
  const at = `block ${count(conservation.chain.blockNumber)}`;
  return conservation.agree
    ? html`<p class="verdict" data-tone="good"><${Glyph} tone="good" />Ledger and chain agree at ${at}.</p>`
    : html`<p class="verdict" data-tone="bad"><${Glyph} tone="bad" />Ledger and chain disagree at ${at}. Payouts stop until they agree.</p>`;
}

interface BooksProps {
  readonly lines: readonly BookLine[];
  readonly grainsPerUnit: number;
}

function Books({ lines, grainsPerUnit }: BooksProps): VNode {
  const amounts = lines.flatMap((line) => [line.ledgerGrains, line.chainGrains ?? 0n]);
  const decimals = Math.max(2, decimalsFor(largestOf(amounts), grainsPerUnit));
  const money = (grains: bigint | null) =>
    grains === null ? '–' : html`<${Amount} grains=${grains} grainsPerUnit=${grainsPerUnit} decimals=${decimals} />`;
  return html`<table class="table stacked books" role="table">
    <caption class="visually-hidden">Ledger and chain side by side</caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">Figure</th>
        <th scope="col" role="columnheader" class="number">Ledger</th>
        <th scope="col" role="columnheader" class="number">Chain</th>
        <th scope="col" role="columnheader" class="number">Difference</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${lines.map(
        (line) => html`<tr role="row" key=${line.name}>
          <th scope="row" role="rowheader">${line.name}</th>
          <td role="cell" class="number" data-label="Ledger"><span>${money(line.ledgerGrains)}</span></td>
          <td role="cell" class="number" data-label="Chain"><span>${money(line.chainGrains)}</span></td>
          <td role="cell" class="number" data-label="Difference">
            <span>${line.differenceGrains === 0n ? 'equal' : differenceOf(line, money)}</span>
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function differenceOf(line: BookLine, money: (grains: bigint) => VNode | string): VNode {
  if (line.differenceGrains === null) return html`<span class="second">chain not read</span>`;
  const size = line.differenceGrains < 0n ? -line.differenceGrains : line.differenceGrains;
  return html`${money(size)} <span class="second">${line.differenceMeaning}</span>`;
}

function Checks({ conservation: { ledger, chain } }: { conservation: ConservationAnswer }): VNode {
  const ledgerAddsUp = heldByArithmetic(ledger.creditsInGrains, ledger.creditsOutGrains, ledger.creditsHeldGrains);
  return html`<ul class="checks">
    <${Check} holds=${ledger.balanced} yes="Every entry of the ledger balances" no="The ledger has entries that do not balance" />
    <${Check} holds=${ledgerAddsUp} yes="Ledger: deposited less paid out is what it holds"
      no="Ledger: deposited less paid out is not what it holds" />
    ${
      chain !== null &&
      html`<${Check}
        holds=${heldByArithmetic(chain.depositedGrains, chain.claimedGrains, chain.creditsInSettlementGrains)}
        yes="Chain: deposited less paid out is what the settlement contract holds"
        no="Chain: deposited less paid out is not what the settlement contract holds" />`
    }
  </ul>`;
}

function Check({ holds, yes, no }: { holds: boolean; yes: string; no: string }): VNode {
  const tone = holds ? 'good' : 'bad';
  return html`<li data-tone=${tone}><${Glyph} tone=${tone} />${holds ? yes : no}</li>`;
}
