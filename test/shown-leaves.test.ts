import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EraTree, type EraTrees, eraHeaderHash, eraHeaderOf, eraTreesOf } from '@stannary/chain';
import { EraTower, type Finding } from '@stannary/cli/watch';
import type { EraBundleAnswer } from '@stannary/gateway/client';
import { compareBytes } from '@stannary/wire';
import { parentRecord } from '../settlement/chain/src/era-tree.ts';
import { type EpochPlan, type EraWorld, movedGrain, servedBundles, startEraWorld } from './eras.fixture.ts';

// A poster that posts a lie, serves the truth, and shows every leaf that it is asked for.

const NO_HASH = '0'.repeat(64);
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
async function caught(changed: Partial<EraTrees>): Promise<{ asks: number; grounds: readonly string[] }> {
  const { poster, challenger, reader: chain } = world;
  const posted = { ...trees[1]!, ...changed };
  const header = eraHeaderOf(1, eraHeaderHash(eraHeaderOf(0, NO_HASH, trees[0]!)), posted);
  const { blockNumber } = await poster.postEra(header);
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
    const asked = await chain.openAsks(1);
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
