import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type EraHeader, EraTree, eraHeaderHash, eraHeaderOf } from '@stannary/chain';
import { type OpenFollower, openFollower } from './chain-follower.fixture.ts';
import { COMPUTED } from './era-trees.ts';
import { Eras } from './eras.ts';
import {
  BOND_GRAINS,
  NO_HASH,
  owedTree,
  type PosterChain,
  startPosterChain,
  WINDOW_SECONDS,
} from './poster-chain.fixture.ts';

// A poster whose eras end faster than their windows, on a real chain that takes blocks back.

let chain: PosterChain;
let headers: readonly EraHeader[];
let open: OpenFollower;
let eras: Eras;
/** The chain as every test finds it. */
let snapshot: unknown;

before(async () => {
  chain = await startPosterChain();
  const { rpcUrl, addressBook, folder, as, poster, rpc } = chain;
  // A block for each transaction, and no other.
  await rpc('evm_setIntervalMining', [0]);
  await rpc('evm_setAutomine', [true]);
  headers = chainOfHeaders(3);
  open = await openFollower(rpcUrl, join(folder, 'database'), 0, addressBook);
  const policy = { economy: { settlement: { posterBondGrains: BOND_GRAINS } } };
  eras = new Eras({ ...open.context, sender: as(poster), policyAt: () => policy } as never);
  snapshot = await rpc('evm_snapshot');
});
after(async () => {
  await open?.close();
  await chain?.stop();
});

beforeEach(async () => {
  await chain.rpc('evm_revert', [snapshot]);
  snapshot = await chain.rpc('evm_snapshot');
  await open.context.db.deleteFrom('era').execute();
  for (const header of headers) await compute(header);
});

test('posts every era that has ended, and finalises in order when their windows have passed', async () => {
  await untilIdle();
  assert.deepEqual(await statuses(), ['posted', 'posted', 'posted']);
  for (const { era } of headers) assert.equal(await open.context.chain.finalisedEra(era), null);
  await chain.rpc('evm_increaseTime', [WINDOW_SECONDS]);
  await chain.finalise();
  for (const _ of headers) {
    assert.equal(await eras.run(), false, 'sent, and not final yet');
    await chain.finalise();
    assert.equal(await eras.run(), true);
  }
  assert.deepEqual(await statuses(), ['finalised', 'finalised', 'finalised']);
});

test('posts again what a reorganisation dropped, and no more than that', async () => {
  await eras.run();
  const [first] = await transactions();
  const fork = await chain.rpc('evm_snapshot');
  await untilIdle();
  await chain.rpc('evm_revert', [fork]);
  assert.equal(await open.context.chain.era(1), null);
  await untilIdle();
  assert.deepEqual(await statuses(), ['posted', 'posted', 'posted']);
  for (const header of headers)
    assert.equal((await open.context.chain.era(header.era))?.headerHash, eraHeaderHash(header));
  assert.equal((await transactions())[0], first);
});

test('leaves alone what was voided in a block that is not final, and what builds on it', async () => {
  await eras.run();
  await chain.as(chain.challenger).challengeEra([headers[0]!], { kind: 'ask', tree: 'payout', index: 0 });
  await chain.as(chain.challenger).challengeWithheld(headers[0]!, 'payout', 0);
  const sent = await chain.rpc('eth_getTransactionCount', [chain.poster.address, 'latest']);
  assert.equal(await eras.run(), false);
  assert.deepEqual(await statuses(), ['posted', 'computed', 'computed']);
  assert.equal(await chain.rpc('eth_getTransactionCount', [chain.poster.address, 'latest']), sent);
  await chain.finalise();
  while (await open.follower.run());
  assert.deepEqual(await statuses(), ['voided', 'computed', 'computed']);
});

test('finalises what is open though the next era cannot be posted, and says why', async () => {
  await eras.run();
  await chain.rpc('evm_increaseTime', [WINDOW_SECONDS]);
  await chain.finalise();
  const policy = { economy: { settlement: { posterBondGrains: 1_000 * BOND_GRAINS } } };
  const poor = new Eras({ ...open.context, sender: chain.as(chain.poster), policyAt: () => policy } as never);
  await assert.rejects(poor.run(), { code: 'CHAIN-REVERTED' });
  assert.notEqual(await open.context.chain.finalisedEra(0), null);
  await chain.finalise();
  await assert.rejects(poor.run(), { code: 'CHAIN-REVERTED' });
  assert.deepEqual(await statuses(), ['finalised', 'computed', 'computed']);
});

async function untilIdle(): Promise<void> {
  while (await eras.run());
}

async function statuses(): Promise<string[]> {
  return (await rows()).map(({ status }) => status);
}

async function transactions(): Promise<(string | null)[]> {
  return (await rows()).map(({ posted_tx }) => posted_tx);
}

function rows() {
  return open.context.db.selectFrom('era').selectAll().orderBy('era').execute();
}

/** As the settlement of an era's last epoch leaves it. */
async function compute(header: EraHeader): Promise<void> {
  const inJson = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);
  await open.context.db
    .insertInto('era')
    .values({
      era: header.era,
      header_json: JSON.stringify(header, inJson),
      header_hash: eraHeaderHash(header),
      leaves_json: '[]',
      ...COMPUTED,
    })
    .execute();
}

/** Each era pays the owner a grain more. */
function chainOfHeaders(count: number): readonly EraHeader[] {
  const none = new EraTree([]);
  const account = chain.owner.address;
  const made: EraHeader[] = [];
  for (let era = 0; era < count; era += 1) {
    const parentHash = era === 0 ? NO_HASH : eraHeaderHash(made[era - 1]!);
    const [direct, payout] = [owedTree(account, 1), owedTree(account, era + 1)];
    made.push(eraHeaderOf(era, parentHash, { accrual: none, voids: none, direct, payout, params: none }));
  }
  return made;
}
