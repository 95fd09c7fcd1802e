import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CurveRule, classCurveWeight, curveWeight, type Economy } from '@stannary/kernel';
import fc from 'fast-check';
import { testEconomy } from '../../../../kernel/src/economy.fixture.ts';
import { column, draw } from './curve.fixture.ts';

/** The test economy with other parts, which need not be branded. */
function withParts(parts: object): Economy {
  return { ...testEconomy, ...parts } as Economy;
}

const ethereum = withParts({
  price: {
    kind: 'eip-1559',
    initialMicrograinsPerNcuS: 1_000_000_000,
    floorMicrograinsPerNcuS: 1,
    capMicrograinsPerNcuS: 2 ** 52,
    targetUtilisationPpm: 500_000,
    denominator: 8,
    breaker: null,
  },
});

test("EIP-1559's base fee over utilisation, and its way through full and empty blocks", () => {
  const over = draw(ethereum, 'price', { at: ['0 %', '45 %', '50 %', '55 %', '100 %'] });
  assert.deepEqual(column(over, 'price'), [875_000_000n, 987_500_000n, 1_000_000_000n, 1_012_500_000n, 1_125_000_000n]);
  const way = (utilisation: string, ...epochs: number[]) => {
    const at = epochs.map((epoch) => `${epoch} epochs`);
    return column(draw(ethereum, 'price', { at, given: [['utilisation', utilisation]] }), 'price').map(Number);
  };
  const full = [1_125_000_000, 1_265_625_000, 1_423_828_125, 1_601_806_640, 1_802_032_470, 10_545_093_826];
  assert.deepEqual(way('100 %', 1, 2, 3, 4, 5, 20), full);
  const empty = [875_000_000, 765_625_000, 669_921_875, 586_181_641, 512_908_936, 69_208_762];
  assert.deepEqual(way('0 %', 1, 2, 3, 4, 5, 20), empty);
  assert.deepEqual(way('100 %, 0 %', 2, 20), [984_375_000, 854_290_850]);
});

test("EIP-4844's blob fee over the excess", () => {
  const fee = (updateFractionNcuMs: string, at: string[]) => {
    const price = { ...ethereum.price, kind: 'excess', updateFractionNcuMs, initialMicrograinsPerNcuS: 1 };
    return column(draw(withParts({ price }), 'price', { at, over: 'excess' }), 'price');
  };
  assert.deepEqual(fee('3338477', ['2314057 NCU·ms', '2314058 NCU·ms', '10485760 NCU·ms']), [1n, 2n, 23n]);
  assert.deepEqual(fee('5007716', ['10485760 NCU·ms', '104857600 NCU·ms']), [8n, 1_241_028_881n]);
});

test("Polkadot's slashes over offenders of a thousand", () => {
  const slash = (name: string, ...at: string[]) =>
    column(draw(testEconomy, 'slash', { at, given: [['nodes', '1_000']] }), name).map((cell) => Number(cell) / 1e9);
  assert.deepEqual(slash('equivocation', '1', '10', '100', '334'), [9e-6, 9e-4, 0.09, 1]);
  assert.deepEqual(slash('offline', '100', '101', '200', '333', '435'), [0, 0, 0.02079, 0.04872, 0.07]);
  const shares = draw(testEconomy, 'slash', { at: ['10 %'], given: [['nodes', '1_000']] });
  assert.deepEqual(column(shares, 'offenders'), [100n]);
});

test('metering: warned past the first line, slashed from the second on', () => {
  const curve = draw(testEconomy, 'slash', { at: ['2 %', '3 %', '5 %', '6 %', '50 %'], over: 'excess' });
  assert.deepEqual(column(curve, 'finding'), ['paid', 'warned', 'warned', 'slashed', 'slashed']);
  assert.deepEqual(column(curve, 'metering'), [0n, 0n, 0n, 130_000n, 1_000_000n]);
});

test('reputation: .75 of ten without forgetting, and ten failures in a row cross the bar at .5987', () => {
  const remembering = withParts({ reputation: { ...testEconomy.reputation, lambdaPpm: 1_000_000 } });
  const kept = draw(remembering, 'reputation', { at: ['2'], given: [['successes', '8']] });
  assert.deepEqual(column(kept, 'score'), [750_000n]);
  const failing = draw(testEconomy, 'reputation', { at: ['9', '10'] });
  assert.deepEqual(column(failing, 'work_bar'), ['above', 'below']);
  assert.equal(column(failing, 'work_standing')[1], 598_736n);
  const newcomer = withParts({ newcomer: { multiplierMinPpm: 500_000, rampEpochs: 10 } });
  const ages = draw(newcomer, 'reputation', { from: '0 epochs', to: '10 epochs', steps: 2 });
  assert.deepEqual(column(ages, 'newcomer_multiplier'), [500_000n, 750_000n, 1_000_000n]);
});

const bond = {
  bondGrainsMin: 50_000_000,
  revenue: { sharePpm: 1_000_000, exposureEpochs: 336 },
  deterrence: { factorPpm: 2_000_000, slashPpm: 1_000_000, detectionPpm: 500_000 },
  harm: { factorPpm: 2_000_000 },
  haircutPpm: 500_000,
  marginCallPpm: 800_000,
  stopLinePpm: 600_000,
};
const bonded = withParts({ classes: testEconomy.classes.map((one) => ({ ...one, bond })) });

test('the bond is the largest of its terms, which is named; in tokens after the haircut, with both lines', () => {
  const over = (...at: string[]) => draw(bonded, 'bond', { at, over: 'revenue' });
  const curve = over('0.1 credits', '1 credits');
  assert.deepEqual(column(curve, 'binding'), ['minimum', 'revenue']);
  assert.deepEqual(column(curve, 'required'), [50_000_000n, 336_000_000n]);
  assert.deepEqual(column(curve, 'bond'), [100_000_000n, 672_000_000n]);
  assert.deepEqual(column(curve, 'margin_call'), [80_000_000n, 537_600_000n]);
  assert.deepEqual(column(curve, 'stop_line'), [60_000_000n, 403_200_000n]);
  assert.deepEqual(column(curve, 'term_deterrence'), [400_000n, 4_000_000n]);
  const given = [['revenue', '0.1 credits']] as const;
  assert.deepEqual(column(draw(bonded, 'bond', { at: ['400 credits'], over: 'harm', given }), 'binding'), ['harm']);
  const dear = draw(bonded, 'bond', { at: ['0.5 credits per token'], given });
  assert.deepEqual(column(dear, 'bond'), [200_000_000n]);
});

const CURVE_RULES: readonly CurveRule[] = [
  { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1_000 },
  { kind: 'exponential-rebate', alphaPpm: 1_000_000, lambdaNumerator: 6, lambdaDenominator: 10_000 },
  { kind: 'cobb-douglas', workExponentNumerator: 2, workExponentDenominator: 3 },
  { kind: 'pledge-capped', kappaNumerator: 1, kappaDenominator: 1_000, nodesTarget: 10, pledgeInfluencePpm: 300_000 },
];

test("a class's curve is drawn with the kernel's own weights, its rewards never more than the emission", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CURVE_RULES), fc.integer({ min: 1, max: 3_600 }), (curve, seconds) => {
      const economy = withParts({ classes: [{ ...testEconomy.classes[0]!, curve }] });
      const given = [
        ['bond', '500 tokens'],
        ['others', '9'],
        ['other-work', '100 NCU·s'],
        ['other-bond', '500 tokens'],
        ['emission', '100 tokens'],
      ] as const;
      const drawn = draw(economy, 'reward', { at: [`${seconds} NCU·s`], given });
      const work = seconds * 1_000;
      const totals = { workNcuMs: work + 900_000, bondGrains: 5_000_000_000n };
      const weight =
        curve.kind === 'cobb-douglas' || curve.kind === 'pledge-capped'
          ? classCurveWeight(curve, work, 500_000_000, totals)
          : curveWeight(curve, work, 500_000_000);
      assert.equal(column(drawn, 'weight')[0], BigInt(weight));
      assert.ok((column(drawn, 'capped_weight')[0] as bigint) <= BigInt(weight));
      assert.ok((column(drawn, 'reward')[0] as bigint) <= 60_000_000n);
    }),
  );
});

test("an operator's cap binds all of its nodes together, bands and pools count before it", () => {
  const one = { ...testEconomy.classes[0]!, operatorCapPpm: 100_000 };
  const given = [
    ['bond', '1_000 tokens'],
    ['others', '9'],
    ['other-work', '100 NCU·s'],
    ['emission', '100 tokens'],
    ['nodes', '3'],
  ] as const;
  const capped = draw(withParts({ classes: [one] }), 'reward', { at: ['100 NCU·s'], given });
  // A tenth of 1,200 is 120, over three nodes.
  assert.deepEqual(column(capped, 'capped_weight'), [40_000n]);
  const bands = { multipliersPpm: [1_000_000, 250_000] };
  const banded = draw(withParts({ classes: [{ ...one, bands }] }), 'reward', {
    at: ['100 NCU·s'],
    given: [...given, ['band', '1']],
  });
  assert.deepEqual(column(banded, 'counted_work'), [25_000n]);
  const pool = { pieces: [{ untilNcuMs: null, rateMicrograinsPerNcuS: 1_000_000 }] };
  const pooled = draw(withParts({ classes: [{ ...one, pool }] }), 'reward', { at: ['100 NCU·s'], given });
  // 1,200 NCU·s at a grain each.
  assert.deepEqual(column(pooled, 'reward'), [40n]);
});

test("over an age: the holdback of eras, and Storj's withholding with half of it back at month 15", () => {
  const month = 518_400;
  const step = (months: number, sharePpm: number) => ({ ageEpochsMin: months * month, sharePpm });
  const schedule = {
    kind: 'graduated',
    withhold: [step(0, 750_000), step(3, 500_000), step(6, 250_000), step(9, 0)],
    returns: [step(15, 500_000)],
  };
  const storj = withParts({ vesting: { schedule, mergeEpochs: 1 } });
  const at = ['0 d', '90 d', '180 d', '270 d', '450 d'];
  const curve = draw(storj, 'reward', { at, given: [['earned', '100 tokens']] });
  assert.deepEqual(column(curve, 'withheld'), [75_000_000n, 50_000_000n, 25_000_000n, 0n, 0n]);
  assert.deepEqual(column(curve, 'vested'), [25_000_000n, 25_000_000n, 25_000_000n, 25_000_000n, 62_500_000n]);
  assert.deepEqual(column(curve, 'past_holdback').slice(0, 2), [0n, 100_000_000n]);
});

test("The Graph's rebate over fees, and the bond that fees lock", () => {
  const curve: CurveRule = {
    kind: 'exponential-rebate',
    alphaPpm: 1_000_000,
    lambdaNumerator: 6,
    lambdaDenominator: 10,
  };
  const economy = withParts({
    classes: [{ ...testEconomy.classes[0]!, curve }],
    bonds: { ...testEconomy.bonds, thaw: { lockFactorPpm: 10_000_000, thawEpochs: 10 } },
  });
  const given = [['stake', '1 tokens']] as const;
  const rebate = draw(economy, 'rebate', { at: ['1_000_000 NCU·ms', '100_000 NCU·ms'], given });
  // 1 - e^-.6 and 1 - e^-6.
  assert.deepEqual(column(rebate, 'kept_share'), [997_520_000n, 451_188_000n]);
  assert.deepEqual(column(rebate, 'kept'), [99_752n, 451_188n]);
  const thaw = draw(economy, 'rebate', { at: ['0.1 credits', '0.2 credits'], given });
  assert.deepEqual(column(thaw, 'locked_bond'), [1_000_000n, 2_000_000n]);
  assert.deepEqual(column(thaw, 'stake'), ['covered', 'not covered']);
});

test('CURVE-NONE: a class without a rebate, fees that lock nothing', () => {
  assert.throws(() => draw(testEconomy, 'rebate', { at: ['1 NCU·s'] }), { code: 'CURVE-NONE' });
  assert.throws(() => draw(testEconomy, 'rebate', { at: ['1 credits'] }), { code: 'CURVE-NONE' });
});

test('the reserve over a fall of the token: 1.5 with 60 % stable is 1.14 after 60 %, and Akash waits longer below', () => {
  const throttle = { ...testEconomy.reserve.throttle, warnPpm: 950_000, haltPpm: 900_000, waitSecondsMin: 60 };
  const reserve = { kind: 'mixed', mintSpreadPpm: 2_500, tokenHaircutPpm: 0, stableSharePpmMin: 1, throttle };
  const given = [
    ['outstanding', '1_000 credits'],
    ['stable', '900 credits'],
    ['tokens', '600 tokens'],
  ] as const;
  const shock = draw(withParts({ reserve }), 'reserve', { at: ['0 %', '60 %'], over: 'shock', given });
  assert.deepEqual(column(shock, 'coverage'), [1_500_000n, 1_140_000n]);
  const paces = draw(withParts({ reserve }), 'reserve', { at: ['0.95', '0.94', '0.9'] });
  assert.deepEqual(column(paces, 'minting'), ['halted', 'slow', 'open']);
  // Ten steps of a tenth of a point: 60 * 1.1^10.
  assert.deepEqual(column(paces, 'mint_wait'), [null, 155_000n, 60_000n]);
});

test('a mint-backed reserve redeems whole whatever it holds: what its tokens lack is minted', () => {
  const { throttle } = testEconomy.reserve;
  const reserve = { kind: 'mint-backed', mintSpreadPpm: 2_500, tokenHaircutPpm: 0, throttle };
  const given = [
    ['stable', '0 credits'],
    ['tokens', '1_000 tokens'],
    ['outstanding', '1_000 credits'],
    ['price', '1'],
  ] as const;
  const shock = draw(withParts({ reserve }), 'reserve', { at: ['0 %', '60 %'], over: 'shock', given });
  assert.deepEqual(column(shock, 'coverage'), [1_000_000n, 400_000n]);
  assert.deepEqual(column(shock, 'redeemed_at'), [1_000_000n, 1_000_000n]);
});

test('a lease: half its price for idle capacity in a full class, nothing up to .8', () => {
  const curve = draw(testEconomy, 'lease', { at: ['80 %', '90 %', '100 %'], given: [['idle', '1 NCU·s']] });
  assert.deepEqual(column(curve, 'idle_surcharge'), [0n, 250_000n, 500_000n]);
  assert.deepEqual(column(curve, 'surcharge'), [0n, 12_500_000n, 25_000_000n]);
});

test('the bootstrap market: what a deposit buys, what tokens sell for, by either curve', () => {
  const bancor = withParts({ bondingCurve: { kind: 'bonding-curve', reserveRatioPpm: 500_000, entryTaxPpm: 0 } });
  const given = [
    ['supply', '1_000_000 tokens'],
    ['reserve', '250_000 credits'],
  ] as const;
  const bought = draw(bancor, 'bonding-curve', { at: ['10_000 credits'], given });
  assert.deepEqual(column(bought, 'bought'), [19_803_902_718n]);
  const sold = draw(bancor, 'bonding-curve', { at: ['100_000 tokens', '1_000_000 tokens'], given });
  assert.equal(column(sold, 'paid_out')[0], 47_499_999_999n);
  assert.equal(column(sold, 'price_after')[1], null);
  const augmented = withParts({
    bondingCurve: { kind: 'augmented-curve', kappa: 2, entryTributePpm: 0, exitTributePpm: 0 },
  });
  const same = draw(augmented, 'bonding-curve', { at: ['10_000 credits'], given });
  assert.deepEqual(column(same, 'bought'), [19_803_902_718n]);
});
