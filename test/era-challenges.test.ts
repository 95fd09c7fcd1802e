import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ChainRefusal,
  ERA_TREES,
  type EraBundle,
  type EraHeader,
  EraTree,
  type EraTreeName,
  type EraTrees,
  eraHeaderHash,
  eraHeaderOf,
  eraTreesOf,
  findChallenge,
  findOmission,
  openEra,
  publishTrees,
} from '@stannary/chain';
import type { Verdict } from '@stannary/kernel';
import { keccak256, toHex } from '@stannary/wire';
import fc from 'fast-check';
import {
  addCredits,
  bundlesOf,
  type EpochPlan,
  type EraWorld,
  proposedFault,
  receipted,
  startEraWorld,
} from './eras.fixture.ts';

// Eras that the kernel settled, posted to the real contracts as they are or with one thing changed: the honest ones stand,
// and of every other a challenge is found that the contracts accept.

const EPOCHS_PER_ERA = 4;
const ERAS = 3;
const LATE_EPOCHS = 1;
/** The first epoch of the last era: what is left out from there on can no longer be late at its end. */
const LAST_FOR_NODE = (ERAS - 1) * EPOCHS_PER_ERA;
const NO_HASH = '0'.repeat(64);
const cleanUps: (() => unknown)[] = [];
let world: EraWorld;

before(async () => {
  world = await startEraWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) });
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

const epochs = fc.record({
  work: fc.array(fc.nat({ max: 4_000 }), { minLength: 3, maxLength: 3 }),
  withdrawnGrains: fc.oneof(fc.constant(0), fc.nat({ max: 5_000_000 })),
});

/** Three eras in which now and then a node is found at fault, and sometimes cleared. */
const plans = fc
  .tuple(
    fc.array(epochs, { minLength: ERAS * EPOCHS_PER_ERA, maxLength: ERAS * EPOCHS_PER_ERA }),
    fc.array(fc.record({ epoch: fc.integer({ min: 1, max: 10 }), node: fc.nat({ max: 2 }), cleared: fc.boolean() }), {
      maxLength: 3,
    }),
  )
  .map(([list, faults]) => list.map((epoch, at) => ({ ...epoch, verdicts: verdictsAt(faults, at) })));

function verdictsAt(
  faults: readonly { readonly epoch: number; readonly node: number; readonly cleared: boolean }[],
  epoch: number,
): Verdict[] {
  return faults.flatMap((fault, index): Verdict[] => {
    const faultId = `${index + 1}`.padStart(64, '0');
    if (fault.epoch === epoch) return [proposedFault(world, fault.node, faultId)];
    // Local faults are final one epoch after they were proposed: cleared in the same epoch or not at all.
    return [];
  });
}

/** Everything of an era's posting, honest as it is. */
function postings(bundles: readonly EraBundle[]) {
  const made: { readonly bundle: EraBundle; readonly trees: EraTrees; readonly header: EraHeader }[] = [];
  for (const bundle of bundles) {
    const trees = eraTreesOf(bundle);
    const parentHash = made.length === 0 ? NO_HASH : eraHeaderHash(made.at(-1)!.header);
    made.push({ bundle, trees, header: eraHeaderOf(bundle.era, parentHash, trees) });
  }
  return made;
}

describe('an era’s trees', () => {
  test('every account’s payout follows from them, and so do the totals', () => {
    fc.assert(
      fc.property(plans, (list) => {
        for (const { trees } of postings(bundlesOf(world, list))) {
          const { before, direct, voids, payout } = trees;
          for (const asset of ['credits', 'tokens'] as const) {
            const owed = before.payout.root[asset] + before.accrual.root[asset] + direct.root[asset];
            assert.equal(payout.root[asset] + voids.root[asset], owed);
          }
          assert.equal(trees.accrual.root.credits, trees.params.root.credits);
          assert.ok(trees.accrual.root.tokens <= trees.params.root.tokens);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('an honest era has nothing to challenge', () => {
    fc.assert(
      fc.property(plans, (list) => {
        const made = postings(bundlesOf(world, list));
        for (const { bundle, trees, header } of made) {
          const headers = bundle.era === 0 ? [header] : [header, made[bundle.era - 1]!.header];
          assert.equal(findChallenge(openEra(headers, publishTrees(trees), bundle, trees, world.witness), trees), null);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a posted era', () => {
  let made: ReturnType<typeof postings>;

  before(async () => {
    made = postings(bundlesOf(world, fixedPlans()));
    await world.poster.depositPosterBond(2);
    for (const { header } of made.slice(0, -1)) await world.poster.postEra(header);
  });

  test('with any byte of any leaf changed is refused, or found and voided', async () => {
    const bytes = fc.record({
      tree: fc.constantFrom(...ERA_TREES),
      leaf: fc.nat(),
      at: fc.nat(),
      bit: fc.nat({ max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(bytes, async ({ tree, leaf, at, bit }) => {
        const leaves = made.at(-1)!.trees[tree].leaves.map((one) => one.slice());
        const chosen = leaves[leaf % leaves.length]!;
        chosen[at % chosen.length]! ^= 1 << bit;
        await refusedOrVoided({ [tree]: new EraTree(leaves) });
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('with a grain moved from one leaf to another is found and voided', async () => {
    const moves = fc.record({ tree: fc.constantFrom('payout', 'direct', 'accrual'), from: fc.nat(), to: fc.nat() });
    await fc.assert(
      fc.asyncProperty(moves, async ({ tree, from, to }) => {
        const leaves = made.at(-1)!.trees[tree as EraTreeName].leaves.map((one) => one.slice());
        const poorer = leaves[from % leaves.length]!;
        const richer = leaves[to % leaves.length]!;
        // How the take is divided among its payees no contract recomputes.
        fc.pre(poorer !== richer && !(tree === 'accrual' && isTake(poorer) && isTake(richer)));
        fc.pre(addCredits(poorer, -1n) && addCredits(richer, 1n));
        assert.equal(await refusedOrVoided({ [tree]: new EraTree(leaves) }), 'voided');
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test('with any byte of any node changed is refused, or found and voided', async () => {
    const bytes = fc.record({
      tree: fc.constantFrom(...ERA_TREES),
      node: fc.nat(),
      at: fc.nat({ max: 63 }),
      bit: fc.nat({ max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(bytes, async ({ tree, node, at, bit }) => {
        const tampered = new EraTree(made.at(-1)!.trees[tree].leaves);
        const nodes = nodesOf(tampered);
        const [height, index] = nodes[node % nodes.length]!;
        tampered.record(height, index)[at]! ^= 1 << bit;
        rehash(tampered, height, index);
        await refusedOrVoided({ [tree]: tampered });
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  test('of which nobody shows a leaf is voided, who asked has its fee back, and what was slashed is burnt', async () => {
    const { reader, challenger, poster } = world;
    const { bundle, header } = made.at(-1)!;
    const owned = await challenger.tokenBalance();
    await poster.postEra(header);
    await challenger.challengeEra([header], { kind: 'ask', tree: 'payout', index: 0 });
    assert.equal(await challenger.tokenBalance(), owned - 1n, 'the fee');
    await challenger.challengeWithheld(header, 'payout', 0);
    assert.equal(await reader.era(bundle.era), null);
    assert.equal(await challenger.tokenBalance(), owned + 1n, 'the fee, and half of the bond of 2');
    const { tokenSupply } = await reader.balances();
    const { blockNumber } = await challenger.burnSlashed();
    const [burnt] = (await reader.events(blockNumber, blockNumber)).filter(({ kind }) => kind === 'slashed-burnt');
    assert.equal((await reader.balances()).tokenSupply, tokenSupply - BigInt((burnt as { grains: number }).grains));
    await poster.depositPosterBond(2);
  });

  test('has its leaves shown to whoever asks, whatever they are of', async () => {
    const { reader, challenger, poster } = world;
    const { bundle, trees, header } = made.at(-2)!;
    for (const tree of ERA_TREES) {
      for (const index of [0, trees[tree].leafCount - 1]) {
        if (trees[tree].leafCount === 0) continue;
        await challenger.challengeEra([header], { kind: 'ask', tree, index });
        assert.deepEqual(await reader.openAsks(bundle.era), [{ tree, index }]);
        await poster.revealLeaf(header, trees, bundle.batches, { tree, index });
      }
    }
    assert.deepEqual(await reader.openAsks(bundle.era), []);
    assert.equal((await reader.era(bundle.era))!.headerHash, eraHeaderHash(header));
  });

  test('that leaves out a receipted batch is found by its node and voided', async () => {
    const { bundle, header: right } = made.at(-1)!;
    const { nodeId } = world.devices[0]!;
    const omitted = bundle.batches.filter((batch) => batch.nodeId === nodeId && batch.settledEpoch >= LAST_FOR_NODE);
    const trees = eraTreesOf({ ...bundle, batches: bundle.batches.filter((batch) => !omitted.includes(batch)) });
    const header = eraHeaderOf(bundle.era, right.parentHash, trees);
    const headers = [header, made.at(-2)!.header];
    await world.poster.postEra(header);
    const open = openEra(headers, publishTrees(trees), bundle, trees, world.witness);
    const kept = bundle.batches.map((batch) => receipted(world, batch));
    const found = findOmission(open, kept, LATE_EPOCHS);
    await world.challenger.challengeEra(headers, found!);
    assert.equal(await world.reader.era(bundle.era), null);
    await world.poster.depositPosterBond(2);
    const honest = openEra([right, headers[1]!], publishTrees(made.at(-1)!.trees), bundle, trees, world.witness);
    assert.equal(findOmission(honest, kept, LATE_EPOCHS), null);
  });

  test('as it is stands, whoever looks at it', async () => {
    const { bundle, trees, header } = made.at(-1)!;
    await world.poster.postEra(header);
    const headers = [header, made.at(-2)!.header];
    assert.equal(findChallenge(openEra(headers, publishTrees(trees), bundle, trees, world.witness), trees), null);
    assert.equal((await world.reader.era(bundle.era))!.headerHash, eraHeaderHash(header));
  });

  /** Posts the last era with other trees; what the contract takes has a challenge that it accepts. */
  async function refusedOrVoided(changed: Partial<Record<EraTreeName, EraTree>>): Promise<'refused' | 'voided'> {
    const { bundle, trees: honest, header: right } = made.at(-1)!;
    const trees = { ...honest, ...changed };
    const header = eraHeaderOf(bundle.era, right.parentHash, trees);
    try {
      await world.poster.postEra(header);
    } catch (error) {
      assert.ok(AT_THE_DOOR.includes((error as ChainRefusal).revert?.name ?? ''), String(error));
      return 'refused';
    }
    const headers = [header, made.at(-2)!.header];
    const open = openEra(headers, publishTrees(trees), bundle, honest, world.witness);
    const found = findChallenge({ ...open, trees }, honest);
    assert.ok(found !== null, 'nothing found');
    await world.challenger.challengeEra(headers, found);
    if (found.kind === 'ask') await world.challenger.challengeWithheld(header, found.tree, found.index);
    assert.equal(await world.reader.era(bundle.era), null);
    await world.poster.depositPosterBond(2);
    return 'voided';
  }
});

/** What the header alone shows. */
const AT_THE_DOOR = [
  'TotalsDoNotAddUp',
  'VoidsAboveAccrual',
  'AccrualNotCharged',
  'AccrualAboveEmission',
  'CreditsNotFunded',
  'EmissionAboveEraLimit',
  'EmissionAboveCap',
];

/** Work of all nodes, a withdrawal an era, and two faults, of which one takes what had been earned before. */
function fixedPlans(): EpochPlan[] {
  const verdicts = (epoch: number) =>
    [4, 9].flatMap((at) => (at === epoch ? [proposedFault(world, 0, `${at}`.padStart(64, '0'))] : []));
  return Array.from({ length: ERAS * EPOCHS_PER_ERA }, (_, epoch) => ({
    work: [700 + epoch, 1_300, epoch % 3 === 0 ? 0 : 2_900],
    verdicts: verdicts(epoch),
    withdrawnGrains: epoch % EPOCHS_PER_ERA === 1 ? 12_345 : 0,
  }));
}

function isTake(leaf: Uint8Array): boolean {
  return leaf[60] === 255;
}

function nodesOf(tree: EraTree): (readonly [height: number, index: number])[] {
  return Array.from({ length: tree.depth + 1 }, (_, height) => {
    const count = Math.ceil(tree.leafCount / 2 ** height);
    return Array.from({ length: count }, (_unused, index) => [height, index] as const);
  }).flat();
}

/** Carries a changed record up to the top. */
function rehash(tree: EraTree, height: number, index: number): void {
  for (let at = height + 1; at <= tree.depth; at += 1) {
    const parent = index >> (at - height);
    const [left, right] = [tree.record(at - 1, 2 * parent), tree.record(at - 1, 2 * parent + 1)];
    const record = tree.record(at, parent);
    record.set(keccak256(Uint8Array.of(1, ...left, ...right)));
    const sum = (from: number) => (word(left, from) + word(right, from)) & MASK;
    for (const from of [32, 48]) record.set(Buffer.from(sum(from).toString(16).padStart(32, '0'), 'hex'), from);
  }
}

const MASK = (1n << 128n) - 1n;

function word(record: Uint8Array, at: number): bigint {
  return BigInt(`0x${toHex(record.subarray(at, at + 16))}`);
}
