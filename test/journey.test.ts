import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  ERA_TREES,
  type EraBundle,
  eraTreesOf,
  networkSettings,
  type PublishedTrees,
  publishTrees,
  verifyDeployment,
} from '@stannary/chain';
import { captureConsole, chromiumPath, launchChromium } from '@stannary/console/capture';
import { fieldLimits, loadEconomy } from '@stannary/economies';
import type { ClaimAnswer, InputsAnswer, NetworkAnswer } from '@stannary/gateway/client';
import {
  allocate,
  type ChargeLine,
  chargeLines,
  eraOf,
  mulDivUp,
  nodeLine,
  nodeLines,
  type Statement,
  settleEpoch,
} from '@stannary/kernel';
import { fromHex, isPreimage, sha256, toHex } from '@stannary/wire';
import { type LocalNetworkRun, sharedData, startNetwork, temporaryFolder, untilStatus } from './local-network.ts';

// The whole way, once, as `npm start -- --eras 3 --json` goes it: real processes, real signatures, a real chain, a real
// PostgreSQL, a thousand requests of a real trace. Then the same folder is started again, and what it serves is added up.

const ERAS = 3;
const REQUESTS = 1_000;
/** Three minutes where the machine is idle. */
const RUN_WITHIN_MS = 720_000;

interface Summary {
  readonly eras: number;
  readonly tasks: number;
  readonly ncuMs: number;
  readonly feesGrains: number;
  readonly emissionGrains: number;
  readonly roots: readonly {
    readonly era: number;
    readonly txHash: string;
    readonly totalGrains: number;
    readonly totalTokensGrains: number;
  }[];
  readonly claims: {
    readonly due: number;
    readonly paid: number;
    readonly dueTokens: number;
    readonly paidTokens: number;
  };
  readonly conservation: { readonly ledger: boolean; readonly chain: boolean; readonly agree: boolean };
  readonly cheats: { readonly planted: number; readonly slashed: number };
  readonly honest: { readonly count: number; readonly slashed: number };
  readonly results: { readonly verified: number; readonly wrong: number };
  readonly healthySeconds: number;
}

const browserTest =
  chromiumPath() === null && process.env.CI !== 'true'
    ? { skip: 'needs Chromium: install the package `chromium`, or set STANNARY_CHROMIUM' }
    : {};

interface ServedEra {
  readonly header: ClaimAnswer['header'];
  readonly trees: PublishedTrees;
}

describe('three eras of a local network', { timeout: RUN_WITHIN_MS + 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let summary: Summary;
  let ended: Awaited<LocalNetworkRun['ended']>;
  let again: LocalNetworkRun;
  let againMs: number;
  let network: NetworkAnswer;
  let statements: Statement[];

  before(async () => {
    folder = await temporaryFolder();
    const trace = sharedData('azure-llm-2023-conversation', 'requests.csv');
    const demand = trace === null ? [] : ['--trace', trace, '--requests', `${REQUESTS}`];
    const run = await startNetwork(folder.path, ['--eras', `${ERAS}`, '--json', ...demand]);
    ended = await run.ended;
    assert.equal(ended.status, 0, `exit status 0, got ${ended.status}: ${ended.stderr}\n${ended.stdout}`);
    summary = JSON.parse(ended.stdout) as Summary;
    againMs = Date.now();
    again = await startNetwork(folder.path, []);
    await untilStatus(again, 'the resumed network', () => true);
    network = await again.client.network();
    const epochs = summary.roots.length * network.clock.epochsPerEra;
    statements = [];
    for (let epoch = 0; epoch < epochs; epoch += 1) statements.push((await again.client.statement(epoch)).statement);
  });

  after(async () => {
    again?.child.kill('SIGINT');
    const { status } = (await again?.ended) ?? { status: null };
    await folder.remove();
    assert.equal(status, 0, 'a network that is told to stop ends with 0');
  });

  test('prints one line of JSON and nothing else', () => {
    assert.equal(ended.stdout.trim().split('\n').length, 1);
    assert.equal(summary.eras, ERAS);
  });

  test('does every task of the trace, and the consumer has verified each result by other code', () => {
    if (sharedData('azure-llm-2023-conversation', 'requests.csv') === null) return;
    assert.ok(summary.tasks >= REQUESTS, `${summary.tasks} tasks`);
    assert.equal(summary.results.verified, REQUESTS);
  });

  test('catches all three cheats and nobody else', () => {
    assert.deepEqual(summary.cheats, { planted: 3, slashed: 3 });
    assert.deepEqual(summary.honest, { count: 5, slashed: 0 });
  });

  test('cuts bonds at the word of committees, never at the poster’s', async () => {
    const { faults } = await again.client.status();
    const cut = faults.filter(({ finalTx }) => finalTx !== null);
    assert.equal(new Set(cut.map(({ operator }) => operator)).size, 3);
    assert.deepEqual(new Set(cut.map(({ caseVerdict }) => caseVerdict)), new Set(['guilty']));
    const { entries } = await again.client.timeline({ after: 0, limit: 500, kind: 'case-opened' });
    const charged = new Set(entries.map((entry) => entry.kind === 'case-opened' && entry.nodeId));
    assert.deepEqual(charged, new Set(cut.map(({ nodeId }) => nodeId)), 'and charges nobody else');
  });

  test('conserves every grain in ledger and chain, and they agree', () => {
    assert.deepEqual(summary.conservation, { ledger: true, chain: true, agree: true });
  });

  test('pays every claim of the last root', () => {
    assert.ok(summary.claims.due > 0 && summary.claims.dueTokens > 0);
    assert.equal(summary.claims.paid, summary.claims.due);
    assert.equal(summary.claims.paidTokens, summary.claims.dueTokens);
    assert.equal(summary.roots.at(-1)!.totalGrains, summary.claims.due);
  });

  test('says how long it took to be healthy', () => {
    assert.ok(summary.healthySeconds > 0);
  });

  test('fees follow from the served statements alone', () => {
    let feesGrains = 0;
    for (const statement of statements) {
      for (const line of chargeLines(statement)) feesGrains += recomputedCharge(network, statement, line);
      for (const fault of statement.faults) for (const refund of fault.refunds) feesGrains -= refund.creditsGrains;
    }
    assert.equal(feesGrains, summary.feesGrains);
  });

  test('rewards follow from the served statements alone', () => {
    for (const statement of statements) recomputeEmission(network, statement);
    const scheduled = statements.reduce((sum, { emission }) => sum + emission.scheduledGrains, 0);
    assert.equal(scheduled, summary.emissionGrains);
  });

  test('anyone settles every epoch again from what is served, and gets the same statement', async () => {
    const policies = await Promise.all(network.policies.map((policy) => again.client.policy(policy.economyHash)));
    const policyOf = (epoch: number) => policies.findLast(({ fromEpoch }) => fromEpoch <= epoch)!;
    const served = await Promise.all(statements.map(({ epoch }) => again.client.inputs(epoch)));
    const tip = toHex(sha256(fromHex(served[0]!.beaconPreimage)));
    served.forEach(({ inputs, stateBefore, beaconPreimage }, epoch) => {
      const { economy, economyHash } = policyOf(epoch);
      const settled = settleEpoch(economy, economyHash, stateBefore, inputs);
      assert.deepEqual(settled.statement, statements[epoch]);
      if (epoch + 1 < served.length) assert.deepEqual(settled.state, served[epoch + 1]!.stateBefore);
      assert.ok(isPreimage(tip, epoch, fromHex(beaconPreimage)), `the preimage of epoch ${epoch}`);
    });
    for (let epoch = 0; epoch < served.length; epoch += 1) {
      const allotted = await again.client.allocation(epoch).catch(unallotted);
      if (allotted === null) {
        assertNoLeases(epoch, statements, served);
        continue;
      }
      const { inputs, result } = allotted;
      const { stateBefore } = served[inputs.stateEpoch]!;
      const { offers, demands, beacon } = inputs;
      const allocated = allocate(policyOf(inputs.epoch).economy, stateBefore, inputs.epoch, offers, demands, beacon);
      assert.deepEqual(allocated, result);
    }
  });

  test('anyone builds the trees of every era again from its bundle, and they are the posted ones', async () => {
    for (const { era } of summary.roots) {
      const answer = await fetch(`${again.gatewayUrl}/v1/eras/${era}/bundle`);
      const { header, trees, ...bundle } = (await answer.json()) as EraBundle & ServedEra;
      const rebuilt = eraTreesOf(bundle);
      for (const tree of ERA_TREES) {
        const { credits, tokens, ...root } = rebuilt[tree].root;
        assert.deepEqual(
          { ...root, credits: `${credits}`, tokens: `${tokens}` },
          header[tree],
          `${tree} of era ${era}`,
        );
      }
      assert.deepEqual(trees, publishTrees(rebuilt));
    }
  });

  test('what an honest provider earned is what it was paid, to the grain', () => {
    const last = statements.at(-1)!;
    const convicted = new Set(statements.flatMap(({ faults }) => faults.map(({ nodeId }) => nodeId)));
    for (const { nodeId, operator } of nodeLines(last).filter((line) => !convicted.has(line.nodeId))) {
      const lines = statements.flatMap((statement) => nodeLine(statement, nodeId) ?? []);
      const earned = lines.reduce((sum, line) => sum + line.earnedCreditsGrains, 0);
      const tokens = lines.reduce((sum, line) => sum + line.earnedTokensGrains, 0);
      const payout = last.eraResult!.payouts.find(({ account }) => account === operator)!;
      assert.ok(earned > 0, `${nodeId} earned nothing`);
      assert.deepEqual([payout.cumulativeCredits, payout.cumulativeTokens], [`${earned}`, `${tokens}`]);
    }
  });

  test('what a cheat was paid is nothing', () => {
    const last = statements.at(-1)!;
    const convicted = statements.flatMap(({ faults }) => faults.map(({ nodeId }) => nodeId));
    for (const nodeId of new Set(convicted)) {
      const { operator, status } = nodeLine(last, nodeId)!;
      const payout = last.eraResult!.payouts.find(({ account }) => account === operator);
      assert.equal(status, 'slashed');
      assert.ok(
        payout === undefined || (payout.cumulativeCredits === '0' && payout.cumulativeTokens === '0'),
        JSON.stringify(payout),
      );
    }
  });

  test('the console shows it all; its picture is the README’s', browserTest, async () => {
    await untilAnswers(again.consoleUrl);
    const updates = process.env.STANNARY_UPDATE_IMAGES === '1';
    const file = updates ? PICTURE : join(folder.path, 'console.png');
    await captureConsole({ url: again.consoleUrl, file, width: 1280, height: 1400, colorScheme: 'light' });
    await using launched = await launchChromium();
    const page = await launched.browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(again.consoleUrl);
    await page.waitForSelector('#conservation');
    assert.equal(await page.locator('article.fault').count(), summary.cheats.planted);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual(errors, []);
  });

  test('its contracts are what was planned, and whoever deployed them has no power over them', async () => {
    const read = async (name: string) => JSON.parse(await readFile(join(folder.path, name), 'utf8'));
    const { rpcUrl } = await read('gateway.json');
    const { addressBook: book } = await read('network.json');
    const { economyHash, policies } = await loadEconomy('local');
    const rules = policies.map(({ economy }) => economy);
    const given = { policies: rules, fields: fieldLimits(policies[0]), economyHash, gateReportHash: null };
    const settings = networkSettings(given, await read('parties.json'));
    const { checked, findings } = await verifyDeployment({ rpcUrl, settings, book });
    assert.deepEqual(findings, []);
    assert.ok(checked > 150, `${checked} questions`);
  });

  test('a second start goes on where the first stopped', async () => {
    const stopped = statements.at(-1)!.epoch;
    const status = await untilStatus(
      again,
      'a settled epoch and new work after the restart',
      ({ settledEpoch, tasks }) => settledEpoch > stopped && tasks.done > summary.tasks,
    );
    const since = (Date.now() - againMs) / network.clock.epochMs;
    assert.ok(status.epoch < stopped + 30 + since, `the clock stood still in between, got epoch ${status.epoch}`);
  });
});

/** Null for an epoch that went by before its price was fixed: on a busy machine settling may lag. Anything else is wrong. */
function unallotted(error: { code?: string }): null {
  assert.equal(error.code, 'EPOCH-UNALLOTTED', `${error}`);
  return null;
}

/** No usage of the epoch was ever charged, and no lease of it ended, in its own settlement or a later one. */
function assertNoLeases(epoch: number, statements: readonly Statement[], served: readonly InputsAnswer[]): void {
  const charges = statements.flatMap((statement) => chargeLines(statement).filter((line) => line.epoch === epoch));
  const usage = served.flatMap(({ inputs }) => inputs.usage.filter((line) => line.epoch === epoch));
  const ended = served[epoch]!.inputs.verdicts.filter(({ kind }) => kind === 'observation');
  assert.deepEqual({ charges, usage, ended }, { charges: [], usage: [], ended: [] }, `epoch ${epoch} had leases`);
}

/** The console is the last program that a network starts. */
async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`expected an answer from ${url}`);
}

const PICTURE = join(import.meta.dirname, '../docs/images/console.png');

/** charge = up(NCU·ms × price), split into the take's parts by largest remainder; the statement must say the same. */
function recomputedCharge(network: NetworkAnswer, statement: Statement, line: ChargeLine): number {
  const resource = network.economy.resources.find(({ code }) => code === line.resource)!;
  if (!resource.billed) {
    assert.deepEqual([line.ncuMs, line.chargeGrains, line.earnedGrains], [0, 0, 0]);
    return 0;
  }
  const ncuMs = Number((BigInt(line.quantity) * BigInt(resource.coefficient)) / BigInt(resource.divisor));
  assert.equal(line.ncuMs, ncuMs);
  const product = BigInt(ncuMs) * BigInt(line.priceMicrograinsPerNcuS);
  const charge = Number((product + 999_999_999n) / 1_000_000_000n);
  assert.equal(line.chargeGrains, charge);
  const { burnPpm, insurancePpm, treasuryPpm } = network.economy.take;
  const take = Math.min(charge, mulDivUp(charge, burnPpm + insurancePpm + treasuryPpm, 1_000_000));
  assert.equal(line.burnGrains + line.insuranceGrains + line.treasuryGrains, take);
  assert.equal(line.earnedGrains, charge - take);
  if (line.epoch === statement.epoch) assert.equal(line.priceMicrograinsPerNcuS, statement.priceMicrograinsPerNcuS);
  return charge;
}

/** Every node's tokens: its weight's share of its class's emission, floored; what nobody gets is carried. */
function recomputeEmission(network: NetworkAnswer, statement: Statement): void {
  const { emission, epoch, era } = statement;
  assert.equal(eraOf(network.economy, epoch), era);
  let distributed = 0n;
  for (const rule of network.economy.classes) {
    const members = nodeLines(statement).filter(({ className }) => className === rule.name);
    const weights = members.reduce((sum, { curveWeight }) => sum + BigInt(curveWeight), 0n);
    const share = (BigInt(emission.scheduledGrains) * BigInt(rule.emissionSharePpm)) / 1_000_000n;
    for (const { weight, earnedTokensGrains } of members) {
      const expected = weights === 0n ? 0n : (share * BigInt(weight)) / weights;
      assert.equal(BigInt(earnedTokensGrains), expected);
      distributed += expected;
    }
  }
  assert.equal(BigInt(emission.distributedGrains), distributed);
}
