import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, chainNode, epochInputs, id, testAccounts, testEconomy } from '../economy.fixture.ts';
import type { Economy, OffenceRule } from '../economy.ts';
import type { PriceRule } from '../market/price.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, Ppm } from '../numbers/quantities.ts';
import type { SupplyStream } from '../supply/supply.ts';
import { conservationOf } from './conservation.ts';
import type { EconomyState, EpochInputs, Statement, UsageLine, Verdict } from './epoch.ts';
import { chargeLines, nodeLines, nodeStates } from './node-table.ts';
import { genesisState, settleEpoch } from './settle.ts';

// A state outlives the rules that made it: each kind of change in mid-run, and what it means.

/** The first epoch under the second policy: in the middle of the second era. */
const CHANGE = 6;

interface Ran {
  readonly statements: readonly Statement[];
  readonly states: readonly EconomyState[];
}

/** Settles epochs under `before` and, from CHANGE on, under `after`; both books are exact after each of them. */
function run(
  before: Economy,
  after: Economy,
  epochs: number,
  inputsOf: (epoch: number, last: EconomyState) => Partial<EpochInputs> = work,
): Ran {
  let state = genesisState(before, testAccounts);
  const statements: Statement[] = [];
  const states: EconomyState[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const isAfter = epoch >= CHANGE;
    const inputs = epochInputs(epoch, inputsOf(epoch, state));
    const settled = settleEpoch(isAfter ? after : before, isAfter ? AFTER : BEFORE, state, inputs);
    state = settled.state;
    statements.push(settled.statement);
    states.push(state);
    const charged = statements.reduce((sum, { totals }) => sum + totals.chargedGrains - totals.refundedGrains, 0);
    const books = conservationOf(state);
    assert.ok(books.tokensBalanced, `epoch ${epoch}`);
    assert.equal(books.unvestedCredits + books.payoutCredits, BigInt(charged), `epoch ${epoch}`);
  }
  return { statements, states };
}

const BEFORE = '1'.repeat(64);
const AFTER = '2'.repeat(64);

/** Each node works in every epoch but the first, in which it joins. */
function work(epoch: number): Partial<EpochInputs> {
  return { usage: epoch === 0 ? [] : [1, 2, 3].map((node) => usage(epoch, node, 3e9)) };
}

function usage(epoch: number, node: number, quantity: number): UsageLine {
  const line = { leaseId: id(100 * epoch + node), nodeId: id(node), consumer: account(9), resource: 7, quantity };
  return { ...line, purpose: 'task', epoch: epoch as Epoch };
}

function economy(changes: Partial<Economy>): Economy {
  return { ...testEconomy, ...changes };
}

const tokensOf = ({ emission }: Statement) => emission.scheduledGrains;

test('each statement names the policy of its epoch, and the statements before a change are those without one', () => {
  const changed = economy({ take: { ...testEconomy.take, burnPpm: 100_000 as Ppm } });
  const { statements } = run(testEconomy, changed, 10);
  assert.deepEqual(
    statements.map(({ economyHash }) => economyHash),
    statements.map(({ epoch }) => (epoch < CHANGE ? BEFORE : AFTER)),
  );
  const unchanged = run(testEconomy, testEconomy, 10);
  assert.deepEqual(statements.slice(0, CHANGE), unchanged.statements.slice(0, CHANGE));
  const burned = statements.map(({ totals }) => Math.round((1e6 * totals.burnGrains) / (totals.chargedGrains || 1)));
  assert.deepEqual(burned, [0, ...Array(CHANGE - 1).fill(50_000), ...Array(10 - CHANGE).fill(100_000)]);
});

test('late work of the last epoch before a change has its own price; its take is the open epoch’s', () => {
  const changed = economy({ take: { ...testEconomy.take, burnPpm: 100_000 as Ppm } });
  const { statements } = run(testEconomy, changed, 8, (epoch) => {
    if (epoch === CHANGE - 1) return {};
    return epoch === CHANGE ? { usage: [usage(CHANGE - 1, 1, 3e9)] } : work(epoch);
  });
  const [line] = chargeLines(statements[CHANGE]!);
  assert.equal(line!.priceMicrograinsPerNcuS, statements[CHANGE - 1]!.priceMicrograinsPerNcuS);
  assert.notEqual(line!.priceMicrograinsPerNcuS, statements[CHANGE]!.priceMicrograinsPerNcuS);
  assert.equal(line!.burnGrains, Math.round(line!.chargeGrains / 10));
});

describe('supply', () => {
  const stream = (name: string, rule: SupplyStream['rule']): SupplyStream => ({ name, sharePpm: 1_000_000, rule });
  const [FIXED] = testEconomy.supply.streams as [SupplyStream];
  const withStreams = (...streams: SupplyStream[]) => economy({ supply: { ...testEconomy.supply, streams } });
  const exponential = { kind: 'exponential', totalGrains: '1000000000000', halfLifeSeconds: 50 } as const;
  const RULES: readonly SupplyStream['rule'][] = [
    exponential,
    { kind: 'halving', firstPeriodGrains: '1000000000', periodSeconds: 20 },
    { ...exponential, kind: 'baseline', baselinePower: '3000', doublingSeconds: 500, stepSeconds: 5 },
    { kind: 'inverse-sqrt-stake', incrementGrains: '1000000000', factor: 64, intervalSeconds: 5 },
    { kind: 'fee-linked', perFeePpm: 100_000, perNonRecoverablePpm: 500_000 },
    { kind: 'work-capped', of: exponential, poolSharePpm: 800_000, perWorkPaidPpm: 10_000, rest: 'carried' },
  ];
  for (const rule of RULES) {
    test(`a stream that is added begins its own time: ${rule.kind}`, () => {
      const added = run(withStreams(FIXED), withStreams(stream('added', rule), FIXED), CHANGE + 5);
      const always = run(withStreams(stream('added', rule), FIXED), testEconomy, CHANGE);
      const of = ({ emission }: Statement) => emission.streams.find((part) => part.stream === 'added')?.grains;
      const minted = added.statements.slice(CHANGE).map(of);
      // Rules of charges and bonds look at their epoch: the first one of the other run has neither.
      const looks = ['fee-linked', 'work-capped', 'inverse-sqrt-stake'].includes(rule.kind);
      if (!looks) assert.deepEqual(minted, always.statements.slice(0, 5).map(of));
      assert.ok(minted.some((grains) => BigInt(grains!) > 0n));
      assert.ok(added.statements.slice(0, CHANGE).every((one) => of(one) === undefined));
    });
  }

  test('a stream that is removed mints nothing more, and the others go on', () => {
    const both = withStreams(stream('a', exponential), FIXED);
    const { statements, states } = run(both, withStreams(FIXED), CHANGE + 3);
    assert.ok(tokensOf(statements[CHANGE - 1]!) > 1e8);
    assert.deepEqual(statements.slice(CHANGE).map(tokensOf), [1e8, 1e8, 1e8]);
    assert.equal(states.at(-1)!.supply.mintedGrains, states.at(-1)!.emittedTokens);
  });

  test('the work cap put around a pool keeps where its curve is', () => {
    const capped = { kind: 'work-capped', of: exponential, poolSharePpm: 1_000_000, rest: 'carried' } as const;
    const loose = { ...capped, perWorkPaidPpm: 1e9 };
    const one = run(withStreams(stream('a', exponential)), withStreams(stream('a', loose)), 9);
    const other = run(withStreams(stream('a', exponential)), withStreams(stream('a', exponential)), 9);
    assert.deepEqual(one.statements.map(tokensOf), other.statements.map(tokensOf));
  });

  test('a ceiling that is new counts from its first epoch', () => {
    const limits = { ...testEconomy.supply.limits };
    const decaying = { kind: 'decaying', grains: '150000000', supplyPpm: 0, windowSeconds: 10 } as const;
    const perEra = { kind: 'per-era', grains: '150000000', supplyPpm: 0 } as const;
    for (const ceiling of [decaying, perEra]) {
      const limited = economy({ supply: { ...testEconomy.supply, limits: { ...limits, ceiling } } });
      const minted = run(testEconomy, limited, CHANGE + 2)
        .statements.slice(CHANGE)
        .map(tokensOf);
      assert.deepEqual(minted, ceiling === decaying ? [1e8, 1e8] : [1e8, 0.5e8]);
    }
  });
});

test('a class that is added takes nodes from its first epoch on', () => {
  const [grid, edge] = testEconomy.classes;
  const halves = [edge!, grid!].map((one) => ({ ...one, emissionSharePpm: 300_000 as Ppm }));
  const cloud = { ...grid!, name: 'cloud', emissionSharePpm: 400_000 as Ppm, operatorCapPpm: 1_000_000 as Ppm };
  const after = economy({ classes: [cloud, ...halves] });
  const newcomer = { ...chainNode(4), className: 'cloud' };
  const { statements } = run(testEconomy, after, CHANGE + 4, (epoch) => {
    if (epoch < CHANGE) return work(epoch);
    const { chain } = epochInputs(epoch);
    const usages = [...work(epoch).usage!, ...(epoch > CHANGE ? [usage(epoch, 4, 2e9)] : [])];
    return { usage: usages, chain: { ...chain, nodes: [...chain.nodes, newcomer] } };
  });
  const tokens = nodeLines(statements.at(-1)!).map(({ earnedTokensGrains }) => earnedTokensGrains);
  assert.equal(tokens[3], 0.4e8);
});

describe('the price', () => {
  const { price } = testEconomy;
  const { initialMicrograinsPerNcuS, floorMicrograinsPerNcuS, capMicrograinsPerNcuS, targetUtilisationPpm } = price;
  const bounds = {
    initialMicrograinsPerNcuS,
    floorMicrograinsPerNcuS,
    capMicrograinsPerNcuS,
    targetUtilisationPpm,
    breaker: null,
  };
  const KINDS: Readonly<Record<PriceRule['kind'], PriceRule>> = {
    'rational-step': price,
    exponential: { ...bounds, kind: 'exponential', gainPpmPerHour: 20_000_000 },
    'eip-1559': { ...bounds, kind: 'eip-1559', denominator: 16 },
    excess: { ...bounds, kind: 'excess', updateFractionNcuMs: '600000' },
  };
  const kinds = Object.keys(KINDS) as PriceRule['kind'][];
  for (const from of kinds) {
    for (const to of kinds.filter((kind) => kind !== from)) {
      test(`goes on from where it is when ${from} becomes ${to}, and back`, () => {
        const there = run(economy({ price: KINDS[from] }), economy({ price: KINDS[to] }), CHANGE + 6);
        const back = run(economy({ price: KINDS[to] }), economy({ price: KINDS[from] }), CHANGE + 6);
        for (const { statements } of [there, back]) {
          const prices = statements.map((one) => one.nextPriceMicrograinsPerNcuS);
          prices.slice(1).forEach((next, index) => {
            const ratio = next / prices[index]!;
            assert.ok(ratio > 0.85 && ratio < 1.15, `${prices[index]} to ${next} in epoch ${index + 1}`);
          });
        }
      });
    }
  }

  test('a version’s floor binds from the first price that its epochs fix, two epochs on', () => {
    const floor = 60_000_000_000_000 as MicrograinsPerNcuS;
    const raised = economy({ price: { ...price, floorMicrograinsPerNcuS: floor } });
    const { statements } = run(testEconomy, raised, CHANGE + 3);
    const prices = statements.map((one) => one.priceMicrograinsPerNcuS);
    assert.ok(prices[CHANGE + 1]! < floor);
    assert.equal(prices[CHANGE + 2], floor);
  });

  test('a resource’s market may begin and end', () => {
    const market = { className: null, resource: 7, price };
    const marketed = economy({ resourceMarkets: [market] });
    const begun = run(testEconomy, marketed, CHANGE + 4).statements.at(-1)!;
    assert.equal(chargeLines(begun)[0]!.priceMicrograinsPerNcuS, price.initialMicrograinsPerNcuS);
    const ended = run(marketed, testEconomy, CHANGE + 4).statements.at(-1)!;
    assert.equal(chargeLines(ended)[0]!.priceMicrograinsPerNcuS, ended.priceMicrograinsPerNcuS);
  });
});

describe('vesting', () => {
  const linear = { kind: 'linear', sharePpm: 500_000 as Ppm, durationEpochs: 40 } as const;
  const graduated = {
    kind: 'graduated',
    withhold: [{ ageEpochsMin: 0, sharePpm: 750_000 as Ppm }],
    returns: [{ ageEpochsMin: 12, sharePpm: 1_000_000 as Ppm }],
  } as const;
  const under = (schedule: Economy['vesting']['schedule']) => economy({ vesting: { schedule, mergeEpochs: 4 } });
  const keptOf = (state: EconomyState) => nodeStates(state).flatMap(({ vesting }) => vesting).length;
  const paidOf = (statement: Statement) => nodeLines(statement).reduce((sum, one) => sum + one.vestedTokensGrains, 0);

  test('without a schedule any more, what the last one kept is paid at the era’s end', () => {
    const { states, statements } = run(under(linear), under(null), 20);
    // Era 0 vests with the end of era 1, the first under the new rules.
    assert.equal(keptOf(states[7]!), 0);
    assert.equal(keptOf(states[19]!), 0);
    const earned = statements.slice(0, 16).reduce((sum, one) => sum + one.emission.distributedGrains, 0);
    assert.equal(
      statements.reduce((sum, one) => sum + paidOf(one), 0),
      earned,
    );
  });

  test('an entry that a schedule keeps goes on under the next one, and what is released stays released', () => {
    for (const [from, to] of [
      [null, linear],
      [linear, { ...linear, durationEpochs: 400 }],
      [linear, graduated],
      [graduated, linear],
    ] as const) {
      const { statements, states } = run(under(from), under(to), 40);
      assert.ok(keptOf(states.at(-1)!) > 0 || to === graduated);
      assert.ok(statements.every((one) => nodeLines(one).every(({ vestedTokensGrains }) => vestedTokensGrains >= 0)));
    }
  });

  test('what a linear schedule keeps is paid when it ends in the epochs of a longer run', () => {
    const before = under({ ...linear, durationEpochs: 400 });
    let state = genesisState(before, testAccounts);
    for (let epoch = 0; epoch < 12; epoch += 1) {
      state = settleEpoch(before, BEFORE, state, epochInputs(epoch, work(epoch))).state;
    }
    assert.ok(keptOf(state) > 0);
    for (let epoch = 12; epoch < 16; epoch += 1) {
      state = settleEpoch(under(null), AFTER, state, epochInputs(epoch, work(epoch))).state;
    }
    assert.equal(keptOf(state), 0);
  });
});

describe('offences', () => {
  const withOffence = (change: Partial<OffenceRule>) =>
    economy({
      offences: testEconomy.offences.map((rule) => (rule.offence === 'wrong-result' ? { ...rule, ...change } : rule)),
    });
  const live = withOffence({});
  const shadow = withOffence({ mode: 'shadow' });
  const accuse = (epoch: number): Verdict => {
    const fault = { faultId: id(500 + epoch), nodeId: id(1), offence: 'wrong-result', evidence: id(60) };
    return { kind: 'fault-proposed', ...fault, challenger: account(3), windows: [] };
  };
  /** Accused in the last epoch before the change; final in the second one after it. */
  const accused = (epoch: number) => ({ ...work(epoch), verdicts: epoch === CHANGE - 1 ? [accuse(epoch)] : [] });
  const finalOf = ({ statements }: Ran) =>
    statements.flatMap(({ faults }) => faults).find((one) => one.stage === 'final')!;

  test('a fault proposed in shadow stays one when the offence goes live', () => {
    const ran = run(shadow, live, CHANGE + 4, accused);
    assert.equal(finalOf(ran).slashGrains, 0);
    assert.ok(ran.statements.every((one) => nodeLines(one)[0]!.status === 'active'));
  });

  test('a live fault is carried through when the offence goes back into shadow, and nothing stays held', () => {
    const ran = run(live, shadow, CHANGE + 4, accused);
    assert.equal(finalOf(ran).slashGrains, 1_000_000_000);
    const [node] = nodeStates(ran.states.at(-1)!);
    assert.deepEqual([node!.status, node!.held, ran.states.at(-1)!.heldTake], ['slashed', [], []]);
  });

  test('the share is that of the proposal', () => {
    const harsher = withOffence({ slashPpm: 800_000 as Ppm });
    assert.equal(finalOf(run(live, harsher, CHANGE + 4, accused)).slashGrains, 1_000_000_000);
    const later = (epoch: number) => ({ ...work(epoch), verdicts: epoch === CHANGE ? [accuse(epoch)] : [] });
    assert.equal(finalOf(run(live, harsher, CHANGE + 4, later)).slashGrains, 1_600_000_000);
  });

  test('the appeal is that of the proposal', () => {
    const slower = economy({ cadence: { ...testEconomy.cadence, appealEpochs: 9 } });
    assert.equal(finalOf(run(live, slower, CHANGE + 4, accused)).finalEpoch, CHANGE + 1);
  });
});

test('conserves both assets through any of these changes together, with faults and late work', () => {
  const streams = testEconomy.supply.streams;
  const exponential = { kind: 'exponential', totalGrains: '1000000000000', halfLifeSeconds: 50 } as const;
  const changes: readonly Partial<Economy>[] = [
    { take: { burnPpm: 200_000 as Ppm, insurancePpm: 0 as Ppm, treasuryPpm: 10_000 as Ppm } },
    { supply: { ...testEconomy.supply, streams: [{ name: 'a', sharePpm: 500_000, rule: exponential }, ...streams] } },
    { supply: { ...testEconomy.supply, streams: [{ name: 'z', sharePpm: 500_000, rule: exponential }] } },
    { vesting: { schedule: { kind: 'linear', sharePpm: 900_000 as Ppm, durationEpochs: 9 }, mergeEpochs: 4 } },
    { classes: testEconomy.classes.map((one) => ({ ...one, operatorCapPpm: 300_000 as Ppm })) },
    { offences: testEconomy.offences.map((rule) => ({ ...rule, mode: 'live', slashPpm: 300_000 as Ppm })) },
    { offences: testEconomy.offences.map((rule) => ({ ...rule, mode: 'shadow' })) },
    { cadence: { ...testEconomy.cadence, appealEpochs: 1 } },
    { price: { ...testEconomy.price, kind: 'excess', updateFractionNcuMs: '60000' } as unknown as PriceRule },
  ];
  const plan = fc.array(fc.record({ node: fc.integer({ min: 1, max: 3 }), late: fc.boolean(), bad: fc.boolean() }), {
    minLength: 8,
    maxLength: 20,
  });
  const policy = fc.subarray([...changes]).map((chosen) => economy(Object.assign({}, ...chosen)));
  fc.assert(
    fc.property(policy, policy, plan, (before, after, plans) => {
      run(before, after, plans.length, (epoch, { nodes }) => {
        const { node, late, bad } = plans[epoch]!;
        if (nodes.length === 0) return {};
        const lines = [usage(epoch, node, 4e9), ...(late && epoch > 1 ? [usage(epoch - 1, 4 - node, 1e9)] : [])];
        const seen = new Map(lines.map((line) => [`${line.epoch} ${line.leaseId}`, line]));
        const unique = [...seen.values()].filter((line) => line.epoch === epoch || plans[epoch - 1]!.node !== 4 - node);
        const fault = { faultId: id(900 + epoch), nodeId: id(node), offence: 'wrong-result', evidence: id(7) };
        const verdict: Verdict = { kind: 'fault-proposed', ...fault, challenger: account(3), windows: [] };
        return { usage: unique, verdicts: bad ? [verdict] : [], burnedTokensGrains: 0 as Grains };
      });
    }),
    { numRuns: 60 },
  );
});
