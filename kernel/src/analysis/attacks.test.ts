import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AttackEconomics,
  censorship,
  challengerDepositRange,
  classSpoofing,
  curveRunShare,
  flashStake,
  flashUnbondingMin,
  fraudSlashMin,
  fullBlocksFactor,
  governanceCapture,
  griefing,
  hoarding,
  hoardingShareMax,
  IMPOSSIBLE_ATTACKS,
  lazyDetectionMin,
  lazyWork,
  oraclePush,
  oraclePushCost,
  overspend,
  reserveRun,
  revenueFraud,
  selectiveDelivery,
  staleOracle,
  sybilBestResponse,
  sybilFeeMin,
  sybilSplit,
  verifierBribe,
  verifierCapture,
  verifierLaziness,
  washBestResponse,
  washFeeLinkedRatio,
  washUsage,
  whitewash,
} from './attacks.ts';
import { assertNear } from './near.fixture.ts';
import { twapLagEdge } from './price-dynamics.ts';

const profit = ({ returnCredits, costCredits }: AttackEconomics) => returnCredits - costCredits;
const share = fc.double({ min: 0.01, max: 0.9, noNaN: true });

describe('the reference economy’s ratios of cost to return', () => {
  const DAY = 24;
  // A node earns .7 credit per epoch, 1 at most; its bond is 14 days of that.
  const node = { revenuePerEpoch: 0.7, inflation: 1, detection: 0.02, slash: 14 * DAY };

  test('fraud 292 with a holdback of a week, 9.8 without', () => {
    assertNear(revenueFraud({ ...node, holdbackEpochs: 168 }).ratio, 292, 2e-3);
    assertNear(revenueFraud({ ...node, holdbackEpochs: 0 }).ratio, 9.8, 1e-3);
  });

  test('wash 2.5, at an emission of .4 of the take that is lost', () => {
    assertNear(washFeeLinkedRatio(0.07, 0.4 * 0.07), 2.5, 1e-12);
  });

  test('flash stake 16', () => {
    const capital = 0.15 / 365;
    const [stake, otherStake] = [1_000, 99_000];
    const network = {
      stake,
      otherStake,
      rewardPerEpoch: capital * (stake + otherStake),
      capitalCostPerEpoch: capital,
      activationEpochs: 1,
      unbondingEpochs: 14,
    };
    assertNear(flashStake(network, 1).ratio, 16, 1e-9);
    assertNear(flashUnbondingMin(network, 1, 16), 14, 1e-9);
  });

  test('anchor 37: hoarding 4.263, and 1.851 where a quarter is owned', () => {
    assertNear(hoarding({ elasticity: 0.5, ownShare: 0.15, surcharge: 0.5 }, 0.1).ratio, 4.263, 2e-4);
    assertNear(hoarding({ elasticity: 0.5, ownShare: 0.25, surcharge: 0 }, 0.05).ratio, 1.851, 3e-4);
  });

  test('lazy work 8.0, 16 and 40 at a detection of 1, 2 and 5 % per job', () => {
    for (const [detection, ratio] of [
      [0.01, 8],
      [0.02, 16],
      [0.05, 40],
    ] as const) {
      assertNear(lazyWork({ savedShare: 0.6, revenue: 0.7, slash: 336, detection }).ratio, ratio, 4e-3);
    }
    assertNear(lazyDetectionMin({ savedShare: 0.6, revenue: 0.7, slash: 336 }, 1), 0.00125, 3e-3);
  });

  test('selective delivery 2.5, 2.1 and 2.03 when spot is 20, 100 and 300 % dearer', () => {
    const lease = { reservedPrice: 1, damagesFactor: 2, fixedShare: 0.1 };
    for (const [gap, ratio] of [
      [0.2, 2.5],
      [1, 2.1],
      [3, 2.033],
    ] as const) {
      assertNear(selectiveDelivery(lease, 1 + gap).ratio, ratio, 2e-4);
    }
    const lower = { ...lease, damagesFactor: 1.25 };
    const ratios = [0.2, 1, 3].map((gap) => selectiveDelivery(lower, 1 + gap).ratio.toFixed(2));
    assert.deepEqual(ratios, ['1.75', '1.35', '1.28']);
    assert.equal(selectiveDelivery(lease, 0.5).isProfitable, false);
  });

  test('oracle push 3.6: 89k for a gain of 25k', () => {
    const push = oraclePush({ poolDepth: 1e6, blocks: 150, mintLimit: 500_000 }, 0.05);
    assertNear(push.costCredits, 89_000, 5e-3);
    assertNear(push.returnCredits, 25_000, 1e-12);
    assertNear(push.ratio, 3.6, 1e-2);
    // Anchor 33: constant product, per unit of depth.
    assertNear(oraclePushCost(0.05), 5.95e-4, 1e-3);
    assertNear(oraclePushCost(0.01), 2.475e-5, 1e-3);
    assertNear(oraclePushCost(0.1), 2.271e-3, 1e-3);
    assertNear(oraclePushCost(0.5), 4.124e-2, 1e-3);
  });

  test('governance 4.1', () => {
    const vote = { marketCap: 50e6, stakedShare: 0.4, votesNeeded: 0.34, lostShare: 0.3, extractable: 0.1 * 5e6 };
    assertNear(governanceCapture(vote).ratio, 4.1, 6e-3);
  });
});

describe('sybil split', () => {
  const network = { rewardFactor: 1, work: 100, exponent: 0.5, identityFee: 1 };

  test('anchor 24: splitting in two gains .414; the best number is 100, 25 or 1 at a fee of .5, 1 or 5', () => {
    assertNear(sybilSplit({ ...network, work: 1 }, 2).returnCredits, 0.414213562, 1e-9);
    const best = [0.5, 1, 5].map((identityFee) => sybilBestResponse({ ...network, identityFee }));
    assert.deepEqual(best, [100, 25, 1]);
    assertNear(sybilSplit({ ...network, work: 1 }, 10).returnCredits, 2.16, 2e-3);
    assertNear(sybilSplit({ ...network, work: 1 }, 100).returnCredits, 9, 1e-9);
  });

  test('the best number is best, and at the least fee none gains', () => {
    fc.assert(
      fc.property(share, fc.double({ min: 1, max: 1_000, noNaN: true }), share, (exponent, work, fee) => {
        const drawn = { rewardFactor: 1, work, exponent, identityFee: fee };
        const best = sybilBestResponse(drawn);
        // Profit is concave in k: no neighbour is better than the real-valued optimum. Profit is a difference of two
        // sums that may be far larger than itself: what rounding may hide is a share of those.
        const [atBest, beyond] = [sybilSplit(drawn, best), sybilSplit(drawn, best + 1)];
        if (best < 1e9)
          assert.ok(profit(atBest) >= profit(beyond) - 1e-12 * (beyond.returnCredits + beyond.costCredits));
        const guarded = { ...drawn, identityFee: sybilFeeMin(drawn) };
        for (const identities of [2, 3, 10, 100]) {
          assert.ok(profit(sybilSplit(guarded, identities)) <= 1e-9 * work);
        }
      }),
    );
  });

  test('a refundable bond is no defence: 500 credits cost .21 a day, the split gains 9.94', () => {
    const daily = { rewardFactor: 24, work: 1, exponent: 0.5, identityFee: (500 * 0.15) / 365 };
    assertNear(daily.identityFee, 0.21, 3e-2);
    assertNear(sybilSplit(daily, 2).returnCredits, 9.94, 1e-3);
  });
});

describe('wash usage', () => {
  const contest = { emission: 1_000, honestFees: 100, lostTake: 1 };

  test('anchor 23', () => {
    const best = washBestResponse(contest);
    assertNear(best.fees, 216.2278, 1e-6);
    assertNear(best.profit, 467.5445, 1e-6);
    assert.deepEqual(washBestResponse({ ...contest, honestFees: 2_000 }), { fees: 0, profit: 0 });
    const cheap = washBestResponse({ ...contest, lostTake: 0.05 });
    assertNear(cheap.fees, 1_314.2136, 1e-6);
    assertNear(cheap.profit, 863.5786, 1e-6);
  });

  test('nobody does better than the best response, and there is one exactly while E > τX', () => {
    const amount = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(amount, amount, share, amount, (emission, honestFees, lostTake, fees) => {
        const drawn = { emission, honestFees, lostTake };
        const best = washBestResponse(drawn);
        assert.ok(profit(washUsage(drawn, fees)) <= best.profit + 1e-6 * emission);
        if (best.fees > 0) assertNear(profit(washUsage(drawn, best.fees)), best.profit, 1e-6);
        assert.equal(best.fees > 0, emission > lostTake * honestFees);
      }),
    );
  });
});

describe('thresholds are where the profit is zero', () => {
  test('hoarding a little at the largest share, for any factor', () => {
    const market = { elasticity: 0.5, surcharge: 0.5 };
    assert.equal(hoardingShareMax(market, 2), 0.375);
    fc.assert(
      fc.property(share, share, fc.double({ min: 1, max: 4, noNaN: true }), (elasticity, surcharge, factor) => {
        const ownShare = hoardingShareMax({ elasticity, surcharge }, factor);
        const little = hoarding({ elasticity, surcharge, ownShare }, 1e-6 * elasticity);
        assertNear(little.ratio, factor, 1e-4);
      }),
    );
    assert.ok(hoarding({ ...market, ownShare: 0.2, openingFee: 0.01 }, 0.1).costCredits > 0.15);
  });

  test('fraud at the least slash, laziness at the least detection, flash at the least unbonding', () => {
    fc.assert(
      fc.property(share, share, fc.nat({ max: 200 }), fc.integer({ min: 1, max: 3 }), (q, rate, holdback, factor) => {
        const fraud = { revenuePerEpoch: 1, inflation: rate, detection: q, holdbackEpochs: holdback };
        const slash = fraudSlashMin(fraud, factor);
        if (slash > 1e-200) assertNear(revenueFraud({ ...fraud, slash }).ratio, factor, 1e-9);
        const lazy = { savedShare: rate, revenue: 1, slash: 50 };
        assertNear(lazyWork({ ...lazy, detection: lazyDetectionMin(lazy, factor) }).ratio, factor, 1e-9);
      }),
    );
  });

  test('a fraud of inflation ε pays as the catalogue says: σbq < εr(1 − q)^(W + 1)', () => {
    fc.assert(
      fc.property(
        share,
        share,
        fc.nat({ max: 50 }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        (q, e, w, slash) => {
          const fraud = revenueFraud({ revenuePerEpoch: 1, inflation: e, detection: q, holdbackEpochs: w, slash });
          const left = slash * q;
          const right = e * (1 - q) ** (w + 1);
          if (Math.abs(left - right) > 1e-9) assert.equal(fraud.isProfitable, left < right);
        },
      ),
    );
  });
});

describe('the rest of the catalogue', () => {
  test('2: whitewashing pays above slash, fee and dues together', () => {
    const cheat = { detection: 0.1, slash: 100, identityFee: 5, dues: 180 };
    assert.equal(whitewash({ ...cheat, gain: 195 }).isProfitable, false);
    assert.equal(whitewash({ ...cheat, gain: 196 }).isProfitable, true);
  });

  test('8: a bribe pays while all of it is below the gain; capture by luck costs only what a late audit finds', () => {
    assert.equal(verifierBribe({ gain: 1_000, threshold: 14, bribePerMember: 71 }).isProfitable, true);
    assert.equal(verifierBribe({ gain: 1_000, threshold: 14, bribePerMember: 72 }).isProfitable, false);
    const drawn = { gain: 1_000, attackerShare: 0.2, jurors: 21, threshold: 14, slashPerMember: 500 };
    const luck = verifierCapture({ ...drawn, lateDetection: 0.2 });
    assertNear(luck.returnCredits, 4.51e-3, 2e-3);
    assertNear(luck.ratio, 1.4, 1e-9);
  });

  test('9: a lazy verifier is deterred from a penalty of C / κ on', () => {
    assert.equal(verifierLaziness(1, 0.03, 33).isProfitable, true);
    assert.equal(verifierLaziness(1, 0.03, 34).isProfitable, false);
    assertNear(verifierLaziness(1, 0.03, 67).ratio, 2, 6e-3);
  });

  test('12: a run pays only the first come; a curve of a low reserve ratio is run-prone', () => {
    assert.equal(reserveRun({ cover: 0.9, isProRata: false }, 0.01).isProfitable, true);
    assert.equal(reserveRun({ cover: 0.9, isProRata: true }, 0.01).isProfitable, false);
    assert.equal(reserveRun({ cover: 1, isProRata: false }, 0).ratio, Number.POSITIVE_INFINITY);
    const shares = [0.2, 0.5, 1].map((ratio) => curveRunShare(0.1, ratio));
    [0.41, 0.19, 0.1].forEach((printed, index) => {
      assertNear(shares[index]!, printed, 2e-3);
    });
  });

  test('14: a deposit deters griefing and still lets the honest challenge', () => {
    const grief = { heldAmount: 10_000, capitalCostPerEpoch: 0.15 / 8_760, disputeEpochs: 168, defenceCost: 2 };
    const honest = { winProbability: 0.95, slashShare: 0.5, slash: 336, challengeCost: 5 };
    const range = challengerDepositRange(grief, honest, 2)!;
    assertNear(griefing(grief, range.least).ratio, 2, 1e-9);
    assertNear(range.most, (0.95 * 168 - 5) / 0.05, 1e-9);
    assert.equal(challengerDepositRange(grief, { ...honest, slash: 10 }, 2), null);
    assert.equal(challengerDepositRange(grief, { ...honest, winProbability: 1 }, 2)!.most, Number.POSITIVE_INFINITY);
  });

  test('15: 50 full blocks cost 2,881 times the first, 100 cost 1.04 million times', () => {
    assertNear(fullBlocksFactor(50), 2_881, 2e-3);
    assertNear(fullBlocksFactor(100), 1.04e6, 5e-3);
    assert.equal(censorship(2_000, 1, 50).isProfitable, false);
  });

  test('17: overspending pays past deposit and reserve', () => {
    assert.equal(overspend({ vouchersOutstanding: 30, deposit: 20, reserve: 10 }).isProfitable, false);
    assert.equal(overspend({ vouchersOutstanding: 31, deposit: 20, reserve: 10 }).isProfitable, true);
  });

  test('18: a spoofed class is fraud of the difference in coefficients', () => {
    const spoof = { revenuePerEpoch: 1, detection: 0.02, holdbackEpochs: 168, slash: 100, attestationCost: 10 };
    assertNear(classSpoofing({ ...spoof, coefficientGain: 0.5 }).ratio, 110 / (0.5 * 1.645), 1e-3);
  });

  test('19: a stale average is farmed while its edge is above the spread', () => {
    assert.equal(staleOracle(twapLagEdge(1.5, 30), 0.0025).isProfitable, true);
    assert.equal(staleOracle(twapLagEdge(1.4, 30), 0.0025).isProfitable, false);
  });

  test('16, 17 and 20 must be impossible', () => {
    assert.deepEqual(IMPOSSIBLE_ATTACKS, [16, 17, 20]);
  });
});
