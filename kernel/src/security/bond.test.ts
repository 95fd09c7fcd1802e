import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Grains, grains, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  activeBond,
  advanceBond,
  type BondAccount,
  type BondExposure,
  type BondRule,
  bondCover,
  bondTokens,
  bondTotal,
  bondValuePpb,
  conviction,
  depositBond,
  NO_BOND,
  requiredBond,
  slashBond,
  timeWeightedStake,
  unbond,
} from './bond.ts';

const CREDIT = 1_000_000;
const reference: BondRule = {
  bondGrainsMin: grains(50 * CREDIT),
  revenue: { sharePpm: 1_000_000, exposureEpochs: 336 },
  deterrence: { factorPpm: 2_000_000, slashPpm: ppm(1_000_000), detectionPpm: ppm(900_000) },
  harm: { factorPpm: 2_000_000 },
  haircutPpm: ppm(500_000),
  marginCallPpm: ppm(800_000),
  stopLinePpm: ppm(600_000),
};
const onlyMinimum: BondRule = { ...reference, revenue: null, deterrence: null, harm: null };
const nothing: BondExposure = {
  revenueGrainsPerEpochMax: grains(0),
  oneShotGainGrains: grains(0),
  harmGrains: grains(0),
};

describe('required bond', () => {
  test('each term binds in its turn, and the reason names it', () => {
    const cases = [
      [{}, 50, 'minimum'],
      [{ revenueGrainsPerEpochMax: CREDIT }, 336, 'revenue'],
      [{ revenueGrainsPerEpochMax: CREDIT, oneShotGainGrains: 180 * CREDIT }, 400, 'deterrence'],
      [{ oneShotGainGrains: 180 * CREDIT, harmGrains: 300 * CREDIT }, 600, 'harm'],
      [{ harmGrains: 25 * CREDIT }, 50, 'minimum'],
    ] as const;
    for (const [changes, credits, reason] of cases) {
      const expected = { creditsGrains: credits * CREDIT, reason };
      assert.deepEqual(requiredBond(reference, { ...nothing, ...changes } as BondExposure), expected);
    }
  });

  test('a term that the rule leaves out never binds', () => {
    const exposure = { ...nothing, revenueGrainsPerEpochMax: grains(1e12), harmGrains: grains(1e12) };
    assert.deepEqual(requiredBond(onlyMinimum, exposure), { creditsGrains: 50 * CREDIT, reason: 'minimum' });
  });

  test('is the largest term of exact fractions, rounded up once', () => {
    const amount = fc.nat({ max: 2 ** 36 }).map(grains);
    const share = fc.integer({ min: 1, max: 1_000_000 }).map(ppm);
    fc.assert(
      fc.property(amount, amount, amount, share, share, share, (revenue, gain, harm, beta, sigma, detection) => {
        const rule: BondRule = {
          ...reference,
          bondGrainsMin: grains(7),
          revenue: { sharePpm: beta, exposureEpochs: 100 },
          deterrence: { factorPpm: 2_000_000, slashPpm: sigma, detectionPpm: detection },
        };
        const up = (n: bigint, d: bigint) => (n + d - 1n) / d;
        const terms = [
          7n,
          up(BigInt(revenue) * BigInt(beta) * 100n, 1_000_000n),
          up(2n * BigInt(gain) * 10n ** 12n, BigInt(sigma) * BigInt(detection)),
          2n * BigInt(harm),
        ];
        const largest = terms.reduce((x, y) => (x > y ? x : y));
        const exposure = { revenueGrainsPerEpochMax: revenue, oneShotGainGrains: gain, harmGrains: harm };
        if (largest > BigInt(Number.MAX_SAFE_INTEGER)) {
          assert.throws(() => requiredBond(rule, exposure), refusal('KERNEL-RANGE'));
        } else assert.equal(requiredBond(rule, exposure).creditsGrains, Number(largest));
      }),
    );
  });

  test('refuses a deterrence that never detects: KERNEL-DIVIDE-BY-ZERO', () => {
    const rule = { ...reference, deterrence: { ...reference.deterrence!, detectionPpm: ppm(0) } };
    assert.throws(() => requiredBond(rule, nothing), refusal('KERNEL-DIVIDE-BY-ZERO'));
  });

  test('refuses an exposure that is no amount: KERNEL-AMOUNT', () => {
    assert.throws(() => requiredBond(reference, { ...nothing, harmGrains: -1 as Grains }), refusal('KERNEL-AMOUNT'));
  });
});

describe('bond in work tokens', () => {
  test('is valued at the lower of spot and low average, less the haircut, and rounded up', () => {
    const value = { spotPpb: 2_000_000_000, twapLowPpb: 1_500_000_001 };
    assert.equal(bondValuePpb(reference, value), 750_000_000);
    assert.equal(bondTokens(reference, value, grains(336 * CREDIT)), 448 * CREDIT);
    assert.equal(bondTokens(reference, value, grains(1)), 2);
    const pushed = { spotPpb: 9_000_000_000, twapLowPpb: 1_500_000_001 };
    assert.equal(bondValuePpb(reference, pushed), 750_000_000, 'a pushed spot buys nothing');
  });

  test('its value always covers the credits that it stands for', () => {
    const price = fc.integer({ min: 3, max: 1_000_000_000_000 });
    fc.assert(
      fc.property(price, price, fc.nat({ max: 2 ** 40 }), (spotPpb, twapLowPpb, credits) => {
        const value = bondValuePpb(reference, { spotPpb, twapLowPpb });
        const tokens = () => bondTokens(reference, { spotPpb, twapLowPpb }, grains(credits));
        const needed = (BigInt(credits) * 1_000_000_000n) / BigInt(value);
        if (needed >= BigInt(Number.MAX_SAFE_INTEGER)) assert.throws(tokens, refusal('KERNEL-RANGE'));
        else assert.ok(BigInt(tokens()) * BigInt(value) >= BigInt(credits) * 1_000_000_000n);
      }),
    );
  });

  test('refuses a token that is worth nothing: KERNEL-DIVIDE-BY-ZERO', () => {
    const value = { spotPpb: 1, twapLowPpb: 0 };
    assert.throws(() => bondTokens(reference, value, grains(1)), refusal('KERNEL-DIVIDE-BY-ZERO'));
  });

  test('margin call below 80 % of cover, no work below 60 %, to the grain', () => {
    const at = (bond: number) => bondCover(reference, grains(bond), grains(1_001));
    assert.deepEqual([at(801), at(800), at(601), at(600)], ['covered', 'margin-call', 'margin-call', 'stopped']);
    assert.equal(bondCover(reference, grains(0), grains(0)), 'covered');
  });
});

describe('bond queues', () => {
  const rule = { activationDelay: 24, unbondingDelay: 336 };

  test('a deposit counts after activation, a withdrawal stops counting at once and is released after unbonding', () => {
    const deposited = depositBond(rule, NO_BOND, grains(100), 10);
    assert.deepEqual([activeBond(deposited, 33), activeBond(deposited, 34)], [0, 100]);
    const { account, releasedGrains } = advanceBond(deposited, 34);
    assert.deepEqual([account.activeGrains, releasedGrains], [100, 0]);
    const leaving = unbond(rule, account, grains(60), 40);
    assert.deepEqual([activeBond(leaving, 40), bondTotal(leaving)], [40, 100]);
    assert.equal(advanceBond(leaving, 375).releasedGrains, 0);
    const released = advanceBond(leaving, 376);
    assert.deepEqual([released.releasedGrains, bondTotal(released.account)], [60, 40]);
  });

  test('a stake cannot flash: to count for one epoch it is locked for activation, that epoch and unbonding', () => {
    const deposited = advanceBond(depositBond(rule, NO_BOND, grains(1), 0), 24).account;
    const leaving = unbond(rule, deposited, grains(1), 25);
    assert.equal(advanceBond(leaving, 24 + 1 + 335).releasedGrains, 0);
    assert.equal(advanceBond(leaving, 24 + 1 + 336).releasedGrains, 1);
  });

  test('a withdrawal takes what is active first, then the oldest deposits', () => {
    let account = advanceBond(depositBond(rule, NO_BOND, grains(10), 0), 24).account;
    account = depositBond(rule, depositBond(rule, account, grains(20), 30), grains(40), 31);
    account = unbond(rule, account, grains(25), 32);
    assert.equal(account.activeGrains, 0);
    const left = [
      { amountGrains: 5, readyAt: 54 },
      { amountGrains: 40, readyAt: 55 },
    ];
    assert.deepEqual(account.activating, left);
  });

  test('a slash takes what leaves soonest first', () => {
    const account: BondAccount = {
      activeGrains: grains(10),
      activating: [{ amountGrains: grains(7), readyAt: 9 }],
      unbonding: [
        { amountGrains: grains(3), readyAt: 5 },
        { amountGrains: grains(4), readyAt: 6 },
      ],
    };
    const some = slashBond(account, grains(5));
    assert.deepEqual(some.account.unbonding, [{ amountGrains: 2, readyAt: 6 }]);
    assert.equal(some.account.activeGrains, 10);
    const all = slashBond(account, grains(1_000));
    assert.deepEqual([all.slashedGrains, bondTotal(all.account)], [24, 0]);
  });

  const step = fc.record({
    kind: fc.constantFrom('deposit' as const, 'unbond' as const, 'slash' as const),
    amount: fc.nat({ max: 1_000 }),
    wait: fc.nat({ max: 40 }),
  });

  test('deposits = bond + released + slashed, whatever happens', () => {
    const short = { activationDelay: 5, unbondingDelay: 30 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let account: BondAccount = NO_BOND;
        let [at, deposited, released, slashed] = [0, 0, 0, 0];
        for (const { kind, amount, wait } of steps) {
          at += wait;
          const advanced = advanceBond(account, at);
          assert.equal(advanced.account.activeGrains, activeBond(account, at));
          account = advanced.account;
          released += advanced.releasedGrains;
          if (kind === 'deposit') {
            account = depositBond(short, account, grains(amount), at);
            deposited += amount;
          } else if (kind === 'slash') {
            const result = slashBond(account, grains(amount));
            account = result.account;
            slashed += result.slashedGrains;
          } else {
            const bonded = bondTotal({ ...account, unbonding: [] });
            account = unbond(short, account, grains(Math.min(amount, bonded)), at);
          }
          assert.equal(bondTotal(account) + released + slashed, deposited);
          assert.ok([...account.activating, ...account.unbonding].every((entry) => entry.amountGrains > 0));
        }
      }),
    );
  });

  test('refuses to unbond more than is bonded: KERNEL-BOND', () => {
    const account = depositBond(rule, NO_BOND, grains(10), 0);
    assert.throws(() => unbond(rule, account, grains(11), 0), refusal('KERNEL-BOND'));
    assert.throws(() => unbond(rule, account, -1 as Grains, 0), refusal('KERNEL-BOND'));
  });
});

describe('stake over time', () => {
  test('is the exact mean of the stake of every moment, rounded down', () => {
    const change = fc.record({ wait: fc.nat({ max: 20 }), stake: fc.nat({ max: 2 ** 50 }) });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        (list, from, length) => {
          let at = 0;
          const changes = list.map(({ wait, stake }) => {
            at += wait;
            return { at, stakeGrains: grains(stake) };
          });
          let sum = 0n;
          for (let moment = from; moment < from + length; moment += 1) {
            sum += BigInt(changes.findLast((one) => one.at <= moment)?.stakeGrains ?? 0);
          }
          assert.equal(timeWeightedStake(changes, from, from + length), Number(sum / BigInt(length)));
        },
      ),
    );
  });

  test('a stake of one epoch in a window of 24 weighs a 24th', () => {
    const flash = [
      { at: 10, stakeGrains: grains(2_400) },
      { at: 11, stakeGrains: grains(0) },
    ];
    assert.equal(timeWeightedStake(flash, 0, 24), 100);
  });

  test('refuses an empty window, and changes out of order: KERNEL-RANGE', () => {
    const late = { at: 5, stakeGrains: grains(1) };
    assert.throws(() => timeWeightedStake([], 3, 3), refusal('KERNEL-RANGE'));
    assert.throws(() => timeWeightedStake([late, { ...late, at: 4 }], 0, 9), refusal('KERNEL-RANGE'));
    assert.throws(() => timeWeightedStake([{ ...late, at: -1 }], 0, 9), refusal('KERNEL-RANGE'));
  });

  test('conviction grows towards s / (1 - kappa) and halves in its half-life', () => {
    const kappa = ppm(971_532); // .5^(1/24)
    let value = grains(0);
    for (let epoch = 0; epoch < 1_000; epoch += 1) {
      const next = conviction(kappa, value, grains(1_000_000));
      assert.ok(next >= value);
      value = next;
    }
    assert.ok(Math.abs(value - 1_000_000 / (1 - 0.971532)) < 100);
    let forgotten = value;
    for (let epoch = 0; epoch < 24; epoch += 1) forgotten = conviction(kappa, forgotten, grains(0));
    assert.ok(Math.abs(forgotten / value - 0.5) < 1e-4);
  });
});
