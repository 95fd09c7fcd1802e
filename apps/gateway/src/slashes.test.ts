import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { registrationMessage } from '@stannary/chain';
import { nodeIdOf, toHex } from '@stannary/wire';
import { type OpenFollower, openFollower, proposedFault } from './chain-follower.fixture.ts';
import { type PosterChain, startPosterChain } from './poster-chain.fixture.ts';
import { Slashes } from './slashes.ts';

// Slashes whose arbiter is the poster, on a real chain.

const BOND_GRAINS = 100;
const APPEAL_SECONDS = 3;

let chain: PosterChain;
let open: OpenFollower;
let slashes: Slashes;

before(async () => {
  chain = await startPosterChain();
  const { rpcUrl, addressBook, folder, as, poster, rpc } = chain;
  await rpc('evm_setIntervalMining', [0]);
  await rpc('evm_setAutomine', [true]);
  open = await openFollower(rpcUrl, join(folder, 'database'), 0, addressBook);
  slashes = new Slashes({ ...open.context, court: null, sender: as(poster) } as never);
});
after(async () => {
  await open?.close();
  await chain?.stop();
});

test('a slash that an appeal reversed holds up no other', async () => {
  for (const faultId of ['reversed', 'standing']) await propose(faultId, await bondedNode());
  while (await slashes.run());
  await follow();
  await chain.as(chain.poster).reverseSlash(Number((await row('reversed')).chain_slash_id));
  await open.context.db.updateTable('fault').set({ stage: 'final' }).execute();
  await chain.rpc('evm_increaseTime', [APPEAL_SECONDS]);
  await follow();
  while (await slashes.run());
  await follow();
  assert.notEqual((await row('standing')).final_tx, null);
  const { chain_slash_id: slashId, final_tx: finalTx } = await row('reversed');
  assert.deepEqual([slashId, finalTx], ['none', null]);
});

/** A fault that costs half of the bond; each has evidence of its own. */
async function propose(faultId: string, nodeId: string): Promise<void> {
  await open.context.db
    .insertInto('fault')
    .values(
      proposedFault({
        ...{ fault_id: faultId, node_id: nodeId, evidence_hash: nodeId },
        ...{ challenger: chain.challenger.address, final_epoch: 9, slash_grains: BOND_GRAINS / 2 },
      }),
    )
    .execute();
}

async function bondedNode(): Promise<string> {
  const { addressBook, poster, as } = chain;
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const message = registrationMessage({ addressBook, operator: poster.address });
  const proof = new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
  const node = { spki: toHex(spki), className: 'grid', evidenceLevel: 1, milliNcu: 1_000, proof };
  await as(poster).registerNode(node);
  const nodeId = nodeIdOf(spki);
  await as(poster).depositBond(nodeId, BOND_GRAINS);
  return nodeId;
}

function row(faultId: string) {
  return open.context.db.selectFrom('fault').selectAll().where('fault_id', '=', faultId).executeTakeFirstOrThrow();
}

/** Until everything is final and read. */
async function follow(): Promise<void> {
  await chain.finalise();
  while (await open.follower.run());
}
