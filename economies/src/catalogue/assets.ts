import { choice, count, derived, largeCredits, multiple, optional, seconds, section, share, variant } from './parts.ts';

// What a work token is worth, what stands behind a credit, and where the first tokens are bought.

const medianOfReports = derived(
  section('The median of fresh reports near it. With fewer than half of the reporters lying, it is an honest one.', {
    reporters: count('reportersMin', 'Fresh reports that there must be; of five, two may lie.', {
      default: '5',
      min: '3',
      max: '1_000',
      stepMax: ['20 %', '1'],
      positive: true,
      unit: 'reports',
    }),
    outlier: share('outlierPpm', 'Reports farther than this from the median are left out; more than half must stay.', {
      default: '1.5 %',
      min: '0.1 %',
      max: '20 %',
      stepMax: ['20 %', '0.5 %'],
    }),
    stale: seconds('stalenessSeconds', 'Older reports are left out; an older price halts minting.', {
      default: '2 min',
      min: '1 s',
      max: '1 d',
      stepMax: ['20 %', '1 min'],
      positive: true,
    }),
    average: seconds('twapSeconds', 'Length of the average, weighted by time: a push must be held so long.', {
      default: '30 min',
      min: '1 min',
      max: '7 d',
      stepMax: ['20 %', '1 min'],
      positive: true,
    }),
    low: seconds('lowSeconds', 'Bonds are valued at the lowest average of this long: a spike lends no credit.', {
      default: '30 d',
      min: '1 h',
      max: '365 d',
      stepMax: ['20 %', '1 h'],
      positive: true,
    }),
  }),
  (rule) => ({ kind: 'median' as const, ...rule }),
);

export const oracle = section('Where the value of a work token in credits comes from.', {
  source: choice(
    'source',
    'Fixed: `price`, always. Reports: `rule`, and `price` until there are any.',
    ['fixed', 'reports'],
    {
      default: 'reports',
      stepMax: 'free',
    },
  ),
  price: multiple('priceMicrograins', 'Credits for one work token.', {
    default: '1',
    min: '0.000_001',
    max: '1_000_000',
    stepMax: '20 %',
    positive: true,
  }),
  rule: medianOfReports,
});

const COVERAGE = { min: '0 %', max: '1_000 %', stepMax: '20 %' } as const;

function throttle(warn: string, halt: string) {
  return derived(
    section('Makes minting rarer as coverage falls, and stops it in time. Redeeming is never stopped.', {
      warn: multiple('warnPpm', 'Coverage below which minting slows down.', { default: warn, ...COVERAGE }),
      halt: multiple('haltPpm', 'Coverage at and below which nothing is minted.', { default: halt, ...COVERAGE }),
      step: share('stepPpm', 'For each so much below the warning line the wait grows by `growth`.', {
        default: '0.5 %',
        min: '0.01 %',
        max: '10 %',
        stepMax: '20 %',
        positive: true,
      }),
      growth: multiple('growthPpm', 'Factor on the wait.', {
        default: '1.1',
        min: '1.001',
        max: '10',
        stepMax: '20 %',
        positive: true,
      }),
      waitMin: seconds('waitSecondsMin', 'Wait between two mints, at the warning line and above.', {
        default: '0 s',
        min: '0 s',
        max: '1 d',
        stepMax: ['20 %', '1 min'],
      }),
      waitMax: seconds('waitSecondsMax', 'Longest wait.', {
        default: '1 d',
        min: '1 min',
        max: '30 d',
        stepMax: ['20 %', '1 min'],
      }),
      slowMint: share('slowMintPpm', 'Most of the credits outstanding that one mint makes below the warning line.', {
        default: '1 %',
        min: '0.01 %',
        max: '100 %',
        stepMax: '20 %',
      }),
    }),
    (rule) => ({ kind: 'coverage-throttle' as const, ...rule }),
  );
}

const SPREAD = {
  default: '0.3 %',
  min: '0 %',
  max: '1 %',
  stepMax: ['20 %', '0.1 %'],
} as const;
const HAIRCUT = { default: '50 %', min: '0 %', max: '100 %', stepMax: ['20 %', '5 %'] } as const;

function mintSpread() {
  return share(
    'mintSpreadPpm',
    'Of what is paid in for new credits; it stays in the reserve. More than the edge of a stale price in bad times: 0.26 % at 150 % a year and half an hour.',
    SPREAD,
  );
}

function tokenHaircut() {
  return share('tokenHaircutPpm', "Off a work token's price, wherever tokens count.", HAIRCUT);
}

export const reserve = variant(
  'What stands behind the credit. Credits are redeemed in batches, each at min(1, coverage): nobody gains by being first.',
  { tag: 'kind', default: 'full' },
  {
    full: section('Every credit has its unit of stable assets. Work tokens posted on top count nothing in redeeming.', {
      spread: mintSpread(),
      haircut: tokenHaircut(),
      tokenCover: multiple(
        'tokenCoverPpmMin',
        'Least value of posted tokens over credits outstanding: it can only make minting stricter.',
        { default: '0 %', min: '0 %', max: '500 %', stepMax: ['20 %', '5 %'] },
      ),
      throttle: throttle('100 %', '99.9999 %'),
    }),
    mixed: section('Work tokens count too, after a haircut, and as far as stable assets keep their share.', {
      spread: mintSpread(),
      haircut: tokenHaircut(),
      stableShare: share('stableSharePpmMin', 'Least share of stable assets in what counts.', {
        default: '60 %',
        min: '10 %',
        max: '100 %',
        stepMax: ['20 %', '5 %'],
        positive: true,
      }),
      throttle: throttle('120 %', '105 %'),
    }),
    'mint-backed': section(
      "Credits are bought with work tokens and redeemed for what they are worth by then; what the tokens paid in lack, is minted. Akash's: the throttle alone bounds how far that goes.",
      { spread: mintSpread(), haircut: tokenHaircut(), throttle: throttle('95 %', '90 %') },
    ),
  },
);

const TAX = { min: '0 %', max: '20 %', stepMax: ['20 %', '1 %'] } as const;

export const bondingCurve = optional(
  variant(
    'A market that mints work tokens for what is paid in and burns them for what is paid out, while no other is deep enough.',
    { tag: 'kind', default: 'bonding-curve' },
    {
      'bonding-curve': section('Constant reserve ratio (Bancor): price = reserve / (supply * ratio).', {
        reserveRatio: share('reserveRatioPpm', 'Reserve over market value; below 100 % the first to leave gain.', {
          default: '50 %',
          min: '1 %',
          max: '100 %',
          stepMax: 'fixed',
          positive: true,
        }),
        entryTax: share('entryTaxPpm', 'Of what is paid in, before it buys.', { default: '1 %', ...TAX }),
      }),
      'augmented-curve': section(
        'supply^kappa / reserve is constant. It opens with a hatch, where everybody pays one price and what is bought vests.',
        {
          kappa: count('kappa', '1 / kappa is the reserve ratio.', {
            default: '2',
            min: '1',
            max: '16',
            stepMax: 'fixed',
            positive: true,
          }),
          hatchPrice: multiple('hatchPriceMicrograins', 'Credits for one token in the hatch.', {
            default: '0.5',
            min: '0.000_001',
            max: '1_000_000',
            stepMax: 'fixed',
            positive: true,
          }),
          hatchFunding: share('hatchFundingPpm', 'Part of the hatch that goes to the common pool.', {
            default: '20 %',
            min: '0 %',
            max: '90 %',
            stepMax: 'fixed',
          }),
          hatchRaiseMin: largeCredits('hatchRaiseGrainsMin', 'Below it everybody gets back what he paid.', {
            default: '1_000_000 credits',
            min: '0 credits',
            max: '1_000_000_000_000 credits',
            stepMax: 'fixed',
          }),
          entryTribute: share('entryTributePpm', 'Of what is paid in, to the common pool.', { default: '1 %', ...TAX }),
          exitTribute: share('exitTributePpm', 'Of what is paid out, to the common pool.', { default: '2 %', ...TAX }),
          vestingCliff: seconds('vestingCliffSeconds', 'Tokens of the hatch cannot be sold before.', {
            default: '90 d',
            min: '0 s',
            max: '1_500 d',
            stepMax: 'fixed',
          }),
          vesting: seconds('vestingSeconds', 'From the hatch to where all of them may be sold.', {
            default: '365 d',
            min: '0 s',
            max: '3_650 d',
            stepMax: 'fixed',
          }),
        },
      ),
    },
  ),
  { present: false },
);
