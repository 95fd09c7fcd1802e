import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type DeployedStep,
  type DeploymentBook,
  type DeploymentParties,
  deployNetwork,
  devAccount,
  dryRun,
  type EconomyToDeploy,
  type LocalChain,
  localParties,
  type NetworkSettings,
  networkSettings,
  startLocalChain,
  verifyDeployment,
} from '@stannary/chain';
import { fieldLimits, loadEconomy, type Override } from '@stannary/economies';
import { askNode, temporaryFolder } from './local-network.ts';

// Deployments of the whole set on real chains: planned, made, resumed, read back.

const GENESIS_AT = 1_767_225_600;
const OWNER = devAccount(0);
const STRANGER = `0x${'5'.repeat(40)}`;
const MODES = ['token', 'committee', 'multisig'];

async function economyOf(name: string, set: readonly Override[] = []): Promise<EconomyToDeploy> {
  const { economyHash, policies } = await loadEconomy(name, { set });
  const fields = fieldLimits(policies[0]);
  return { policies: policies.map(({ economy }) => economy), fields, economyHash, gateReportHash: null };
}

async function settingsOf(mode: string, change: Partial<DeploymentParties> = {}): Promise<NetworkSettings> {
  const economy = await economyOf('reference', [['governance.mode', mode]]);
  return networkSettings(economy, { ...localParties(economy.policies[0]!, GENESIS_AT), ...change });
}

async function deployed(rpcUrl: string, settings: NetworkSettings, book: DeploymentBook | null = null) {
  const steps: DeployedStep[] = [];
  const onStep = (step: DeployedStep) => void steps.push(step);
  const given = { rpcUrl, deployer: OWNER.privateKey, settings, forcedInclusionSeconds: 0, book, onStep };
  return { book: await deployNetwork(given), steps };
}

function planned(rpcUrl: string, settings: NetworkSettings) {
  return dryRun({ rpcUrl, owner: OWNER.address, settings, forcedInclusionSeconds: 0 });
}

function verified(rpcUrl: string, settings: NetworkSettings, book: DeploymentBook) {
  return verifyDeployment({ rpcUrl, settings, book });
}

const whatOf = (steps: readonly DeployedStep[]) => steps.map(({ what }) => what);
const refusal = (code: string, where?: string) => (error: { code?: string; where?: string }) =>
  error.code === code && (where === undefined || error.where === where);

async function chainOf(hardfork: 'osaka' | 'prague') {
  const folder = await temporaryFolder();
  const chain = await startLocalChain({ stateFile: join(folder.path, 'chain.json'), hardfork });
  const end = async () => {
    await chain.stop();
    await folder.remove();
  };
  return { chain, end };
}

describe('a deployment', { timeout: 300_000 }, () => {
  let chain: LocalChain;
  let end: () => Promise<void>;

  before(async () => {
    ({ chain, end } = await chainOf('osaka'));
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
    await askNode(chain.rpcUrl, 'anvil_setBalance', [timelock, '0xde0b6b3a7640000']);
    await askNode(chain.rpcUrl, 'anvil_impersonateAccount', [timelock]);
    // grantRole(uint64 3, STRANGER, 0): the emergency role.
    const data = `0x25c471a0${'3'.padStart(64, '0')}${STRANGER.slice(2).padStart(64, '0')}${'0'.repeat(64)}`;
    await askNode(chain.rpcUrl, 'eth_sendTransaction', [{ from: timelock, to: accessManager, data }]);
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

  test('CHAIN-ADDRESS-BOOK: the book is of another deployment', async () => {
    const { book } = await deployed(chain.rpcUrl, await settingsOf('token'));
    const other = await settingsOf('multisig');
    await assert.rejects(deployed(chain.rpcUrl, other, book), refusal('CHAIN-ADDRESS-BOOK', 'book'));
  });

  test('CHAIN-WRONG-CHAIN-ID: the parties are of another chain', async () => {
    const settings = { ...(await settingsOf('token')), chain: 'eip155:1' };
    await assert.rejects(planned(chain.rpcUrl, settings), refusal('CHAIN-WRONG-CHAIN-ID'));
  });
});

test('a chain without the precompile gets the fallback verifier', { timeout: 120_000 }, async (context) => {
  const { chain, end } = await chainOf('prague');
  context.after(end);
  const settings = await settingsOf('token');
  assert.equal((await planned(chain.rpcUrl, settings)).p256, 'fallback');
  const { book } = await deployed(chain.rpcUrl, settings);
  assert.deepEqual((await verified(chain.rpcUrl, settings, book)).findings, []);
});

describe('what cannot be deployed is refused before anything is sent', () => {
  const economy = (set: readonly Override[] = []) => economyOf('reference', set);
  const refused = async (given: EconomyToDeploy, change: Partial<DeploymentParties>, code: string, where: string) => {
    const parties = { ...localParties(given.policies[0]!, GENESIS_AT), ...change };
    assert.throws(() => networkSettings(given, parties), refusal(code, where));
  };
  const mainnet = { chain: 'eip155:1' };

  test('CHAIN-ECONOMY: bounds that are waived, on a chain that is not local', async () => {
    await refused(await economyOf('local'), mainnet, 'CHAIN-ECONOMY', 'bounds');
  });

  test('CHAIN-ECONOMY: what no contract carries out', async () => {
    await refused(await economy([['reserve.tokenCover', '5 %']]), {}, 'CHAIN-ECONOMY', 'reserve.tokenCover');
    await refused(await economy([['settlement.appeal', '1 d']]), {}, 'CHAIN-ECONOMY', 'settlement.appeal');
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
