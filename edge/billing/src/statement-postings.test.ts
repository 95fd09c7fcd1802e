import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BURN_ACCOUNT,
  type Columns,
  chargeLines,
  type EconomyState,
  type Epoch,
  nodeStates,
  type Settled,
  standingGrains,
  type Table,
  unvestedGrains,
} from '@stannary/kernel';
import fc from 'fast-check';
import { conservationOf } from './conservation.ts';
import { checkPosting } from './postings.ts';
import {
  address,
  CONSUMERS,
  type EpochScript,
  INSURANCE,
  id,
  QUIET,
  TestNetwork,
  VESTINGS,
} from './settled.fixture.ts';
import { statementPostings } from './statement-postings.ts';

const task = (node: number, work = 400, more: object = {}) => ({ node, consumer: 1, work, isLate: false, ...more });

/** Every account that the kernel knows stands where the kernel has it. */
function assertSame(network: TestNetwork): void {
  const { state } = network;
  const expected = new Map<string, bigint>();
  const add = (name: string, grains: number | string) =>
    expected.set(name, (expected.get(name) ?? 0n) + BigInt(grains));
  for (const { leaseId, bond } of state.reservations) add(`credit lease:${leaseId}:bond`, standingGrains(bond));
  for (const { nodeId, vesting } of nodeStates(state)) add(`token node:${nodeId}:vesting`, unvestedGrains(vesting));
  for (const { nodeId, holdback, held } of nodeStates(state))
    for (const [place, entries] of [
      ['holdback', holdback],
      ['held', held],
    ] as const)
      for (const { creditsGrains, tokensGrains } of entries) {
        add(`credit node:${nodeId}:${place}`, creditsGrains);
        add(`token node:${nodeId}:${place}`, tokensGrains);
      }
  for (const [place, buckets] of [
    ['unvested', state.take],
    ['held', state.heldTake],
  ] as const)
    for (const { burnGrains, insuranceGrains, treasuryGrains } of buckets)
      add(`credit take:${place}`, burnGrains + insuranceGrains + treasuryGrains);
  add('token emission:carried', state.carriedTokensGrains);
  add('token emission:source', `-${state.emittedTokens}`);
  for (const { account, cumulativeCredits, cumulativeTokens } of state.payouts) {
    add(`credit payable:${account}`, cumulativeCredits);
    add(`token payable:${account}`, cumulativeTokens);
  }
  for (const { legs, asset } of network.postings.filter((posting) => posting.id.startsWith('claim')))
    for (const { account, amountGrains } of legs)
      if (account.startsWith('payable')) add(`${asset} ${account}`, amountGrains);
  const own = [...network.books].filter(([name]) => !/ (consumer|chain):/.test(name));
  const nonZero = (entries: Iterable<[string, bigint]>) =>
    [...entries].filter(([, grains]) => grains !== 0n).sort(([one], [other]) => (one < other ? -1 : 1));
  assert.deepEqual(nonZero(own), nonZero(expected));
}

function assertBalanced(network: TestNetwork): void {
  for (const posting of network.postings) checkPosting(posting);
  assert.equal(new Set(network.postings.map((posting) => posting.id)).size, network.postings.length);
  const { credit, token } = conservationOf(network.balances());
  assert.ok(credit.balanced && token.balanced);
  assert.equal(token.inGrains, network.state.emittedTokens);
}

describe('a settled epoch as postings', () => {
  test('a charge is one posting: escrow to holdback and take', () => {
    const network = new TestNetwork(1);
    const [line] = chargeLines(network.play({ ...QUIET, tasks: [task(0)] }).statement);
    const posting = network.postings.find((one) => one.id === `statement/0/charge/${line!.leaseId}/7/0`);
    assert.deepEqual(posting, {
      id: `statement/0/charge/${line!.leaseId}/7/0`,
      asset: 'credit',
      cause: `statement of epoch 0: charge/${line!.leaseId}/7/0`,
      epoch: 0,
      legs: [
        { account: `consumer:${CONSUMERS[1]}:escrow`, amountGrains: -line!.chargeGrains },
        { account: `node:${id(1)}:holdback`, amountGrains: line!.earnedGrains },
        { account: 'take:unvested', amountGrains: line!.chargeGrains - line!.earnedGrains },
      ],
    });
  });

  test('an epoch without anything posts its emission as carried', () => {
    const network = new TestNetwork(1);
    network.play(QUIET);
    assert.deepEqual(network.postings.at(-1)!.legs, [
      { account: 'emission:source', amountGrains: -1_000_001 },
      { account: 'emission:carried', amountGrains: 1_000_001 },
    ]);
  });

  test('a fault holds what its node has, and when it is final the consumer has its charge back in full', () => {
    const network = new TestNetwork(1);
    const before = () => network.balance(`credit consumer:${CONSUMERS[1]}:wallet`);
    const charge = chargeLines(network.play({ ...QUIET, tasks: [task(0), task(1)] }).statement)[0]!;
    network.play({ ...QUIET, faults: [{ node: 0, offence: 0, windows: 1 }] });
    assert.equal(network.balance(`credit node:${id(1)}:holdback`), 0n);
    assert.equal(network.balance(`credit node:${id(1)}:held`), BigInt(charge.earnedGrains));
    assert.equal(network.balance('credit take:held'), BigInt(charge.chargeGrains - charge.earnedGrains));
    const wallet = before();
    network.play(QUIET);
    const { statement } = network.play(QUIET);
    assert.equal(statement.faults[0]!.stage, 'final');
    assert.equal(before() - wallet, BigInt(charge.chargeGrains));
    assert.equal(network.balance(`credit node:${id(1)}:held`), 0n);
    assert.equal(network.balance('credit take:held'), 0n);
    assert.ok(network.balance('token emission:carried') > 0n);
    assertSame(network);
  });

  test('a reversed fault gives everything back', () => {
    const network = new TestNetwork(1);
    const charge = chargeLines(network.play({ ...QUIET, tasks: [task(0)] }).statement)[0]!;
    network.play({ ...QUIET, faults: [{ node: 0, offence: 0, windows: 1 }] });
    network.play({ ...QUIET, reversals: [0] });
    assert.equal(
      network.balance(`credit node:${id(1)}:holdback`) + network.balance(`credit payable:${address(0xa000)}`),
      BigInt(charge.earnedGrains),
    );
    assert.equal(network.balance('credit take:held'), 0n);
    assertSame(network);
  });

  test('what vests is payable to the operator and to the payees of the take', () => {
    const network = new TestNetwork(1);
    for (let epoch = 0; epoch < 6; epoch++) network.play({ ...QUIET, tasks: [task(0), task(2)] });
    assert.ok(network.balance(`credit payable:${address(0xa000)}`) > 0n);
    assert.ok(network.balance(`credit payable:${INSURANCE}`) > 0n);
    assertSame(network);
  });
});

describe('a reserved lease', () => {
  const LEASE = { consumer: 1, members: 1, epochs: 2, price: 4_000_000_000 };
  const postingOf = ({ postings }: TestNetwork, name: string) =>
    postings.find(({ id: key }) => key.startsWith('statement/') && key.endsWith(`/${name}`));

  test('locks its bond, pays its fee and what was delivered, each in a posting of its own', () => {
    const network = new TestNetwork(1);
    const [line] = network.play({ ...QUIET, leases: [LEASE] }).statement.reservations;
    const escrow = `consumer:${CONSUMERS[1]}:escrow`;
    assert.deepEqual(postingOf(network, 'bond')!.legs, [
      { account: escrow, amountGrains: -2_002 },
      { account: `lease:${line!.leaseId}:bond`, amountGrains: 2_002 },
    ]);
    // 1 % of 200 NCU·ms at 4 grains.
    assert.deepEqual(postingOf(network, 'opening-fee')!.legs, [
      { account: escrow, amountGrains: -8 },
      { account: `payable:${BURN_ACCOUNT}`, amountGrains: 8 },
    ]);
    assert.deepEqual(postingOf(network, 'charge')!.legs, [
      { account: escrow, amountGrains: -400 },
      { account: `node:${id(1)}:holdback`, amountGrains: 360 },
      { account: 'take:unvested', amountGrains: 40 },
    ]);
    assert.equal(network.balance(`credit lease:${line!.leaseId}:bond`), 1_001n);
    assertSame(network);
  });

  test('burns what lies idle, pays extra for it in a full class, and returns the rest to the wallet', () => {
    const network = new TestNetwork(1);
    const wallet = () => network.balance(`credit consumer:${CONSUMERS[1]}:wallet`);
    const before = wallet();
    network.play({ ...QUIET, leases: [LEASE], usedPpm: 0 });
    const { statement } = network.play({ ...QUIET, usedPpm: 0 });
    const burned = network.postings
      .filter(({ id: key }) => key.endsWith('/burn'))
      .map(({ legs }) => legs[1]!.amountGrains);
    assert.deepEqual(burned, [501, 501]);
    // A thirtieth of the class is in use: h = .5 (.0333 - .03) / .97.
    const { idleSurchargeGrains } = statement.reservations[0]!;
    assert.equal(postingOf(network, 'idle-surcharge')!.legs[1]!.amountGrains, idleSurchargeGrains);
    assert.equal(before - wallet(), BigInt(2 * (400 + idleSurchargeGrains) + 8 + 501 + 501));
    assertSame(network);
  });

  test('that is missed is made good out of holdback, or of what a fault holds', () => {
    for (const faults of [[], [{ node: 0, offence: 0, windows: 0 }]]) {
      const network = new TestNetwork(1);
      network.play({ ...QUIET, leases: [{ ...LEASE, epochs: 4 }] });
      network.play({ ...QUIET, delivered: [20], faults });
      const { legs } = postingOf(network, 'compensation')!;
      assert.match(legs[0]!.account, faults.length === 0 ? /holdback$/ : /held$/);
      assert.equal(legs[1]!.account, `consumer:${CONSUMERS[1]}:wallet`);
      assertSame(network);
    }
  });
});

test('tokens past their holdback stand in the vesting account until the schedule releases them', () => {
  const network = new TestNetwork(1, VESTINGS[1]!);
  for (let epoch = 0; epoch < 6; epoch++) network.play({ ...QUIET, tasks: [task(0)] });
  assert.ok(network.balance(`token node:${id(1)}:vesting`) > 0n);
  assert.ok(network.balance(`token payable:${address(0xa000)}`) > 0n);
  assertSame(network);
});

describe('BILLING-STATEMENT: a statement and states that contradict each other', () => {
  const network = new TestNetwork(0);
  const plays = [
    { ...QUIET, tasks: [task(0), task(1)] },
    { ...QUIET, tasks: [task(2)] },
    { ...QUIET, tasks: [task(0)] },
  ];
  const steps: { before: EconomyState; settled: Settled }[] = plays.map((script) => {
    const before = network.state;
    return { before, settled: network.play(script) };
  });
  const { before, settled } = steps.at(-1)!;
  const { statement, state } = settled;
  const { charges, nodes } = statement;

  test('as they are, they agree', () => {
    assert.ok(statementPostings(before, settled).length > 0);
  });

  const wrong: Record<string, [EconomyState, Settled]> = {
    'states of other epochs': [steps[0]!.before, settled],
    'a charge that is not the sum of its parts': [
      before,
      {
        state,
        statement: {
          ...statement,
          charges: withFirst(charges, 'chargeGrains', chargeLines(statement)[0]!.chargeGrains + 1),
        },
      },
    ],
    'a node that lost held tokens': [
      before,
      {
        state,
        statement: { ...statement, nodes: withFirst(nodes, 'heldTokensGrains', 1) },
      },
    ],
    'a node that was given what nobody paid': [
      before,
      {
        state,
        statement: { ...statement, nodes: withFirst(nodes, 'heldCreditsGrains', 1) },
      },
    ],
    'a penalty that no lease collected': [
      before,
      {
        state,
        statement: {
          ...statement,
          nodes: withFirst(nodes, 'penaltyCreditsGrains', 1),
        },
      },
    ],
    'burned bonds that nobody was paid': [
      before,
      { state, statement: { ...statement, totals: { ...statement.totals, leaseBondsBurnedGrains: 1 as never } } },
    ],
    'a payout that fell': [before, { statement, state: { ...state, payouts: state.payouts.slice(1) } }],
    'held take that nobody gave': [
      before,
      {
        statement,
        state: { ...state, heldTake: [{ era: 0, burnGrains: 1, insuranceGrains: 0, treasuryGrains: 0 } as never] },
      },
    ],
    'an emission that was not distributed': [
      before,
      {
        state,
        statement: { ...statement, emission: { ...statement.emission, distributedGrains: 0 as never } },
      },
    ],
  };
  for (const [name, [earlier, later]] of Object.entries(wrong))
    test(name, () => {
      assert.throws(() => statementPostings(earlier, later), { code: 'BILLING-STATEMENT', refusalClass: 'give-up' });
    });

  test('the epoch of the statement', () => {
    const moved = { statement: { ...statement, epoch: 9 as Epoch }, state };
    assert.throws(() => statementPostings(before, moved), { code: 'BILLING-STATEMENT' });
  });
});

const someScript: fc.Arbitrary<EpochScript> = fc.record({
  tasks: fc.array(fc.record({ node: fc.nat(2), consumer: fc.nat(9), work: fc.nat(1_500), isLate: fc.boolean() }), {
    maxLength: 5,
  }),
  faults: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ node: fc.nat(2), offence: fc.nat(2), windows: fc.nat(3) }), { maxLength: 3 }),
    },
  ),
  reversals: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(5), { maxLength: 2 }) },
  ),
  withdrawals: fc.array(fc.record({ consumer: fc.nat(1), grains: fc.nat(100_000) }), { maxLength: 2 }),
  leases: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({
          consumer: fc.nat(1),
          members: fc.integer({ min: 1, max: 3 }),
          epochs: fc.integer({ min: 1, max: 6 }),
          price: fc.integer({ min: 1_000_000_000, max: 20_000_000_000 }),
        }),
        { maxLength: 2 },
      ),
    },
  ),
  delivered: fc.array(fc.nat(120), { minLength: 1, maxLength: 4 }),
  usedPpm: fc.nat(1_000_000),
  ends: fc.option(fc.constantFrom('provider' as const, 'consumer' as const), { freq: 8 }),
  claims: fc.array(fc.nat(9), { maxLength: 3 }),
});
const someVesting = fc.constantFrom(...VESTINGS);

test("law: whatever happens, every posting balances, nothing falls below zero, and the books are the kernel's state", () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      someVesting,
      fc.array(someScript, { minLength: 1, maxLength: 16 }),
      (eras, vesting, scripts) => {
        const network = new TestNetwork(eras, vesting);
        for (const script of scripts) {
          network.play(script);
          assertSame(network);
        }
        assertBalanced(network);
      },
    ),
    { numRuns: 300 },
  );
});

test('law: the same epoch gives the same postings', () => {
  fc.assert(
    fc.property(fc.array(someScript, { minLength: 1, maxLength: 6 }), (scripts) => {
      const [one, other] = [new TestNetwork(1), new TestNetwork(1)];
      for (const network of [one, other]) for (const script of scripts) network.play(script);
      assert.deepEqual(one.postings, other.postings);
    }),
    { numRuns: 20 },
  );
});

/** A table in which one field of the first row is another number. */
function withFirst<Row>(table: Table<Row>, field: keyof Row & string, value: number): Table<Row> {
  const columns = table.columns as unknown as Record<string, readonly number[]>;
  const column = columns[field]!;
  const entries = Array.from({ length: table.length }, (_, row) => column[column.length === 1 ? 0 : row]!);
  return { ...table, columns: { ...columns, [field]: entries.with(0, value) } as unknown as Columns<Row> };
}
