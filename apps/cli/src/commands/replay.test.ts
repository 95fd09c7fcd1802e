import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ParticipantLayout, ProgrammeRule, ReplayLayout } from '@stannary/kernel';
import { CliRefusal } from '../refusal.ts';
import { type ReplayFlags, runReplay } from './replay.ts';

// A made-up programme whose columns lie in two files: work in whole tokens of two decimals, uptime in per cent.

const root = mkdtempSync(join(tmpdir(), 'stannary-replay-'));
after(() => rmSync(root, { recursive: true }));

const PROGRAMME: ProgrammeRule = {
  kind: 'programme',
  versions: [
    {
      version: 1,
      fromSeconds: 0,
      weight: {
        measure: { kind: 'column', column: 'work' },
        steps: [{ kind: 'measured-share', shareColumn: 'uptime' }],
      },
      requirements: [
        { kind: 'measured-share', name: 'uptime', unless: 'new', shareColumn: 'uptime', minimumPpm: 500_000 },
      ],
      payout: { kind: 'pool' },
    },
  ],
};

const keys = { where: [], period: 'week', account: 'node' } as const;
const WORK: ParticipantLayout = {
  ...keys,
  file: 'work.csv',
  columns: { work: { kind: 'amount', column: 'tokens', decimals: 2, roundDown: false } },
};
const HEALTH: ParticipantLayout = {
  ...keys,
  file: 'health.csv',
  columns: {
    uptime: { kind: 'percent', column: 'uptime' },
    new: { kind: 'flag', column: 'new', whenTrue: 'yes', whenFalse: 'no', whenEmpty: false },
  },
};
const LAYOUT: ReplayLayout = {
  periods: {
    file: 'weeks.csv',
    where: [{ column: 'kind', equals: 'week' }],
    id: 'week',
    start: 'from',
    end: 'to',
    time: 'iso-8601',
    pool: { kind: 'amount', column: 'pool', decimals: 2, roundDown: false },
    repeats: false,
    gaps: 'refuse',
  },
  participants: [WORK, HEALTH],
  paid: {
    ...keys,
    file: 'paid.csv',
    amount: { kind: 'amount', column: 'paid', decimals: 0, roundDown: false },
    cumulative: false,
  },
  tolerance: { amount: '1', ppm: 0 },
};

const FILES = {
  'weeks.csv':
    'kind,week,from,to,pool\nweek,w1,2024-01-01,2024-01-08,10.00\nyear,y,bad,bad,-\nweek,w2,2024-01-08T00:00:00Z,2024-01-15,7\n',
  'work.csv': '\ufeffweek,node,tokens\r\nw1,a,1.50\r\nw1,b,0.5\r\nw2,"b, or B",1\r\n',
  'health.csv': 'week,node,uptime,new,other\nw1,a,100,no,x\nw1,b,20,,x\nw2,"b, or B",40.12345678,yes,x\n',
  'paid.csv': 'week,node,paid\nw1,a,937\nw1,b,0\nw2,"b, or B",650\n',
} as const;

let folders = 0;

/** A folder of the files above, some of them changed; null leaves one out. */
function folderWith(changes: Readonly<Record<string, string | null>> = {}): string {
  folders += 1;
  const folder = mkdtempSync(join(root, `${folders}-`));
  for (const [name, text] of Object.entries({ ...FILES, ...changes }))
    if (text !== null) writeFileSync(join(folder, name), text);
  return folder;
}

async function run(
  data: string,
  flags: Partial<ReplayFlags> = {},
  layout = LAYOUT,
): Promise<{ matched: boolean; said: string }> {
  const lines: string[] = [];
  const matched = await runReplay(PROGRAMME, layout, { data, force: false, json: false, ...flags }, (line) =>
    lines.push(line),
  );
  return { matched, said: lines.join('\n') };
}

test('text: totals per period, matches, the largest difference, the rows that differ and why', async () => {
  const { matched, said } = await run(folderWith());
  assert.equal(matched, false);
  assert.match(said, /w1 +1 +937 +63 +937 +2\/2/);
  assert.match(said, /w2 +1 +700 +0 +650 +0\/1/);
  assert.match(said, /compared +3\nmatches +2\ndiffer +1\nlargest difference +50 \(w2, b, or B\)/);
  assert.match(said, /w2, b, or B: expected 700 \(due under version 1\), got 650/);
});

test('a difference within the tolerance matches, whether by amount or by share', async () => {
  const off = { 'paid.csv': FILES['paid.csv'].replace('650', '699') };
  assert.equal((await run(folderWith(off))).matched, true);
  assert.equal((await run(folderWith(), {}, { ...LAYOUT, tolerance: { amount: '0', ppm: 76_924 } })).matched, true);
  assert.equal((await run(folderWith(), {}, { ...LAYOUT, tolerance: { amount: '0', ppm: 76_922 } })).matched, false);
});

test('--json: the same, amounts as strings', async () => {
  const report = JSON.parse((await run(folderWith(), { json: true })).said);
  assert.deepEqual([report.rows, report.compared, report.matches, report.differing.count], [3, 3, 2, 1]);
  assert.equal(report.largestDifference.difference, '50');
  assert.deepEqual(report.periods[0], {
    period: 'w1',
    version: 1,
    participants: 2,
    barred: 1,
    budget: '1000',
    paid: '937',
    unpaid: '63',
    weightSum: '160',
    reallyPaid: '937',
    compared: 2,
    matches: 2,
  });
});

test('--out: every payout, with the reason where it is barred', async () => {
  const data = folderWith();
  const out = join(data, 'payouts.csv');
  await run(data, { out });
  assert.equal(
    readFileSync(out, 'utf8'),
    [
      'period,account,version,weight,due,paid,barred_by,really_paid,difference',
      'w1,a,1,150,937,937,,937,0',
      'w1,b,1,10,62,0,uptime,0,0',
      'w2,"b, or B",1,40,700,700,,650,50',
      '',
    ].join('\n'),
  );
});

test('OUT-EXISTS: --out overwrites nothing unless it is told to', async () => {
  const data = folderWith();
  const out = join(data, 'paid.csv');
  await assert.rejects(run(data, { out }), { code: 'OUT-EXISTS', refusalClass: 'input' });
  assert.equal(readFileSync(out, 'utf8'), FILES['paid.csv']);
  await run(data, { out, force: true });
  assert.match(readFileSync(out, 'utf8'), /^period,account/);
});

test('--out: a name that a spreadsheet would compute is text', async () => {
  const named = (name: string) => ({
    'work.csv': `week,node,tokens\nw1,${name},1\n`,
    'health.csv': `week,node,uptime,new,other\nw1,${name},100,no,x\n`,
    'paid.csv': null,
  });
  for (const name of ['=cmd|calc', '+1', '-1+2', '@x']) {
    const data = folderWith(named(name));
    const out = join(data, 'payouts.csv');
    await run(data, { out });
    assert.ok(readFileSync(out, 'utf8').includes(`\nw1,'${name},1,`), name);
  }
});

test('REPLAY-CELL: a cell that would act on a terminal is escaped', async () => {
  const data = folderWith({ 'health.csv': FILES['health.csv'].replace('w1,a,100', 'w1,a,\u001b[2J') });
  await assert.rejects(run(data), { code: 'REPLAY-CELL', got: '\\u001b[2J' });
});

test('REPLAY-CELL: a percentage above 100', async () => {
  for (const cell of ['199', '100.00001']) {
    const data = folderWith({ 'health.csv': FILES['health.csv'].replace('w1,a,100', `w1,a,${cell}`) });
    const expected = { code: 'REPLAY-CELL', expected: 'at most 100 per cent', got: cell };
    await assert.rejects(run(data), expected);
  }
  await run(folderWith({ 'health.csv': FILES['health.csv'].replace('w1,a,100', 'w1,a,100.000') }));
});

for (const [name, changes] of [
  ['the file of payments', { 'paid.csv': null }],
  ['the column of payments', { 'paid.csv': 'week,node\nw1,a\n' }],
] as const) {
  test(`without ${name} payouts are computed and nothing is compared`, async () => {
    const { matched, said } = await run(folderWith(changes));
    assert.equal(matched, true);
    assert.match(said, /rows +3\ncompared +none/);
  });
}

const CUMULATIVE: ReplayLayout = { ...LAYOUT, paid: { ...LAYOUT.paid!, cumulative: true } };

test('lifetime sums are compared by their increase; the first has none, an account without a row keeps its own', async () => {
  const paid = 'week,node,paid\nw0,a,5\nw1,a,942\nw2,"b, or B",700\nw2,c,9\n';
  const { matched, said } = await run(folderWith({ 'paid.csv': paid }), {}, CUMULATIVE);
  assert.equal(matched, true);
  assert.match(said, /compared +3\nmatches +3/);
  assert.match(said, /payments to accounts without inputs in their period: 1/);
  const fromFirst = await run(folderWith({ 'paid.csv': paid.replace('w0,a,5\n', '') }), {}, CUMULATIVE);
  assert.match(fromFirst.said, /compared +1\n/);
});

test('a gap between periods is shown where the layout allows it', async () => {
  const late = FILES['weeks.csv'].replace('2024-01-08T00:00:00Z', '2024-01-08T00:01:00Z');
  const layout: ReplayLayout = { ...LAYOUT, periods: { ...LAYOUT.periods, gaps: 'allow' } };
  assert.match(
    (await run(folderWith({ 'weeks.csv': late }), {}, layout)).said,
    /after w1: 60 s that belong to no period/,
  );
});

/** Refused with this code, and a message that says where, what was expected and what came. */
async function refuses(
  code: string,
  says: RegExp,
  changes: Readonly<Record<string, string | null>>,
  layout = LAYOUT,
): Promise<void> {
  await assert.rejects(
    run(folderWith(changes), {}, layout),
    (error) => error instanceof CliRefusal && error.code === code && says.test(error.message),
  );
}

const weeks = (from: string, to: string) => ({ 'weeks.csv': FILES['weeks.csv'].replace(from, to) });
const work = (from: string, to: string) => ({ 'work.csv': FILES['work.csv'].replace(from, to) });
const health = (from: string, to: string) => ({ 'health.csv': FILES['health.csv'].replace(from, to) });

test('REPLAY-FILE: a file that is not there, or lies outside the folder', async () => {
  await refuses('REPLAY-FILE', /work\.csv: expected a readable CSV file, got ENOENT/, { 'work.csv': null });
  const outside: ReplayLayout = { ...LAYOUT, participants: [{ ...WORK, file: '../work.csv' }] };
  await refuses('REPLAY-FILE', /expected a file name without a folder/, {}, outside);
});

test('REPLAY-CSV: a row with too few cells, a quote that does not end', async () => {
  await refuses('REPLAY-CSV', /work\.csv line 2: expected well-formed CSV/, work('w1,a,1.50', 'w1,a'));
  await refuses('REPLAY-CSV', /expected well-formed CSV/, work('"b, or B"', '"b'));
});

test('REPLAY-EMPTY: no row that counts', async () => {
  await refuses('REPLAY-EMPTY', /weeks\.csv: expected at least one row with kind = week/, {
    'weeks.csv': 'kind,week,from,to,pool\n',
  });
});

test('REPLAY-COLUMN: a column that is not there, or is there twice', async () => {
  await refuses('REPLAY-COLUMN', /work\.csv line 1: expected a column tokens, got .*coins/, work('tokens', 'coins'));
  await refuses('REPLAY-COLUMN', /weeks\.csv line 1: expected a column kind/, weeks('kind', 'type'));
  await refuses('REPLAY-COLUMN', /expected each column once, got node twice/, health('other', 'node'));
});

test('REPLAY-CELL: what is no amount, share, flag, time or name', async () => {
  for (const cell of ['-1.50', '', '1e3', 'NaN', '0x10', '1,5'].map((text) => `"${text}"`))
    await refuses('REPLAY-CELL', /work\.csv line 2, column tokens: expected a decimal number >= 0/, work('1.50', cell));
  await refuses('REPLAY-CELL', /column tokens: expected at most 2 decimal places, got 1\.505/, work('1.50', '1.505'));
  await refuses('REPLAY-CELL', /paid\.csv line 2, column paid: expected an integer, got 937\.1/, {
    'paid.csv': FILES['paid.csv'].replace('937', '937.1'),
  });
  await refuses('REPLAY-CELL', /column uptime: expected a decimal number >= 0, got high/, health('100', 'high'));
  await refuses('REPLAY-CELL', /column new: expected yes or no, got maybe/, health('yes', 'maybe'));
  await refuses('REPLAY-CELL', /column from: expected a UTC time/, weeks('2024-01-01', '2024-02-30'));
  await refuses(
    'REPLAY-CELL',
    /column node: expected a name without spaces around it, got an empty cell/,
    work('w1,a', 'w1,'),
  );
  const strict: FlagLayout = { ...HEALTH.columns.new, whenEmpty: null } as FlagLayout;
  const layout: ReplayLayout = {
    ...LAYOUT,
    participants: [WORK, { ...HEALTH, columns: { ...HEALTH.columns, new: strict } }],
  };
  await refuses('REPLAY-CELL', /health\.csv line 3, column new: expected yes or no, got an empty cell/, {}, layout);
  const seconds: ReplayLayout = { ...LAYOUT, periods: { ...LAYOUT.periods, time: 'unix-seconds' } };
  await refuses('REPLAY-CELL', /expected whole seconds since 1970, got 2024-01-01/, {}, seconds);
});
type FlagLayout = Extract<ParticipantLayout['columns'][string], { kind: 'flag' }>;

test('REPLAY-DUPLICATE: a period or a participant twice', async () => {
  await refuses(
    'REPLAY-DUPLICATE',
    /weeks\.csv line 4, column week: expected each period once, got w1 again/,
    weeks('w2', 'w1'),
  );
  await refuses(
    'REPLAY-DUPLICATE',
    /work\.csv line 3, .* one row for a in w1, got another after line 2/,
    work('w1,b', 'w1,a'),
  );
});

test('REPLAY-PERIOD-UNKNOWN: a row of a period that the folder does not describe', async () => {
  await refuses('REPLAY-PERIOD-UNKNOWN', /work\.csv line 3, column week: .* got w9/, work('w1,b', 'w9,b'));
});

test('REPLAY-PERIOD: a period that ends too early, overlaps, or is told in two ways', async () => {
  await refuses(
    'REPLAY-PERIOD',
    /column to: expected a time after 2024-01-01/,
    weeks('2024-01-08,10', '2024-01-01,10'),
  );
  await refuses(
    'REPLAY-PERIOD',
    /period w2: expected a start after w1's end, got 60 s before/,
    weeks('08T00:00:00', '07T23:59:00'),
  );
  const repeats: ReplayLayout = { ...LAYOUT, periods: { ...LAYOUT.periods, repeats: true } };
  await refuses('REPLAY-PERIOD', /line 4: expected the times and pool that w1 has above/, weeks('w2', 'w1'), repeats);
});

test('REPLAY-GAP: time between two periods that belongs to neither', async () => {
  await refuses(
    'REPLAY-GAP',
    /period w2: expected a start at w1's end, got 60 s after it/,
    weeks('08T00:00:00', '08T00:01:00'),
  );
});

test('REPLAY-JOIN: a participant that one of the files does not know', async () => {
  await refuses(
    'REPLAY-JOIN',
    /work\.csv line 3: expected a row for b in w1 in every file/,
    health('w1,b,20,,x\n', ''),
  );
});

test('REPLAY-FALLING: a lifetime sum that falls', async () => {
  const paid = 'week,node,paid\nw1,a,5\nw2,a,4\n';
  await refuses(
    'REPLAY-FALLING',
    /paid\.csv line 3, column paid: expected at least 5, as before, got 4/,
    { 'paid.csv': paid },
    CUMULATIVE,
  );
});

test('REPLAY-OUT: payouts that cannot be written', async () => {
  const out = join(root, 'nowhere', 'payouts.csv');
  await assert.rejects(run(folderWith(), { out }), { code: 'REPLAY-OUT', refusalClass: 'give-up' });
});
