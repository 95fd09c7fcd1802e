import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, chainNode, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Epoch, Grains, NcuMs } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import type { EconomyState, EpochInputs, Settled, UsageLine, Verdict } from './epoch.ts';
import { explainNode } from './explain.ts';
import { chargeLines, nodeLines } from './node-table.ts';
import { genesisState, settleEpoch } from './settle.ts';

const genesis = genesisState(testEconomy, testAccounts);
const CONSUMER = account(9);

function settle(state: EconomyState, inputs: EpochInputs): Settled {
  return settleEpoch(testEconomy, testEconomyHash, state, inputs);
}

function usage(lease: number, node: number, quantity: number, changes: Partial<UsageLine> = {}): UsageLine {
  const line = { leaseId: id(lease), nodeId: id(node), consumer: CONSUMER, resource: 7, epoch: 0 as Epoch, quantity };
  return { ...line, purpose: 'task', ...changes };
}

/** The state after epoch 0, in which three nodes joined. */
const joined = settle(genesis, epochInputs(0)).state;

describe('an epoch’s settlement', () => {
  test('charges round up, once a lease, and the parts make the whole', () => {
    const { statement } = settle(joined, epochInputs(1, { usage: [usage(1, 1, 1_999_999, { epoch: 1 as Epoch })] }));
    const [line] = chargeLines(statement);
    // 1 NCU·ms at 50 credits per NCU·s.
    assert.deepEqual([line?.ncuMs, line?.chargeGrains], [1, 50_000]);
    assert.equal(
      line!.earnedGrains + line!.burnGrains + line!.insuranceGrains + line!.treasuryGrains,
      line!.chargeGrains,
    );
    assert.equal(line!.earnedGrains, 45_000);
  });

  test('audits weigh in emission and are charged to nobody', () => {
    const work = [usage(1, 1, 5e9, { epoch: 1 as Epoch, purpose: 'audit' })];
    const { statement } = settle(joined, epochInputs(1, { usage: work }));
    const [node] = nodeLines(statement);
    assert.equal(statement.totals.chargedGrains, 0);
    assert.ok(node!.auditNcuMs > 0 && node!.earnedTokensGrains > 0);
  });

  test('input order never matters', () => {
    const lines = fc.array(
      fc.record({ lease: fc.nat(40), node: fc.integer({ min: 1, max: 3 }), quantity: fc.nat(1e9) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, fc.infiniteStream(fc.nat()), (rows, random) => {
        const unique = [...new Map(rows.map((row) => [row.lease, row])).values()];
        const work = unique.map((row) => usage(row.lease, row.node, row.quantity, { epoch: 1 as Epoch }));
        const shuffled = work.map((line) => ({ line, at: random.next().value as number })).sort((a, b) => a.at - b.at);
        const one = settle(joined, epochInputs(1, { usage: work }));
        const other = settle(joined, epochInputs(1, { usage: shuffled.map(({ line }) => line) }));
        assert.deepEqual(other, one);
      }),
      { numRuns: 50 },
    );
  });

  test('splitting a node’s work and bond over two identities of one operator never gains', () => {
    const whole = (quantity: number, bond: number) => tokensOf([{ node: 1, quantity, bond }]);
    const split = (quantity: number, bond: number) =>
      tokensOf([
        { node: 1, quantity: Math.floor(quantity / 2), bond: Math.floor(bond / 2) },
        { node: 2, quantity: quantity - Math.floor(quantity / 2), bond: bond - Math.floor(bond / 2) },
      ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e10 }), fc.integer({ min: 4e9, max: 1e10 }), (quantity, bond) => {
        assert.ok(split(quantity, bond) <= whole(quantity, bond) + 1);
      }),
      { numRuns: 50 },
    );
  });

  test('what was earned vests one era later, and payouts are complete, sorted and never fall', () => {
    let state = joined;
    let before = new Map<string, bigint>();
    for (let epoch = 1; epoch < 12; epoch += 1) {
      const work = [1, 2, 3].map((node) => usage(epoch * 10 + node, node, 3e9, { epoch: epoch as Epoch }));
      const settled = settle(state, epochInputs(epoch, { usage: work }));
      const payouts = settled.statement.eraResult?.payouts;
      if (epoch === 3) assert.deepEqual(payouts, []);
      if (payouts !== undefined) {
        const accounts = payouts.map((payout) => payout.account);
        assert.deepEqual(accounts, [...accounts].sort());
        const now = new Map(payouts.map((payout) => [payout.account, BigInt(payout.cumulativeCredits)]));
        for (const [payee, credits] of before) assert.ok(now.get(payee)! >= credits);
        before = now;
      }
      state = settled.state;
    }
    assert.ok(before.size >= 6, 'three operators, burn, insurance and treasury');
  });

  test('lifetime emission never passes its cap', () => {
    const limits = { ...testEconomy.supply.limits, capGrains: '250000000' };
    const capped = { ...testEconomy, supply: { ...testEconomy.supply, limits } };
    let state = genesisState(capped, testAccounts);
    for (let epoch = 0; epoch < 6; epoch += 1)
      state = settleEpoch(capped, testEconomyHash, state, epochInputs(epoch)).state;
    assert.equal(state.emittedTokens, '250000000');
  });

  test('every payout line explains itself, in order', () => {
    const { statement } = settle(joined, epochInputs(1, { usage: [usage(1, 1, 3e9, { epoch: 1 as Epoch })] }));
    const steps = explainNode(testEconomy, statement, id(1));
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['usage', 'verification', 'price', 'charge', 'curve', 'cap', 'reputation', 'emission', 'holdback', 'vested'],
    );
    assert.ok(steps.every(({ formula, reason }) => formula.length > 0 && reason.length > 0));
    assert.throws(() => explainNode(testEconomy, statement, id(77)), refusal('KERNEL-NODE-UNKNOWN'));
  });
});

test('what a curve leaves of a class is carried, and the explanation divides by what the settlement did', () => {
  const curve = { kind: 'cobb-douglas', workExponentNumerator: 2, workExponentDenominator: 3 } as const;
  const economy = { ...testEconomy, classes: testEconomy.classes.map((one) => ({ ...one, curve })) };
  const work = [1, 2, 3].map((node) => usage(node, node, node ** 3 * 1e8, { epoch: 1 as Epoch }));
  const { statement } = settleEpoch(economy, testEconomyHash, joined, epochInputs(1, { usage: work }));
  for (const node of nodeLines(statement)) {
    const { inputs, result } = explainNode(economy, statement, node.nodeId).find(({ step }) => step === 'emission')!;
    const [scheduled, share] = [BigInt(inputs.scheduledGrains!), BigInt(inputs.emissionSharePpm!)];
    const pool = (scheduled * share) / 1_000_000n;
    assert.equal(BigInt(result), (pool * BigInt(inputs.weight!)) / BigInt(inputs.classWeight!));
    assert.ok(BigInt(result) > 0n);
  }
  const { scheduledGrains, distributedGrains, carriedOutGrains, carriedInGrains } = statement.emission;
  assert.equal(carriedOutGrains - carriedInGrains, scheduledGrains - distributedGrains);
});

describe('refuses', () => {
  const cases: readonly (readonly [Parameters<typeof refusal>[0], string, EpochInputs])[] = [
    ['KERNEL-EPOCH', 'another epoch than the next', epochInputs(4)],
    [
      'KERNEL-RESOURCE-UNKNOWN',
      'a resource without a rate',
      withUsage(usage(1, 1, 5, { resource: 99, epoch: 1 as Epoch })),
    ],
    [
      'KERNEL-PURPOSE-UNKNOWN',
      'a purpose that is none',
      withUsage(usage(1, 1, 5, { purpose: 'gift' as 'task', epoch: 1 as Epoch })),
    ],
    ['KERNEL-USAGE-EPOCH', 'usage of an epoch to come', withUsage(usage(1, 1, 5, { epoch: 2 as Epoch }))],
    [
      'KERNEL-USAGE-DUPLICATE',
      'one lease twice',
      withUsage(usage(1, 1, 5, { epoch: 1 as Epoch }), usage(1, 1, 6, { epoch: 1 as Epoch })),
    ],
    ['KERNEL-NODE-WORK', 'more work than a node can do', withUsage(usage(1, 1, 2e15, { epoch: 1 as Epoch }))],
    ['KERNEL-AMOUNT', 'an offer of less than nothing', epochInputs(1, { offeredNcuMs: -1 as NcuMs })],
    ['KERNEL-AMOUNT', 'half a burned grain', epochInputs(1, { burnedTokensGrains: 0.5 as Grains })],
    [
      'KERNEL-AMOUNT',
      'a token worth nothing',
      epochInputs(1, { tokenPrice: { spotMicrograins: 1_000_000, lowMicrograins: 0 } }),
    ],
    [
      'KERNEL-AMOUNT',
      'a token whose value in parts per billion is past 2^53',
      epochInputs(1, { tokenPrice: { spotMicrograins: 2 ** 44, lowMicrograins: 1 } }),
    ],
    [
      'KERNEL-AMOUNT',
      'half an offer in a market of its own',
      epochInputs(1, { offeredByMarket: [{ className: null, resource: 7, offeredNcuMs: 0.5 as NcuMs }] }),
    ],
    [
      'KERNEL-VERDICT-UNKNOWN',
      'a verdict that is none',
      epochInputs(1, { verdicts: [{ kind: 'guess' } as unknown as Verdict] }),
    ],
    [
      'KERNEL-ACCOUNT',
      'a withdrawal of nobody',
      epochInputs(1, { withdrawals: [{ account: '0xZ', creditsGrains: 1 as Grains }] }),
    ],
  ];
  for (const [code, what, inputs] of cases) {
    test(`${code}: ${what}`, () => {
      assert.throws(() => settle(joined, inputs), refusal(code));
    });
  }
});

function withUsage(...lines: UsageLine[]): EpochInputs {
  return epochInputs(1, { usage: lines });
}

/** Tokens that nodes 1 and 2 earn together in epoch 1; both are one operator's. */
function tokensOf(nodes: readonly { node: number; quantity: number; bond: number }[]): number {
  const members = [
    ...nodes.map(({ node, bond }) => ({ ...chainNode(node, bond), operator: account(0xa001) })),
    chainNode(3),
  ];
  const chain = { ...epochInputs(0).chain, nodes: members };
  const uncapped = {
    ...testEconomy,
    classes: testEconomy.classes.map((rule) => ({ ...rule, operatorCapPpm: 1_000_000 as typeof rule.operatorCapPpm })),
  };
  const before = settleEpoch(uncapped, testEconomyHash, genesis, epochInputs(0, { chain })).state;
  const own = nodes.map(({ node, quantity }) => usage(node, node, quantity * 100, { epoch: 1 as Epoch }));
  const work = [...own, usage(3, 3, 1e11, { epoch: 1 as Epoch })];
  const { statement } = settleEpoch(uncapped, testEconomyHash, before, epochInputs(1, { chain, usage: work }));
  return nodeLines(statement)
    .filter(({ nodeId }) => nodeId !== id(3))
    .reduce((sum, line) => sum + line.earnedTokensGrains, 0);
}
