import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  bandedWork,
  commonCauseSlashPpb,
  curveWeight,
  type Economy,
  type Epoch,
  exponentialReward,
  type Grains,
  initialMasses,
  isBelowBar,
  lockedBondGrains,
  mintCredits,
  mintPace,
  missesAllowed,
  ncuMs,
  observe,
  redeemBatch,
  type SupplyFacts,
  type SupplyState,
  standingPpm,
  supplyGenesis,
  tokensToBurnUp,
  vestedGrains,
  wideEmissionOf,
  windowCorrelationPpb,
} from '@stannary/kernel';
import { ECONOMIC_CHECKS } from './checks/run-checks.ts';
import { loadEconomy, type Override } from './index.ts';

// What studied networks publish, recomputed by the kernel from nothing but their loaded presets.

const FOLDER = fileURLToPath(new URL('../presets', import.meta.url));
const PAGES = fileURLToPath(new URL('../../docs/reference/presets', import.meta.url));
const VECTORS = process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../shared/vectors', import.meta.url));
const names = (await readdir(FOLDER)).map((file) => file.replace('.yaml', '')).sort();

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

async function economyOf(name: string, ...set: readonly Override[]): Promise<Economy> {
  return (await loadEconomy(name, { set })).economy;
}

/** One token in the unit of the supply's rules. */
function tokenOf({ grainsPerUnit, supply }: Economy): bigint {
  return BigInt(grainsPerUnit) * BigInt(supply.unitsPerGrain);
}

function ruleOf<Kind extends string>({ supply }: Economy, stream: string, kind: Kind) {
  const { rule } = supply.streams.find(({ name }) => name === stream)!;
  assert.equal(rule.kind, kind);
  return rule as Extract<typeof rule, { kind: Kind }>;
}

function genesisOf(economy: Economy): SupplyState {
  const grains = economy.genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n);
  return supplyGenesis(economy.supply, grains * BigInt(economy.supply.unitsPerGrain));
}

/** Emissions span by span from genesis on. */
function mint(economy: Economy, spanMs: number, spans: readonly Partial<SupplyFacts>[]) {
  let state = genesisOf(economy);
  return spans.map((facts) => {
    const nothing = {
      era: 0,
      bondedGrains: 0n,
      networkPower: 0n,
      burnedGrains: 0n,
      workPaidGrains: 0n,
      feesGrains: 0n,
    };
    const price = { nonRecoverableTakeGrains: 0n, tokenPriceMicrograins: 1_000_000n };
    const emission = wideEmissionOf(economy.supply, state, { ...nothing, ...price, ...facts, epochMs: spanMs });
    state = emission.state;
    return emission;
  });
}

function rateOf({ streams }: SupplyState): bigint {
  const [{ memory }] = streams as [SupplyState['streams'][number]];
  assert.ok(memory.kind === 'interval');
  return BigInt(memory.rateWad);
}

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

test('every preset loads by its name, and has a page that the index lists', async () => {
  const index = await readFile(join(PAGES, 'README.md'), 'utf8');
  for (const name of names) {
    const { economy, overridden } = await loadEconomy(name);
    assert.equal(economy.name, name);
    assert.ok(overridden.length > 0);
    const page = await readFile(join(PAGES, `${name}.md`), 'utf8');
    assert.ok(page.includes(`economies/presets/${name}.yaml`), `${name}.md links its file`);
    assert.ok(index.includes(`(${name}.md)`), `the index lists ${name}.md`);
  }
});

test('each preset fails the checks that the index says, and is waived where it fails any', async () => {
  const index = await readFile(join(PAGES, 'README.md'), 'utf8');
  for (const name of names) {
    const { policies } = await loadEconomy(name);
    const { economy, reading } = policies[0];
    const failed = ECONOMIC_CHECKS.filter(({ evaluate }) => evaluate(economy).some(({ passed }) => !passed));
    const said = failed.map(({ id }) => id).join(', ') || 'none';
    assert.ok(index.includes(`\n| ${name} | ${said} |\n`), `${name} fails ${said}`);
    assert.equal(economy.bounds, failed.length > 0 ? 'waived' : 'enforced', name);
    const waived = reading.waived.map(({ where }) => where.split(' ').at(-1));
    assert.deepEqual(waived, name === 'cosmos' ? ['liveness.window.length', 'liveness.commonCause.factor'] : [], name);
  }
});

const GOLDEN = join(VECTORS, 'filecoin/TestSimpleReward.golden');
const skip = !existsSync(GOLDEN) && process.env.CI !== 'true' ? `no public vectors in ${VECTORS}` : false;

test('filecoin: all 512 rewards of the reward actor, to the attoFIL', { skip }, async () => {
  const economy = await economyOf('filecoin');
  const rule = ruleOf(economy, 'simple', 'exponential');
  assert.equal(tokenOf(economy), 10n ** 18n);
  const [, ...rows] = readFileSync(GOLDEN, 'utf8').trim().split('\n');
  assert.equal(rows.length, 512);
  for (const row of rows) {
    const [epoch, reward] = row.split(',');
    assert.equal(
      exponentialReward(rule, economy.cadence.epochMs / 1_000, Number(epoch)),
      BigInt(reward!),
      `epoch ${epoch}`,
    );
  }
});

test('filecoin: minted after 1, 2, 6, 12 and 20 years, by the clock and by enough power', async () => {
  // By day: how often the rule looks does not change what enough power mints.
  const economy = await economyOf('filecoin', ['supply.streams.baseline.rule.step', '1 d']);
  const hundredths = (grains: bigint) => (grains + tokenOf(economy) / 200n) / (tokenOf(economy) / 100n);
  const years = mint(economy, YEAR_MS, times(20, { networkPower: 10n ** 22n }));
  const after = (count: number) =>
    years[count - 1]!.state.streams.map(({ scheduledGrains }) => BigInt(scheduledGrains));
  const million = 1_000_000_00n;
  assert.deepEqual(
    [1, 2, 6, 12].map((count) => after(count).map(hundredths)),
    // By power, by the clock; hundredths of a FIL.
    [
      [84_007_987_03n, 36_003_423_01n],
      [158_850_594_99n, 68_078_826_43n],
      [385n * million, 165n * million],
      [(1_155n * million) / 2n, (495n * million) / 2n],
    ],
  );
  assert.equal(hundredths(after(20).reduce((sum, one) => sum + one, 0n)), 990_866_177_68n);
  assert.equal(mint(economy, YEAR_MS, [{}])[0]!.state.streams[0]!.scheduledGrains, '0', 'no power, no baseline');
});

test('filecoin: the baseline begins at 2_888_888_880_000 MB, and a year of half the power is less than half a year', async () => {
  const economy = await economyOf('filecoin', ['supply.streams.baseline.rule.step', '1 d']);
  const rule = ruleOf(economy, 'baseline', 'baseline');
  assert.equal(BigInt(rule.baselinePower) * 1_000_000n, 2_888_888_880_000_000_000n);
  const [whole, half] = [1n, 2n].map((part) => {
    const [emission] = mint(economy, YEAR_MS / 2, [{ networkPower: BigInt(rule.baselinePower) / part }]);
    return BigInt(emission!.state.streams[0]!.scheduledGrains);
  });
  assert.ok(half! < (whole! * 6n) / 10n && half! > (whole! * 4n) / 10n);
});

test('filecoin: a quarter of a reward at once, the rest evenly over 180 days; 20 days of it as pledge', async () => {
  const economy = await economyOf('filecoin');
  const { schedule } = economy.vesting;
  const earnedGrains = 1_000_000 as Grains;
  const day = 2_880;
  const vested = (days: number) =>
    vestedGrains(
      schedule!,
      economy,
      { joinedEpoch: 0 as Epoch, isGracefulExit: false },
      { earnedEpoch: 0 as Epoch, earnedGrains, releasedGrains: 0 as Grains },
      (days * day) as Epoch,
    );
  assert.deepEqual([0, 60, 90, 180].map(vested), [250_000, 500_000, 625_000, 1_000_000]);
  assert.equal(economy.classes[0]!.bond.revenue!.exposureEpochs, 20 * day);
});

test('ethereum: base reward and issuance of 100,000 to 1,000,000 validators of 32 ETH', async () => {
  const economy = await economyOf('ethereum');
  const gwei = tokenOf(economy);
  assert.equal(gwei, 10n ** 9n);
  const rows = [100_000n, 250_000n, 500_000n, 1_000_000n].map((validators) => {
    const staked = validators * 32n;
    const [epoch] = mint(economy, economy.cadence.epochMs, [{ bondedGrains: staked * gwei }]);
    const { grains } = epoch!;
    const perYear = (Number(grains) * 225 * 365.25) / Number(gwei);
    return [Number(grains / staked), Math.round(perYear), `${((perYear / Number(staked)) * 100).toFixed(3)} %`];
  });
  assert.deepEqual(rows, [
    [1131, 297_430, '9.295 %'],
    [715, 470_077, '5.876 %'],
    [505, 664_025, '4.150 %'],
    [357, 938_839, '2.934 %'],
  ]);
});

test('ethereum: three times the share that was slashed in 36 days; a third is the whole', async () => {
  const { correlation, offences, slash, cadence } = await economyOf('ethereum');
  const slashed = (grains: number) => [{ epoch: 0, slashedGrains: grains as Grains }];
  const share = (grains: number, epoch = 0) =>
    windowCorrelationPpb(correlation, slashed(grains), 3_000 as Grains, epoch);
  assert.deepEqual([share(0), share(10), share(500), share(1_000)], [0, 10_000_000, 500_000_000, 1_000_000_000]);
  assert.deepEqual([share(10, 8_191), share(10, 8_192)], [10_000_000, 0], 'within 8,192 epochs');
  assert.equal((correlation.windowEpochs * cadence.epochMs) / DAY_MS, 36.408_888_888_888_89);
  assert.equal(offences.find(({ offence }) => offence === 'equivocation')!.slashPpm, Math.ceil(1_000_000 / 4_096));
  assert.equal(slash.burnPpm, 1_000_000);
});

test('livepeer: the rate steps by 500 towards half bonded, and stands still there', async () => {
  const economy = await economyOf('livepeer');
  const { intervalSeconds, ratePpbInitial } = ruleOf(economy, 'inflation', 'bonding-step');
  assert.equal(intervalSeconds, 5_760 * 12);
  const supply = BigInt(genesisOf(economy).mintedGrains);
  const rounds = mint(economy, intervalSeconds * 1_000, [
    ...times(3, { bondedGrains: (supply * 49n) / 100n }),
    ...times(2, { bondedGrains: (supply * 51n) / 100n }),
  ]);
  const rates = rounds.map(({ state }) => Number(rateOf(state) / 10n ** 9n));
  assert.deepEqual([ratePpbInitial, ...rates], [220_500, 221_000, 221_500, 222_000, 221_500, 221_000]);
  const [half] = mint(economy, intervalSeconds * 1_000, [{ bondedGrains: supply / 2n }]);
  assert.equal(rateOf(half!.state), 220_500n * 10n ** 9n);
  assert.equal(rounds[0]!.grains, (supply * 221_000n) / 10n ** 9n);
  const low = await economyOf('livepeer', ['supply.streams.inflation.rule.rate', '700']);
  const fallen = mint(low, intervalSeconds * 1_000, times(3, { bondedGrains: supply }));
  assert.deepEqual(
    fallen.map(({ state }) => rateOf(state) / 10n ** 9n),
    [200n, 0n, 0n],
    'never below 0',
  );
});

test('cosmos: the rate moves by .13, .06597, 0 and -.06403 a year, between .07 and .20', async () => {
  const rateAfter = async (bondedPercent: bigint, ...set: readonly Override[]) => {
    const economy = await economyOf('cosmos', ...set);
    const bondedGrains = (BigInt(genesisOf(economy).mintedGrains) * bondedPercent) / 100n;
    const [block] = mint(economy, 5_000, [{ bondedGrains }]);
    return Number(rateOf(block!.state)) / 1e18;
  };
  const slope = async (bonded: bigint) => (((await rateAfter(bonded)) - 0.13) * YEAR_MS) / 5_000;
  const slopes = [await slope(0n), await slope(33n), await slope(67n), await slope(100n)];
  assert.deepEqual(
    slopes.map((one) => Number(one.toFixed(5))),
    [0.13, 0.06597, 0, -0.06403],
  );
  assert.equal(await rateAfter(0n, ['supply.streams.inflation.rule.rate', '0.2']), 0.2);
  assert.equal(await rateAfter(100n, ['supply.streams.inflation.rule.rate', '0.07']), 0.07);
});

test('cosmos: 5 % for signing twice; 1 % for missing more than half of 100 blocks, alone or not; 21 days', async () => {
  const { offences, liveness, correlation, settlement } = await economyOf('cosmos');
  const of = (name: string) => offences.find(({ offence }) => offence === name)!;
  assert.deepEqual([of('equivocation').slashPpm, of('equivocation').mode], [50_000, 'live']);
  assert.deepEqual([of('offline').ceilingPpm, of('offline').mode], [10_000, 'live']);
  assert.deepEqual([liveness.window.probes, missesAllowed(liveness.window)], [100, 50]);
  for (const absent of [1, 20, 180]) assert.equal(commonCauseSlashPpb(liveness.commonCause, absent, 180), 10_000_000);
  assert.equal(correlation.factorPpm, 0);
  assert.equal(settlement.unbondingSeconds * 1_000, 21 * DAY_MS);
});

test('helium: 60, 60, 30, 30, 15, 15 million a year, 240 million in all', async () => {
  const economy = await economyOf('helium');
  const million = tokenOf(economy) * 1_000_000n;
  const years = mint(economy, YEAR_MS, times(80, {}));
  const scheduled = years.map(({ grains }) => grains);
  assert.deepEqual(
    scheduled.slice(0, 6),
    [60n, 60n, 30n, 30n, 15n, 15n].map((one) => one * million),
  );
  const all = scheduled.reduce((sum, one) => sum + one, 0n);
  assert.ok(all < 240n * million && all > 239_999n * (million / 1_000n));
});

test('helium: data earns at most what it burned, up to 60 %; coverage gets the rest', async () => {
  const economy = await economyOf('helium');
  const million = tokenOf(economy) * 1_000_000n;
  const partsOf = (workMillions: bigint) => {
    const [year] = mint(economy, YEAR_MS, [{ workPaidGrains: workMillions * million }]);
    const due = (purpose: string) => year!.parts.find((part) => part.stream === 'schedule' && part.purpose === purpose);
    return [due('work')!.grains / million, due('coverage')!.grains / million];
  };
  assert.deepEqual([0n, 1n, 36n, 100n].map(partsOf), [
    [0n, 60n],
    [1n, 59n],
    [36n, 24n],
    [36n, 24n],
  ]);
});

test('helium: burns come back as a mean of seven days, at most 1,643.8356 a day; ranks count 1, .75, .25 and 0', async () => {
  const economy = await economyOf('helium');
  const token = tokenOf(economy);
  // The first day makes what is burned on the next.
  const again = (perDay: bigint) => {
    const days = mint(economy, DAY_MS, [{}, ...times(10, { burnedGrains: perDay * token })]);
    return days.map(({ parts }) => parts.find(({ stream }) => stream === 'net-emission')!.grains);
  };
  assert.deepEqual(again(700n).slice(0, 4), [0n, 0n, 100n * token, 200n * token]);
  assert.equal(again(700n).at(-1), 700n * token);
  assert.equal(again(20_000n).at(-1), 164_383_561_600n);
  const bands = economy.classes[0]!.bands!;
  assert.deepEqual(
    [0, 1, 2, 3].map((band) => bandedWork(bands, band, ncuMs(1_000))),
    [1_000, 750, 250, 0],
  );
});

test('the-graph: 301.4 million GRT a year, 3.0 % of the first ten thousand million', async () => {
  const economy = await economyOf('the-graph');
  const token = tokenOf(economy);
  assert.equal(token, 10n ** 18n);
  const [year] = mint(economy, YEAR_MS, [{}]);
  assert.equal(year!.grains, 301_414_518n * token);
  const genesis = BigInt(genesisOf(economy).mintedGrains);
  assert.equal(genesis, 10_000_000_000n * token);
  assert.equal((year!.grains * 10_000n) / genesis, 301n);
});

test('the-graph: rebates are fees (1 - e^(-0.6 stake/fees)), and ten times a fee is locked for 28 days', async () => {
  const { classes, bonds, offences, slash, challenges, cadence, grainsPerUnit } = await economyOf('the-graph');
  const [{ curve, bond }] = classes as [Economy['classes'][number]];
  assert.ok(curve.kind === 'exponential-rebate');
  const fees = 360_000_000;
  const kept = (stakeOverFees: number) => curveWeight(curve, fees, stakeOverFees * 100_800) / fees;
  // 1 - e^-0.6 = 0.451188363905973…, 1 - e^-6 = 0.997521247823333…
  assert.deepEqual(
    [0, 1, 10].map(kept).map((one) => Number(one.toFixed(8))),
    [0, 0.45118836, 0.99752125],
  );
  const fee = 7 * grainsPerUnit;
  const locked = (epoch: number) =>
    lockedBondGrains(bonds.thaw!, [{ epoch: 0 as Epoch, feeGrains: fee as Grains }], epoch as Epoch);
  const end = (28 * DAY_MS) / cadence.epochMs;
  assert.deepEqual([locked(0), locked(end - 1), locked(end)], [10 * fee, 10 * fee, 0]);
  assert.equal(bond.bondGrainsMin, 100_000 * grainsPerUnit);
  assert.equal(offences.find(({ offence }) => offence === 'wrong-result')!.ceilingPpm, 100_000);
  assert.deepEqual([slash.challengerPpm, challenges.depositGrainsMin], [500_000, 10_000 * grainsPerUnit]);
});

test('storj: 4.5 months of revenue are held after nine, half of them from month 15 on, none after leaving in order', async () => {
  const economy = await economyOf('storj');
  const month = (30 * DAY_MS) / economy.cadence.epochMs;
  const monthly = 1_000_000;
  const held = (months: number, isGracefulExit = false) => {
    const at = (months * month) as Epoch;
    const earned = Array.from({ length: months }, (_, index) => (index * month) as Epoch);
    const vested = earned.map((earnedEpoch) => {
      const entry = { earnedEpoch, earnedGrains: monthly as Grains, releasedGrains: 0 as Grains };
      return vestedGrains(economy.vesting.schedule!, economy, { joinedEpoch: 0 as Epoch, isGracefulExit }, entry, at);
    });
    return (months * monthly - vested.reduce((sum, one) => sum + one, 0)) / monthly;
  };
  assert.deepEqual(
    [1, 3, 6, 9, 14, 15, 40].map((months) => held(months)),
    [0.75, 2.25, 3.75, 4.5, 4.5, 2.25, 2.25],
  );
  assert.equal(held(9, true), 0);
});

test('storj: after a long record ten failed audits in a row cross 0.6, nine do not; no tokens but those there are', async () => {
  const economy = await economyOf('storj');
  const { work } = economy.reputation;
  const after = (failures: number, successes = 400) =>
    observe(work.lambdaPpm, initialMasses(work), successes, failures);
  assert.deepEqual(
    [9, 10].map((failures) => isBelowBar(work, after(failures))),
    [false, true],
  );
  assert.equal(standingPpm(after(10)), 598_736);
  assert.ok(isBelowBar(work, after(1, 0)), 'of a newcomer, one');
  const sold = 1_000n * tokenOf(economy);
  const spans = mint(economy, DAY_MS, [{ workPaidGrains: sold }, { workPaidGrains: 0n, burnedGrains: sold }]);
  assert.deepEqual(
    spans.map(({ grains }) => grains),
    [0n, sold],
    'paid once as much was taken in',
  );
});

test('akash: an epoch of ten blocks grows by a tenth for each ten basis points below .95; nothing is minted from .90 on', async () => {
  const { reserve } = await economyOf('akash');
  const blocks = (coveragePpm: bigint) => {
    const pace = mintPace(reserve.throttle, coveragePpm);
    return pace.kind === 'halted' ? 'halted' : Math.floor(pace.waitSeconds / 6);
  };
  assert.deepEqual(
    [1_200_000n, 950_000n, 949_000n, 948_000n, 945_000n, 940_000n, 920_000n, 900_001n, 900_000n].map(blocks),
    // floor(10 * 1.1^k) for k = 1, 2, 5, 10, 30, 49.
    [10, 10, 11, 12, 16, 25, 174, 1_067, 'halted'],
  );
  const lower = await economyOf('akash', ['reserve.throttle.halt', '80 %']);
  const wait = mintPace(lower.reserve.throttle, 870_000n);
  assert.deepEqual(wait, { kind: 'slow', waitSeconds: 14_400 * 6 }, 'at most 14,400 blocks');
});

test("akash: AEP-76's example of 1,000 USD at 1.14, settled at 1.50 and at 0.90", async () => {
  const spreadless: readonly Override[] = [
    ['supply.streams.settlement.rule.mintSpread', '0 %'],
    ['reserve.spread', '0 %'],
  ];
  const economy = await economyOf('akash', ...spreadless);
  const rule = ruleOf(economy, 'settlement', 'burn-mint');
  const credits = 1_000n * tokenOf(economy);
  const burned = tokensToBurnUp(rule, credits, 1_140_000n);
  assert.equal(burned, 877_192_983n, 'rounded up to a millionth');
  const request = { paidGrains: burned, tokenPriceMicrograins: 1_140_000n, secondsSinceMint: 60 };
  const { creditGrains, reserve } = mintCredits(
    economy.reserve,
    { stableGrains: 0n, tokenGrains: 0n, outstandingGrains: 0n },
    request,
  );
  assert.equal(creditGrains, credits);
  const settled = (price: bigint) => {
    const { payments, mintedTokenGrains } = redeemBatch(
      economy.reserve,
      reserve,
      [{ account: 'a', creditGrains }],
      price,
    );
    return [payments[0]!.tokenGrains, mintedTokenGrains];
  };
  assert.deepEqual(settled(1_500_000n), [666_666_666n, 0n]);
  assert.deepEqual(settled(900_000n), [1_111_111_111n, 233_918_128n]);
  const { reserve: real } = await economyOf('akash');
  assert.equal(real.mintSpreadPpm, 2_500);
});
