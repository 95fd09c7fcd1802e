import type { CheckState } from '../gate/report.ts';
import { type Content, Html, html } from './html.ts';
import { alignedTexts } from './number-text.ts';
import { pageStyle } from './page-style.ts';

// The parts that every page of this kind is made of.

export interface Page {
  readonly title: string;
  readonly description: string;
  readonly header: Html;
  readonly sections: readonly Section[];
  readonly footer: Html;
}

export interface Section {
  /** Of its heading, for links within the page. */
  readonly id: string;
  readonly title: string;
  /** What one sees here, in a sentence; null for none. */
  readonly lead: Content;
  readonly body: Content;
}

/** One file of HTML that asks nobody for anything: the policy in its head forbids it to. */
export function pageHtml({ title, description, header, sections, footer }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${description}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(pageStyle())}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<header>
${header}
<nav aria-label="Parts of this page"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main id="content">
${sections.map(sectionHtml)}</main>
<footer>
${footer}
</footer>
</div>
</body>
</html>
`.markup;
}

function sectionHtml({ id, title, lead, body }: Section): Html {
  const sentence = lead === null ? null : html`<p class="lead">${lead}</p>\n`;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${sentence}${body}
</section>
`;
}

export interface Column {
  readonly title: string;
  /** Set to the right, points below one another. */
  readonly isNumber?: boolean;
  /** Of its cells, for the style. */
  readonly name?: 'how' | 'interval';
}

export interface TableRow {
  /** The first is the row's head. */
  readonly cells: readonly Content[];
}

/** A table with a caption; what is too wide for the window scrolls on its own. */
export function tableHtml(caption: string, columns: readonly Column[], rows: readonly TableRow[]): Html {
  const aligned = alignedRows(columns, rows);
  return scrolling(
    caption,
    html`<table>
<caption>${caption}</caption>
${tableHead(columns)}<tbody>
${aligned.map((cells) => rowHtml(columns, cells))}</tbody>
</table>`,
  );
}

export function tableHead(columns: readonly Column[]): Html {
  return html`<thead><tr>${columns.map(
    ({ title, isNumber }) =>
      html`<th scope="col"${isNumber === true ? new Html(' class="number"') : null}>${title}</th>`,
  )}</tr></thead>
`;
}

export function rowHtml(columns: readonly Column[], cells: readonly Content[]): Html {
  return html`<tr>${cells.map((cell, index) => {
    if (index === 0) return html`<th scope="row">${cell}</th>`;
    const { isNumber, name } = columns[index]!;
    const kind = isNumber === true ? 'number' : name;
    return html`<td${kind === undefined ? null : new Html(` class="${kind}"`)}>${cell}</td>`;
  })}</tr>
`;
}

/** Cells of number columns padded so that their points stand below one another. */
export function alignedRows(columns: readonly Column[], rows: readonly TableRow[]): Content[][] {
  const texts = columns.map(({ isNumber }, index) =>
    isNumber === true ? alignedTexts(rows.map(({ cells }) => `${cells[index] ?? ''}`)) : null,
  );
  return rows.map(({ cells }, row) => cells.map((cell, index) => texts[index]?.[row] ?? cell));
}

/** A box of its own that can be scrolled sideways, by keyboard too. */
export function scrolling(name: string, content: Content): Html {
  return html`<div class="scroll" role="group" aria-label="${name}" tabindex="0">${content}</div>\n`;
}

/** Widths at which the letters of a picture are nearly as large as those around it. */
export const WIDE_PX = 820;
export const HALF_PX = 460;
export const SMALL_PX = 420;

/** A picture with its caption above it. */
export function figureHtml(title: string, about: string, svg: string, kind: 'wide' | 'half' | 'small'): Html {
  const caption = html`<figcaption>${title}<span>${about}</span></figcaption>\n`;
  const picture = new Html(svg);
  if (kind === 'wide') return html`<figure>${caption}${scrolling(title, picture)}</figure>\n`;
  return html`<figure class="${kind}">${caption}${picture}</figure>\n`;
}

/** What is long is folded away. */
export function folded(summary: Content, content: Content, isOpen = false): Html {
  return html`<details${isOpen ? new Html(' open') : null}><summary>${summary}</summary>\n${content}</details>\n`;
}

const SIGNS = { passed: ['✓', 'passed'], failed: ['✗', 'failed'], 'not shown': ['○', 'unshown'] } as const;

/** A state by sign, colour and word. */
export function stateHtml(state: CheckState): Html {
  return html`<span class="state ${stateClass(state)}"><span aria-hidden="true">${stateSign(state)}</span> ${state}</span>`;
}

export function stateSign(state: CheckState): string {
  return SIGNS[state][0];
}

export function stateClass(state: CheckState): string {
  return SIGNS[state][1];
}

export function factsHtml(facts: readonly (readonly [name: string, content: Content])[]): Html {
  return html`<dl class="facts">${facts.map(([name, content]) => html`<dt>${name}</dt><dd>${content}</dd>\n`)}</dl>\n`;
}
