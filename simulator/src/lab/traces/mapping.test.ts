import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceMapping } from './mapping.ts';
import { traceNamed, traceNames } from './sets.ts';
import { refusal, sharedDataTest } from './traces.fixture.ts';

const JOB = {
  schema: 'job',
  file: 'own.csv',
  where: [{ column: 'kind', equals: '' }],
  order: 'any',
  columns: {
    arrival: { before: { column: 'end', unit: 'utc' } },
    duration: { column: 'ran', unit: 'ms', whenEmpty: 'leave-out' },
    size: [{ column: 'gpus', divideBy: 1_000, max: 8, whenEmpty: 0 }],
    class: null,
    id: 'name',
  },
  gaps: { everySeconds: 60, rule: 'zero' },
};

test('a mapping from a scenario file is taken as it stands', () => {
  assert.equal(traceMapping(JOB), JOB);
  assert.ok(traceMapping({ schema: 'price', file: 'a.csv' }));
});

sharedDataTest('the mapping of every public trace passes: they are what a user writes', async () => {
  for (const name of traceNames()) assert.ok(traceMapping(traceNamed(name).mapping), name);
});

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['nothing', undefined, /^trace\.schema$/],
  ['a schema that there is not', { schema: 'toString', file: 'a.csv' }, /^trace\.schema$/],
  ['no file', { schema: 'job' }, /^trace\.file$/],
  ['a misspelt field', { ...JOB, colums: {} }, /^trace\.colums$/],
  [
    'a unit that there is not',
    { ...JOB, columns: { ...JOB.columns, duration: { column: 'ran', unit: 'fortnight' } } },
    /columns\.duration\.unit$/,
  ],
  [
    'a duration in dates',
    { ...JOB, columns: { ...JOB.columns, duration: { column: 'ran', unit: 'utc' } } },
    /columns\.duration\.unit$/,
  ],
  [
    'a division by zero',
    { ...JOB, columns: { ...JOB.columns, size: [{ column: 'a', divideBy: 0 }] } },
    /columns\.size\[0\]\.divideBy$/,
  ],
  ['a NaN', { ...JOB, gaps: { everySeconds: Number.NaN, rule: 'zero' } }, /gaps\.everySeconds$/],
  ['held jobs', { ...JOB, gaps: { everySeconds: 60, rule: 'hold' } }, /gaps\.rule$/],
  [
    'prices of zero in a gap',
    { schema: 'price', file: 'a.csv', gaps: { everySeconds: 60, rule: 'zero' } },
    /gaps\.rule$/,
  ],
  [
    'a kind of events that there is not',
    { schema: 'up-down', file: 'a.csv', columns: { kind: 'pings' } },
    /columns\.kind$/,
  ],
  [
    'a state with another meaning',
    {
      schema: 'up-down',
      file: 'a.csv',
      columns: { kind: 'events', node: ['n'], time: { column: 't', unit: 's' }, state: 's', states: { on: 'yes' } },
    },
    /columns\.states\.on$/,
  ],
];

for (const [name, value, where] of REFUSED) {
  test(`refused: ${name}`, () => assert.throws(() => traceMapping(value), refusal('TRACE-MAPPING', where)));
}
