import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadEconomy } from '@stannary/economies';
import { Draws, defaultScenario, type Scenario, Simulation, StatementTwin } from '@stannary/simulator';
import { contentHash } from '@stannary/wire';
import { runStannary } from '../lab/run-stannary.fixture.ts';
import { gatedWorld, type NetworkTold, networkTold } from './inputs.ts';

// A small network whose statements the kernel's own `settleEpoch` makes, as a gateway serves them.

const { policies } = await loadEconomy('reference');
const [policy] = policies;
const { economy } = policy;
const ELASTICITY = 0.6;
const EPOCHS = 200;

const root = mkdtempSync(join(tmpdir(), 'stannary-live-'));
const folder = join(root, 'statements');
const ANSWERS: { readonly statement: { readonly economyHash: string }; readonly statementHash: string }[] = [];
let served: object;

function world(): Scenario {
  const base = defaultScenario(economy);
  const trace = { values: [0.6, 1, 1.4, 1], epochsPerValue: 6 };
  return {
    ...base,
    horizonEpochs: EPOCHS,
    providers: base.providers.map((one) => ({ ...one, nodes: 12, nodesMax: 12, operators: 12 })),
    demand: { ...base.demand, elasticity: ELASTICITY, trace },
  };
}

before(() => {
  const twin = new StatementTwin(economy, new Draws({ seed: 0, run: 0 }));
  const simulation = new Simulation(economy, world(), { run: 0, twin });
  while (!simulation.isOver) {
    simulation.step();
    ANSWERS.push({ statement: twin.statement!, statementHash: contentHash(twin.statement as never) });
  }
  const { economyHash } = ANSWERS[0]!.statement;
  served = { version: 1, fromEpoch: 0, economyHash, economy };
  mkdirSync(folder);
  for (const [epoch, answer] of ANSWERS.entries()) writeFileSync(join(folder, `${epoch}.json`), JSON.stringify(answer));
  writeFileSync(join(folder, 'economy.json'), JSON.stringify(served));
});
after(() => rmSync(root, { recursive: true }));

async function worldOf({ scenarioText }: NetworkTold): Promise<Scenario> {
  const file = join(root, 'calibrated.yaml');
  writeFileSync(file, scenarioText);
  return (await gatedWorld({ economy: 'reference', set: [], file, scenarioSet: [] })).scenario;
}

test('statements of the kernel become the world that is gated, and the report holds each estimate', async () => {
  const told = await networkTold(folder, policy);
  const { providers, demand } = await worldOf(told);
  assert.equal(
    providers.reduce((sum, one) => sum + one.nodes, 0),
    48,
  );
  assert.ok(Math.abs(demand.utilisation - world().demand.utilisation) < 0.1, `${demand.utilisation}`);
  assert.ok(demand.trace !== null && demand.trace.values.length === 24, 'the day’s pattern');
  const { isGatedEconomy, epochs, elasticity } = told.calibration as Record<string, unknown>;
  assert.equal(isGatedEconomy, false, 'the twin’s statements name no real economy');
  assert.deepEqual(epochs, { first: 0, last: EPOCHS - 1, count: EPOCHS });
  assert.ok(elasticity !== undefined);
  await assert.rejects(networkTold(folder, await otherEpochs()), { code: 'GATE-LIVE' });
});

test('the fitted world is written beside the report, over nothing that is there (OUT-EXISTS)', async () => {
  const out = join(root, 'out');
  const args = ['gate', 'reference', '--live', folder, '--only', 'G13', '--key', join(root, 'key.pem'), '--out', out];
  const { status, stderr } = await runStannary(...args);
  assert.equal(status, 0, stderr);
  const { scenarioText } = await networkTold(folder, policy);
  assert.equal(readFileSync(join(out, 'calibrated.yaml'), 'utf8'), scenarioText);
  rmSync(join(out, 'gate-report.json'));
  rmSync(join(out, 'gate-report.html'));
  assert.match((await runStannary(...args)).stderr, /calibrated\.yaml: .*\[OUT-EXISTS\]/);
  assert.equal((await runStannary(...args, '--force')).status, 0);
});

async function otherEpochs() {
  return (await loadEconomy('local')).policies[0];
}

test('a gateway that is asked tells the same', async () => {
  const server = createServer(({ url = '' }, response) => {
    const epoch = /^\/v1\/epochs\/(\d+)\/statement$/.exec(url)?.[1];
    const status = url === '/v1/status' ? { settledEpoch: EPOCHS - 1, policy: served } : served;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(epoch === undefined ? status : ANSWERS[Number(epoch)]));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [fromUrl, fromFolder] = [await networkTold(url, policy), await networkTold(folder, policy)];
    assert.deepEqual(await worldOf(fromUrl), await worldOf(fromFolder));
  } finally {
    server.close();
  }
});
