import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { account, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Economy, OffenceRule } from '../economy.ts';
import type { Epoch, Grains } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { conservationOf } from './conservation.ts';
import type { ChargedWindow, EconomyState, Statement, UsageLine, Verdict } from './epoch.ts';
import { chargeLines, nodeLine, nodeState } from './node-table.ts';
import { genesisState, settleEpoch } from './settle.ts';

const CONSUMER = account(9);
const CHALLENGER = account(0xa002);

/** Node 1 works in epoch 1; from epoch 2 on the test decides. */
class Run {
  economy: Economy = testEconomy;
  state: EconomyState = genesisState(testEconomy, testAccounts);
  statement!: Statement;

  constructor() {
    this.settle();
    const work: UsageLine = {
      leaseId: id(1),
      nodeId: id(1),
      consumer: CONSUMER,
      purpose: 'task',
      resource: 7,
      epoch: 1 as Epoch,
      quantity: 4e9,
    };
    this.settle([], [work, { ...work, leaseId: id(2), quantity: 1e9 }]);
  }

  settle(verdicts: Verdict[] = [], usage: UsageLine[] = []): Statement {
    const settled = settleEpoch(
      this.economy,
      testEconomyHash,
      this.state,
      epochInputs(this.state.epoch, { verdicts, usage }),
    );
    this.state = settled.state;
    this.statement = settled.statement;
    assert.ok(conservationOf(this.state).tokensBalanced);
    return settled.statement;
  }

  node(number = 1) {
    return nodeState(this.state, id(number))!;
  }
}

function windowOf(statement: Statement, lease: number): ChargedWindow {
  const { nodeId, quantity, ncuMs, priceMicrograinsPerNcuS, ...window } = chargeLines(statement).find(
    ({ leaseId }) => leaseId === id(lease),
  )!;
  return window;
}

function proposal(
  windows: ChargedWindow[],
  changes: Partial<Extract<Verdict, { kind: 'fault-proposed' }>> = {},
): Verdict {
  const fault = { faultId: id(50), nodeId: id(1), offence: 'wrong-result', evidence: id(60), challenger: CHALLENGER };
  return { kind: 'fault-proposed', ...fault, windows, ...changes };
}

const creditsIn = (entries: readonly { creditsGrains: number }[]) =>
  entries.reduce((sum, entry) => sum + entry.creditsGrains, 0);

describe('a fault', () => {
  test('proposed: everything unvested is held, and nothing is taken away', () => {
    const run = new Run();
    const earned = creditsIn(run.node().holdback);
    const statement = run.settle([proposal([windowOf(run.statement, 1)])]);
    assert.equal(run.node().status, 'held');
    assert.deepEqual([creditsIn(run.node().holdback), creditsIn(run.node().held)], [0, earned]);
    assert.deepEqual([statement.faults[0]!.stage, statement.faults[0]!.slashGrains], ['proposed', 0]);
    assert.equal(statement.totals.refundedGrains, 0);
  });

  test('final: the consumer has the window’s whole charge back, the rest goes to insurance, the bond is slashed', () => {
    const run = new Run();
    const bad = windowOf(run.statement, 1);
    const earned = creditsIn(run.node().holdback);
    run.settle([proposal([bad])]);
    let final = run.settle().faults.find(({ stage }) => stage === 'final');
    final ??= run.settle().faults.find(({ stage }) => stage === 'final');
    assert.deepEqual(final!.refunds, [{ consumer: CONSUMER, leaseId: id(1), creditsGrains: bad.chargeGrains }]);
    assert.equal(final!.toInsuranceCreditsGrains, earned - bad.earnedGrains);
    // Half of the bond of 2,000 tokens, rounded up, never more than the bond.
    assert.equal(final!.slashGrains, 1_000_000_000);
    assert.equal(run.node().status, 'slashed');
    assert.equal(creditsIn(run.node().held), 0);
  });

  test('proposed and final, it leaves the node at the threshold; reversed, it does not', () => {
    const usedPpm = ({ statement }: Run) =>
      nodeLine(statement, id(1))!.margins.find(({ offence }) => offence === 'wrong-result')!.usedPpm;
    const convicted = new Run();
    assert.equal(usedPpm(convicted), 0);
    convicted.settle([proposal([])]);
    assert.equal(usedPpm(convicted), 1_000_000);
    for (let epoch = 0; epoch < 3; epoch += 1) convicted.settle();
    assert.deepEqual([convicted.node().status, usedPpm(convicted)], ['slashed', 1_000_000]);
    const cleared = new Run();
    cleared.settle([proposal([])]);
    cleared.settle([{ kind: 'fault-reversed', faultId: id(50) }]);
    assert.equal(usedPpm(cleared), 0);
  });

  test('reversed: everything is as if it had never been', () => {
    const run = new Run();
    const before = run.node();
    run.settle([proposal([windowOf(run.statement, 1)])]);
    const statement = run.settle([{ kind: 'fault-reversed', faultId: id(50) }]);
    assert.equal(statement.faults[0]!.stage, 'reversed');
    assert.deepEqual([run.node().status, run.node().held], ['active', []]);
    // Epoch 3 ends era 0; what era 0 earned vests with era 1.
    assert.equal(creditsIn(run.node().holdback), creditsIn(before.holdback));
  });

  test('held earnings do not vest while the fault is open', () => {
    const run = new Run();
    run.settle();
    for (let epoch = 3; epoch < 7; epoch += 1) run.settle();
    run.settle([proposal([], { offence: 'equivocation' })]);
    const payout = run.statement.eraResult!.payouts.find((row) => row.account === account(0xa001));
    assert.equal(payout, undefined);
  });

  test('two pieces of evidence for one window refund it once', () => {
    const run = new Run();
    const bad = windowOf(run.statement, 1);
    run.settle([proposal([bad]), proposal([bad], { faultId: id(51), evidence: id(61) })]);
    const refunds = [...run.settle().faults, ...run.settle().faults].flatMap((line) => line.refunds);
    assert.deepEqual(
      refunds.map(({ creditsGrains }) => creditsGrains).filter((grains) => grains > 0),
      [bad.chargeGrains],
    );
  });

  test('in shadow mode moves nothing', () => {
    const run = new Run();
    run.settle([proposal([], { offence: 'low-reputation' })]);
    assert.equal(run.node().status, 'active');
    assert.deepEqual(run.node().held, []);
  });

  const withMode = (mode: OffenceRule['mode']): Economy => ({
    ...testEconomy,
    offences: testEconomy.offences.map((rule) => (rule.offence === 'wrong-result' ? { ...rule, mode } : rule)),
  });

  test('proposed live ends live, whatever a later version of the economy makes of its offence', () => {
    for (const later of [withMode('shadow'), { ...testEconomy, offences: [] }]) {
      const run = new Run();
      const bad = windowOf(run.statement, 1);
      run.settle([proposal([bad])]);
      run.economy = later;
      const final = [...run.settle().faults, ...run.settle().faults].find(({ stage }) => stage === 'final');
      assert.deepEqual(final!.refunds, [{ consumer: CONSUMER, leaseId: id(1), creditsGrains: bad.chargeGrains }]);
      assert.deepEqual([run.node().status, run.node().held, run.state.heldTake], ['slashed', [], []]);
    }
  });

  test('proposed live and reversed restores in full, though its offence is in shadow by then', () => {
    const run = new Run();
    const before = creditsIn(run.node().holdback);
    run.settle([proposal([windowOf(run.statement, 1)])]);
    run.economy = withMode('shadow');
    run.settle([{ kind: 'fault-reversed', faultId: id(50) }]);
    assert.deepEqual([run.node().status, run.node().held, run.state.heldTake], ['active', [], []]);
    assert.equal(creditsIn(run.node().holdback), before);
  });

  test('proposed in shadow takes nothing, though its offence is live by then', () => {
    const run = new Run();
    run.economy = withMode('shadow');
    run.settle([proposal([windowOf(run.statement, 1)])]);
    run.economy = testEconomy;
    const lines = [...run.settle().faults, ...run.settle().faults];
    assert.deepEqual(
      lines.map(({ stage, slashGrains, refunds }) => [stage, slashGrains, refunds.length]),
      [['final', 0, 0]],
    );
    assert.equal(run.node().status, 'active');
  });
});

describe('refuses', () => {
  const cases: readonly (readonly [Parameters<typeof refusal>[0], string, (run: Run) => Verdict[]])[] = [
    [
      'KERNEL-OFFENCE-UNKNOWN',
      'an offence that the economy does not list',
      () => [proposal([], { offence: 'rudeness' })],
    ],
    ['KERNEL-NODE-UNKNOWN', 'a fault of nobody', () => [proposal([], { nodeId: id(77) })]],
    ['KERNEL-FAULT-DUPLICATE', 'one fault twice', () => [proposal([]), proposal([])]],
    [
      'KERNEL-FAULT-UNKNOWN',
      'the reversal of what was never proposed',
      () => [{ kind: 'fault-reversed', faultId: id(3) }],
    ],
    [
      'KERNEL-WINDOW',
      'a window whose parts are not its charge',
      (run) => [proposal([{ ...windowOf(run.statement, 1), earnedGrains: 1 as Grains }])],
    ],
  ];
  for (const [code, what, verdicts] of cases) {
    test(`${code}: ${what}`, () => {
      const run = new Run();
      assert.throws(() => run.settle(verdicts(run)), refusal(code));
    });
  }
});
