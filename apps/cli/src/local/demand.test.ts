import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONVERSATION_QUANTILES, drawRequests, fitInto, readTrace, shapeOf } from './demand.ts';

const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const ROWS = [
  '2023-11-16 18:15:46.6805900,374,44',
  '2023-11-16 18:15:50.9951690,396,109',
  '2023-11-16 18:15:51.2224670,879,55',
];

function trace(...rows: string[]): string {
  return [HEADER, ...rows].join('\n');
}

describe('a request trace', () => {
  test('is read request by request, times from the first one on', () => {
    const requests = readTrace(trace(...ROWS), 0, 10);
    assert.deepEqual(
      requests.map(({ contextTokens, generatedTokens }) => [contextTokens, generatedTokens]),
      [
        [374, 44],
        [396, 109],
        [879, 55],
      ],
    );
    assert.deepEqual(
      requests.map(({ atMs }) => Math.round(atMs)),
      [0, 4315, 4542],
    );
  });

  test('may be entered anywhere and taken in part, with columns in any order', () => {
    assert.deepEqual(readTrace(trace(...ROWS), 1, 1), [{ atMs: 0, contextTokens: 396, generatedTokens: 109 }]);
    const turned = 'GeneratedTokens,x,TIMESTAMP,ContextTokens\r\n44,?,2023-11-16 18:15:46,374\r\n';
    assert.deepEqual(readTrace(turned, 0, 5), [{ atMs: 0, contextTokens: 374, generatedTokens: 44 }]);
  });

  const refused: readonly (readonly [string, string, string, RegExp])[] = [
    ['TRACE-COLUMNS', 'a column is missing', 'TIMESTAMP,ContextTokens\n', /trace line 1/],
    ['TRACE-ROW', 'a time that is none', trace('yesterday,1,1'), /trace line 2/],
    ['TRACE-ROW', 'a count that is negative', trace(ROWS[0]!, '2023-11-16 18:15:51,-3,1'), /trace line 3/],
    ['TRACE-ROW', 'a day that does not exist', trace('2023-13-45 18:15:51,3,1'), /trace line 2/],
    ['TRACE-ORDER', 'time goes back', trace(ROWS[1]!, ROWS[0]!), /trace line 3/],
    ['TRACE-EMPTY', 'no requests', trace(), /at least one request/],
  ];
  for (const [code, what, csv, says] of refused) {
    test(`${code}: ${what}`, () => {
      assert.throws(
        () => readTrace(csv, 0, 10),
        (error: Error & { code?: string }) => error.code === code && says.test(error.message),
      );
    });
  }

  test('the real one has the figures that its table was made from', {
    skip: realTrace() === null && 'real traces',
  }, () => {
    const requests = readTrace(readFileSync(realTrace()!, 'utf8'), 0, 1e9);
    const sorted = requests.map(({ contextTokens }) => contextTokens).sort((a, b) => a - b);
    assert.equal(requests.length, 19_366);
    assert.equal((sorted[9_682]! + sorted[9_683]!) / 2, 1_020);
    assert.deepEqual(
      [sorted[0], sorted.at(-1)],
      [CONVERSATION_QUANTILES.contextTokens[0], CONVERSATION_QUANTILES.contextTokens.at(-1)],
    );
  });
});

test('fitInto keeps the pattern and ends where it is told', () => {
  const fitted = fitInto(readTrace(trace(...ROWS), 0, 10), 1_000);
  assert.deepEqual([fitted[0]!.atMs, fitted[2]!.atMs], [0, 1_000]);
  assert.ok(Math.abs(fitted[1]!.atMs - 950) < 1);
  assert.deepEqual(fitInto([{ atMs: 0, contextTokens: 1, generatedTokens: 1 }], 1_000)[0]!.atMs, 0);
});

test('drawn requests follow the table: median sizes and the mean gap', () => {
  let seed = 1;
  // A small linear congruential generator: the draw must be the same on every run.
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const drawn = [];
  for (const request of drawRequests(random)) if (drawn.push(request) === 20_000) break;
  const median = drawn.map(({ contextTokens }) => contextTokens).sort((a, b) => a - b)[10_000]!;
  assert.ok(Math.abs(median - 1_020) < 30, `${median}`);
  // The trace's mean gap is 181 ms; linear interpolation overstates the last percent.
  assert.ok(Math.abs(drawn.at(-1)!.atMs / 20_000 - 190) < 15, `${drawn.at(-1)!.atMs / 20_000}`);
});

test('a task’s size follows its request, and every eighth is a matrix product', () => {
  const request = { atMs: 0, contextTokens: 100, generatedTokens: 10 };
  assert.deepEqual(shapeOf(request, 0), { module: 'sha256', inputBytes: 1_600, rounds: 80 });
  assert.deepEqual(shapeOf(request, 7), { module: 'matmul', inputBytes: 1_600, size: 26 });
});

function realTrace(): string | null {
  const folder = process.env.STANNARY_DATA ?? join(import.meta.dirname, '../../../../../shared/data');
  const file = join(folder, 'azure-llm-2023-conversation', 'requests.csv');
  if (existsSync(file)) return file;
  if (process.env.CI === 'true') throw new Error(`${file}: expected the real traces`);
  return null;
}
