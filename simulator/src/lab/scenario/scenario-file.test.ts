import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEconomy } from '@stannary/economies';
import { checkScenario } from '../../scenario/check.ts';
import { defaultScenario } from '../../scenario/defaults.ts';
import { planOf, resultsOf } from '../campaign/campaign.fixture.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import { TraceRefusal, type TraceRefusalCode } from '../traces/refusal.ts';
import { sharedDataTest } from '../traces/traces.fixture.ts';
import { type LoadedScenario, loadScenario, type ScenarioRequest } from './load.ts';
import { SCENARIO_PAGE, scenarioPage } from './page.ts';
import { SCENARIO_PRESETS } from './presets.ts';
import { nearestText, ScenarioRefusal, type ScenarioRefusalCode } from './refusal.ts';
import { readAxisText } from './sweep.ts';

const root = mkdtempSync(join(tmpdir(), 'stannary-scenario-'));
after(() => rmSync(root, { recursive: true }));
const EXAMPLES = fileURLToPath(new URL('../../../../examples/scenarios/', import.meta.url));
const { economy } = await loadEconomy('reference');

let files = 0;
function written(text: string, name?: string): string {
  files += 1;
  const file = join(root, name ?? `${files}.yaml`);
  writeFileSync(file, text);
  return file;
}

function load(text: string, more: Partial<ScenarioRequest> = {}): Promise<LoadedScenario> {
  return loadScenario({ economy: 'reference', set: [], file: written(text), scenarioSet: [], sweep: null, ...more });
}

/** A refusal at exactly this line and column. */
async function refused(text: string, code: ScenarioRefusalCode, at: string, said: RegExp): Promise<void> {
  await assert.rejects(load(text), (error) => {
    assert.ok(error instanceof ScenarioRefusal, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.where.replace(/^.*\.yaml:/, '').startsWith(at), error.where);
    assert.match(error.message, said);
    return true;
  });
}

test('an empty file is the world that the economy assumes; the same twice is the same', async () => {
  assert.deepEqual((await load('')).scenario, defaultScenario(economy));
  const stress = () => load('extends: stress\nname: twice');
  assert.deepEqual(await stress(), await stress());
});

test('fields in their units', async () => {
  const { scenario } = await load(`
horizon: 30 d
demand: { utilisation: 65 %, outside: 0.0144 credits per NCU·h, noise: 0 }
providers:
  edge: { capacity: 50 NCU, nodes: 40 }
  ai: null
  own: { class: cloud, nodes: 1, operators: 1 }
token: { kind: pool, credits: 1_000 credits, tokens: 2e3 tokens, fee: 0.3 %, burnBuys: 1, speculators: { trend: 0, value: 0.1, fair: 0.5 credits, noise: 0 } }
network: { latency: 250 ms }
reserve: { stable: 0 credits }
shocks: [{ kind: demand, at: 2 eras, for: 12 epochs, factor: 3 }]
`);
  assert.equal(scenario.horizonEpochs, 720);
  assert.deepEqual([scenario.demand.utilisation, scenario.demand.outsideMicrograinsPerNcuS], [0.65, 4_000_000]);
  assert.deepEqual(scenario.providers.map(({ className, nodes, nodesMax }) => [className, nodes, nodesMax]).slice(-3), [
    ['edge', 40, 50],
    ['grid', ...gridSize()],
    ['cloud', 1, 2],
  ]);
  assert.deepEqual(scenario.providers.find(({ className }) => className === 'edge')!.milliNcu, 50_000);
  assert.ok(scenario.token.kind === 'pool' && scenario.token.feePpm === 3_000);
  assert.ok(scenario.token.kind === 'pool' && scenario.token.speculators.fairMicrograins === 500_000);
  assert.deepEqual(scenario.shocks, [{ kind: 'demand', atEpoch: 48, epochs: 12, factor: 3 }]);
});

function gridSize(): readonly number[] {
  const { nodes, nodesMax } = defaultScenario(economy).providers.find(({ className }) => className === 'grid')!;
  return [nodes, nodesMax];
}

test('every preset and every example is a world of the reference', async () => {
  for (const file of Object.keys(SCENARIO_PRESETS)) {
    const { scenario } = await loadScenario({ economy: 'reference', set: [], file, scenarioSet: [], sweep: null });
    checkScenario(economy, scenario);
  }
  for (const name of ['stressed-growth', 'what-we-do-not-know', 'faster-price']) await runExample(name);
});

/** One run of its last point. */
async function runExample(name: string): Promise<void> {
  const file = join(EXAMPLES, `${name}.yaml`);
  const loaded = await loadScenario({ economy: 'reference', set: [], file, scenarioSet: [], sweep: null });
  assert.equal(loaded.scenario.name, name);
  const points = loaded.points.slice(-1).map(({ point }) => point);
  const [result] = await resultsOf(planOf({ ...loaded, points }));
  assert.ok(result!.figures.price! > 0);
}

test('the reference page is current', () => {
  const page = readFileSync(fileURLToPath(new URL(`../../../../${SCENARIO_PAGE}`, import.meta.url)), 'utf8');
  assert.ok(page === scenarioPage(economy), 'run node tools/write-scenario.mjs');
});

test('what is said on the command line wins over the file, and the file over what it extends', async () => {
  written('demand: { elasticity: 0.7, noise: 0.2 }\neconomy: { price.gain: 0.03 }', 'base.yaml');
  const text = 'extends: base.yaml\ndemand: { elasticity: 0.8 }';
  const { scenario, policy } = await load(text, { scenarioSet: [['demand.elasticity', '0.9']] });
  assert.deepEqual([scenario.demand.elasticity, scenario.demand.noise], [0.9, 0.2]);
  assert.ok(policy.economy.price.kind === 'rational-step' && policy.economy.price.gainPpm === 30_000);
});

test('SCENARIO-FIELD: an unknown field, with the nearest', async () => {
  await refused('demand:\n  elasticty: 1\n', 'SCENARIO-FIELD', '2:14 demand.elasticty', /nearest elasticity/);
  await refused('providers: { clod: { nodes: 1 } }', 'SCENARIO-FIELD', '1:20 providers.clod', /grid/);
  await refused('economy: { price.gian: 0.05 }', 'SCENARIO-FIELD', '1:24 economy.price.gian', /gain/);
});

test('SCENARIO-TYPE, SCENARIO-VALUE, SCENARIO-RANGE, SCENARIO-MISSING: at line and column', async () => {
  await refused('a secret', 'SCENARIO-TYPE', '1:1', /a map of fields, got a single value/);
  await refused('demand: 5', 'SCENARIO-TYPE', '1:9 demand', /a map of fields, got 5/);
  await refused('shocks: { a: 1 }', 'SCENARIO-TYPE', '1:9 shocks', /a list/);
  await refused('horizon: 30', 'SCENARIO-VALUE', '1:10 horizon', /a duration such as 30 d .* got 30/);
  await refused('horizon: 90 min', 'SCENARIO-RANGE', '1:10 horizon', /a whole number of epochs, got 90 min/);
  await refused('runs: 4e9', 'SCENARIO-RANGE', '1:7 runs', /from 1 to 1000000, got 4e9/);
  await refused('demand:\n  noise: -1', 'SCENARIO-RANGE', '2:10 demand.noise', /from 0 to 10, got -1/);
  await refused('demand: { noise: .nan }', 'SCENARIO-VALUE', '1:18 demand.noise', /got \.nan/);
  await refused('token: { kind: series }', 'SCENARIO-MISSING', '1:8 token.prices', /got nothing/);
  await refused('shocks: [{ kind: quake, at: 1 d }]', 'SCENARIO-VALUE', '1:18 shocks[0].kind', /one of token-price/);
  await refused(
    'providers: { cloud: { nodes: 9, nodesMax: 3 } }',
    'SCENARIO-RANGE',
    '1:43 providers.cloud.nodesMax',
    /at least 9/,
  );
  await refused(
    'providers: { cloud: { nodes: -1 } }',
    'SCENARIO-RANGE',
    '1:30 providers.cloud.nodes',
    /from 0 .* got -1/,
  );
  await refused('providers: { cloud: { nodes: few } }', 'SCENARIO-VALUE', '1:30 providers.cloud.nodes', /got few/);
  await refused('economy: { price.gain: fast }', 'SCENARIO-VALUE', '1:24 economy.price.gain', /got fast/);
});

test('SCENARIO-RANGE: a horizon of centuries is refused before anything runs', async () => {
  await assert.rejects(load('horizon: 1_000_000 d'), (error) => {
    assert.ok(error instanceof ScenarioRefusal && error.code === 'SCENARIO-RANGE', String(error));
    assert.match(error.message, /yaml horizonEpochs: expected an integer from 1 to 175200, got 24000000/);
    return true;
  });
});

test('all that is wrong is listed with the first', async () => {
  await refused(
    'seed: x\nruns: 0\nhorizon: 1\n',
    'SCENARIO-VALUE',
    '1:7 seed',
    /also .*:2:7 runs: .*\[SCENARIO-RANGE\]\n {2}also .*:3:10 horizon/,
  );
});

test('SCENARIO-YAML, SCENARIO-FILE, SCENARIO-EXTENDS', async () => {
  await refused('demand: {\n', 'SCENARIO-YAML', '2:1', /YAML 1\.2/);
  await refused('seed: 1\nseed: 2\n', 'SCENARIO-YAML', '2:1', /each key once/);
  await refused('demand: &a { noise: 0 }', 'SCENARIO-YAML', '1:12', /an anchor/);
  await assert.rejects(load('', { file: 'nowhere.yaml' }), { code: 'SCENARIO-FILE' });
  await refused('extends: nowhere', 'SCENARIO-FILE', '1:10 extends', /one of default, base, stress/);
  written('extends: b.yaml', 'a.yaml');
  written('extends: a.yaml', 'b.yaml');
  await refused('extends: a.yaml', 'SCENARIO-EXTENDS', '1:10 extends', /without a loop/);
});

test('sweeps: a grid, rows, a hypercube and a sequence over economy and scenario, in their units', async () => {
  const grid = await load(`
sweep:
  fields:
    economy.price.gain: { from: 3 %, to: 6 %, levels: 3 }
    scenario.demand.elasticity: [0.5, 2]
`);
  assert.deepEqual(
    grid.points.map(({ point }) => [point.economy[0]![1], point.scenario['demand.elasticity']]),
    ['3 %', '4.5 %', '6 %'].flatMap((gain) => [
      [gain, 0.5],
      [gain, 2],
    ]),
  );
  const zip = await load('sweep: { design: zip, fields: { scenario.horizon: [1 d, 2 d], scenario.seed: [1, 2] } }');
  assert.deepEqual(
    zip.points.map(({ point }) => point.scenario),
    [
      { horizonEpochs: 24, seed: 1 },
      { horizonEpochs: 48, seed: 2 },
    ],
  );
  const lhs = await load(
    'sweep: { design: lhs, points: 8, seed: 3, fields: { scenario.providers.cloud.nodes: { from: 10, to: 90 } } }',
  );
  const nodes = lhs.points.map(({ parameters }) => Number(parameters['scenario.providers.cloud.nodes']));
  // One in each eighth, and whole: its ends may round outwards.
  const byNodes = nodes.sort((a, b) => a - b);
  assert.ok(
    byNodes.every((one, eighth) => Number.isInteger(one) && Math.abs(one - (15 + 10 * eighth)) <= 5),
    `${byNodes}`,
  );
  const sobol = await load(
    'sweep: { design: sobol, points: 3, fields: { scenario.token.volatility: { from: 0 %, to: 100 % } } }',
  );
  assert.deepEqual(
    sobol.points.map(({ parameters }) => parameters['scenario.token.volatility']),
    ['0', '0.5', '0.75'],
  );
});

test('a world follows the economy that a point makes', async () => {
  const { points, scenario } = await load('sweep: { fields: { economy.assumptions.elasticity: [0.5, 0.7] } }');
  const worlds = points.map(({ point }) => withScenario(scenario, point.scenario).demand.elasticity);
  assert.deepEqual(worlds, [0.5, 0.7]);
});

test('SCENARIO-SWEEP, SCENARIO-FIELD of a sweep: the field, the design, the range, the point', async () => {
  const sweep = (text: string) => `sweep:\n  ${text}`;
  const field = (text: string) => sweep(`fields: { ${text} }`);
  await refused(field('economy.price.gian: [1]'), 'SCENARIO-FIELD', '2:33 sweep', /nearest price\.gain/);
  await refused(field('scenario.demand.elasticty: [1]'), 'SCENARIO-FIELD', '2:40 sweep', /nearest elasticity/);
  await refused(field('price.gain: [1]'), 'SCENARIO-FIELD', '2:25 sweep', /economy\.… or scenario\.…/);
  await refused(
    sweep('design: cube\n  fields: { scenario.seed: [1] }'),
    'SCENARIO-SWEEP',
    '2:3 sweep.design',
    /one of grid/,
  );
  await refused(
    sweep('design: lhs\n  fields: { scenario.seed: [1] }'),
    'SCENARIO-SWEEP',
    '2:3 sweep',
    /a number of points/,
  );
  await refused(
    field('economy.price.gain: { from: 6 %, to: 3 %, levels: 2 }'),
    'SCENARIO-SWEEP',
    '2:33 sweep',
    /at least 6 %/,
  );
  await refused(
    field('economy.price.gain: { from: 3, to: 6 d, levels: 2 }'),
    'SCENARIO-SWEEP',
    '2:33 sweep',
    /got 6 d/,
  );
  await refused(
    field('scenario.name: { from: a, to: b, levels: 2 }'),
    'SCENARIO-SWEEP',
    '2:28 sweep',
    /holds a number/,
  );
  await refused(field('scenario.seed: { from: 1, to: 2 }'), 'SCENARIO-SWEEP', '2:28 sweep', /levels/);
  await refused(
    sweep('design: zip\n  fields: { scenario.seed: [1], scenario.runs: [1, 2] }'),
    'SCENARIO-SWEEP',
    '2:3 sweep zip',
    /1 values/,
  );
  await refused(
    field('economy.take.burn: [5 %, 99 %]'),
    'SCENARIO-SWEEP',
    '2:3 sweep point 1 (economy.take.burn=99 %)',
    /got 99 %/,
  );
  await refused(field('scenario.demand.noise: [0, 99]'), 'SCENARIO-RANGE', '2:36 sweep', /from 0 to 10, got 99/);
});

test('a sweep as a text', () => {
  assert.deepEqual(readAxisText('scenario.seed', '1, 2', 'x').values, ['1', '2']);
  const range = { from: '2 %', to: '10 %', levels: 5, scale: 'linear' };
  assert.deepEqual(readAxisText('economy.price.gain', '2 % .. 10 % : 5', 'x').values, range);
  assert.throws(() => readAxisText('scenario.seed', '1,,2', 'x'), { code: 'SCENARIO-SWEEP' });
});

test('the nearest name comes first', () => {
  assert.match(nearestText(['noise', 'growth', 'trace', 'elasticity'], 'grwth'), /nearest growth/);
});

const CSV = 'time,quantity\n0,2\n3600,4\n7200,0\n';

test("a user's own trace is demand over its mean, whatever the kind of its columns", async () => {
  written(CSV, 'usage.csv');
  written('time,size_in,size_out\n0,1,1\n3600,2,2\n7200,0,0\n', 'requests.csv');
  const step = 'step: 1 h';
  for (const name of ['usage.csv', 'requests.csv']) {
    const { scenario, notes } = await load(`demand: { trace: { from: ${name}, ${step} } }`);
    assert.deepEqual(scenario.demand.trace, { values: [1, 2, 0], epochsPerValue: 1 });
    assert.match(notes[0]!, new RegExp(`demand\\.trace: ${name}: 3 epochs, each 3600 s of it`));
  }
  const own = await load(`demand: { trace: { from: { schema: usage, file: usage.csv }, ${step} } }`);
  assert.deepEqual(own.scenario.demand.trace!.values, [1, 2, 0]);
  written('time,price\n0,10\n3600,20\n', 'price.csv');
  const price = await load('token: { kind: series, prices: { from: price.csv, step: 1 h } }');
  const first = economy.assumptions.tokenPriceMicrograins;
  assert.deepEqual(price.scenario.token, {
    kind: 'series',
    micrograins: { values: [first, 2 * first], epochsPerValue: 1 },
  });
});

test('a usage trace of less than a day is taken in the steps that its readings fill', async () => {
  const every = (seconds: number, count: number) =>
    `time,quantity\n${Array.from({ length: count }, (_, at) => `${at * seconds},${at + 1}\n`).join('')}`;
  const course = async (text: string) => {
    written(text, 'short.csv');
    const { scenario, notes } = await load('demand: { trace: { from: short.csv } }');
    return { values: scenario.demand.trace!.values, notes: notes.join() };
  };
  const hourly = await course(every(3_600, 10));
  assert.equal(hourly.values.length, 10);
  assert.match(hourly.notes, /10 epochs, each 3600 s of it/);
  const often = await course(every(300, 18));
  assert.equal(often.values.length, 18);
  assert.match(often.notes, /each 300 s of it/);
  const fine = await course(every(60, 125));
  assert.equal(fine.values.length, 25, 'no finer than a shape needs');
  await assert.rejects(course('time,quantity\n0,1\n3600,1\n10800,1\n'), { code: 'TRACE-GAP' });
});

test('refused: a usage trace whose readings all lie in one epoch (TRACE-SHORT)', async () => {
  written('time,quantity\n0,1\n', 'one.csv');
  await assert.rejects(load('demand: { trace: { from: one.csv } }'), { code: 'TRACE-SHORT' });
});

test('traces with gaps, out of order, in wrong units, negative, huge, of nothing: file, line and column', async () => {
  const cases: readonly (readonly [string, string, TraceRefusalCode, RegExp])[] = [
    ['gaps', 'time,quantity\n0,1\n7200,1\n', 'TRACE-GAP', /epoch 1/],
    ['unsorted', 'time,quantity\n3600,1\n0,1\n', 'TRACE-ORDER', /unsorted\.csv line 3, column time/],
    ['negative', 'time,quantity\n0,-1\n', 'TRACE-NEGATIVE', /negative\.csv line 2, column quantity/],
    ['huge', 'time,quantity\n0,1e300\n', 'TRACE-HUGE', /huge\.csv line 2, column quantity/],
    ['nan', 'time,quantity\n0,NaN\n', 'TRACE-NUMBER', /nan\.csv line 2, column quantity/],
    ['units', 'time,quantity\n2023-11-16,1\n', 'TRACE-UNIT', /units\.csv line 2, column time/],
    ['columns', 'when,what\n0,1\n', 'TRACE-COLUMN', /columns\.csv/],
    ['empty', 'time,quantity\n', 'TRACE-EMPTY', /empty/],
  ];
  for (const [name, text, code, where] of cases) {
    written(text, `${name}.csv`);
    await assert.rejects(load(`demand: { trace: { from: ${name}.csv, step: 1 h } }`), (error) => {
      assert.ok(error instanceof TraceRefusal, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.where, where);
      return true;
    });
  }
  written('time,quantity\n0,0\n3600,0\n', 'zeros.csv');
  const { scenario } = await load('demand: { trace: { from: zeros.csv, step: 1 h } }');
  assert.deepEqual(scenario.demand.trace!.values, [0, 0]);
});

test('TRACE-SCHEMA, TRACE-NAME: a trace of another kind, or of no name', async () => {
  written('time,price\n0,10\n3600,20\n', 'price.csv');
  await assert.rejects(load('demand: { trace: price.csv }'), { code: 'TRACE-SCHEMA' });
  await assert.rejects(load('demand:\n  trace: alibaba'), (error) => {
    assert.ok(error instanceof TraceRefusal && error.code === 'TRACE-NAME');
    assert.match(error.message, /:2:10 demand\.trace: .*alibaba-gpu-v2023/);
    return true;
  });
});

sharedDataTest(
  'the Alibaba and the Azure LLM trace: an hour an epoch, or as little as the trace is long for',
  async () => {
    const alibaba = await load('demand: { trace: alibaba-gpu-v2023 }');
    assert.match(alibaba.notes[0]!, /3585 epochs, each 3600 s/);
    const azure = await load('demand: { trace: azure-llm-2023-conversation }');
    assert.match(azure.notes[0]!, /each 60 s of it/);
    for (const { scenario } of [alibaba, azure]) {
      const { values } = scenario.demand.trace!;
      assert.ok(Math.abs(values.reduce((sum, one) => sum + one, 0) / values.length - 1) < 1e-9);
    }
    const example = join(EXAMPLES, 'gpu-trace.yaml');
    const { points } = await loadScenario({
      economy: 'reference',
      set: [],
      file: example,
      scenarioSet: [],
      sweep: null,
    });
    assert.equal(points.length, 9);
  },
);

test('churn and costs over time: who is down serves nobody, and what costs more earns less', async () => {
  const names = economy.classes.map(({ name }) => name);
  const all = (lines: string) => `horizon: 2 d\nproviders:\n${names.map((name) => `  ${name}: ${lines}\n`).join('')}`;
  const figures = async (text: string) => {
    const { scenario } = await load(text);
    return (await resultsOf(planOf({ scenario })))[0]!.figures;
  };
  const plain = await figures('horizon: 2 d');
  const asEver = await figures(all('{ churn: { values: [0.99] }, cost: { trace: { values: [1] } } }'));
  const availability = defaultScenario(economy).providers[0]!.availability;
  assert.deepEqual(await figures(all(`{ churn: { values: [${availability}] } }`)), plain);
  assert.ok(asEver.usedNcuMs! > 0);
  const halfDown = await figures(all('{ churn: { values: [1, 0 %], every: 6 h } }'));
  assert.ok(halfDown.usedNcuMs! < 0.6 * plain.usedNcuMs! && halfDown.usedNcuMs! > 0.3 * plain.usedNcuMs!);
  const dear = await figures(all('{ cost: { variableShare: 0, trace: { values: [1.5] } } }'));
  const cheap = await figures(all('{ cost: { variableShare: 0 } }'));
  assert.ok(dear.medianMargin! < cheap.medianMargin! - 0.2, `${dear.medianMargin} ${cheap.medianMargin}`);
  await assert.rejects(load(all('{ churn: { values: [101 %] } }')), { code: 'SCENARIO-RANGE' });
});

test('a trace of up and down is the share of its nodes that are up, epoch by epoch', async () => {
  const rows = ['node,time,state', 'a,0,up', 'a,3600,down', 'a,5400,up', 'b,0,up', 'a,7200,down', 'b,10800,down'];
  writeFileSync(join(root, 'nodes.csv'), `${rows.join('\n')}\n`);
  const { scenario, notes, populations } = await load('providers: { cloud: { churn: nodes.csv } }');
  const { churn } = scenario.providers[populations.indexOf('cloud')]!;
  assert.deepEqual(churn?.values, [1, 0.75, 0.5]);
  assert.match(notes[0]!, /^providers\.cloud\.churn: .*3 epochs of 2 nodes, each 3600 s of it/);
  const { points } = await load(
    'providers: { cloud: { churn: nodes.csv } }\nsweep: { fields: { economy.assumptions.elasticity: [0.5] } }',
  );
  assert.deepEqual(withScenario(scenario, points[0]!.point.scenario).providers, scenario.providers);
  const wrong = (text: string, code: TraceRefusalCode) => assert.rejects(load(text), { code });
  await wrong('providers: { cloud: { churn: alibaba-gpu-v2023 } }', 'TRACE-SCHEMA');
  await wrong('providers: { cloud: { cost: { trace: nodes.csv } } }', 'TRACE-SCHEMA');
  await wrong('providers: { cloud: { churn: { from: nodes.csv, step: 30 d } } }', 'TRACE-SHORT');
});

sharedDataTest('churn of providers and of spot machines, and costs by a spot price', async () => {
  const { scenario, populations } = await load(`
providers:
  cloud: { churn: provider-outages }
  edge:
    churn: spot-gpu-availability-2020
    cost: { trace: { from: aws-gpu-spot-2020, series: us-east-1a/p2.8xlarge/Linux/UNIX } }
`);
  const [cloud, edge] = ['cloud', 'edge'].map((name) => scenario.providers[populations.indexOf(name)]!);
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  assert.equal(cloud!.churn!.values.length, 17_347);
  assert.ok(Math.abs(mean(cloud!.churn!.values) - 0.99937) < 1e-4);
  assert.ok(Math.abs(mean(edge!.churn!.values) - 0.695) < 1e-3);
  assert.equal(edge!.cost.trace!.values[0], 1);
});
