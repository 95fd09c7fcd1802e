import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chainNode, epochInputs, id, testEconomy } from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import type { Grains, Ppm } from '../numbers/quantities.ts';
import type { GraduatedVesting } from '../security/vesting.ts';
import type { Statement } from './epoch.ts';
import { nodeLines, nodeStates } from './node-table.ts';
import { Epochs } from './reservations.fixture.ts';

const CAPACITY_MAX = testEconomy.limits.nodeNcuMax * 1_000;

/** No bond is asked; work mints nothing, and being there mints 100 tokens an epoch. */
const withoutBonds: Economy = {
  ...testEconomy,
  classes: testEconomy.classes.map((one) => ({
    ...one,
    bond: { ...one.bond, bondGrainsMin: 0 as Grains, revenue: null, deterrence: null, harm: null },
    curve: { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 },
  })),
  supply: {
    ...testEconomy.supply,
    streams: testEconomy.supply.streams.map((stream) => ({
      ...stream,
      rule: {
        kind: 'work-capped',
        of: { kind: 'fixed', grainsPerInterval: '100000000', intervalSeconds: 5 },
        poolSharePpm: 0,
        perWorkPaidPpm: 0,
        rest: 'coverage',
      },
    })),
  },
};

const chainOf = (...nodes: readonly ReturnType<typeof chainNode>[]) => ({ ...epochInputs(0).chain, nodes });

describe('a node’s capacity', () => {
  test('counts up to the economy’s largest, however much the chain names', () => {
    for (const milliNcu of [CAPACITY_MAX, 4_294_967_295, Number.MAX_SAFE_INTEGER]) {
      const epochs = new Epochs();
      epochs.settle({ chain: chainOf({ ...chainNode(1), milliNcu }, chainNode(2), chainNode(3)) });
      epochs.settle({ chain: chainOf({ ...chainNode(1), milliNcu }, { ...chainNode(4), milliNcu }) });
      assert.deepEqual(
        nodeStates(epochs.state).map((node) => node.milliNcu),
        [CAPACITY_MAX, 0, 0, CAPACITY_MAX],
      );
    }
  });

  test('is nothing once the chain names it no more: it is not rewarded for being there', () => {
    const epochs = new Epochs(withoutBonds);
    const [node] = nodeLines(epochs.settle());
    assert.ok(node!.coverageTokensGrains > 0);
    assert.equal(node!.coverageTokensGrains, node!.earnedTokensGrains);
    const [left, stayed] = nodeLines(epochs.settle({ chain: chainOf(chainNode(2, 0), chainNode(3, 0)) }));
    assert.deepEqual([left!.coverageTokensGrains, left!.status], [0, 'active']);
    assert.ok(stayed!.coverageTokensGrains > node!.coverageTokensGrains);
  });
});

describe('a schedule that withholds until a node leaves in order', () => {
  const half = 500_000 as Ppm;
  const schedule: GraduatedVesting = {
    kind: 'graduated',
    withhold: [{ ageEpochsMin: 0, sharePpm: half }],
    returns: [{ ageEpochsMin: 1_000, sharePpm: half }],
  };
  const economy: Economy = { ...withoutBonds, vesting: { schedule, mergeEpochs: 4 } };
  const all = [1, 2, 3].map((number) => chainNode(number, 0));
  const settle = (epochs: Epochs, count: number, chain = chainOf(...all)): Statement => {
    for (let epoch = 0; epoch < count; epoch += 1) epochs.settle({ chain });
    return epochs.statement;
  };

  test('keeps its share where no bond is asked, and gives all of it back when the chain names the node no more', () => {
    const epochs = new Epochs(economy);
    const vested = nodeLines(settle(epochs, 7))[0]!;
    assert.ok(vested.vestedTokensGrains > 0);
    assert.equal(vested.vestingTokensGrains, vested.vestedTokensGrains, 'half paid, half kept');
    const after = nodeLines(settle(epochs, 8, chainOf(all[1]!, all[2]!)))[0]!;
    assert.deepEqual([after.nodeId, after.vestingTokensGrains, after.holdbackTokensGrains], [id(1), 0, 0]);
  });
});
