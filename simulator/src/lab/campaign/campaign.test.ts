import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { SimulationRefusal } from '../../refusal.ts';
import { planOf, resultsOf, SCENARIO } from './campaign.fixture.ts';
import { BINS, FIGURES, SERIES } from './figures.ts';
import { JOB_KINDS } from './kinds.ts';
import { type CampaignPlan, type JobResult, NO_CHANGE, type Point } from './plan.ts';
import { planIdentity } from './plan-hash.ts';
import { readPrecision } from './precision.ts';
import { CampaignRefusal, type CampaignRefusalCode } from './refusal.ts';
import { runCampaign } from './run-campaign.ts';
import { PLAN_FILE, RESULTS_FILE, ResultStore, writeWhole } from './store.ts';
import { runStudy, type StudyOptions } from './study.ts';
import { PointTally } from './tally.ts';
import { withScenario } from './with-scenario.ts';
import { threads } from './workplace.ts';

const root = mkdtempSync(join(tmpdir(), 'stannary-campaign-'));
after(() => rmSync(root, { recursive: true }));
const folderOf = (name: string) => join(root, name);

const TWO_POINTS = [NO_CHANGE, { ...NO_CHANGE, scenario: { 'demand.utilisation': 0.35 } }];
const WHOLE = planOf({ points: TWO_POINTS, runs: 4 });
const whole = await resultsOf(WHOLE);

function refusal(code: CampaignRefusalCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CampaignRefusal && error.code === code, String(error));
    assert.match(error.message, message);
    return true;
  };
}

test('a run has every figure and series, and other runs have others', async () => {
  const [first] = whole;
  assert.deepEqual(Object.keys(first!.figures), Object.keys(FIGURES));
  assert.deepEqual(Object.keys(first!.series), Object.keys(SERIES));
  assert.ok(Object.values(first!.series).every(({ length }) => length === BINS));
  assert.equal(new Set(whole.slice(0, 4).map(({ figures }) => figures.chargedGrains)).size, 4);
  assert.equal(first!.figures.epochs, 24);
  assert.equal(first!.figures.priceLast, first!.series.price!.at(-1));
});

test('points change fields of economy and scenario, in the same worlds', () => {
  const ratio = whole[4]!.figures.demandedNcuMs! / whole[0]!.figures.demandedNcuMs!;
  // More than half: what is wanted less gets cheaper.
  assert.ok(ratio > 0.5 && ratio < 0.95, `${ratio}`);
});

test('one worker, two, none, and a campaign of other runs: bit for bit the same', async () => {
  assert.deepEqual(await resultsOf(WHOLE, { workers: 2 }), whole);
  assert.deepEqual(await resultsOf(WHOLE, { workers: 1 }), whole);
  assert.deepEqual(await resultsOf(planOf({ firstRun: 2 })), [whole[2]]);
});

test('CAMPAIGN-FOLDER: an attack of one’s own that was changed since', async () => {
  const attack = join(root, 'own.mjs');
  const plan = planOf({ kind: 'attempt', points: [{ ...NO_CHANGE, options: { attack } }] });
  writeFileSync(attack, 'export default 1');
  const { code } = await planIdentity(plan);
  await ResultStore.open(folderOf('own'), plan).then((store) => store.close());
  writeFileSync(attack, 'export default 2');
  assert.notEqual((await planIdentity(plan)).code, code);
  await assert.rejects(ResultStore.open(folderOf('own'), plan), refusal('CAMPAIGN-FOLDER', /another code/));
});

test('a split campaign in one folder is the whole one, and a finished one needs no work', async () => {
  const folder = folderOf('split');
  await resultsOf({ ...WHOLE, runs: 1 }, { folder });
  await resultsOf({ ...WHOLE, firstRun: 2, runs: 2 }, { folder });
  assert.deepEqual(await resultsOf(WHOLE, { folder }), whole);
  const workplace = () => assert.fail('there is nothing to do');
  assert.deepEqual(await resultsOf(WHOLE, { folder, workplace }), whole);
});

test('stopped in the middle, the campaign says so, and resumed it gives the same to the bit', async () => {
  for (const workers of [0, 2]) {
    const folder = folderOf(`stopped-${workers}`);
    const stop = new AbortController();
    const some: JobResult[] = [];
    const options = { workers, folder, signal: stop.signal };
    const stopped = runCampaign(WHOLE, {
      ...options,
      onResult: (_, result) => {
        some.push(result);
        if (some.length === 3) stop.abort();
      },
    });
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.deepEqual(some, whole.slice(0, 3));
    assert.deepEqual(await resultsOf(WHOLE, { workers, folder }), whole);
  }
});

test('a torn or damaged line does not count, and its run is done again', async () => {
  const folder = folderOf('torn');
  await resultsOf(WHOLE, { folder });
  const file = join(folder, RESULTS_FILE);
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[1] = lines[1]!.replace('"price":', '"prize":');
  writeFileSync(file, lines.join('\n'));
  appendFileSync(file, lines[0]!.slice(0, 100));
  const store = await ResultStore.open(folder, WHOLE);
  assert.deepEqual([store.size, store.damaged], [7, 2]);
  store.close();
  assert.deepEqual(await resultsOf(WHOLE, { folder }), whole);
  // Nothing was taken away.
  assert.ok(readFileSync(file, 'utf8').includes('"prize":'));
});

test('a line of another campaign does not count, and its run is done again', async () => {
  const [own, other] = [folderOf('mine'), folderOf('theirs')];
  const seeded = { ...WHOLE, scenario: { ...SCENARIO, seed: 1 } };
  await resultsOf(WHOLE, { folder: own });
  await resultsOf(seeded, { folder: other });
  copyFileSync(join(other, RESULTS_FILE), join(own, RESULTS_FILE));
  const store = await ResultStore.open(own, WHOLE);
  assert.deepEqual([store.size, store.damaged], [0, 8]);
  store.close();
  assert.deepEqual(await resultsOf(WHOLE, { folder: own }), whole);
});

test('CAMPAIGN-FOLDER: results of another economy, scenario, point or format', async () => {
  const folder = folderOf('split');
  const other = { ...WHOLE, scenario: { ...SCENARIO, seed: 1 } };
  await assert.rejects(resultsOf(other, { folder }), refusal('CAMPAIGN-FOLDER', /another scenario/));
  const economy = { ...WHOLE.economy, set: [['price.gain', '0.05']] as const };
  await assert.rejects(resultsOf({ ...WHOLE, economy }, { folder }), refusal('CAMPAIGN-FOLDER', /another economy/));
  await assert.rejects(resultsOf(planOf(), { folder }), refusal('CAMPAIGN-FOLDER', /another points/));
  const file = join(folderOf('torn'), PLAN_FILE);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"format":2', '"format":99'));
  await assert.rejects(resultsOf(WHOLE, { folder: folderOf('torn') }), refusal('CAMPAIGN-FOLDER', /format 99/));
  writeFileSync(file, 'mine');
  await assert.rejects(resultsOf(WHOLE, { folder: folderOf('torn') }), refusal('CAMPAIGN-FOLDER', /something else/));
});

test('CAMPAIGN-STORE: a folder that cannot be made', async () => {
  writeFileSync(folderOf('file'), '');
  await assert.rejects(
    resultsOf(WHOLE, { folder: join(folderOf('file'), 'below') }),
    refusal('CAMPAIGN-STORE', /ENOTDIR/),
  );
});

test('CAMPAIGN-JOB: of all that fail the first, with point, run and cause; what was done is kept', async () => {
  const bad = { ...NO_CHANGE, scenario: { 'demand.utilisation': -1 } };
  const plan: CampaignPlan = planOf({ points: [NO_CHANGE, bad, bad], firstRun: 3, runs: 2 });
  for (const workers of [0, 2]) {
    const folder = folderOf(`failed-${workers}`);
    const failed = resultsOf(plan, { workers, folder });
    await assert.rejects(
      failed,
      refusal('CAMPAIGN-JOB', /^point 1 \(demand\.utilisation=-1\), run 3: .* got -1 \[SIMULATION-NUMBER\]$/),
    );
    const store = await ResultStore.open(folder, plan);
    assert.equal(store.size, 2);
    store.close();
  }
});

test('CAMPAIGN-BUG: a kind that brings what is no number', async () => {
  const kinds = JOB_KINDS as Record<string, unknown>;
  kinds.broken = () => ({ figures: { price: Number.NaN }, series: {} });
  const broken = resultsOf(planOf({ kind: 'broken' }));
  await assert.rejects(broken, refusal('CAMPAIGN-BUG', /^point 0, run 0: .* price is NaN$/));
  delete kinds.broken;
});

test('CAMPAIGN-SIZE: more runs than anyone could keep, before any thread starts', async () => {
  const points = Array.from({ length: 11 }, () => NO_CHANGE);
  const run = runCampaign(planOf({ points, runs: 1_000_000 }), { onResult: () => {} });
  await assert.rejects(run, refusal('CAMPAIGN-SIZE', /at most 10000000, got 11 × 1000000 = 11000000/));
});

test('CAMPAIGN-KIND, and an economy that is none, before any thread starts', async () => {
  await assert.rejects(
    resultsOf(planOf({ kind: 'fly' }), { workers: 2 }),
    refusal('CAMPAIGN-KIND', /simulate.* got fly/),
  );
  const economy = { entry: 'reference', texts: {}, set: [] };
  await assert.rejects(resultsOf(planOf({ economy }), { workers: 2 }), { code: 'ECONOMY-NOT-FOUND' });
});

test('CAMPAIGN-WORKER: a thread that ends by itself', async () => {
  const workplace = threads(planOf({ economy: { entry: 'reference', texts: {}, set: [] } }), 1);
  const [job] = [{ number: 0, point: 0, run: 0 }];
  await assert.rejects(workplace.perform(job!), refusal('CAMPAIGN-WORKER', /point 0, run 0/));
  await workplace.close('cut');
});

test('worlds at the edge have a defined result: no node, one node, no demand at all', async () => {
  const quiet = {
    'no node': { providers: [] },
    'one node': { providers: [{ ...SCENARIO.providers[0]!, nodes: 1, nodesMax: 1, operators: 1 }] },
    'no demand': { 'demand.utilisation': 0 },
    'a trace of zeros': { 'demand.trace': { values: [0, 0], epochsPerValue: 1 } },
  };
  const points = Object.values(quiet).map((scenario) => ({ ...NO_CHANGE, scenario: scenario as Point['scenario'] }));
  const [none, one, idle, zeros] = await resultsOf(planOf({ points }));
  assert.deepEqual([none!.figures.utilisation, none!.figures.activeNodes], [null, 0]);
  assert.ok(one!.figures.activeNodes! <= 1 && one!.figures.chargedGrains! > 0);
  for (const still of [idle, zeros])
    assert.deepEqual([still!.figures.chargedGrains, still!.figures.utilisation], [0, 0]);
});

test('a tally has mean, interval, quantiles and fan, and counts what a run does not have', () => {
  const tally = new PointTally();
  for (const price of [1, 2, 3, 4]) tally.add({ figures: { price, coverage: null }, series: { price: [null, price] } });
  const { mean, interval, deviation, quantiles } = tally.summary('price')!;
  assert.equal(mean, 2.5);
  // t of 3 degrees at 97.5 %, times the standard error.
  assert.ok(Math.abs(interval![1] - 2.5 - 3.182446 * (deviation! / 2)) < 1e-5);
  assert.equal(quantiles.p50, 2.5);
  assert.equal(tally.summary('coverage'), null);
  assert.deepEqual(tally.fan('price').p50, [null, 2.5]);
});

test('a study goes on until every point is known well enough, in the same rounds when it is resumed', async () => {
  const folder = folderOf('study');
  const until = readPrecision('price ±0.5 %');
  const runsOf = async (options: Partial<StudyOptions>) => {
    const rows: string[] = [];
    const onResult = ({ point, run }: { point: number; run: number }) => void rows.push(`${point} ${run}`);
    const { runs, isPrecise, tallies } = await runStudy(
      { ...WHOLE, runs: 2 },
      { workers: 0, until, onResult, ...options },
    );
    return { runs, isPrecise, rows, price: tallies.map((tally) => tally.summary('price')) };
  };
  const few = await runsOf({ runsMax: 12, folder, until: readPrecision('price ±0.000001') });
  assert.deepEqual([few.runs, few.isPrecise, few.rows.length], [12, false, 24]);
  const enough = await runsOf({ runsMax: 400, folder });
  assert.equal(enough.isPrecise, true);
  assert.ok(enough.runs >= 8 && enough.runs < 400, `${enough.runs}`);
  assert.deepEqual(await runsOf({ runsMax: 400 }), enough);
  assert.equal((await runsOf({ until: null })).isPrecise, null);
});

test('CAMPAIGN-PRECISION: no width, or no figure of the runs', async () => {
  assert.deepEqual(readPrecision('nakamoto +-0.5'), { figure: 'nakamoto', half: 0.5, isRelative: false });
  for (const text of ['price', 'price ±0 %', 'price 1 %'])
    assert.throws(() => readPrecision(text), refusal('CAMPAIGN-PRECISION', /such as/));
  const study = runStudy(planOf(), { workers: 0, until: readPrecision('prize ±1 %') });
  await assert.rejects(study, refusal('CAMPAIGN-PRECISION', /one of price, .* got prize/));
});

test('SIMULATION-FIELD', () => {
  assert.throws(
    () => withScenario(SCENARIO, { 'demand.utilization': 1 }),
    (error) => error instanceof SimulationRefusal && error.code === 'SIMULATION-FIELD' && /demand/.test(error.message),
  );
});

test('a line is written whole, however little of it is taken at a time', () => {
  const file = openSync(folderOf('line'), 'w+');
  try {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 7 }), (bytes, most) => {
        ftruncateSync(file);
        let end = 0;
        const little = (to: number, from: Uint8Array, at: number, count: number): number => {
          const taken = writeSync(to, from, at, Math.min(count, most), end);
          end += taken;
          return taken;
        };
        writeWhole(file, bytes, little);
        const read = Buffer.alloc(bytes.length + 1);
        assert.equal(readSync(file, read, 0, read.length, 0), bytes.length);
        assert.deepEqual(new Uint8Array(read.subarray(0, -1)), bytes);
      }),
    );
  } finally {
    closeSync(file);
  }
});
