import type { PriceBreakerRule } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import {
  choice,
  count,
  credits,
  derived,
  epochs,
  largeCount,
  list,
  milliseconds,
  multiple,
  optional,
  price as priceField,
  section,
  share,
  text,
  variant,
} from './parts.ts';

// What work costs, how capacity is sold, and who gets the charge.

const PRICE_BOUNDS = {
  min: '0.000_001 credits per NCU·h',
  max: '1_000 credits per NCU·h',
} as const;

const bounds = {
  initial: priceField('initialMicrograinsPerNcuS', 'Price of the first two epochs.', {
    default: '0.01008 credits per NCU·h',
    stepMax: 'fixed',
    ...PRICE_BOUNDS,
  }),
  floor: priceField('floorMicrograinsPerNcuS', 'Marginal cost; the price never falls below it.', {
    default: '0.0036 credits per NCU·h',
    stepMax: '20 %',
    ...PRICE_BOUNDS,
  }),
  cap: priceField('capMicrograinsPerNcuS', 'The price never rises above it, whatever happens.', {
    default: '0.036 credits per NCU·h',
    stepMax: '20 %',
    ...PRICE_BOUNDS,
  }),
  targetUtilisation: share('targetUtilisationPpm', 'U*: used over offered capacity at which the price stands still.', {
    default: '70 %',
    min: '10 %',
    max: '95 %',
    stepMax: '20 %',
  }),
};

/** Most buckets that a price remembers: the state stays small, and the window slides in steps of at most 1/28. */
const BUCKETS_MAX = 28;

const breaker = derived(
  section('Caps the price at a multiple of its own mean, so that a shock cannot run to the cap in a day.', {
    multiple: multiple('multiplePpm', "The price's largest multiple of its mean.", {
      default: '4',
      min: '1',
      max: '100',
      stepMax: '20 %',
    }),
    window: epochs(
      'windowEpochs',
      `The mean is over this long, in ${BUCKETS_MAX} buckets at most; rounded up to whole buckets.`,
      { default: '7 d', min: '1 h', max: '90 d', stepMax: '20 %', positive: true },
    ),
  }),
  ({ multiplePpm, windowEpochs }): PriceBreakerRule => {
    const bucketEpochs = Math.ceil(windowEpochs / BUCKETS_MAX);
    return { multiplePpm, buckets: Math.ceil(windowEpochs / bucketEpochs), bucketEpochs };
  },
);

const breakable = { breaker: optional(breaker, { present: false }) };

/** The accumulator counts work: NCU·h in the file, NCU·ms in the kernel. */
const excess = derived(
  section("Work above the target adds up, and the price is floor * e^(sum / updateFraction): Ethereum's blob fee.", {
    ...bounds,
    updateFraction: largeCount('updateFractionNcuH', 'Work above the target that raises the price by the factor e.', {
      default: '254_000',
      min: '1',
      max: '1_000_000_000_000',
      stepMax: '20 %',
      positive: true,
      unit: 'NCU·h',
    }),
    ...breakable,
  }),
  ({ updateFractionNcuH, ...rule }) => ({
    ...rule,
    updateFractionNcuMs: `${BigInt(updateFractionNcuH) * 3_600_000n}`,
  }),
);

const priceKinds = {
  'rational-step': section("p' = p(1 + gain(U - U*)/U*): no memory but the price itself.", {
    ...bounds,
    gain: share(
      'gainPpm',
      'd: step per epoch and relative deviation. Monotone while gain * elasticity <= 1/4 (the price lags by two epochs), stable while < 1.',
      { default: '0.0625', min: '0.000_1', max: '1', stepMax: '20 %' },
    ),
    ...breakable,
  }),
  exponential: section("p' = p e^(gain hours (U - U*)/U*): the same path whatever the epoch's length.", {
    ...bounds,
    gain: multiple('gainPpmPerHour', 'd: step per hour and relative deviation; bounded as that of the rational step.', {
      default: '0.0625',
      min: '0.000_1',
      max: '16',
      stepMax: '20 %',
    }),
    ...breakable,
  }),
  'eip-1559': section("p' = p(1 ± |used - target|/target/denominator): Ethereum's base fee.", {
    ...bounds,
    denominator: count('denominator', 'Its inverse is the largest step per epoch that falls.', {
      default: '16',
      min: '2',
      max: '10_000',
      stepMax: '20 %',
      positive: true,
    }),
    ...breakable,
  }),
  excess,
} as const;

export const price = variant(
  'Price of normalised work: follows utilisation U towards its target, once per epoch and two epochs ahead, rounded up.',
  { tag: 'kind', default: 'rational-step' },
  priceKinds,
);

const RESOURCES = Object.keys(RESOURCE_CODES) as readonly (keyof typeof RESOURCE_CODES)[];

const market = section('A market of its own.', {
  class: optional(
    text('className', 'The class that it is for; null: every class without a market of its own.', /^[a-z][a-z0-9-]*$/, {
      default: 'ai',
      stepMax: 'fixed',
    }),
    { present: false },
  ),
  resource: choice('resource', 'What is sold in it.', RESOURCES, { default: 'gpu', stepMax: 'fixed' }),
  price: variant('How its price moves.', { tag: 'kind', default: 'exponential' }, priceKinds),
});

export const resourceMarkets = derived(
  optional(
    list(
      'Resources with a price of their own, so that none is dear because another is short. Every other has the price of normalised work.',
      { lengthMin: 1, lengthMax: 64, default: [{}] },
      market,
    ),
    { present: false },
  ),
  (markets) =>
    (markets ?? []).map(({ resource, ...one }) => ({ ...one, resource: RESOURCE_CODES[resource] })).sort(byKey),
);

interface MarketKey {
  readonly className: string | null;
  readonly resource: number;
}

/** Those of no class first. */
function byKey(x: MarketKey, y: MarketKey): number {
  if (x.className === y.className) return x.resource - y.resource;
  return (x.className ?? '') < (y.className ?? '') ? -1 : 1;
}

export const models = section('How capacity is sold. Each class lists which of these it offers.', {
  project: section('A grant of work to a group for a term, drawn down.', {
    term: epochs('termEpochs', 'How long a grant holds; what is not drawn by then lapses.', {
      default: '90 d',
      min: '1 d',
      max: '1_096 d',
      stepMax: '20 %',
      positive: true,
    }),
    shareMax: share('sharePpmMax', 'Largest share of a class that all grants hold together.', {
      default: '50 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
  }),
  subscription: section('A recurring entitlement.', {
    period: epochs('periodEpochs', 'The entitlement begins anew after this.', {
      default: '30 d',
      min: '1 h',
      max: '366 d',
      stepMax: '20 %',
      positive: true,
    }),
    overage: multiple('overagePpm', 'What goes past the entitlement costs this multiple of the spot price.', {
      default: '1.1',
      min: '1',
      max: '10',
      stepMax: '20 %',
    }),
  }),
  spot: section('Preemptible capacity at the floating price.', {
    reclaimNotice: milliseconds('reclaimNoticeMs', 'Notice before capacity is taken back: time to save a checkpoint.', {
      default: '2 min',
      min: '0 s',
      max: '1 d',
      stepMax: ['20 %', '1 min'],
    }),
  }),
  micropayment: section('Paid per task, by voucher.', {
    exposure: credits(
      'exposureGrainsMax',
      'Most that may be owed between two vouchers: what a provider loses to a consumer who walks away.',
      { default: '0.01 credits', min: '0 credits', max: '1_000 credits', stepMax: '100 %' },
    ),
  }),
  pool: section('Several nodes sold as one: service level and reward are measured on the pool.', {
    nodesMax: count('nodesMax', 'Most members.', {
      default: '64',
      min: '1',
      max: '10_000',
      stepMax: '100 %',
      positive: true,
      unit: 'nodes',
    }),
    spares: count('spares', 'Hot spares, which replace members that fail.', {
      default: '1',
      min: '0',
      max: '100',
      stepMax: ['20 %', '1'],
      unit: 'nodes',
    }),
  }),
});

export const reserved = section(
  'What a provider owes who does not deliver what it sold ahead: [gapFactor (spot - contract) + missedFee contract] * missed work.',
  {
    gapFactor: multiple(
      'gapFactorPpm',
      'c: the rise of spot over the contract counts so many times. From 2 on, selling the same capacity twice loses at every price; a little more makes up for what the allowance excuses, so that it loses twice its gain without the capital in the bond.',
      { default: '2.1', min: '1', max: '10', stepMax: ['20 %', '0.1'] },
    ),
    missedFee: share('missedFeePpm', "f: share of the contract's price that is owed whatever spot is.", {
      default: '10 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '1 %'],
    }),
    allowance: share(
      'allowancePpm',
      'Of what is promised over a term, this much may be missed at c = 1: honest outages must not ruin.',
      { default: '0.5 %', min: '0 %', max: '20 %', stepMax: ['20 %', '0.5 %'] },
    ),
    credits: list(
      'Service credits by availability over the term; the largest that applies is paid.',
      {
        lengthMin: 1,
        lengthMax: 10,
        default: [
          { below: '99.99 %', credit: '10 %' },
          { below: '99 %', credit: '30 %' },
          { below: '95 %', credit: '100 %' },
        ],
      },
      section('One credit.', {
        below: share('availabilityPpmBelow', 'It applies below this availability.', {
          default: '99 %',
          min: '0 %',
          max: '100 %',
          stepMax: ['20 %', '0.5 %'],
        }),
        credit: share('creditPpm', "Share of the term's charges that the consumer gets back.", {
          default: '30 %',
          min: '0 %',
          max: '100 %',
          stepMax: ['20 %', '5 %'],
        }),
      }),
    ),
  },
);

export const leases = section(
  "What holding capacity without using it costs, so that hoarding does not pay. How much one consumer may hold is the class's `consumerCap`.",
  {
    openingFee: share('openingFeePpm', "Share of the lease's whole price, taken when it opens and never returned.", {
      default: '1 %',
      min: '0 %',
      max: '10 %',
      stepMax: ['20 %', '0.5 %'],
    }),
    idleSurcharge: share(
      'idleSurchargePpmMax',
      'h: idle capacity costs this much on top when the class is full; from `idleFrom` on it rises evenly.',
      { default: '50 %', min: '0 %', max: '100 %', stepMax: ['20 %', '5 %'] },
    ),
    idleFrom: share('idleSurchargeFromPpm', 'Utilisation of the class from which idle capacity costs extra.', {
      default: '80 %',
      min: '0 %',
      max: '99 %',
      stepMax: ['20 %', '5 %'],
    }),
    bond: multiple('bondPpm', 'Locked for a lease: this share of the price of the capacity-time not yet used.', {
      default: '0.25',
      min: '0',
      max: '10',
      stepMax: ['20 %', '0.05'],
    }),
    idleBurn: share('idleBurnPpm', 'Part of the bond of capacity-time left idle that is burned; the rest comes back.', {
      default: '50 %',
      min: '0 %',
      max: '100 %',
      stepMax: ['20 %', '5 %'],
    }),
  },
);

const TAKE_BOUNDS = { min: '0 %', max: '15 %', stepMax: ['20 %', '1 %'] } as const;

export const take = section(
  'Shares of every charge that the provider does not get. Rounded up together, split by largest remainder.',
  {
    burn: share('burnPpm', 'Burned; the payer never gets it back.', { default: '5 %', ...TAKE_BOUNDS }),
    insurance: share('insurancePpm', 'To the insurance pool; the payer never gets it back.', {
      default: '2 %',
      ...TAKE_BOUNDS,
    }),
    treasury: share('treasuryPpm', 'To the treasury, from where it may flow back.', {
      default: '3 %',
      ...TAKE_BOUNDS,
    }),
  },
);
