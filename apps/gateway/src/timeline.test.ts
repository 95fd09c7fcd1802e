import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EraTree, eraHeaderHash, eraHeaderOf } from '@stannary/chain';
import { type OpenFollower, openFollower } from './chain-follower.fixture.ts';
import type { TimelineAnswer, TimelineEntry } from './client/api.ts';
import { GatewayClient } from './client/client.ts';
import type { Database } from './context.ts';
import type { Epochs } from './epochs.ts';
import { buildServer, type HttpParts } from './http.ts';
import { Metrics } from './metrics.ts';
import { BOND_GRAINS, NO_HASH, owedTree, type PosterChain, startPosterChain } from './poster-chain.fixture.ts';
import { Records } from './records.ts';
import { readTimeline } from './timeline.ts';

// A poster on a real chain posts two eras and is asked for a leaf of the first that it never shows: both are voided.

let chain: PosterChain;
let story: TimelineEntry[];

before(async () => {
  chain = await startPosterChain();
  await voidTwoEras();
  await chain.finalise();
  const { context, close } = await readThrough();
  story = [...(await readTimeline(context.db, {})).entries];
  await close();
});
after(async () => {
  await chain?.stop();
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
    challenger: chain.challenger.address,
    ground: 'data-withheld',
  });
  assert.match(txHash, /^0x[0-9a-f]{64}$/);
  assert.deepEqual([position, timestampMs % 1000], [block * 2 ** 20 + logIndex, 0]);
  const { rewardGrains, burntGrains } = entry('poster-slashed');
  assert.deepEqual([rewardGrains, burntGrains], [BOND_GRAINS / 2, BOND_GRAINS / 2]);
  const { era, tree, index, asker } = entry('leaf-asked');
  assert.deepEqual([era, tree, index, asker], [0, 'payout', 0, chain.challenger.address]);
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
  const open = await openFollower(chain.rpcUrl, join(chain.folder, 'database'), 0, chain.addressBook);
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

async function voidTwoEras(): Promise<void> {
  const { as, owner, poster, challenger } = chain;
  const none = new EraTree([]);
  const owed = owedTree(owner.address, 5);
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
