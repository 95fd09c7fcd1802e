import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { PointTally } from '../campaign/tally.ts';
import { CsvFile } from './csv.ts';
import { ParquetFile } from './parquet.ts';
import { type Cell, FAN_TABLE, fanRows, runTable } from './rows.ts';

const root = mkdtempSync(join(tmpdir(), 'stannary-output-'));
after(() => rmSync(root, { recursive: true }));

const NONE = { economy: [], scenario: {}, options: {} };
const POINTS = ['3 %', '4.5 %'].map((gain, at) => {
  return { point: NONE, parameters: { 'economy.price.gain': gain, 'scenario.token.kind': at === 0 ? 'pool' : '1' } };
});

test('a row has point, run, what the point sets, and figures; a unit that all have stands in the name', () => {
  const { columns, row } = runTable(POINTS, ['price', 'coverage']);
  assert.deepEqual(
    columns.map(({ name, type }) => `${name}: ${type}`),
    [
      'point: whole',
      'run: whole',
      'economy.price.gain [%]: number',
      'scenario.token.kind: text',
      'price: number',
      'coverage: number',
    ],
  );
  const result = { figures: { price: 1 / 3, coverage: null }, series: {} };
  assert.deepEqual(row({ number: 5, point: 1, run: 2 }, result), [1, 2, 4.5, '1', 1 / 3, null]);
});

async function readBack(path: string): Promise<Record<string, unknown>[]> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
}

const COLUMNS = [
  { name: 'run', type: 'whole' },
  { name: 'price', type: 'number' },
  { name: 'word', type: 'text' },
] as const;

test('Parquet comes back to the bit, nulls and several groups among it', async () => {
  const cell = fc.option(fc.double({ noNaN: true }), { nil: null });
  const rows = fc.sample(fc.tuple(cell, fc.option(fc.string(), { nil: null })), { numRuns: 9_000, seed: 1 });
  const path = join(root, 'rows.parquet');
  const file = new ParquetFile(path, COLUMNS);
  for (const [run, [price, word]] of rows.entries()) file.row([run, price, word]);
  file.close();
  const back = await readBack(path);
  assert.deepEqual(
    back,
    rows.map(([price, word], run) => ({ run, price, word })),
  );
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const metadata = await parquetMetadataAsync(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  assert.equal(metadata.row_groups.length, 3);
});

test('a table without rows is a table', async () => {
  const path = join(root, 'empty.parquet');
  new ParquetFile(path, COLUMNS).close();
  assert.deepEqual(await readBack(path), []);
});

test('CSV quotes what needs it, keeps every digit, and leaves out what is not there', () => {
  const path = join(root, 'rows.csv');
  const file = new CsvFile(path, COLUMNS);
  const rows: Cell[][] = [
    [0, 0.1 + 0.2, 'a "b", c'],
    [1, null, null],
  ];
  for (const row of rows) file.row(row);
  file.close();
  assert.equal(readFileSync(path, 'utf8'), 'run,price,word\r\n0,0.30000000000000004,"a ""b"", c"\r\n1,,\r\n');
});

test('fans: a row a point, series and part, of a horizon that the point may set', () => {
  const tallies = [new PointTally(), new PointTally()];
  for (const tally of tallies) tally.add({ figures: {}, series: { price: [1, null], supply: [2, 3] } });
  const points = [NONE, { ...NONE, scenario: { horizonEpochs: 10 } }];
  const rows = [...fanRows({ scenario: { horizonEpochs: 24 } as never, points }, tallies)];
  assert.equal(rows.length, 8);
  assert.equal(rows[0]!.length, FAN_TABLE.length);
  assert.deepEqual(rows[1], [0, 'price', 1, 24, null, null, null, null, null]);
  assert.deepEqual(rows[7], [1, 'supply', 1, 10, 3, 3, 3, 3, 3]);
});
