import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  advanceChange,
  advanceRollback,
  type ChainAccount,
  type DeploymentBook,
  devAccount,
  type EconomyChange,
  type LocalChain,
  parameterName,
  readRegistry,
} from '@stannary/chain';
import { fieldLimits, loadEconomy, type Override } from '@stannary/economies';
import { deployed, passTime, sendAs, settingsOf, startChain } from './deployed-network.ts';

// One parameter's whole way, on a real chain: proposed, voted, through the timelock, in force from an epoch's first
// second; and the guardian's way back.

const HOUR = 3_600;
const DAY = 24 * HOUR;
const EPOCH_SECONDS = HOUR;
const GATE_REPORT = 'b'.repeat(64);
const SPREAD = parameterName('reserve.spread');
const [FIRST, SECOND, THIRD] = [devAccount(1), devAccount(2), devAccount(3)];
const GUARDIANS = [4, 5, 6].map(devAccount);
const HOLDER = devAccount(9);

async function changeTo(mode: string, set: readonly Override[]): Promise<EconomyChange> {
  const all: Override[] = [['governance.mode', mode], ['version', '2'], ...set];
  const { economyHash, policies } = await loadEconomy('reference', { set: all });
  return { version: 2, economyHash, gateReportHash: GATE_REPORT, fields: fieldLimits(policies[0]) };
}

class Governed {
  readonly #rpcUrl: string;
  readonly #book: DeploymentBook;

  constructor(rpcUrl: string, book: DeploymentBook) {
    this.#rpcUrl = rpcUrl;
    this.#book = book;
  }

  advance({ privateKey }: ChainAccount, change: EconomyChange) {
    return advanceChange({ rpcUrl: this.#rpcUrl, privateKey, book: this.#book }, change);
  }

  rollBack({ privateKey }: ChainAccount) {
    return advanceRollback({ rpcUrl: this.#rpcUrl, privateKey, book: this.#book });
  }

  async spread(): Promise<bigint> {
    const { rows } = await readRegistry(this.#rpcUrl, this.#book);
    return rows.find(({ name }) => name === SPREAD)!.value;
  }

  async versionInForce(): Promise<number> {
    return (await readRegistry(this.#rpcUrl, this.#book)).versionInForce;
  }

  pass(seconds: number): Promise<void> {
    return passTime(this.#rpcUrl, seconds);
  }
}

for (const mode of ['multisig', 'committee']) {
  describe(`seats of a ${mode}`, { timeout: 120_000 }, () => {
    let chain: LocalChain;
    let end: () => Promise<void>;
    let network: Governed;

    before(async () => {
      ({ chain, end } = await startChain());
      const { book } = await deployed(chain.rpcUrl, await settingsOf(mode));
      network = new Governed(chain.rpcUrl, book);
    });
    after(() => end?.());

    test('CHAIN-BOUNDS: what the registry would refuse is never put to the vote', async () => {
      const farther = await changeTo(mode, [['reserve.spread', '0.5 %']]);
      await assert.rejects(network.advance(FIRST, farther), { code: 'CHAIN-BOUNDS', where: 'reserve.spread' });
    });

    test('carry a change that loosens through vote, timelock and notice to an epoch’s first second', async () => {
      const change = await changeTo(mode, [['reserve.spread', '0.2 %']]);
      assert.equal((await network.advance(FIRST, change)).did, 'put');
      assert.deepEqual((await network.advance(FIRST, change)).did, 'nothing', 'a seat answers once');
      assert.equal((await network.advance(SECOND, change)).did, 'answered');
      const carried = await network.advance(THIRD, change);
      assert.equal(carried.did, 'carried');
      const waiting = await network.advance(FIRST, change);
      assert.ok('waitsFor' in waiting && waiting.waitsFor === 'timelock');
      await network.pass(48 * HOUR);
      assert.equal((await network.advance(HOLDER, change)).did, 'scheduled', 'anyone has it done');
      const scheduled = await network.advance(FIRST, change);
      assert.ok('startsAt' in scheduled && scheduled.waitsFor === 'epoch' && scheduled.startsAt % EPOCH_SECONDS === 0);
      assert.equal(await network.spread(), 3_000n);
      await network.pass(10 * DAY);
      assert.deepEqual([await network.versionInForce(), await network.spread()], [2, 2_000n]);
    });

    test('and the guardian brings the set back that last proved itself', async () => {
      const steps = [];
      for (const guardian of GUARDIANS) steps.push(await network.rollBack(guardian));
      assert.deepEqual(steps, ['put', 'answered', 'carried']);
      assert.deepEqual([await network.versionInForce(), await network.spread()], [1, 3_000n]);
      const change = await changeTo(mode, [['reserve.spread', '0.2 %']]);
      await assert.rejects(network.advance(FIRST, change), { code: 'CHAIN-BOUNDS', where: 'economyHash' });
    });
  });
}

test('tokens vote a change through, queue it, and carry it out', { timeout: 120_000 }, async (context) => {
  const { chain, end } = await startChain();
  context.after(end);
  const { book } = await deployed(chain.rpcUrl, await settingsOf('token'));
  const network = new Governed(chain.rpcUrl, book);
  // delegate(HOLDER): votes are counted of those who say so, a snapshot's length before the proposal.
  const delegation = `0x5c19a95c${HOLDER.address.slice(2).padStart(64, '0')}`;
  await sendAs(chain.rpcUrl, HOLDER.address, book.contracts.workToken, delegation);
  await network.pass(2 * DAY);
  const change = await changeTo('token', [['reserve.spread', '0.4 %']]);
  assert.equal((await network.advance(HOLDER, change)).did, 'proposed');
  await network.pass(1);
  assert.equal((await network.advance(HOLDER, change)).did, 'voted');
  const voting = await network.advance(HOLDER, change);
  assert.ok('waitsFor' in voting && voting.waitsFor === 'votes');
  await network.pass(5 * DAY + 2 * HOUR);
  assert.equal((await network.advance(FIRST, change)).did, 'queued');
  const locked = await network.advance(FIRST, change);
  assert.ok('waitsFor' in locked && locked.waitsFor === 'timelock');
  await network.pass(2 * DAY);
  assert.equal((await network.advance(FIRST, change)).did, 'scheduled');
  await network.pass(2 * DAY);
  assert.deepEqual([await network.versionInForce(), await network.spread()], [2, 4_000n]);
  const inForce = await network.advance(FIRST, change);
  assert.ok('startsAt' in inForce && inForce.waitsFor === 'nothing');
});
