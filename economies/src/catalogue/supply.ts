import type { PoolRule, SupplyPolicy, SupplyRule } from '@stannary/kernel';
import {
  choice,
  count,
  derived,
  largeTokens,
  multiple,
  namedMap,
  optional,
  seconds,
  section,
  share,
  variant,
} from './parts.ts';

// What is minted, for what, and what nothing can mint past.

const AMOUNT = { min: '0 tokens', max: '100_000_000_000 tokens', stepMax: 'fixed' } as const;
const LENGTH = { min: '1 s', max: '36_500 d', stepMax: 'fixed', positive: true } as const;
const RATE = { min: '0', max: '10', stepMax: ['20 %', '0.01'] } as const;

const interval = seconds('intervalSeconds', 'How often the rule looks, and sets what the next stretch mints evenly.', {
  default: '1 d',
  ...LENGTH,
});
const halfLife = seconds('halfLifeSeconds', 'Half of what is left is minted in this.', {
  default: '1_460 d',
  ...LENGTH,
});

const schedules = {
  fixed: section('The same amount in every interval, without end but for the cap.', {
    amount: largeTokens('grainsPerInterval', 'Minted in an interval.', { default: '48_000 tokens', ...AMOUNT }),
    interval: seconds('intervalSeconds', 'How long an interval is.', { default: '1 d', ...LENGTH }),
  }),
  halving: section('Evenly in a period, and half as much in each as in the one before.', {
    firstPeriod: largeTokens('firstPeriodGrains', 'Minted in the first period; all together mint twice this.', {
      default: '200_000_000 tokens',
      ...AMOUNT,
    }),
    period: seconds('periodSeconds', 'How long a period is.', { default: '1_460 d', ...LENGTH }),
  }),
  exponential: section('total (1 - 2^(-t/halfLife)): most at first, ever less, never all.', {
    total: largeTokens('totalGrains', 'Approached and never reached.', { default: '120_000_000 tokens', ...AMOUNT }),
    halfLife,
  }),
} as const;

/** Power is counted in milli-NCU: capacity of nodes in good standing. */
const baseline = derived(
  section(
    'As the exponential, but its clock runs only as fast as the capacity keeps up with a baseline: no network, no mint.',
    {
      total: largeTokens('totalGrains', 'Approached and never reached.', { default: '280_000_000 tokens', ...AMOUNT }),
      halfLife,
      capacity: count('baselineNcu', 'Baseline at genesis: the capacity at which the clock runs at full speed.', {
        default: '100_000',
        min: '1',
        max: '1_000_000_000_000',
        stepMax: 'fixed',
        positive: true,
        unit: 'NCU',
      }),
      doubling: seconds('doublingSeconds', 'The baseline doubles in this; a whole number of steps.', {
        default: '365 d',
        ...LENGTH,
      }),
      step: seconds('stepSeconds', 'The rule looks at the capacity this often.', { default: '1 h', ...LENGTH }),
    },
  ),
  ({ baselineNcu, ...rule }) => ({ ...rule, baselinePower: `${BigInt(baselineNcu) * 1_000n}` }),
);

const controllers = {
  'bonding-step': section("Livepeer's: a rate that steps up while too little is bonded, and down while too much is.", {
    rate: count('ratePpbInitial', 'Of the supply per interval, to begin with.', {
      default: '220_500',
      min: '0',
      max: '1_000_000_000',
      stepMax: 'fixed',
      unit: 'ppb',
    }),
    step: count('ratePpbStep', 'The rate moves by this in an interval.', {
      default: '500',
      min: '0',
      max: '1_000_000_000',
      stepMax: '20 %',
      unit: 'ppb',
    }),
    target: share('targetBondedPpm', 'Bonded share of the supply at which the rate stands still.', {
      default: '50 %',
      min: '1 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
    interval,
  }),
  'bonding-proportional': section(
    "Cosmos': the rate moves in proportion to how far the bonded share is from its goal.",
    {
      rate: multiple('ratePpmInitial', 'Of the supply per year of 365 days, to begin with.', {
        default: '0.13',
        ...RATE,
      }),
      min: multiple('ratePpmMin', 'Least rate.', { default: '0.07', ...RATE }),
      max: multiple('ratePpmMax', 'Largest rate.', { default: '0.2', ...RATE }),
      change: multiple('rateChangePpm', 'Change of the rate in a year in which nothing is bonded.', {
        default: '0.13',
        ...RATE,
      }),
      goal: share('goalBondedPpm', 'Bonded share of the supply at which the rate stands still.', {
        default: '67 %',
        min: '1 %',
        max: '100 %',
        stepMax: ['20 %', '5 %'],
        positive: true,
      }),
      interval,
    },
  ),
  'inverse-sqrt-stake': section("Ethereum's: each increment of bond earns increment * factor / sqrt(bonded).", {
    increment: largeTokens('incrementGrains', 'Only whole increments earn.', {
      default: '1 token',
      ...AMOUNT,
      positive: true,
    }),
    factor: count('factor', 'Of the formula.', { default: '64', min: '1', max: '1_000_000_000', stepMax: '20 %' }),
    interval,
  }),
  'net-emission': section("Helium's: mints again what was burned, on average over the last intervals.", {
    cap: largeTokens('capGrains', 'Most in an interval.', { default: '10_000 tokens', ...AMOUNT }),
    average: count('averageIntervals', 'Intervals that are averaged.', {
      default: '7',
      min: '1',
      max: '1_000',
      stepMax: '20 %',
      positive: true,
    }),
    interval,
  }),
} as const;

const priced = {
  'burn-mint': section("Akash's: mints what settled work is worth, less a spread; consumers burn to pay.", {
    mintSpread: share('mintSpreadPpm', 'Taken off what a burned token is worth.', {
      default: '0.25 %',
      min: '0 %',
      max: '10 %',
      stepMax: ['20 %', '0.1 %'],
    }),
    settleSpread: share('settleSpreadPpm', 'Taken off what settled work mints.', {
      default: '0 %',
      min: '0 %',
      max: '10 %',
      stepMax: ['20 %', '0.1 %'],
    }),
  }),
  'fee-linked': section('In proportion to fees, and at most a share of the take that nobody gets back.', {
    perFee: share('perFeePpm', 'Token value minted over fees.', {
      default: '2.8 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '0.5 %'],
    }),
    perNonRecoverable: share(
      'perNonRecoverablePpm',
      'Token value minted over the burned and insured take. At a half, who pays himself loses twice what he mints.',
      { default: '40 %', min: '0 %', max: '100 %', stepMax: ['20 %', '5 %'] },
    ),
  }),
} as const;

const pools = { ...schedules, baseline, ...controllers, ...priced } as const;

const workCapped = section(
  "Work takes of another rule's amount at most a share of what it was paid, so minting cannot outrun demand, whatever a token is worth.",
  {
    perWorkPaid: multiple(
      'perWorkPaidPpm',
      'Token value over the value of the work paid. All streams together: at most half the burned and insured take, or wash work pays.',
      { default: '0.0084', min: '0', max: '1', stepMax: ['20 %', '0.001'] },
    ),
    poolShare: share('poolSharePpm', "Work's largest share of the amount.", {
      default: '100 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
    rest: choice(
      'rest',
      'What work may not take: given for being there, kept for later epochs, or never minted.',
      ['coverage', 'carried', 'forgone'],
      { default: 'carried', stepMax: 'free' },
    ),
    of: variant('The rule that says how much there is.', { tag: 'kind', default: 'exponential' }, pools),
  },
);

const stream = section('One of the sources that are added together.', {
  share: share('sharePpm', 'Of what the rule says.', {
    default: '100 %',
    min: '0 %',
    max: '100 %',
    stepMax: ['20 %', '5 %'],
  }),
  rule: variant('How much it mints.', { tag: 'kind', default: 'work-capped' }, { 'work-capped': workCapped, ...pools }),
});

const CEILING = {
  amount: largeTokens('grains', 'That much, whatever the supply.', {
    default: '0 tokens',
    min: '0 tokens',
    max: '100_000_000_000 tokens',
    stepMax: '20 %',
  }),
  supplyShare: share('supplyPpm', 'And this share of the supply.', {
    default: '2 %',
    min: '0 %',
    max: '100 %',
    stepMax: ['20 %', '0.5 %'],
  }),
};

const ceiling = variant(
  'Bounds what a fault in any rule can mint before someone looks.',
  { tag: 'kind', default: 'per-era' },
  {
    'per-era': section('On what one era mints, by the supply as the era began.', CEILING),
    decaying: section('On a sum that decays over a window: no end of an era to wait for.', {
      ...CEILING,
      window: seconds('windowSeconds', 'How long a mint counts, ever less.', { default: '1 d', ...LENGTH }),
    }),
  },
);

export const supply = derived(
  section('Work tokens made for verified work. What is not given out is carried, never given to others.', {
    cap: largeTokens('capGrains', 'Lifetime limit of all tokens, those of genesis included; no code path passes it.', {
      default: '1_000_000_000 tokens',
      ...AMOUNT,
      min: '1 token',
    }),
    capCounts: choice(
      'capCounts',
      '`minted`: everything ever made; `outstanding`: less what was burned, so that burns make room.',
      ['minted', 'outstanding'],
      { default: 'minted', stepMax: 'fixed' },
    ),
    unitsPerGrain: count('unitsPerGrain', 'The rules count in grains divided by this, 1 or a power of ten.', {
      default: '1',
      min: '1',
      max: '1_000_000_000_000_000',
      stepMax: 'fixed',
      positive: true,
    }),
    classShareMax: share('classSharePpmMax', "One class's largest share of an epoch's emission.", {
      default: '60 %',
      min: '1 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
    ceiling: optional(ceiling, { present: true }),
    streams: namedMap(
      'Sources of tokens by name, added together.',
      {
        nameAs: 'name',
        names: /^[a-z][a-z0-9-]*$/,
        entries: {
          simple: {
            meaning: 'Three tenths of the emission come with time alone; work takes 0.84 % of what it is paid.',
            set: {},
          },
          baseline: {
            meaning:
              'Seven tenths wait for capacity; work takes 1.96 %. Together 2.8 %, which is 0.4 of the 7 % that no payer gets back.',
            set: { rule: { perWorkPaid: '0.0196', of: { kind: 'baseline' } } },
          },
        },
      },
      stream,
    ),
  }),
  ({ capGrains, capCounts, unitsPerGrain, classSharePpmMax, ceiling: top, streams }): SupplyPolicy => {
    const units = BigInt(unitsPerGrain);
    const limits = { capGrains: inUnits(capGrains, units), capCounts, ceiling: top };
    return {
      unitsPerGrain,
      classSharePpmMax,
      streams: streams.map((one) => ({ ...one, rule: ruleInUnits(one.rule, units) })),
      limits: top === null ? limits : { ...limits, ceiling: { ...top, grains: inUnits(top.grains, units) } },
    };
  },
);

function ruleInUnits(rule: SupplyRule, units: bigint): SupplyRule {
  return rule.kind === 'work-capped' ? { ...rule, of: poolInUnits(rule.of, units) } : poolInUnits(rule, units);
}

/** Files say tokens, rules count in units of a grain. */
function poolInUnits(rule: PoolRule, units: bigint): PoolRule {
  switch (rule.kind) {
    case 'fixed':
      return { ...rule, grainsPerInterval: inUnits(rule.grainsPerInterval, units) };
    case 'halving':
      return { ...rule, firstPeriodGrains: inUnits(rule.firstPeriodGrains, units) };
    case 'exponential':
    case 'baseline':
      return { ...rule, totalGrains: inUnits(rule.totalGrains, units) };
    case 'inverse-sqrt-stake':
      return { ...rule, incrementGrains: inUnits(rule.incrementGrains, units) };
    case 'net-emission':
      return { ...rule, capGrains: inUnits(rule.capGrains, units) };
    default:
      return rule;
  }
}

function inUnits(grains: string, units: bigint): string {
  return `${BigInt(grains) * units}`;
}
