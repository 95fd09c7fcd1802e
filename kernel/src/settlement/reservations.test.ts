import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, id, testAccounts, testEconomy } from '../economy.fixture.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import type { EpochInputs, UsageLine, Verdict } from './epoch.ts';
import { BURN_ACCOUNT } from './epoch.ts';
import { explainNode } from './explain.ts';
import { nodeStates } from './node-table.ts';
import {
  RESERVED_CAPACITY,
  type ReservationInputs,
  type ReservationOpening,
  type ReservationUse,
} from './reservation-lines.ts';
import { reservationOpenings, standingLeases } from './reservation-openings.ts';
import { CONSUMER, Epochs, opening, SPOT, use } from './reservations.fixture.ts';

const nothing: ReservationInputs = { opened: [], uses: [], ended: [] };
const slots = (...uses: ReservationUse[]): Partial<EpochInputs> => ({ reservations: { ...nothing, uses } });

function opened(uses: ReservationUse[], changes: Partial<ReservationOpening> = {}, epochs = new Epochs()): Epochs {
  epochs.settle({ reservations: { ...nothing, opened: [opening(changes)], uses } });
  return epochs;
}

function pool(...promises: number[]): Pick<ReservationOpening, 'members'> {
  return { members: promises.map((promised, index) => ({ nodeId: id(index + 1), promisedNcuMs: promised as NcuMs })) };
}

describe('a reserved lease', () => {
  test('charges what was delivered at its own price, splits the take, and pays what is left', () => {
    const epochs = opened([use(100, 100)]);
    const line = epochs.lease();
    // 100 NCU·ms at 50,000 grains.
    assert.deepEqual([line.chargeGrains, line.earnedGrains, line.reason], [5_000_000, 4_500_000, 'used']);
    assert.deepEqual([line.burnGrains, line.insuranceGrains, line.treasuryGrains], [250_000, 100_000, 150_000]);
    assert.equal(line.members[0]!.paidGrains, 4_500_000);
    assert.equal(epochs.node().earnedCreditsGrains, 4_500_000);
    assert.equal(epochs.statement.totals.chargedGrains, 5_000_000);
    assert.equal(epochs.node().reservedNcuMs, 100, 'used capacity is work');
  });

  test('burns its opening fee at once: 1 % of the price of the whole lease, once', () => {
    const epochs = opened([use(100, 100)]);
    assert.equal(epochs.lease().openingFeeGrains, 200_000);
    assert.equal(epochs.paid(BURN_ACCOUNT), 200_000n);
    epochs.settle(slots(use(100, 100)));
    assert.equal(epochs.lease().openingFeeGrains, 0);
  });

  test('its bond burns by half of what lies idle and returns as it is used', () => {
    const epochs = opened([use(100, 40)]);
    const line = epochs.lease();
    // A quarter of the bond is the epoch's; 60 % of it stood for idle capacity.
    assert.deepEqual(
      [line.bondLockedGrains, line.bondBurnedGrains, line.bondReturnedGrains],
      [20e6, 1_500_000, 3_500_000],
    );
    assert.deepEqual([line.bondStandingGrains, line.reason], [15_000_000, 'idle']);
    assert.equal(epochs.node().reservedNcuMs, 40, 'idle capacity is paid for and is no work');
    for (let epoch = 2; epoch < 5; epoch += 1) epochs.settle(slots(use(100, 100)));
    assert.deepEqual([epochs.lease().ended, epochs.lease().bondStandingGrains], ['term', 0]);
    assert.deepEqual(epochs.state.reservations, []);
    assert.equal(epochs.paid(BURN_ACCOUNT), 1_700_000n, 'the fee and the idle bond');
  });

  test('idle capacity costs extra only in a full class, by how full it is', () => {
    // Three nodes of one NCU for five seconds: 15,000 NCU·ms. Half of the surcharge at 90 %.
    const full = opened([use(13_500, 0)], { ...pool(13_500), bondGrains: 0 as Grains });
    assert.deepEqual([full.lease().classUtilisationPpm, full.lease().idleSurchargeGrains], [900_000, 168_750_000]);
    const half = opened([use(7_500, 0)], { ...pool(7_500), bondGrains: 0 as Grains });
    assert.deepEqual([half.lease().classUtilisationPpm, half.lease().idleSurchargeGrains], [500_000, 0]);
  });

  test('what it delivers counts in utilisation, used or not: what is kept from the market makes it dearer', () => {
    const idle = opened([use(100, 0)]);
    assert.deepEqual([idle.statement.usedNcuMs, idle.statement.utilisationPpm], [100, 1_000]);
  });

  test('capacity past the promise is neither charged nor paid', () => {
    assert.equal(opened([use(150, 150)]).lease().chargeGrains, 5_000_000);
  });
});

describe('missed capacity', () => {
  test('below the contract’s price costs the fee alone, out of what the node has not been paid', () => {
    const epochs = opened([use(100, 100)]);
    epochs.settle(slots(use(60, 60)));
    const line = epochs.lease();
    // 40 NCU·ms missed; the allowance is 1 % of 400; spot has fallen below the contract.
    assert.deepEqual([line.missedNcuMs, line.excusedNcuMs, line.reason], [40, 4, 'missed']);
    assert.ok(line.spotMicrograinsPerNcuS <= line.priceMicrograinsPerNcuS);
    assert.deepEqual([line.penaltyToConsumerGrains, line.penaltyToInsuranceGrains], [200_000, 0]);
    assert.deepEqual([line.paidToConsumerGrains, line.paidToInsuranceGrains], [200_000, 0]);
    assert.deepEqual([epochs.node().penaltyCreditsGrains, epochs.node().earnedCreditsGrains], [200_000, 2_700_000]);
    assert.equal(epochs.node().holdbackCreditsGrains, 4_500_000 + 2_700_000 - 200_000);
    assert.equal(line.bondBurnedGrains, 0, 'what was not delivered is not the consumer’s idleness');
  });

  test('above it costs twice the gap: once to the consumer, once to insurance', () => {
    const cheap = { priceMicrograinsPerNcuS: (SPOT / 2) as MicrograinsPerNcuS };
    const epochs = opened([use(100, 100)], cheap);
    epochs.settle(slots(use(0, 0)));
    const line = epochs.lease();
    const gap = (line.spotMicrograinsPerNcuS - line.priceMicrograinsPerNcuS) / 1e9;
    const fee = (line.priceMicrograinsPerNcuS / 1e9) * 0.1;
    assert.equal(line.penaltyToConsumerGrains, Math.floor((gap + fee) * 100));
    assert.equal(line.penaltyToInsuranceGrains, Math.ceil(gap * 96), 'the allowance of 4 counts once');
  });

  test('past what there is, the consumer comes first and the rest is proposed as a slash at the oracle’s value', () => {
    const cheap = { priceMicrograinsPerNcuS: (SPOT / 2) as MicrograinsPerNcuS };
    const epochs = opened([use(0, 0)], cheap);
    const line = epochs.lease();
    const [member] = line.members;
    assert.deepEqual([member!.collectedGrains, line.paidToConsumerGrains], [0, 0]);
    assert.equal(member!.owedGrains, line.penaltyToConsumerGrains + line.penaltyToInsuranceGrains);
    assert.equal(member!.slashProposalGrains, member!.owedGrains, 'a token grain is worth a credit grain');
    const dear = new Epochs();
    const tokenPrice = { spotMicrograins: 3_000_000, lowMicrograins: 3_000_000 };
    dear.settle({ tokenPrice, reservations: { ...nothing, opened: [opening(cheap)] } });
    assert.equal(dear.lease().members[0]!.slashProposalGrains, Math.ceil(member!.owedGrains / 3));
    // It earns less than it owes: all that it has goes to the consumer, nothing to insurance.
    epochs.settle({ ...slots(use(2, 2)) });
    const short = epochs.lease();
    assert.equal(short.paidToConsumerGrains, short.earnedGrains);
    assert.equal(short.paidToInsuranceGrains, 0);
    assert.equal(epochs.node().holdbackCreditsGrains, 0);
  });

  test('of a node under a proposed fault is owed out of what is held', () => {
    const epochs = opened([use(100, 100)]);
    const fault: Verdict = {
      kind: 'fault-proposed',
      faultId: id(50),
      nodeId: id(1),
      offence: 'wrong-result',
      evidence: id(60),
      challenger: account(3),
      windows: [],
    };
    epochs.settle({ ...slots(use(60, 60)), verdicts: [fault] });
    assert.deepEqual([epochs.node().status, epochs.node().penaltyCreditsGrains], ['held', 200_000]);
    assert.equal(epochs.node().heldCreditsGrains, 4_500_000 + 2_700_000 - 200_000);
  });

  test('that vests in the same settlement is not paid yet', () => {
    const economy = { ...testEconomy, cadence: { ...testEconomy.cadence, holdbackEras: 0 } };
    const epochs = opened([use(100, 100)], {}, new Epochs(economy));
    epochs.settle(slots(use(100, 100)));
    epochs.settle(slots(use(60, 60)));
    assert.equal(
      epochs.node().vestedCreditsGrains,
      4_500_000 * 2 + 2_700_000 - 200_000 - epochs.node().holdbackCreditsGrains,
    );
  });

  test('at the term’s end earns the consumer a service credit: 30 % of the charges below 99 %', () => {
    const epochs = opened([use(100, 100)]);
    epochs.settle(slots(use(96, 96)));
    assert.equal(epochs.lease().reason, 'excused');
    epochs.settle(slots(use(100, 100)));
    assert.equal(epochs.lease().slaCreditGrains, 0, 'not before the end');
    epochs.settle(slots(use(96, 96)));
    const { slaCreditGrains, ended, paidToConsumerGrains, penaltyToConsumerGrains } = epochs.lease();
    assert.deepEqual([ended, slaCreditGrains], ['term', Math.floor(392 * 50_000 * 0.3)]);
    assert.equal(paidToConsumerGrains, slaCreditGrains + penaltyToConsumerGrains);
  });

  test('is all the rest of the term if the provider gives up, and nothing if the consumer does', () => {
    const given = opened([use(100, 100)]);
    given.settle({ reservations: { ...nothing, ended: [{ leaseId: id(0x100), by: 'provider' }] } });
    assert.deepEqual([given.lease().missedNcuMs, given.lease().reason], [300, 'given-up']);
    assert.deepEqual([given.lease().bondReturnedGrains, given.state.reservations], [15_000_000, []]);
    const left = opened([use(100, 100)]);
    const ended = [{ leaseId: id(0x100), by: 'consumer' as const }];
    left.settle({ reservations: { ...nothing, uses: [use(100, 0)], ended } });
    assert.deepEqual([left.lease().missedNcuMs, left.lease().ended], [0, 'consumer']);
    assert.deepEqual([left.lease().bondBurnedGrains, left.lease().bondReturnedGrains], [2_500_000, 12_500_000]);
  });
});

test('a contract’s charge that proves bad is refunded like any other, once, take included', () => {
  const epochs = opened([use(100, 100)]);
  const { leaseId, epoch, consumer, chargeGrains, earnedGrains, burnGrains, insuranceGrains, treasuryGrains } =
    epochs.lease();
  const parts = { chargeGrains, earnedGrains, burnGrains, insuranceGrains, treasuryGrains };
  const window = { leaseId, epoch, consumer, resource: RESERVED_CAPACITY, ...parts };
  const fault = { nodeId: id(1), offence: 'wrong-result', evidence: id(60), challenger: account(3), windows: [window] };
  const verdicts: Verdict[] = [50, 51].map((one) => ({ kind: 'fault-proposed', faultId: id(one), ...fault }));
  epochs.settle({ ...slots(use(100, 100)), verdicts });
  epochs.settle(slots(use(100, 100)));
  epochs.settle(slots(use(100, 100)));
  assert.deepEqual(
    epochs.statement.faults.map(({ refunds }) => refunds),
    [[{ consumer, leaseId, creditsGrains: chargeGrains }], []],
  );
  epochs.settle();
  assert.deepEqual(epochs.state.reservations, [], 'the lease has ended with its term');
});

describe('a pool', () => {
  test('is measured as one: a spare replaces a failed member, and is paid for what it did', () => {
    const epochs = opened([use(100, 100), use(0, 0, { nodeId: id(2) }), use(100, 100, { nodeId: id(3) })], {
      ...pool(100, 100, 0),
    });
    const { reason, missedNcuMs, members, earnedGrains } = epochs.lease();
    assert.deepEqual([reason, missedNcuMs], ['used', 0]);
    assert.deepEqual(
      members.map((member) => [member.reason, member.paidGrains, member.owedGrains]),
      [
        ['delivered', earnedGrains / 2, 0],
        ['replaced', 0, 0],
        ['stood-in', earnedGrains / 2, 0],
      ],
    );
  });

  test('that no spare makes whole owes by what each member missed', () => {
    const epochs = opened(
      [use(90, 90), use(40, 40, { nodeId: id(2) }), use(20, 20, { nodeId: id(3) })],
      pool(100, 100, 0),
    );
    const { missedNcuMs, members, penaltyToConsumerGrains, penaltyToInsuranceGrains } = epochs.lease();
    assert.equal(missedNcuMs, 50);
    const owed = penaltyToConsumerGrains + penaltyToInsuranceGrains;
    assert.deepEqual(
      members.map(({ owedGrains }) => owedGrains),
      [Math.round(owed / 7), owed - Math.round(owed / 7), 0],
    );
    assert.deepEqual(
      members.map((member) => member.reason),
      ['missed', 'missed', 'stood-in'],
    );
  });

  test('explains itself to each member, and to nobody else', () => {
    const epochs = opened([use(90, 90)], pool(100, 0));
    const stepsOf = (node: number) =>
      explainNode(testEconomy, epochs.statement, id(node)).filter(({ step }) => step === 'reservation');
    assert.deepEqual(
      [1, 2, 3].map((node) => stepsOf(node).length),
      [1, 1, 0],
    );
    const [step] = stepsOf(1);
    assert.equal(step!.inputs.countedNcuMs, 90);
    assert.equal(step!.result, epochs.node().earnedCreditsGrains - epochs.node().penaltyCreditsGrains);
  });
});

test('an allocation’s leases become openings: seats of one node together, the spares of its pool beside them', () => {
  const lease = {
    taskId: id(7),
    consumer: CONSUMER,
    endEpoch: 9 as Epoch,
    priceMicrograinsPerNcuS: SPOT,
    bondGrains: 5 as Grains,
  };
  const seat = (nodeId: string, order: number) => ({ taskId: id(7), nodeId, order, seat: order, poolId: 'p' });
  const demand = {
    taskId: id(7),
    consumer: CONSUMER,
    ncuMsMax: 50 as NcuMs,
    chargeGrainsMax: 0 as Grains,
    excludedOperators: [],
  };
  const allocation = {
    reserved: [lease],
    assignments: [seat(id(2), 0), seat(id(2), 1), seat(id(1), 2)],
    pools: [{ poolId: 'p', operator: account(1), members: [id(1), id(2)], spares: [id(3)] }],
  };
  const [opened] = reservationOpenings(allocation, [demand]);
  assert.deepEqual(opened!.members, [
    { nodeId: id(1), promisedNcuMs: 50 },
    { nodeId: id(2), promisedNcuMs: 100 },
    { nodeId: id(3), promisedNcuMs: 0 },
  ]);
  assert.throws(() => reservationOpenings(allocation, []), refusal('KERNEL-LEASE-UNKNOWN'));
  const epochs = new Epochs();
  epochs.settle({ reservations: { ...nothing, opened: [opened!] } });
  assert.deepEqual(
    standingLeases(epochs.state).map(({ nodeId, className, ncuMsMax }) => [nodeId, className, ncuMsMax]),
    [
      [id(1), 'grid', 50],
      [id(2), 'grid', 100],
    ],
  );
});

interface Plan {
  readonly delivered: readonly number[];
  readonly idlePpm: number;
  readonly cut: number;
  readonly accuse: number | null;
  readonly end: 'consumer' | 'provider' | null;
  readonly work: number;
}

const plans: fc.Arbitrary<readonly Plan[]> = fc.array(
  fc.record({
    delivered: fc.array(fc.nat(130), { minLength: 6, maxLength: 6 }),
    idlePpm: fc.nat(1_000_000),
    cut: fc.integer({ min: 1, max: 3 }),
    accuse: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 5 }),
    end: fc.option(fc.constantFrom('consumer' as const, 'provider' as const), { freq: 8 }),
    work: fc.nat(1e9),
  }),
  { minLength: 4, maxLength: 14 },
);

const shapes = fc.array(
  fc.record({
    promises: fc.array(fc.constantFrom(0, 50, 100), { minLength: 3, maxLength: 3 }),
    term: fc.integer({ min: 1, max: 9 }),
    pricePpm: fc.integer({ min: 300_000, max: 1_500_000 }),
  }),
  { minLength: 1, maxLength: 3 },
);

type Shape = { readonly promises: readonly number[]; readonly term: number; readonly pricePpm: number };

function openingsOf(all: readonly Shape[]): ReservationOpening[] {
  return all.map(({ promises, term, pricePpm }, index) => {
    const members = promises.map((promised, node) => ({ nodeId: id(node + 1), promisedNcuMs: promised as NcuMs }));
    if (promises.every((promised) => promised === 0)) members[0] = { nodeId: id(1), promisedNcuMs: 10 as NcuMs };
    const price = Math.floor((SPOT / 1e6) * pricePpm) as MicrograinsPerNcuS;
    const ends = (1 + term) as Epoch;
    return opening({ leaseId: id(0x100 + index), members, endEpoch: ends, priceMicrograinsPerNcuS: price });
  });
}

/** The inputs of a plan's epoch for the leases that are open in it; slots are cut as the plan says, or not at all. */
function inputsOf(
  epochs: Epochs,
  plan: Plan,
  opened: readonly ReservationOpening[],
  cut = plan.cut,
): Partial<EpochInputs> {
  const { epoch, reservations } = epochs.state;
  const open = [...reservations, ...opened];
  const uses = open.flatMap(({ leaseId, members }, lease) =>
    members.flatMap(({ nodeId }, member) => {
      const delivered = plan.delivered[(lease + member) % plan.delivered.length]!;
      const used = Math.floor((delivered * (1_000_000 - plan.idlePpm)) / 1_000_000);
      return parts(delivered, used, cut).map(([one, other], slot) => use(one, other, { leaseId, nodeId, slot }));
    }),
  );
  const ended = plan.end === null || open.length === 0 ? [] : [{ leaseId: open[0]!.leaseId, by: plan.end }];
  const work: UsageLine[] = [1, 2, 3].map((node) => ({
    leaseId: id(epoch * 100 + node + 0x1000),
    nodeId: id(node),
    consumer: CONSUMER,
    purpose: 'task',
    resource: 7,
    epoch,
    quantity: plan.work,
  }));
  const accused = plan.accuse === null || epoch < 2 ? [] : [accusation(epoch, plan.accuse)];
  return { reservations: { opened, uses, ended }, usage: work, verdicts: accused };
}

/** A delivery and its use in so many slots. */
function parts(delivered: number, used: number, cut: number): (readonly [number, number])[] {
  const share = (whole: number, at: number) => Math.floor((whole * (at + 1)) / cut) - Math.floor((whole * at) / cut);
  const cuts = Array.from({ length: cut }, (_, at) => [share(delivered, at), share(used, at)] as const);
  return cuts.every(([one, other]) => other <= one) ? cuts : [[delivered, used]];
}

function accusation(epoch: number, node: number): Verdict {
  return {
    kind: 'fault-proposed',
    faultId: id(0x9000 + epoch),
    nodeId: id(node),
    offence: 'wrong-result',
    evidence: id(epoch),
    challenger: account(3),
    windows: [],
  };
}

function run(
  all: readonly Shape[],
  epochPlans: readonly Plan[],
  step: (epochs: Epochs, plan: Plan, opened: readonly ReservationOpening[]) => Partial<EpochInputs>,
): Epochs {
  const epochs = new Epochs();
  epochPlans.forEach((plan, index) => {
    epochs.settle(step(epochs, plan, index === 0 ? openingsOf(all) : []));
  });
  return epochs;
}

describe('laws of reservations', () => {
  test('every credit is somewhere, and each line’s parts make its wholes, whatever is delivered, given up or accused', () => {
    fc.assert(
      fc.property(shapes, plans, (all, epochPlans) => {
        run(all, epochPlans, (epochs, plan, opened) => {
          // Epochs.settle has asserted that everything paid in and not paid back is in the books.
          for (const line of epochs.statement.reservations) {
            assert.equal(
              line.chargeGrains,
              line.earnedGrains + line.burnGrains + line.insuranceGrains + line.treasuryGrains,
            );
            const sum = (of: (member: (typeof line.members)[number]) => number) =>
              line.members.reduce((total, member) => total + of(member), 0);
            assert.equal(
              sum((member) => member.paidGrains),
              line.earnedGrains,
            );
            assert.equal(
              sum((member) => member.countedNcuMs),
              line.deliveredNcuMs,
            );
            const owed = line.penaltyToConsumerGrains + line.penaltyToInsuranceGrains + line.slaCreditGrains;
            assert.equal(
              sum((member) => member.owedGrains),
              owed,
            );
            const collected = line.paidToConsumerGrains + line.paidToInsuranceGrains;
            assert.equal(
              sum((member) => member.collectedGrains),
              collected,
            );
            assert.ok(collected <= owed && line.paidToInsuranceGrains <= line.penaltyToInsuranceGrains);
          }
          return inputsOf(epochs, plan, opened);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('neither the order of any list nor the cutting of an epoch into slots changes anything', () => {
    fc.assert(
      fc.property(shapes, plans, fc.infiniteStream(fc.nat()), (all, epochPlans, random) => {
        const shuffle = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => ({ item, at: random.next().value as number }))
            .sort((x, y) => x.at - y.at)
            .map(({ item }) => item);
        const one = run(all, epochPlans, (epochs, plan, opened) => inputsOf(epochs, plan, opened, 1));
        const other = run(all, epochPlans, (epochs, plan, opened) => {
          const inputs = inputsOf(epochs, plan, opened);
          const { reservations, usage, verdicts } = inputs;
          const mixed = {
            opened: shuffle(reservations!.opened.map((lease) => ({ ...lease, members: shuffle(lease.members) }))),
            uses: shuffle(reservations!.uses),
            ended: shuffle(reservations!.ended),
          };
          return { reservations: mixed, usage: shuffle(usage!), verdicts: shuffle(verdicts!) };
        });
        assert.deepEqual([other.state, other.statement], [one.state, one.statement]);
      }),
      { numRuns: 40 },
    );
  });

  test('a lease’s bond is burned or returned to the last grain when it ends', () => {
    fc.assert(
      fc.property(shapes, plans, (all, epochPlans) => {
        const flows = new Map<string, number>();
        const ended = new Set<string>();
        run(all, epochPlans, (epochs, plan, opened) => {
          for (const line of epochs.statement.reservations) {
            const before = flows.get(line.leaseId) ?? 0;
            const left = before + line.bondLockedGrains - line.bondBurnedGrains - line.bondReturnedGrains;
            assert.equal(left, line.bondStandingGrains);
            flows.set(line.leaseId, left);
            if (line.ended !== null) ended.add(line.leaseId);
          }
          return inputsOf(epochs, plan, opened);
        });
        for (const leaseId of ended) assert.equal(flows.get(leaseId), 0);
      }),
      { numRuns: 40 },
    );
  });

  test('more delivered is never worse for the provider', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.integer({ min: 300_000, max: 1_000_000 }), (x, y, pricePpm) => {
        const price = Math.floor((SPOT / 1e6) * pricePpm) as MicrograinsPerNcuS;
        const net = (delivered: number) => {
          const line = opened([use(delivered, 0)], { priceMicrograinsPerNcuS: price }).lease();
          return line.members[0]!.paidGrains - line.members[0]!.owedGrains;
        };
        assert.ok(net(Math.max(x, y)) >= net(Math.min(x, y)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('refuses', () => {
  const lease = { ...nothing, opened: [opening()] };
  const task: UsageLine = {
    leaseId: id(0x100),
    nodeId: id(1),
    consumer: CONSUMER,
    purpose: 'task',
    resource: 7,
    epoch: 1 as Epoch,
    quantity: 5,
  };
  const cases: readonly (readonly [Parameters<typeof refusal>[0], string, ReservationInputs, UsageLine?])[] = [
    ['KERNEL-LEASE-DUPLICATE', 'a lease that is opened twice', { ...nothing, opened: [opening(), opening()] }],
    [
      'KERNEL-LEASE-DUPLICATE',
      'two ends of one lease',
      {
        ...lease,
        ended: [
          { leaseId: id(0x100), by: 'consumer' },
          { leaseId: id(0x100), by: 'provider' },
        ],
      },
    ],
    ['KERNEL-LEASE-UNKNOWN', 'use of a lease that was never opened', { ...nothing, uses: [use(1, 1)] }],
    ['KERNEL-LEASE-UNKNOWN', 'the end of one', { ...nothing, ended: [{ leaseId: id(3), by: 'consumer' }] }],
    ['KERNEL-LEASE-USE', 'more used than delivered', { ...lease, uses: [use(1, 2)] }],
    ['KERNEL-USAGE-DUPLICATE', 'a slot twice', { ...lease, uses: [use(1, 1), use(2, 2)] }],
    ['KERNEL-USAGE-DUPLICATE', 'reserved work charged at spot too', lease, task],
    [
      'KERNEL-NODE-UNKNOWN',
      'a member of nobody',
      { ...nothing, opened: [opening({ members: [{ nodeId: id(77), promisedNcuMs: 1 as NcuMs }] })] },
    ],
    ['KERNEL-NODE-UNKNOWN', 'use of a node that is no member', { ...lease, uses: [use(1, 1, { nodeId: id(2) })] }],
    [
      'KERNEL-NODE-DUPLICATE',
      'a member twice',
      {
        ...nothing,
        opened: [opening({ members: [1, 1].map((promised) => ({ nodeId: id(1), promisedNcuMs: promised as NcuMs })) })],
      },
    ],
    ['KERNEL-NODE-WORK', 'a promise past what a node can do', { ...nothing, opened: [opening(pool(2e9))] }],
    ['KERNEL-ACCOUNT', 'a consumer that is no account', { ...nothing, opened: [opening({ consumer: '0xZ' })] }],
    ['KERNEL-EPOCH', 'a lease that ends before it begins', { ...nothing, opened: [opening({ endEpoch: 1 as Epoch })] }],
    ['KERNEL-AMOUNT', 'a promise of nothing', { ...nothing, opened: [opening(pool(0))] }],
    ['KERNEL-AMOUNT', 'a bond below zero', { ...nothing, opened: [opening({ bondGrains: -1 as Grains })] }],
    ['KERNEL-AMOUNT', 'half a slot', { ...lease, uses: [use(1, 1, { slot: 0.5 })] }],
    [
      'KERNEL-RANGE',
      'a term whose price passes every number',
      { ...nothing, opened: [opening({ ...pool(1e9), endEpoch: 1e6 as Epoch })] },
    ],
  ];
  for (const [code, what, reservations, usage] of cases) {
    test(`${code}: ${what}`, () => {
      const epochs = new Epochs();
      assert.throws(() => epochs.settle({ reservations, usage: usage === undefined ? [] : [usage] }), refusal(code));
    });
  }

  test('KERNEL-NODE-WORK: leases that together use more than a node can do', () => {
    const dear = { ...pool(1e9), priceMicrograinsPerNcuS: 1 as MicrograinsPerNcuS, bondGrains: 0 as Grains };
    const two = [opening(dear), opening({ ...dear, leaseId: id(0x101) })];
    const uses = two.map(({ leaseId }) => use(1e9, 1e9, { leaseId }));
    assert.throws(
      () => new Epochs().settle({ reservations: { ...nothing, opened: two, uses } }),
      refusal('KERNEL-NODE-WORK'),
    );
  });
});

test('the accounts of the take, of insurance and of the burned are paid what the leases say, in the end', () => {
  const economy = { ...testEconomy, cadence: { ...testEconomy.cadence, holdbackEras: 0 } };
  const epochs = opened(
    [use(100, 100)],
    { priceMicrograinsPerNcuS: (SPOT / 2) as MicrograinsPerNcuS },
    new Epochs(economy),
  );
  let toInsurance = epochs.lease().insuranceGrains + epochs.lease().paidToInsuranceGrains;
  let burned = epochs.lease().burnGrains + epochs.lease().openingFeeGrains + epochs.lease().bondBurnedGrains;
  for (const delivered of [70, 100, 100]) {
    epochs.settle(slots(use(delivered, 10)));
    const line = epochs.lease();
    toInsurance += line.insuranceGrains + line.paidToInsuranceGrains;
    burned += line.burnGrains + line.idleSurchargeGrains + line.bondBurnedGrains;
  }
  for (let epoch = 5; epoch < 8; epoch += 1) epochs.settle();
  assert.equal(epochs.paid(testAccounts.insurance), BigInt(toInsurance));
  assert.equal(epochs.paid(BURN_ACCOUNT), BigInt(burned));
  assert.ok((nodeStates(epochs.state)[0]!.reputation.failurePpm as Ppm) === 0, 'a contract’s penalty is no offence');
});
