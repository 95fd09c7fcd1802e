import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Economy } from '@stannary/kernel';
import fc from 'fast-check';
import { testEconomy } from '../../../../kernel/src/economy.fixture.ts';
import { planOf } from '../commands/estimate.ts';
import { type Estimate, estimateOf, HORIZON_DAYS } from './estimate.ts';
import { estimateJson, estimateText } from './print.ts';

/** Epochs of an hour at .01 credits per NCU·h, a bond of fourteen days' revenue, a holdback of a week: the reference. */
const economy = {
  ...testEconomy,
  cadence: { ...testEconomy.cadence, epochMs: 3_600_000, epochsPerEra: 24, holdbackEras: 7 },
  price: {
    ...testEconomy.price,
    initialMicrograinsPerNcuS: 2_800_000,
    floorMicrograinsPerNcuS: 1,
    capMicrograinsPerNcuS: 100_000_000,
  },
  supply: {
    ...testEconomy.supply,
    streams: [
      {
        name: 'work',
        sharePpm: 1_000_000,
        rule: { kind: 'fixed', grainsPerInterval: '100000000', intervalSeconds: 3_600 },
      },
    ],
  },
  classes: testEconomy.classes.map((one) => ({
    ...one,
    bond: {
      bondGrainsMin: 50_000_000,
      revenue: { sharePpm: 1_000_000, exposureEpochs: 336 },
      deterrence: null,
      harm: null,
      haircutPpm: 500_000,
      marginCallPpm: 800_000,
      stopLinePpm: 600_000,
    },
  })),
  settlement: { ...testEconomy.settlement, activationSeconds: 86_400, unbondingSeconds: 1_209_600 },
} as unknown as Economy;

const flags = { class: 'grid', ncu: '100', nodes: 1 };
const of = (changed: object = {}, changedEconomy: object = {}): Estimate => {
  const other = { ...economy, ...changedEconomy } as Economy;
  return estimateOf(other, planOf(other, { ...flags, ...changed }));
};

test('the bond in credits and tokens, the term that decides, and both lines', () => {
  const { bond } = of({ nodes: 3 });
  // 100 NCU * 3,600 s * 2.8 grains = 1.008 credits an epoch, at most; 336 epochs of it; a token counts half.
  assert.equal(bond.reason, 'revenue');
  assert.equal(bond.creditsGrains, 338_688_000n);
  assert.equal(bond.tokensGrains, 677_376_000n);
  assert.equal(bond.allTokensGrains, 3n * 677_376_000n);
  assert.equal(bond.marginCallGrains, 541_900_800n);
  assert.equal(bond.stopLineGrains, 406_425_600n);
  assert.equal(of({ tokenPrice: '2' }).bond.tokensGrains, 338_688_000n);
  assert.deepEqual(of().lock, { activationSeconds: 86_400, unbondingSeconds: 1_209_600 });
});

test('earnings: capacity times utilisation times price less the take, and the share of the class', () => {
  const [low, median, high] = of().outlooks;
  assert.deepEqual([low!.utilisationPpm, median!.utilisationPpm, high!.utilisationPpm], [490_000, 700_000, 910_000]);
  // .7056 credits an epoch, a tenth taken.
  assert.equal(median!.creditsPerDay, 24n * 635_040n);
  // 60 % of 100 tokens over 500 nodes that are alike.
  assert.equal(median!.tokensPerDay, 24n * 120_000n);
  assert.equal(median!.earnedPerDay, 24n * (635_040n + 120_000n));
  // 70 % of what is charged, and 15 % a year on 677.376 tokens at a credit each.
  assert.equal(median!.costPerDay, (24n * 705_600n * 7n) / 10n);
  assert.equal(median!.capitalPerDay, 278_374n);
  assert.equal(median!.netPerDay, median!.earnedPerDay - median!.costPerDay - median!.capitalPerDay);
  assert.equal(median!.earnedPerMonth, 30n * median!.earnedPerDay);
});

test("the token's own tenths: e^(∓1.2816 * .8 * sqrt(30 / 365))", () => {
  const [low, median, high] = of().outlooks.map((one) => Number(one.tokenPriceMicrograins) / 1e6);
  assert.equal(median, 1);
  assert.equal(low, 0.745322);
  assert.ok(Math.abs(low! * high! - 1) < 1e-5);
});

test('what is given counts: utilisation, cost of a day or a share, others', () => {
  const given = of({ utilisation: '10 %, 50 %, 90 %', cost: '2 credits', others: 99 });
  assert.deepEqual(
    given.outlooks.map(({ utilisationPpm, costPerDay }) => [utilisationPpm, costPerDay]),
    [
      [100_000, 2_000_000n],
      [500_000, 2_000_000n],
      [900_000, 2_000_000n],
    ],
  );
  assert.equal(of({ cost: '0 %' }).outlooks[1]!.costPerDay, 0n);
  // A hundred nodes alike, and the emission is theirs.
  assert.equal(of({ others: 99 }).outlooks[1]!.tokensPerDay, 24n * 600_000n);
  assert.equal(of({ utilisation: '60 %' }).outlooks[0]!.utilisationPpm, 600_000);
});

test('break-even waits for holdback, dues and vesting, and pays id fee and capital', () => {
  const days = (changed: object, changedEconomy: object = {}) =>
    of(changed, changedEconomy).outlooks[1]!.breakEvenDays!;
  const free = { cost: '0 %' };
  // Nothing is paid for 8 days; the first day's 18 credits pay the fee of 5 and 8 days of capital.
  assert.equal(days(free), 9);
  assert.equal(days(free, { cadence: { ...economy.cadence, holdbackEras: 1 } }), 3);
  const ramp = { newcomer: { multiplierMinPpm: 0, rampEpochs: 720 } };
  assert.ok(days(free, ramp) > days(free));
  const linear = {
    vesting: { schedule: { kind: 'linear', sharePpm: 1_000_000, durationEpochs: 4_320 }, mergeEpochs: 1 },
  };
  const tokensOnly = { cost: '80 %' };
  assert.ok(days(tokensOnly, linear) > days(tokensOnly));
  assert.equal(of({ cost: '1_000 credits' }).outlooks[1]!.breakEvenDays, null);
});

test('break-even never comes later for who pays less', () => {
  fc.assert(
    fc.property(fc.nat({ max: 100 }), fc.nat({ max: 100 }), (x, y) => {
      const [less, more] = [Math.min(x, y), Math.max(x, y)].map((percent) => {
        return of({ cost: `${percent} %` }).outlooks[1]!.breakEvenDays ?? HORIZON_DAYS + 1;
      });
      assert.ok(less! <= more!);
    }),
    { numRuns: 20 },
  );
});

test('the worst slash is the dearest that is live; what is held back is at risk too', () => {
  const estimate = of();
  assert.equal(estimate.worst!.offence, 'equivocation');
  assert.equal(estimate.worst!.slashGrains, estimate.bond.tokensGrains);
  assert.equal(estimate.penalties.find(({ offence }) => offence === 'wrong-result')!.slashPpm, 500_000);
  assert.equal(estimate.heldGrains.credits, 8n * estimate.outlooks[1]!.creditsPerDay);
  const shadow = { offences: economy.offences.map((one) => ({ ...one, mode: 'shadow' })) };
  assert.equal(of({}, shadow).worst, null);
});

test('what is paid when, by each kind of schedule', () => {
  const when = (schedule: object | null) =>
    of({}, { vesting: { schedule, mergeEpochs: 1 } }).vesting.map(({ afterDays }) => afterDays);
  assert.deepEqual(when(null), [7, 7]);
  assert.deepEqual(when({ kind: 'linear', sharePpm: 250_000, durationEpochs: 2_160 }), [7, 7, 97]);
  const step = (days: number, sharePpm: number) => ({ ageEpochsMin: days * 24, sharePpm });
  const graduated = { kind: 'graduated', withhold: [step(0, 750_000), step(90, 0)], returns: [step(450, 500_000)] };
  assert.deepEqual(when(graduated), [7, 0, 90, 450]);
});

test('margins name each threshold with the number that crosses it', () => {
  const margins = Object.fromEntries(of().margins.map(({ threshold, at, means }) => [threshold, `${at}; ${means}`]));
  assert.match(margins['margin call']!, /^token below 0\.8 credits \(20 % lower\)/);
  assert.match(margins['stop line']!, /^token below 0\.6 credits/);
  assert.match(margins.probes!, /^more than 57 of 1440 missed; an honest node at 99 %/);
  assert.match(margins['work standing']!, /10 failures in a row/);
  assert.match(margins['costs covered']!, /^utilisation 4\d\.\d+ %/);
});

test('a table with reasons, and JSON without a float', () => {
  const text = estimateText(of({ nodes: 2 }), economy);
  assert.match(text, /^2 nodes of class grid, 100 NCU each, in test$/m);
  assert.match(text, /338\.688 credits = 677\.376 tokens; revenue decides/);
  assert.match(text, /worst slash +677\.376 tokens, 100 % of the bond: equivocation \(1 proof\)/);
  assert.match(text, /p10 takes both at once/);
  const json = JSON.parse(estimateJson(of()));
  assert.equal(json.bond.tokensGrains, '677376000');
  assert.equal(json.outlooks[1].creditsPerDay, '15240960');
});

test('ESTIMATE-VALUE: no capacity, too much, shares that fall or pass the whole, a free token', () => {
  for (const [changed, message] of [
    [{ ncu: '0' }, /--ncu: expected above 0, at most 100 NCU, got 0/],
    [{ ncu: '101' }, /--ncu/],
    [{ ncu: 'many' }, /a capacity such as 100 NCU/],
    [{ utilisation: '50 %, 40 %, 60 %' }, /one share, or three that do not fall/],
    [{ utilisation: '50 %, 60 %' }, /one share, or three/],
    [{ utilisation: '150 %' }, /at most 100 %/],
    [{ tokenPrice: '0' }, /a price above 0/],
    [{ cost: '5 NCU' }, /--cost: expected a share/],
  ] as const) {
    assert.throws(() => of(changed), { code: 'ESTIMATE-VALUE', message, refusalClass: 'input' });
  }
});

test('ESTIMATE-CLASS: lists the classes', () => {
  assert.throws(() => of({ class: 'moon' }), {
    code: 'ESTIMATE-CLASS',
    message: '--class: expected one of grid, edge, got moon',
  });
});
