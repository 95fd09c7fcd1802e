import type { ReplayReport, ReplayRow } from './replay.ts';

/** How many differing rows are shown; `--out` has them all. */
const SHOWN = 10;

/** Why a payout is what it is: the requirements it breaks, or the version that pays it. */
function reasonOf({ payout, version }: ReplayRow): string {
  return payout.barredBy.length > 0 ? `barred by ${payout.barredBy.join(' and ')}` : `due under version ${version}`;
}

/** The report as text: totals per period, then rows, matches, the largest difference, the first that differ. */
export function reportText(report: ReplayReport): string {
  const { rows, compared, matches, furthest, differing, withoutInputs, gaps } = report;
  const lines = [...periodLines(report), '', `rows                ${rows.length}`];
  if (compared === 0) lines.push('compared            none: the folder does not say what was paid');
  else {
    lines.push(
      `compared            ${compared}`,
      `matches             ${matches}`,
      `differ              ${differing.length}`,
    );
    lines.push(`largest difference  ${furthest!.difference} (${furthest!.period}, ${furthest!.account})`);
  }
  if (differing.length > 0) lines.push('', differing.length > SHOWN ? `first ${SHOWN} that differ:` : 'these differ:');
  for (const row of differing.slice(0, SHOWN))
    lines.push(
      `  ${row.period}, ${row.account}: expected ${row.payout.paid} (${reasonOf(row)}), got ${row.reallyPaid}`,
    );
  if (withoutInputs.length > 0)
    lines.push('', `payments to accounts without inputs in their period: ${withoutInputs.length}`);
  for (const { afterId, seconds } of gaps) lines.push('', `after ${afterId}: ${seconds} s that belong to no period`);
  return lines.join('\n');
}

function periodLines({ periods }: ReplayReport): string[] {
  const table = [
    ['period', 'version', 'paid', 'unpaid', 'really paid', 'matches'],
    ...periods.map(({ result, reallyPaid, matches, compared }) => [
      result.id,
      `${result.version}`,
      `${result.paid}`,
      `${result.unpaid}`,
      reallyPaid === null ? '-' : `${reallyPaid}`,
      reallyPaid === null ? '-' : `${matches}/${compared}`,
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return table.map((cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
}

/** The report for programs. Amounts are decimal strings in their smallest unit, because they pass 2^53. */
export function reportJson({ rows, compared, matches, furthest, differing, ...report }: ReplayReport): object {
  return {
    rows: rows.length,
    compared,
    matches,
    largestDifference: furthest === null ? null : rowJson(furthest),
    differing: { count: differing.length, first: differing.slice(0, SHOWN).map(rowJson) },
    periods: report.periods.map(({ result, reallyPaid, ...counts }) => ({
      period: result.id,
      version: result.version,
      participants: result.payouts.length,
      barred: result.payouts.filter(({ barredBy }) => barredBy.length > 0).length,
      budget: `${result.budget}`,
      paid: `${result.paid}`,
      unpaid: `${result.unpaid}`,
      weightSum: `${result.weightSum >> 128n}`,
      reallyPaid: reallyPaid === null ? null : `${reallyPaid}`,
      ...counts,
    })),
    withoutInputs: report.withoutInputs.map(({ paid, ...row }) => ({ ...row, paid: `${paid}` })),
    gaps: report.gaps,
  };
}

function rowJson(row: ReplayRow): object {
  return {
    period: row.period,
    account: row.account,
    expected: `${row.payout.paid}`,
    got: `${row.reallyPaid}`,
    difference: `${row.difference}`,
    reason: reasonOf(row),
  };
}

const PAYOUT_COLUMNS = 'period,account,version,weight,due,paid,barred_by,really_paid,difference';

/** `payouts.csv`: one line per participant and period, in that order; see docs/how-to/replay-payouts.md. */
export function payoutsCsv({ rows }: ReplayReport): string {
  const lines = rows.map(({ period, account, version, payout, reallyPaid, difference }) =>
    [
      asText(period),
      asText(account),
      version,
      payout.weight >> 128n,
      payout.due,
      payout.paid,
      payout.barredBy.join(' '),
      reallyPaid ?? '',
      difference ?? '',
    ]
      .map((cell) => quoted(`${cell}`))
      .join(','),
  );
  return `${[PAYOUT_COLUMNS, ...lines].join('\n')}\n`;
}

/** Names come from others: one that a spreadsheet would compute gets an apostrophe, which makes it text. */
function asText(name: string): string {
  return /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
