import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AskedLeaf,
  type EraChallenge,
  EraTree,
  type EraTrees,
  eraHeaderHash,
  eraHeaderOf,
  eraTreesOf,
} from '@stannary/chain';
import { EraTower, type Finding } from '@stannary/cli/watch';
import type { EraBundleAnswer } from '@stannary/gateway/client';
import { compareBytes } from '@stannary/wire';
import { revealData } from '../settlement/chain/src/era-asks.fixture.ts';
import { parentRecord } from '../settlement/chain/src/era-tree.ts';
import { sendAs } from './deployed-network.ts';
import { type EpochPlan, type EraWorld, movedGrain, servedBundles, startEraWorld } from './eras.fixture.ts';

// A poster that posts a lie, serves the truth, and shows every leaf that it is asked for.

const NO_HASH = '0'.repeat(64);
const STRANGER = `0x${'5a'.repeat(20)}`;
/** In the hex of a call of `reveal`: after the selector, the header's 27 words down to the span's offset of its last leaf. */
const LAST_LEAF_AT = 2 + 8 + 27 * 64;
type LeafAsk = Extract<EraChallenge, { kind: 'ask' }>;
const PLAN: EpochPlan = { work: [700, 1_300, 2_900], verdicts: [], withdrawnGrains: 12_345 };
const cleanUps: (() => unknown)[] = [];
let world: EraWorld;
let served: EraBundleAnswer[];
let trees: EraTrees[];

before(async () => {
  world = await startEraWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) }, { answerSeconds: 3_600 });
  served = servedBundles(world, Array<EpochPlan>(8).fill(PLAN));
  trees = served.map((bundle) => eraTreesOf(bundle));
  await world.poster.depositPosterBond(2);
  await world.poster.postEra(eraHeaderOf(0, NO_HASH, trees[0]!));
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('a poster that shows what it is asked for', () => {
  test('shows the way to a grain that it moved', async () => {
    const { depth } = trees[1]!.payout;
    const { asks, grounds } = await caught({ payout: movedGrain(trees[1]!.payout) });
    assert.deepEqual(grounds, ['payout-wrong']);
    assert.ok(asks <= 2 * (depth + 1), `${asks} questions to find two leaves under ${depth} levels`);
  });

  test('shows the way to a node that it weighed wrongly', async () => {
    const { depth, leaves } = trees[1]!.accrual;
    const lighter = leaves.map((leaf) => leaf.slice());
    // The last byte of a leaf is of its tokens.
    const chosen = lighter.findLast((leaf) => leaf.at(-1)! > 0)!;
    chosen[chosen.length - 1]! -= 1;
    const { asks, grounds } = await caught({ accrual: new EraTree(lighter) });
    assert.deepEqual(grounds, ['accrual-wrong']);
    assert.ok(asks <= depth + 1, `${asks} questions to find one leaf under ${depth} levels`);
  });

  test('shows the way to what it hid on the right of all leaves, where nothing can be asked for', async () => {
    const { depth, leaves } = trees[1]!.payout;
    assert.ok(leaves.length < 2 ** depth);
    const { asks, grounds } = await caught({ payout: new FalselyPadded(leaves) });
    assert.deepEqual(grounds, ['sums-differ']);
    assert.ok(asks <= depth + 1, `${asks} questions`);
  });

  test('blinds nobody by bytes that the contract reads and no decoder does', async () => {
    const ask = { kind: 'ask', tree: 'payout', index: 0 } as const;
    const header = eraHeaderOf(0, NO_HASH, trees[0]!);
    await world.challenger.challengeEra([header], ask);
    const data = revealData(header, trees[0]!, served[0]!.batches, ask);
    // Of one leaf alone the contract does not read the last: whoever shows it may point it anywhere.
    const garbled = data.slice(0, LAST_LEAF_AT) + 'f'.repeat(64) + data.slice(LAST_LEAF_AT + 64);
    await sendAs(world.rpcUrl, STRANGER, world.addressBook.contracts.eraChallenges!, garbled);
    assert.deepEqual(await world.reader.openAsks(0), []);
    const { grounds } = await caught({ payout: movedGrain(trees[1]!.payout) });
    assert.deepEqual(grounds, ['payout-wrong']);
  });

  test('keeps no tower waiting by a question of its own', async () => {
    const { grounds } = await caught({ payout: movedGrain(trees[1]!.payout) }, [
      { kind: 'ask', tree: 'accrual', index: 0 },
    ]);
    assert.deepEqual(grounds, ['payout-wrong']);
  });

  test('shows all leaves of a tree that has one more', async () => {
    const { leaves } = movedGrain(trees[1]!.payout);
    const stranger = new Uint8Array(leaves[0]!.length).fill(0x33, 0, 20);
    const more = new EraTree([...leaves, stranger].sort(compareBytes));
    const { asks, grounds } = await caught({ payout: more });
    assert.deepEqual(grounds, ['payout-wrong']);
    assert.ok(asks <= more.leafCount, `${asks} questions`);
  });
});

/** Its last place, on the right of all leaves, is not empty. */
class FalselyPadded extends EraTree {
  override record(height: number, index: number): Uint8Array {
    const isLast = index === 2 ** (this.depth - height) - 1;
    if (height === 0) return isLast ? new Uint8Array(64).fill(0x5a, 0, 32) : super.record(height, index);
    if (!isLast) return super.record(height, index);
    return parentRecord(this.record(height - 1, 2 * index), this.record(height - 1, 2 * index + 1));
  }
}

/** Posts the second era with other trees than are served, and lets tower and poster have their say until it is void. */
async function caught(
  changed: Partial<EraTrees>,
  friendly: readonly LeafAsk[] = [],
): Promise<{ asks: number; grounds: readonly string[] }> {
  const { poster, challenger, reader: chain } = world;
  const posted = { ...trees[1]!, ...changed };
  const header = eraHeaderOf(1, eraHeaderHash(eraHeaderOf(0, NO_HASH, trees[0]!)), posted);
  const { blockNumber } = await poster.postEra(header);
  for (const ask of friendly) await poster.challengeEra([header], ask);
  const isTowers = (leaf: AskedLeaf) => !friendly.some(({ tree, index }) => tree === leaf.tree && index === leaf.index);
  const findings: Finding[] = [];
  const tower = new EraTower({
    client: { eraBundle: async (era) => served[era]! },
    chain,
    sender: challenger,
    epochsPerEra: 4,
    nowMs: () => 0,
    tell: (finding) => void findings.push(finding),
  });
  for (;;) {
    await tower.run();
    if ((await chain.era(1)) === null) break;
    const asked = (await chain.openAsks(1)).filter(isTowers);
    assert.equal(asked.length, 1, JSON.stringify(findings));
    await poster.revealLeaf(header, posted, served[1]!.batches, asked[0]!);
  }
  const { number } = await chain.latestBlock();
  const voids = (await chain.events(blockNumber, number)).filter((event) => event.kind === 'era-voided');
  await poster.depositPosterBond(2);
  assert.ok(findings.every(({ kind }) => kind !== 'challenge-refused'));
  const asks = findings.filter(({ kind }) => kind === 'leaf-asked').length;
  return { asks, grounds: voids.map(({ ground }) => ground) };
}
