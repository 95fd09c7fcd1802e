import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type BaselineSupplyRule,
  type Economy,
  type ExponentialSupplyRule,
  emissionOf,
  type SupplyRule,
  supplyGenesis,
} from '@stannary/kernel';
import fc from 'fast-check';
import { testEconomy } from '../../../../kernel/src/economy.fixture.ts';
import { column, draw, minting, YEAR } from './curve.fixture.ts';

const VECTORS =
  process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url));

function vectorTest(name: string, path: string, check: (rows: readonly string[]) => void): void {
  const file = join(VECTORS, path);
  const skip = !existsSync(file) && process.env.CI !== 'true' ? `no public vectors in ${VECTORS}` : false;
  test(name, { skip }, () => check(readFileSync(file, 'utf8').trim().split('\n').slice(1)));
}

const FILECOIN_GRID = { epochMs: 30_000, grainsPerUnit: 1_000_000, unitsPerGrain: 10 ** 12 };
const SIMPLE: ExponentialSupplyRule = {
  kind: 'exponential',
  totalGrains: (330_000_000n * 10n ** 18n).toString(),
  halfLifeSeconds: 6 * YEAR,
};
const BASELINE: BaselineSupplyRule = {
  kind: 'baseline',
  totalGrains: (770_000_000n * 10n ** 18n).toString(),
  halfLifeSeconds: 6 * YEAR,
  baselinePower: '2888888880000000000',
  doublingSeconds: YEAR,
  stepSeconds: 30,
};
const filecoin = minting(SIMPLE, FILECOIN_GRID);

vectorTest("all 512 of Filecoin's simple rewards, in attoFIL", 'filecoin/TestSimpleReward.golden', (rows) => {
  const curve = draw(filecoin, 'issuance', { from: '0', to: '2555000', steps: 511 });
  const rewards = column(curve, 'only_step_reward');
  const epochs = column(curve, 'epoch');
  assert.deepEqual(
    rewards.map((reward, index) => `${epochs[index]},${reward}`),
    rows,
  );
});

test('a network that states rewards by another step than its epoch says so', () => {
  const hourly = minting(SIMPLE, { ...FILECOIN_GRID, epochMs: 3_600_000 });
  const curve = draw(hourly, 'issuance', { at: ['0', '150_000 s'], given: [['step', '30 s']] });
  assert.deepEqual(column(curve, 'only_step'), [0n, 5_000n]);
  assert.deepEqual(column(curve, 'only_step_reward'), [36_266_264_293_777_134_739n, 36_246_341_860_983_438_171n]);
});

test('Filecoin after years: 36,003,423 and 84,007,987 FIL, half of each after six', () => {
  const both: Economy = {
    ...filecoin,
    supply: {
      ...filecoin.supply,
      streams: [
        { name: 'baseline', sharePpm: 1_000_000, rule: BASELINE },
        { name: 'simple', sharePpm: 1_000_000, rule: SIMPLE },
      ],
    },
  };
  const given = [['power', '1_000_000_000_000_000_000_000_000']] as const;
  const curve = draw(both, 'supply', { at: ['1 y', '2 y'], given });
  const whole = (name: string) => column(curve, name).map((cell) => (cell as bigint) / 10n ** 18n);
  assert.deepEqual(whole('simple_minted'), [36_003_423n, 68_078_826n]);
  // A step of theta is counted once it has begun, so the curve is at most one step's mint above the closed form.
  assert.deepEqual(whole('baseline_minted'), [84_007_987n, 158_850_594n]);
  assert.equal(column(draw(filecoin, 'supply', { at: ['6 y'] }), 'minted')[0], 165_000_000n * 10n ** 18n);
});

test("Helium's halving: 60, 60, 30, 30, 15, 15 million a year", () => {
  const rule: SupplyRule = { kind: 'halving', firstPeriodGrains: '120000000000000', periodSeconds: 2 * YEAR };
  const economy = minting(rule, { epochMs: 3_600_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
  const minted = column(draw(economy, 'supply', { from: '0', to: '6 y', steps: 6 }), 'minted').map(Number);
  const perYear = minted.slice(1).map((after, index) => (after - minted[index]!) / 1e12);
  assert.deepEqual(perYear, [60, 60, 30, 30, 15, 15]);
});

const ETHEREUM = minting(
  { kind: 'inverse-sqrt-stake', incrementGrains: '1000000000', factor: 64, intervalSeconds: 384 },
  { epochMs: 384_000, grainsPerUnit: 1_000_000_000, unitsPerGrain: 1 },
);

test("Ethereum's base reward per increment and validator, in gwei, over stake", () => {
  const at = ['3_200_000 tokens', '8_000_000 tokens', '16_000_000 tokens', '32_000_000 tokens'];
  const curve = draw(ETHEREUM, 'issuance', { at });
  assert.equal(curve.x, 'stake');
  assert.deepEqual(column(curve, 'only_per_increment'), [1_131n, 715n, 505n, 357n]);
  // 225 epochs on 365.25 days: 297,430, 470,077, 664,025 and 938,839 ETH.
  const perYear = column(curve, 'only_per_interval').map((cell) => Math.round((Number(cell) * 365.25 * 225) / 1e9));
  assert.deepEqual(perYear, [297_430, 470_077, 664_025, 938_839]);
  const yields = column(curve, 'only_yield_per_year').map((cell) => Number(cell) / 10_000);
  assert.deepEqual(yields, [9.2883, 5.8719, 4.1473, 2.9318]);
});

const COSMOS: SupplyRule = {
  kind: 'bonding-proportional',
  ratePpmInitial: 130_000,
  ratePpmMin: 70_000,
  ratePpmMax: 200_000,
  rateChangePpm: 130_000,
  goalBondedPpm: 670_000,
  intervalSeconds: 6,
};

test("Cosmos' inflation moves by +.13, +.06597, 0 and -.06403 a year over the bonded share", () => {
  const economy = minting(COSMOS, { epochMs: 3_600_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
  const given = [['supply', '1_000_000 tokens']] as const;
  const curve = draw(economy, 'issuance', { at: ['0 %', '33 %', '67 %', '100 %'], given });
  assert.equal(curve.x, 'bonded');
  const changes = column(curve, 'only_rate_change_per_year').map((cell) => (Number(cell) / 1e18).toFixed(5));
  assert.deepEqual(changes, ['0.13000', '0.06597', '0.00000', '-0.06403']);
  const fast = draw(economy, 'issuance', { at: ['0 %'], given: [...given, ['rate', '20 %']] });
  assert.equal(column(fast, 'only_rate')[0], 2n * 10n ** 17n);
});

test("Livepeer's rate steps by 500 of 10^9 a round towards half bonded", () => {
  const rule: SupplyRule = {
    kind: 'bonding-step',
    ratePpbInitial: 220_500,
    ratePpbStep: 500,
    targetBondedPpm: 500_000,
    intervalSeconds: 69_120,
  };
  const economy = minting(rule, { epochMs: 69_120_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
  const given = [['supply', '10_000_000 tokens']] as const;
  const curve = draw(economy, 'issuance', { at: ['49 %', '50 %', '51 %'], given });
  assert.deepEqual(
    column(curve, 'only_rate'),
    [221_000n, 220_500n, 220_000n].map((ppb) => ppb * 10n ** 9n),
  );
  assert.deepEqual(column(curve, 'only_per_interval'), [2_210_000_000n, 2_205_000_000n, 2_200_000_000n]);
});

test('net emission is what was burned, up to the cap', () => {
  const rule: SupplyRule = {
    kind: 'net-emission',
    capGrains: '1644000000',
    averageIntervals: 7,
    intervalSeconds: 86_400,
  };
  const economy = minting(rule, { epochMs: 86_400_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
  const given = [['supply', '1_000_000 tokens']] as const;
  const curve = draw(economy, 'issuance', { at: ['1_000 tokens', '5_000 tokens'], over: 'burned', given });
  assert.deepEqual(column(curve, 'only_per_interval'), [1_000_000_000n, 1_644_000_000n]);
});

/** Epoch after epoch, as settlement does it. */
function settled(economy: Economy, epochs: number, bondedPpm: bigint): bigint {
  let state = supplyGenesis(economy.supply, 10n ** 12n);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const supply = BigInt(state.mintedGrains);
    state = emissionOf(economy.supply, state, {
      era: Math.floor(epoch / economy.cadence.epochsPerEra),
      epochMs: economy.cadence.epochMs,
      bondedGrains: (supply * bondedPpm) / 1_000_000n,
      networkPower: 50n,
      burnedGrains: 0n,
      workPaidGrains: 500_000n,
      feesGrains: 500_000n,
      nonRecoverableTakeGrains: 35_000n,
      tokenPriceMicrograins: 1_000_000n,
    }).state;
  }
  return BigInt(state.mintedGrains);
}

test('the walk in long spans mints what epoch after epoch would', () => {
  const pool: SupplyRule = { kind: 'exponential', totalGrains: '1000000000000', halfLifeSeconds: 86_400 };
  const rules: readonly SupplyRule[] = [
    pool,
    {
      kind: 'work-capped',
      of: pool as ExponentialSupplyRule,
      poolSharePpm: 600_000,
      perWorkPaidPpm: 900_000,
      rest: 'forgone',
    },
    { ...COSMOS, intervalSeconds: 7_200 },
    { kind: 'fee-linked', perFeePpm: 300_000, perNonRecoverablePpm: 400_000 },
    {
      kind: 'baseline',
      totalGrains: '1000000000000',
      halfLifeSeconds: 86_400,
      baselinePower: '100',
      doublingSeconds: 86_400,
      stepSeconds: 1_800,
    },
  ];
  const ceilings = [
    null,
    { kind: 'per-era', grains: '2000000', supplyPpm: 10 },
    { kind: 'decaying', grains: '2000000', supplyPpm: 10, windowSeconds: 36_000 },
  ] as const;
  const given = [
    ['bonded', '40 %'],
    ['power', '50'],
    ['work', '0.5 credits'],
    ['fees', '0.5 credits'],
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.constantFrom(...ceilings),
      fc.integer({ min: 1, max: 60 }),
      (rule, ceiling, epochs) => {
        const plain = minting(rule, { epochMs: 3_600_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
        const economy: Economy = {
          ...plain,
          genesis: {
            atMs: null,
            allocations: [
              { name: 'all', holder: 'public', tokensGrains: 10 ** 12, lockupSeconds: 0, vestingSeconds: 0 } as never,
            ],
          },
          supply: { ...plain.supply, limits: { ...plain.supply.limits, ceiling } },
        };
        const curve = draw(economy, 'supply', { at: [`${epochs}`], given });
        assert.equal(column(curve, 'minted')[0], settled(economy, epochs, 400_000n));
      },
    ),
    { numRuns: 60 },
  );
});

test('what is said: formula, where each number is from, and the cap', () => {
  const curve = draw(testEconomy, 'supply', { at: ['10 s'] });
  assert.deepEqual(curve.formulas, ['work (fixed): M(t) = amount * t / interval']);
  assert.deepEqual(curve.given, [{ name: 'burned', text: '0 tokens', from: 'nothing is assumed' }]);
  assert.equal(column(curve, 'cap_left')[0], 10n ** 15n - 200_000_000n);
  const idle = draw(testEconomy, 'supply', { at: ['10 s'], given: [['bonded', '50 %']] });
  assert.ok(idle.notes.includes('bonded changes nothing here'));
});

test('CURVE-RANGE: more spans than can be walked', () => {
  const rule: SupplyRule = { ...COSMOS, intervalSeconds: 1 };
  const economy = minting(rule, { epochMs: 1_000, grainsPerUnit: 1_000_000, unitsPerGrain: 1 });
  assert.throws(() => draw(economy, 'supply', { at: ['1 y'] }), { code: 'CURVE-RANGE' });
});
