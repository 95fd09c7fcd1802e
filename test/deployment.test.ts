import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  type DeployedStep,
  type DeploymentBook,
  type DeploymentParties,
  deployNetwork,
  dryRun,
  type EconomyToDeploy,
  type LocalChain,
  type NetworkSettings,
  networkSettings,
  verifyDeployment,
} from '@stannary/chain';
import type { Override } from '@stannary/economies';
import { deployed, economyOf, OWNER, partiesOf, sendAs, settingsOf, startChain } from './deployed-network.ts';
import { askNode } from './local-network.ts';

// Deployments of the whole set on real chains: planned, made, resumed, read back.

const STRANGER = `0x${'5'.repeat(40)}`;
const CREATE2_PROXY = '0x4e59b44847b379578588920ca78fbf26c0b4956c';
const MODES = ['token', 'committee', 'multisig'];

function planned(rpcUrl: string, settings: NetworkSettings) {
  return dryRun({ rpcUrl, owner: OWNER.address, settings, forcedInclusionSeconds: 0 });
}

function verified(rpcUrl: string, settings: NetworkSettings, book: DeploymentBook) {
  return verifyDeployment({ rpcUrl, settings, book });
}

const whatOf = (steps: readonly DeployedStep[]) => steps.map(({ what }) => what);
const refusal = (code: string, where?: string) => (error: { code?: string; where?: string }) =>
  error.code === code && (where === undefined || error.where === where);

/** The same chain, of a node that does not know one of its methods. */
async function nodeWithout(method: string, rpcUrl: string) {
  const server = createServer(async (request, response) => {
    const asked = await json(request);
    const { id, method: wanted, params } = asked as { id: number; method: string; params: unknown[] };
    const error = { code: -32_601, message: 'the method does not exist' };
    const answer = wanted === method ? { error } : { result: await askNode(rpcUrl, wanted, params) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { rpcUrl: `http://127.0.0.1:${port}`, end: () => void server.close() };
}

test('the local economy too fits the parties of a local chain: its committees decide within its appeals', async () => {
  const economy = await economyOf('local');
  const { institutions } = networkSettings(economy, partiesOf(economy));
  const { drawSeconds, commitSeconds, revealSeconds } = institutions!.arbitration;
  const { settlement } = economy.policies[0]!;
  assert.ok(drawSeconds + commitSeconds + revealSeconds < settlement.appealSeconds);
});

describe('a deployment', { timeout: 300_000 }, () => {
  let chain: LocalChain;
  let end: () => Promise<void>;

  before(async () => {
    ({ chain, end } = await startChain());
  });
  after(() => end?.());

  for (const mode of MODES) {
    test(`governed by ${mode} is what was planned, is read back, and made a second time sends nothing`, async () => {
      const settings = await settingsOf(mode);
      const plan = await planned(chain.rpcUrl, settings);
      const { book, steps } = await deployed(chain.rpcUrl, settings);
      assert.deepEqual(plan.contracts, book.contracts);
      assert.deepEqual(whatOf(plan.steps), whatOf(steps));
      assert.equal(plan.p256, 'precompile');
      const { checked, findings } = await verified(chain.rpcUrl, settings, book);
      assert.deepEqual(findings, []);
      assert.ok(checked > 150, `${checked} questions`);
      assert.deepEqual(await deployed(chain.rpcUrl, settings, book), { book, steps: [] });
      assert.deepEqual((await planned(chain.rpcUrl, settings)).steps, []);
    });
  }

  test('that was only planned has changed nothing, and foresees the gas', async () => {
    const settings = await settingsOf('token', { canaryKeeper: STRANGER });
    const nonceBefore = await askNode(chain.rpcUrl, 'eth_getTransactionCount', [OWNER.address, 'latest']);
    const plan = await planned(chain.rpcUrl, settings);
    for (const address of Object.values(plan.contracts)) {
      assert.equal(await askNode(chain.rpcUrl, 'eth_getCode', [address, 'latest']), '0x');
    }
    assert.equal(await askNode(chain.rpcUrl, 'eth_getTransactionCount', [OWNER.address, 'latest']), nonceBefore);
    const { steps } = await deployed(chain.rpcUrl, settings);
    const spent = steps.reduce((sum, { gas }) => sum + gas, 0);
    assert.ok(Math.abs(plan.totalGas - spent) <= spent / 100, `${plan.totalGas} foreseen, ${spent} spent`);
  });

  for (const stopAfter of [1, 3, 6]) {
    test(`stopped after ${stopAfter} steps goes on there, and comes to the same`, async () => {
      const settings = await settingsOf('committee', { canaryKeeper: `0x${`${stopAfter}`.repeat(40)}` });
      const plan = await planned(chain.rpcUrl, settings);
      let [book, done]: [DeploymentBook | null, number] = [null, 0];
      const stopping = deployNetwork({
        ...{ rpcUrl: chain.rpcUrl, deployer: OWNER.privateKey, settings, forcedInclusionSeconds: 0 },
        onBook: (written) => {
          book = written;
        },
        onStep: () => {
          done += 1;
          if (done === stopAfter) throw new Error('stopped');
        },
      });
      await assert.rejects(stopping, /stopped/);
      const resumed = await deployed(chain.rpcUrl, settings, book);
      assert.deepEqual(whatOf(resumed.steps), whatOf(plan.steps.slice(stopAfter)));
      assert.deepEqual((await verified(chain.rpcUrl, settings, resumed.book)).findings, []);
    });
  }

  test('whose book was lost is found again', async () => {
    const settings = await settingsOf('token');
    const { book, steps } = await deployed(chain.rpcUrl, settings);
    assert.deepEqual(steps, []);
    assert.equal(book.deploymentBlock, 0, 'nobody knows its first block');
    assert.deepEqual((await verified(chain.rpcUrl, settings, book)).findings, []);
  });

  test('in which a role was given to a stranger is found out', async () => {
    const settings = await settingsOf('multisig', { canaryKeeper: STRANGER });
    const { book } = await deployed(chain.rpcUrl, settings);
    const { accessManager, timelock } = book.contracts;
    // grantRole(uint64 3, STRANGER, 0): the emergency role.
    const data = `0x25c471a0${'3'.padStart(64, '0')}${STRANGER.slice(2).padStart(64, '0')}${'0'.repeat(64)}`;
    await sendAs(chain.rpcUrl, timelock!, accessManager!, data);
    const { findings } = await verified(chain.rpcUrl, settings, book);
    assert.deepEqual(
      findings.map(({ where }) => where),
      ['accessManager.role 3'],
    );
    assert.ok(findings[0]!.got.includes(STRANGER) && !findings[0]!.expected.includes(STRANGER));
  });

  test('some of whose code is another is found out', async () => {
    const settings = await settingsOf('token');
    const { book } = await deployed(chain.rpcUrl, settings);
    const { treasury, complianceGate } = book.contracts;
    const code = await askNode(chain.rpcUrl, 'eth_getCode', [complianceGate, 'latest']);
    await askNode(chain.rpcUrl, 'anvil_setCode', [treasury, code]);
    const { findings } = await verified(chain.rpcUrl, settings, book);
    assert.deepEqual(
      findings.map(({ where }) => where),
      ['treasury.code', 'treasury.economy'],
    );
  });

  test('that is not there, by the book of another, is found out', async () => {
    const settings = await settingsOf('token');
    const { book } = await deployed(chain.rpcUrl, settings);
    const { findings } = await verified(chain.rpcUrl, settings, { ...book, owner: STRANGER });
    assert.ok(findings.some(({ where }) => where.startsWith('economyRegistry.')));
  });

  test('CHAIN-ADDRESS-BOOK: the book is of another deployment', async () => {
    const { book } = await deployed(chain.rpcUrl, await settingsOf('token'));
    const other = await settingsOf('multisig');
    await assert.rejects(deployed(chain.rpcUrl, other, book), refusal('CHAIN-ADDRESS-BOOK', 'book'));
  });

  test('CHAIN-NO-SIMULATION: a node that cannot run what it does not keep', async (context) => {
    const node = await nodeWithout('eth_simulateV1', chain.rpcUrl);
    context.after(node.end);
    const settings = await settingsOf('token', { canaryKeeper: `0x${'6'.repeat(40)}` });
    await assert.rejects(planned(node.rpcUrl, settings), refusal('CHAIN-NO-SIMULATION', 'rpcUrl'));
  });

  test('CHAIN-WRONG-CHAIN-ID: the parties are of another chain', async () => {
    const settings = { ...(await settingsOf('token')), chain: 'eip155:1' };
    await assert.rejects(planned(chain.rpcUrl, settings), refusal('CHAIN-WRONG-CHAIN-ID'));
  });
});

test('a chain without the precompile gets the fallback verifier', { timeout: 120_000 }, async (context) => {
  const { chain, end } = await startChain({ hardfork: 'prague' });
  context.after(end);
  const settings = await settingsOf('token');
  assert.equal((await planned(chain.rpcUrl, settings)).p256, 'fallback');
  const { book } = await deployed(chain.rpcUrl, settings);
  assert.deepEqual((await verified(chain.rpcUrl, settings, book)).findings, []);
});

describe('on a chain that is not a developer’s', { timeout: 120_000 }, () => {
  const MAINNET = { chain: 'eip155:1', gate: 'a'.repeat(64) };
  let chain: LocalChain;
  let end: () => Promise<void>;
  let settings: NetworkSettings;

  before(async () => {
    ({ chain, end } = await startChain());
    const { book } = await deployed(chain.rpcUrl, await settingsOf('token'));
    await askNode(chain.rpcUrl, 'anvil_setChainId', [1]);
    const economy = { ...(await economyOf('reference')), gateReportHash: MAINNET.gate };
    const parties = partiesOf(economy);
    // The only asset there is.
    const reserve = { ...parties.reserve, asset: book.contracts.localAsset! };
    settings = networkSettings(economy, { ...parties, chain: MAINNET.chain, reserve });
  });
  after(() => end?.());

  const planFor = (forcedInclusionSeconds: number) =>
    dryRun({ rpcUrl: chain.rpcUrl, owner: OWNER.address, settings, forcedInclusionSeconds });

  test('CHAIN-WINDOW-SHORT: a challenge could be kept out for longer than the window', async () => {
    await assert.rejects(planFor(8 * 3_600 + 1), refusal('CHAIN-WINDOW-SHORT', 'settlement.challengeWindow'));
    assert.ok((await planFor(8 * 3_600)).steps.length > 0);
  });

  test('the same plan holds, with every margin that a developer’s chain is let off', async () => {
    const { book } = await deployed(chain.rpcUrl, settings);
    assert.equal(book.chain, MAINNET.chain);
    assert.equal(book.contracts.localAsset, undefined);
    assert.deepEqual((await verified(chain.rpcUrl, settings, book)).findings, []);
  });

  test('CHAIN-NO-CREATE2: nothing there creates at addresses that are known before', async () => {
    const code = await askNode(chain.rpcUrl, 'eth_getCode', [CREATE2_PROXY, 'latest']);
    await askNode(chain.rpcUrl, 'anvil_setCode', [CREATE2_PROXY, '0x']);
    await assert.rejects(planFor(0), refusal('CHAIN-NO-CREATE2'));
    // A contract that lost its code looks like an account with transactions of its own: no whole state to keep.
    await askNode(chain.rpcUrl, 'anvil_setCode', [CREATE2_PROXY, code]);
  });
});

describe('what cannot be deployed is refused before anything is sent', () => {
  const economy = (set: readonly Override[] = []) => economyOf('reference', set);
  const refused = async (given: EconomyToDeploy, change: Partial<DeploymentParties>, code: string, where: string) => {
    const parties = { ...partiesOf(given), ...change };
    assert.throws(() => networkSettings(given, parties), refusal(code, where));
  };
  const mainnet = { chain: 'eip155:1' };

  test('CHAIN-ECONOMY: bounds that are waived, on a chain that is not local', async () => {
    await refused(await economyOf('local'), mainnet, 'CHAIN-ECONOMY', 'bounds');
  });

  test('CHAIN-ECONOMY: what no contract carries out', async () => {
    await refused(await economy([['reserve.tokenCover', '5 %']]), {}, 'CHAIN-ECONOMY', 'reserve.tokenCover');
    await refused(await economy([['settlement.appeal', '1 d']]), {}, 'CHAIN-ECONOMY', 'settlement.appeal');
    await refused(await economy([['cadence.appeal', '1 d']]), {}, 'CHAIN-ECONOMY', 'cadence.appeal');
  });

  test('CHAIN-PARTIES: parties that do not fit the economy', async () => {
    const given = await economy();
    await refused(given, { genesis: [] }, 'CHAIN-PARTIES', 'genesis');
    await refused(given, { guardian: [] }, 'CHAIN-PARTIES', 'guardian');
    await refused(given, { council: [] }, 'CHAIN-PARTIES', 'council');
    await refused(given, mainnet, 'CHAIN-PARTIES', 'gateReport');
    await refused(given, { genesisAt: null }, 'CHAIN-PARTIES', 'genesisAt');
    const committee = await economy([['governance.mode', 'committee']]);
    await refused(committee, { council: null }, 'CHAIN-PARTIES', 'council');
    const forGood = [{ name: 'seat', holder: STRANGER, endsAt: null }];
    await refused(committee, { council: forGood }, 'CHAIN-PARTIES', 'council');
  });
});
