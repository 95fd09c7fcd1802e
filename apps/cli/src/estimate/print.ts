import { creditsText, type Estimate, HORIZON_DAYS, type Outlook, percent } from './estimate.ts';

/** For people: what to lock, what to expect, what can go wrong; each with its reason. */
export function estimateText(
  estimate: Estimate,
  economy: { readonly name: string; readonly grainsPerUnit: number },
): string {
  const { bond, upFront, lock, nodes, worst, heldGrains, outlooks } = estimate;
  const amount = (grains: bigint) => creditsText(grains, economy.grainsPerUnit);
  const lines: (readonly [string, (outlook: Outlook) => string])[] = [
    ['utilisation', (one) => percent(one.utilisationPpm)],
    ['token price, credits', (one) => creditsText(one.tokenPriceMicrograins, 1_000_000)],
    ['credits per day', (one) => amount(one.creditsPerDay)],
    ['tokens per day', (one) => amount(one.tokensPerDay)],
    ['earned per day, credits', (one) => amount(one.earnedPerDay)],
    ['earned per month, credits', (one) => amount(one.earnedPerMonth)],
    ['cost per day', (one) => amount(one.costPerDay)],
    ['capital per day', (one) => amount(one.capitalPerDay)],
    ['net per day, credits', (one) => amount(one.netPerDay)],
    ['break-even, days', (one) => (one.breakEvenDays === null ? `> ${HORIZON_DAYS}` : `${one.breakEvenDays}`)],
  ];
  const terms = Object.entries(bond.terms).map(([term, grains]) => `${term} ${amount(grains)}`);
  return [
    `${nodes} node${nodes === 1 ? '' : 's'} of class ${estimate.className}, ${estimate.milliNcu / 1_000} NCU each, in ${economy.name}`,
    '',
    'Before it begins',
    `  bond of a node     ${amount(bond.creditsGrains)} credits = ${amount(bond.tokensGrains)} tokens; ${bond.reason} decides (${terms.join(', ')})`,
    `  bond of all        ${amount(bond.allTokensGrains)} tokens`,
    `  locked             counts after ${days(lock.activationSeconds)} d, is back ${days(lock.unbondingSeconds)} d after asking; a slash can reach it all the while`,
    `  id fees, burned    ${amount(upFront.idFeesGrains)} credits`,
    `  newcomer's dues    ${amount(upFront.duesGrains)} credits of earnings forgone`,
    '',
    'To expect, of all nodes',
    ...table([['', ...outlooks.map(({ name }) => name)], ...lines.map(([name, of]) => [name, ...outlooks.map(of)])]),
    '',
    'At risk, of one node',
    `  worst slash        ${worst === null ? 'none: no offence is live' : `${amount(worst.slashGrains)} tokens, ${percent(worst.slashPpm)} of the bond: ${worst.offence} (${worst.threshold})`}`,
    `  not yet paid       ${amount(heldGrains.credits)} credits, ${amount(heldGrains.tokens)} tokens: a verdict voids what is held back`,
    ...table(
      estimate.penalties.map((one) => [
        one.offence,
        one.mode,
        percent(one.slashPpm),
        `${amount(one.slashGrains)} tokens`,
        one.threshold,
      ]),
    ),
    '',
    'What is paid when',
    ...table(estimate.vesting.map(({ afterDays, what }) => [`${Number(afterDays.toPrecision(4))} d`, what])),
    '',
    'Margins',
    ...table(estimate.margins.map(({ threshold, at, means }) => [threshold, at, means])),
    '',
    'How it is reckoned',
    ...estimate.how.map((line) => `  ${line}`),
  ].join('\n');
}

function days(seconds: number): number {
  return Number((seconds / 86_400).toPrecision(4));
}

/** For programs: amounts as decimal strings in grains. */
export function estimateJson(estimate: Estimate): string {
  return JSON.stringify(estimate, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
}

/** The first column to the left, numbers to the right of theirs. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  const isNumber = (column: number) => rows.slice(1).every((row) => /^[>\s]*-?[\d.]/.test(row[column]!));
  const padded = (cell: string, column: number) =>
    column > 0 && isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd());
}
