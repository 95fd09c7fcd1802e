import {
  buyOnCurve,
  commonCauseSlashPpb,
  contestEffort,
  contestEfforts,
  deterrentDetection,
  disputeBond,
  eip1559Step,
  equivocationSlashPpb,
  erlangB,
  erlangC,
  erlangWait,
  exponentialReward,
  expWad,
  fakeExponential,
  fraudRetention,
  giniCoefficient,
  herfindahlIndex,
  hoarding,
  jainIndex,
  largestRemainder,
  lnWad,
  nakamotoCoefficient,
  OPTIMISM_LADDER,
  oraclePushCost,
  powWad,
  probeFalseAlarm,
  scorePpm,
  sellOnCurve,
  singleServerQueue,
  swapOut,
  sybilBestResponse,
  sybilSplit,
  washBestResponse,
} from '@stannary/kernel';

/** A number that is published, or derived by hand, and what the kernel makes of it. */
export interface Anchor {
  readonly id: string;
  /** Integers are compared to the unit, anything else by its text of so many digits. */
  readonly compute: () => string;
  readonly expected: string;
}

const WEI = 10n ** 18n;
const FILECOIN = {
  kind: 'exponential',
  totalGrains: (330_000_000n * WEI).toString(),
  halfLifeSeconds: 6 * 365 * 86_400,
} as const;
const POLKADOT = { allowancePpm: 100_000, allowanceNodes: 1, factorPpm: 3_000_000, ceilingPpm: 70_000 } as never;
const SYBIL = { rewardFactor: 1, work: 100, exponent: 0.5, identityFee: 0 };
/** Factor, numerator and denominator: go-ethereum's own table. */
const FAKE_EXPONENTIALS = [
  [1, 0, 1],
  [38_493, 0, 1_000],
  [0, 1_234, 2_345],
  [1, 2, 1],
  [1, 4, 2],
  [1, 3, 1],
  [1, 6, 2],
  [1, 4, 1],
  [1, 8, 2],
  [10, 8, 2],
  [11, 8, 2],
  [1, 5, 1],
  [1, 5, 2],
  [2, 5, 2],
  [1, 50_000_000, 2_225_652],
] as const;

/** The kernel against what others publish: every mechanism that decides over money, and the forms that judge it. */
export const ANCHORS: readonly Anchor[] = [
  ...listed(
    'EIP-1559 step',
    [9, 10, 11, 20, 0],
    (million) => eip1559Step(10n ** 9n, BigInt(million) * 10n ** 6n, 10n ** 7n, 8n),
    [987500000n, 1000000000n, 1012500000n, 1125000000n, 875000000n],
  ),
  one('EIP-1559, twenty full blocks', () => walked([...Array(20).keys()].map(() => 20n)), 10545093826n),
  one('EIP-1559, twenty empty blocks', () => walked([...Array(20).keys()].map(() => 0n)), 69208762n),
  one(
    'EIP-1559, full and empty in turns',
    () => walked([...Array(20).keys()].map((at) => (at % 2 === 0 ? 20n : 0n))),
    854290850n,
  ),
  ...listed(
    'EIP-4844 fake exponential',
    FAKE_EXPONENTIALS,
    ([f, n, d]) => fakeExponential(BigInt(f), BigInt(n), BigInt(d)),
    [1n, 38493n, 0n, 6n, 6n, 16n, 18n, 49n, 50n, 542n, 596n, 136n, 11n, 23n, 5709098764n],
  ),
  ...listed('blob fee', [2314057, 2314058, 10485760], (excess) => fakeExponential(1n, BigInt(excess), 3338477n), [
    1n,
    2n,
    23n,
  ]),
  ...listed('blob fee, Prague', [10485760, 104857600], (excess) => fakeExponential(1n, BigInt(excess), 5007716n), [
    8n,
    1241028881n,
  ]),
  ...listed(
    'expWad',
    [
      '1',
      '-1',
      '-1000000000000000000',
      '500000000000000000',
      '3000000000000000000',
      '10000000000000000000',
      '-41446531673892822312',
      '-41446531673892822313',
    ],
    (x) => expWad(BigInt(x) as never),
    [
      1000000000000000001n,
      999999999999999999n,
      367879441171442321n,
      1648721270700128146n,
      20085536923187667741n,
      22026465794806716516980n,
      1n,
      0n,
    ],
  ),
  ...listed(
    'lnWad',
    ['1', '42', '10000', '1000000000', '500000000000000000', '2000000000000000000', '2718281828459045235'],
    (x) => lnWad(BigInt(x) as never),
    [
      -41446531673892822313n,
      -37708862055609454007n,
      -32236191301916639577n,
      -20723265836946411157n,
      -693147180559945310n,
      693147180559945309n,
      999999999999999999n,
    ],
  ),
  ...listed(
    'powWad',
    [
      [2, 0.5],
      [2, 1],
      [2, 3],
      [0.5, 0.5],
      [1.04, 0.5],
      [1.04, 0.2],
    ] as const,
    ([x, y]) => powWad(wadOf(x), wadOf(y)),
    [
      1414213562373095047n,
      1999999999999999999n,
      7999999999999999989n,
      707106781186547524n,
      1019803902718556965n,
      1007874988517892175n,
    ],
  ),
  ...listed(
    'Uniswap v2',
    [
      [1, 5, 10],
      [1, 10, 5],
      [2, 5, 10],
      [2, 10, 5],
      [1, 10, 10],
      [1, 100, 100],
      [1, 1000, 1000],
    ] as const,
    ([paid, reserveIn, reserveOut]) =>
      swapOut(
        { kind: 'constant-product', feePpm: 3_000 },
        { inGrains: BigInt(reserveIn) * WEI, outGrains: BigInt(reserveOut) * WEI },
        BigInt(paid) * WEI,
      ),
    [
      1662497915624478906n,
      453305446940074565n,
      2851015155847869602n,
      831248957812239453n,
      906610893880149131n,
      987158034397061298n,
      996006981039903216n,
    ],
  ),
  one('Bancor buy at 50 %', () => bancor(500_000, 'buy', 10_000n), 19803902718556966005644n),
  one('Bancor buy at 20 %', () => bancor(200_000, 'buy', 10_000n), 7874988517892175358183n),
  one('Bancor sell at 50 %', () => bancor(500_000, 'sell', 100_000n), 47499999999999999999999n),
  one('Bancor sell at 20 %', () => bancor(200_000, 'sell', 100_000n), 102377499999999999999999n),
  ...listed('Filecoin simple reward', [0, 5_000, 10_000, 15_000], (step) => exponentialReward(FILECOIN, 30, step), [
    36266264293777134739n,
    36246341860983438171n,
    36226430372336764970n,
    36206529821825080595n,
  ]),
  ...listed(
    'Polkadot equivocation, ppb',
    [1, 10, 100, 334],
    (k) => equivocationSlashPpb(3_000_000, k, 1_000),
    [9_000, 900_000, 90_000_000, 1_000_000_000],
  ),
  ...listed(
    'Polkadot offline, ppb',
    [100, 101, 200, 435],
    (k) => commonCauseSlashPpb(POLKADOT, k, 1_000),
    [0, 0, 20_790_000, 70_000_000],
  ),
  one('inspection game', () => deterrentDetection(10, 90), 0.1),
  ...listed(
    'fraud retention',
    [
      [0.02, 0],
      [0.02, 24],
      [0.02, 168],
      [0.05, 24],
    ] as const,
    ([q, held]) => fraudRetention(q, held).toPrecision(4),
    ['49.00', '30.17', '1.645', '5.548'],
  ),
  ...listed('Tullock effort', [2, 3, 10], (players) => contestEffort(players, 1).toPrecision(4), [
    '0.2500',
    '0.2222',
    '0.09000',
  ]),
  one(
    'Tullock, costs of 1 and 2',
    () =>
      contestEfforts([1, 2], 1)
        .map((x) => x.toFixed(4))
        .join(),
    '0.2222,0.1111',
  ),
  one('wash, best response', () => washText({ emission: 1_000, honestFees: 100, lostTake: 1 }), '216.2278 467.5445'),
  one('wash, small take', () => washText({ emission: 1_000, honestFees: 100, lostTake: 0.05 }), '1314.2136 863.5786'),
  one('sybil gain of two', () => sybilSplit({ ...SYBIL, work: 1 }, 2).returnCredits.toFixed(9), '0.414213562'),
  ...listed(
    'sybil best response',
    [0.5, 1, 5],
    (identityFee) => Math.round(sybilBestResponse({ ...SYBIL, identityFee })),
    [100, 25, 1],
  ),
  one('Beta score', () => scorePpm({ successPpm: 8_000_000, failurePpm: 2_000_000 } as never), 750_000),
  ...listed('M/M/1', [0.5, 0.8, 0.9, 0.95], (load) => singleServerQueue(load, 1).inSystem.toFixed(6), [
    '1.000000',
    '4.000000',
    '9.000000',
    '19.000000',
  ]),
  ...listed(
    'Erlang B and C',
    [
      [10, 8],
      [100, 90],
      [5, 3],
    ] as const,
    ([c, a]) => `${erlangB(c, a).toPrecision(6)} ${erlangC(c, a).toPrecision(6)}`,
    ['0.121661 0.409180', '0.0269574 0.216940', '0.110054 0.236152'],
  ),
  one('M/M/10 wait', () => erlangWait(10, 8).toFixed(6), '0.204590'),
  one(
    'largest remainder',
    () => largestRemainder(10, [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]).join(),
    '5,2,1,1,1,0',
  ),
  one('largest remainder, ties', () => largestRemainder(100, [1, 1, 1]).join(), '34,33,33'),
  one(
    'Jain and Gini',
    () => `${jainIndex([1, 2, 3, 4]).toFixed(12)} ${giniCoefficient([1, 2, 3, 4]).toFixed(12)}`,
    '0.833333333333 0.250000000000',
  ),
  one(
    'Herfindahl and Nakamoto',
    () => `${herfindahlIndex([1, 1, 1, 7]).toFixed(12)} ${nakamotoCoefficient([1, 1, 1, 7])}`,
    '0.520000000000 1',
  ),
  one('oracle push of 5 %', () => oraclePushCost(0.05).toPrecision(3), '0.000595'),
  one(
    'dispute ladder',
    () => `${disputeBond(OPTIMISM_LADDER, 0).toFixed(2)} ${disputeBond(OPTIMISM_LADDER, 73).toFixed(2)}`,
    '0.08 60.02',
  ),
  one('hoarding', () => hoarding({ elasticity: 0.5, ownShare: 0.15, surcharge: 0.5 }, 0.1).ratio.toFixed(3), '4.263'),
  one('false alarms of probes', () => probeFalseAlarm(1_440, 28, 0.99).toPrecision(2), '0.00043'),
];

function one(id: string, compute: () => unknown, expected: unknown): Anchor {
  return { id, compute: () => String(compute()), expected: String(expected) };
}

function listed<Input>(
  id: string,
  inputs: readonly Input[],
  compute: (input: Input) => unknown,
  expected: readonly unknown[],
): Anchor[] {
  return inputs.map((input, index) => one(`${id} (${String(input)})`, () => compute(input), expected[index]));
}

/** A base fee of 10^9 after blocks that used so many millions of a target of ten. */
function walked(millions: readonly bigint[]): bigint {
  return millions.reduce((fee, used) => eip1559Step(fee, used * 10n ** 6n, 10n ** 7n, 8n), 10n ** 9n);
}

function bancor(reserveRatioPpm: number, way: 'buy' | 'sell', amount: bigint): bigint {
  const rule = { kind: 'bonding-curve', reserveRatioPpm, entryTaxPpm: 0 } as const;
  const pool = { supplyGrains: 1_000_000n * WEI, reserveGrains: 250_000n * WEI };
  return (way === 'buy' ? buyOnCurve : sellOnCurve)(rule, pool, amount * WEI).grains;
}

function washText(market: Parameters<typeof washBestResponse>[0]): string {
  const { fees, profit } = washBestResponse(market);
  return `${fees.toFixed(4)} ${profit.toFixed(4)}`;
}

function wadOf(value: number) {
  return (BigInt(Math.round(value * 100)) * 10n ** 16n) as never;
}
