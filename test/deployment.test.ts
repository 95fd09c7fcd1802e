import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type DeployedStep,
  type DeploymentBook,
  deployNetwork,
  devAccount,
  dryRun,
  type LocalChain,
  localParties,
  type NetworkSettings,
  networkSettings,
  startLocalChain,
  verifyDeployment,
} from '@stannary/chain';
import { fieldLimits, loadEconomy } from '@stannary/economies';
import { temporaryFolder } from './local-network.ts';

// Deployments of the whole set on real chains: planned, made, resumed, read back.

const GENESIS_AT = 1_900_000_000;
const OWNER = devAccount(0);

async function settingsOf(mode: string): Promise<NetworkSettings> {
  const { economy, economyHash, policies } = await loadEconomy('reference', { set: [['governance.mode', mode]] });
  const given = { policies: [economy], fields: fieldLimits(policies[0]), economyHash, gateReportHash: null };
  return networkSettings(given, localParties(economy, GENESIS_AT));
}

async function deployed(rpcUrl: string, settings: NetworkSettings, book: DeploymentBook | null = null) {
  const steps: DeployedStep[] = [];
  const onStep = (step: DeployedStep) => void steps.push(step);
  const given = { rpcUrl, deployer: OWNER.privateKey, settings, forcedInclusionSeconds: 0, book, onStep };
  return { book: await deployNetwork(given), steps };
}

const verify = (rpcUrl: string, settings: NetworkSettings, book: DeploymentBook) =>
  verifyDeployment({ rpcUrl, settings, owner: OWNER.address, book });

describe('a deployment', { timeout: 300_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let chain: LocalChain;

  before(async () => {
    folder = await temporaryFolder();
    chain = await startLocalChain({ stateFile: join(folder.path, 'chain.json') });
  });
  after(async () => {
    await chain?.stop();
    await folder.remove();
  });

  for (const mode of ['token', 'committee', 'multisig']) {
    test(`in the mode ${mode} is read back as it was planned, and a second one sends nothing`, async () => {
      const settings = await settingsOf(mode);
      const planned = await dryRun({ rpcUrl: chain.rpcUrl, owner: OWNER.address, settings, forcedInclusionSeconds: 0 });
      const { book, steps } = await deployed(chain.rpcUrl, settings);
      assert.deepEqual(planned.contracts, book.contracts);
      assert.deepEqual(
        planned.steps.map(({ what }) => what),
        steps.map(({ what }) => what),
      );
      const { checked, findings } = await verify(chain.rpcUrl, settings, book);
      assert.deepEqual(findings, []);
      assert.ok(checked > 150, `${checked} questions`);
      const again = await deployed(chain.rpcUrl, settings, book);
      assert.deepEqual(again, { book, steps: [] });
    });
  }
});
