// The small plots of docs/explanation/economics/, one for each page, from the kernel itself and the reference economy.
import {
  advancePrice,
  allocationWeight,
  auditProbabilityPpm,
  type BaselineSupplyRule,
  type BenchmarkTable,
  benchmarkViolations,
  chargeGrains,
  commonCauseSlashPpb,
  convictionProbability,
  correlationSlashPpb,
  curveRunShare,
  curveWeight,
  type Economy,
  emissionOf,
  equivocationSlashPpb,
  fraudRetention,
  fullBlocksFactor,
  type Grains,
  grains,
  hoarding,
  initialPrice,
  largestRemainder,
  multiplierPpm,
  type NodeCurve,
  ncuMs,
  observe,
  type PriceRule,
  payPeriod,
  ppm,
  requiredBond,
  type ScheduleRule,
  scheduledGrains,
  scorePpm,
  selectiveDelivery,
  splitTake,
  stressedCoverage,
  supplyGenesis,
  type WeightStep,
} from '@stannary/kernel';
import type { Plot, Series } from '@stannary/plot';

export const PLOTS_FOLDER = 'docs/explanation/economics/plots';

const HOUR_MS = 3_600_000;
const YEAR_SECONDS = 31_536_000;
const MILLION = 1_000_000;

/** Plots by the name of their page. */
export function economicsPlots(economy: Economy): Readonly<Record<string, Plot>> {
  return {
    normalisation: driftPlot(economy),
    price: pricePlot(economy),
    'charge-and-take': takePlot(economy),
    supply: supplyPlot(economy),
    'reward-curves': curvesPlot(),
    bonds: bondsPlot(economy),
    slashing: slashingPlot(economy),
    metering: meteringPlot(economy),
    reputation: reputationPlot(economy),
    allocation: allocationPlot(economy),
    leases: hoardingPlot(),
    reserved: reservedPlot(economy),
    vesting: vestingPlot(),
    verification: auditPlot(economy),
    credit: creditPlot(economy),
    'bonding-curves': runPlot(),
    concentration: lorenzPlot(),
    programmes: programmesPlot(),
    conservation: remainderPlot(),
    governance: censorshipPlot(),
  };
}

function evenly(from: number, to: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, step) => from + ((to - from) * step) / steps);
}

function line(name: string, xs: readonly number[], y: (x: number) => number | null): Series {
  return { name, points: xs.map((x) => [x, y(x)] as const) };
}

function driftPlot({ benchmarks: { clamp } }: Economy): Plot {
  const key = { deviceClass: 'a', profile: 'batch', resource: 1 };
  const eras = evenly(0, 90, 90);
  const raised = (rule: typeof clamp) => {
    const history: BenchmarkTable[] = [];
    return eras.map((fromEra) => {
      const table = (milliNcuPerUnitS: number) => ({ fromEra, coefficients: [{ ...key, milliNcuPerUnitS }] });
      let most = history.at(-1)?.coefficients[0]?.milliNcuPerUnitS ?? 10_000;
      while (history.length > 0 && benchmarkViolations(rule, history, table(most + 10)).length === 0) most += 10;
      history.push(table(most));
      return [fromEra, most / 100] as const;
    });
  };
  return {
    title: 'How fast a coefficient can be raised',
    about:
      'The most that a benchmark coefficient can have risen after some eras, by the limit per era and by both limits.',
    x: { label: 'eras' },
    y: { label: '% of the coefficient at first' },
    series: [
      { name: 'both limits', points: raised(clamp) },
      {
        name: 'per era alone',
        points: raised({ ...clamp, windowChangePpmMax: ppm(MILLION) }).map(([era, y]) => [era, y > 300 ? null : y]),
      },
    ],
  };
}

function pricePlot({ price, cadence }: Economy): Plot {
  const { initialMicrograinsPerNcuS: initial, floorMicrograinsPerNcuS: floor } = price;
  const bounds = { ...price, initialMicrograinsPerNcuS: initial, breaker: null };
  const rules: readonly (readonly [string, PriceRule])[] = [
    ['rational step', { ...bounds, kind: 'rational-step', gainPpm: ppm(62_500) }],
    ['exponential', { ...bounds, kind: 'exponential', gainPpmPerHour: 62_500 }],
    ['eip-1559', { ...bounds, kind: 'eip-1559', denominator: 16 }],
  ];
  const offeredNcuMs = 100 * HOUR_MS;
  const way = (rule: PriceRule) => {
    let state = initialPrice(rule);
    return evenly(0, 96, 96).map((epoch) => {
      const point = [epoch, state.priceMicrograinsPerNcuS / initial] as const;
      const used = epoch < 48 ? offeredNcuMs : 0;
      state = advancePrice(rule, state, { usedNcuMs: used, offeredNcuMs, epochMs: cadence.epochMs });
      return point;
    });
  };
  return {
    title: 'Two days of full use, then two days of none',
    about: `The price over hours under three rules with a gain of 1/16, from its first value up to the cap and down to the floor (${floor} micrograins).`,
    x: { label: 'hours' },
    y: { label: 'price over the first price' },
    series: rules.map(([name, rule]) => ({ name, points: way(rule) })),
  };
}

function takePlot(economy: Economy): Plot {
  const charges = evenly(1, 60, 59);
  const rate = economy.take.burnPpm + economy.take.insurancePpm + economy.take.treasuryPpm;
  return {
    title: 'The take of tiny charges',
    about: 'The take over the charge for charges of 1 to 60 grains: rounded up, so never below its rate.',
    x: { label: 'charge, grains' },
    y: { label: '% of the charge' },
    series: [
      line('taken', charges, (charge) => 100 - (100 * splitTake(economy, grains(charge)).earnedGrains) / charge),
      line('the rate', charges, () => rate / 10_000),
    ],
  };
}

function supplyPlot(economy: Economy): Plot {
  const halfLifeSeconds = 4 * YEAR_SECONDS;
  const schedule: ScheduleRule = { kind: 'exponential', totalGrains: '120000000', halfLifeSeconds };
  const halving: ScheduleRule = { kind: 'halving', firstPeriodGrains: '60000000', periodSeconds: halfLifeSeconds };
  const baseline: BaselineSupplyRule = {
    kind: 'baseline',
    totalGrains: '280000000',
    halfLifeSeconds,
    baselinePower: '1000',
    doublingSeconds: YEAR_SECONDS,
    stepSeconds: 86_400,
  };
  const years = evenly(0, 20, 20);
  const scheduled = (rule: ScheduleRule) => (year: number) =>
    Number(scheduledGrains(rule, BigInt(year * YEAR_SECONDS) * 1_000n));
  return {
    title: 'Tokens minted by the clock and by contribution',
    about:
      'Over twenty years: 120 million by a half-life of four years, the same by halvings, and 280 million that wait for capacity that doubles every year, every other year, or never grows.',
    x: { label: 'years' },
    y: { label: 'tokens' },
    series: [
      line('exponential', years, scheduled(schedule)),
      line('halving', years, scheduled(halving)),
      ...[12, 24, null].map((months) => contributionLine(economy, baseline, years, months)),
    ],
  };
}

/** Baseline minting with capacity that doubles in so many months, from the baseline on. */
function contributionLine(
  { supply }: Economy,
  rule: BaselineSupplyRule,
  years: readonly number[],
  months: number | null,
): Series {
  const limits = { ...supply.limits, ceiling: null };
  const rules = { streams: [{ name: 'baseline', sharePpm: MILLION, rule }], limits };
  let state = supplyGenesis(rules, 0n);
  const points = years.map((year) => {
    // Twelve looks a year, with the capacity of each month's beginning.
    for (let month = 12 * (year - 1); year > 0 && month < 12 * year; month += 1) {
      const power = months === null ? 1_000n : 1_000n * 2n ** BigInt(Math.floor(month / months));
      const facts = { era: 0, epochMs: (YEAR_SECONDS / 12) * 1_000, networkPower: power, tokenPriceMicrograins: null };
      const nothing = { bondedGrains: 0n, burnedGrains: 0n, workPaidGrains: 0n, feesGrains: 0n };
      state = emissionOf(rules, state, { ...facts, ...nothing, nonRecoverableTakeGrains: 0n }).state;
    }
    return [year, Number(state.mintedGrains)] as const;
  });
  const name = months === null ? 'capacity flat' : `doubling in ${months} mo`;
  return { name, points };
}

function curvesPlot(): Plot {
  const covering = { kappaNumerator: MILLION, kappaDenominator: 1 };
  const pieces = [
    { untilPpm: MILLION, slopePpm: ppm(MILLION) },
    { untilPpm: 2 * MILLION, slopePpm: ppm(500_000) },
    { untilPpm: null, slopePpm: ppm(250_000) },
  ];
  const curves: readonly (readonly [string, NodeCurve])[] = [
    ['linear, capped', { kind: 'linear-capped', ...covering }],
    ['perspective', { kind: 'perspective', ...covering, pieces }],
    ['rebate', { kind: 'exponential-rebate', alphaPpm: MILLION, lambdaNumerator: 600_000, lambdaDenominator: 1 }],
    ['power 1/2', { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 }],
  ];
  const shown = (curve: NodeCurve, weight: number) => (curve.kind === 'power' ? weight / 1_000 : weight / MILLION);
  return {
    title: 'Weight of work under a bond that covers 1',
    about:
      'Weight over work from 0 to 4 times the covered work under four curves; the power of work alone does not see the bond.',
    x: { label: 'work over the work that the bond covers' },
    y: { label: 'weight' },
    series: curves.map(([name, curve]) =>
      line(name, evenly(0, 4, 40), (work) => shown(curve, curveWeight(curve, Math.round(work * MILLION), 1))),
    ),
  };
}

function bondsPlot({ classes, price, cadence, grainsPerUnit }: Economy): Plot {
  const needed = (one: Economy['classes'][number]) => (ncu: number) => {
    const revenue = chargeGrains(ncuMs(ncu * cadence.epochMs), price.initialMicrograinsPerNcuS);
    const exposure = { revenueGrainsPerEpochMax: revenue, oneShotGainGrains: revenue, harmGrains: grains(0) };
    return requiredBond(one.bond, exposure).creditsGrains / grainsPerUnit;
  };
  return {
    title: 'The bond that a node needs',
    about:
      'Required bond in credits over the capacity of a node, by class of the reference economy: a minimum, then revenue until the last fault is found.',
    x: { label: 'capacity, NCU' },
    y: { label: 'credits' },
    series: classes.map((one) => line(one.name, evenly(0, 100, 20), needed(one))),
  };
}

function slashingPlot({ liveness, correlation }: Economy): Plot {
  const shares = evenly(0, 500, 50);
  const percent = (ppb: number) => ppb / 10_000_000;
  const factor = correlation.factorPpm;
  return {
    title: 'What offending together costs',
    about:
      'Share of each offender’s bond over the share of its class that offends: absence, equivocation, correlation.',
    x: { label: '% of the class' },
    y: { label: '% of each bond' },
    series: [
      perShare('absence', shares, (k) => percent(commonCauseSlashPpb(liveness.commonCause, k, 1_000))),
      perShare('equivocation', shares, (k) => percent(equivocationSlashPpb(factor, k, 1_000))),
      perShare('correlation', shares, (k) => percent(correlationSlashPpb(factor, k, 1_000))),
    ],
  };
}

/** Of a thousand, shown in per cent. */
function perShare(name: string, counts: readonly number[], y: (count: number) => number): Series {
  return { name, points: counts.map((count) => [count / 10, y(count)] as const) };
}

function meteringPlot({ metering }: Economy): Plot {
  const bad = evenly(0, 10, 20);
  const chance = (samples: number) => (share: number) =>
    100 * convictionProbability(metering.test, 1 - share / 100, samples);
  return {
    title: 'When the sequential test convicts',
    about:
      'Probability of a conviction over the share of bad samples, within a day, a week and a month of hourly samples.',
    x: { label: '% bad samples' },
    y: { label: '% convicted' },
    series: [
      line('24 samples', bad, chance(24)),
      line('168 samples', bad, chance(168)),
      line('720 samples', bad, chance(720)),
    ],
  };
}

function reputationPlot(economy: Economy): Plot {
  const { lambdaPpm } = economy.reputation;
  const counts = evenly(0, 30, 30);
  const score = (good: number, bad: number) =>
    scorePpm(observe(lambdaPpm, { successPpm: 0, failurePpm: 0 }, good, bad));
  return {
    title: 'A record is slowly earned and quickly lost',
    about: 'Score and weight in allocation of a newcomer over good results, and of a long good record over failures.',
    x: { label: 'results in a row' },
    y: { label: 'score; weight' },
    series: [
      line('score, good', counts, (count) => score(count, 0) / MILLION),
      line('weight, good', counts, (count) => multiplierPpm(economy, score(count, 0)) / MILLION),
      line('score, failing', counts, (count) => score(200, count) / MILLION),
      line('weight, failing', counts, (count) => multiplierPpm(economy, score(200, count)) / MILLION),
    ],
  };
}

function allocationPlot(economy: Economy): Plot {
  const records = [
    ['newcomer', { successPpm: 0, failurePpm: 0 }],
    ['ten good', observe(economy.reputation.lambdaPpm, { successPpm: 0, failurePpm: 0 }, 10, 0)],
    ['long record', observe(economy.reputation.lambdaPpm, { successPpm: 0, failurePpm: 0 }, 200, 0)],
  ] as const;
  // All past the newcomers' ramp, so that the record alone differs.
  const age = economy.newcomer.rampEpochs;
  const others = 9 * allocationWeight(economy, 480_000_000, records[1][1], age);
  const chance = (masses: (typeof records)[number][1]) => (tokens: number) => {
    const own = allocationWeight(economy, tokens * MILLION, masses, age);
    return (100 * own) / (own + others);
  };
  return {
    title: 'Chance of being drawn first',
    about: 'Over the bond of one node, beside nine with bonds of 480 and ten good results each; for three records.',
    x: { label: 'bond, tokens' },
    y: { label: '%' },
    series: records.map(([name, masses]) => line(name, evenly(0, 1_000, 20), chance(masses))),
  };
}

function hoardingPlot(): Plot {
  const shares = evenly(10, 60, 25);
  const ratio = (surcharge: number) => (share: number) =>
    hoarding({ ownShare: share / 100, elasticity: 0.5, surcharge }, 0.1).ratio;
  return {
    title: 'Hoarding a tenth of supply',
    about:
      'Cost over return of withholding a tenth of supply over the hoarder’s own share, at elasticity ½, with and without the idle surcharge, against the factor two.',
    x: { label: '% of the class that the hoarder sells' },
    y: { label: 'cost over return' },
    series: [
      line('surcharge 50 %', shares, ratio(0.5)),
      line('none', shares, ratio(0)),
      line('factor 2', shares, () => 2),
    ],
  };
}

function reservedPlot({ reserved }: Economy): Plot {
  const gaps = evenly(10, 300, 29);
  const factors = [1, 1.25, reserved.gapFactorPpm / MILLION];
  return {
    title: 'Selling reserved capacity twice',
    about:
      'Cost over gain over the gap between spot and contract, for three factors on the gap and a fixed part of a tenth.',
    x: { label: 'spot above contract, %' },
    y: { label: 'cost over gain' },
    series: factors.map((damagesFactor) =>
      line(`c = ${damagesFactor}`, gaps, (gap) => {
        const fixedShare = reserved.missedFeePpm / MILLION;
        return selectiveDelivery({ reservedPrice: 1, damagesFactor, fixedShare }, 1 + gap / 100).ratio;
      }),
    ),
  };
}

function vestingPlot(): Plot {
  return {
    title: 'What a cheat expects to keep',
    about:
      'Epochs of revenue kept over the holdback in epochs, when detection voids whatever is unpaid; for three probabilities of detection per epoch.',
    x: { label: 'holdback, epochs' },
    y: { label: 'epochs of revenue' },
    series: [0.01, 0.02, 0.05].map((detection) =>
      line(`${detection * 100} % per epoch`, evenly(0, 336, 42), (holdback) => fraudRetention(detection, holdback)),
    ),
  };
}

function auditPlot({ verification }: Economy): Plot {
  const rate = (detection: number) => (bond: number) => {
    const rule = { verification: { ...verification, detectionPpm: ppm(detection * MILLION) } };
    const stakes = { gainGrains: grains(1_000), payGrains: grains(1_000), bondGrains: grains(1_000 * bond) };
    return auditProbabilityPpm(rule, { ...stakes, consecutiveValid: 1_000 }) / 10_000;
  };
  return {
    title: 'How often a result has to be audited',
    about:
      'Least probability of an audit over the bond at stake, in times the gain of a cheat, if an audit exposes it always, with 90 % or with half.',
    x: { label: 'bond over gain' },
    y: { label: '%' },
    series: [1, 0.9, 0.5].map((detection) => line(`d = ${detection}`, evenly(1, 60, 59), rate(detection))),
  };
}

function creditPlot({ reserve }: Economy): Plot {
  const shocks = evenly(0, 100, 25);
  const { mintSpreadPpm, throttle } = reserve;
  const terms = { mintSpreadPpm, throttle, tokenHaircutPpm: 0 };
  const full = { kind: 'full', ...terms, tokenCoverPpmMin: 0 } as const;
  const mixed = (stableSharePpmMin: number) => ({ kind: 'mixed', ...terms, stableSharePpmMin }) as const;
  const pays = (rule: typeof full | ReturnType<typeof mixed>, stable: bigint, tokens: bigint) => (shock: number) => {
    const held = { stableGrains: stable, tokenGrains: tokens, outstandingGrains: 1_000_000n };
    const { coveragePpm } = stressedCoverage(rule, held, 1_000_000n, Math.round(shock * 10_000));
    return Math.min(1, Number(coveragePpm) / MILLION);
  };
  return {
    title: 'What a credit pays after the token fell',
    about:
      'Redeemed at min(1, coverage) over the fall of the token: full reserve; coverage 1.5 and 1.25 with 60 % stable; 1.5 in tokens alone.',
    x: { label: 'fall of the token, %' },
    y: { label: 'paid for one credit' },
    series: [
      line('full', shocks, pays(full, 1_000_000n, 500_000n)),
      line('mixed 1.5', shocks, pays(mixed(600_000), 900_000n, 600_000n)),
      line('mixed 1.25', shocks, pays(mixed(600_000), 750_000n, 500_000n)),
      line('tokens 1.5', shocks, pays(mixed(1), 2n, 1_500_000n)),
    ],
  };
}

function runPlot(): Plot {
  return {
    title: 'What the first to leave take along',
    about:
      'Share of the reserve that the first sellers take over the share of supply that they sell, for three reserve ratios.',
    x: { label: '% of supply sold' },
    y: { label: '% of the reserve' },
    series: [0.2, 0.5, 1].map((ratio) =>
      line(`F = ${ratio}`, evenly(0, 100, 40), (sold) => 100 * curveRunShare(sold / 100, ratio)),
    ),
  };
}

function lorenzPlot(): Plot {
  const groups = [
    ['1 1 1 1', [1, 1, 1, 1]],
    ['1 2 3 4', [1, 2, 3, 4]],
    ['1 1 1 7', [1, 1, 1, 7]],
  ] as const;
  return {
    title: 'Lorenz curves of four operators',
    about:
      'Share of the whole that the smallest operators hold together, for four equal ones, one to four, and one with seven tenths.',
    x: { label: '% of operators, smallest first' },
    y: { label: '% of the whole' },
    series: groups.map(([name, values]) => {
      const total = values.reduce((sum: number, one) => sum + one, 0);
      const held = (count: number) => values.slice(0, count).reduce((sum: number, one) => sum + one, 0);
      return { name, points: evenly(0, 4, 4).map((count) => [25 * count, (100 * held(count)) / total] as const) };
    }),
  };
}

function programmesPlot(): Plot {
  const column = (name: string) => ({ kind: 'column', column: name }) as const;
  const weighed = (step: WeightStep) => (locked: number) => {
    const weight = { measure: column('locked'), steps: [step] };
    const version = { version: 1, fromSeconds: 0, weight, requirements: [], payout: { kind: 'pool' } } as const;
    const account = { account: 'a', amounts: { locked: BigInt(locked), stake: 100n }, flags: {} };
    const period = { id: 'p', startSeconds: 0, endSeconds: 1, pool: 0n };
    const { payouts } = payPeriod({ kind: 'programme', versions: [version] }, period, [account]);
    return Number(payouts[0]!.weight >> 118n) / 1_024;
  };
  const steps: readonly (readonly [string, WeightStep])[] = [
    ['soft cap 300', { kind: 'soft-cap', thresholdAmount: '300' }],
    ['hard cap 300', { kind: 'hard-cap', capAmount: '300' }],
    ['boost', { kind: 'stake-boost', stake: column('stake'), minimumAmount: '200', leverage: 2 }],
    ['stake cap', { kind: 'stake-cap', stake: column('stake'), kappaNumerator: 5, kappaDenominator: 1 }],
  ];
  return {
    title: 'Steps that change a weight',
    about:
      'Weight over the locked amount under a soft cap and a hard cap at 300, a boost by a stake of 100, and a cap at five times that stake.',
    x: { label: 'locked amount' },
    y: { label: 'weight' },
    series: steps.map(([name, step]) => line(name, evenly(0, 1_000, 40), weighed(step))),
  };
}

function remainderPlot(): Plot {
  const payees = evenly(1, 60, 59);
  const left = (split: (count: number) => readonly number[]) => (count: number) =>
    1_000_000 - split(count).reduce((sum, one) => sum + one, 0);
  const equal = (count: number): Grains[] => Array.from({ length: count }, () => grains(1));
  return {
    title: 'Grains that a split loses',
    about:
      'Of 1,000,000 grains split evenly among 1 to 60 payees: what is left over when each share is rounded down, and by largest remainder.',
    x: { label: 'payees' },
    y: { label: 'grains lost' },
    series: [
      line(
        'each rounded down',
        payees,
        left((count) => equal(count).map(() => Math.floor(1_000_000 / count))),
      ),
      line(
        'largest remainder',
        payees,
        left((count) => largestRemainder(1_000_000, equal(count))),
      ),
    ],
  };
}

function censorshipPlot(): Plot {
  return {
    title: 'Keeping a challenge out of the chain',
    about: 'Cost of filling blocks in a row, in costs of the first one, over the number of blocks.',
    x: { label: 'blocks' },
    y: { label: 'costs of the first' },
    series: [line('filled blocks', evenly(0, 50, 50), fullBlocksFactor)],
  };
}
