import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  ChainRefusal,
  challengePlace,
  type EraHeader,
  EraTree,
  type EraTrees,
  eraHeaderHash,
  eraHeaderOf,
  eraTreesOf,
  publishTrees,
} from '@stannary/chain';
import { EraTower, type EraTowerParts, type Finding } from '@stannary/cli/watch';
import type { EraBundleAnswer } from '@stannary/gateway/client';
import { decodeEntry, decodeInputs, encodeEntry, encodeInputs, hashOf } from '../settlement/chain/src/era-leaf.ts';
import { type EpochPlan, type EraWorld, movedGrain, servedBundles, startEraWorld } from './eras.fixture.ts';
import { askNode } from './local-network.ts';

// The tower before a real chain, and before whatever a poster may serve it.

const EPOCHS = 12;
const HOUR_MS = 3_600_000;
const NO_HASH = '0'.repeat(64);
const cleanUps: (() => unknown)[] = [];
let world: EraWorld;
let served: EraBundleAnswer[];
/** Honest headers, of all three eras. */
let headers: EraHeader[];
let trees: EraTrees[];

before(async () => {
  world = await startEraWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  const plans = Array.from(
    { length: EPOCHS },
    (_, epoch): EpochPlan => ({
      work: [700 + epoch, 1_300, 2_900],
      verdicts: [],
      withdrawnGrains: epoch % 4 === 1 ? 12_345 : 0,
    }),
  );
  served = servedBundles(world, plans);
  trees = served.map((bundle) => eraTreesOf(bundle));
  headers = [];
  for (const [era, its] of trees.entries()) {
    const parentHash = era === 0 ? NO_HASH : eraHeaderHash(headers[era - 1]!);
    headers.push(eraHeaderOf(era, parentHash, its));
  }
  await world.poster.depositPosterBond(2);
  await world.poster.postEra(headers[0]!);
  await world.poster.postEra(headers[1]!);
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('a tower', () => {
  let findings: Finding[];
  let nowMs: number;

  beforeEach(() => {
    findings = [];
    nowMs = 0;
  });

  test('finds that honest eras hold, looks at each once, and again at none that it knows', async () => {
    const tower = towerOf(served);
    assert.equal(await tower.run(), true);
    assert.equal(await tower.run(), false);
    assert.deepEqual(
      findings.map(({ kind, era }) => [kind, era]),
      [
        ['era-holds', 0],
        ['era-holds', 1],
      ],
    );
  });

  test('proves a moved grain in one transaction', async () => {
    await posted({ payout: movedGrain(trees[2]!.payout) });
    await voidedBy(towerOf(lying({ payout: movedGrain(trees[2]!.payout) })), ['era-wrong', 'era-voided']);
  });

  test('proves it again when a reorganisation drops the proof', async () => {
    await posted({ payout: movedGrain(trees[2]!.payout) });
    const tower = towerOf(lying({ payout: movedGrain(trees[2]!.payout) }));
    const fork = await askNode(world.rpcUrl, 'evm_snapshot');
    await tower.run();
    assert.equal(await world.reader.era(2), null);
    await askNode(world.rpcUrl, 'evm_revert', [fork]);
    assert.notEqual(await world.reader.era(2), null);
    await voidedBy(tower, ['era-wrong', 'era-voided', 'era-voided']);
  });

  test('without a key only looks', async () => {
    await posted({ payout: movedGrain(trees[2]!.payout) });
    await towerOf(lying({ payout: movedGrain(trees[2]!.payout) }), { sender: null }).run();
    assert.deepEqual(kindsOfLast(), ['era-wrong']);
    findings = [];
    await voidedBy(towerOf(lying({ payout: movedGrain(trees[2]!.payout) })), ['era-wrong', 'era-voided']);
  });

  test('proves what it can though other proof is kept from it', async () => {
    const payout = movedGrain(trees[2]!.payout);
    await posted({ payout });
    const [first, second, third] = lying({ payout }) as [EraBundleAnswer, EraBundleAnswer, EraBundleAnswer];
    await voidedBy(towerOf([first, second, { ...third, batches: [] }]), ['era-wrong', 'era-voided']);
  });

  test('looks for another proof where the contract sees nothing in the first, and at once', async () => {
    const payout = movedGrain(trees[2]!.payout);
    await posted({ payout });
    const { challenger } = world;
    const tried: string[] = [];
    const sender = {
      challengeWithheld: challenger.challengeWithheld.bind(challenger),
      challengeEra: async (...given: Parameters<typeof challenger.challengeEra>) => {
        tried.push(challengePlace(given[1]));
        if (tried.length > 1) return challenger.challengeEra(...given);
        throw new ChainRefusal('CHAIN-REVERTED', { revert: { name: 'Unproven', args: {} } });
      },
    };
    await voidedBy(towerOf(lying({ payout }), { sender }), ['era-wrong', 'challenge-refused', 'era-voided']);
    assert.equal(new Set(tried).size, 2, 'the other half of the moved grain');
  });

  test('asks for what is posted and not published; unanswered it voids the era', async () => {
    await posted({ payout: movedGrain(trees[2]!.payout) });
    // The truth is served, a lie is posted.
    await voidedBy(towerOf(served), ['era-wrong', 'leaf-asked', 'era-voided']);
  });

  test('looks again at an era of which it asked for a leaf: what is served first may be false', async () => {
    const payout = movedGrain(trees[2]!.payout);
    await posted({ payout });
    const bundles = [...served];
    const tower = towerOf(bundles, { chain: shownInTime(world.reader) });
    await tower.run();
    assert.deepEqual(kindsOfLast(), ['era-wrong', 'leaf-asked']);
    bundles[2] = lying({ payout })[2]!;
    await voidedBy(tower, ['era-wrong', 'leaf-asked', 'era-wrong', 'era-voided']);
  });

  test('asks for a bounded number of leaves, however often it looks', async () => {
    await posted({ payout: movedGrain(trees[2]!.payout) });
    const ask = async () => ({ txHash: `0x${'0'.repeat(64)}`, blockNumber: 0 });
    const sender = { challengeEra: ask, challengeWithheld: ask };
    const tower = towerOf(served, { chain: shownInTime(world.reader), sender });
    for (let look = 0; look < 70; look += 1) await tower.run();
    assert.equal(kindsOfLast().filter((kind) => kind === 'leaf-asked').length, 64);
    await voidedBy(towerOf(lying({ payout: movedGrain(trees[2]!.payout) })), [
      'era-wrong',
      ...Array<string>(64).fill('leaf-asked'),
      'era-wrong',
      'era-voided',
    ]);
  });

  test('asks for a wrong leaf that has too much behind it to be shown in a challenge', async () => {
    const { accrual, contents } = trees[2]!;
    const leaves = [...accrual.leaves];
    const at = leaves.findIndex((leaf) => decodeEntry(leaf).inputsHash !== NO_HASH);
    const entry = decodeEntry(leaves[at]!);
    const inputs = decodeInputs(contents.get(entry.inputsHash)!);
    const line = { ncuMs: 1n, price: 0n, coveredNcuMs: 0n, coveredPrice: 0n };
    const content = encodeInputs({ ...inputs, lines: [...inputs.lines, ...Array(1_000).fill(line)] });
    leaves[at] = encodeEntry({ ...entry, inputsHash: hashOf(content) });
    const changed = { accrual: new EraTree(leaves), contents: new Map([...contents, [hashOf(content), content]]) };
    await posted(changed);
    await voidedBy(towerOf(lying(changed)), ['era-wrong', 'leaf-asked', 'era-voided']);
  });

  test('asks for a leaf when nobody serves the era, once half of the window is over', async () => {
    await posted({});
    const tower = towerOf(served.slice(0, 2));
    await tower.run();
    assert.deepEqual(kindsOfLast(), ['era-unpublished']);
    nowMs += 2 * HOUR_MS * 24 * 365 * 100;
    await voidedBy(tower, ['era-unpublished', 'leaf-asked', 'era-voided']);
  });

  test('asks again where its question did not get to the chain', async () => {
    await posted({});
    let refusals = 0;
    const { challenger } = world;
    const sender = {
      challengeWithheld: challenger.challengeWithheld.bind(challenger),
      challengeEra: async (...given: Parameters<typeof challenger.challengeEra>) => {
        refusals += 1;
        if (refusals === 1) throw new ChainRefusal('CHAIN-RPC-UNREACHABLE', { got: 'nothing' });
        return challenger.challengeEra(...given);
      },
    };
    const tower = towerOf(served.slice(0, 2), { sender });
    await tower.run();
    nowMs += 2 * HOUR_MS * 24 * 365 * 100;
    await assert.rejects(tower.run(), { code: 'CHAIN-RPC-UNREACHABLE' });
    await voidedBy(tower, ['era-unpublished', 'leaf-asked', 'era-voided']);
  });

  test('is stopped by nothing that is served', async () => {
    await posted({});
    const junk: unknown[] = [
      null,
      {},
      { ...served[2], era: 1 },
      { ...served[2], inputs: [] },
      { ...served[2], trees: { leaves: {}, contents: [] } },
      { ...served[2], trees: { ...served[2]!.trees, contents: ['zz'] } },
      { ...served[2], statements: [] },
    ];
    for (const bundle of junk) {
      findings = [];
      await towerOf([served[0]!, served[1]!, bundle as EraBundleAnswer], { sender: null }).run();
      assert.deepEqual(kindsOfLast(), ['era-unpublished'], JSON.stringify(bundle)?.slice(0, 80));
    }
  });

  test('is stopped by no code that a gateway calls its refusal, nor by an era that was never posted', async () => {
    const refusal = Object.assign(new Error('later'), { code: 'CHAIN-RPC-UNREACHABLE', refusalClass: 'retry' });
    const far = {
      ...served[2]!,
      heldBack: { ...served[2]!, statements: [{ ...served[2]!.statements[0]!, epoch: 1e300 }] },
    };
    for (const answer of [Promise.reject(refusal), Promise.resolve(far as unknown as EraBundleAnswer)]) {
      answer.catch(() => {});
      findings = [];
      const client = { eraBundle: async (era: number) => (era === 2 ? answer : served[era]!) };
      await towerOf(served, { client, sender: null }).run();
      assert.deepEqual(kindsOfLast(), ['era-unpublished']);
    }
  });

  test('says which statements are not what their inputs give', async () => {
    const forged = structuredClone(served);
    const statement = forged[2]!.statements[1]! as { usedNcuMs: number };
    statement.usedNcuMs += 1;
    await towerOf(forged, { sender: null }).run();
    const found = findings.find(({ kind }) => kind === 'statements-differ');
    assert.deepEqual(found, { kind: 'statements-differ', era: 2, epochs: [9] });
  });

  test('says when the history that an era begins with is another', async () => {
    const forged = structuredClone(served);
    const { stateBefore } = forged[2]!.inputs[0]! as unknown as { stateBefore: { prices: unknown[] } };
    stateBefore.prices = stateBefore.prices.slice(1);
    await towerOf(forged, { sender: null }).run();
    const found = findings.find(({ kind }) => kind === 'statements-differ');
    assert.deepEqual(found, { kind: 'statements-differ', era: 2, epochs: [8] });
  });

  test('says when another economy is served under a hash', async () => {
    const forged = structuredClone(served);
    const [economy] = Object.values(forged[2]!.economies) as { limits: { nodesMax: number } }[];
    (economy as unknown as { grainsPerUnit: number }).grainsPerUnit += 1;
    await towerOf(forged, { sender: null }).run();
    assert.ok(findings.some(({ kind, era }) => kind === 'economy-misnamed' && era === 2));
  });

  test('goes on where it was, and believes what is served only where it never was', async () => {
    const first = towerOf(served);
    await first.run();
    assert.equal(first.place.nextEra, 0, 'nothing is final yet');
    const late = towerOf(served, { place: { nextEra: 2, replay: null } });
    findings = [];
    await late.run();
    assert.deepEqual(
      findings.map(({ kind, era }) => [kind, era]),
      [['era-holds', 2]],
    );
  });

  function towerOf(
    bundles: readonly EraBundleAnswer[],
    {
      client = clientOf(bundles),
      sender = world.challenger,
      chain = world.reader,
      place,
    }: Partial<Pick<EraTowerParts, 'client' | 'sender' | 'chain'> & { place: EraTower['place'] }> = {},
  ): EraTower {
    const tell = (finding: Finding) => void findings.push(finding);
    return new EraTower({ client, chain, sender, epochsPerEra: 4, nowMs: () => nowMs, tell }, place);
  }

  /** The third era as it stands on the chain. */
  async function posted(changed: Partial<EraTrees>): Promise<void> {
    await world.poster.postEra(eraHeaderOf(2, headers[2]!.parentHash, { ...trees[2]!, ...changed }));
  }

  function lying(changed: Partial<EraTrees>): EraBundleAnswer[] {
    return [served[0]!, served[1]!, { ...served[2]!, trees: publishTrees({ ...trees[2]!, ...changed }) }];
  }

  /** What is asked for at one look is pressed at the next. */
  async function voidedBy(tower: EraTower, kinds: readonly string[]): Promise<void> {
    await tower.run();
    await tower.run();
    assert.deepEqual(kindsOfLast(), kinds);
    assert.equal(await world.reader.era(2), null);
    await world.poster.depositPosterBond(2);
  }

  function kindsOfLast(): string[] {
    return findings.filter(({ era }) => era === 2).map(({ kind }) => kind);
  }
});

function clientOf(bundles: readonly EraBundleAnswer[]): EraTowerParts['client'] {
  return {
    eraBundle: async (era) => {
      if (era >= bundles.length) throw new Error('nobody answers');
      return bundles[era]!;
    },
  };
}

/** A reader for which the poster has shown every leaf that was asked for. */
function shownInTime(reader: EraWorld['reader']): EraTowerParts['chain'] {
  return {
    era: (era) => reader.era(era),
    nodes: () => reader.nodes(),
    openAsks: async () => [],
    shownLeaves: async () => [],
  };
}
