import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { quantileAt } from './quantiles.ts';
import { openTrace } from './read.ts';
import type { JobTrace, RequestTrace } from './schemas.ts';
import { traceNamed } from './sets.ts';
import { summarise } from './summary.ts';
import { near, sharedDataTest, withFiles } from './traces.fixture.ts';

test('a summary has the quantiles of all that a row says, and the pauses', async () => {
  await withFiles({ 'own.csv': 'arrival,duration,size,class\n1,10,2,\n4,20,4,\n' }, async (folder) => {
    const summary = await summarise(openTrace({ schema: 'job', file: join(folder, 'own.csv') }));
    assert.deepEqual([summary.firstSeconds, summary.lastSeconds, summary.tally.rows], [1, 4, 2]);
    assert.deepEqual(Object.keys(summary.quantiles), ['durationSeconds', 'size', 'pauseSeconds']);
    assert.deepEqual([summary.quantiles.durationSeconds!.mean, summary.quantiles.pauseSeconds!.mean], [15, 3]);
    assert.equal(summary.quantiles.size!.source, 'own.csv: size');
  });
});

test('a file in no order has no pauses', async () => {
  await withFiles({ 'own.csv': 'arrival,duration,size,class\n4,10,2,\n1,20,4,\n' }, async (folder) => {
    const { quantiles, firstSeconds } = await summarise(
      openTrace({ schema: 'job', order: 'any', file: join(folder, 'own.csv') }),
    );
    assert.deepEqual(Object.keys(quantiles), ['durationSeconds', 'size']);
    assert.equal(firstSeconds, 1);
  });
});

sharedDataTest('summaries of the public traces: the figures that the sets state, with their source', async () => {
  const { quantiles, source } = await summarise(traceNamed('alibaba-gpu-v2023') as JobTrace);
  near(quantileAt(quantiles.durationSeconds!, 0.5), 741, 0.5);
  near(quantileAt(quantiles.durationSeconds!, 0.95), 20_983, 0.5);
  assert.ok(quantiles.durationSeconds!.source.startsWith(source) && /Alibaba/.test(source));
  const llm = await summarise(traceNamed('azure-llm-2023-conversation') as RequestTrace);
  assert.equal(quantileAt(llm.quantiles.sizeIn!, 0.5), 1_020);
  near(llm.lastSeconds - llm.firstSeconds, 3_501.722, 1e-3);
});
