import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { postgresFolder, startPostgres } from '../../../../simulator/src/lab/queue/postgres.fixture.ts';
import { type SimulateFlags, simulate } from './simulate.ts';

const programs = postgresFolder();
const skip = programs === null && process.env.CI !== 'true' ? 'no PostgreSQL server' : false;

const FLAGS: SimulateFlags = {
  set: [],
  scenarioSet: [],
  calibrate: false,
  horizon: '1d',
  runs: '4',
  runsMax: 4,
  sweep: [],
  design: 'grid',
  workers: 0,
  resume: false,
  force: false,
  json: true,
};

async function simulated(flags: Partial<SimulateFlags>): Promise<string> {
  const said: string[] = [];
  await simulate('reference', { ...FLAGS, ...flags }, (text) => said.push(text));
  return said.join('\n');
}

test('simulate --queue and a worker of another process: the same line of JSON', {
  skip,
  timeout: 120_000,
}, async () => {
  const postgres = await startPostgres(programs!);
  const args = ['worker', '--queue', postgres.url, '--workers', '1'];
  const worker = spawn(process.execPath, [join(import.meta.dirname, '../../stannary.mjs'), ...args]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) worker[name].on('data', (chunk) => (said[name] += chunk));
  const ended = new Promise((done) => worker.once('close', done));
  try {
    assert.equal(await simulated({ queue: postgres.url }), await simulated({}));
    worker.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.equal(said.stdout.match(/^[0-9a-f]{12} point 0 run \d$/gm)?.length, 4);
    assert.match(said.stderr, /^stannary: stopped after 4 runs; what was not done goes to another worker$/m);
  } finally {
    worker.kill('SIGKILL');
    await postgres.stop();
  }
});
