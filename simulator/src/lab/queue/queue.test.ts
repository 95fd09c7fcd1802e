import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { planOf, resultsOf } from '../campaign/campaign.fixture.ts';
import { type CampaignPlan, NO_CHANGE } from '../campaign/plan.ts';
import { modulesOf, requireModules } from '../campaign/plan-hash.ts';
import { CampaignRefusal } from '../campaign/refusal.ts';
import { postgresFolder, startPostgres } from './postgres.fixture.ts';
import { QueueDatabase } from './queue-database.ts';
import { workQueue } from './queue-worker.ts';
import { queueWorkplace } from './queue-workplace.ts';

const programs = postgresFolder();
const skip = programs === null && process.env.CI !== 'true' ? 'no PostgreSQL server' : false;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
before(async () => {
  if (skip === false) postgres = await startPostgres(programs!);
});
after(() => postgres?.stop());

const WHOLE = planOf({ points: [NO_CHANGE, { ...NO_CHANGE, scenario: { 'demand.utilisation': 0.35 } }], runs: 3 });

/** Runs a plan with other workers, who leave afterwards. */
async function queued(plan: CampaignPlan, workers: readonly number[]): Promise<{ results: unknown[]; did: number[] }> {
  const stop = new AbortController();
  const did = workers.map(() => 0);
  const machines = workers.map((count, at) => {
    return workQueue(postgres.url, {
      workers: count,
      signal: stop.signal,
      onJob: () => did.fill(did[at]! + 1, at, at + 1),
    });
  });
  try {
    const workplace = (one: CampaignPlan) => queueWorkplace(postgres.url, one);
    return { results: await resultsOf(plan, { workplace }), did };
  } finally {
    stop.abort();
    await Promise.all(machines);
  }
}

test('two machines bring the bits that one thread does, and what they did is not done again', { skip }, async () => {
  const whole = await resultsOf(WHOLE);
  const first = await queued(WHOLE, [0, 1]);
  assert.deepEqual(first.results, whole);
  assert.equal(first.did[0]! + first.did[1]!, 6);
  // Without any worker: the answers are there.
  assert.deepEqual((await queued(WHOLE, [])).results, whole);
});

test('a job whose machine went away goes to another', { skip }, async () => {
  const plan = planOf({ firstRun: 7 });
  const database = await QueueDatabase.open(postgres.url);
  const workplace = await queueWorkplace(postgres.url, plan);
  const result = workplace.perform({ number: 0, point: 0, run: 7 });
  let taken = await database.take();
  while (taken === null) taken = await database.take();
  await database.keepAlive(taken);
  await database.giveBack(taken);
  const stop = new AbortController();
  const machine = workQueue(postgres.url, { workers: 0, signal: stop.signal });
  assert.deepEqual([await result], await resultsOf(plan));
  stop.abort();
  await Promise.all([machine, workplace.close('cut'), database.close()]);
});

test('a run that fails elsewhere is named here', { skip }, async () => {
  const plan = planOf({ points: [{ ...NO_CHANGE, scenario: { 'demand.noise': 99 } }], firstRun: 5 });
  await assert.rejects(queued(plan, [0]), (error) => {
    assert.ok(error instanceof CampaignRefusal && error.code === 'CAMPAIGN-JOB', String(error));
    assert.match(error.message, /^point 0 \(demand\.noise=99\), run 5: /);
    return true;
  });
});

test('refused: an attack module that is another than the campaign’s, here or there (CAMPAIGN-MODULE)', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-module-'));
  const path = join(folder, 'mine.mjs');
  const moduleOf = (cost: number) => `export default { id: 'mine', number: 100, title: 't', strategy: 's', defence: 'd',
    defendedBy: [], parameters: {}, minimumSize: () => 1, closedForm: () => null,
    attempt: () => ({ costCredits: ${cost}, returnCredits: 1, stakeCredits: 1 }) };`;
  const point = { ...NO_CHANGE, options: { attack: `${path}:0.5,wash-usage:0.5` } };
  const plan = planOf({ kind: 'attempt', points: [point], firstRun: 60 });
  writeFileSync(path, moduleOf(3));
  const workplace = await queueWorkplace(postgres.url, plan);
  const result = workplace.perform({ number: 0, point: 0, run: 60 });
  try {
    writeFileSync(path, moduleOf(4));
    const work = () => workQueue(postgres.url, { workers: 0, signal: stop.signal });
    const stop = new AbortController();
    await assert.rejects(work(), (error) => {
      assert.ok(error instanceof CampaignRefusal && error.code === 'CAMPAIGN-MODULE', String(error));
      assert.match(
        error.message,
        /mine\.mjs: expected the module with SHA-256 [0-9a-f]{64}, got one with [0-9a-f]{64}/,
      );
      return true;
    });
    writeFileSync(path, moduleOf(3));
    const machine = work();
    assert.deepEqual([await result], await resultsOf(plan), 'the job that was refused waits for a machine that can');
    stop.abort();
    await machine;
  } finally {
    await workplace.close('cut');
    rmSync(folder, { recursive: true });
  }
});

test('modules are told by every name of an attack, and none that nobody told of is run (CAMPAIGN-MODULE)', () => {
  const attacks = ['wash-usage', 'none.ts+wash-usage', './none.ts:0.5,griefing:0.5', 'none.ts'];
  const points = attacks.map((attack) => ({ ...NO_CHANGE, options: { attack } }));
  assert.deepEqual(modulesOf({ points }), { './none.ts': null, 'none.ts': null });
  for (const told of [{}, modulesOf({ points }), { './none.ts': 'ab', 'none.ts': 'cd' }]) {
    assert.throws(() => requireModules({ points }, told), { code: 'CAMPAIGN-MODULE' });
  }
  requireModules({ points: points.slice(0, 1) }, {});
});

test('where nobody answers, that is said, once in a silence', { skip }, async () => {
  const told: number[] = [];
  const heard = Promise.withResolvers<void>();
  const onSilence = (seconds: number) => {
    told.push(seconds);
    heard.resolve();
  };
  const workplace = await queueWorkplace(postgres.url, planOf({ firstRun: 90 }), { onSilence, silentMs: 1 });
  const quiet = await queueWorkplace(postgres.url, planOf({ firstRun: 91 }), { onSilence, silentMs: 1 });
  void workplace.perform({ number: 0, point: 0, run: 90 });
  await heard.promise;
  await new Promise((later) => setTimeout(later, 450));
  assert.equal(told.length, 1);
  assert.ok(told[0]! >= 0.001);
  await Promise.all([workplace.close('cut'), quiet.close('cut')]);
});

test('CAMPAIGN-QUEUE: a database that is not there', async () => {
  await assert.rejects(queueWorkplace('postgres://nobody@127.0.0.1:9/none', planOf()), (error) => {
    assert.ok(error instanceof CampaignRefusal && error.code === 'CAMPAIGN-QUEUE', String(error));
    assert.equal(error.refusalClass, 'retry');
    return true;
  });
});
