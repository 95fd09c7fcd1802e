import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type AddressBook,
  deployContracts,
  EraTree,
  eraHeaderHash,
  eraHeaderOf,
  fundAccounts,
  type LocalChain,
  newAccount,
  openSender,
  startLocalChain,
} from '@stannary/chain';
import { fromHex, toHex } from '@stannary/wire';
import { type OpenFollower, openFollower } from './chain-follower.fixture.ts';
import type { TimelineAnswer, TimelineEntry } from './client/api.ts';
import { GatewayClient } from './client/client.ts';
import type { Database } from './context.ts';
import type { Epochs } from './epochs.ts';
import { buildServer, type HttpParts } from './http.ts';
import { Metrics } from './metrics.ts';
import { Records } from './records.ts';
import { readTimeline } from './timeline.ts';

// A poster on a real chain posts two eras and is asked for a leaf of the first that it never shows: both are voided.

const NO_HASH = '0'.repeat(64);
const BOND_GRAINS = 10;
const [owner, poster, challenger] = [newAccount(), newAccount(), newAccount()];
const INSURANCE = `0x${'1a'.repeat(20)}`;

let folder: string;
let chain: LocalChain;
let addressBook: AddressBook;
let story: TimelineEntry[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stannary-timeline-'));
  chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  addressBook = await deploy();
  await voidTwoEras();
  await chainRpc('anvil_mine', ['0x4']);
  const { context, close } = await readThrough();
  story = [...(await readTimeline(context.db, {})).entries];
  await close();
});
after(async () => {
  await chain?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test('tells of an era’s posting, the leaf that was asked for, the voiding, and the bond’s two halves', () => {
  const told = story.map(({ kind }) => kind);
  assert.deepEqual(told, ['era-posted', 'era-posted', 'leaf-asked', ...told.slice(3)]);
  assert.deepEqual(told.slice(3).toSorted(), ['era-voided', 'poster-slashed']);
  const { txHash, block, timestampMs, position, logIndex, ...voided } = entry('era-voided');
  assert.deepEqual(voided, {
    kind: 'era-voided',
    era: 0,
    lastEra: 1,
    headerHash: entry('era-posted').headerHash,
    challenger: challenger.address,
    ground: 'data-withheld',
  });
  assert.match(txHash, /^0x[0-9a-f]{64}$/);
  assert.deepEqual([position, timestampMs % 1000], [block * 2 ** 20 + logIndex, 0]);
  const { rewardGrains, burntGrains } = entry('poster-slashed');
  assert.deepEqual([rewardGrains, burntGrains], [BOND_GRAINS / 2, BOND_GRAINS / 2]);
  const { era, tree, index, asker } = entry('leaf-asked');
  assert.deepEqual([era, tree, index, asker], [0, 'payout', 0, challenger.address]);
  assert.equal(entry('era-posted').totalCreditsGrains, '5', 'an amount that may be large is a string');
});

test('each event once, whoever reads it again', async () => {
  const { context, close } = await readThrough();
  await context.db.deleteFrom('network_fact').where('key', '=', 'chain-cursor').execute();
  await close();
  const again = await readThrough();
  assert.deepEqual((await readTimeline(again.context.db, {})).entries, story);
  await again.close();
});

test('GET /v1/timeline: the newest, or page by page from a position on, of one kind or of all', async () => {
  await serving(async (client) => {
    assert.deepEqual(await client.timeline(), { entries: story, hasMore: false });
    assert.deepEqual((await client.timeline({ limit: 2 })).entries, story.slice(-2), 'the newest');
    const pages: TimelineAnswer[] = [];
    for (let after = 0; pages.at(-1)?.hasMore !== false; after = pages.at(-1)!.entries.at(-1)!.position)
      pages.push(await client.timeline({ after, limit: 2 }));
    assert.deepEqual(
      pages.map(({ entries }) => entries.length),
      [2, 2, 1],
    );
    assert.deepEqual(
      pages.flatMap(({ entries }) => entries),
      story,
    );
    const posted = await client.timeline({ kind: 'era-posted' });
    assert.deepEqual(posted.entries, story.slice(0, 2));
    const { entries } = await client.timeline({ after: story.at(-1)!.position });
    assert.deepEqual(entries, []);
  });
});

test('REQUEST-MALFORMED: more than 500 at once, a kind that is none, a position below 0', async () => {
  await serving(async (client) => {
    for (const query of [{ limit: 501 }, { limit: 0 }, { kind: 'gossip' as 'era-posted' }, { after: -1 }])
      await assert.rejects(client.timeline(query), { code: 'REQUEST-MALFORMED', status: 400 });
    const kind = 'gossip' as 'era-posted';
    await assert.rejects(client.timeline({ kind }), { where: 'kind', got: 'gossip', expected: /^one of era-posted, / });
  });
});

function entry<Kind extends TimelineEntry['kind']>(kind: Kind): Extract<TimelineEntry, { kind: Kind }> {
  return story.find((one) => one.kind === kind) as Extract<TimelineEntry, { kind: Kind }>;
}

/** A gateway's follower that has read what there is; its database lies in the same folder each time. */
async function readThrough(): Promise<OpenFollower> {
  const open = await openFollower(chain.rpcUrl, join(folder, 'database'), 0, addressBook);
  while (await open.follower.run());
  return open;
}

async function serving(check: (client: GatewayClient) => Promise<void>): Promise<void> {
  const { context, close } = await readThrough();
  const server = await buildServer(partsOn(context.db));
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  try {
    await check(new GatewayClient({ baseUrl: `http://127.0.0.1:${port}` }));
  } finally {
    await server.close();
    await close();
  }
}

/** What the route uses of a gateway. */
function partsOn(db: Database): HttpParts {
  const records = new Records({ db } as never, {} as Epochs, {} as never);
  const parts = { records, metrics: new Metrics(), accountOfKey: new Map(), requestsPerSecondMax: 1_000 };
  return { ...parts, log: () => undefined } as unknown as HttpParts;
}

async function deploy(): Promise<AddressBook> {
  const { rpcUrl } = chain;
  await fundAccounts(
    rpcUrl,
    [owner, poster, challenger].map(({ address }) => address),
  );
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return deployContracts({
    rpcUrl,
    deployer: owner.privateKey,
    settings: {
      tokenCapGrains: 10n ** 15n,
      eraMintGrainsMax: 10n ** 12n,
      genesis: [{ account: poster.address, grains: 1_000 }],
      creditIssuer: owner.address,
      poster: poster.address,
      arbiter: poster.address,
      insurance: INSURANCE,
      treasury: INSURANCE,
      receiptKey: toHex(publicKey.export({ type: 'spki', format: 'der' })),
      beaconTip: NO_HASH.replace('0', 'a'),
      idFeeGrains: 0,
      posterBondGrains: BOND_GRAINS,
      challengeWindowSeconds: 3_600,
      holdbackEras: 1,
      epochsPerEra: 1,
      lateEpochs: 1,
      answerSeconds: 0,
      askFeeGrains: 0,
      appealSeconds: 3,
      activationSeconds: 0,
      unbondingSeconds: 60,
      slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
    },
  });
}

async function voidTwoEras(): Promise<void> {
  const as = ({ privateKey }: typeof owner) => openSender({ rpcUrl: chain.rpcUrl, privateKey, addressBook });
  await as(owner).mintCredits(owner.address, 100);
  await as(owner).depositCredits(owner.address, 100);
  await as(poster).depositPosterBond(BOND_GRAINS);
  const none = new EraTree([]);
  const owed = new EraTree([leafOf(owner.address, 5)]);
  const first = eraHeaderOf(0, NO_HASH, { accrual: none, voids: none, direct: owed, payout: owed, params: none });
  const second = eraHeaderOf(1, eraHeaderHash(first), {
    accrual: none,
    voids: none,
    direct: none,
    payout: owed,
    params: none,
  });
  for (const header of [first, second]) await as(poster).postEra(header);
  await as(challenger).challengeEra([first], { kind: 'ask', tree: 'payout', index: 0 });
  await as(challenger).challengeWithheld(first, 'payout', 0);
}

/** An account's leaf: 20 bytes of it, 16 of credits, 16 of tokens. */
function leafOf(account: string, creditsGrains: number): Uint8Array {
  const credits = creditsGrains.toString(16).padStart(32, '0');
  return fromHex(`${account.slice(2)}${credits}${'0'.repeat(32)}`);
}

async function chainRpc(method: string, params: readonly unknown[]): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  await fetch(chain.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
