import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedData } from '../lab/shared-data.fixture.ts';
import { CliRefusal } from '../refusal.ts';
import { type SimulateFlags, simulate } from './simulate.ts';

const root = mkdtempSync(join(tmpdir(), 'stannary-simulate-'));
after(() => rmSync(root, { recursive: true }));

const FLAGS: SimulateFlags = {
  set: [],
  scenarioSet: [],
  calibrate: false,
  horizon: '1d',
  runs: '3',
  runsMax: 100,
  sweep: [],
  design: 'grid',
  workers: 0,
  resume: false,
  force: false,
  json: false,
};

async function simulated(flags: Partial<SimulateFlags>): Promise<string> {
  const said: string[] = [];
  await simulate('reference', { ...FLAGS, ...flags }, (text) => said.push(text));
  return said.join('\n');
}

test('a table with intervals and quantiles, in credits, tokens and per cent', async () => {
  const text = await simulated({ scenario: 'demand-slump' });
  assert.match(text, /^reference [0-9a-f]{12} in the world demand-slump: 3 runs of 1 d, seed 0$/m);
  assert.match(text, /^price +credits\/NCU·h +0\.010\d+ +0\.01\d+ … 0\.01\d+ +0\.01/m);
  assert.match(text, /^dailyMoveLow +logarithm +– +not in any run/m);
});

test('a sweep is a line a point; --seed and --scenario-set say over the file', async () => {
  const sweep = [['scenario.demand.elasticity', '0.5, 1']] as const;
  const text = await simulated({
    sweep,
    seed: '7',
    scenarioSet: [['demand.noise', '0']],
    set: [['price.gain', '5 %']],
  });
  assert.match(text, /3 runs of 1 d, seed 7/);
  assert.match(text, /^0 +0\.5 +0\.01/m);
  assert.match(text, /^1 +1 +0\.01/m);
});

const FILES = ['runs.csv', 'runs.parquet', 'fans.csv', 'fans.parquet', 'summary.json', 'report.html'];

test('--out keeps every run and fan; split and resumed they are the same to the byte', async () => {
  const [whole, split] = [join(root, 'whole'), join(root, 'split')];
  const printed = await simulated({ out: whole, json: true });
  assert.equal(`${printed}\n`, readFileSync(join(whole, 'summary.json'), 'utf8'));
  assert.equal(readFileSync(join(whole, 'runs.csv'), 'utf8').trim().split('\r\n').length, 4);
  await simulated({ out: split, runs: '1' });
  assert.equal(await simulated({ out: split, resume: true, json: true }), printed);
  for (const file of FILES) assert.deepEqual(readFileSync(join(split, file)), readFileSync(join(whole, file)), file);
});

test('--html: a page with every figure and its interval, fans over time, and sweeps point by point', async () => {
  const html = join(root, 'page.html');
  await simulated({ html, sweep: [['scenario.demand.elasticity', '0.5, 1']] });
  const page = readFileSync(html, 'utf8');
  assert.match(page, /^<!doctype html>/i);
  assert.match(page, /scenario\.demand\.elasticity=0\.5/);
  assert.match(page, /id="sweep"/);
  assert.match(page, /credits\/NCU·h/);
  // Two points of seven fans.
  assert.equal(page.match(/<svg/g)!.length, 14);
  assert.doesNotMatch(page, /NaN|Infinity|<script|https?:\/\/(?!www\.w3\.org)/);
  await assert.rejects(simulated({ html }), { code: 'OUT-EXISTS' });
  await simulated({ html, force: true });
  assert.match(readFileSync(html, 'utf8'), /base/);
});

test('OUT-FOLDER, SIMULATE-HTML: what cannot be written is refused by name', async () => {
  for (const out of ['/dev/null/x', '/proc/stannary']) {
    await assert.rejects(simulated({ out }), { code: 'OUT-FOLDER', refusalClass: 'give-up' });
  }
  await assert.rejects(simulated({ html: join(root, 'no', 'page.html') }), { code: 'SIMULATE-HTML' });
});

test('OUT-RESUME: results are gone on with only when that is asked for', async () => {
  const out = join(root, 'once');
  await simulated({ out, runs: '1' });
  await assert.rejects(simulated({ out, runs: '1' }), (error) => {
    assert.ok(error instanceof CliRefusal && error.code === 'OUT-RESUME');
    assert.match(error.message, /--resume/);
    return true;
  });
  await assert.rejects(simulated({ out, runs: '1', seed: '1', resume: true }), { code: 'CAMPAIGN-FOLDER' });
});

test('--until goes on until it is known well, or says that it is not', async () => {
  const { runs, isPrecise } = JSON.parse(await simulated({ until: 'price ±1 %', json: true })) as Record<
    string,
    unknown
  >;
  assert.ok(isPrecise === true && Number(runs) >= 8 && Number(runs) < 100, `${runs}`);
  const missed = await simulated({ until: 'price ±0.0001 %', runsMax: 8 });
  assert.match(missed, /not as precise as asked for/);
});

test('SIMULATE-CALIBRATE: there must be a trace', async () => {
  await assert.rejects(simulated({ calibrate: true }), { code: 'SIMULATE-CALIBRATE' });
});

interface Summary {
  readonly traces: readonly string[];
  readonly demandFit: {
    noise: number;
    fit: { errors: Record<'inSample' | 'outOfSample', { count: number; wape: number }> };
  };
  readonly points: readonly { figures: Record<string, { mean: number } | null> }[];
}

for (const [name, of] of [
  ['alibaba-gpu-v2023', /Alibaba cluster-trace-gpu-v2023.*3585 epochs/],
  ['azure-llm-2023-conversation', /Azure LLM inference trace 2023.*each 60 s of it/],
] as const) {
  sharedData(`${name}: simulated as it is, and as a model of it with its error in and out of sample`, async () => {
    const plain = JSON.parse(await simulated({ demand: name, json: true })) as Summary;
    assert.match(plain.traces[0]!, of);
    const fitted = JSON.parse(await simulated({ demand: name, calibrate: true, json: true })) as Summary;
    const { inSample, outOfSample } = fitted.demandFit.fit.errors;
    assert.ok(inSample.count > outOfSample.count && outOfSample.wape > 0 && fitted.demandFit.noise > 0);
    for (const { points } of [plain, fitted]) assert.ok(points[0]!.figures.usedNcuMs!.mean > 0);
    assert.match(await simulated({ demand: name, calibrate: true }), /^ {2}out of sample +\d+ values: off by/m);
  });
}

test('Ctrl-C: its own status, a line that says how to go on, and then the same bits', {
  timeout: 120_000,
}, async () => {
  const [out, whole] = [join(root, 'stopped'), join(root, 'unstopped')];
  const flags = { horizon: '12d', runs: '12' };
  const args = [
    'simulate',
    'reference',
    '--horizon',
    flags.horizon,
    '--runs',
    flags.runs,
    '--workers',
    '1',
    '--out',
    out,
  ];
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../stannary.mjs'), ...args]);
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const results = join(out, 'results.jsonl');
  const ended = new Promise<number | null>((done) => child.once('close', done));
  while (!existsSync(results) || readFileSync(results).length === 0) await new Promise((look) => setTimeout(look, 5));
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(said, /^stannary: stopped after \d+ runs?; the same command with --resume goes on from /);
  assert.ok(!existsSync(join(out, 'summary.json')));
  await simulated({ ...flags, out, resume: true });
  await simulated({ ...flags, out: whole });
  for (const file of FILES) assert.deepEqual(readFileSync(join(out, file)), readFileSync(join(whole, file)), file);
});
