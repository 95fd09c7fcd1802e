import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadEconomy } from '@stannary/economies';
import { Draws } from '@stannary/simulator';
import { type JobWorld, loadScenario, simulateRun } from '@stannary/simulator/lab';
import { contentHash } from '@stannary/wire';
import { runStannary } from '../lab/run-stannary.fixture.ts';
import { CliRefusal } from '../refusal.ts';
import { type CalibrateFlags, calibrateNetwork } from './calibrate.ts';

// A network of 40 nodes whose truth is known: 400 hours of it, as a gateway serves them.

const root = mkdtempSync(join(tmpdir(), 'stannary-calibrate-'));
after(() => rmSync(root, { recursive: true }));
const { economy, economyHash } = await loadEconomy('reference');
const POLICY = { version: 1, fromEpoch: 0, economyHash, economy };
const ELASTICITY = 1.2;

function answers(): readonly { statement: unknown; statementHash: string }[] {
  const draws = new Draws({ seed: 4, run: 0 });
  const initial = economy.price.initialMicrograinsPerNcuS;
  let price: number = initial;
  return Array.from({ length: 400 }, (_, epoch) => {
    price = Math.round(price * Math.exp(0.05 * draws.normal('demand', epoch, 0, 0)));
    const noise = Math.exp(0.02 * draws.normal('demand', epoch, 0, 1));
    const usedNcuMs = Math.round(1e9 * (price / initial) ** -ELASTICITY * noise);
    const nodes = Array.from({ length: 40 }, (_, node) => {
      const has = epoch < 12 * (node + 1);
      const work = has ? Math.round(usedNcuMs / 40) : 0;
      return {
        nodeId: `n${node}`,
        operator: `o${node % 8}`,
        className: 'cloud',
        status: 'active',
        bondGrains: has ? 1 : 0,
        bondRequiredGrains: 1,
        ncuMs: work,
        auditNcuMs: Math.round(work / 50),
      };
    });
    const columns = Object.fromEntries(
      Object.keys(nodes[0]!).map((key) => [key, nodes.map((node) => node[key as 'nodeId'])]),
    );
    const statement = {
      economyHash,
      epoch,
      priceMicrograinsPerNcuS: price,
      usedNcuMs,
      offeredNcuMs: 2e9,
      nodes: { length: 40, columns },
      faults: [],
    };
    return { statement, statementHash: contentHash(statement as never) };
  });
}

const ANSWERS = answers();
const folder = join(root, 'statements');
before(() => {
  mkdirSync(folder);
  for (const [epoch, answer] of ANSWERS.entries()) writeFileSync(join(folder, `${epoch}.json`), JSON.stringify(answer));
  writeFileSync(join(folder, 'economy.json'), JSON.stringify(POLICY));
});

const FLAGS = { out: join(root, 'x.yaml'), name: 'calibrated', force: true, json: false };

async function calibrated(flags: Partial<CalibrateFlags>): Promise<string> {
  const said: string[] = [];
  await calibrateNetwork({ ...FLAGS, ...flags }, (text) => said.push(text));
  return said.join('\n');
}

test('--from: estimates with intervals, what is not shown, and a world that simulates', async () => {
  const out = join(root, 'now.yaml');
  const { status, stdout, stderr } = await runStannary('calibrate', '--from', folder, '--out', out);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^elasticity +1\.\d+ \(1\.\d+ … 1\.\d+ at 95 %, \d+ seen\)$/m);
  assert.match(stdout, /^faults that were reversed +not shown: there was nothing to count$/m);
  assert.match(stdout, /^ {2}out of sample: \d+ values: off by/m);
  const { scenario } = await loadScenario({ economy: 'reference', set: [], file: out, scenarioSet: [], sweep: null });
  const { demand, providers, verification } = scenario;
  assert.ok(Math.abs(demand.elasticity - ELASTICITY) < 0.1, `${demand.elasticity}`);
  const { availability } = providers[0]!;
  assert.ok(Math.abs(demand.utilisation / availability - 0.5) < 0.01, `${demand.utilisation} of ${availability}`);
  assert.equal(demand.trace!.values.length, 24);
  assert.deepEqual(
    providers.map(({ className, nodes, operators }) => [className, nodes, operators]),
    [['cloud', 40, 8]],
  );
  assert.ok(Math.abs(verification.auditShare! - 1 / 51) < 1e-3, `${verification.auditShare}`);
  const { figures } = simulateRun({ economy, scenario: { ...scenario, horizonEpochs: 24 } } as JobWorld, 0);
  assert.equal(figures.activeNodes, 40);
  assert.ok(Math.abs(figures.utilisation! - 0.5) < 0.1, `as full as the network was: ${figures.utilisation}`);
  await assert.rejects(calibrated({ from: folder, out, force: false }), { code: 'OUT-EXISTS' });
});

test('--gateway: the same, and --save keeps what it answers', async () => {
  const server = createServer(({ url = '' }, response) => {
    const epoch = /^\/v1\/epochs\/(\d+)\/statement$/.exec(url)?.[1];
    const status = url === '/v1/status' ? { settledEpoch: 399, policy: POLICY } : POLICY;
    const answer = epoch === undefined ? status : ANSWERS[Number(epoch)];
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [save, fromUrl, fromSaved] = ['saved', 'a.yaml', 'b.yaml'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const said = await calibrated({ gateway, save, out: fromUrl, json: true });
  server.close();
  assert.equal((JSON.parse(said) as { epochs: { count: number } }).epochs.count, 400);
  await calibrated({ from: save, out: fromSaved });
  const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(1);
  assert.deepEqual(lines(fromSaved), lines(fromUrl));
  await assert.rejects(calibrated({ gateway: 'http://127.0.0.1:9' }), { code: 'GATEWAY-UNREACHABLE' });
});

test('CALIBRATE-SOURCE, CALIBRATE-FOLDER, CALIBRATE-FILE, CALIBRATE-ECONOMY, CALIBRATE-OUT', async () => {
  const refused = async (code: string, message: RegExp, flags: Partial<CalibrateFlags>) => {
    await assert.rejects(calibrated(flags), (error) => {
      assert.ok(error instanceof CliRefusal && error.code === code, String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  const bad = (name: string, files: Record<string, string>) => {
    const path = join(root, name);
    mkdirSync(path);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  };
  const one = JSON.stringify(ANSWERS[0]);
  await refused('CALIBRATE-SOURCE', /got neither/, {});
  await refused('CALIBRATE-FOLDER', /ENOENT/, { from: join(root, 'nowhere') });
  await refused('CALIBRATE-FOLDER', /got none/, { from: bad('empty', {}) });
  await refused('CALIBRATE-FILE', /0\.json: expected JSON/, { from: bad('torn', { '0.json': one.slice(0, 50) }) });
  await refused('CALIBRATE-FILE', /something else/, { from: bad('other', { '0.json': '{}' }) });
  const forged = bad('forged', { '0.json': one.replace('"epoch":0', '"epoch":7') });
  await refused('CALIBRATE-FILE', /expected the hash/, { from: forged });
  const alone = bad('alone', { '0.json': one });
  await refused('CALIBRATE-ECONOMY', /got none; name its file/, { from: alone });
  await refused('CALIBRATE-ECONOMY', /local/, { from: alone, economy: 'local' });
  await refused('CALIBRATE-OUT', /ENOENT/, { from: folder, out: join(root, 'nowhere', 'x.yaml') });
});
