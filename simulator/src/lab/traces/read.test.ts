import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openTrace } from './read.ts';
import type { TraceRefusalCode } from './refusal.ts';
import { newTally, type TraceMapping, type TraceTally } from './schemas.ts';
import { collect, refusal, withFiles } from './traces.fixture.ts';

/** Rows and tally of one CSV text under a mapping. */
async function read(
  text: string,
  mapping: TraceMapping,
  others: Readonly<Record<string, string>> = {},
): Promise<{ rows: unknown[]; tally: TraceTally }> {
  let result = { rows: [] as unknown[], tally: newTally() };
  await withFiles({ ...others, 'own.csv': text }, async (folder) => {
    const tally = newTally();
    const rows = await collect<unknown>(openTrace({ ...mapping, file: join(folder, mapping.file) }).rows(tally));
    result = { rows, tally };
  });
  return result;
}

const job = (more: object = {}): TraceMapping => ({ schema: 'job', file: 'own.csv', ...more });
const usage = (more: object = {}): TraceMapping => ({ schema: 'usage', file: 'own.csv', ...more });
const price = (more: object = {}): TraceMapping => ({ schema: 'price', file: 'own.csv', ...more });
const upDown = (more: object = {}): TraceMapping => ({ schema: 'up-down', file: 'own.csv', ...more });

test("an own CSV with the schema's names needs no columns in its mapping", async () => {
  const jobs = await read('arrival,duration,size,class\n0,10,2,batch\n5.5,1e2,0.5,\n', job());
  assert.deepEqual(jobs.rows, [
    { arrivalSeconds: 0, durationSeconds: 10, size: 2, className: 'batch' },
    { arrivalSeconds: 5.5, durationSeconds: 100, size: 0.5, className: '' },
  ]);
  const requests = await read('time,size_in,size_out\n1,2,3\n', { schema: 'request', file: 'own.csv' });
  assert.deepEqual(requests.rows, [{ seconds: 1, sizeIn: 2, sizeOut: 3 }]);
  assert.deepEqual((await read('time,quantity\n1,2\n', usage())).rows, [{ seconds: 1, quantity: 2, series: '' }]);
  assert.deepEqual((await read('time,price\n1,2\n', price())).rows, [{ seconds: 1, price: 2, series: '' }]);
  assert.deepEqual((await read('node,time,state\na,1,up\n', upDown())).rows, [{ node: 'a', seconds: 1, isUp: true }]);
});

test('columns, units, products and times before the end are a mapping', async () => {
  const columns = {
    arrival: { before: { column: 'done', unit: 'utc' } },
    duration: { column: 'ran_ms', unit: 'ms' },
    size: [{ column: 'gpus' }, { column: 'milli', divideBy: 1_000 }],
    class: null,
  };
  const text = '\uFEFFran_ms,done,gpus,milli,note\n1500,2023-11-16T18:15:46.680590Z,2,250,"a, ""b"""\n';
  const { rows } = await read(text, job({ columns }));
  assert.deepEqual(rows, [{ arrivalSeconds: 1_700_158_545.18059, durationSeconds: 1.5, size: 0.5, className: '' }]);
});

test('rows that do not count, and rows to leave out, are told apart', async () => {
  const columns = {
    arrival: { column: 'arrival', unit: 's' },
    duration: { column: 'duration', unit: 's', whenEmpty: 'leave-out' },
    size: [{ column: 'size', whenEmpty: 1 }],
    class: 'class',
  };
  const where = [{ column: 'kind', equals: 'x' }];
  const text = 'kind,arrival,duration,size,class\nx,1,5,,a\ny,bad,bad,bad,bad\nx,2,,3,a\n';
  const { rows, tally } = await read(text, job({ columns, where }));
  assert.deepEqual(rows, [{ arrivalSeconds: 1, durationSeconds: 5, size: 1, className: 'a' }]);
  assert.deepEqual(tally, { rows: 2, leftOut: 1, filled: 0 });
});

test("times may count from another file's", async () => {
  const after = { file: 'tasks.csv', key: 'task', time: { column: 'submit', unit: 'ms' } };
  const columns = { time: { column: 'time', unit: 's' }, quantity: { column: 'quantity' } };
  const text = 'task,time,quantity\nb,0,1\na,900,2\n';
  const tasks = { 'tasks.csv': 'task,submit\na,1000\nb,2000\n' };
  const { rows } = await read(text, usage({ order: 'any', columns, after }), tasks);
  assert.deepEqual(rows, [
    { seconds: 2, quantity: 1, series: '' },
    { seconds: 901, quantity: 2, series: '' },
  ]);
});

const every = (rule: string, everySeconds = 10) => ({ gaps: { everySeconds, rule } });

test('a gap is refused, held or taken for zeros, as the mapping says', async () => {
  const text = 'time,quantity\n0,5\n10,6\n40,7\n';
  await assert.rejects(read(text, usage(every('refuse'))), refusal('TRACE-GAP', /own\.csv line 4, column time/));
  const quantities = async (rule: string) =>
    (await read(text, usage(every(rule)))).rows.map((row) => (row as { quantity: number }).quantity);
  assert.deepEqual(await quantities('hold'), [5, 6, 6, 6, 7]);
  assert.deepEqual(await quantities('zero'), [5, 6, 0, 0, 7]);
  const { rows, tally } = await read(text, usage(every('hold')));
  assert.deepEqual(
    (rows as { seconds: number }[]).map(({ seconds }) => seconds),
    [0, 10, 20, 30, 40],
  );
  assert.deepEqual(tally, { rows: 3, leftOut: 0, filled: 2 });
});

test('a gap of a million steps is a wrong unit, whatever the rule', async () => {
  const text = 'time,quantity\n0,5\n20000000,6\n';
  await assert.rejects(read(text, usage(every('zero'))), refusal('TRACE-GAP', /line 3/));
});

test('stretches that touch or overlap are one; around them the node is in the other state', async () => {
  const columns = {
    kind: 'intervals',
    node: ['zone', 'name'],
    start: { column: 'from', unit: 's' },
    end: { column: 'to', unit: 's' },
    state: 'down',
  };
  const text = 'zone,name,from,to\nz,a,0,5\nz,b,1,2\nz,a,5,9\nz,a,7,8\nz,a,20,21\n';
  const { rows } = await read(text, upDown({ columns }));
  const of = (name: string) => (rows as { node: string }[]).filter(({ node }) => node === name);
  assert.deepEqual(of('z/a'), [
    { node: 'z/a', seconds: 0, isUp: false },
    { node: 'z/a', seconds: 9, isUp: true },
    { node: 'z/a', seconds: 20, isUp: false },
    { node: 'z/a', seconds: 21, isUp: true },
  ]);
  assert.equal(of('z/b').length, 2);
});

test('of a count of nodes the longest up goes first, and the longest down comes back first', async () => {
  const columns = { kind: 'count', time: { column: 't', unit: 's' }, count: { column: 'n' } };
  const { rows } = await read('t,n\n0,0\n1,2\n2,1\n3,0\n4,1\n5,3\n', upDown({ columns }));
  const events = (rows as { node: string; seconds: number; isUp: boolean }[]).map(
    ({ node, seconds, isUp }) => `${seconds} ${node} ${isUp ? 'up' : 'down'}`,
  );
  assert.deepEqual(events, [
    '1 node-1 up',
    '1 node-2 up',
    '2 node-1 down',
    '3 node-2 down',
    '4 node-1 up',
    '5 node-2 up',
    '5 node-3 up',
  ]);
});

const timed = (unit: string, column = 'time') =>
  usage({ columns: { time: { column, unit }, quantity: { column: 'quantity' } } });
const down = {
  kind: 'intervals',
  node: ['node'],
  start: { column: 'from', unit: 's' },
  end: { column: 'to', unit: 's' },
  state: 'down',
};
const spanned = {
  arrival: { column: 'a', unit: 's' },
  duration: { from: { column: 'a', unit: 's' }, to: { column: 'b', unit: 's' } },
  size: [],
  class: null,
};

const REFUSED: readonly (readonly [string, TraceRefusalCode, RegExp, string, TraceMapping])[] = [
  ['an empty file', 'TRACE-EMPTY', /^own\.csv$/, '', usage()],
  ['a header alone', 'TRACE-EMPTY', /^own\.csv$/, 'time,quantity\n', usage()],
  [
    'no row that counts',
    'TRACE-EMPTY',
    /own/,
    'time,quantity\n1,2\n',
    usage({ where: [{ column: 'time', equals: '7' }] }),
  ],
  ['a column that is not there', 'TRACE-COLUMN', /line 1$/, 'time,amount\n1,2\n', usage()],
  ['a column twice', 'TRACE-COLUMN', /line 1$/, 'time,quantity,time\n1,2,3\n', usage()],
  ['a row with a cell too many', 'TRACE-CSV', /line 3$/, 'time,quantity\n1,2\n2,3,4\n', usage()],
  ['a quote that never closes', 'TRACE-CSV', /line/, 'time,quantity\n1,"2\n', usage()],
  ['an empty cell', 'TRACE-NUMBER', /line 3, column quantity/, 'time,quantity\n1,2\n2,\n', usage()],
  ['NaN', 'TRACE-NUMBER', /line 2, column quantity/, 'time,quantity\n1,NaN\n', usage()],
  ['Infinity', 'TRACE-NUMBER', /line 2, column quantity/, 'time,quantity\n1,Infinity\n', usage()],
  ['a comma for thousands', 'TRACE-NUMBER', /column quantity/, 'time,quantity\n1,"1,000"\n', usage()],
  ['a unit in the cell', 'TRACE-UNIT', /line 2, column quantity/, 'time,quantity\n1,15ms\n', usage()],
  [
    'a column in another unit than its name says',
    'TRACE-UNIT',
    /line 1, column time_ms/,
    'time_ms,quantity\n1,2\n',
    timed('s', 'time_ms'),
  ],
  ['a date for a number', 'TRACE-UNIT', /line 2, column time/, 'time,quantity\n2023-01-01,2\n', timed('s')],
  ['a number for a date', 'TRACE-UNIT', /line 2, column time/, 'time,quantity\n1700000000,2\n', timed('utc')],
  ['milliseconds for seconds', 'TRACE-HUGE', /line 2, column time/, 'time,quantity\n1700000000000,2\n', timed('s')],
  ['a day that no month has', 'TRACE-TIME', /line 2, column time/, 'time,quantity\n2023-02-31,2\n', timed('utc')],
  ['a negative quantity', 'TRACE-NEGATIVE', /line 2, column quantity/, 'time,quantity\n1,-2\n', usage()],
  ['a negative time', 'TRACE-NEGATIVE', /line 2, column time/, 'time,quantity\n-1,2\n', usage()],
  ['a huge quantity', 'TRACE-HUGE', /line 2, column quantity/, 'time,quantity\n1,1e16\n', usage()],
  ['a quantity past every number', 'TRACE-HUGE', /line 2, column quantity/, 'time,quantity\n1,1e999\n', usage()],
  ['an unsorted trace', 'TRACE-ORDER', /line 3, column time/, 'time,quantity\n2,2\n1,2\n', usage()],
  ['unsorted jobs', 'TRACE-ORDER', /line 3, column arrival/, 'arrival,duration,size,class\n2,1,1,\n1,1,1,\n', job()],
  ['a time twice', 'TRACE-DUPLICATE', /line 3, column time/, 'time,quantity\n1,2\n1,3\n', usage()],
  ['a price twice', 'TRACE-DUPLICATE', /line 3, column time/, 'time,price\n1,2\n1,3\n', price()],
  [
    'an id twice',
    'TRACE-DUPLICATE',
    /line 3, column id/,
    'id,arrival,duration,size\nx,1,1,1\nx,2,1,1\n',
    job({
      columns: {
        arrival: { column: 'arrival', unit: 's' },
        duration: { column: 'duration', unit: 's' },
        size: [{ column: 'size' }],
        class: null,
        id: 'id',
      },
    }),
  ],
  ['a job that ends before it begins', 'TRACE-NEGATIVE', /line 2, column b/, 'a,b\n5,4\n', job({ columns: spanned })],
  ['a state without a meaning', 'TRACE-STATE', /line 2, column state/, 'node,time,state\na,1,on\n', upDown()],
  [
    'a state that is a word of the language',
    'TRACE-STATE',
    /line 2, column state/,
    'node,time,state\na,1,constructor\n',
    upDown(),
  ],
  [
    'two states of a node at once',
    'TRACE-DUPLICATE',
    /line 3, column time/,
    'node,time,state\na,1,up\na,1,down\n',
    upDown(),
  ],
  ['sightings that go back', 'TRACE-ORDER', /line 3, column time/, 'node,time,state\na,2,up\na,1,down\n', upDown()],
  [
    'an outage without length',
    'TRACE-NEGATIVE',
    /line 2, column from/,
    'node,from,to\na,2,2\n',
    upDown({ columns: down }),
  ],
  [
    'outages of a node that go back',
    'TRACE-ORDER',
    /line 3, column from/,
    'node,from,to\na,2,3\na,1,4\n',
    upDown({ columns: down }),
  ],
  [
    'half a node',
    'TRACE-HUGE',
    /line 2, column n/,
    't,n\n1,1.5\n',
    upDown({ columns: { kind: 'count', time: { column: 't', unit: 's' }, count: { column: 'n' } } }),
  ],
]; // one a line

for (const [name, code, where, text, mapping] of REFUSED) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(read(text, mapping), refusal(code, where));
  });
}

test('refused: a file that is not there', async () => {
  await assert.rejects(
    collect<unknown>(openTrace(usage({ file: '/nowhere.csv' })).rows()),
    refusal('TRACE-FILE', /nowhere/),
  );
});

test('refused: a key that the other file does not have', async () => {
  const after = { file: 'tasks.csv', key: 'task', time: { column: 'submit', unit: 'ms' } };
  const reading = read('task,time,quantity\nb,0,1\n', usage({ after }), { 'tasks.csv': 'task,submit\na,1\n' });
  await assert.rejects(reading, refusal('TRACE-JOIN', /own\.csv line 2, column task/));
});

test('leaving in the middle closes the file', async () => {
  await withFiles(
    { 'own.csv': `time,quantity\n${Array.from({ length: 50_000 }, (_, at) => `${at},1\n`).join('')}` },
    async (folder) => {
      const rows = openTrace({ schema: 'usage', file: join(folder, 'own.csv') }).rows();
      assert.equal((await rows.next()).value?.seconds, 0);
      await rows.return(undefined);
      assert.equal((await rows.next()).done, true);
    },
  );
});

test('whatever a cell holds, it is a finite number >= 0 or refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('1e308', '0x10', ' 1', '1_0')),
      async (cell) => {
        const quoted = `"${cell.replaceAll('"', '""')}"`;
        const rows = await read(`time,quantity\n1,${quoted}\n`, usage()).then(
          (one) => one.rows,
          () => [],
        );
        for (const row of rows as { quantity: number }[]) assert.ok(Number.isFinite(row.quantity) && row.quantity >= 0);
      },
    ),
    { numRuns: 60 },
  );
});
