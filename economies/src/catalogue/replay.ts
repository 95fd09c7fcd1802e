import {
  choice,
  count,
  derived,
  flag,
  largeCount,
  list,
  namedMap,
  optional,
  section,
  share,
  text,
  variant,
} from './parts.ts';
import { COLUMN_NAME } from './programme.ts';

// Where the columns of a folder of real payouts are. One folder has one layout: versions do not change it.

const FIXED = { stepMax: 'fixed' } as const;
const ABSENT = { present: false } as const;
const ANY = /\S/;

function header<const As extends string>(as: As, meaning: string, usual: string) {
  return text(as, meaning, ANY, { default: usual, ...FIXED });
}

/** Which rows of which file. */
const TABLE = {
  file: text('file', 'Name of the file in the data folder.', /^[^/\\]+$/, { default: 'data.csv', ...FIXED }),
  where: optional(
    namedMap(
      'Only rows whose columns have these texts: `instance: 0`.',
      { nameAs: 'column', names: ANY, entries: {} },
      text('equals', 'The text.', ANY, { default: '0', ...FIXED }),
    ),
    ABSENT,
  ),
};

const KEYS = {
  period: header('period', 'Header of the period.', 'period'),
  account: header('account', 'Header of the participant.', 'account'),
};

const amountFields = section('A decimal number.', {
  column: header('column', 'Header of the column.', 'amount'),
  decimals: optional(
    count('decimals', 'Decimal places that make it whole: 18 for tokens, 0 (or left out) for their smallest unit.', {
      default: '0',
      min: '0',
      max: '36',
      ...FIXED,
    }),
    ABSENT,
  ),
  roundDown: optional(
    flag('roundDown', 'True: digits past the smallest unit are dropped. Left out, they are refused.', {
      default: 'false',
      ...FIXED,
    }),
    ABSENT,
  ),
});

const amountColumn = derived(amountFields, ({ column, decimals, roundDown }) => ({
  column,
  decimals: decimals ?? 0,
  roundDown: roundDown ?? false,
}));

const amount = derived(amountColumn, (column) => ({ kind: 'amount' as const, ...column }));

const valueColumn = variant(
  'One column.',
  { tag: 'kind', default: 'amount' },
  {
    amount: amountColumn,
    percent: section('A measured percentage.', { column: header('column', 'Header of the column.', 'uptime') }),
    flag: derived(
      section('One of two texts.', {
        column: header('column', 'Header of the column.', 'authorised'),
        whenTrue: optional(header('whenTrue', 'Text for true; `true` where left out.', 'true'), ABSENT),
        whenFalse: optional(header('whenFalse', 'Text for false; `false` where left out.', 'false'), ABSENT),
        whenEmpty: optional(
          flag('whenEmpty', 'What an empty cell means; refused where left out.', { default: 'false', ...FIXED }),
          ABSENT,
        ),
      }),
      ({ column, whenTrue, whenFalse, whenEmpty }) => ({
        column,
        whenTrue: whenTrue ?? 'true',
        whenFalse: whenFalse ?? 'false',
        whenEmpty,
      }),
    ),
  },
);

const periods = derived(
  section('The periods that were paid.', {
    ...TABLE,
    id: header('id', "Header of the period's name.", 'period'),
    start: header('start', 'Header of its start.', 'start'),
    end: header('end', 'Header of its end.', 'end'),
    time: choice('time', 'How times are written.', ['iso-8601', 'unix-seconds'], { default: 'iso-8601', ...FIXED }),
    pool: optional(amount, ABSENT),
    repeats: optional(
      flag('repeats', 'True: the file names a period in many rows, which must agree.', { default: 'false', ...FIXED }),
      ABSENT,
    ),
    gaps: optional(
      choice('gaps', 'Whether time may pass between two periods; refused where left out.', ['allow', 'refuse'], {
        default: 'refuse',
        ...FIXED,
      }),
      ABSENT,
    ),
  }),
  (read) => ({ ...read, where: read.where ?? [], repeats: read.repeats ?? false, gaps: read.gaps ?? 'refuse' }),
);

const columns = derived(
  namedMap(
    'Columns, by the name that the rules use.',
    { nameAs: 'name', names: COLUMN_NAME, entries: {} },
    valueColumn,
  ),
  (named) => Object.fromEntries(named.map(({ name, ...column }) => [name, column])),
);

const participants = derived(
  section('One file with a row per participant and period.', { ...TABLE, ...KEYS, columns }),
  (read) => ({ ...read, where: read.where ?? [] }),
);

const paid = derived(
  section('What was really paid.', {
    ...TABLE,
    ...KEYS,
    amount,
    cumulative: optional(
      flag('cumulative', 'True: amounts are lifetime sums, whose increase is compared.', {
        default: 'false',
        ...FIXED,
      }),
      ABSENT,
    ),
  }),
  (read) => ({ ...read, where: read.where ?? [], cumulative: read.cumulative ?? false }),
);

export const replay = optional(
  section('Where `stannary replay` finds the columns of a folder: no file has to be rewritten.', {
    periods,
    participants: list(
      'Files, joined by period and participant. The first says who takes part; the others must know everybody in it.',
      {
        lengthMin: 1,
        lengthMax: 20,
        default: [{}],
      },
      participants,
    ),
    paid: optional(paid, ABSENT),
    tolerance: section('A payout matches within either of two differences from what was really paid.', {
      amount: largeCount('amount', 'Smallest units.', {
        default: '1',
        min: '0',
        max: '1_000_000_000_000_000_000_000_000_000_000',
        ...FIXED,
      }),
      share: share('ppm', 'Share of what was paid.', { default: '0 %', min: '0 %', max: '100 %', ...FIXED }),
    }),
  }),
  ABSENT,
);
