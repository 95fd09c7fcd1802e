import {
  count,
  dataAmount,
  decimalPlaces,
  derived,
  flag,
  list,
  multiple,
  namedMap,
  optional,
  seconds,
  section,
  share,
  text,
  variant,
} from './parts.ts';

// Rewards by period from reported columns. Rules change over time by the file's own `versions`.

const FREE = { stepMax: 'free' } as const;
/** Names that the rules have for columns; `replay` says where they are. */
export const COLUMN_NAME = /^[a-z][a-z0-9-]*$/;

function column<const As extends string>(as: As, meaning: string, usual: string) {
  return text(as, meaning, COLUMN_NAME, { default: usual, ...FREE });
}

const columnItem = column('column', 'A column.', 'work');
const AMOUNT = { min: '0', max: '1_000_000_000_000_000_000_000_000_000_000', ...FREE } as const;

function amount(meaning: string) {
  return variant(
    meaning,
    { tag: 'kind', default: 'column' },
    {
      column: section('One column.', { column: column('column', 'Name of the column.', 'work') }),
      sum: section('Some columns less others, at least zero.', {
        plus: list('Added.', { lengthMin: 1, lengthMax: 100, default: ['work'] }, columnItem),
        minus: list('Taken off.', { lengthMin: 0, lengthMax: 100, default: [] }, columnItem),
      }),
      least: section('The least of some columns.', {
        columns: list('The columns.', { lengthMin: 1, lengthMax: 100, default: ['work', 'stake'] }, columnItem),
      }),
    },
  );
}

const step = variant(
  'One step. Caps on the weight alone invite splitting; a cap by stake does not.',
  { tag: 'kind', default: 'soft-cap' },
  {
    'soft-cap': section('x below the threshold t, above it 2 * sqrt(t * x) - t.', {
      threshold: dataAmount('thresholdAmount', 'The threshold.', { default: '3_000', ...AMOUNT, positive: true }),
    }),
    'hard-cap': section('min(x, cap).', { cap: dataAmount('capAmount', 'The cap.', { default: '3_000', ...AMOUNT }) }),
    'stake-cap': section('min(x, stake * numerator / denominator).', {
      stake: amount('The stake.'),
      numerator: count('kappaNumerator', 'Weight that counts.', {
        default: '1',
        min: '0',
        max: '1_000_000_000_000',
        ...FREE,
      }),
      denominator: count('kappaDenominator', 'For so much stake.', {
        default: '1_000',
        min: '1',
        max: '1_000_000_000_000',
        ...FREE,
        positive: true,
      }),
    }),
    'stake-boost': section(
      'x * (1 + min(K / minimum, sqrt(K / (leverage * E)))), K the stake and E the measure before any step.',
      {
        stake: amount('The stake.'),
        minimum: dataAmount('minimumAmount', 'Stake of a boost of one.', {
          default: '10_000',
          ...AMOUNT,
          positive: true,
        }),
        leverage: count('leverage', 'Measure that a unit of stake boosts.', {
          default: '500',
          min: '1',
          max: '1_000_000_000_000',
          ...FREE,
          positive: true,
        }),
      },
    ),
    'measured-share': section('x * share.', {
      column: column('shareColumn', 'Column of a share: availability, or the part of the period in service.', 'uptime'),
    }),
  },
);

/** A map and not a list, so that a version can change one step; the digit is the order. */
const steps = optional(
  derived(
    namedMap(
      'Steps that change the measure, in the order of their names: `1-cap`, `2-boost`.',
      { nameAs: 'name', names: /^[1-9]-[a-z][a-z0-9-]*$/, entries: {} },
      step,
    ),
    (named) => named.map(({ name, ...rule }) => rule),
  ),
  { present: false },
);

const weight = derived(
  section('What a participant counts for.', { measure: amount('What is measured.'), steps }),
  (read) => ({ measure: read.measure, steps: read.steps ?? [] }),
);

function unless() {
  return optional(
    column('unless', 'A flag that lifts the requirement, such as for a participant who is leaving.', 'leaving'),
    { present: false },
  );
}

const requirement = variant(
  'One requirement.',
  { tag: 'kind', default: 'flag' },
  {
    flag: section('A flag must be as it says.', {
      flag: optional(column('flag', 'Column of the flag; where left out, named as the requirement.', 'authorised'), {
        present: false,
      }),
      mustBe: flag('mustBe', 'What it must be.', { default: 'true', ...FREE }),
      unless: unless(),
    }),
    'minimum-amount': section('An amount must be at least the minimum.', {
      amount: amount('The amount.'),
      minimum: dataAmount('minimumAmount', 'The minimum.', { default: '10_000', ...AMOUNT }),
      unless: unless(),
    }),
    'success-share': section('A service level by counts: few may fail of few, a share must succeed of many.', {
      count: column('countColumn', 'Column of how many were tried.', 'count'),
      failures: column('failureColumn', 'Column of how many failed.', 'failures'),
      smallSample: count('smallSampleCount', 'Fewer than this are few.', {
        default: '10',
        min: '0',
        max: '1_000_000_000',
        ...FREE,
      }),
      smallSampleFailures: count('smallSampleFailures', 'Of few so many may fail.', {
        default: '1',
        min: '0',
        max: '1_000_000_000',
        ...FREE,
      }),
      share: share('successSharePpm', 'Of many this share must succeed.', {
        default: '90 %',
        min: '0 %',
        max: '100 %',
        ...FREE,
      }),
      unless: unless(),
    }),
    'measured-share': section('A share must be at least the minimum.', {
      column: column('shareColumn', 'Column of the share.', 'uptime'),
      minimum: share('minimumPpm', 'The minimum.', { default: '96 %', min: '0 %', max: '100 %', ...FREE }),
      unless: unless(),
    }),
  },
);

const requirements = optional(
  derived(
    namedMap(
      'What is required, by the name that a barred payout gives. Whoever breaks one is paid nothing for the period.',
      { nameAs: 'name', names: COLUMN_NAME, entries: {} },
      requirement,
    ),
    (named) => named.map((rule) => (rule.kind === 'flag' ? { ...rule, flag: rule.flag ?? rule.name } : rule)),
  ),
  { present: false },
);

const payout = variant(
  'What the weight earns in a period.',
  { tag: 'kind', default: 'pool' },
  {
    pool: section("The period's pool * weight / all weights; the share of whoever is barred stays unpaid.", {}),
    yield: section('weight * rate * period / year: the weight is a principal.', {
      rate: multiple('ratePpm', 'Rate per year.', { default: '15 %', min: '0 %', max: '1_000_000 %', ...FREE }),
      year: seconds('yearSeconds', 'Length of a year.', {
        default: '365 d',
        min: '1 d',
        max: '400 d',
        ...FREE,
        positive: true,
      }),
    }),
  },
);

export const programme = optional(
  derived(
    section('Rewards by period from reported columns, beside or instead of what epochs settle.', {
      decimals: decimalPlaces(
        'decimals',
        "Decimal places of the programme's unit: 18 where data counts in 10^-18 of a token.",
        {
          default: '18',
          min: '0',
          max: '36',
          ...FREE,
        },
      ),
      weight,
      requirements,
      payout,
    }),
    (read) => ({ weight: read.weight, requirements: read.requirements ?? [], payout: read.payout }),
  ),
  { present: false },
);
