import type { GateCheck, GateCriterion, GateReport } from '../gate/report.ts';
import { type Content, type Html, html } from './html.ts';
import { countText, figureTexts, lineText, measuredText, scaledFigure, shareText, shownUnit } from './number-text.ts';
import {
  alignedRows,
  type Column,
  folded,
  rowHtml,
  type Section,
  scrolling,
  stateHtml,
  tableHead,
  tableHtml,
} from './page.ts';

/** What all intervals of a table are at goes into its head; where they differ, each says it. */
function columnsAt(confidence: number | null): readonly Column[] {
  return [
    { title: 'What is measured' },
    { title: 'Measured', isNumber: true },
    { title: 'Unit' },
    { title: confidence === null ? 'Interval' : `${shareText(confidence)} interval`, name: 'interval' },
    { title: 'Line' },
    { title: 'State' },
    { title: 'How it was shown', name: 'how' },
  ];
}

function commonConfidence(criteria: readonly GateCriterion[]): number | null {
  const figures = criteria.flatMap(({ checks }) => checks.flatMap(({ figure }) => figure ?? []));
  const all = new Set(figures.flatMap(({ interval, confidence }) => (interval === null ? [] : [confidence])));
  return all.size === 1 ? [...all][0]! : null;
}

const CAPTION = 'Criteria with their checks: measured figures against their lines';

/** Every criterion with every check. */
export function gateSection({ criteria, evidence }: GateReport): Section {
  const confidence = commonConfidence(criteria);
  const columns = columnsAt(confidence);
  const rows = criteria.flatMap(({ checks }) => checks.map((check) => ({ cells: cellsOf(check, confidence) })));
  const aligned = alignedRows(columns, rows);
  let next = 0;
  const groups = criteria.map((criterion) => {
    const cells = aligned.slice(next, next + criterion.checks.length);
    next += criterion.checks.length;
    const unpinned = evidence.filter(({ gate, isPinned }) => gate === criterion.gate && !isPinned);
    return groupHtml(criterion, columns, cells, unpinned);
  });
  const table = html`<table class="gate">
<caption>${CAPTION}</caption>
${tableHead(columns)}${groups}</table>`;
  return {
    id: 'criteria',
    title: 'The gate',
    lead: html`A criterion failed if one of its checks failed; it is <a href="#term-not-shown">not shown</a> if one of them is not; else it passed.`,
    body: scrolling(CAPTION, table),
  };
}

function groupHtml(
  { gate, title, share, state, checks }: GateCriterion,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
  unpinned: GateReport['evidence'],
): Html {
  const many = new Set(checks.map((check) => check.state)).size > 1 ? html` ${stateHtml(state)}` : null;
  return html`<tbody>
<tr class="group" id="${gate}"><th scope="rowgroup" colspan="${columns.length}">${gate} ${title} <span class="share">for ${
    share === 'economics' ? 'both verdicts' : 'the launch'
  }</span>${checks.length === 0 ? html` ${stateHtml(state)}` : many}${unpinned.map(
    ({ file, signer }) =>
      html`<br><span class="share">signer not pinned: ${file} is signed by <code>${signer}</code></span>`,
  )}</th></tr>
${rows.map((cells) => rowHtml(columns, cells))}</tbody>
`;
}

function cellsOf(check: GateCheck, common: number | null): Content[] {
  const { metric, unit, state, figure, line, how } = inPercent(check);
  const interval = figure === null ? null : figureTexts(figure).interval;
  const confidence = figure?.confidence && figure.confidence !== common ? `, ${shareText(figure.confidence)}` : '';
  return [
    metric,
    figure === null ? '–' : measuredText(figure, line),
    unit,
    interval === null ? (figure === null ? '–' : 'exact') : `${interval}${confidence}`,
    lineText(line, ''),
    stateHtml(state),
    figure === null || figure.samples < 2 ? how : `${how}; ${countText(figure.samples, 'sample', 'samples')}`,
  ];
}

function inPercent(check: GateCheck): GateCheck {
  const { figure, line } = check;
  const { unit, scaled } = shownUnit(check.unit);
  return {
    ...check,
    unit,
    figure: figure && scaledFigure(figure, scaled),
    line: line && { ...line, value: scaled(line.value) },
  };
}

/** What passes by least, and what moves it. */
export function thinSection({ thin, criteria }: GateReport): Section {
  const checks = new Map(
    criteria.flatMap((one) => one.checks.map((check) => [`${one.gate} ${check.id}`, { ...check, gate: one.gate }])),
  );
  const columns = [
    { title: 'Check' },
    { title: 'Headroom', isNumber: true },
    { title: 'Measured, line' },
    { title: 'Moved most by' },
  ];
  const rows = thin.map(({ check: id, headroom, movedBy }) => {
    const found = checks.get(id);
    const check = found && { gate: found.gate, ...inPercent(found) };
    const against =
      check?.figure == null ? '–' : `${measuredText(check.figure, check.line)}; ${lineText(check.line, check.unit)}`;
    const name = check === undefined ? id : html`<a href="#${check.gate}">${check.gate}</a> ${check.metric}`;
    return { cells: [name, shareText(headroom), against, codes(movedBy)] };
  });
  return {
    id: 'thin',
    title: 'What is thin',
    lead: 'The checks that pass by least. Headroom is the distance to the line as a share of the line.',
    body:
      rows.length === 0 ? html`<p>Nothing that passed is near its line.</p>` : tableHtml('Thin checks', columns, rows),
  };
}

export function codes(names: readonly string[]): Content {
  return names.length === 0 ? '–' : names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`);
}

/** What would make each failed criterion pass, as far as it is known. */
export function remedySection({ criteria, economy }: GateReport): Section | null {
  const failed = criteria.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return null;
  return {
    id: 'remedies',
    title: 'What would mend it',
    lead: 'The smallest known changes of the economy file under which each failed criterion passes. Try them before you write them down.',
    body: failed.map(({ gate, title, remedies }) => {
      const set = remedies.map(([path, text]) => ` \\\n  --set ${quoted(`${path}=${text}`)}`).join('');
      const known = html`${tableHtml(
        `${gate}: changes`,
        [{ title: 'Field' }, { title: 'Value' }],
        remedies.map(([path, text]) => ({ cells: [html`<code>${path}</code>`, html`<code>${text}</code>`] })),
      )}<pre tabindex="0" aria-label="Command that tries the changes">stannary gate ${quoted(economy.name)}${set}</pre>`;
      return html`<h3>${gate} ${title}</h3>\n${remedies.length === 0 ? html`<p>No change is known.</p>` : known}\n`;
    }),
  };
}

/** One word of a shell's command line. */
export function quoted(word: string): string {
  return /^[\w./@%+:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What nobody has shown, and what it takes. */
export function unshownSection({ criteria }: GateReport): Section | null {
  const rows = criteria.flatMap(({ gate, title, checks }) =>
    checks
      .filter(({ state }) => state === 'not shown')
      .map((check) => ({ cells: [html`<a href="#${gate}">${gate}</a> ${title}`, check.metric, check.how] })),
  );
  if (rows.length === 0) return null;
  const columns: Column[] = [
    { title: 'Criterion' },
    { title: 'Check' },
    { title: 'Why, and how to bring it', name: 'how' },
  ];
  const table = tableHtml('Checks that are not shown', columns, rows);
  return {
    id: 'not-shown',
    title: 'What is not shown',
    lead: 'Absent evidence is not a pass. Evidence comes as a signed file that names this economy by its hash; give it to the gate and run it again.',
    body: rows.length > 12 ? folded(countText(rows.length, 'check', 'checks'), table) : table,
  };
}
