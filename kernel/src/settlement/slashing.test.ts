import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, chainNode, id, testEconomy } from '../economy.fixture.ts';
import type { Economy, OffenceRule } from '../economy.ts';
import type { Epoch, Grains, Ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { commonCauseSlashPpb } from '../security/liveness.ts';
import { failureSharePpm } from '../security/reputation.ts';
import type { FaultLine, Verdict } from './epoch.ts';
import { nodeStates } from './node-table.ts';
import { Epochs } from './reservations.fixture.ts';

const BOND = 2_000_000_000;

function economyWith(changes: Partial<Economy>, offence: Partial<OffenceRule> = {}): Economy {
  const offences = testEconomy.offences.map((rule) =>
    rule.offence === 'wrong-result' ? { ...rule, ...offence } : rule,
  );
  return { ...testEconomy, offences, ...changes };
}

function proposal(faultId: number, node: number, changes: object = {}): Verdict {
  const fault = { nodeId: id(node), offence: 'wrong-result', evidence: id(60), challenger: account(3), windows: [] };
  return { kind: 'fault-proposed', faultId: id(faultId), ...fault, ...changes };
}

/** Proposes at once and settles until all are final; returns the final lines. */
function convict(epochs: Epochs, ...proposals: Verdict[]): readonly FaultLine[] {
  epochs.settle({ verdicts: proposals });
  const finals: FaultLine[] = [];
  for (let epoch = 0; epoch < testEconomy.cadence.appealEpochs; epoch += 1) {
    finals.push(...epochs.settle().faults.filter(({ stage }) => stage === 'final'));
  }
  return finals;
}

const none = { toChallengerSlashGrains: 0, deferredSlashGrains: 0 };
const partOf = <Key extends keyof FaultLine>(line: FaultLine, ...keys: Key[]) => keys.map((key) => line[key]);

describe('a slash', () => {
  test('alone costs the offence’s share of the bond', () => {
    const [line] = convict(new Epochs(undefined, 20), proposal(50, 1));
    assert.deepEqual(partOf(line!, 'slashGrains', 'slashReason', 'slashSharePpb'), [BOND / 2, 'share', 500_000_000]);
    assert.deepEqual(partOf(line!, 'toChallengerSlashGrains', 'deferredSlashGrains'), Object.values(none));
  });

  test('together with a fifth of the class costs three times that fifth', () => {
    // Four more of twenty nodes: 3 * 4/20 = 60 % of the bond, of every one of the five.
    const finals = convict(new Epochs(undefined, 20), ...[1, 2, 3, 4, 5].map((node) => proposal(50 + node, node)));
    assert.deepEqual(
      finals.map((line) => partOf(line, 'slashGrains', 'slashReason', 'correlationPpb')),
      finals.map(() => [BOND * 0.6, 'correlation', 600_000_000]),
    );
  });

  test('counts others only within the window, and each once', () => {
    const correlation = { factorPpm: 3_000_000, windowEpochs: 4 };
    const epochs = new Epochs(economyWith({ correlation }), 20);
    convict(epochs, proposal(51, 1), proposal(52, 1), proposal(53, 2));
    const [soon] = convict(epochs, proposal(54, 3));
    assert.equal(soon!.correlationPpb, 300_000_000, 'two of twenty');
    const [later] = convict(epochs, proposal(55, 4));
    assert.equal(later!.correlationPpb, 150_000_000, 'the first two are out of the window');
  });

  test('is of the bond at the proposal, whatever is unbonded or held on the chain before it is final', () => {
    const epochs = new Epochs(undefined, 20);
    const nodes = Array.from({ length: 20 }, (_, index) => chainNode(index + 1));
    const chain = { blockNumber: 1, blockHash: `0x${'b'.repeat(64)}`, nodes };
    const left = { ...chain, nodes: [chainNode(1, 0), ...nodes.slice(1)] };
    epochs.settle({ chain, verdicts: [proposal(51, 1), proposal(52, 2)] });
    const finals = [...epochs.settle({ chain: left }).faults, ...epochs.settle({ chain: left }).faults];
    assert.deepEqual(
      finals.map((line) => partOf(line, 'slashGrains', 'correlationPpb')),
      [1, 2].map(() => [BOND / 2, 150_000_000]),
    );
  });

  test('never passes the offence’s ceiling', () => {
    const epochs = new Epochs(economyWith({}, { ceilingPpm: 550_000 as Ppm }), 20);
    const finals = convict(epochs, ...[1, 2, 3, 4, 5].map((node) => proposal(50 + node, node)));
    assert.deepEqual(
      finals.map(({ slashGrains, slashReason }) => [slashGrains, slashReason]),
      finals.map(() => [BOND * 0.55, 'ceiling']),
    );
  });

  test('of a span that was charged already costs what it exceeds the dearest by', () => {
    const same = convict(new Epochs(undefined, 20), proposal(51, 1), proposal(52, 1));
    assert.deepEqual(
      same.map(({ slashGrains, slashReason }) => [slashGrains, slashReason]),
      [
        [BOND / 2, 'share'],
        [0, 'span'],
      ],
    );
    const dearer = convict(new Epochs(undefined, 20), proposal(51, 1), proposal(52, 1, { offence: 'equivocation' }));
    assert.deepEqual(
      dearer.map(({ slashGrains }) => slashGrains),
      [BOND / 2, BOND / 2],
    );
  });

  test('gives the challenger at most fifty times its cost, the rest to insurance and burn by their shares', () => {
    const [capped] = convict(new Epochs(undefined, 20), proposal(50, 1, { challengeCostGrains: 1_000_000 }));
    assert.deepEqual(
      partOf(capped!, 'toChallengerSlashGrains', 'toInsuranceSlashGrains', 'burnedSlashGrains'),
      [50_000_000, 570_000_000, 380_000_000],
    );
    const [shared] = convict(new Epochs(undefined, 20), proposal(50, 1, { challengeCostGrains: 1e9 }));
    assert.equal(shared!.toChallengerSlashGrains, BOND / 4);
  });

  test('in shadow mode costs nothing', () => {
    const [line] = convict(new Epochs(), proposal(50, 1, { offence: 'abandoned-work' }));
    assert.deepEqual(partOf(line!, 'slashGrains', 'slashReason'), [0, null]);
  });
});

describe('being offline', () => {
  const { commonCause } = testEconomy.liveness;
  const offline: OffenceRule = { ...shadow('offline', 'score-ppm', 920_000), mode: 'live', slashPpm: 70_000 as Ppm };
  const economy = economyWith({ offences: [...testEconomy.offences, offline] });
  const absent = (node: number) => proposal(50 + node, node, { offence: 'offline' });
  const nodes = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  test('costs nothing while the outage may have a common cause', () => {
    const finals = convict(new Epochs(economy, 20), ...nodes(3).map(absent));
    assert.deepEqual(
      finals.map((line) => partOf(line, 'slashGrains', 'slashReason', 'correlationPpb')),
      finals.map(() => [0, 'common-cause', 0]),
    );
  });

  test('past the allowance costs each by how many of the class were, in one epoch or in several of the window', () => {
    const share = commonCauseSlashPpb(commonCause, 5, 20);
    const together = convict(new Epochs(economy, 20), ...nodes(5).map(absent));
    assert.deepEqual(
      together.map((line) => partOf(line, 'slashSharePpb', 'slashReason')),
      together.map(() => [share, 'common-cause']),
    );
    const epochs = new Epochs(economy, 20);
    convict(epochs, ...nodes(4).map(absent));
    const [last] = convict(epochs, absent(5));
    assert.equal(last!.slashSharePpb, share);
  });

  test('makes no other offence dearer, and none makes it dearer', () => {
    const [, , wrong] = convict(new Epochs(economy, 20), absent(1), absent(2), proposal(60, 3));
    assert.deepEqual(partOf(wrong!, 'slashReason', 'correlationPpb'), ['share', 0]);
    const finals = convict(new Epochs(economy, 20), absent(1), proposal(60, 3), proposal(61, 4), proposal(62, 5));
    assert.deepEqual(partOf(finals[0]!, 'slashGrains', 'slashReason'), [0, 'common-cause']);
  });

  test('of a whole class that has left since costs what it had bonded', () => {
    const epochs = new Epochs(economy, 3);
    epochs.settle({ verdicts: nodes(3).map(absent) });
    const chain = { blockNumber: 1, blockHash: `0x${'b'.repeat(64)}`, nodes: [] };
    const faults = [...epochs.settle({ chain }).faults, ...epochs.settle({ chain }).faults];
    assert.deepEqual(
      faults.map((line) => partOf(line, 'stage', 'slashGrains')),
      nodes(3).map(() => ['final', BOND * 0.07]),
    );
  });
});

describe('a class’s limit', () => {
  const slashLimit = { ceilingPpm: 25_000 as Ppm, windowEpochs: 6 };

  test('defers what it does not grant, names it, and grants it when the window has room', () => {
    // 2.5 % of forty credits of bond is one credit: of two slashes of one credit each, half of each.
    const epochs = new Epochs(economyWith({ slashLimit }), 20);
    const finals = convict(epochs, proposal(51, 1, { challengeCostGrains: 5_000_000 }), proposal(52, 2));
    assert.deepEqual(
      finals.map((line) => partOf(line, 'slashGrains', 'deferredSlashGrains')),
      [1, 2].map(() => [BOND / 4, BOND / 4]),
    );
    assert.deepEqual(
      epochs.state.slashing.deferred.map(({ fault, slashGrains }) => [fault.faultId, slashGrains]),
      [51, 52].map((fault) => [id(fault), BOND / 4]),
    );
    for (let epoch = 1; epoch < slashLimit.windowEpochs; epoch += 1) assert.deepEqual(epochs.settle().faults, []);
    const { faults } = epochs.settle();
    assert.deepEqual(
      faults.map((line) => partOf(line, 'faultId', 'stage', 'slashGrains', 'deferredSlashGrains')),
      [51, 52].map((fault) => [id(fault), 'slashed', BOND / 4, 0]),
    );
    assert.equal(
      finals[0]!.toChallengerSlashGrains + faults[0]!.toChallengerSlashGrains,
      250_000_000,
      'one cap for all parts',
    );
    assert.deepEqual(epochs.state.slashing.deferred, []);
  });

  test('is each class’s own', () => {
    const epochs = new Epochs(economyWith({ slashLimit: { ...slashLimit, ceilingPpm: 0 as Ppm } }), 20);
    const [line] = convict(epochs, proposal(51, 1));
    assert.deepEqual(partOf(line!, 'slashGrains', 'deferredSlashGrains'), [0, BOND / 2]);
  });
});

test('whatever is proven: granted + deferred is what is due, destinations make the grant, a node loses at most its bond', () => {
  const faults = fc.array(
    fc.record({ node: fc.integer({ min: 1, max: 6 }), isEquivocation: fc.boolean(), cost: fc.nat(1e8) }),
    { maxLength: 4 },
  );
  const limits = fc.record({ ceilingPpm: fc.nat(1_000_000), windowEpochs: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(faults, { minLength: 1, maxLength: 8 }), limits, (epochFaults, limit) => {
      const epochs = new Epochs(economyWith({ slashLimit: limit as Economy['slashLimit'] }), 6);
      const lost = new Map<string, number>();
      const granted: { readonly epoch: number; readonly grains: number }[] = [];
      [...epochFaults, [], [], [], []].forEach((rows, at) => {
        const verdicts = rows.map(({ node, isEquivocation, cost }, index) =>
          proposal(1_000 + at * 10 + index, node, {
            offence: isEquivocation ? 'equivocation' : 'wrong-result',
            challengeCostGrains: cost,
          }),
        );
        const one = epochs.settle({ verdicts });
        for (const line of one.faults) {
          const { slashGrains, toChallengerSlashGrains, toInsuranceSlashGrains, burnedSlashGrains } = line;
          assert.equal(toChallengerSlashGrains + toInsuranceSlashGrains + burnedSlashGrains, slashGrains);
          assert.ok(slashGrains === 0 || toChallengerSlashGrains < slashGrains);
          lost.set(line.nodeId, (lost.get(line.nodeId) ?? 0) + slashGrains);
        }
        granted.push({ epoch: one.epoch, grains: one.faults.reduce((sum, line) => sum + line.slashGrains, 0) });
        const recent = granted.filter(({ epoch }) => epoch > one.epoch - limit.windowEpochs);
        const sum = recent.reduce((total, { grains }) => total + grains, 0);
        assert.ok(sum <= Math.floor((6 * BOND * limit.ceilingPpm) / 1e6));
      });
      // Rounding up may add a grain for each of a span's slashes.
      for (const grains of lost.values()) assert.ok(grains <= BOND + epochFaults.flat().length);
    }),
    { numRuns: 60 },
  );
});

describe('what nodes are observed at', () => {
  const offences: readonly OffenceRule[] = [
    ...testEconomy.offences,
    shadow('offline', 'score-ppm', 960_000),
    shadow('metering-inflation', 'share-ppm', 50_000),
    shadow('late-work', 'share-ppm', 100_000),
  ];
  const economy = { ...testEconomy, offences };
  const marginOf = (epochs: Epochs, offence: string) =>
    epochs.node().margins.find((margin) => margin.offence === offence)!;
  const observe = (outcome: string, count: number) =>
    ({ kind: 'observation', nodeId: id(1), outcome, count }) as unknown as Verdict;

  test('nothing is no way gone to any threshold', () => {
    const epochs = new Epochs(economy);
    assert.deepEqual(
      epochs.node().margins.map(({ usedPpm }) => usedPpm),
      offences.map(() => 0),
    );
    assert.equal(marginOf(epochs, 'offline').value, 1_000_000);
  });

  for (const outcome of ['abandoned', 'incomplete', 'late', 'unanswered']) {
    test(`${outcome}: moves the standing of being there, and not the reputation`, () => {
      const epochs = new Epochs(economy);
      epochs.settle({ verdicts: [observe(outcome, 20)] });
      const { liveness, reputation } = nodeStates(epochs.state)[0]!;
      assert.ok(liveness.failurePpm > 19_000_000 && reputation.failurePpm === 0);
      const offline = marginOf(epochs, 'offline');
      // 20 of about 1,000 remembered: half of the way to 4 %.
      assert.ok(offline.usedPpm > 490_000 && offline.usedPpm < 500_000, `${offline.usedPpm}`);
      assert.ok(marginOf(epochs, 'late-work').value > 0);
    });
  }

  test('a share of wrong results is of results, not of being there', () => {
    const wrong = { ...testEconomy, offences: [shadow('wrong-result', 'share-ppm', 500_000)] };
    const epochs = new Epochs(wrong);
    epochs.settle({ verdicts: [observe('late', 20)] });
    assert.equal(marginOf(epochs, 'wrong-result').value, failureSharePpm(nodeStates(epochs.state)[0]!.reputation));
  });

  test('answered and completed: mend it', () => {
    const epochs = new Epochs(economy);
    epochs.settle({ verdicts: [observe('late', 20)] });
    const before = marginOf(epochs, 'offline').usedPpm;
    epochs.settle({ verdicts: [observe('answered', 50), observe('completed', 50)] });
    assert.ok(marginOf(epochs, 'offline').usedPpm < before);
  });

  test('below the bar a node is at the threshold', () => {
    const epochs = new Epochs(economy);
    epochs.settle({ verdicts: [observe('unanswered', 60)] });
    assert.equal(marginOf(epochs, 'offline').usedPpm, 1_000_000);
  });

  test('meters: the excess of the samples is the way to the slash line, and the test goes on from epoch to epoch', () => {
    const epochs = new Epochs(economy);
    const sample = (claimed: number) => ({ claimedQuantity: claimed, referenceQuantity: 1_000 });
    const samples = Array.from({ length: 12 }, () => sample(1_025));
    const { meters } = epochs.settle({ verdicts: [{ kind: 'metering', nodeId: id(1), samples: samples.slice(0, 3) }] });
    assert.deepEqual([meters[0]!.finding, meters[0]!.samples, meters[0]!.excessPpm], ['unsampled', 3, 0]);
    assert.equal(epochs.state.meters[0]!.scoreMicronats, 3 * testEconomy.metering.test.badMicronats);
    const next = epochs.settle({ verdicts: [{ kind: 'metering', nodeId: id(1), samples }] }).meters[0]!;
    assert.deepEqual([next.finding, next.isConvicted, next.excessPpm], ['warned', true, 25_000]);
    assert.deepEqual(
      [marginOf(epochs, 'metering-inflation').value, marginOf(epochs, 'metering-inflation').usedPpm],
      [25_000, 500_000],
    );
    epochs.settle();
    assert.equal(marginOf(epochs, 'metering-inflation').usedPpm, 500_000, 'until it is sampled again');
  });

  test('KERNEL-NODE-UNKNOWN, KERNEL-NODE-DUPLICATE: meters of nobody, and of one node twice', () => {
    const meter = (node: number): Verdict => ({ kind: 'metering', nodeId: id(node), samples: [] });
    assert.throws(() => new Epochs().settle({ verdicts: [meter(77)] }), refusal('KERNEL-NODE-UNKNOWN'));
    assert.throws(() => new Epochs().settle({ verdicts: [meter(1), meter(1)] }), refusal('KERNEL-NODE-DUPLICATE'));
  });

  test('KERNEL-AMOUNT: a challenge that cost half a grain', () => {
    const half = proposal(50, 1, { challengeCostGrains: 0.5 as Grains });
    assert.throws(() => new Epochs().settle({ verdicts: [half] }), refusal('KERNEL-AMOUNT'));
  });
});

function shadow(offence: OffenceRule['offence'], statistic: OffenceRule['statistic'], threshold: number): OffenceRule {
  const rates = { slashPpm: 0 as Ppm, ceilingPpm: 1_000_000 as Ppm };
  return { offence, mode: 'shadow', ...rates, threshold, statistic, shadowErasMin: 1 };
}

test('a node that was slashed and left stands in the window with the bond it had', () => {
  const epochs = new Epochs(undefined, 20);
  convict(epochs, proposal(51, 1));
  assert.deepEqual(epochs.state.slashing.spans, [
    {
      nodeId: id(1),
      className: 'grid',
      startEpoch: 3 as Epoch,
      bondGrains: BOND,
      offences: ['wrong-result'],
      chargedPpb: 500_000_000,
    },
  ]);
});
