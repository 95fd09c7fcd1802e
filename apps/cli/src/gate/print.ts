import {
  type CheckState,
  figureTexts,
  type GateCheck,
  type GateCriterion,
  type GateReport,
  lineText,
  looserAgesText,
  measuredText,
  ownLinesText,
  scaledFigure,
  shownUnit,
  verdictText,
  worldText,
} from '@stannary/simulator/lab';
import { attackRows } from './attack-rows.ts';
import { type Cell, columns, left, right, wrapped } from './columns.ts';

const MARKS: Readonly<Record<CheckState, string>> = { passed: '✓', failed: '✗', 'not shown': '?' };
const ALL_ROWS = 17;
const INDENT = '     ';
const DETAIL = `${INDENT}    `;
/** Of a row whose checks are many and alike, the worst so many. */
const ALIKE_SHOWN = 3;

/** Strings of a report of anyone must neither act on a terminal nor begin lines of their own. */
export function inert<Data>(data: Data): Data {
  return JSON.parse(
    JSON.stringify(data, (_, value: unknown) =>
      typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·') : value,
    ),
  ) as Data;
}

/** The table, the verdicts, and what is thin. Checks that passed are a line each, or with `isVerbose` said in full. */
export function gateText(told: GateReport, isVerbose = false): string {
  const report = inert(told);
  const { economy, profile, seeds, criteria, verdicts, code } = report;
  const notes = [
    ...(economy.boundsWaived ? ['bounds are waived: this economy can never be deployed'] : []),
    ...(report.ownLines.length === 0 ? [] : [`judged ${ownLinesText(report)}`]),
    ...(criteria.length < ALL_ROWS ? [`${criteria.length} of ${ALL_ROWS} rows: no verdict can pass`] : []),
  ];
  const where = report.world.isOwn ? '' : `, ${worldText(report)}`;
  const ages = looserAgesText(report);
  const text = [
    `economy ${economy.name}, version ${economy.version}, ${economy.hash}`,
    `profile ${profile}, seed ${seeds.seed}, code ${code.version} ${code.hash.slice(0, 16)}`,
    '',
    ...criteriaLines(criteria, report, isVerbose),
    '',
    ...thinLines(report),
    ...notes,
    ...(notes.length === 0 ? [] : ['']),
    verdictText(report),
    `economics  ${verdicts.economics}${where}`,
    `launch     ${verdicts.launch}${economy.boundsWaived ? ', and can never be' : ''}${where}${ages === '' ? '' : `, ${ages}`}`,
  ].join('\n');
  // A terminal's columns are counted in characters: no space is wider or narrower than another.
  return text.replaceAll(/[\u00a0\u2007\u2008]/g, ' ');
}

/** A line that stands below others in columns, and what is said beneath it. */
interface Row {
  readonly cells: readonly Cell[];
  readonly said: readonly string[];
}

function criteriaLines(criteria: readonly GateCriterion[], report: GateReport, isVerbose: boolean): string[] {
  const bodies = criteria.map((one) => rowsOf(one, report, isVerbose));
  // Rows with as many cells are of one table, whatever criterion they stand in.
  const all = bodies.flatMap(({ rows }) => rows);
  const kinds = [...new Set(all.map(({ cells }) => cells.length))];
  const text = new Map<Row, string>();
  for (const kind of kinds) {
    const own = all.filter(({ cells }) => cells.length === kind);
    for (const [at, line] of columns(own.map(({ cells }) => cells)).entries()) text.set(own[at]!, line);
  }
  return criteria.flatMap((one, at) => [
    `${MARKS[one.state]} ${one.gate.padEnd(3)} ${one.title}${one.share === 'launch' ? ' (launch)' : ''}${one.state === 'passed' ? '' : `: ${one.state}`}`,
    ...bodies[at]!.rows.flatMap((row) => [`${INDENT}${text.get(row)}`, ...row.said]),
    ...bodies[at]!.rest,
    ...signerLines(one, report),
    ...remedyLines(one),
  ]);
}

function rowsOf(
  criterion: GateCriterion,
  report: GateReport,
  isVerbose: boolean,
): { readonly rows: readonly Row[]; readonly rest: readonly string[] } {
  const { gate, checks } = criterion;
  if (isVerbose) return { rows: checks.map((check) => checkRow(check, true)), rest: [] };
  if (gate === 'G16' && checks.length > ALIKE_SHOWN) return worstOf(checks);
  if (gate !== 'G1' || report.attacks.length === 0) return { rows: checks.map((check) => checkRow(check)), rest: [] };
  const searched = attackRows(report.attacks, checks);
  const others = checks.filter(({ id }) => !searched.ids.has(id)).map((check) => checkRow(check));
  return {
    rows: [...searched.rows.map((one) => ({ cells: one.cells, said: saidOf(one.check) })), ...others],
    rest: [],
  };
}

/** Whatever does not hold, or the lowest few; how many more hold. */
function worstOf(checks: readonly GateCheck[]): { readonly rows: readonly Row[]; readonly rest: readonly string[] } {
  const lowest = checks.toSorted((a, b) => (a.figure?.value ?? 0) - (b.figure?.value ?? 0));
  const open = lowest.filter(({ state }) => state !== 'passed');
  const shown = open.length > 0 ? open : lowest.slice(0, ALIKE_SHOWN);
  const held = checks.length - shown.length;
  return { rows: shown.map((check) => checkRow(check)), rest: held === 0 ? [] : [`${INDENT}… and ${held} more hold`] };
}

/** What passed is one line; what did not says how, or what it needs. */
function checkRow(check: GateCheck, isVerbose = false): Row {
  const { id, unit, state, figure, line } = check;
  const shown = shownUnit(unit);
  const scaled = figure && scaledFigure(figure, shown.scaled);
  const against = line && { ...line, value: shown.scaled(line.value) };
  const interval = scaled === null ? null : figureTexts(scaled).interval;
  const isMeant = interval !== null && interval !== `${figureTexts(scaled!).value} to ${figureTexts(scaled!).value}`;
  const cells = [
    left(`${MARKS[state]} ${id}`),
    right(scaled === null ? '–' : measuredText(scaled, against)),
    left(isMeant ? `(${interval})` : ''),
    left(lineText(against, '')),
    left(shown.unit),
  ];
  return { cells, said: saidOf(check, isVerbose) };
}

function saidOf({ state, metric, how }: GateCheck, isVerbose = false): string[] {
  return state === 'passed' && !isVerbose ? [] : wrapped(`${metric}: ${how}`, DETAIL);
}

/** Whose word it is that a row rests on, where nobody said whose counts. */
function signerLines({ gate }: GateCriterion, { evidence }: GateReport): string[] {
  return evidence
    .filter((one) => one.gate === gate && !one.isPinned)
    .map(({ file, signer }) => `${INDENT}signer not pinned: ${file} is signed by ${signer}`);
}

function remedyLines({ state, remedies, checks }: GateCriterion): string[] {
  if (state !== 'failed') return [];
  if (remedies.length > 0) return remedies.map(([path, text]) => `${INDENT}would pass with  ${path}: ${text}`);
  const fields = new Set(checks.flatMap(({ state: one, movedBy }) => (one === 'failed' ? (movedBy ?? []) : [])));
  const moved = fields.size === 0 ? '' : `; moved by ${[...fields].slice(0, 5).join(', ')}`;
  return [`${INDENT}no single change that was tried would pass${moved}`];
}

function thinLines({ thin }: GateReport): string[] {
  if (thin.length === 0) return [];
  const rows = thin.map(({ check, headroom, movedBy }) => [
    left(check),
    right(`${(100 * headroom).toFixed(1)} %`),
    left(movedBy.length === 0 ? '' : `moved by ${movedBy.slice(0, 3).join(', ')}`),
  ]);
  return [
    'thinnest: how far the worse end of what passed is from its line',
    ...columns(rows).map((row) => `${INDENT}${row}`),
    '',
  ];
}
