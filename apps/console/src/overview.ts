import type { NetworkAnswer, StatusAnswer } from '@stannary/gateway/client';
import type { ComponentChildren, VNode } from 'preact';
import { Figure, type Panel } from './chart.ts';
import {
  amountDown,
  change,
  count,
  creditsPerNcuS,
  decimalsFor,
  largestOf,
  percentDown,
  scaleFor,
  significant,
} from './format.ts';
import { html } from './html.ts';
import { Amount, Empty, Glyph } from './parts.ts';
import { findingsOf, previousPrice } from './reading.ts';

export interface OverviewProps {
  readonly status: StatusAnswer;
  readonly network: NetworkAnswer | null;
}

export function Overview({ status, network }: OverviewProps): VNode {
  return html`<section id="overview" aria-labelledby="overview-title" class="section overview">
    <h2 id="overview-title" class="visually-hidden">Overview</h2>
    <ul class="findings">
      ${findingsOf(status).map(
        ({ tone, text }) => html`<li key=${text} data-tone=${tone}><${Glyph} tone=${tone} />${text}</li>`,
      )}
    </ul>
    <dl class="headline">
      <${PriceFigure} status=${status} />
      <${UtilisationFigure} status=${status} network=${network} />
      <${TasksFigure} status=${status} />
      <${ChargedFigure} status=${status} />
      <${EmittedFigure} status=${status} />
    </dl>
    <${Charts} status=${status} network=${network} />
  </section>`;
}

interface HeadlineProps {
  readonly term: string;
  readonly unit: ComponentChildren;
  readonly figure: ComponentChildren;
  readonly detail: ComponentChildren;
}

function Headline({ term, unit, figure, detail }: HeadlineProps): VNode {
  return html`<div class="headline-cell">
    <dt>${term} <span class="unit">${unit}</span></dt>
    <dd class="headline-figure">${figure}</dd>
    <dd class="headline-detail">${detail}</dd>
  </div>`;
}

interface StatusProps {
  readonly status: StatusAnswer;
}

function PriceFigure({ status }: StatusProps): VNode {
  const price = creditsPerNcuS(status.priceMicrograinsPerNcuS, status.grainsPerUnit);
  const scale = scaleFor(price);
  const before = previousPrice(status);
  const moved = change(status.priceMicrograinsPerNcuS, before?.priceMicrograinsPerNcuS);
  const exact = `${count(status.priceMicrograinsPerNcuS)} micrograins per NCU·s`;
  return html`<${Headline}
    term="Price"
    unit=${`credits per NCU·s${scale.suffix}`}
    figure=${html`<data value=${status.priceMicrograinsPerNcuS} title=${exact}>${significant(price * scale.factor, 4)}</data>`}
    detail=${
      moved === null
        ? 'first price, no trend yet'
        : html`<span class="trend" data-direction=${moved.direction} aria-hidden="true"></span>${moved.text} since epoch ${count(before!.epoch)}`
    }
  />`;
}

function UtilisationFigure({ status, network }: OverviewProps): VNode {
  const target = network?.economy.price.targetUtilisationPpm;
  const share = Math.min(1, status.utilisationPpm / 1_000_000);
  const side = target === undefined ? '' : status.utilisationPpm >= target ? ', above it' : ', below it';
  return html`<${Headline}
    term="Utilisation"
    unit="of offered capacity"
    figure=${percentDown(status.utilisationPpm, 1)}
    detail=${html`<span class="bar" aria-hidden="true"
        ><span style=${{ width: `${share * 100}%` }}></span>${
          target !== undefined && html`<i style=${{ left: `${target / 10_000}%` }}></i>`
        }</span
      >${target === undefined ? 'target unknown' : `target ${percentDown(target, 0)}${side}`}`}
  />`;
}

function TasksFigure({ status: { tasks } }: StatusProps): VNode {
  return html`<${Headline}
    term="Tasks done"
    unit=${`of ${count(tasks.submitted)} submitted`}
    figure=${count(tasks.done)}
    detail=${`${count(tasks.queued)} queued, ${count(tasks.assigned)} at work, ${count(tasks.audits)} audits`}
  />`;
}

function ChargedFigure({ status }: StatusProps): VNode {
  const latest = status.history.at(-1);
  return html`<${Headline}
    term="Charged"
    unit="credits"
    figure=${html`<${Amount} grains=${BigInt(status.totals.chargedGrains)} grainsPerUnit=${status.grainsPerUnit} />`}
    detail=${html`since genesis${
      latest &&
      html`, <${Amount} grains=${latest.chargedGrains} grainsPerUnit=${status.grainsPerUnit} /> in epoch ${count(latest.epoch)}`
    }`}
  />`;
}

/** What nodes were given, as the bars below: the schedule's whole release stands among the books. */
function EmittedFigure({ status }: StatusProps): VNode {
  const latest = status.history.at(-1);
  return html`<${Headline}
    term="Emitted"
    unit="work tokens"
    figure=${html`<${Amount} grains=${BigInt(status.totals.tokensGrains)} grainsPerUnit=${status.grainsPerUnit} />`}
    detail=${html`since genesis${
      latest &&
      html`, <${Amount} grains=${latest.tokensGrains} grainsPerUnit=${status.grainsPerUnit} /> in epoch ${count(latest.epoch)}`
    }`}
  />`;
}

function Charts({ status, network }: OverviewProps): VNode {
  if (status.history.length === 0) {
    return html`<${Empty}>No epoch has been settled yet; prices and charges appear here with the first one.<//>`;
  }
  const epochs = status.history.map((entry) => entry.epoch);
  return html`<div class="figures">
      <${Figure} title="Market" epochs=${epochs} panels=${[pricePanel(status), utilisationPanel(status, network)]} />
      <${Figure} title="Money" epochs=${epochs} panels=${[chargesPanel(status), emissionPanel(status)]} />
    </div>
    <${HistoryTable} status=${status} />`;
}

function pricePanel({ history, grainsPerUnit }: StatusAnswer): Panel {
  const prices = history.map((entry) => creditsPerNcuS(entry.priceMicrograinsPerNcuS, grainsPerUnit));
  const scale = scaleFor(Math.max(...prices));
  const unit = `credits per NCU·s${scale.suffix}`;
  const values = prices.map((price) => price * scale.factor);
  return {
    name: 'Price',
    unit,
    shape: 'line',
    colour: '--series-price',
    values,
    write: (value) => significant(value, 4),
  };
}

function utilisationPanel({ history }: StatusAnswer, network: NetworkAnswer | null): Panel {
  const target = network?.economy.price.targetUtilisationPpm;
  const panel: Panel = {
    name: 'Utilisation',
    unit: '% of offered capacity',
    shape: 'line',
    colour: '--series-utilisation',
    values: history.map((entry) => entry.utilisationPpm / 10_000),
    write: (value) => percentDown(value * 10_000, 1),
    maximum: 100,
  };
  return target === undefined
    ? panel
    : { ...panel, reference: { name: `target ${percentDown(target, 0)}`, value: target / 10_000 } };
}

function chargesPanel({ history, grainsPerUnit }: StatusAnswer): Panel {
  const charges = history.map((entry) => entry.chargedGrains);
  return moneyPanel('Charges', 'credits', '--series-charges', charges, grainsPerUnit);
}

function emissionPanel({ history, grainsPerUnit }: StatusAnswer): Panel {
  const tokens = history.map((entry) => entry.tokensGrains);
  return moneyPanel('Emission', 'work tokens', '--series-emission', tokens, grainsPerUnit);
}

function moneyPanel(
  name: string,
  unit: string,
  colour: string,
  grains: readonly number[],
  grainsPerUnit: number,
): Panel {
  const decimals = decimalsFor(largestOf(grains), grainsPerUnit);
  const write = (value: number) => amountDown(Math.round(value * grainsPerUnit), grainsPerUnit, decimals);
  return { name, unit, shape: 'bars', colour, values: grains.map((amount) => amount / grainsPerUnit), write };
}

/** The charts' figures for those who want the numbers, or cannot see the lines. */
function HistoryTable({ status }: StatusProps): VNode {
  const { grainsPerUnit } = status;
  const scale = scaleFor(
    Math.max(...status.history.map((e) => creditsPerNcuS(e.priceMicrograinsPerNcuS, grainsPerUnit))),
  );
  const chargeDecimals = decimalsFor(largestOf(status.history.map((e) => e.chargedGrains)), grainsPerUnit);
  const tokenDecimals = decimalsFor(largestOf(status.history.map((e) => e.tokensGrains)), grainsPerUnit);
  return html`<details class="history">
    <summary>The same figures as a table</summary>
    <div class="scroll" role="region" aria-label="Figures by epoch" tabindex="0">
      <table class="table">
        <caption class="visually-hidden">Price, utilisation, work, charges and emission by epoch, newest first</caption>
        <thead>
          <tr>
            <th scope="col" class="number">Epoch</th>
            <th scope="col" class="number">Price <span class="unit">credits per NCU·s${scale.suffix}</span></th>
            <th scope="col" class="number">Utilisation</th>
            <th scope="col" class="number">Work <span class="unit">NCU·s</span></th>
            <th scope="col" class="number">Charged <span class="unit">credits</span></th>
            <th scope="col" class="number">Emitted <span class="unit">work tokens</span></th>
          </tr>
        </thead>
        <tbody>
          ${status.history.toReversed().map(
            (entry) => html`<tr key=${entry.epoch}>
              <th scope="row" class="number">${count(entry.epoch)}</th>
              <td class="number">
                ${significant(creditsPerNcuS(entry.priceMicrograinsPerNcuS, grainsPerUnit) * scale.factor, 4)}
              </td>
              <td class="number">${percentDown(entry.utilisationPpm, 1)}</td>
              <td class="number">${amountDown(entry.usedNcuMs, 1000, 1)}</td>
              <td class="number">
                <${Amount} grains=${entry.chargedGrains} grainsPerUnit=${grainsPerUnit} decimals=${chargeDecimals} />
              </td>
              <td class="number">
                <${Amount} grains=${entry.tokensGrains} grainsPerUnit=${grainsPerUnit} decimals=${tokenDecimals} />
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
